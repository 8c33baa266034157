//! Which exchanges a selector means.
//!
//! Times are those of the shared timeline. Within one instant the order of the trace decides, and for marks the number
//! of the last exchange that had arrived.

mod boundary;
mod hold;
mod shown;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mock_idp::journal::{AuthMethod, BasicSpelling, Endpoint, Entry, SecretPlace};
use mock_idp::ledger::TokenState;

use super::missing::Missing;
use super::span::{signed, span};
use super::view::{Placed, View};
use crate::scenario::{AuthUse, Presents, SecretIn, Selector};
use crate::trace::{CastMember, Party};
use boundary::Boundary;
use hold::Hold;
pub(super) use shown::shows;

/// The exchanges that were meant.
pub(super) struct Matches<'a> {
    pub(super) exchanges: Vec<Placed<'a>>,
    /// Whether no later exchange could have been among them.
    pub(super) closed: bool,
    /// Whether each of them would have stayed among them, had the run gone on.
    pub(super) lasting: bool,
    /// When the time begins in which they were looked for.
    pub(super) from: Timestamp,
    /// When it ends.
    pub(super) until: Timestamp,
    /// What is said where the run ended before that time was over; none where it was seen whole, and where the request
    /// budget ended the run.
    pub(super) unseen: Option<String>,
}

/// The exchanges that `selector` means.
pub(super) fn select<'a>(view: &View<'a>, selector: &Selector) -> Result<Matches<'a>, Missing> {
    let whose = Whose::of(view, selector)?;
    let after = selector.after.as_ref();
    let after = after.map(|a| Boundary::beginning(view, a)).transpose()?;
    let before = selector.before.as_ref();
    let before = before.map(|b| Boundary::end(view, b)).transpose()?;
    let hold = selector.during.as_ref();
    let hold = hold.map(|name| Hold::find(view, name)).transpose()?;
    let from = after.as_ref().map_or(view.trace.started_at, Boundary::at);
    let window = selector.following.map(|length| Window {
        from,
        length: length.0,
    });
    let within: Vec<Placed<'a>> = view
        .exchanges()
        .filter(|sent| {
            after
                .as_ref()
                .is_none_or(|after| after.precedes(view, *sent))
        })
        .filter(|sent| {
            !before
                .as_ref()
                .is_some_and(|before| before.precedes(view, *sent))
        })
        .filter(|sent| window.as_ref().is_none_or(|window| window.admits(*sent)))
        .filter(|sent| hold.as_ref().is_none_or(|hold| hold.admits(view, *sent)))
        .collect();
    let lasting = [&after, &before]
        .into_iter()
        .flatten()
        .all(|boundary| boundary.lasting);
    let ended = view.trace.ended_at;
    let release = hold.as_ref().and_then(|hold| hold.until);
    let over = window.as_ref().is_some_and(|window| window.is_over(ended));
    let answered = || within.iter().all(|s| s.exchange.entry.reply.is_some());
    let closed = lasting
        && (before.is_some() || release.is_some() || over)
        && (!asks_for_answer(selector) || answered());
    let unseen = window
        .as_ref()
        .filter(|_| !over && before.is_none() && release.is_none() && view.budget().is_none())
        .map(|window| window.unseen(ended));
    let ends = [
        before.as_ref().map(Boundary::at),
        release.map(|release| release.at),
        window.as_ref().and_then(Window::end),
    ];
    Ok(Matches {
        exchanges: within
            .into_iter()
            .filter(|sent| is_like(view, *sent, selector, &whose))
            .collect(),
        closed,
        lasting,
        from: hold.map_or(from, |hold| hold.from.max(from)),
        until: ends.into_iter().flatten().fold(ended, Timestamp::min),
        unseen,
    })
}

/// How a client authenticates in a token request; none where the run cannot tell.
pub(super) fn authenticates(entry: &Entry, wanted: AuthUse) -> Option<bool> {
    let Some(request) = &entry.token_request else {
        return Some(false);
    };
    let has = |method| request.auth.contains(&method);
    let spelt = |spelling| match request.basic {
        _ if !has(AuthMethod::Basic) => Some(false),
        Some(seen) => Some(seen == spelling),
        None => None,
    };
    match wanted {
        AuthUse::Basic => Some(has(AuthMethod::Basic)),
        AuthUse::BasicEncoded => spelt(BasicSpelling::Encoded),
        AuthUse::BasicRaw => spelt(BasicSpelling::Raw),
        AuthUse::Post => Some(has(AuthMethod::Post)),
        AuthUse::None => Some(request.auth.is_empty()),
    }
}

/// Whether the token shown has at least so long to live; a token that was never issued does not live.
pub(super) fn has_left(entry: &Entry, wanted: Duration) -> bool {
    entry.presented.as_ref().is_some_and(|shown| {
        shown.token.is_some()
            && shown.state != TokenState::Foreign
            && shown
                .seconds_left
                .is_none_or(|left| SignedDuration::from_secs(left) >= signed(wanted))
    })
}

/// Whether the token shown ran out so long ago or earlier.
fn ran_out(entry: &Entry, ago: Duration) -> bool {
    let left = entry
        .presented
        .as_ref()
        .and_then(|shown| shown.seconds_left);
    left.is_some_and(|left| SignedDuration::from_secs(left) <= -signed(ago))
}

/// Whether a selector asks for an answer, so that an exchange which is still open may yet be meant.
fn asks_for_answer(selector: &Selector) -> bool {
    selector.status.is_some() || selector.error.is_some()
}

/// What a selector says of clients and tenants, looked up in the run.
struct Whose<'a> {
    clients: Option<Vec<&'a CastMember>>,
    tenant: Option<&'a str>,
}

impl<'a> Whose<'a> {
    fn of(view: &View<'a>, selector: &Selector) -> Result<Self, Missing> {
        let name = selector.client.as_deref();
        if selector.presents == Some(Presents::Own) {
            view.clients(None)?;
        }
        Ok(Self {
            clients: name.map(|name| view.clients(Some(name))).transpose()?,
            tenant: selector
                .tenant
                .map(|which| view.tenant(which))
                .transpose()?,
        })
    }

    fn admits(&self, view: &View<'_>, sent: Placed<'_>) -> bool {
        let by_one_of_them = |clients: &Vec<&CastMember>| {
            let sender = view.sender(sent.exchange);
            sender.is_some_and(|sender| clients.iter().any(|c| c.name == sender.name))
        };
        self.clients.as_ref().is_none_or(by_one_of_them)
            && self
                .tenant
                .is_none_or(|tenant| asks(&sent.exchange.entry, tenant))
    }
}

/// Whether a request asks a tenant. Only the provider's own endpoints belong to one.
fn asks(entry: &Entry, tenant: &str) -> bool {
    match (&entry.token_request, entry.endpoint) {
        (Some(request), _) => request.issuer.as_deref() == Some(tenant),
        (None, Endpoint::Token | Endpoint::Discovery | Endpoint::Jwks) => {
            entry.path.split(['/', '?']).any(|part| part == tenant)
        }
        _ => false,
    }
}

/// A length of time after `after`; its end does not belong to it.
struct Window {
    from: Timestamp,
    length: Duration,
}

impl Window {
    fn admits(&self, sent: Placed<'_>) -> bool {
        let passed = sent.exchange.entry.at.duration_since(self.from);
        passed < signed(self.length)
    }

    fn end(&self) -> Option<Timestamp> {
        self.from.checked_add(signed(self.length)).ok()
    }

    fn is_over(&self, at: Timestamp) -> bool {
        at.duration_since(self.from) >= signed(self.length)
    }

    fn unseen(&self, ended: Timestamp) -> String {
        let passed = ended.duration_since(self.from).unsigned_abs();
        format!(
            "the run ended {} into these {}",
            span(passed),
            span(self.length)
        )
    }
}

fn is_like(view: &View<'_>, sent: Placed<'_>, selector: &Selector, whose: &Whose<'_>) -> bool {
    let Selector {
        to,
        by,
        status,
        grant,
        scope,
        method,
        auth,
        error,
        presents,
        left_at_least,
        expired_for,
        leaks_secret,
        secret_in,
        // Looked up once for all exchanges.
        client: _,
        tenant: _,
        after: _,
        following: _,
        before: _,
        during: _,
    } = selector;
    let entry = &sent.exchange.entry;
    let asked = entry.token_request.as_ref();
    let reply = entry.reply.as_ref();
    sent.exchange.by == by.unwrap_or(Party::Client)
        && holds(to, |to| to.covers(entry.endpoint))
        && whose.admits(view, sent)
        && holds(method, |method| entry.method == *method)
        && holds(status, |s| reply.is_some_and(|r| s.include(r.status)))
        && holds(error, |e| {
            reply.is_some_and(|r| r.error.as_ref() == Some(e))
        })
        && holds(grant, |g| {
            asked.is_some_and(|r| r.grant.as_ref() == Some(g))
        })
        && holds(scope, |s| asked.is_some_and(|r| r.scope.contains(s)))
        && holds(auth, |auth| authenticates(entry, *auth) == Some(true))
        && holds(presents, |wanted| shows(view, sent, wanted) == Some(true))
        && holds(left_at_least, |left| has_left(entry, left.0))
        && holds(expired_for, |length| ran_out(entry, length.0))
        && holds(leaks_secret, |leaks| *leaks != entry.secrets.is_empty())
        && holds(secret_in, |place| {
            entry.secrets.iter().any(|s| s.place == spot(*place))
        })
}

/// Whether a condition holds, if it is given.
fn holds<T>(condition: &Option<T>, holds: impl FnOnce(&T) -> bool) -> bool {
    condition.as_ref().is_none_or(holds)
}

fn spot(place: SecretIn) -> SecretPlace {
    match place {
        SecretIn::Url => SecretPlace::Url,
        SecretIn::Header => SecretPlace::Header,
        SecretIn::Body => SecretPlace::Body,
    }
}
