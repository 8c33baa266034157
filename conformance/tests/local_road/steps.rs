//! What each kind of step does.

use std::fmt::Write as _;
use std::time::Duration;

use tokenproof::contender::Answer;
use tokenproof::trace::{Class, Party};

use crate::hand_made::{ask, saying};
use crate::road::{asks, play, play_well, told};

#[tokio::test]
async fn every_and_for_make_a_call_at_both_ends_and_between() {
    let trace = play(
        "steps: [{ get_token: { every: 10m, for: 30m, as: poll } }, { get_token: {} }]",
        |_| Box::pin(async { Answer::of(Class::Ok) }),
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    poll#1 from 0 s to 0 s: ok 
    poll#2 from 600 s to 600 s: ok 
    poll#3 from 1200 s to 1200 s: ok 
    poll#4 from 1800 s to 1800 s: ok 
    step2#1 from 1800 s to 1800 s: ok 
    over after 1800 s
    ");
}

#[tokio::test]
async fn calls_one_after_another_wait_for_each_other() {
    let trace = play("steps: [{ get_token: { times: 3, as: t } }]", |setup| {
        Box::pin(async move {
            setup.clock.sleep(Duration::from_secs(7)).await;
            Answer::of(Class::Ok)
        })
    })
    .await;
    insta::assert_snapshot!(told(&trace), @"
    t#1 from 0 s to 7 s: ok 
    t#2 from 7 s to 14 s: ok 
    t#3 from 14 s to 21 s: ok 
    over after 21 s
    ");
}

#[tokio::test]
async fn together_starts_all_before_any_is_answered() {
    let trace = play(
        "
idp: { script: [{ to: token, hold: gate }] }
steps:
  - get_token: { times: 3, together: true, as: t }
  - until: { started: t, quiet: true }
  - advance: { by: 5s }
  - release: gate
  - join: t
",
        asks,
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: t#1 token -> 200 at 5 s
    0 s: t#2 token -> 200 at 5 s
    0 s: t#3 token -> 200 at 5 s
    t#1 from 0 s to 5 s: ok 200
    t#2 from 0 s to 5 s: ok 200
    t#3 from 0 s to 5 s: ok 200
    over after 5 s
    ");
}

#[tokio::test]
async fn join_lets_time_pass_for_its_step_and_no_longer() {
    let trace = play(
        "
steps:
  - get_token: { as: a }
  - join: a
  - get_token: { as: b }
  - advance: { by: 1s }
",
        |setup| {
            Box::pin(async move {
                setup.clock.sleep(Duration::from_secs(42)).await;
                asks(setup).await
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    42 s: a#1 token -> 200 at 42 s
    84 s: b#1 token -> 200 at 84 s
    a#1 from 0 s to 42 s: ok 200
    b#1 from 42 s to 84 s: ok 200
    over after 84 s
    ");
}

#[tokio::test]
async fn advance_stops_at_every_deadline_on_its_way() {
    let trace = play(
        "steps: [{ get_token: { as: a } }, { advance: { by: 60s } }]",
        |setup| {
            Box::pin(async move {
                let start = setup.clock.now();
                let mut seen = String::new();
                for seconds in [10, 0, 15, 35] {
                    setup.clock.sleep(Duration::from_secs(seconds)).await;
                    let now = setup.clock.now().duration_since(start);
                    let _ = write!(seen, "{} ", now.as_secs());
                }
                saying(Class::Ok, seen)
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    a#1 from 0 s to 60 s: ok 10 10 25 60 
    over after 60 s
    ");
}

#[tokio::test]
async fn each_side_has_a_clock_that_can_be_moved_alone() {
    let trace = play(
        "
client: { clock_offset: -30s }
steps:
  - get_token: { as: start }
  - advance: { by: 2m, move: client }
  - get_token: { as: client }
  - advance: { by: 3m, move: server }
  - get_token: { as: server }
  - advance: { by: 1m }
  - get_token: { as: both }
",
        |setup| {
            Box::pin(async move {
                let answer = ask(&setup).await.expect("an answer");
                let date = answer.headers()["date"].to_str().expect("text").to_owned();
                let own = setup.clock.now();
                saying(Class::Ok, format!("own {own}, server's {date}"))
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: start#1 token -> 200 at 0 s
    0 s: client#1 token -> 200 at 0 s
    0 s: server#1 token -> 200 at 0 s
    60 s: both#1 token -> 200 at 60 s
    start#1 from 0 s to 0 s: ok own 2029-12-31T23:59:30Z, server's Tue, 01 Jan 2030 00:00:00 GMT
    client#1 from 0 s to 0 s: ok own 2030-01-01T00:01:30Z, server's Tue, 01 Jan 2030 00:00:00 GMT
    server#1 from 0 s to 0 s: ok own 2030-01-01T00:01:30Z, server's Tue, 01 Jan 2030 00:03:00 GMT
    both#1 from 60 s to 60 s: ok own 2030-01-01T00:02:30Z, server's Tue, 01 Jan 2030 00:04:00 GMT
    over after 60 s
    ");
}

#[tokio::test]
async fn a_replay_is_the_intruders_and_stands_where_it_came() {
    let trace = play_well(
        "okta",
        "
idp: { rotation: { mode: rotate, leeway: 60s, when_reused: revoke_family } }
client: { refresh_token: rt1 }
steps:
  - force_refresh: { as: before }
  - idp: { replay: rt1, by: intruder }
  - force_refresh: { as: after }
",
    )
    .await;
    let parties: Vec<Party> = trace.exchanges.iter().map(|exchange| exchange.by).collect();
    assert_eq!(parties, [Party::Client, Party::Intruder, Party::Client]);
    insta::assert_snapshot!(told(&trace), @"
    0 s: before#1 token -> 200 at 0 s
    0 s: nobody token -> 200 at 0 s
    0 s: after#1 token -> 200 at 0 s
    before#1 from 0 s to 0 s: ok 
    after#1 from 0 s to 0 s: ok 
    over after 0 s
    ");
}
