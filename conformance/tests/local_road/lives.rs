//! What happens to a client in the middle of a play: callers that give up, an end and a new beginning, other credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokenproof::contender::{Answer, Contender, LocalClient, Reference, Setup};
use tokenproof::local;
use tokenproof::trace::{Class, CutShort};

use crate::road::{asks, case, marked, play, play_well, told};

#[tokio::test]
async fn who_cancels_leaves_the_others_what_they_wait_for() {
    let trace = play_well(
        "okta",
        "
idp: { script: [{ to: token, nth: 1, hold: gate }] }
steps:
  - get_token: { as: a }
  - get_token: { as: b }
  - advance: { by: 5s }
  - cancel: a
  - advance: { by: 5s }
  - release: gate
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> 200 at 10 s
    a#1 from 0 s to 5 s: cancelled 
    b#1 from 0 s to 10 s: ok 
    over after 10 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    both moved by 5000 ms
    callers of a gave up
    both moved by 5000 ms
    gate released
    ");
}

#[tokio::test]
async fn a_cancelled_call_lets_go_of_its_request() {
    let trace = play(
        "
idp: { script: [{ to: token, nth: 1, hold: gate }] }
steps: [{ get_token: { as: a } }, { cancel: a }, { get_token: { as: b } }, { release: gate }]
",
        asks,
    )
    .await;
    assert_eq!(
        trace.tokens.len(),
        1,
        "what was given up is not carried out"
    );
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> nothing
    0 s: b#1 token -> 200 at 0 s
    a#1 from 0 s to 0 s: cancelled 
    b#1 from 0 s to 0 s: ok 200
    over after 0 s
    ");
}

#[tokio::test]
async fn a_deadline_ends_the_call_and_nothing_else() {
    let trace = play_well(
        "okta",
        "
idp: { script: [{ to: token, nth: 1, delay: 20s }] }
steps:
  - get_token: { deadline: 5s, times: 2, as: a }
  - get_token: { deadline: 20s, as: b }
  - join: b
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> 200 at 20 s
    a#1 from 0 s to 5 s: timeout 
    a#2 from 5 s to 10 s: timeout 
    b#1 from 5 s to 20 s: ok 
    over after 20 s
    ");
}

#[tokio::test]
async fn a_restarted_client_has_what_its_named_store_has() {
    let trace = play_well(
        "okta",
        "
clients:
  disk: { store: disk }
  memory: {}
steps:
  - get_token: { as: before }
  - restart: { client: [disk, memory] }
  - get_token: { as: after }
  - restart: { client: disk, how: kill }
  - get_token: { as: last }
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: before#1 of disk token -> 200 at 0 s
    0 s: before#2 of memory token -> 200 at 0 s
    0 s: after#2 of memory token -> 200 at 0 s
    before#1 of disk from 0 s to 0 s: ok 
    before#2 of memory from 0 s to 0 s: ok 
    after#1 of disk from 0 s to 0 s: ok 
    after#2 of memory from 0 s to 0 s: ok 
    last#1 of disk from 0 s to 0 s: ok 
    last#2 of memory from 0 s to 0 s: ok 
    over after 0 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    all clients restarted
    disk killed and started anew
    ");
}

#[tokio::test]
async fn a_graceful_end_waits_and_a_kill_does_not() {
    for (how, waits) in [("graceful", true), ("kill", false)] {
        let trace = play_well(
            "okta",
            &format!(
                "
idp: {{ script: [{{ to: token, nth: 1, delay: 20s }}] }}
steps:
  - get_token: {{ as: a }}
  - restart: {{ how: {how} }}
  - get_token: {{ as: b }}
"
            ),
        )
        .await;
        let classes: Vec<Class> = trace.outcomes.iter().map(|outcome| outcome.class).collect();
        let first = if waits { Class::Ok } else { Class::Cancelled };
        assert_eq!(classes, [first, Class::Ok], "{how}");
        let b = &trace.outcomes[1];
        let started = b.started_at.duration_since(trace.started_at).as_secs();
        assert_eq!(started, if waits { 20 } else { 0 }, "{how}");
        assert_eq!(trace.tokens.len(), if waits { 2 } else { 1 }, "{how}");
    }
}

#[tokio::test]
async fn a_kill_cuts_off_what_a_client_does_behind_its_calls_and_spares_the_others() {
    let trace = play(
        "
clients: { a: {}, b: {} }
steps:
  - get_token: { as: t }
  - restart: { client: a, how: kill }
  - advance: { by: 10s }
",
        |setup| {
            Box::pin(async move {
                let within = setup.clone();
                setup.spawn.spawn(Box::pin(async move {
                    within.clock.sleep(Duration::from_secs(3)).await;
                    asks(within).await;
                }));
                Answer::of(Class::Ok)
            })
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    3 s: t#2 of b token -> 200 at 3 s
    t#1 of a from 0 s to 0 s: ok 
    t#2 of b from 0 s to 0 s: ok 
    over after 10 s
    ");
}

#[tokio::test]
async fn a_running_client_can_be_given_another_credential() {
    let trace = play_well(
        "okta",
        "
idp: { token: { expires_in: 3600s }, rotation: { mode: rotate, leeway: 0s } }
client: { refresh_token: rt1 }
steps:
  - get_token: { as: before }
  - idp: { secrets: replace }
  - force_refresh: { as: refused }
  - swap: { secret: newest }
  - force_refresh: { as: mended }
  - swap: { refresh_token: rt2 }
  - force_refresh: { as: signed-in }
  - swap: { secret: wrong }
  - force_refresh: { as: wrong }
  - restart: {}
  - get_token: { as: still-wrong }
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: before#1 token -> 200 at 0 s
    0 s: refused#1 token -> 401 at 0 s
    0 s: mended#1 token -> 200 at 0 s
    0 s: signed-in#1 token -> 200 at 0 s
    0 s: wrong#1 token -> 401 at 0 s
    0 s: still-wrong#1 token -> 401 at 0 s
    before#1 from 0 s to 0 s: ok 
    refused#1 from 0 s to 0 s: misconfigured token endpoint refused the refresh_token grant with status 401, invalid_client: The client secret supplied for a confidential client is invalid. (request id 931c13477d08fd5ad0741bd095218457)
    mended#1 from 0 s to 0 s: ok 
    signed-in#1 from 0 s to 0 s: ok 
    wrong#1 from 0 s to 0 s: misconfigured token endpoint refused the refresh_token grant with status 401, invalid_client: The client secret supplied for a confidential client is invalid. (request id ef4097f995a2af33eb31599bb6844f37)
    still-wrong#1 from 0 s to 0 s: misconfigured token endpoint refused the refresh_token grant with status 401, invalid_client: The client secret supplied for a confidential client is invalid. (request id b2724afe8a8d2bca5aba07c11b4ed126)
    over after 0 s
    ");
    insta::assert_snapshot!(marked(&trace), @"
    secrets replaced
    client given the newest secret
    client given refresh token rt2
    client given a wrong secret
    client restarted
    ");
    let lineage: Vec<String> = trace
        .tokens
        .iter()
        .map(|facts| {
            format!(
                "{} <- {:?}",
                facts.label,
                facts.parent.map(|p| p.to_string())
            )
        })
        .collect();
    insta::assert_snapshot!(lineage.join("\n"), @r#"
    AT#1 <- Some("RT#1")
    AT#2 <- Some("RT#2")
    AT#3 <- Some("RT#4")
    RT#1 <- None
    RT#2 <- Some("RT#1")
    RT#3 <- Some("RT#2")
    RT#4 <- None
    RT#5 <- Some("RT#4")
    "#);
}

/// The reference client, which can be opened only once.
#[derive(Debug, Default)]
struct OnlyOnce(AtomicBool);

impl Contender for OnlyOnce {
    fn name(&self) -> &str {
        "OnlyOnce"
    }

    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        if self.0.swap(true, Ordering::Relaxed) {
            return Err("its licence has run out".to_owned());
        }
        Reference.open(setup)
    }
}

#[tokio::test]
async fn a_client_that_cannot_begin_anew_ends_the_play() {
    let case = case(
        "okta",
        "steps: [{ get_token: { as: a } }, { restart: {} }, { get_token: { as: b } }]",
    );
    let trace = local::play(&case, 0, &OnlyOnce::default(), 0)
        .await
        .expect("a world");
    assert_eq!(trace.outcomes.len(), 1, "no further step is done");
    let Some(CutShort::Harness(why)) = trace.cut_short else {
        panic!("{:?}", trace.cut_short);
    };
    insta::assert_snapshot!(why, @"the client could not be started anew: its licence has run out");
}
