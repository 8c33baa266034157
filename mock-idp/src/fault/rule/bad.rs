//! What is wrong with a rule, and where in it.

use std::fmt;

use crate::diagnostic::{Diagnostic, Source};
use crate::yaml::{Node, Span};

/// A rule that cannot be used: everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRule(Vec<Complaint>);

/// One thing that is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    place: Place,
    title: String,
    label: Option<String>,
    also: Option<(Place, String)>,
    note: Option<String>,
    help: Option<String>,
}

/// A place in a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    path: Vec<Part>,
    /// The last key itself is meant and not what stands under it.
    is_key: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Element(usize),
}

impl BadRule {
    /// An error if there is anything to complain of.
    pub(super) fn unless_empty(complaints: Vec<Complaint>) -> Result<(), Self> {
        if complaints.is_empty() {
            Ok(())
        } else {
            Err(Self(complaints))
        }
    }

    /// What is wrong, one by one; never empty.
    #[must_use]
    pub fn complaints(&self) -> &[Complaint] {
        &self.0
    }
}

/// For whoever supplies [`Names`](super::Names) of his own.
impl From<Complaint> for BadRule {
    fn from(complaint: Complaint) -> Self {
        Self(vec![complaint])
    }
}

impl fmt::Display for BadRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, complaint) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            complaint.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for BadRule {}

impl Complaint {
    /// A complaint of this part of a rule. `title` is a lower-case fragment.
    #[must_use]
    pub fn at(place: impl Into<Place>, title: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            title: title.into(),
            label: None,
            also: None,
            note: None,
            help: None,
        }
    }

    /// Words under the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// What there is to know.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    /// Another place that has to do with it.
    #[must_use]
    pub fn and(mut self, place: impl Into<Place>, text: impl Into<String>) -> Self {
        self.also = Some((place.into(), text.into()));
        self
    }

    /// The part of the rule, as `only.attempt` or `headers.Retry-After[2]`; empty for the rule as a whole.
    #[must_use]
    pub fn place(&self) -> String {
        self.place.to_string()
    }

    /// The same as a message with its place in a file, of which `rule` is the rule.
    #[must_use]
    pub fn in_file(&self, source: &Source, rule: &Node) -> Diagnostic {
        let found = match self.place.of_key(rule) {
            Some(key) => Diagnostic::at(source, key, self.title.clone()),
            None => Diagnostic::in_node(source, self.place.find(rule), self.title.clone()),
        };
        let mut found = found.label_if(self.label.clone());
        if let Some((place, text)) = &self.also {
            let span = place.of_key(rule);
            found = found.and(span.unwrap_or_else(|| place.find(rule).place()), text);
        }
        if let Some(note) = &self.note {
            found = found.note(note);
        }
        found.help_if(self.help.clone())
    }
}

/// In one line: `nth: counts from 1`, with what there is to know and to do behind it.
impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.path.is_empty() {
            write!(f, "`{}`: ", self.place)?;
        }
        f.write_str(&self.title)?;
        if let Some((place, text)) = &self.also {
            write!(f, "; `{place}`: {text}")?;
        }
        for more in [&self.label, &self.note, &self.help].into_iter().flatten() {
            write!(f, "; {more}")?;
        }
        Ok(())
    }
}

impl Place {
    /// The rule as a whole.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// What stands under this key of the rule.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self::whole().key(key)
    }

    /// What stands under this key, there.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut place = self.clone();
        place.path.push(Part::Key(key.to_owned()));
        place
    }

    /// This element of the list there, from 0.
    #[must_use]
    pub fn element(&self, at: usize) -> Self {
        let mut place = self.clone();
        place.path.push(Part::Element(at));
        place
    }

    /// The key itself.
    #[must_use]
    pub fn itself(&self) -> Self {
        Self {
            is_key: true,
            ..self.clone()
        }
    }

    /// The part of a tree that is meant, or the closest part of it that is there.
    fn find<'n>(&self, rule: &'n Node) -> &'n Node {
        let found = self.path.iter().try_fold(rule, |node, part| {
            match part {
                Part::Key(key) => node.get(key),
                // One that is no list may stand for its only element.
                Part::Element(at) => node.items().get(*at),
            }
            .ok_or(node)
        });
        found.unwrap_or_else(|closest| closest)
    }

    fn of_key(&self, rule: &Node) -> Option<Span> {
        let (Part::Key(last), before) = self.path.split_last().filter(|_| self.is_key)? else {
            return None;
        };
        let map = Self {
            path: before.to_vec(),
            is_key: false,
        };
        let (key, _) = map.find(rule).entry(last)?;
        Some(key.span)
    }
}

/// What stands under a key of the rule.
impl From<&str> for Place {
    fn from(key: &str) -> Self {
        Self::of(key)
    }
}

impl From<&Self> for Place {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, part) in self.path.iter().enumerate() {
            match part {
                Part::Key(key) if number == 0 => f.write_str(key)?,
                Part::Key(key) => write!(f, ".{key}")?,
                Part::Element(at) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}
