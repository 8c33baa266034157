//! When nothing seen is a proof of nothing done.

use super::view::View;
use super::words;
use crate::scenario::{Presents, Selector, Target};
use crate::trace::Party;

/// What is missing before the absence of such exchanges means anything; none if enough was seen.
///
/// A client that sent nothing cannot be praised for what it did not send. Where a check has a `given` of its own
/// (`proven`), that decides. Otherwise the party must have sent something to the endpoint at all; where the endpoint
/// itself is what must be avoided, something to any endpoint.
pub(super) fn unproven(view: &View<'_>, selector: &Selector, proven: bool) -> Option<String> {
    if proven {
        return None;
    }
    let by = selector.by.unwrap_or(Party::Client);
    let to = if is_bare(selector) { None } else { selector.to };
    let seen = view.exchanges().any(|sent| {
        sent.exchange.by == by
            && to
                .unwrap_or(Target::Anything)
                .covers(sent.exchange.entry.endpoint)
    });
    let whose = Selector {
        to,
        by: selector.by,
        ..Selector::default()
    };
    (!seen).then(|| format!("no request{} was seen", words::like(&whose)))
}

/// Whether a selector speaks of an endpoint as such and not of some of its requests.
fn is_bare(selector: &Selector) -> bool {
    let Selector {
        to: _,
        by: _,
        status,
        grant,
        error,
        presents,
        leaks_secret,
        after,
        during,
    } = selector;
    let any_token: &Option<Presents> = presents;
    status.is_none()
        && grant.is_none()
        && error.is_none()
        && any_token.is_none()
        && leaks_secret.is_none()
        && after.is_none()
        && during.is_none()
}
