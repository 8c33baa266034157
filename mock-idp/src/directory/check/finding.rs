//! [`Finding`]: one thing that is wrong with a directory.

use super::super::path::Path;
use crate::diagnostic::{Diagnostic, Source, did_you_mean, listed};
use crate::fault::Complaint;
use crate::yaml::Node;

/// What a finding may be no more than a consequence of, once parts with other mistakes have been left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Follows {
    /// It is wrong whatever else is.
    Nothing,
    /// Something it speaks of may have been left out.
    Part,
    /// Something it asks for may have been left out, be it under a misspelt key.
    Key,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug)]
pub(in super::super) struct Finding {
    path: Path,
    title: String,
    label: Option<String>,
    note: Option<String>,
    help: Option<String>,
    also: Option<(Path, &'static str)>,
    /// What a fault rule has to say of itself.
    complaint: Option<Complaint>,
    /// What it may be no more than a consequence of.
    pub(in super::super) follows: Follows,
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
            complaint: None,
            follows: Follows::Nothing,
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
            follows: Follows::Part,
            ..Self::at(path, title)
        }
    }

    /// Something wrong with a fault rule.
    pub(super) fn of_rule(path: Path, complaint: Complaint) -> Self {
        Self {
            title: complaint.to_string(),
            follows: Follows::Key,
            complaint: Some(complaint),
            ..Self::at(path, String::new())
        }
    }

    /// Says that something is missing, which may have been left out for another mistake.
    pub(super) fn missing(path: Path, title: impl Into<String>) -> Self {
        Self {
            follows: Follows::Key,
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
        if let (Some(complaint), Some(rule)) = (&self.complaint, self.path.node(root)) {
            return complaint.in_file(source, rule);
        }
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
