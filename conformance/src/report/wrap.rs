//! Text in columns. A column is a character; wide characters are not counted twice.

/// Text broken at spaces so that it fits between an indentation and the width; what has no spaces sticks out.
pub(super) fn wrapped(text: &str, indent: usize, width: usize) -> Vec<String> {
    let room = width.saturating_sub(indent).max(1);
    let margin = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    // Runs of spaces are columns and stay as they are.
    for word in text.split_inclusive(' ') {
        let grown = columns(&line) + columns(word.trim_end());
        if grown > room && !line.trim().is_empty() {
            lines.push(format!("{margin}{}", line.trim_end()));
            // What goes on is set in, so that it does not look like a line of its own.
            line = "  ".to_owned();
            if word.trim().is_empty() {
                continue;
            }
        }
        line.push_str(word);
    }
    if !line.trim().is_empty() {
        lines.push(format!("{margin}{}", line.trim_end()));
    }
    lines
}

/// A text with spaces up to a width.
pub(super) fn padded(text: &str, to: usize) -> String {
    let room = to.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(room))
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_texts_are_set_in() {
        let lines = wrapped("one two three  four five", 4, 14);
        insta::assert_snapshot!(lines.join("\n"), @"
        one two
          three
          four
          five
        ");
        assert!(wrapped("   ", 4, 14).is_empty());
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_too_long(words in prop::collection::vec("[a-zäß]{1,9}", 0..30), width in 20usize..60) {
            let lines = wrapped(&words.join(" "), 6, width);
            let kept: Vec<String> = lines
                .iter()
                .flat_map(|line| line.split_whitespace())
                .map(str::to_owned)
                .collect();
            prop_assert_eq!(kept, words);
            for line in &lines {
                prop_assert!(columns(line) <= width, "{line:?}");
            }
        }
    }
}
