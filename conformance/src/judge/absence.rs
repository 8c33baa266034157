//! When nothing seen is a proof of nothing done.

use super::matching::select;
use super::view::View;
use super::words;
use crate::scenario::Selector;

/// What is missing before the absence of such exchanges means anything; none if enough was seen.
///
/// A client that sent nothing cannot be praised for what it did not send. Where a check has a `given` of its own
/// (`proven`), that decides. Otherwise whoever is meant must have sent something to the endpoint at all; where the endpoint
/// itself is what must be avoided, something to any endpoint.
pub(super) fn unproven(view: &View<'_>, selector: &Selector, proven: bool) -> Option<String> {
    if proven {
        return None;
    }
    let own = Selector {
        to: selector.to,
        by: selector.by,
        client: selector.client.clone(),
        ..Selector::default()
    };
    let whose = if own == *selector {
        Selector { to: None, ..own }
    } else {
        own
    };
    let seen = select(view, &whose).is_ok_and(|matches| !matches.exchanges.is_empty());
    (!seen).then(|| format!("no request{} was seen", words::like(&whose)))
}
