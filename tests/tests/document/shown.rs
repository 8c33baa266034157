//! Output as a document shows it, beside what was printed.

/// Stands for output that is left out.
const LEFT_OUT: &str = "…";

/// Lines that say something.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).collect()
}

/// The first line shown that is not what was printed, where `…` stands for any number of lines.
pub(crate) fn difference(shown: &[&str], printed: &[&str]) -> Option<String> {
    let printed: Vec<String> = printed.iter().map(|line| without_numbers(line)).collect();
    let mut at = 0;
    let mut anywhere = false;
    for part in shown.split_inclusive(|line| *line == LEFT_OUT) {
        let (wanted, open): (&[&str], bool) = match part.split_last() {
            Some((&LEFT_OUT, before)) => (before, true),
            _ => (part, false),
        };
        let wanted: Vec<String> = wanted.iter().map(|line| without_numbers(line)).collect();
        // The last part ends where the output ends; a part before it begins where the one before it ended, or anywhere later.
        let first = match (anywhere, open) {
            (false, _) => at,
            (true, true) => (at..printed.len())
                .find(|start| printed[*start..].starts_with(&wanted))
                .unwrap_or(at),
            (true, false) => at.max(printed.len().saturating_sub(wanted.len())),
        };
        let found = printed[first..].starts_with(&wanted).then_some(first);
        match found {
            Some(start) => at = start + wanted.len(),
            None => {
                let missing = wanted.iter().position(|line| !printed.contains(line));
                return Some(part[missing.unwrap_or(0)].to_owned());
            }
        }
        anywhere = open;
    }
    if at == printed.len() || anywhere {
        None
    } else {
        Some("the end".to_owned())
    }
}

/// Every number as 0 and every gap as one space.
fn without_numbers(line: &str) -> String {
    let mut out = String::new();
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            match c {
                '0'..='9' if out.ends_with('0') => {}
                '0'..='9' => out.push('0'),
                c => out.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_in_output_is_found() {
        let shown = |text: &str| {
            difference(
                &lines(text),
                &lines("PASS  a   2 checks, 41 ms\nb\nc\nb\nc\n"),
            )
        };
        for same in [
            "PASS a 3 checks, 9 ms\nb\nc\nb\nc",
            "…\nb\nc",
            "PASS a 2 checks, 41 ms\n\n…",
            "PASS a 1 checks, 0 ms\n…\nc",
            "…\nc",
            "…",
        ] {
            assert_eq!(shown(same), None, "{same}");
        }
        for other in [
            "",
            "b\nc",
            "PASS a 2 checks, 41 ms\nb",
            "…\nb",
            "PASS a 2 checks, 41 ms\nc\n…",
            "FAIL a 2 checks, 41 ms\nb\nc",
            "…\nc\nc\n…",
            "PASS a 3 checks, 9 ms\nb\nc",
        ] {
            assert!(shown(other).is_some(), "{other}");
        }
    }
}
