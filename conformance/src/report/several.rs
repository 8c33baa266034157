//! Numbers of things in words.

/// `1 check`, `2 checks`.
pub(crate) fn several(n: usize, thing: &str) -> String {
    match n {
        1 => format!("1 {thing}"),
        n => format!("{n} {thing}s"),
    }
}
