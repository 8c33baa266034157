//! Clients whose clock cannot be moved: cases are played in real time, and the verdicts are those of moved clocks.
//!
//! Nothing here says how long anything takes. Where the machine is too slow even for the slowest pace, a verdict may be lost to
//! that, for that reason; it may never turn into its contrary.

use std::thread;

use tests::program;
use tokenproof::case::Case;
use tokenproof::contender::{Contender as _, Limits, Reference};
use tokenproof::driver::protocol::ClockMode;
use tokenproof::driver::{Driver, Target, Tried};
use tokenproof::mutants::MUTANTS;
use tokenproof::runner::{self, CaseResult};
use tokenproof::verdict::Verdict;

use crate::driving::{OWN, library, meet};
use crate::same::{Differences, play};

/// What is played by the client that does everything right, each in some seconds.
const SMALL_SET: [&str; 8] = [
    "concurrency/herd[okta,good]",
    "expiry/any-lifetime[entra,a-day]",
    "expiry/early-refresh[okta]",
    "expiry/refresh-failing-while-valid[entra,advised]",
    "refresh/revoked-grant[entra,grants]",
    "refresh/rotation[okta,rotate]",
    "request/hygiene[entra,basic]",
    "rotation/reuse-detected[okta]",
];

/// Who is caught, and where.
const CAUGHT: [(&str, &str); 3] = [
    ("KeepsOldRefreshToken", "refresh/rotation[okta,rotate]"),
    ("RefreshesEveryCall", "expiry/any-lifetime[okta,a-day]"),
    ("ResendsPassword", "refresh/password-is-dropped[entra]"),
];

fn by_clock(client: &str, clock: &str) -> Driver {
    let command = [OWN, "--client", client, "--clock", clock].map(str::to_owned);
    meet(Target::Command(command.into()), Limits::OUTSIDE).expect("a driver")
}

fn cases(names: &[&str]) -> Vec<Case> {
    let mut cases = library();
    cases.retain(|case| names.contains(&case.name.0.as_str()));
    assert_eq!(cases.len(), names.len(), "cases have other names now");
    cases
}

/// All at once: most of the time is waited.
fn in_real_time(cases: &[Case], driver: &Driver) -> Vec<CaseResult> {
    runner::run(cases, driver, 0, cases.len(), |_| ()).expect("threads can be started")
}

/// The lines that say of something else than of a slow machine.
fn not_of_slowness(weaker: &str) -> String {
    let lines = weaker.lines().filter(|line| !line.contains("too slow"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_reference_client_is_judged_alike_in_real_time() {
    let cases = cases(&SMALL_SET);
    let local = play(&cases, &Reference);
    let driver = by_clock("token-client", "scaled");
    assert_eq!(driver.clock(), ClockMode::Scaled);
    let timed = in_real_time(&cases, &driver);
    let differences = Differences::between(&local, &timed);
    assert_eq!(differences.contrary, "");
    insta::assert_snapshot!(not_of_slowness(&differences.weaker), @"expiry/early-refresh[okta]:before-the-end: pass -> not applicable: in real time, a time that it speaks of cannot be told from what a token lives");
    for result in &timed {
        let trace = &result.runs[0].trace;
        let timed = trace.timed.as_ref();
        let factor = timed.map(|timed| timed.factor);
        let name = &cases[result.index].name;
        assert!(factor.is_some(), "{name}: {:?}", trace.cut_short);
        assert_eq!(factor == Some(1), name.0.starts_with("concurrency/herd"));
    }
    let passed = timed.iter().flat_map(|result| &result.judgements);
    let passed = passed.filter(|it| it.finding.verdict == Verdict::Pass);
    assert!(passed.count() > 0, "this machine is too slow for all of it");
}

#[test]
fn broken_clients_are_caught_in_real_time() {
    let play_one = |(client, case): (&'static str, &'static str)| {
        let cases = cases(&[case]);
        let mut mutants = MUTANTS.iter();
        let mutant = mutants.find(|mutant| mutant.name() == client);
        let local = play(&cases, mutant.expect("a broken client"));
        let timed = in_real_time(&cases, &by_clock(client, "scaled"));
        let differences = Differences::between(&local, &timed);
        assert_eq!(differences.contrary, "", "{client}");
        let weaker = differences.weaker;
        assert_eq!(not_of_slowness(&weaker), "", "{client}");
        let is_broken = |verdict| matches!(verdict, Verdict::Fail | Verdict::Warn);
        let mut judgements = timed.iter().flat_map(|result| &result.judgements);
        let is_caught = judgements.any(|it| is_broken(it.finding.verdict));
        assert!(is_caught || !weaker.is_empty(), "{client} is not caught");
        is_caught
    };
    let caught = thread::scope(|scope| {
        let workers = CAUGHT.map(|pair| scope.spawn(move || play_one(pair)));
        workers.map(|worker| worker.join().expect("no panic"))
    });
    assert!(caught.contains(&true), "this machine is too slow for all");
}

#[test]
fn a_clock_that_is_not_the_machines_is_noticed() {
    let tried = |clock: &'static str| {
        let driver = by_clock("token-client", clock);
        let case = &cases(&["expiry/early-refresh[okta]"])[0];
        let lacks = driver.lacks(case).unwrap_or_default();
        (driver.clock(), driver.clock_tried().cloned(), lacks)
    };
    let (stopped, hurried) = thread::scope(|scope| {
        let stopped = scope.spawn(|| tried("stopped"));
        let hurried = scope.spawn(|| tried("hurried"));
        let done = "no panic";
        (stopped.join().expect(done), hurried.join().expect(done))
    });
    let lacks =
        "needs `clock`: the client's clock could not be moved, though the driver declares `scaled`";
    for ((clock, tried, said), expected) in [(stopped, Tried::Stands), (hurried, Tried::Differs)] {
        assert_eq!(tried, Some(expected));
        assert_eq!(clock, ClockMode::None);
        assert_eq!(said, lacks);
    }
}

#[test]
fn a_driver_is_examined_by_the_machines_clock() {
    let said = |clock: &'static str| {
        let output = program::tokenproof()
            .args(["check-driver", &format!("'{OWN}' --clock {clock}")])
            .output()
            .expect("tokenproof starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = text.lines();
        let line = lines.find(|line| line.contains(" clock "));
        let verdict = line.and_then(|line| line.split_whitespace().next());
        (verdict.map(str::to_owned), output.status.code(), text)
    };
    let (verdict, exit, text) = said("scaled");
    assert_eq!(verdict.as_deref(), Some("PASS"), "{text}");
    assert_eq!(exit, Some(0), "{text}");
    let (verdict, exit, text) = said("stopped");
    assert_eq!(verdict.as_deref(), Some("FAIL"), "{text}");
    assert_eq!(exit, Some(4), "{text}");
}
