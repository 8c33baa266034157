//! A report with every kind of line in it, for tests.

use std::time::Duration;

use mock_idp::journal::Delivery;
use mock_idp::ledger::TokenState;
use serde_json::{Value, json};

use super::{Client, ClockFacts, MarginFacts, Played, Report, ThrottleFacts, Way};
use crate::case::Case;
use crate::driver::protocol::{ClockMode, Throttle};
use crate::driver::{Lack, Margin, Tried};
use crate::gate::Gate;
use crate::judge::fixture::{Tale, call, case, got, resource, runs, tale, token};
use crate::judge::judge;
use crate::judgement::{Judgement, Run};
use crate::trace::{Class, CutShort, Operation};
use crate::verdict::Level;

/// A case that was played and judged, with all that is its own.
pub(super) struct Stage {
    pub(super) case: Case,
    pub(super) runs: Vec<Run>,
    pub(super) judgements: Vec<Judgement>,
}

impl Stage {
    pub(super) fn new<const N: usize>(
        scenario: &str,
        level: Level,
        checks: [Value; N],
        tales: &[Tale],
    ) -> Self {
        let case = case(scenario, level, checks, json!([]), tales.len());
        let runs = runs(tales);
        let judgements = judge(&case, &runs);
        Self {
            case,
            runs,
            judgements,
        }
    }

    pub(super) fn played(&self) -> Played<'_> {
        Played {
            case: &self.case,
            runs: &self.runs,
            judgements: &self.judgements,
            took: Some(Duration::from_millis(41)),
        }
    }
}

/// The report on all of [`stages`].
pub(super) fn report(gate: Gate) -> Report {
    let stages = stages();
    let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
    let mut report = Report::new(&played, gate);
    report.be_of(client());
    report
}

/// A client of which everything is known that can be.
pub(super) fn client() -> Client {
    Client {
        name: "acme-tokens".to_owned(),
        release: Some("3.2.0".to_owned()),
        road: Way::Adapter,
        adapter: Some("acme".to_owned()),
        clock: Some(ClockFacts {
            declared: ClockMode::Driven,
            tried: Some(Tried::Moves),
        }),
        margin: Some(MarginFacts {
            declared_s: Some(60),
            seen: Some(Margin {
                at_least_s: 299,
                below_s: 301,
            }),
            used_s: 300,
        }),
        throttle: Some(ThrottleFacts {
            declared: Throttle::Waits,
        }),
        at_once: Some(64),
        lacks: ["timers", "cancel"]
            .map(|what| Lack {
                what: what.to_owned(),
                why: format!("the driver has no `{what}`"),
            })
            .into(),
    }
}

/// Cases that together show every verdict and every kind of exchange; not sorted.
pub(super) fn stages() -> Vec<Stage> {
    vec![
        throttled(),
        reused(),
        Stage::new(
            "expiry/early-refresh",
            Level::Must,
            [
                json!({ "id": "never-stale", "never": { "to": "resource", "presents": "expired" } }),
                json!({ "id": "reuses", "gap": { "between": "token", "at_least": "30m" } }),
                json!({ "id": "seamless", "each": { "of": "poll", "outcome": "ok" } }),
            ],
            &[tale([
                token(0).issues("AT#1"),
                token(3300).issues("AT#2"),
                resource(3300).shows("AT#2"),
            ])
            .said([got("poll", 1, 0, "AT#1")])],
        ),
        Stage::new(
            "passive/ordinary-day",
            Level::Should,
            [
                json!({ "id": "one-method", "each": { "to": "token", "auth_methods": 1 } }),
                json!({ "id": "says-so", "each": { "of": "a", "outcome": "ok" } }),
            ],
            &[tale([token(0)]).passive()],
        ),
        Stage::new(
            "rotation/static",
            Level::Must,
            [json!({
                "id": "newest-only",
                "req": "rotation.discard-old",
                "each": { "to": "token", "presents": "newest" },
                "given": { "rotations": 1 },
                "hint": "does the client know its refresh token?",
            })],
            &[tale([token(0).issues("AT#1")])],
        ),
        Stage::new(
            "errors/number-blind",
            Level::Must,
            [json!({ "id": "blind", "invariant": ["outcome.class"] })],
            &[
                ended(Class::ReauthRequired, "AADSTS700082"),
                ended(Class::Transient, "AADSTS999999"),
            ],
        ),
        Stage::new(
            "lies/no-request",
            Level::Must,
            [json!({ "id": "served", "each": { "of": "a", "outcome": "ok" } })],
            &[tale([]).said([call(Operation::CallApi, "a", 1, 0)])],
        ),
        Stage::new(
            "broken/harness",
            Level::Should,
            [json!({ "id": "any", "count": { "to": "token", "is": 1 } })],
            &[tale([]).cut(CutShort::Harness(
                "nothing listens on 127.0.0.1:40113\n".to_owned(),
            ))],
        ),
        Stage::new(
            "refresh/lost-answer",
            Level::Must,
            [
                json!({ "id": "bounded", "req": "refresh.bounded", "count": { "to": "token", "at_most": 1 } }),
            ],
            &[tale([
                token(0)
                    .shows("RT#1")
                    .issues("AT#1 RT#2")
                    .lost(Delivery::Reset),
                token(1).shows("RT#1").unanswered(),
                token(2).shows_foreign(),
            ])],
        ),
    ]
}

fn throttled() -> Stage {
    let throttled = token(0)
        .status(429)
        .header("date", "Mon, 31 Dec 2029 23:58:00 GMT")
        .header("x-rate-limit-reset", "1893455910");
    Stage::new(
        "rate-limit/wait-as-told",
        Level::Should,
        [json!({
            "id": "waits",
            "req": "rate-limit.honour-hint",
            "hint": "the server's clock is 120 s behind; Reset minus *local* time is negative",
            "any_of": [
                { "gap": { "from": "token#1", "to": "token#2", "at_least": "30s", "at_most": "45s" } },
                { "each": { "of": "a", "outcome": { "class": "throttled", "retry_after": "30s..32s" } },
                  "gap": { "from": "token#1", "to": "token#2", "at_least": "30s" } },
            ],
        })],
        &[tale([throttled, token(0).issues("AT#1")]).said([got("a", 1, 0, "AT#1")])],
    )
}

fn reused() -> Stage {
    Stage::new(
        "rotation/reuse-detected",
        Level::Must,
        [
            json!({
                "id": "newest-only",
                "req": "rotation.discard-old",
                "each": { "to": "token", "presents": "newest" },
                "given": { "rotations": 1 },
            }),
            json!({ "id": "intruder", "never": { "to": "token", "by": "intruder" } }),
            json!({ "id": "never-stale", "never": { "to": "resource", "presents": "expired" } }),
            json!({ "id": "gives-up", "count": { "to": "token", "at_most": 9 } }),
        ],
        &[tale([
            token(0).shows("RT#1").issues("AT#1 RT#2"),
            token(3700).shows("RT#2").issues("AT#2 RT#3"),
            token(3700)
                .shows_as("RT#1", TokenState::Rotated)
                .by_intruder()
                .status(400)
                .error("invalid_grant"),
            resource(7399)
                .shows_as("AT#2", TokenState::Expired)
                .status(401)
                .header(
                    "www-authenticate",
                    "Bearer realm=\"http://127.0.0.1:40113\", error=\"invalid_token\"",
                ),
            token(7400)
                .shows_as("RT#2", TokenState::Revoked)
                .status(400)
                .error("invalid_grant"),
        ])
        .minted("RT#1")],
    )
}

fn ended(class: Class, code: &str) -> Tale {
    let mut refused = token(0).status(400).error("invalid_grant");
    for reply in refused.0.entry.reply.iter_mut() {
        reply.vendor_code = Some(code.to_owned());
    }
    tale([refused]).said([call(Operation::GetToken, "a", 1, 0).class(class)])
}
