//! Entries as YAML.

use super::{Ending, Expected};

/// A text as a YAML scalar. In double quotes what JSON escapes YAML reads (YAML 1.2 section 5.7).
pub(super) fn scalar(text: &str) -> String {
    let is_word = !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase());
    match is_word {
        true => text.to_owned(),
        false => format!("{:?}", Json(text)),
    }
}

/// A text in quotes.
struct Json<'t>(&'t str);

impl std::fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = serde_json::Value::String(self.0.to_owned());
        write!(f, "{text}")
    }
}

/// An entry in lines of its own, its dash so many columns in.
pub(super) fn entry(expected: &Expected, indent: usize) -> String {
    let mut lines = vec![
        format!("- check: {}", scalar(&expected.check)),
        format!("  is: {}", expected.is),
    ];
    for (key, text) in [
        ("says", expected.says.as_ref()),
        ("why", Some(&expected.why)),
        ("issue", expected.issue.as_ref()),
        ("source", expected.source.as_ref()),
    ] {
        lines.extend(text.map(|text| format!("  {key}: {}", scalar(text))));
    }
    lines.extend(expected.until.map(|until| format!("  until: {until}")));
    let lines = lines.iter().map(|line| format!("{:indent$}{line}\n", ""));
    lines.collect()
}

/// Patterns as a list in one line.
pub(super) fn patterns(patterns: &[String]) -> String {
    let patterns: Vec<String> = patterns.iter().map(|text| scalar(text)).collect();
    format!("[{}]", patterns.join(", "))
}

/// What `says` is to be for checks that end so, each with what is observed of it and whether its time was real; none where
/// nothing is common to all.
pub(super) fn says(is: Ending, observed: &[(&str, bool)]) -> Option<String> {
    if is == Ending::Flaky {
        return None;
    }
    let mut texts = observed.iter().map(|(text, is_real)| match is_real {
        true => before_numbers(text),
        false => text,
    });
    let first = texts.next()?;
    let common = texts.fold(first, common_prefix).trim_end();
    (!common.trim().is_empty()).then(|| common.to_owned())
}

/// Up to the first measured number: in real time it is another one each time.
fn before_numbers(text: &str) -> &str {
    let mut pairs = text.bytes().zip(text.bytes().skip(1));
    let at = pairs.position(|(space, digit)| space == b' ' && digit.is_ascii_digit());
    at.map_or(text, |at| &text[..at])
}

/// How both begin.
pub(super) fn common_prefix<'t>(one: &'t str, other: &str) -> &'t str {
    let same = one.char_indices().zip(other.chars());
    let end = same
        .take_while(|((_, a), b)| a == b)
        .last()
        .map_or(0, |((at, c), _)| at + c.len_utf8());
    &one[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml;

    #[test]
    fn what_is_said_of_several() {
        let of = |texts: &[(&str, bool)]| says(Ending::Fail, texts).unwrap_or_default();
        insta::assert_snapshot!(of(&[("gap is 0 s", false)]), @"gap is 0 s");
        insta::assert_snapshot!(of(&[("#1 came 0 s after", true), ("#1 came 2 s after", true)]), @"#1 came");
        insta::assert_snapshot!(of(&[("#1 shows é, not ü", false), ("#1 shows éa", false)]), @"#1 shows é");
        insta::assert_snapshot!(of(&[("a", false), ("b", false)]), @"");
        assert_eq!(says(Ending::Flaky, &[("a", false)]), None);
    }

    proptest! {
        #[test]
        fn an_entry_is_read_as_it_was_written(check in "\\PC{1,20}", why in "(\\PC|[\\n\\t\"'#:{}\\[\\]])*", says in prop::option::of("\\PC*"), indent in 0usize..5) {
            let expected = Expected {
                check,
                is: Ending::Inconclusive,
                says,
                why,
                issue: Some("https://example.org/1".to_owned()),
                source: None,
                until: "2026-12-01".parse().ok(),
            };
            let text = format!("{:indent$}list:\n{}", "", entry(&expected, indent));
            let tree = yaml::parse(&text);
            prop_assume!(tree.is_ok(), "a character that YAML does not know");
            let tree = tree.expect("a tree");
            let list = tree.get("list").expect("the list");
            let read: Expected = yaml::from_node(&list.items()[0]).expect("an entry");
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn what_is_common_begins_both(one in "[aé]{0,4}\\PC{0,4}", other in "[aé]{0,4}\\PC{0,4}") {
            let common = common_prefix(&one, &other);
            prop_assert!(one.starts_with(common) && other.starts_with(common));
        }
    }
}
