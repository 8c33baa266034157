//! The play on the local road, step by step, as clients made for the purpose see it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod hand_made;
mod stories;

use std::fmt::Write as _;
use std::time::Duration;

use futures_util::future::{Either, select};
use hand_made::{HandMade, Work, ask, saying};
use stories::only_case;
use token_client::Spawn;
use tokenproof::contender::Answer;
use tokenproof::local;
use tokenproof::trace::{Class, CutShort, Party, Trace};

/// Plays a scenario with a client that does `work`. `rest` is what the scenario has beside its head and a check.
async fn play(rest: &str, work: Work) -> Trace {
    let text = format!(
        "needs: [clock, concurrency, resource, grant.client_credentials, grant.refresh_token]\n{rest}\n\
         checks: [{{ id: any, req: errors.class, count: {{ to: token, at_least: 1 }} }}]\n"
    );
    let case = only_case("local/road", "okta", &text);
    local::play(&case, 0, &HandMade(work), 0)
        .await
        .expect("a world can be started")
}

/// What happened, line by line, times from the start.
fn told(trace: &Trace) -> String {
    let since = |at: jiff::Timestamp| at.duration_since(trace.started_at).as_secs_f64();
    let mut text = String::new();
    for exchange in &trace.exchanges {
        let entry = &exchange.entry;
        let who = exchange.caller.as_ref().map(ToString::to_string);
        let status = entry.reply.as_ref().map(|reply| reply.status.to_string());
        let answered = entry.answered_at.map(|at| format!(" at {} s", since(at)));
        let _ = writeln!(
            text,
            "{} s: {} {} -> {}{}",
            since(entry.at),
            who.as_deref().unwrap_or("nobody"),
            entry.endpoint.name(),
            status.as_deref().unwrap_or("nothing"),
            answered.unwrap_or_default(),
        );
    }
    for outcome in &trace.outcomes {
        let ended = outcome.ended_at.map(|at| format!("{} s", since(at)));
        let _ = writeln!(
            text,
            "{} from {} s to {}: {} {}",
            outcome.caller,
            since(outcome.started_at),
            ended.as_deref().unwrap_or("no end"),
            outcome.class,
            outcome.message.as_deref().unwrap_or_default(),
        );
    }
    let _ = write!(text, "over after {} s", since(trace.ended_at));
    text
}

/// Asks for a token once and tells the status.
fn asks(setup: tokenproof::contender::Setup) -> token_client::BoxFuture<'static, Answer> {
    Box::pin(async move {
        match ask(&setup).await {
            Ok(answer) => saying(Class::Ok, answer.status().as_str()),
            Err(error) => saying(Class::Transient, error.to_string()),
        }
    })
}

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
async fn requests_of_one_instant_go_in_the_order_of_their_calls() {
    let trace = play(
        "
idp: { script: [{ to: token, nth: 1, reply: 401 }, { to: token, nth: 2, reply: 402 }, { to: token, nth: 3, reply: 403 }] }
steps: [{ get_token: { times: 3, together: true, as: t } }]
",
        |setup| {
            // The order in which futures are made is that of the calls; the last one is made to ask first.
            use std::sync::atomic::{AtomicUsize, Ordering};
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
    let trace = play(
        "
idp: { rotation: { mode: rotate, leeway: 0s, when_reused: revoke_family } }
client: { refresh_token: rt1, grant: client_credentials }
steps:
  - get_token: { as: before }
  - idp: { replay: rt1, by: intruder }
  - get_token: { as: after }
",
        asks,
    )
    .await;
    let parties: Vec<Party> = trace.exchanges.iter().map(|exchange| exchange.by).collect();
    assert_eq!(parties, [Party::Client, Party::Intruder, Party::Client]);
    insta::assert_snapshot!(told(&trace), @"
    0 s: before#1 token -> 200 at 0 s
    0 s: nobody token -> 200 at 0 s
    0 s: after#1 token -> 200 at 0 s
    before#1 from 0 s to 0 s: ok 200
    after#1 from 0 s to 0 s: ok 200
    over after 0 s
    ");
}

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
            use std::sync::atomic::{AtomicUsize, Ordering};
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
        |setup| {
            Box::pin(async move {
                let deadline = setup.clock.sleep(Duration::from_secs(10));
                match select(Box::pin(ask(&setup)), deadline).await {
                    Either::Left((answer, _)) => {
                        saying(Class::Ok, answer.expect("an answer").status().as_str())
                    }
                    Either::Right(_) => Answer::of(Class::Timeout),
                }
            })
        },
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
        |setup| {
            Box::pin(async move {
                let deadline = setup.clock.sleep(Duration::from_secs(5));
                match select(Box::pin(ask(&setup)), deadline).await {
                    Either::Left((answer, _)) => {
                        saying(Class::Ok, answer.expect("an answer").status().as_str())
                    }
                    Either::Right(_) => Answer::of(Class::Timeout),
                }
            })
        },
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
