//! The folder of a case.

use crate::case::CaseName;

/// A folder's name is no longer, so that every file system takes it.
const LONGEST: usize = 160;

/// The name of the folder that a case's recording stands in: `rate-limit.wait-as-told.okta.okta-epoch.behind` for
/// `rate-limit/wait-as-told[okta,okta-epoch,behind]`.
///
/// No two cases share one, not even where the file system does not tell upper from lower case: what dots and dashes alone cannot
/// keep apart, or what is too long, ends in `~` and a number made from the whole name.
#[must_use]
pub fn folder_name(case: &CaseName) -> String {
    let name = case.0.as_str();
    let (scenario, cell) = match name.split_once('[') {
        Some((scenario, cell)) => (scenario, cell.strip_suffix(']').unwrap_or(cell)),
        None => (name, ""),
    };
    let parts = || scenario.split('/').chain(cell.split(','));
    let readable: String = Vec::from_iter(parts())
        .join(".")
        .chars()
        .map(harmless)
        .collect();
    // An area and a name: then it is known where the cell begins.
    let is_usual = scenario.matches('/').count() == 1 && name.ends_with(']');
    let is_plain = parts().all(|part| !part.is_empty() && part.bytes().all(is_plain));
    if is_usual && is_plain && readable.len() <= LONGEST {
        return readable;
    }
    let kept: String = readable
        .trim_start_matches('.')
        .chars()
        .take(LONGEST)
        .collect();
    format!("{kept}~{:016x}", fingerprint(name))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
}

fn harmless(c: char) -> char {
    match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
        '.' | '-' | '_' => c,
        _ => '_',
    }
}

/// FNV-1a: the same on every machine and in every release, which the standard library's hash is not.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mock_idp::Provider;
    use proptest::prelude::*;

    use super::*;

    fn folder(scenario: &str, values: &[&str]) -> String {
        folder_name(&CaseName::new(scenario, Provider::Okta, values))
    }

    #[test]
    fn names_can_be_read_and_told_apart() {
        let names = [
            folder("rate-limit/wait-as-told", &["okta-epoch", "behind"]),
            folder("a/b", &["1.5", "x"]),
            folder("a/b", &["1", "5.x"]),
            folder("a/b", &["One"]),
            folder("a/b", &["one"]),
            folder("a", &["okta"]),
            folder("a/okta", &[]),
            folder(&"deep/".repeat(20), &[&"long".repeat(20)]),
        ];
        insta::assert_snapshot!(names.join("\n"), @"
        rate-limit.wait-as-told.okta.okta-epoch.behind
        a.b.okta.1.5.x~71469674baa27ccc
        a.b.okta.1.5.x~006c48d2151cee28
        a.b.okta.one~943ff4a54118fe8a
        a.b.okta.one
        a.okta.okta~c53b7b63fbda31d0
        a.okta.okta
        deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep.deep..okta.longlonglonglonglonglonglonglonglonglonglonglonglonglo~23416dee0c5ed2e4
        ");
    }

    proptest! {
        /// Names as the language allows them, and any others: folders stay below the shelf and apart from each other.
        #[test]
        fn no_two_cases_share_a_folder(
            names in prop::collection::btree_set("[ab/.]{1,4}(/okta)?\\[okta(,okta|,[a-cA-C0._-]{1,3}){0,3}\\]|\\PC{0,9}", 1..12),
        ) {
            let folders: BTreeSet<String> = names.iter().map(|n| folder_name(&CaseName(n.clone()))).collect();
            prop_assert!(folders.iter().all(|f| !f.is_empty() && f.len() < 255));
            for folder in &folders {
                prop_assert!(folder.bytes().all(|b| is_plain(b) || matches!(b, b'.' | b'~')), "{}", folder);
                prop_assert!(folder != "." && folder != ".." && !folder.starts_with('.'), "{}", folder);
            }
            let plain: BTreeSet<&String> = names.iter().collect();
            prop_assert_eq!(folders.len(), plain.len());
        }
    }
}
