//! Clients that never end, and clients that break.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use token_client::Spawn as _;
use tokenproof::contender::Answer;
use tokenproof::trace::{Class, CutShort};

use crate::hand_made::ask;
use crate::road::{asks, play, told};

#[tokio::test]
async fn a_client_without_end_is_cut_short() {
    let trace = play(
        "steps: [{ get_token: { as: a } }, { get_token: { as: never } }]",
        |setup| {
            Box::pin(async move {
                loop {
                    let _ = ask(&setup).await;
                }
            })
        },
    )
    .await;
    assert_eq!(trace.exchanges.len(), 2000);
    assert_eq!(
        trace.cut_short,
        Some(CutShort::RequestBudget { limit: 2000 })
    );
    let callers: Vec<String> = trace
        .outcomes
        .iter()
        .map(|outcome| format!("{} {}", outcome.caller, outcome.class))
        .collect();
    assert_eq!(callers, ["a#1 timeout"], "no further step is done");
}

#[tokio::test]
async fn a_call_without_end_runs_into_its_callers_patience() {
    let trace = play(
        "steps: [{ get_token: { as: a } }, { join: a }, { get_token: { as: b } }]",
        |_| Box::pin(std::future::pending()),
    )
    .await;
    assert_eq!(trace.cut_short, None);
    insta::assert_snapshot!(told(&trace), @"
    a#1 from 0 s to no end: timeout 
    b#1 from 0 s to no end: timeout 
    over after 0 s
    ");
}

#[tokio::test]
async fn a_client_that_waits_for_ever_in_small_steps_ends_too() {
    let trace = play("steps: [{ get_token: { as: a } }]", |setup| {
        Box::pin(async move {
            loop {
                setup.clock.sleep(Duration::from_secs(60)).await;
            }
        })
    })
    .await;
    insta::assert_snapshot!(told(&trace), @"
    a#1 from 0 s to no end: timeout 
    over after 3600 s
    ");
}

#[tokio::test]
async fn a_panic_is_told_with_its_call() {
    let trace = play(
        "steps: [{ get_token: { times: 3, together: true, as: t } }]",
        |setup| {
            static CALLS: AtomicUsize = AtomicUsize::new(0);
            let number = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
            Box::pin(async move {
                let answer = asks(setup).await;
                assert_ne!(number, 2, "on purpose");
                answer
            })
        },
    )
    .await;
    assert_eq!(
        trace.cut_short,
        Some(CutShort::ClientPanicked("in t#2".to_owned()))
    );
    insta::assert_snapshot!(told(&trace), @"
    0 s: t#1 token -> 200 at 0 s
    0 s: t#2 token -> 200 at 0 s
    0 s: t#3 token -> 200 at 0 s
    t#1 from 0 s to 0 s: ok 200
    t#3 from 0 s to 0 s: ok 200
    over after 0 s
    ");
}

#[tokio::test]
async fn a_panic_of_a_task_is_told_with_the_call_that_started_it() {
    let trace = play("steps: [{ get_token: { as: t } }]", |setup| {
        Box::pin(async move {
            setup.spawn.spawn(Box::pin(async { panic!("on purpose") }));
            Answer::of(Class::Ok)
        })
    })
    .await;
    assert_eq!(
        trace.cut_short,
        Some(CutShort::ClientPanicked(
            "in a task that t#1 started".to_owned()
        ))
    );
}
