//! Finding every part of a file that does not fit its type, not only the first.

use std::collections::HashSet;

use super::super::Directory;
use super::mask::Secrets;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{self, Mismatch, MismatchKind, Node, Span, Value};

/// Takes every part out of the tree that does not fit its type, and says what it was. Whether nothing but unknown keys went.
///
/// A value that does not fit goes alone, so that what stands beside it is looked at too; if it cannot be missed, the map goes
/// that it stood in.
pub(super) fn take_out(
    source: &Source,
    root: &mut Node,
    secrets: &Secrets,
    found: &mut Diagnostics,
) -> bool {
    let mut whole = true;
    // Maps that miss something because it was taken out.
    let mut poorer: HashSet<usize> = HashSet::new();
    while !found.is_full() {
        let Err(mismatch) = yaml::from_node::<Directory>(root) else {
            break;
        };
        let Some(span) = mismatch.span else {
            found.push(Diagnostic::mismatch(source, mismatch));
            break;
        };
        let unknown = matches!(mismatch.kind, MismatchKind::UnknownKey { .. });
        let follows =
            matches!(mismatch.kind, MismatchKind::Missing(_)) && poorer.contains(&span.start);
        whole &= unknown;
        if !follows {
            found.push(told(source, secrets, span, mismatch));
        }
        let taken = if unknown {
            remove_key(root, span)
        } else {
            remove(root, span, &mut poorer)
        };
        if !taken {
            break;
        }
    }
    whole
}

fn told(source: &Source, secrets: &Secrets, span: Span, mismatch: Mismatch) -> Diagnostic {
    let quotes = matches!(mismatch.kind, MismatchKind::Unexpected { .. });
    if quotes && secrets.has(span) {
        // What was found would be told: it is a secret.
        return Diagnostic::at(
            source,
            span,
            "found something else than what belongs here, which is not shown: it may be a secret",
        )
        .help("a secret is text; put a number in quotes");
    }
    Diagnostic::mismatch(source, mismatch)
}

/// Removes the entry with the key at a place.
fn remove_key(node: &mut Node, span: Span) -> bool {
    match &mut node.value {
        Value::Map(entries) => {
            let before = entries.len();
            entries.retain(|(key, _)| key.span != span);
            entries.len() < before || entries.iter_mut().any(|(_, inner)| remove_key(inner, span))
        }
        Value::List(items) => items.iter_mut().any(|item| remove_key(item, span)),
        _ => false,
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
