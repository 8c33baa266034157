//! Which token a client was given last.
//!
//! Counted by the order of answers: a token is new from when its answer was handed over. An answer that was lost on its
//! way gave the client nothing. Clients that share a store are given what each of them is given. A step can give a client
//! another refresh token without an exchange; when, only the server's clock tells.

use jiff::Timestamp;
use mock_idp::journal::Delivery;
use mock_idp::ledger::{TokenKind, TokenLabel};

use super::view::{Placed, View};
use crate::trace::Party;

/// The token of this kind that whoever sent `sent` was given last before that; none if the run had given it none.
pub(super) fn before(view: &View<'_>, sent: Placed<'_>, kind: TokenKind) -> Option<TokenLabel> {
    let gift = last_gift(view, sent, kind, None);
    let swap = swaps(view, sent, kind)
        .filter(|swap| swap.at < sent.exchange.entry.server_time)
        .max_by_key(|swap| swap.at);
    match (gift, swap) {
        (Some(gift), Some(swap)) if swap.at > gift.server_time() => Some(swap.label),
        (Some(gift), _) => Some(gift.label),
        (None, swap) => swap.map(|swap| swap.label),
    }
}

/// Whether `sent` may show this label as the newest of its kind.
///
/// Before the first answer it is one the client was given before the run. What another call was given in the same
/// instant may have come in time, where the trace cannot tell.
pub(super) fn is(view: &View<'_>, sent: Placed<'_>, label: TokenLabel) -> bool {
    let kin = Some(label).filter(|_| view.is_passive() && view.trace.cast.is_empty());
    let newest = match kin {
        None => before(view, sent, label.kind),
        Some(_) => last_gift(view, sent, label.kind, kin).map(|gift| gift.label),
    };
    let certain = match newest {
        Some(newest) => newest == label,
        None => view.is_minted(label),
    };
    let given = last_gift(view, sent, label.kind, kin).map(|gift| gift.server_time());
    certain
        || swaps(view, sent, label.kind)
            .any(|swap| swap.label == label && given.is_none_or(|given| swap.at >= given))
        || gifts(view, sent, label.kind)
            .filter(|gift| view.are_unordered(gift.by, sent))
            .any(|gift| gift.answered == sent.exchange.entry.at && gift.label == label)
}

/// A token that an answer carried to the client.
struct Gift<'a> {
    by: Placed<'a>,
    answered: Timestamp,
    label: TokenLabel,
}

impl Gift<'_> {
    fn place(&self) -> (Timestamp, usize) {
        (self.answered, self.by.index)
    }

    /// When it was handed over, on the server's clock.
    fn server_time(&self) -> Timestamp {
        let entry = &self.by.exchange.entry;
        let took = self.answered.duration_since(entry.at);
        entry
            .server_time
            .saturating_add(took)
            .unwrap_or(entry.server_time)
    }
}

/// The last token of a kind that was given; of one family, where a token of it is named.
fn last_gift<'a>(
    view: &View<'a>,
    sent: Placed<'a>,
    kind: TokenKind,
    kin: Option<TokenLabel>,
) -> Option<Gift<'a>> {
    let family = kin.map(|label| family(view, label));
    gifts(view, sent, kind)
        .filter(|gift| {
            family
                .as_ref()
                .is_none_or(|f| *f == self::family(view, gift.label))
        })
        .filter(|gift| !view.are_unordered(gift.by, sent))
        .filter(|gift| gift.place() < (sent.exchange.entry.at, sent.index))
        .max_by_key(Gift::place)
}

/// Where a token comes from: a refresh token from a sign-in, an access token from whoever it was issued to.
#[derive(PartialEq)]
enum Family<'a> {
    SignIn(TokenLabel),
    Owner(Option<(&'a str, Option<&'a str>)>),
}

/// A run that cannot tell its clients apart still can tell that what one sign-in brought replaces nothing of another's.
fn family<'a>(view: &View<'a>, label: TokenLabel) -> Family<'a> {
    let facts = |label| view.trace.tokens.iter().find(|token| token.label == label);
    match label.kind {
        TokenKind::Refresh => {
            let parent = |label: &TokenLabel| facts(*label).and_then(|token| token.parent);
            // A token is never its own ancestor, but a trace may have been written by anybody.
            let ancestors = std::iter::successors(Some(label), parent);
            let ancestors = ancestors.take(view.trace.tokens.len() + 1);
            Family::SignIn(ancestors.last().unwrap_or(label))
        }
        TokenKind::Access | TokenKind::DeviceCode | TokenKind::Code => {
            let facts = facts(label);
            Family::Owner(facts.map(|token| (token.client.as_str(), token.user.as_deref())))
        }
    }
}

/// All tokens of a kind that reached whoever sent `sent`.
fn gifts<'a>(view: &View<'a>, sent: Placed<'a>, kind: TokenKind) -> impl Iterator<Item = Gift<'a>> {
    view.exchanges().filter_map(move |by| {
        let reply = by.exchange.entry.reply.as_ref()?;
        let reached = reply.delivery == Delivery::Sent && is_shared(view, by, sent);
        let label = reply.issued.iter().rev().find(|label| label.kind == kind)?;
        reached.then_some(Gift {
            by,
            answered: by.exchange.entry.answered_at?,
            label: *label,
        })
    })
}

/// Whether what one request brought is at hand for the other.
fn is_shared(view: &View<'_>, one: Placed<'_>, other: Placed<'_>) -> bool {
    let (one, other) = (one.exchange, other.exchange);
    one.by == other.by
        && (one.by == Party::Intruder
            || match (view.sender(one), view.sender(other)) {
                (Some(one), Some(other)) => view.share_a_store(one, other),
                // Where the run cannot tell clients apart, there is one.
                (None, Some(_)) => false,
                (_, None) => true,
            })
}

/// A refresh token that was made for a client while it runs.
struct Swapped {
    label: TokenLabel,
    /// On the server's clock.
    at: Timestamp,
}

/// The refresh tokens that steps may have given to whoever sent `sent`: made for its application and user, and brought by
/// no answer.
fn swaps<'a>(view: &View<'a>, sent: Placed<'a>, kind: TokenKind) -> impl Iterator<Item = Swapped> {
    let client = view
        .sender(sent.exchange)
        .filter(|client| kind == TokenKind::Refresh && view.is_given_another_grant(client));
    let made = view.trace.tokens.iter().filter(move |token| {
        client.is_some_and(|client| {
            token.label.kind == TokenKind::Refresh
                && token.client == client.client
                && token.user == client.user
                && token.issuer == client.issuer
        })
    });
    made.filter(|token| view.is_minted(token.label))
        .map(|token| Swapped {
            label: token.label,
            at: token.issued_at,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{played, resource, set_up, tale, token, told};

    #[test]
    fn of_calls_made_at_once_any_may_have_fetched_the_token() {
        let check = json!({ "each": { "to": "resource", "presents": "newest" } });
        let verdict = |together: bool, shown: [&str; 2]| {
            let shared = tale([
                resource(0).caused_by("a", 1).shows(shown[0]),
                token(0).caused_by("a", 2).issues("AT#2"),
                resource(0).caused_by("a", 2).shows(shown[1]),
            ]);
            let steps = json!([{ "call_api": { "as": "a", "times": 2, "together": together } }]);
            told(&played(steps, &shared.minted("AT#1"), check.clone()))
        };
        insta::assert_snapshot!(verdict(true, ["AT#2", "AT#2"]), @"pass");
        insta::assert_snapshot!(verdict(true, ["AT#1", "AT#2"]), @"pass");
        // Within one call the order is known, and so it is one call after another.
        insta::assert_snapshot!(verdict(true, ["AT#2", "AT#1"]), @"fail | expected each request to resource shows the newest token | observed #3 shows AT#1 (live), not AT#2 | #3");
        insta::assert_snapshot!(verdict(false, ["AT#2", "AT#2"]), @"fail | expected each request to resource shows the newest token | observed #1 shows AT#2 (live) | #1");
    }

    #[test]
    fn clients_that_share_a_store_share_what_they_are_given() {
        let each = json!({ "each": { "to": "token", "client": "b", "presents": "newest" } });
        let sent = |shown: &str| {
            tale([
                token(0).of("a").shows("RT#1").issues("AT#1 RT#2"),
                token(9).of("b").shows(shown),
            ])
            .cast(&["a", "b"])
            .minted("RT#1")
        };
        let shared = json!({ "clients": { "a": { "store": "disk" }, "b": { "store": "disk" } } });
        let apart = json!({ "clients": { "a": {}, "b": { "store": "disk" } } });
        let verdict = |body: &Value, shown| told(&set_up(body.clone(), &sent(shown), each.clone()));
        insta::assert_snapshot!(verdict(&shared, "RT#2"), @"pass");
        insta::assert_snapshot!(verdict(&shared, "RT#1"), @"fail | expected each request to token by `b` shows the newest token | observed #2 shows RT#1 (live), not RT#2 | #2");
        insta::assert_snapshot!(verdict(&apart, "RT#1"), @"pass");
        insta::assert_snapshot!(verdict(&apart, "RT#2"), @"fail | expected each request to token by `b` shows the newest token | observed #2 shows RT#2 (live) | #2");
    }

    #[test]
    fn another_refresh_token_can_be_given_by_a_step() {
        let each = json!({ "each": { "to": "token", "after": "b", "presents": "newest" } });
        let body = json!({ "steps": [{ "swap": { "refresh_token": "rt9" } }] });
        let run = |shown: &str| {
            tale([
                token(0).shows("RT#1").issues("AT#1 RT#3"),
                token(9).caused_by("b", 1).shows(shown),
            ])
            .cast(&["client"])
            .began("b", 9)
            .minted("RT#1")
            .minted("RT#2")
            .owned("RT#2", "app", None, 5)
        };
        let verdict = |body: &Value, shown| told(&set_up(body.clone(), &run(shown), each.clone()));
        insta::assert_snapshot!(verdict(&body, "RT#2"), @"pass");
        insta::assert_snapshot!(verdict(&body, "RT#3"), @"fail | expected each request to token after step `b` began shows the newest token | observed #2 shows RT#3 (live), not RT#2 | #2");
        // Without such a step the client has no business with it.
        insta::assert_snapshot!(verdict(&json!({}), "RT#2"), @"fail | expected each request to token after step `b` began shows the newest token | observed #2 shows RT#2 (live), not RT#3 | #2");
        insta::assert_snapshot!(verdict(&json!({}), "RT#3"), @"pass");
    }

    #[test]
    fn what_one_sign_in_brought_replaces_nothing_of_anothers() {
        let check = json!({ "each": { "to": "token", "presents": "newest" } });
        let two = |last: &str| {
            tale([
                token(0).shows("RT#1").issues("AT#1 RT#3"),
                token(1).shows("RT#2").issues("AT#2 RT#4"),
                token(2).shows(last),
            ])
            .minted("RT#1")
            .minted("RT#2")
            .passive()
        };
        insta::assert_snapshot!(two("RT#3").verdict(check.clone()), @"pass");
        insta::assert_snapshot!(two("RT#4").verdict(check.clone()), @"pass");
        insta::assert_snapshot!(two("RT#2").verdict(check.clone()), @"fail | expected each request to token shows the newest token | observed #3 shows RT#2 (live), not RT#4 | #3");
        insta::assert_snapshot!(two("RT#1").verdict(check), @"fail | expected each request to token shows the newest token | observed #3 shows RT#1 (live), not RT#4 | #3");
    }
}
