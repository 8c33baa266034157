//! What happens at the provider in the middle of a play, and answers kept back.

use tokenproof::trace::{Party, Trace};

use crate::road::{asks, marked, play, play_well, told};

#[tokio::test]
async fn the_script_can_be_taken_away_and_added_to() {
    let trace = play(
        "
idp: { script: [{ to: token, reply: 503 }] }
steps:
  - get_token: { as: a }
  - idp: { disarm: true }
  - get_token: { as: b }
  - idp: { script: [{ to: token, nth: 2, reply: 429 }, { to: token, nth: 3, reply: 401 }] }
  - get_token: { times: 3, as: c }
  - idp: { disarm: true, script: [{ to: token, nth: 1, reply: 502 }] }
  - get_token: { times: 2, as: d }
",
        asks,
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> 503 at 0 s
    0 s: b#1 token -> 200 at 0 s
    0 s: c#1 token -> 200 at 0 s
    0 s: c#2 token -> 429 at 0 s
    0 s: c#3 token -> 401 at 0 s
    0 s: d#1 token -> 502 at 0 s
    0 s: d#2 token -> 200 at 0 s
    a#1 from 0 s to 0 s: ok 503
    b#1 from 0 s to 0 s: ok 200
    c#1 from 0 s to 0 s: ok 200
    c#2 from 0 s to 0 s: ok 429
    c#3 from 0 s to 0 s: ok 401
    d#1 from 0 s to 0 s: ok 502
    d#2 from 0 s to 0 s: ok 200
    over after 0 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    script taken away
    2 rules added to the script
    script taken away
    a rule added to the script
    ");
}

#[tokio::test]
async fn until_an_answer_is_held_time_passes() {
    let trace = play_well(
        "okta",
        "
idp: { script: [{ to: token, nth: 1, reply: 503 }, { to: token, nth: 2, hold: gate }] }
steps:
  - get_token: { as: a }
  - until: { held: { hold: gate, at_least: 1 } }
  - release: gate
",
    )
    .await;
    let second = &trace.exchanges[1].entry;
    assert_eq!(
        second.answered_at,
        Some(second.at),
        "released when it was held"
    );
    assert!(second.at > trace.started_at, "after a pause");
    assert_eq!(trace.ended_at, second.at);
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_is_not_waited_for_for_ever() {
    let trace = play_well(
        "okta",
        "
idp: { script: [{ to: token, nth: 9, hold: gate }] }
steps: [{ get_token: { as: a } }, { until: { held: { hold: gate, at_least: 1 } } }, { release: gate }]
",
    )
    .await;
    assert_eq!(trace.cut_short, None);
    assert_eq!(trace.exchanges.len(), 1);
}

#[tokio::test]
async fn answers_are_let_go_in_the_order_given_each_with_its_effect_first() {
    let trace = play(
        "
idp: { script: [{ to: token, times: 3, hold: gate }] }
steps:
  - get_token: { times: 3, together: true, as: t }
  - release: { hold: gate, order: [3, 1] }
  - advance: { by: 5s }
  - release: { hold: gate, order: [7, 1] }
",
        |setup| {
            Box::pin(async move {
                let first = asks(setup.clone()).await;
                let _ = asks(setup).await;
                first
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: t#1 token -> 200 at 0 s
    0 s: t#2 token -> 200 at 5 s
    0 s: t#3 token -> 200 at 0 s
    0 s: t#3 token -> 200 at 0 s
    0 s: t#1 token -> 200 at 0 s
    5 s: t#2 token -> 200 at 5 s
    t#1 from 0 s to 0 s: ok 200
    t#2 from 0 s to 5 s: ok 200
    t#3 from 0 s to 0 s: ok 200
    over after 5 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    gate released
    answer 3 of gate let go
    answer 1 of gate let go
    both moved by 5000 ms
    gate released
    answer 1 of gate let go
    ");
    // The labels count in the order of the answers; within an instant the exchanges stand in that of the calls.
    let issued: Vec<String> = trace
        .exchanges
        .iter()
        .filter_map(|exchange| exchange.entry.reply.as_ref())
        .map(|reply| reply.issued.iter().map(ToString::to_string).collect())
        .collect();
    insta::assert_snapshot!(issued.join(" "), @"AT#3 AT#5 AT#1 AT#2 AT#4 AT#6");
}

/// Status of each resource request.
fn statuses(trace: &Trace) -> Vec<u16> {
    let resource = trace
        .exchanges
        .iter()
        .filter(|exchange| exchange.entry.endpoint.name() == "resource");
    resource
        .filter_map(|exchange| Some(exchange.entry.reply.as_ref()?.status))
        .collect()
}

#[tokio::test]
async fn tokens_of_withdrawn_keys_are_refused() {
    for provider in ["entra", "okta"] {
        let trace = play_well(
            provider,
            "
steps:
  - call_api: { as: a }
  - idp: { keys: rotate }
  - call_api: { as: b }
  - idp: { keys: withdraw }
  - call_api: { as: c }
",
        )
        .await;
        assert_eq!(statuses(&trace), [200, 200, 401, 200], "{provider}");
        assert_eq!(
            marked(&trace),
            "signing key rotated\nold signing keys withdrawn"
        );
    }
}

#[tokio::test]
async fn one_token_can_be_revoked_by_its_label() {
    let trace = play_well(
        "okta",
        "
clients: { a: { refresh_token: rt1 }, b: { refresh_token: rt2, user: second } }
steps:
  - call_api: { as: before }
  - idp: { revoke: AT#1 }
  - call_api: { as: after }
  - idp: { revoke: RT#2 }
  - call_api: { as: last }
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: before#1 of a token -> 200 at 0 s
    0 s: before#1 of a resource -> 200 at 0 s
    0 s: before#2 of b token -> 200 at 0 s
    0 s: before#2 of b resource -> 200 at 0 s
    0 s: after#1 of a resource -> 401 at 0 s
    0 s: after#1 of a token -> 200 at 0 s
    0 s: after#1 of a resource -> 200 at 0 s
    0 s: after#2 of b resource -> 200 at 0 s
    0 s: last#1 of a resource -> 200 at 0 s
    0 s: last#2 of b resource -> 401 at 0 s
    0 s: last#2 of b token -> 400 at 0 s
    before#1 of a from 0 s to 0 s: ok 
    before#2 of b from 0 s to 0 s: ok 
    after#1 of a from 0 s to 0 s: ok 
    after#2 of b from 0 s to 0 s: ok 
    last#1 of a from 0 s to 0 s: ok 
    last#2 of b from 0 s to 0 s: reauth_required token endpoint refused the refresh_token grant with status 400, invalid_grant: The refresh token is invalid or expired. (request id df065f4871e06699366ccb668ce9b2a5)
    over after 0 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    AT#1 revoked
    RT#2 revoked
    ");
}

#[tokio::test]
async fn an_intruder_redeems_what_it_is_told_to() {
    let trace = play_well(
        "okta",
        "
idp: { rotation: { mode: rotate, leeway: 0s, when_reused: refuse } }
client: { refresh_token: rt1 }
steps:
  - get_token: { as: a }
  - idp: { replay: rt1, by: intruder }
  - idp: { replay: newest, by: intruder }
  - idp: { replay: RT#2, by: intruder }
  - idp: { replay: RT#3, by: intruder }
",
    )
    .await;
    let seen: Vec<String> = trace
        .exchanges
        .iter()
        .filter(|exchange| exchange.by == Party::Intruder)
        .map(|exchange| {
            let presented = exchange.entry.presented.as_ref();
            let label = presented.and_then(|presented| presented.token);
            let status = exchange.entry.reply.as_ref().map(|reply| reply.status);
            format!("{label:?} {status:?}")
        })
        .collect();
    insta::assert_snapshot!(seen.join("\n"), @"
    Some(TokenLabel { kind: Refresh, serial: 1 }) Some(400)
    Some(TokenLabel { kind: Refresh, serial: 2 }) Some(200)
    Some(TokenLabel { kind: Refresh, serial: 2 }) Some(400)
    Some(TokenLabel { kind: Refresh, serial: 3 }) Some(200)
    ");
    insta::assert_snapshot!(marked(&trace), @"
    rt1 replayed
    newest refresh token replayed
    RT#2 replayed
    RT#3 replayed
    ");
}

#[tokio::test]
async fn an_intruder_whose_answer_is_held_back_holds_nobody_up() {
    let trace = play_well(
        "okta",
        "
idp: { rotation: { mode: rotate, leeway: 0s, when_reused: revoke_family }, script: [{ to: token, nth: 1, hold: gate }] }
client: { refresh_token: rt1 }
steps:
  - idp: { replay: rt1, by: intruder }
  - get_token: { as: a }
  - release: gate
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: nobody token -> 400 at 0 s
    0 s: a#1 token -> 200 at 0 s
    a#1 from 0 s to 0 s: ok 
    over after 0 s
    ");
}

#[tokio::test]
async fn everything_of_a_step_happens_in_its_documented_order() {
    let trace = play_well(
        "okta",
        "
client: { refresh_token: rt1 }
idp: { rotation: { mode: rotate, leeway: 0s, when_reused: revoke_family } }
steps:
  - get_token: { as: a }
  - idp:
      by: intruder
      replay: rt1
      revoke: access_tokens
      keys: withdraw
      secrets: replace
      script: [{ to: token, nth: 9, reply: 503 }]
      disarm: true
",
    )
    .await;
    insta::assert_snapshot!(marked(&trace), @"
    script taken away
    a rule added to the script
    secrets replaced
    old signing keys withdrawn
    access tokens revoked
    rt1 replayed
    ");
}

#[tokio::test]
async fn an_answer_in_pieces_takes_its_time_and_is_given_up_in_the_middle() {
    let trace = play_well(
        "okta",
        "
idp:
  script:
    - { to: token, nth: 1, dribble: 1s }
    - { to: token, nth: 2, dribble: 5s }
    - { to: token, nth: 3, dribble: 2s }
clients: { a: {}, b: {}, c: {} }
steps:
  - get_token: { client: a, as: whole }
  - join: whole
  - get_token: { client: b, deadline: 12s, as: impatient }
  - get_token: { client: c, as: behind }
  - join: behind
  - join: impatient
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: whole#1 of a token -> 200 at 7 s
    7 s: impatient#1 of b token -> 200
    7 s: behind#1 of c token -> 200 at 21 s
    whole#1 of a from 0 s to 7 s: ok 
    impatient#1 of b from 7 s to 19 s: timeout 
    behind#1 of c from 7 s to 21 s: ok 
    over after 21 s
    ");
}
