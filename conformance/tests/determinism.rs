//! Same seed, same bytes: reports and traces do not depend on the run, on the number of threads or on the machine's mood.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use std::collections::BTreeSet;

use serde_json::Value;
use tokenproof::case::{Case, CheckName};
use tokenproof::contender::{Contender, Reference};
use tokenproof::gate::Gate;
use tokenproof::judgement::Run;
use tokenproof::library::Library;
use tokenproof::mutants::MUTANTS;
use tokenproof::registry::Registry;
use tokenproof::report::{CheckReport, Played, Report, json};
use tokenproof::runner;
use tokenproof::verdict::Verdict;

fn cases() -> Vec<Case> {
    let registry = Registry::embedded().expect("the registry is sound");
    Library::embedded()
        .plan(&registry)
        .expect("the library is sound")
}

/// Everything comparable that comes out of a run.
struct Out {
    report: String,
    runs: Vec<Vec<Run>>,
}

impl Out {
    fn of(cases: &[Case], contender: &dyn Contender, seed: u64, threads: usize) -> Self {
        let results =
            runner::run(cases, contender, seed, threads, |_| ()).expect("threads can be started");
        let played: Vec<Played<'_>> = results.iter().map(|result| result.played(cases)).collect();
        let report = json::render(&Report::new(&played, Gate::Must)).expect("a report");
        Self {
            report,
            runs: results.into_iter().map(|result| result.runs).collect(),
        }
    }

    /// Every check and what was said of it.
    fn verdicts(&self) -> Vec<(CheckName, Verdict)> {
        let report: Report = serde_json::from_str(&self.report).expect("a report");
        let verdict = |check: &CheckReport| (check.name.clone(), check.verdict);
        report.checks().map(verdict).collect()
    }

    /// The traces as they would be stored.
    fn traces(&self) -> Vec<String> {
        let text = |runs: &Vec<Run>| serde_json::to_string_pretty(runs).expect("plain data");
        self.runs.iter().map(text).collect()
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let cases = cases();
    // The one that sends one request for each caller shows the order of what happens at once.
    let swarm = MUTANTS
        .iter()
        .find(|mutant| mutant.name() == "NoSingleFlight")
        .expect("a mutant");
    for contender in [&Reference as &dyn Contender, swarm] {
        let first = Out::of(&cases, contender, 7, 1);
        let traces = first.traces();
        for threads in [2, 5] {
            let again = Out::of(&cases, contender, 7, threads);
            for ((one, other), case) in traces.iter().zip(again.traces()).zip(&cases) {
                assert!(
                    *one == other,
                    "{} of {} on {threads} threads: {}",
                    case.name,
                    contender.name(),
                    first_difference(one, &other)
                );
            }
            assert!(
                first.report == again.report,
                "the report of {} on {threads} threads: {}",
                contender.name(),
                first_difference(&first.report, &again.report)
            );
        }
    }
}

/// In every case but those whose faults come by chance, and of these the verdicts stay.
#[test]
fn another_seed_changes_pauses_and_ids_and_nothing_else() {
    let cases = cases();
    let by_chance = |case: &Case| case.head.scenario.starts_with("ambient/");
    let (one, other) = (
        Out::of(&cases, &Reference, 1, 2),
        Out::of(&cases, &Reference, 2, 2),
    );
    let mut paths = BTreeSet::new();
    for ((runs, others), case) in one.runs.iter().zip(&other.runs).zip(&cases) {
        if by_chance(case) {
            continue;
        }
        let value = |runs: &Vec<Run>| serde_json::to_value(runs).expect("plain data");
        differences("", &value(runs), &value(others), &mut paths);
    }
    assert_eq!(one.verdicts(), other.verdicts());
    let paths: Vec<String> = paths.into_iter().collect();
    insta::assert_snapshot!(paths.join("\n"), @"
    [].trace.ended_at
    [].trace.exchanges[].caller.client
    [].trace.exchanges[].caller.index
    [].trace.exchanges[].entry.answered_at
    [].trace.exchanges[].entry.at
    [].trace.exchanges[].entry.body.digest
    [].trace.exchanges[].entry.path
    [].trace.exchanges[].entry.presented.seconds_left
    [].trace.exchanges[].entry.reply.headers[][]
    [].trace.exchanges[].entry.server_time
    [].trace.marks[].at
    [].trace.outcomes[].ended_at
    [].trace.outcomes[].message
    [].trace.outcomes[].started_at
    [].trace.tokens[].expires_at
    [].trace.tokens[].issued_at
    ");
}

/// The line in which two texts part.
fn first_difference(one: &str, other: &str) -> String {
    let both = one.lines().zip(other.lines()).enumerate();
    let mut parted = both.filter(|(_, (one, other))| one != other);
    match parted.next() {
        Some((at, (one, other))) => format!("line {}: {one} | {other}", at + 1),
        None => "one is longer".to_owned(),
    }
}

/// Where two values differ, with `[]` for any place in a list.
fn differences(path: &str, one: &Value, other: &Value, found: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            for (name, value) in one {
                differences(&format!("{path}.{name}"), value, &other[name], found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (one, other) in one.iter().zip(other) {
                differences(&format!("{path}[]"), one, other, found);
            }
        }
        _ if one == other => {}
        _ => {
            found.insert(path.to_owned());
        }
    }
}
