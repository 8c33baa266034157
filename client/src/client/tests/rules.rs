//! Rules that hold for any server and any pattern of calls.

use std::time::Duration;

use proptest::prelude::*;

use crate::testkit::{Reply, Stage};
use crate::{Clock as _, TransportErrorKind};

fn reply() -> impl Strategy<Value = Reply> {
    let lifetime = prop::sample::select(vec![1, 5, 20, 60, 299, 301, 3600, 86_400]);
    let wait = prop::sample::select(vec!["0", "1", "30", "61", "5000", "x"]);
    prop_oneof![
        6 => lifetime.prop_map(|lifetime| Reply::token(&format!(r#","expires_in":{lifetime}"#))),
        2 => wait.prop_map(|wait| Reply::body(429, "").with("retry-after", wait)),
        1 => Just(Reply::body(503, "")),
        1 => Just(Reply::error(400, "invalid_grant")),
        1 => Just(Reply::error(401, "invalid_client")),
        1 => Just(Reply::body(200, "<html>")),
        1 => Just(Reply::Fail(TransportErrorKind::Reset)),
        1 => Just(Reply::Fail(TransportErrorKind::Connect)),
        1 => Just(Reply::Hang),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    /// So many callers at once.
    Token(usize),
    Refresh,
    Invalidate,
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1usize..4).prop_map(Step::Token),
        1 => Just(Step::Refresh),
        1 => Just(Step::Invalidate),
        4 => prop::sample::select(vec![1, 7, 50, 200, 3000]).prop_map(Step::Advance),
    ]
}

/// Runs the steps; returns what was wrong, if anything.
async fn play(stage: Stage, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut asked = 0;
    for step in steps {
        let before = stage.clock.now();
        let sent = stage.script.token_count();
        match step {
            Step::Token(callers) => {
                asked += callers;
                let client = stage.client.clone();
                let clock = stage.clock.clone();
                let all_alive = stage.clock.run(async move {
                    let calls: Vec<_> = (0..callers)
                        .map(|_| {
                            let (client, clock) = (client.clone(), clock.clone());
                            tokio::spawn(async move {
                                let Ok(token) = client.token().await else {
                                    return true;
                                };
                                token.expires_at().is_none_or(|expiry| clock.now() < expiry)
                            })
                        })
                        .collect();
                    let mut all = true;
                    for call in calls {
                        all &= call.await.expect("no panic");
                    }
                    all
                });
                prop_assert!(all_alive.await, "an expired token was handed out");
            }
            Step::Refresh => {
                asked += 1;
                stage.refresh().await;
            }
            Step::Invalidate => stage.client.invalidate().await,
            Step::Advance(by) => stage.clock.advance(Duration::from_secs(by)).await,
        }
        let took = stage.clock.now().duration_since(before).as_secs();
        if !matches!(step, Step::Advance(_)) {
            // Three tries of 30 s and two pauses of at most 60 s, and a flight joined before.
            prop_assert!(took <= 2 * (3 * 30 + 2 * 60), "{step:?} took {took} s");
            // A caller may join a flight, then need one of its own.
            prop_assert!(stage.script.token_count() - sent <= 3 * 2, "{step:?}");
        }
    }
    prop_assert!(stage.script.busiest() <= 1, "two token requests at once");
    prop_assert!(
        stage.script.token_count() <= 6 * asked,
        "more requests than calls explain"
    );
    told_waits_were_kept(&stage)
}

/// No token request follows a 429 sooner than it told, or sooner than a second.
fn told_waits_were_kept(stage: &Stage) -> Result<(), TestCaseError> {
    let answers = stage.script.answered();
    for pair in answers.windows(2) {
        let gap = pair[1].0.duration_since(pair[0].0).as_secs_f64();
        prop_assert!(gap >= pair[0].1, "{gap} s after being told {} s", pair[0].1);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_the_server_does(
        replies in proptest::collection::vec(reply(), 1..12),
        steps in proptest::collection::vec(step(), 1..16),
        refreshing in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async move {
            let stage = if refreshing { Stage::refresh_token("RT1") } else { Stage::client_credentials() };
            stage.script.replies(replies);
            play(stage, steps).await
        })?;
    }
}
