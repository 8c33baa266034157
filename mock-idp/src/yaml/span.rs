//! Where something stands in a file.

/// A stretch of a file. Byte offsets are always on character boundaries and inside the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// The line of the first byte, from 1.
    pub line: u32,
    /// The column of the first byte in characters, from 1.
    pub column: u32,
}

impl Span {
    /// The stretch from byte `start` to byte `end` of `text`, moved to the nearest character boundaries.
    #[must_use]
    pub fn new(text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let end = text.ceil_char_boundary(end.max(start));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            start,
            end,
            line: count(before.bytes().filter(|b| *b == b'\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
        }
    }

    /// The same beginning, but no further than the end of the line: what to underline of a long thing.
    #[must_use]
    pub fn first_line(self, text: &str) -> Self {
        let slice = text.get(self.start..self.end).unwrap_or_default();
        let length = slice.find('\n').unwrap_or(slice.len());
        Self {
            end: self.start + slice[..length].trim_end().len(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let text = "a: é\nbé: 1\n";
        let span = Span::new(text, text.find("1").unwrap(), text.len());
        assert_eq!((span.line, span.column), (2, 5));
        assert_eq!(&text[span.start..span.end], "1\n");
        let line = span.first_line(text);
        assert_eq!(&text[line.start..line.end], "1");
    }

    #[test]
    fn offsets_are_moved_to_boundaries() {
        let text = "é";
        let span = Span::new(text, 1, 99);
        assert_eq!((span.start, span.end), (0, 2));
    }
}
