//! The same client, the same cases: the same verdicts.

use std::fmt::Write as _;

use tokenproof::case::Case;
use tokenproof::contender::{Contender, Reference};
use tokenproof::mutants::{MUTANTS, Mutant};
use tokenproof::registry::Registry;
use tokenproof::runner::{self, CaseResult};
use tokenproof::verdict::Verdict;

use crate::driving::{Served, by_pipe, library};

fn play(cases: &[Case], contender: &dyn Contender) -> Vec<CaseResult> {
    runner::run(cases, contender, 0, 2, |_| ()).expect("threads can be started")
}

/// Where two roads differ, a line for each check; those first that contradict each other.
#[derive(Debug, Default, PartialEq)]
struct Differences {
    contrary: String,
    weaker: String,
}

impl Differences {
    fn between(cases: &[Case], local: &[CaseResult], other: &[CaseResult]) -> Self {
        let mut differences = Self::default();
        for ((case, local), other) in cases.iter().zip(local).zip(other) {
            assert_eq!(local.judgements.len(), other.judgements.len());
            for (one, other) in local.judgements.iter().zip(&other.judgements) {
                let (was, is) = (one.finding.verdict, other.finding.verdict);
                if was == is {
                    continue;
                }
                let is_weaker = matches!(is, Verdict::Inconclusive | Verdict::NotApplicable);
                let list = if is_weaker {
                    &mut differences.weaker
                } else {
                    &mut differences.contrary
                };
                let finding = &other.finding;
                // Writing to a String cannot fail.
                let _ = writeln!(
                    list,
                    "{} {}: {} -> {}: {}",
                    case.name,
                    other.check,
                    was.name(),
                    is.name(),
                    finding.observed
                );
            }
        }
        differences
    }
}

fn slowest(cases: &[Case], results: &[CaseResult]) -> String {
    let mut by_time: Vec<_> = results
        .iter()
        .map(|r| (r.took, &cases[r.index].name))
        .collect();
    by_time.sort();
    let slowest = by_time.iter().rev().take(25);
    slowest
        .map(|(took, name)| format!("{took:?} {name}\n"))
        .collect()
}

#[test]
fn the_reference_client_is_judged_alike_behind_a_process() {
    let cases = library();
    let local = play(&cases, &Reference);
    let driver = by_pipe("token-client");
    let driven = play(&cases, &driver);
    eprintln!("{}", slowest(&cases, &driven));
    let differences = Differences::between(&cases, &local, &driven);
    assert_eq!(differences.contrary, "");
    insta::assert_snapshot!(differences.weaker, @"");
}

#[test]
fn the_reference_client_is_judged_alike_behind_a_service() {
    let cases = library();
    let local = play(&cases, &Reference);
    let service = Served::start("token-client");
    let driven = play(&cases, &service.driver);
    eprintln!("{}", slowest(&cases, &driven));
    let differences = Differences::between(&cases, &local, &driven);
    assert_eq!(differences.contrary, "");
    insta::assert_snapshot!(differences.weaker, @"");
}

/// The first case in which this mutant is caught, of those that the registry names for it.
fn caught_in(mutant: &Mutant, cases: &[Case], registry: &Registry) -> (Case, CaseResult) {
    let is_named = |case: &&Case| {
        case.checks.iter().any(|planned| {
            let id = &planned.requirement.id;
            let mut all = registry.iter();
            all.any(|known| {
                known.id == *id && known.caught_on.iter().any(|name| *name == mutant.name())
            })
        })
    };
    for case in cases.iter().filter(is_named) {
        let results = play(std::slice::from_ref(case), mutant);
        let result = results.into_iter().next().expect("a result");
        let is_caught = |verdict| matches!(verdict, Verdict::Fail | Verdict::Warn);
        if result
            .judgements
            .iter()
            .any(|j| is_caught(j.finding.verdict))
        {
            return (case.clone(), result);
        }
    }
    panic!("{} is caught nowhere", mutant.name());
}

#[test]
fn every_broken_client_is_judged_alike_behind_a_driver() {
    let (cases, registry) = (
        library(),
        Registry::embedded().expect("the registry is sound"),
    );
    let mut contrary = String::new();
    let mut weaker = String::new();
    for (index, mutant) in MUTANTS.iter().enumerate() {
        let (case, local) = caught_in(mutant, &cases, &registry);
        let cases = [case];
        let driven = if index % 2 == 0 {
            play(&cases, &by_pipe(mutant.name()))
        } else {
            play(&cases, &Served::start(mutant.name()).driver)
        };
        eprintln!("{} {} {:?}", mutant.name(), cases[0].name, driven[0].took);
        let differences = Differences::between(&cases, &[local], &driven);
        for (all, these) in [
            (&mut contrary, differences.contrary),
            (&mut weaker, differences.weaker),
        ] {
            for line in these.lines() {
                let _ = writeln!(all, "{}: {line}", mutant.name());
            }
        }
    }
    assert_eq!(contrary, "");
    insta::assert_snapshot!(weaker, @"");
}
