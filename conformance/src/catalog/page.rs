//! A page of text for the terminal: headings, paragraphs, tables.

use std::fmt::Write as _;

/// Builds a page of lines no wider than asked for, as far as the words allow.
pub(super) struct Page {
    text: String,
    width: usize,
}

impl Page {
    pub(super) fn new(width: usize) -> Self {
        Self {
            text: String::new(),
            width: width.max(40),
        }
    }

    /// A line as it stands.
    pub(super) fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{text}");
    }

    /// Text, broken between words, each line indented by two.
    pub(super) fn paragraph(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + word.chars().count() + 3 > self.width {
                let _ = writeln!(self.text, "  {line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            let _ = writeln!(self.text, "  {line}");
        }
    }

    /// A heading alone; what stands below it comes next.
    pub(super) fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.text, "\n{heading}");
    }

    /// A heading with lines below it; nothing if there are none.
    pub(super) fn section(&mut self, heading: &str, lines: impl IntoIterator<Item = String>) {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_none() {
            return;
        }
        self.heading(heading);
        for line in lines {
            let _ = writeln!(self.text, "  {}", line.trim_end());
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Rows with their columns below each other.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: Vec<usize> = (0..N)
        .map(|at| {
            rows.iter()
                .map(|row| row[at].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(line, "{cell:width$}  ");
            }
            line.trim_end().to_owned()
        })
        .collect()
}
