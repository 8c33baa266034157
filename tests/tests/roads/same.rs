//! The same client, the same cases: the same verdicts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tokenproof::case::Case;
use tokenproof::contender::{Contender, Reference};
use tokenproof::mutants::{MUTANTS, Mutant};
use tokenproof::registry::Registry;
use tokenproof::runner::{self, CaseResult};
use tokenproof::verdict::Verdict;

use crate::driving::{Served, by_pipe, library};

pub(crate) fn play(cases: &[Case], contender: &dyn Contender) -> Vec<CaseResult> {
    runner::run(cases, contender, 0, 2, |_| ()).expect("threads can be started")
}

/// Where two roads differ, a line for each check; those first that contradict each other.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Differences {
    pub(crate) contrary: String,
    pub(crate) weaker: String,
    /// The scenarios that no driver can be asked to play.
    pub(crate) beyond: BTreeSet<String>,
}

/// Why not.
const BEYOND: &str = "version 1 of the driver protocol has no words for it";

impl Differences {
    pub(crate) fn between(local: &[CaseResult], other: &[CaseResult]) -> Self {
        let mut differences = Self::default();
        for (local, other) in local.iter().zip(other) {
            assert_eq!(local.judgements.len(), other.judgements.len());
            for (one, other) in local.judgements.iter().zip(&other.judgements) {
                let (was, is) = (one.finding.verdict, other.finding.verdict);
                if was == is {
                    continue;
                }
                if is == Verdict::NotApplicable && other.finding.observed.ends_with(BEYOND) {
                    let name = other.check.to_string();
                    let scenario = name.split('[').next().unwrap_or_default();
                    differences.beyond.insert(scenario.to_owned());
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
                    "{}: {} -> {}: {}",
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

#[test]
fn the_reference_client_is_judged_alike_behind_a_process() {
    let cases = library();
    let local = play(&cases, &Reference);
    let driver = by_pipe("token-client");
    let driven = play(&cases, &driver);
    let differences = Differences::between(&local, &driven);
    assert_eq!(differences.contrary, "");
    assert_eq!(differences.weaker, "");
    insta::assert_snapshot!(Vec::from_iter(differences.beyond).join("\n"), @"
    credentials/certificate-rollover
    credentials/platform-token
    credentials/signed-assertions
    dpop/bound-tokens
    dpop/never-the-right-nonce
    machine/identity-comes-late
    machine/no-identity
    machine/ordinary-day
    response/v1-texts
    sign-in/device-refused
    sign-in/exchanged
    sign-in/on-a-device
    sign-in/on-behalf-of
    sign-in/slowed-device
    sign-in/with-a-browser
    unauthorized/access-revoked
    unauthorized/step-up
    ");
}

#[test]
fn the_reference_client_is_judged_alike_behind_a_service() {
    let cases = library();
    let local = play(&cases, &Reference);
    let service = Served::start("token-client");
    let driven = play(&cases, &service.driver);
    let differences = Differences::between(&local, &driven);
    assert_eq!(differences.contrary, "");
    // A service is not ours to kill.
    insta::assert_snapshot!(differences.weaker, @r"
    cache/killed-in-the-middle[entra,keep-old]:stored-first: pass -> not applicable: the client's process is not ours to kill
    cache/killed-in-the-middle[entra,keep-old]:served: pass -> not applicable: the client's process is not ours to kill
    cache/killed-in-the-middle[okta,rotate]:stored-first: pass -> not applicable: the client's process is not ours to kill
    cache/killed-in-the-middle[okta,rotate]:served: pass -> not applicable: the client's process is not ours to kill
    cache/restart[entra,keep-old,kill]:survives: pass -> not applicable: the client's process is not ours to kill
    cache/restart[entra,keep-old,kill]:newest: pass -> not applicable: the client's process is not ours to kill
    cache/restart[entra,keep-old,kill]:served: pass -> not applicable: the client's process is not ours to kill
    cache/restart[okta,rotate,kill]:survives: pass -> not applicable: the client's process is not ours to kill
    cache/restart[okta,rotate,kill]:newest: pass -> not applicable: the client's process is not ours to kill
    cache/restart[okta,rotate,kill]:served: pass -> not applicable: the client's process is not ours to kill
    ");
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
        // A service is not ours to kill.
        let is_playable = |served: &Served| served.driver.lacks(&cases[0]).is_none();
        let served = (index % 2 == 0).then(|| Served::start(mutant.name()));
        let driven = match served.filter(is_playable) {
            Some(served) => play(&cases, &served.driver),
            None => play(&cases, &by_pipe(mutant.name())),
        };
        let differences = Differences::between(&[local], &driven);
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
    // Whoever never renews cannot be told from one whose clock stands.
    insta::assert_snapshot!(weaker, @r"
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:never-stale: warn -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:waits-for-tokens: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:waits-for-calls: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:refused-calls-end: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:no-hammering: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:secret-out-of-urls: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:token-out-of-urls: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:token-stays: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    IgnoresExpiry: ambient/as-an-application[entra,keep-old]:secret-out-of-words: pass -> not applicable: needs `clock`: the client's clock could not be moved, though the driver declares `driven`
    ");
}
