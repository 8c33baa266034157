//! Where something stands in a directory.

use std::fmt;

use crate::yaml::{Node, Span};

/// The way from the top of a directory to a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(&'static str),
    Item(usize),
}

impl Path {
    /// The value under a key.
    pub(super) fn key(&self, name: &'static str) -> Self {
        self.and(Step::Key(name))
    }

    /// The so-manieth element of a list, from 0.
    pub(super) fn item(&self, place: usize) -> Self {
        self.and(Step::Item(place))
    }

    /// The part itself, if it is written.
    pub(super) fn node<'n>(&self, root: &'n Node) -> Option<&'n Node> {
        self.0.iter().try_fold(root, |node, step| step.into(node))
    }

    /// Where it is written; of what is not written, where the part around it is.
    pub(super) fn span(&self, root: &Node) -> Span {
        let mut node = root;
        for step in &self.0 {
            match step.into(node) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        // Of a map its first key is enough to be found by.
        match node.entries().first() {
            Some((key, _)) => key.span,
            None => node.span,
        }
    }

    fn and(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl Step {
    fn into<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        match self {
            Self::Key(name) => node.get(name),
            Self::Item(place) => node.items().get(*place),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if place == 0 => f.write_str(name)?,
                Step::Key(name) => write!(f, ".{name}")?,
                Step::Item(place) => write!(f, "[{place}]")?,
            }
        }
        Ok(())
    }
}
