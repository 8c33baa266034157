//! Text that is safe and stable to print: no control characters, no ports.

/// The names of this machine, behind which a port changes from run to run.
const HERE: [&str; 3] = ["127.0.0.1:", "localhost:", "[::1]:"];

/// A text from outside as reports show it.
///
/// Control characters are escaped, so that no client can colour or move what a terminal shows, and so are the marks that
/// turn the direction of text. Ports of this machine become `*`.
pub(crate) fn plain(text: &str) -> String {
    portless(text.trim_end())
        .chars()
        .fold(String::new(), |mut shown, c| {
            if c.is_control() || turns(c) || matches!(c, '\u{fffe}' | '\u{ffff}') {
                shown.extend(c.escape_default());
            } else {
                shown.push(c);
            }
            shown
        })
}

fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn portless(text: &str) -> String {
    let mut rest = text;
    let mut shown = String::with_capacity(text.len());
    let next = |rest: &str| {
        HERE.into_iter()
            .filter_map(|host| rest.find(host).map(|at| at + host.len()))
            .min()
    };
    while let Some((before, after)) = next(rest).and_then(|at| rest.split_at_checked(at)) {
        shown.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() < after.len() {
            shown.push('*');
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ports_and_control_characters_do_not_come_through() {
        insta::assert_snapshot!(
            plain("no answer from http://127.0.0.1:40113/token nor [::1]:9, localhost:x"),
            @"no answer from http://127.0.0.1:*/token nor [::1]:*, localhost:x"
        );
        insta::assert_snapshot!(plain("\u{1b}[31mred\u{202e}\r\nblue\n"), @r"\u{1b}[31mred\u{202e}\r\nblue");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_always_printable(text in "\\PC*|(127\\.0\\.0\\.1:[0-9]{0,5}|.)*") {
            let shown = plain(&text);
            prop_assert!(!shown.chars().any(char::is_control));
            for host in HERE {
                for (at, _) in shown.match_indices(host) {
                    let after = &shown[at + host.len()..];
                    prop_assert!(!after.starts_with(|c: char| c.is_ascii_digit()));
                }
            }
        }
    }
}
