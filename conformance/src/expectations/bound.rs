//! A list held against the names there are.

use std::collections::BTreeMap;

use mock_idp::Provider;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Day, Entry, Expectations, Expected, Names, Standing, Unsupported};
use crate::case::CheckName;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::verdict::{Fault, Verdict};
use crate::yaml::Node;

/// The most checks that one entry may name: a list says what is known, not what somebody does not care to know.
const MOST: usize = 20;

/// A list of expectations of which each entry is known to name what it names.
#[derive(Clone, Debug)]
pub struct Bound {
    source: Source,
    providers: Vec<Provider>,
    entries: Vec<Entry>,
    unsupported: Option<(Unsupported, u32)>,
    /// Which entry names a check.
    named: BTreeMap<CheckName, usize>,
    unmatched: Vec<Unmatched>,
    is_elsewhere: bool,
    today: Day,
}

/// A pattern that means no check there is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unmatched {
    /// The line it stands on, from 1.
    pub line: u32,
    /// The pattern.
    pub check: String,
    /// The name that is most like it, if any is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl Expectations {
    /// Finds what each entry names among `names`, those of every check there is, whether it is played or not.
    ///
    /// `others` are names of a library that is not played. An entry that means one of them is neither stale nor a mistake.
    ///
    /// # Errors
    /// Entries that name more checks than one may, and checks that two entries name.
    pub fn bind(self, names: &Names, others: &Names, today: Day) -> Result<Bound, Diagnostics> {
        let mut found = Diagnostics::new();
        let names = names.only(&self.providers);
        let others = others.only(&self.providers);
        let mut bound = Bound {
            named: BTreeMap::new(),
            unmatched: Vec::new(),
            is_elsewhere: false,
            unsupported: None,
            providers: self.providers,
            source: self.source,
            entries: self.entries,
            today,
        };
        for index in 0..bound.entries.len() {
            let entry = &bound.entries[index];
            let at = entry.node.get("check").unwrap_or(&entry.node);
            let mut checks = names.matching(&entry.pattern);
            if checks.is_empty() {
                checks = others.matching(&entry.pattern);
                bound.is_elsewhere |= !checks.is_empty();
            }
            if checks.is_empty() {
                let nearest = names.nearest(&entry.expected.check);
                bound
                    .unmatched
                    .push(unmatched(at, &entry.expected.check, nearest));
            }
            if checks.len() > MOST {
                found.push(too_many(&bound.source, at, checks.len()));
                continue;
            }
            for check in checks {
                let Some(first) = bound.named.insert(check.clone(), index) else {
                    continue;
                };
                let first = &bound.entries[first].node;
                let first = first.get("check").unwrap_or(first).span;
                found.push(
                    Diagnostic::in_node(
                        &bound.source,
                        at,
                        format!("the check {check} is excused twice"),
                    )
                    .and(first, "by this entry too"),
                );
                break;
            }
        }
        if let Some(unsupported) = self.unsupported {
            let places = unsupported.node.get("checks").map(Node::items);
            for (at, pattern) in places.unwrap_or_default().iter().zip(&unsupported.patterns) {
                if !names.matching(pattern).is_empty() {
                    continue;
                }
                let text = pattern.to_string();
                match others.matching(pattern).is_empty() {
                    true => bound
                        .unmatched
                        .push(unmatched(at, &text, names.nearest(&text))),
                    false => bound.is_elsewhere = true,
                }
            }
            bound.unsupported = Some((unsupported.said, unsupported.node.place().line));
        }
        found.or(bound)
    }
}

fn unmatched(at: &Node, check: &str, nearest: Option<String>) -> Unmatched {
    Unmatched {
        line: at.place().line,
        check: check.to_owned(),
        nearest,
    }
}

fn too_many(source: &Source, at: &Node, n: usize) -> Diagnostic {
    Diagnostic::in_node(
        source,
        at,
        format!("this names {n} checks, more than the {MOST} that one entry may excuse"),
    )
    .help("name fewer, with a reason for each; what the client cannot do at all belongs under `unsupported`")
}

impl Bound {
    /// The same where it was held against a part of the names there are: what means none of them may mean others.
    #[must_use]
    pub fn in_part(self) -> Self {
        Self {
            unmatched: Vec::new(),
            is_elsewhere: true,
            ..self
        }
    }

    /// Where the list stands.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.source.path
    }

    /// The vendors it speaks of; empty for all.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// Whether it also speaks of checks of a library that is not played.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }

    /// The patterns that mean no check there is, in the order of the file.
    #[must_use]
    pub fn unmatched(&self) -> &[Unmatched] {
        &self.unmatched
    }

    /// What the client is said not to be able to do, and the line on which that stands.
    #[must_use]
    pub fn unsupported(&self) -> Option<(&Unsupported, u32)> {
        self.unsupported.as_ref().map(|(said, line)| (said, *line))
    }

    /// The entry that names a check, and the line on which it begins.
    #[must_use]
    pub fn entry(&self, check: &CheckName) -> Option<(&Expected, u32)> {
        let entry = &self.entries[*self.named.get(check)?];
        Some((&entry.expected, entry.node.place().line))
    }

    /// How a check that ended so stands to its entry; none if no entry names it. `observed` is the text that reports show.
    #[must_use]
    pub fn standing(
        &self,
        check: &CheckName,
        verdict: Verdict,
        fault: Option<Fault>,
        observed: &str,
    ) -> Option<Standing> {
        let (expected, _) = self.entry(check)?;
        Some(expected.standing(verdict, fault, observed, self.today))
    }

    /// How many checks are named, and how many entries name them.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.named.len(), self.entries.len())
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The checks that an entry names.
    pub(super) fn checks_of(&self, index: usize) -> impl Iterator<Item = &CheckName> {
        let named = self.named.iter();
        named
            .filter(move |(_, i)| **i == index)
            .map(|(name, _)| name)
    }
}
