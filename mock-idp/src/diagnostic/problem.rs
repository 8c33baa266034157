//! One mistake in a file.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Snippet};

use super::nearest::{did_you_mean, listed};
use super::source::Source;
use crate::yaml::{Mismatch, MismatchKind, Node, Span, SyntaxError};

/// One mistake: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    title: String,
    source: Option<Source>,
    labels: Vec<Label>,
    notes: Vec<String>,
    helps: Vec<String>,
    cases: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Label {
    span: Span,
    text: String,
    primary: bool,
}

impl Diagnostic {
    /// A mistake that stands in no file, or in one that could not be read.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: cut(title.into()),
            source: None,
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            cases: Vec::new(),
        }
    }

    /// A mistake at a place of a file. `title` is a lower-case fragment.
    #[must_use]
    pub fn at(source: &Source, span: Span, title: impl Into<String>) -> Self {
        let mut diagnostic = Self::new(title);
        diagnostic.source = Some(source.clone());
        diagnostic.mark(span, String::new(), true);
        diagnostic
    }

    /// A mistake in a part of the tree: shown where it is written and where it is used.
    #[must_use]
    pub fn in_node(source: &Source, node: &Node, title: impl Into<String>) -> Self {
        Self::at(source, node.span, title).used(node.used)
    }

    /// A text that is no YAML.
    #[must_use]
    pub fn syntax(source: &Source, error: SyntaxError) -> Self {
        Self::at(source, error.span, error.message).help_if(error.help)
    }

    /// A part of the tree that does not fit its type.
    #[must_use]
    pub fn mismatch(source: &Source, mismatch: Mismatch) -> Self {
        let span = mismatch
            .span
            .unwrap_or_else(|| Span::new(&source.text, 0, 0));
        let here = Self::at(source, span, mismatch.to_string()).used(mismatch.used);
        match mismatch.kind {
            MismatchKind::UnknownKey { found, allowed } => here
                .label_if(did_you_mean(&found, allowed.iter().copied()))
                .note(format!(
                    "the keys here are {}",
                    listed(allowed.iter().copied())
                )),
            MismatchKind::UnknownName { found, allowed } => here
                .label_if(did_you_mean(&found, allowed.iter().copied()))
                .note(format!(
                    "the names here are {}",
                    listed(allowed.iter().copied())
                )),
            MismatchKind::Missing(_) => here.label("in this map"),
            MismatchKind::Unexpected {
                quotes_help: true, ..
            } => {
                let shown = source.slice(span).to_owned();
                here.help(format!("put it in quotes: `\"{shown}\"`"))
            }
            MismatchKind::Unexpected { .. } | MismatchKind::Other(_) => here,
        }
    }

    /// What is wrong, as a lower-case fragment.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The file and the line, from 1.
    #[must_use]
    pub fn line(&self) -> Option<(&str, u32)> {
        let source = self.source.as_ref()?;
        let label = self.labels.iter().find(|label| label.primary)?;
        Some((&source.path, label.span.line))
    }

    /// Line and column of its place, from 1.
    #[must_use]
    pub fn position(&self) -> Option<(u32, u32)> {
        let label = self.labels.iter().find(|label| label.primary)?;
        Some((label.span.line, label.span.column))
    }

    /// What is wrong and what to do, without the file.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let label = self.labels.iter().find(|label| label.primary);
        let label = label
            .map(|label| &label.text)
            .filter(|text| !text.is_empty());
        let more = label.into_iter().chain(&self.notes).chain(&self.helps);
        more.fold(self.title.clone(), |line, more| format!("{line}; {more}"))
    }

    /// Words under the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.iter_mut().find(|label| label.primary) {
            label.text = cut(text.into());
        }
        self
    }

    /// Words under the place, if there are any.
    #[must_use]
    pub fn label_if(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.label(text),
            None => self,
        }
    }

    /// Another place that has to do with it.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.mark(span, cut(text.into()), false);
        self
    }

    /// What is so.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(cut(text.into()));
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(cut(text.into()));
        self
    }

    /// What to do, if that is known.
    #[must_use]
    pub fn help_if(self, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// The case it was found in, where not every case has it.
    #[must_use]
    pub fn in_case(mut self, case: impl Into<String>) -> Self {
        self.cases.push(case.into());
        self
    }

    fn used(self, used: Option<Span>) -> Self {
        match used {
            Some(span) => self.and(span, "used here"),
            None => self,
        }
    }

    fn mark(&mut self, span: Span, text: String, primary: bool) {
        let span = match &self.source {
            Some(source) => span.first_line(&source.text),
            None => span,
        };
        self.labels.push(Label {
            span,
            text,
            primary,
        });
    }

    /// Whether it is the same mistake, whatever case it was found in.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.title == other.title && self.source == other.source && self.labels == other.labels
    }

    /// Takes over the cases of the same mistake.
    pub(super) fn also_in(&mut self, other: Self) {
        for case in other.cases {
            if !self.cases.contains(&case) {
                self.cases.push(case);
            }
        }
    }

    pub(super) fn forget_cases(&mut self, known: usize) {
        if self.cases.len() >= known {
            self.cases.clear();
        }
    }

    pub(super) fn place(&self) -> (Option<&str>, usize) {
        let at = self.labels.iter().find(|label| label.primary);
        (
            self.source.as_ref().map(|source| &*source.path),
            at.map_or(0, |label| label.span.start),
        )
    }

    pub(super) fn group(&self) -> Group<'_> {
        let mut group = match &self.source {
            Some(source) => {
                let annotations = self.labels.iter().map(Label::annotation);
                Level::ERROR.primary_title(self.title.as_str()).element(
                    Snippet::source(&*source.text)
                        .path(&*source.path)
                        .annotations(annotations),
                )
            }
            None => Group::with_title(Level::ERROR.primary_title(self.title.as_str())),
        };
        if let Some(cases) = self.cases_in_words() {
            group = group.element(Level::NOTE.message(cases));
        }
        for note in &self.notes {
            group = group.element(Level::NOTE.message(note.as_str()));
        }
        for help in &self.helps {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }

    fn cases_in_words(&self) -> Option<String> {
        const SHOWN: usize = 3;
        match self.cases.len() {
            0 => None,
            n if n <= SHOWN + 1 => Some(format!(
                "in {}",
                listed(self.cases.iter().map(String::as_str))
            )),
            n => {
                let shown: Vec<_> = self.cases[..SHOWN]
                    .iter()
                    .map(|case| format!("`{case}`"))
                    .collect();
                Some(format!("in {} and {} more", shown.join(", "), n - SHOWN))
            }
        }
    }
}

/// A text that quotes a file, cut where nobody reads on.
fn cut(text: String) -> String {
    const LONGEST: usize = 2_000;
    if text.len() <= LONGEST {
        return text;
    }
    format!("{}…", &text[..text.floor_char_boundary(LONGEST)])
}

impl Label {
    fn annotation(&self) -> Annotation<'_> {
        let kind = if self.primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let annotation = kind.span(self.span.start..self.span.end);
        if self.text.is_empty() {
            annotation
        } else {
            annotation.label(self.text.as_str())
        }
    }
}
