//! [`Finding`]: one thing that is wrong with a directory.

use super::super::path::Path;
use crate::diagnostic::{Diagnostic, Source, did_you_mean, listed};
use crate::yaml::Node;

/// One thing that is wrong, and where.
#[derive(Clone, Debug)]
pub(in super::super) struct Finding {
    path: Path,
    title: String,
    label: Option<String>,
    note: Option<String>,
    help: Option<String>,
    also: Option<(Path, &'static str)>,
    /// Whether it is about something that is missed elsewhere.
    pub(in super::super) dangles: bool,
}

impl Finding {
    pub(super) fn at(path: Path, title: impl Into<String>) -> Self {
        Self {
            path,
            title: title.into(),
            label: None,
            note: None,
            help: None,
            also: None,
            dangles: false,
        }
    }

    /// A name that nothing has.
    pub(super) fn dangling<'a>(
        path: Path,
        title: impl Into<String>,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        Self {
            label: did_you_mean(name, known.iter().copied()),
            note: Some(format!("there are {}", listed(known))),
            dangles: true,
            ..Self::at(path, title)
        }
    }

    /// Says that something is missing, which may have been left out for another mistake.
    pub(super) fn missing(path: Path, title: impl Into<String>) -> Self {
        Self {
            dangles: true,
            ..Self::at(path, title)
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn and(mut self, path: Path, what: &'static str) -> Self {
        self.also = Some((path, what));
        self
    }

    /// With its place in the file.
    pub(in super::super) fn diagnostic(self, source: &Source, root: &Node) -> Diagnostic {
        let mut diagnostic = Diagnostic::at(source, self.path.span(root), self.title)
            .label_if(self.label)
            .help_if(self.help);
        if let Some(note) = self.note {
            diagnostic = diagnostic.note(note);
        }
        match self.also {
            Some((path, what)) => diagnostic.and(path.span(root), what),
            None => diagnostic,
        }
    }

    /// In one line, with the way to its place.
    pub(in super::super) fn in_words(&self) -> String {
        let help = self.help.iter().chain(&self.label).chain(&self.note);
        let words: String = help.map(|help| format!("; {help}")).collect();
        format!("{}: {}{words}", self.path, self.title)
    }
}
