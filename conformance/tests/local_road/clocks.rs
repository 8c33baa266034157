//! Clocks that stand still, go back and jump.

use std::time::Duration;

use tokenproof::contender::{Answer, Setup};
use tokenproof::trace::Class;

use crate::hand_made::{ask, saying};
use crate::road::{marked, play, play_well, told};

/// Tells what both clocks show.
fn reads(setup: Setup) -> token_client::BoxFuture<'static, Answer> {
    Box::pin(async move {
        let answer = ask(&setup).await.expect("an answer");
        let date = answer.headers()["date"].to_str().expect("text").to_owned();
        let own = setup.clock.now();
        saying(Class::Ok, format!("own {own}, server's {date}"))
    })
}

#[tokio::test]
async fn a_frozen_clock_stands_still_and_stays_behind() {
    let trace = play(
        "
steps:
  - freeze: server
  - advance: { by: 10m }
  - get_token: { as: server }
  - thaw: server
  - freeze: client
  - advance: { by: 10m }
  - get_token: { as: client }
  - thaw: client
  - advance: { by: 1m }
  - get_token: { as: both }
",
        reads,
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    600 s: server#1 token -> 200 at 600 s
    1200 s: client#1 token -> 200 at 1200 s
    1260 s: both#1 token -> 200 at 1260 s
    server#1 from 600 s to 600 s: ok own 2030-01-01T00:10:00Z, server's Tue, 01 Jan 2030 00:00:00 GMT
    client#1 from 1200 s to 1200 s: ok own 2030-01-01T00:10:00Z, server's Tue, 01 Jan 2030 00:10:00 GMT
    both#1 from 1260 s to 1260 s: ok own 2030-01-01T00:11:00Z, server's Tue, 01 Jan 2030 00:11:00 GMT
    over after 1260 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    server clock stopped
    both moved by 600000 ms
    server clock going again
    client clock stopped
    both moved by 600000 ms
    client clock going again
    both moved by 60000 ms
    ");
}

#[tokio::test]
async fn one_side_can_go_back() {
    let trace = play(
        "
steps:
  - advance: { by: -10m, move: server }
  - get_token: { as: server }
  - advance: { by: -1h, move: client }
  - get_token: { as: client }
",
        reads,
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: server#1 token -> 200 at 0 s
    0 s: client#1 token -> 200 at 0 s
    server#1 from 0 s to 0 s: ok own 2030-01-01T00:00:00Z, server's Mon, 31 Dec 2029 23:50:00 GMT
    client#1 from 0 s to 0 s: ok own 2029-12-31T23:00:00Z, server's Mon, 31 Dec 2029 23:50:00 GMT
    over after 0 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    server moved by -600000 ms
    client moved by -3600000 ms
    ");
}

#[tokio::test]
async fn a_sleep_ends_also_under_a_frozen_clock() {
    let trace = play(
        "
steps: [{ freeze: client }, { get_token: { as: a } }, { advance: { by: 30s } }]
",
        |setup| {
            Box::pin(async move {
                setup.clock.sleep(Duration::from_secs(20)).await;
                saying(Class::Ok, setup.clock.now().to_string())
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    a#1 from 0 s to 20 s: ok 2030-01-01T00:00:00Z
    over after 30 s
    ");
}

#[tokio::test]
async fn what_a_sleeping_machine_waits_for_happens_at_the_end_of_its_sleep() {
    let trace = play(
        "
steps:
  - get_token: { as: a }
  - suspend: 1h
  - advance: { by: 10s }
",
        |setup| {
            Box::pin(async move {
                setup.clock.sleep(Duration::from_secs(20)).await;
                let first = setup.clock.now();
                setup.clock.sleep(Duration::from_secs(5)).await;
                saying(Class::Ok, format!("{first} {}", setup.clock.now()))
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    a#1 from 0 s to 3605 s: ok 2030-01-01T01:00:00Z 2030-01-01T01:00:05Z
    over after 3610 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    client machine asleep for 1h
    both moved by 10000 ms
    ");
}

#[tokio::test]
async fn a_client_that_slept_past_expiry_does_not_show_its_old_token() {
    let trace = play_well(
        "entra",
        "
idp: { token: { expires_in: 3600s } }
steps: [{ call_api: { as: a } }, { suspend: 2h }, { call_api: { as: b } }]
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> 200 at 0 s
    0 s: a#1 resource -> 200 at 0 s
    7200 s: b#1 token -> 200 at 7200 s
    7200 s: b#1 resource -> 200 at 7200 s
    a#1 from 0 s to 0 s: ok 
    b#1 from 7200 s to 7200 s: ok 
    over after 7200 s
    ");
}
