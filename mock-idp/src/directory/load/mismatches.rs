//! Finding every part of a file that does not fit its type, not only the first.

use std::collections::HashSet;

use super::super::Directory;
use super::mask::Secrets;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, listed, nearest};
use crate::yaml::{self, Mismatch, MismatchKind, Node, Span, Value};

/// What was taken out of a tree.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    /// Keys that nobody knows.
    pub(super) keys: bool,
    /// Other parts.
    pub(super) parts: bool,
}

/// Takes every part out of the tree that does not fit its type, and says what it was.
///
/// A value that does not fit goes alone, so that what stands beside it is looked at too; if it cannot be missed, the map goes
/// that it stood in.
pub(super) fn take_out(
    source: &Source,
    root: &mut Node,
    secrets: &Secrets,
    found: &mut Diagnostics,
) -> Taken {
    let mut all = Taken::default();
    // Maps that miss something because it was taken out, and keys that are missed because they were misspelt.
    let mut poorer: HashSet<usize> = HashSet::new();
    let mut misspelt: HashSet<(usize, String)> = HashSet::new();
    while !found.is_full() {
        let Err(mismatch) = yaml::from_node::<Directory>(root) else {
            break;
        };
        let Some(span) = mismatch.span else {
            found.push(Diagnostic::mismatch(source, mismatch));
            break;
        };
        let meant = match &mismatch.kind {
            MismatchKind::UnknownKey { found, allowed } => {
                Some(nearest(found, allowed.iter().copied()).map(str::to_owned))
            }
            _ => None,
        };
        let follows = match &mismatch.kind {
            MismatchKind::Missing(key) => {
                poorer.contains(&span.start) || misspelt.contains(&(span.start, (*key).to_owned()))
            }
            _ => false,
        };
        all.keys |= meant.is_some();
        all.parts |= meant.is_none();
        if !follows {
            found.push(told(source, secrets, span, mismatch));
        }
        let taken = match meant {
            Some(meant) => match remove_key(root, span) {
                Some(map) => {
                    misspelt.extend(meant.map(|meant| (map, meant)));
                    true
                }
                None => false,
            },
            None => remove(root, span, &mut poorer),
        };
        if !taken {
            break;
        }
    }
    all
}

fn told(source: &Source, secrets: &Secrets, span: Span, mismatch: Mismatch) -> Diagnostic {
    if let MismatchKind::Unexpected {
        expected,
        quotes_help,
        ..
    } = &mismatch.kind
        && secrets.has(span)
    {
        // What was found would be told: it may be a secret.
        let title = format!("found something else where {expected} belongs");
        let quotes = quotes_help.then_some("put it in quotes");
        return Diagnostic::at(source, span, title).help_if(quotes);
    }
    if let MismatchKind::UnknownKey { allowed, .. } = &mismatch.kind
        && secrets.has(span)
    {
        let keys = listed(allowed.iter().copied());
        return Diagnostic::at(source, span, "unknown key")
            .note(format!("the keys here are {keys}"));
    }
    Diagnostic::mismatch(source, mismatch)
}

/// Removes the entry with the key at a place. Where the map begins that it was in.
fn remove_key(node: &mut Node, span: Span) -> Option<usize> {
    let start = node.span.start;
    match &mut node.value {
        Value::Map(entries) => {
            if let Some(place) = entries.iter().position(|(key, _)| key.span == span) {
                entries.remove(place);
                return Some(start);
            }
            entries
                .iter_mut()
                .find_map(|(_, inner)| remove_key(inner, span))
        }
        Value::List(items) => items.iter_mut().find_map(|item| remove_key(item, span)),
        _ => None,
    }
}

/// Removes the innermost entry or element that a place lies in.
fn remove(node: &mut Node, span: Span, poorer: &mut HashSet<usize>) -> bool {
    let start = node.span.start;
    let around = |inner: &Node| inner.span.start <= span.start && span.end <= inner.span.end;
    match &mut node.value {
        Value::Map(entries) => {
            let place = entries
                .iter()
                .position(|(key, inner)| around(inner) || key.span == span);
            let Some(place) = place else {
                return false;
            };
            if !remove(&mut entries[place].1, span, poorer) {
                entries.remove(place);
                poorer.insert(start);
            }
            true
        }
        Value::List(items) => {
            let Some(place) = items.iter().position(around) else {
                return false;
            };
            if !remove(&mut items[place], span, poorer) {
                items.remove(place);
            }
            true
        }
        _ => false,
    }
}
