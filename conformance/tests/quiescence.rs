//! Quiescence is a contract: however often a case is played, and however busy the machine is, it runs the same way.
//!
//! Ten thousand plays of cases in which much happens at one instant: herds, resets in the middle, holds, deadlines of both
//! sides, clients that share, give up, are killed and asleep, answers in pieces. Each must leave the trace and the verdicts of the first play with its seed. `TOKENPROOF_PLAYS` asks for another
//! number of plays.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod stories;

use std::sync::atomic::{AtomicUsize, Ordering};

use stories::only_case;
use tokenproof::case::Case;
use tokenproof::contender::{Contender, Reference};
use tokenproof::judge::judge;
use tokenproof::judgement::{Judgement, Run};
use tokenproof::local;
use tokenproof::mutants::MUTANTS;
use tokenproof::trace::Trace;

const PLAYS: usize = 10_000;
const SEEDS: usize = 5;
const THREADS: usize = 2;

/// Three requests, of which the first is kept until all callers wait.
const SWARM: &str = "
needs: [concurrency, grant.client_credentials]
idp: { script: [{ to: token, nth: 1, hold: herd }] }
steps:
  - get_token: { times: 3, together: true, as: t }
  - until: { started: t, quiet: true }
  - release: herd
  - join: t
checks: [{ id: one, req: concurrency.shared-result, each: { of: t, outcome: ok, same: token } }]
";

/// One request for eight, kept until all eight wait for it.
const HERD: &str = "
needs: [concurrency, grant.client_credentials]
idp: { script: [{ to: token, nth: 1, hold: herd }] }
steps:
  - get_token: { times: 8, together: true, as: t }
  - until: { started: t, quiet: true }
  - release: herd
  - join: t
checks: [{ id: one, req: concurrency.shared-result, each: { of: t, outcome: ok, same: token } }]
";

/// Several requests at once, each of which may be the one that is reset, cut short or refused.
const RESETS: &str = "
needs: [clock, concurrency, resource, grant.client_credentials]
idp:
  script:
    - { to: token, nth: 1, connection: reset }
    - { to: token, nth: 2, connection: truncate }
    - { to: token, nth: 3, connection: lost_reply }
    - { to: resource, nth: 1, connection: reset }
    - { to: resource, nth: 2, reply: 401 }
    - { to: resource, nth: 3, reply: 429, headers: { Retry-After: \"2\", X-Rate-Limit-Reset: $epoch(+2s) } }
steps:
  - call_api: { times: 4, together: true, as: c }
  - join: c
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: c, outcome: { class: [ok, transient] } } }]
";

/// Two holds, let go in order; behind each wait several.
const HOLDS: &str = "
needs: [clock, concurrency, grant.client_credentials]
idp:
  script:
    - { to: token, times: 2, hold: first }
    - { to: token, times: 1, hold: { name: second, at: after_commit } }
steps:
  - get_token: { times: 4, together: true, as: t }
  - until: { started: t, quiet: true }
  - release: first
  - advance: { by: 5s }
  - release: second
  - join: t
checks: [{ id: any, req: errors.class, each: { of: t, outcome: ok } }]
";

/// The server is as slow as the client is patient: 30 s both, and more.
const DELAYS: &str = "
needs: [clock, concurrency, grant.client_credentials]
idp:
  script:
    - { to: token, nth: 1, delay: 30s }
    - { to: token, nth: 2, delay: 45s }
    - { to: token, nth: 3, delay: 29s }
steps:
  - get_token: { times: 3, together: true, as: a }
  - join: a
  - advance: { by: 60s }
  - get_token: { as: b }
  - join: b
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: b, outcome: { class: [ok, timeout] } } }]
";

/// An answer that never comes, and one that comes late.
const HANGS: &str = "
needs: [clock, resource, grant.refresh_token]
idp:
  token: { expires_in: 3600s }
  script:
    - { to: token, nth: 1, connection: hang }
    - { to: resource, nth: 1, connection: hang }
    - { to: resource, nth: 2, delay: 40s }
client: { refresh_token: rt1 }
steps:
  - call_api: { as: a }
  - advance: { by: 60s }
  - call_api: { as: b }
  - advance: { by: 60s }
  - call_api: { as: c }
  - advance: { by: 10s }
  - call_api: { as: d }
  - join: d
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: d, outcome: ok } }]
";

/// Two clients on one store that go for the same refresh token at once.
const SHARED: &str = "
needs: [clock, timers, stores, concurrency, resource, grant.refresh_token]
idp:
  rotation: { mode: rotate, leeway: 0s, when_reused: refuse }
  script: [{ to: token, times: 2, hold: { name: gate, at: after_commit } }]
clients: { pair: { count: 2, refresh_token: rt1, store: disk } }
steps:
  - call_api: { times: 2, together: true, as: c }
  - until: { held: { hold: gate, at_least: 2 } }
  - release: { hold: gate, order: [2, 1] }
  - join: c
  - advance: { by: 2h }
  - call_api: { as: d }
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: d, outcome: ok } }]
";

/// Three answers let go one by one, each followed by another request.
const ORDERED: &str = "
needs: [clock, concurrency, grant.client_credentials]
idp: { script: [{ to: token, times: 3, reply: 503, hold: gate }] }
steps:
  - get_token: { times: 3, together: true, as: t }
  - release: { hold: gate, order: [2, 3, 1] }
  - join: t
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: t, outcome: ok } }]
";

/// Callers that give up and callers that are out of patience, in the middle of what is held, late or lost.
const CANCELLED: &str = "
needs: [clock, cancel, concurrency, resource, grant.client_credentials]
idp:
  script:
    - { to: token, nth: 1, hold: gate }
    - { to: token, nth: 2, delay: 10s }
    - { to: resource, nth: 1, connection: hang }
    - { to: resource, nth: 2, delay: 5s }
steps:
  - get_token: { times: 2, together: true, as: t }
  - call_api: { times: 2, together: true, deadline: 5s, as: c }
  - cancel: t
  - advance: { by: 5s }
  - call_api: { times: 3, together: true, deadline: 5s, as: d }
  - release: gate
  - advance: { by: 5s }
  - cancel: d
  - call_api: { as: e }
  - join: e
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: e, outcome: ok } }]
";

/// Clients that are killed while they wait for what is held, late or on its way.
const KILLED: &str = "
needs: [clock, restart, stores, concurrency, resource, grant.refresh_token]
idp:
  token: { expires_in: 3600s }
  rotation: { mode: rotate, leeway: 0s, when_reused: refuse }
  script:
    - { to: token, nth: 1, hold: gate }
    - { to: token, nth: 3, hold: { name: late, at: after_commit } }
    - { to: resource, nth: 1, delay: 3s }
clients: { a: { refresh_token: rt1, store: disk }, b: { refresh_token: rt2 } }
steps:
  - call_api: { together: true, times: 2, as: c }
  - restart: { client: a, how: kill }
  - call_api: { as: d }
  - release: gate
  - restart: { how: kill }
  - call_api: { times: 2, together: true, as: e }
  - restart: {}
  - release: late
  - call_api: { as: f }
  - join: f
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: f, outcome: { class: [ok, reauth_required] } } }]
";

/// Clocks that stand still, go back and jump while both sides wait.
const CLOCKS: &str = "
needs: [clock, timers, concurrency, resource, grant.client_credentials]
idp:
  token: { expires_in: 600s }
  script:
    - { to: token, nth: 1, delay: 29s }
    - { to: resource, nth: 1, delay: 30s }
    - { to: resource, nth: 3, delay: 31s }
clients: { pair: { count: 2, clock_offset: -5s } }
steps:
  - call_api: { times: 2, together: true, as: c }
  - freeze: client
  - advance: { by: 29s }
  - suspend: 1m
  - thaw: client
  - advance: { by: -10m, move: server }
  - call_api: { together: true, times: 2, as: d }
  - freeze: server
  - suspend: 31s
  - advance: { by: 1h }
  - thaw: server
  - call_api: { as: e }
  - join: e
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: e, outcome: ok } }]
";

/// Answers that come in pieces, slower and faster than the client is patient, several at once.
const DRIBBLES: &str = "
needs: [clock, cancel, concurrency, resource, grant.client_credentials]
idp:
  script:
    - { to: token, nth: 1, dribble: 5s }
    - { to: token, dribble: 1s }
    - { to: resource, nth: 1, dribble: 4s }
    - { to: resource, dribble: 500ms }
clients: { pair: { count: 2 } }
steps:
  - call_api: { times: 2, together: true, as: c }
  - advance: { by: 10s }
  - call_api: { together: true, times: 2, deadline: 2s, as: d }
  - join: d
  - join: c
checks: [{ id: any, req: errors.class, given: { to: token }, each: { of: c, outcome: { class: [ok, timeout] } } }]
";

/// A case and who plays it.
struct Story {
    case: Case,
    contender: &'static dyn Contender,
}

/// What a play leaves behind.
#[derive(Clone, Debug, PartialEq)]
struct Played {
    trace: Trace,
    judgements: Vec<Judgement>,
}

fn stories() -> Vec<Story> {
    let story = |name: &str, provider: &str, text: &str, contender| Story {
        case: only_case(name, provider, text),
        contender,
    };
    let swarm = mutant("NoSingleFlight");
    vec![
        story("quiet/herd", "okta", HERD, &Reference),
        story("quiet/swarm", "entra", SWARM, swarm),
        story("quiet/resets", "okta", RESETS, &Reference),
        story("quiet/resets-of-many", "entra", RESETS, swarm),
        story("quiet/holds", "okta", HOLDS, swarm),
        story("quiet/delays", "entra", DELAYS, &Reference),
        story("quiet/delays-of-many", "okta", DELAYS, swarm),
        story("quiet/hangs", "entra", HANGS, &Reference),
        story("quiet/shared", "okta", SHARED, &Reference),
        story("quiet/ordered", "okta", ORDERED, swarm),
        story("quiet/cancelled", "entra", CANCELLED, &Reference),
        story("quiet/cancelled-of-many", "okta", CANCELLED, swarm),
        story("quiet/killed", "okta", KILLED, &Reference),
        story("quiet/killed-of-many", "entra", KILLED, swarm),
        story("quiet/clocks", "okta", CLOCKS, &Reference),
        story("quiet/clocks-of-many", "entra", CLOCKS, swarm),
        story("quiet/dribbles", "okta", DRIBBLES, &Reference),
        story("quiet/dribbles-of-many", "entra", DRIBBLES, swarm),
    ]
}

fn mutant(name: &str) -> &'static dyn Contender {
    match MUTANTS.iter().find(|mutant| mutant.name() == name) {
        Some(mutant) => mutant,
        None => panic!("there is no mutant called {name}"),
    }
}

#[test]
fn every_play_is_like_the_first() {
    let stories = stories();
    let first: Vec<Vec<Played>> = {
        let runtime = runtime();
        let of_story = |story| (0..SEEDS).map(|seed| play(&runtime, story, seed)).collect();
        stories.iter().map(of_story).collect()
    };
    let plays = std::env::var("TOKENPROOF_PLAYS").map_or(PLAYS, |plays| {
        plays.parse().expect("TOKENPROOF_PLAYS is a number")
    });
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let runtime = runtime();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= plays {
                        return;
                    }
                    let (at, seed) = (number % stories.len(), number / stories.len() % SEEDS);
                    let again = play(&runtime, &stories[at], seed);
                    if again != first[at][seed] {
                        let name = &stories[at].case.name;
                        panic!(
                            "play {number}, {name} with seed {seed}, is not like the first:\n{}",
                            parting(&first[at][seed], &again)
                        );
                    }
                }
            });
        }
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started")
}

fn play(runtime: &tokio::runtime::Runtime, story: &Story, seed: usize) -> Played {
    let trace = runtime
        .block_on(local::play(&story.case, 0, story.contender, seed as u64))
        .expect("a world can be started");
    assert_eq!(trace.cut_short, None);
    let run = Run {
        variation: 0,
        trace,
    };
    let judgements = judge(&story.case, std::slice::from_ref(&run));
    Played {
        trace: run.trace,
        judgements,
    }
}

/// Where two plays part: the first line that differs as JSON, and the lines before it.
fn parting(first: &Played, again: &Played) -> String {
    let json = |played: &Played| {
        let both = (&played.trace, &played.judgements);
        serde_json::to_string_pretty(&both).expect("plain data")
    };
    let (first, again) = (json(first), json(again));
    let same = first
        .lines()
        .zip(again.lines())
        .take_while(|(one, other)| one == other)
        .count();
    let before: Vec<&str> = first
        .lines()
        .take(same)
        .skip(same.saturating_sub(40))
        .collect();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    format!(
        "{}\nfirst: {}\nagain: {}",
        before.join("\n"),
        line(&first),
        line(&again)
    )
}
