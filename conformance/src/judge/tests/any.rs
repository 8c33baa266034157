//! Checks and runs of any kind, for rules that hold for all of them.

use mock_idp::journal::{Delivery, SecretPlace};
use mock_idp::ledger::TokenState;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::judge::fixture::{Said, Sent, Tale, call, got, resource, tale, token};
use crate::trace::{Class, CutShort, MarkKind, Operation};

/// Checks of every kind, as scenarios have them.
pub(super) fn every_check() -> Vec<Value> {
    let mut checks: Vec<Value> = selectors()
        .into_iter()
        .map(|s| json!({ "never": s }))
        .collect();
    let bounds = [
        json!({ "is": 1 }),
        json!({ "at_most": 2 }),
        json!({ "at_least": 2 }),
        json!({ "at_most": 1, "within": "5s" }),
        json!({ "at_least": 1, "within": "5s" }),
        json!({ "at_most": 1, "per": "client" }),
        json!({ "at_least": 1, "per": "client" }),
        json!({ "at_most": 1, "per": "call" }),
        json!({ "at_least": 1, "per": "call" }),
        json!({ "is": 1, "per": "token" }),
    ];
    // Each selector with some bounds, so that each bound meets several selectors.
    for (index, selector) in selectors().into_iter().enumerate() {
        for bound in bounds.iter().cycle().skip(3 * index).take(3) {
            let mut count = selector.clone();
            for (key, value) in bound.as_object().into_iter().flatten() {
                count[key] = value.clone();
            }
            checks.push(json!({ "count": count }));
        }
    }
    checks.extend([
        json!({ "count": { "to": "resource", "is": 0 } }),
        json!({ "each": { "of": "a", "outcome": "ok" } }),
        json!({ "each": { "of": "a", "outcome": { "class": ["throttled", "timeout"], "retry_after": "1s..9s" } } }),
        json!({ "each": { "of": "b", "retries": 0 } }),
        json!({ "each": { "of": "a", "same": "token" } }),
        json!({ "each": { "of": "b", "carries": ["trace_id"] } }),
        json!({ "each": { "to": "token", "presents": "newest" } }),
        json!({ "each": { "to": "token", "method": "POST", "auth_methods": 1, "leaks_secret": false } }),
        json!({ "gap": { "from": "token#1", "to": "token#2", "at_least": "3s", "at_most": "9s" } }),
        json!({ "gap": { "from": "token#1", "to": "resource#1", "at_least": "1s" } }),
        json!({ "gap": { "between": "token", "at_least": "2s" } }),
        json!({ "gap": { "between": "resource", "growing": true } }),
        json!({ "gap": { "between": "token", "client": "client", "after": { "to": "resource" }, "at_least": "2s", "tolerance": "1s" } }),
        json!({ "gap": { "between": "resource", "growth": 1.5 } }),
        json!({ "distinct": { "to": "resource", "field": "token" } }),
        json!({ "distinct": { "to": "token", "grant": "refresh_token", "field": "scope" } }),
        json!({ "constant": { "to": "token", "field": "auth" } }),
        json!({ "constant": { "to": "resource", "field": "token" } }),
        json!({ "order": [{ "to": "resource", "status": 401 }, { "to": "token" }] }),
        json!({ "order": [{ "to": "token" }, { "to": "resource", "before": { "to": "token", "status": "4xx" } }] }),
        json!({ "overlap": { "to": "token", "at_most": 1 } }),
        json!({ "overlap": { "to": "token", "at_least": 2 } }),
        json!({ "heeds": { "to": "token" } }),
        json!({ "heeds": { "to": "anything", "tolerance": "1s" } }),
        json!({ "never": { "to": "resource", "expired_for": "1s" } }),
        json!({ "overlap": { "after": "b", "for": "9s", "at_most": 2 } }),
        json!({ "spread": { "to": "token", "at_least": "2s" } }),
        json!({ "spread": { "at_most": "9s" } }),
        json!({ "each": { "of": "a", "took": "0s..9s" } }),
        json!({ "each": { "of": "a", "client": "client", "outcome": "ok" } }),
        json!({ "each": { "to": "resource", "presents": "own" } }),
        json!({ "each": { "to": "resource", "left_at_least": "5s", "scheme": "Bearer" } }),
        json!({ "each": { "auth": "post", "sends": ["grant_type"], "lacks": ["username"], "repeated_parameters": 0 } }),
        json!({ "invariant": ["outcome.class", "wire.count"] }),
    ]);
    for given in [
        json!({ "to": "token" }),
        json!({ "rotations": 1 }),
        json!({ "to": "token", "after": "b" }),
    ] {
        checks
            .push(json!({ "never": { "to": "resource", "presents": "expired" }, "given": given }));
    }
    checks
}

fn selectors() -> Vec<Value> {
    vec![
        json!({ "to": "token" }),
        json!({ "to": "resource", "presents": "expired" }),
        json!({ "to": "token", "presents": "newest" }),
        json!({ "leaks_secret": true }),
        json!({ "to": "token", "after": "b" }),
        json!({ "to": "token", "after": { "to": "resource", "status": 401 } }),
        json!({ "to": "token", "while": "herd" }),
        json!({ "to": "token", "while": "herd", "status": 503 }),
        json!({ "by": "intruder" }),
        json!({ "to": "token", "client": "client" }),
        json!({ "status": ["4xx", 503], "auth": "post" }),
        json!({ "to": "resource", "presents": "rejected" }),
        json!({ "to": "resource", "presents": "own" }),
        json!({ "tenant": "first", "method": "POST" }),
        json!({ "to": "token", "after": { "to": "resource" }, "for": "9s" }),
        json!({ "to": "token", "for": "9s", "status": 503 }),
        json!({ "to": "token", "before": "b" }),
        json!({ "to": "token", "before": { "to": "resource", "status": 401 } }),
        json!({ "to": "token", "before": { "to": "resource" }, "scope": "a" }),
        json!({ "secret_in": "url", "left_at_least": "3s" }),
    ]
}

/// An exchange of any kind.
pub(super) fn sent() -> impl Strategy<Value = Sent> {
    let shape = (any::<bool>(), 0i64..40, 0i64..6, 0u8..16, 0u8..10, 0u8..12);
    shape.prop_map(|(to_token, when, lasts, request, reply, twist)| {
        let mut sent = if to_token {
            token(when)
        } else {
            resource(when)
        };
        let serial = u32::from(request % 4) + 1;
        let kind = if to_token { "RT" } else { "AT" };
        sent = match request / 4 {
            0 => sent,
            1 => sent.shows(&format!("{kind}#{serial}")),
            2 => sent.shows_as(&format!("{kind}#{serial}"), TokenState::Expired),
            _ => sent.shows_foreign(),
        };
        sent = match reply {
            0..=4 if to_token => sent.issues(&format!("AT#{serial} RT#{}", serial + 1)),
            0..=4 => sent,
            5 => sent.status(401),
            6 => sent.status(503).header("retry-after", "7"),
            7 => sent.status(400).error("invalid_grant"),
            8 => sent.lost(Delivery::Reset),
            _ => return sent.unanswered(),
        };
        sent = sent.answered(when + lasts);
        match twist {
            0 => sent.by_intruder(),
            1 => sent.held("herd", when + lasts),
            2 => sent.caused_by("a", 1),
            3 => sent.caused_by("b", 2),
            4 => sent.leaks("client_secret", SecretPlace::Url),
            _ => sent,
        }
    })
}

/// An outcome of any kind.
fn said() -> impl Strategy<Value = Said> {
    let classes = prop::sample::select(vec![
        Class::Ok,
        Class::Ok,
        Class::Throttled,
        Class::Transient,
    ]);
    let shape = (any::<bool>(), 1u32..4, 0i64..40, 0i64..6, classes, 0u8..4);
    shape.prop_map(|(first, index, when, lasts, class, kind)| {
        let label = if first { "a" } else { "b" };
        let said = match kind {
            0 => got(label, index, when, "AT#1"),
            1 => call(Operation::ForceRefresh, label, index, when),
            2 => call(Operation::CallApi, label, index, when).wait(4),
            _ => return call(Operation::GetToken, label, index, when).unfinished(),
        };
        said.until(when + lasts).class(class)
    })
}

/// A run of any kind, in the order of arrival or out of it.
pub(super) fn trace() -> impl Strategy<Value = Tale> {
    let marks = (0i64..40, 0i64..40, prop::option::of(0u64..12));
    let parts = (
        prop::collection::vec(sent(), 0..12),
        prop::collection::vec(said(), 0..5),
        marks,
        0u8..8,
        any::<bool>(),
    );
    parts.prop_map(
        |(mut exchanges, outcomes, (began, released, last), road, sorted)| {
            if sorted {
                exchanges.sort_by_key(|sent| sent.0.entry.at);
            }
            let tale = tale(exchanges)
                .said(outcomes)
                .ended(50)
                .cast(&["client"])
                .minted("RT#1")
                .mark(MarkKind::Started("b".to_owned()), began, last)
                .mark(MarkKind::Released("herd".to_owned()), released, last);
            match road {
                0 => tale.passive(),
                1 => tale.over_budget(12),
                2 => tale.cut(CutShort::ClientPanicked("oh".to_owned())),
                3 => tale.cut(CutShort::Harness("no".to_owned())),
                _ => tale,
            }
        },
    )
}

/// A run of two clients, `client` and `other`.
fn duet() -> impl Strategy<Value = Tale> {
    (trace(), any::<u16>()).prop_map(|(mut tale, whose)| {
        let name = |index: usize| {
            if whose >> index & 1 == 1 {
                "client"
            } else {
                "other"
            }
        };
        for (index, exchange) in tale.0.exchanges.iter_mut().enumerate() {
            if let Some(caller) = &mut exchange.caller {
                caller.client = Some(name(index).to_owned());
            }
        }
        for (index, outcome) in tale.0.outcomes.iter_mut().enumerate() {
            outcome.caller.client = Some(name(index).to_owned());
        }
        tale.cast(&["client", "other"])
    })
}

/// A run of one client or of two.
pub(super) fn any_trace() -> impl Strategy<Value = Tale> {
    prop_oneof![trace(), duet()]
}
