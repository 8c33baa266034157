//! Who comes first, and on whose behalf.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use token_client::{BoxFuture, Spawn as _};
use tokenproof::contender::{Answer, Setup};
use tokenproof::trace::Class;

use crate::hand_made::{ask, saying};
use crate::road::{asks, play, told};

#[tokio::test]
async fn requests_of_one_instant_go_in_the_order_of_their_calls() {
    let trace = play(
        "
idp: { script: [{ to: token, nth: 1, reply: 401 }, { to: token, nth: 2, reply: 402 }, { to: token, nth: 3, reply: 403 }] }
steps: [{ get_token: { times: 3, together: true, as: t } }]
",
        |setup| {
            // The order in which futures are made is that of the calls; the last one is made to ask first.
            static CALLS: AtomicUsize = AtomicUsize::new(0);
            let laps = 3 - CALLS.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                for _ in 0..laps * 10 {
                    tokio::task::yield_now().await;
                }
                asks(setup).await
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: t#1 token -> 401 at 0 s
    0 s: t#2 token -> 402 at 0 s
    0 s: t#3 token -> 403 at 0 s
    t#1 from 0 s to 0 s: ok 401
    t#2 from 0 s to 0 s: ok 402
    t#3 from 0 s to 0 s: ok 403
    over after 0 s
    ");
}

#[tokio::test]
async fn what_a_call_starts_is_done_on_its_behalf() {
    let trace = play(
        "steps: [{ get_token: { times: 2, together: true, as: t } }, { advance: { by: 10s } }]",
        |setup| {
            Box::pin(async move {
                let (within, spawn) = (setup.clone(), setup.spawn.clone());
                setup.spawn.spawn(Box::pin(async move {
                    let _ = ask(&within).await;
                    let later = within.clone();
                    spawn.spawn(Box::pin(async move {
                        later.clock.sleep(Duration::from_secs(3)).await;
                        let _ = ask(&later).await;
                    }));
                }));
                Answer::of(Class::Ok)
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: t#1 token -> 200 at 0 s
    0 s: t#2 token -> 200 at 0 s
    3 s: t#1 token -> 200 at 3 s
    3 s: t#2 token -> 200 at 3 s
    t#1 from 0 s to 0 s: ok 
    t#2 from 0 s to 0 s: ok 
    over after 10 s
    ");
}

#[tokio::test]
async fn of_two_deadlines_at_one_instant_the_clients_comes_first() {
    let trace = play(
        "
idp: { script: [{ to: token, nth: 1, delay: 10s }] }
steps: [{ get_token: { as: a } }, { join: a }, { get_token: { as: b } }]
",
        impatient::<10>,
    )
    .await;
    assert_eq!(
        trace.tokens.len(),
        1,
        "what was given up is not carried out"
    );
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> nothing
    10 s: b#1 token -> 200 at 10 s
    a#1 from 0 s to 10 s: timeout 
    b#1 from 10 s to 10 s: ok 200
    over after 10 s
    ");
}

#[tokio::test]
async fn a_held_answer_that_was_given_up_is_not_waited_for() {
    let trace = play(
        "
idp: { script: [{ to: token, nth: 1, hold: gate }] }
steps:
  - get_token: { as: a }
  - advance: { by: 20s }
  - get_token: { as: b }
  - release: gate
",
        impatient::<5>,
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> nothing
    20 s: b#1 token -> 200 at 20 s
    a#1 from 0 s to 5 s: timeout 
    b#1 from 20 s to 20 s: ok 200
    over after 20 s
    ");
}

/// Asks for a token and waits so many seconds for it.
fn impatient<const SECONDS: u64>(setup: Setup) -> BoxFuture<'static, Answer> {
    Box::pin(async move {
        let deadline = setup.clock.sleep(Duration::from_secs(SECONDS));
        match select(Box::pin(ask(&setup)), deadline).await {
            Either::Left((answer, _)) => {
                saying(Class::Ok, answer.expect("an answer").status().as_str())
            }
            Either::Right(_) => Answer::of(Class::Timeout),
        }
    })
}
