//! The standard policy against a model of it, on the virtual clock: whatever the server answers, whatever time does, whoever
//! asks.
//!
//! What the model holds the clients to ([`promise::Breach`] names each way to break it):
//! - No expired token is handed out, and none in its last seconds unless renewal has failed.
//! - One flight at a time for a client, with one request at a time; with leases one request at a time for all who share a store.
//! - Requests are bounded: in a flight three grants, three tries each; no request in a pause, a told wait or a quiet time; and no
//!   flight sends anything while the newest token is good, unless a caller asked for another or the token was refused.
//! - Every caller and every flight ends, within the time that waits and tries add up to.
//! - A refresh token whose successor arrived, or that was refused, is not sent again; the newest one that arrived is in the store,
//!   or in hand where the store could not take it.
//!
//! A run takes milliseconds. `PROPTEST_CASES` asks for more runs than the ordinary number.

mod answer;
mod client;
mod event;
mod expected;
mod plan;
mod promise;
mod run;
mod server;
mod store;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use self::plan::{Plan, plan};
use self::promise::Happening;
use self::run::Outcome;

/// Keeps the test within a few seconds in a debug build.
const CASES: u32 = 256;

fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES");
    let cases = asked.ok().and_then(|asked| asked.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn run(plan: &Plan) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(run::run(plan))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_the_promises_are_kept(plan in plan()) {
        let breaches = run(&plan).breaches;
        prop_assert!(breaches.is_empty(), "{breaches:#?}");
    }
}

#[test]
fn what_the_promises_are_about_happens() {
    let mut runner = TestRunner::deterministic();
    let mut missing = BTreeSet::from(Happening::ALL);
    for _ in 0..2000 {
        if missing.is_empty() {
            break;
        }
        let drawn = plan().new_tree(&mut runner).expect("a plan").current();
        for happening in run(&drawn).happened {
            missing.remove(&happening);
        }
    }
    assert!(missing.is_empty(), "never in 2000 runs: {missing:?}");
}
