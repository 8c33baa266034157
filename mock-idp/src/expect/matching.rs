//! Which entries of a record [`Requests`] mean.
//!
//! Times are those of the journal's timeline. Within one instant the order of arrival decides.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::presents::{AuthUse, Presents};
use super::record::Record;
use super::requests::Requests;
use super::told::{Moment, Told};
use super::words;
use crate::fault::Length;
use crate::journal::{AuthMethod, BasicSpelling, Endpoint, Entry};
use crate::ledger::{TokenLabel, TokenState};

/// An entry and its place in the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'a> {
    pub(super) index: usize,
    pub(super) entry: &'a Entry,
}

impl Sent<'_> {
    /// When it arrived; of one instant the earlier first.
    pub(super) fn arrival(&self) -> Moment {
        (self.entry.at, self.index)
    }

    fn label(&self) -> Option<TokenLabel> {
        self.entry.presented.as_ref()?.token
    }
}

/// The entries that were meant.
pub(super) struct Matches<'a> {
    pub(super) sent: Vec<Sent<'a>>,
    /// When the time begins in which they were looked for.
    pub(super) from: Timestamp,
    /// When it ends.
    pub(super) until: Timestamp,
    /// What is said where that time was not seen whole; none where it was.
    pub(super) unseen: Option<String>,
}

/// Why a record does not tell what was asked.
#[derive(Debug)]
pub(super) struct Untold(pub(super) String);

/// Every entry with its place, in order.
pub(super) fn all(record: &Record) -> impl Iterator<Item = Sent<'_>> {
    let entries = record.entries.iter().enumerate();
    entries.map(|(index, entry)| Sent { index, entry })
}

/// What is said of a record that is not whole.
pub(super) fn forgotten(record: &Record) -> Option<String> {
    (record.forgotten > 0).then(|| {
        format!(
            "the journal has dropped its {} oldest entries; start the world with a larger `journal_capacity`",
            record.forgotten
        )
    })
}

/// The entries that `requests` mean.
pub(super) fn select<'a>(record: &'a Record, requests: &Requests) -> Result<Matches<'a>, Untold> {
    let forgotten = forgotten(record);
    if let Some(forgotten) = &forgotten
        && looks_back(requests)
    {
        return Err(Untold(forgotten.clone()));
    }
    let after = match &requests.after {
        Some(first) => Some(first_answer(record, first)?),
        None => None,
    };
    let before = match &requests.before {
        Some(first) => Some(first_arrival(record, first)?),
        None => None,
    };
    let from = after.map_or(record.from, |(at, _)| at);
    let told = Told::of(record);
    let window = requests.following.map(|Length(length)| length);
    let passed = record.until.duration_since(from);
    let sent = all(record)
        .filter(|sent| after.is_none_or(|(at, index)| sent.entry.at >= at && sent.index > index))
        .filter(|sent| before.is_none_or(|before| sent.arrival() < before))
        .filter(|sent| {
            window.is_none_or(|length| sent.entry.at.duration_since(from) < signed(length))
        })
        .filter(|sent| is_like(&told, *sent, requests))
        .collect();
    let unfinished = window
        .filter(|length| passed < signed(*length) && before.is_none())
        .map(|length| {
            let (passed, whole) = (Length(passed.unsigned_abs()), Length(length));
            format!("only {passed} of these {whole} have passed")
        });
    let end = window.and_then(|length| from.checked_add(signed(length)).ok());
    let ends = [before.map(|(at, _)| at), end];
    // What is kept begins with the oldest entry that is kept.
    let oldest = record.entries.first().filter(|_| record.forgotten > 0);
    Ok(Matches {
        sent,
        from: oldest.map_or(from, |oldest| oldest.at.max(from)),
        until: ends
            .into_iter()
            .flatten()
            .fold(record.until, Timestamp::min),
        unseen: forgotten.or(unfinished),
    })
}

/// Whether it takes what came before a request to tell whether it is meant.
fn looks_back(requests: &Requests) -> bool {
    requests.after.is_some()
        || requests.before.is_some()
        || matches!(
            requests.presents,
            Some(Presents::Newest | Presents::Rejected)
        )
}

/// When the first such request was answered, and its place. What is answered later is never the first.
fn first_answer(record: &Record, first: &Requests) -> Result<Moment, Untold> {
    let sent = select(record, first)?.sent;
    let fate = if sent.is_empty() { "seen" } else { "answered" };
    sent.iter()
        .filter_map(|sent| Some((sent.entry.answered_at?, sent.index)))
        .min()
        .ok_or_else(|| Untold(format!("no request{} was {fate}", words::like(first))))
}

/// When the first such request arrived, and its place.
fn first_arrival(record: &Record, first: &Requests) -> Result<Moment, Untold> {
    let sent = select(record, first)?.sent;
    sent.iter()
        .map(Sent::arrival)
        .min()
        .ok_or_else(|| Untold(format!("no request{} was seen", words::like(first))))
}

/// Whether an entry meets every condition but those on when it came.
pub(super) fn is_like(told: &Told<'_>, sent: Sent<'_>, requests: &Requests) -> bool {
    let Requests {
        to,
        client,
        status,
        grant,
        scope,
        tenant,
        method,
        auth,
        error,
        presents,
        left_at_least,
        leaks_secret,
        secret_in,
        // Looked up once for all entries.
        after: _,
        following: _,
        before: _,
    } = requests;
    let entry = sent.entry;
    let asked = entry.token_request.as_ref();
    let reply = entry.reply.as_ref();
    holds(to, |to| to.covers(entry.endpoint))
        && holds(client, |client| {
            entry
                .client()
                .is_some_and(|by| by.eq_ignore_ascii_case(client))
        })
        && holds(method, |method| entry.method == *method)
        && holds(status, |s| reply.is_some_and(|r| s.include(r.status)))
        && holds(error, |e| {
            reply.is_some_and(|r| r.error.as_ref() == Some(e))
        })
        && holds(grant, |g| {
            asked.is_some_and(|r| r.grant.as_ref() == Some(g))
        })
        && holds(scope, |s| asked.is_some_and(|r| r.scope.contains(s)))
        && holds(tenant, |tenant| asks(entry, tenant))
        && holds(auth, |auth| authenticates(entry, *auth))
        && holds(presents, |wanted| shows(told, sent, *wanted))
        && holds(left_at_least, |left| has_left(entry, left.0))
        && holds(leaks_secret, |leaks| *leaks != entry.secrets.is_empty())
        && holds(secret_in, |place| {
            entry.secrets.iter().any(|s| s.place == *place)
        })
}

/// Whether a condition holds, if it is given.
fn holds<T>(condition: &Option<T>, holds: impl FnOnce(&T) -> bool) -> bool {
    condition.as_ref().is_none_or(holds)
}

/// Whether a request asks a tenant. Only the provider's own endpoints belong to one.
fn asks(entry: &Entry, tenant: &str) -> bool {
    let is_it = |name: &str| name.eq_ignore_ascii_case(tenant);
    match (&entry.token_request, entry.endpoint) {
        (Some(request), _) => request.issuer.as_deref().is_some_and(is_it),
        (None, Endpoint::Token | Endpoint::Discovery | Endpoint::Jwks) => {
            entry.path.split(['/', '?']).any(is_it)
        }
        _ => false,
    }
}

fn authenticates(entry: &Entry, wanted: AuthUse) -> bool {
    let Some(request) = &entry.token_request else {
        return false;
    };
    let has = |method| request.auth.contains(&method);
    let spelt = |spelling| has(AuthMethod::Basic) && request.basic == Some(spelling);
    match wanted {
        AuthUse::Basic => has(AuthMethod::Basic),
        AuthUse::BasicEncoded => spelt(BasicSpelling::Encoded),
        AuthUse::BasicRaw => spelt(BasicSpelling::Raw),
        AuthUse::Post => has(AuthMethod::Post),
        AuthUse::Assertion => has(AuthMethod::Assertion),
        AuthUse::None => request.auth.is_empty(),
    }
}

/// Whether the token shown has at least so long to live; a token that was never issued does not live.
fn has_left(entry: &Entry, wanted: Duration) -> bool {
    entry.presented.as_ref().is_some_and(|shown| {
        shown.token.is_some()
            && shown.state != TokenState::Foreign
            && shown
                .seconds_left
                .is_none_or(|left| SignedDuration::from_secs(left) >= signed(wanted))
    })
}

fn shows(told: &Told<'_>, sent: Sent<'_>, wanted: Presents) -> bool {
    let shown = sent.entry.presented.as_ref();
    let state = shown.map(|shown| shown.state);
    let label = sent.label();
    match wanted {
        Presents::Newest => {
            label.is_some_and(|label| told.is_newest(label, sent.entry, sent.arrival()))
        }
        Presents::Live => state == Some(TokenState::Live),
        Presents::Expired => state == Some(TokenState::Expired),
        Presents::Rotated => state == Some(TokenState::Rotated),
        Presents::Revoked => state == Some(TokenState::Revoked),
        Presents::Foreign => {
            shown.is_some() && (label.is_none() || state == Some(TokenState::Foreign))
        }
        Presents::Rejected => {
            label.is_some_and(|label| told.was_refused(label, sent.entry, sent.arrival()))
        }
        Presents::Nothing => shown.is_none(),
        Presents::Label(wanted) => label == Some(wanted),
    }
}

/// A length of time to calculate with; one that is too long for it is as long as can be.
pub(super) fn signed(length: Duration) -> SignedDuration {
    SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
}
