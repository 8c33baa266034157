//! Changing a file as its author would: in place, line by line, leaving alone what is not meant.

use std::ops::Range;

use super::text::scalar;
use crate::yaml::{Key, Node};

/// Changes to a text, put together and carried out at once.
#[derive(Debug)]
pub(super) struct Edits<'t> {
    text: &'t str,
    changes: Vec<(Range<usize>, String)>,
}

/// The lines that an element of a list stands in, and the column of its dash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) range: Range<usize>,
    pub(super) indent: usize,
}

impl<'t> Edits<'t> {
    /// None yet. The text ends with a newline.
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            changes: Vec::new(),
        }
    }

    /// The lines of an element of a block list; none where it shares them with others.
    pub(super) fn lines(&self, element: &Node) -> Option<Lines> {
        let dash = self.text[..element.span.start].trim_end();
        let dash = dash.strip_suffix('-')?.len();
        let start = self.line_start(dash);
        let before = &self.text[start..dash];
        let end = self.next_line(self.end(element));
        before.bytes().all(|b| b == b' ').then_some(Lines {
            range: start..end,
            indent: before.len(),
        })
    }

    /// Takes lines out.
    pub(super) fn remove(&mut self, lines: &Lines) {
        self.changes.push((lines.range.clone(), String::new()));
    }

    /// Puts whole lines in before the line that begins at `at`.
    pub(super) fn insert(&mut self, at: usize, lines: String) {
        self.changes.push((at..at, lines));
    }

    /// Replaces the value of a key.
    pub(super) fn replace(&mut self, (key, value): &(Key, Node), new: String) {
        let range = self.value(key, value);
        self.changes.push((range, new));
    }

    /// Adds a key with a text to a map, behind another key.
    pub(super) fn add(&mut self, map: &Node, behind: &(Key, Node), key: &str, value: &str) {
        self.add_raw(map, behind, key, &scalar(value));
    }

    /// Adds a key with a value as it is to be written to a map, behind another key.
    pub(super) fn add_raw(&mut self, map: &Node, behind: &(Key, Node), key: &str, value: &str) {
        let end = self.value(&behind.0, &behind.1).end;
        if self.text[map.span.start..].starts_with('{') {
            self.changes.push((end..end, format!(", {key}: {value}")));
            return;
        }
        let column = behind.0.span.start - self.line_start(behind.0.span.start);
        // The first key of an element stands behind its dash.
        let before = &self.text[behind.0.span.start - column..behind.0.span.start];
        let indent = before.chars().count();
        self.insert(
            self.next_line(end),
            format!("{:indent$}{key}: {value}\n", ""),
        );
    }

    /// Makes the list under a key, of which every line is taken out, an empty one.
    pub(super) fn empty(&mut self, key: &Key) {
        let colon = self.text[key.span.end..].find(':');
        let behind = key.span.end + colon.map_or(0, |at| at + 1);
        self.changes.push((behind..behind, " []".to_owned()));
    }

    /// Puts lines in at the end.
    pub(super) fn append(&mut self, lines: String) {
        self.insert(self.text.len(), lines);
    }

    /// Replaces a list in brackets, which a key has, by another text.
    pub(super) fn replace_brackets(&mut self, list: &Node, new: String) -> Option<()> {
        let start = list.span.start;
        self.text[start..].starts_with('[').then_some(())?;
        let end = self.closing(
            list.items().last().map_or(start + 1, |last| last.span.end),
            ']',
        )?;
        let is_last = self.text[end..self.next_line(end)].trim().is_empty();
        let start = match is_last && new.is_empty() {
            // No space is left at the end of the line.
            true => self.text[..start].trim_end_matches(' ').len(),
            false => start,
        };
        self.changes.push((start..end, new));
        Some(())
    }

    /// The text with all changes.
    pub(super) fn apply(mut self) -> String {
        // Stable: what is put in at one place stays in order. What is taken out there goes first.
        self.changes
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut changed = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, new) in self.changes {
            changed.push_str(&self.text[done..range.start.max(done)]);
            changed.push_str(&new);
            done = done.max(range.end);
        }
        changed + &self.text[done..]
    }

    /// Where the line begins that this place is in.
    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line after this place begins.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let rest = self.text[at..].find('\n');
        rest.map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// Where the value of a key stands.
    fn value(&self, key: &Key, value: &Node) -> Range<usize> {
        let behind = &self.text[key.span.end..value.span.start];
        // A block scalar is located without the line that introduces it.
        let header = behind.find(['|', '>']).map(|at| key.span.end + at);
        let start = header.unwrap_or(value.span.start);
        start..self.end(value).max(start)
    }

    /// The end of what an element says, its closing bracket included.
    fn end(&self, node: &Node) -> usize {
        let slice = &self.text[node.span.start..node.span.end];
        let end = node.span.start + slice.trim_end().len();
        let closing = match slice.chars().next() {
            Some('{') if !node.entries().is_empty() => '}',
            Some('[') if !node.items().is_empty() => ']',
            _ => return end,
        };
        self.closing(end, closing).unwrap_or(end)
    }

    /// The place behind a closing bracket that follows; commas, brackets of what is inside and comments may stand before it.
    fn closing(&self, from: usize, bracket: char) -> Option<usize> {
        let mut is_comment = false;
        for (at, c) in self.text[from..].char_indices() {
            match c {
                '\n' => is_comment = false,
                _ if is_comment => {}
                '#' => is_comment = true,
                c if c == bracket => return Some(from + at + 1),
                c if c.is_whitespace() || matches!(c, ',' | ']' | '}') => {}
                _ => return None,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    const TEXT: &str = "\
schema: 1
list: # of them
  # first
  - a: \"x\"   # trailing
    b: |
      more
  # second

  - { a: 'y', # inside
      b: z }   # trailing
  -
    a: last
";

    fn edited(change: impl Fn(&mut Edits<'_>, &[Node])) -> String {
        let tree = yaml::parse(TEXT).expect("a tree");
        let mut edits = Edits::of(TEXT);
        change(&mut edits, tree.get("list").expect("a list").items());
        let text = edits.apply();
        yaml::parse(&text).expect("a tree still");
        text
    }

    #[test]
    fn elements_are_taken_out_with_their_lines() {
        let without = |index: usize| {
            edited(|edits, items| {
                let lines = edits.lines(&items[index]).expect("lines of its own");
                edits.remove(&lines);
            })
        };
        insta::assert_snapshot!(without(0), @"
        schema: 1
        list: # of them
          # first
          # second

          - { a: 'y', # inside
              b: z }   # trailing
          -
            a: last
        ");
        insta::assert_snapshot!(without(1), @r#"
        schema: 1
        list: # of them
          # first
          - a: "x"   # trailing
            b: |
              more
          # second

          -
            a: last
        "#);
        insta::assert_snapshot!(without(2), @r#"
        schema: 1
        list: # of them
          # first
          - a: "x"   # trailing
            b: |
              more
          # second

          - { a: 'y', # inside
              b: z }   # trailing
        "#);
    }

    #[test]
    fn values_are_replaced_where_they_stand() {
        let text = edited(|edits, items| {
            for (item, key) in items.iter().zip(["b", "a", "a"]) {
                edits.replace(item.entry(key).expect("the key"), "\"new\"".to_owned());
            }
        });
        insta::assert_snapshot!(text, @r#"
        schema: 1
        list: # of them
          # first
          - a: "x"   # trailing
            b: "new"
          # second

          - { a: "new", # inside
              b: z }   # trailing
          -
            a: "new"
        "#);
    }

    #[test]
    fn keys_are_added_behind_others() {
        let text = edited(|edits, items| {
            for item in items {
                let behind = item.entry("a").expect("the key");
                edits.add(item, behind, "new", "it \"is\"");
            }
        });
        insta::assert_snapshot!(text, @r#"
        schema: 1
        list: # of them
          # first
          - a: "x"   # trailing
            new: "it \"is\""
            b: |
              more
          # second

          - { a: 'y', new: "it \"is\"", # inside
              b: z }   # trailing
          -
            a: last
            new: "it \"is\""
        "#);
    }

    #[test]
    fn lines_are_put_in_behind_the_last() {
        let text = edited(|edits, items| {
            let lines = edits.lines(&items[2]).expect("lines of its own");
            edits.remove(&lines);
            edits.insert(lines.range.end, "  - { c: 1 }\n".to_owned());
            edits.insert(lines.range.end, "  - { c: 2 }\n".to_owned());
        });
        insta::assert_snapshot!(text, @r#"
        schema: 1
        list: # of them
          # first
          - a: "x"   # trailing
            b: |
              more
          # second

          - { a: 'y', # inside
              b: z }   # trailing
          - { c: 1 }
          - { c: 2 }
        "#);
    }

    #[test]
    fn an_element_among_others_has_no_lines_of_its_own() {
        let text = "list: [{ a: 1 }, { a: 2 }]\nnested:\n  - - a: 1\n";
        let tree = yaml::parse(text).expect("a tree");
        let edits = Edits::of(text);
        let list = tree.get("list").expect("a list");
        assert_eq!(edits.lines(&list.items()[0]), None);
        assert_eq!(edits.lines(&list.items()[1]), None);
        let nested = &tree.get("nested").expect("a list").items()[0];
        assert_eq!(edits.lines(&nested.items()[0]), None);
    }
}
