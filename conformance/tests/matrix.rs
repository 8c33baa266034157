//! Trust in the suite: every check has a broken client that trips it, the reference client trips none, lazy clients earn nothing.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use std::collections::BTreeSet;

use tokenproof::case::Case;
use tokenproof::contender::{Contender, Reference};
use tokenproof::exit::ExitCode;
use tokenproof::gate::Gate;
use tokenproof::library::Library;
use tokenproof::mutants::{MUTANTS, Matrix, lazy};
use tokenproof::registry::Registry;
use tokenproof::report::{Played, Report};
use tokenproof::runner;

fn cases() -> Vec<Case> {
    let registry = Registry::embedded().expect("the registry is sound");
    Library::embedded()
        .plan(&registry)
        .expect("the library is sound")
}

fn play(contenders: &[&dyn Contender]) -> Matrix {
    Matrix::play(&cases(), contenders, 2).expect("threads can be started")
}

#[test]
fn every_check_bites_and_the_reference_client_passes_all() {
    let mut contenders: Vec<&dyn Contender> = vec![&Reference];
    contenders.extend(MUTANTS.iter().map(|mutant| mutant as &dyn Contender));
    let matrix = play(&contenders);
    insta::assert_snapshot!("matrix", matrix.render());
    assert_eq!(matrix.not_passed_by("token-client"), []);
    assert_eq!(matrix.toothless(), [""; 0]);
    assert_eq!(unfounded_claims(&matrix), [""; 0]);
}

/// Claims of the registry that a broken client trips a requirement, where it trips no check of it.
fn unfounded_claims(matrix: &Matrix) -> Vec<String> {
    let tested: BTreeSet<(String, String)> = cases()
        .iter()
        .flat_map(|case| {
            case.checks.iter().map(|planned| {
                (
                    planned.requirement.id.clone(),
                    format!("{}:{}", case.head.scenario, planned.check.id),
                )
            })
        })
        .collect();
    let registry = Registry::embedded().expect("the registry is sound");
    let mut unfounded = Vec::new();
    for requirement in registry.iter() {
        let caught: BTreeSet<&str> = tested
            .iter()
            .filter(|(id, _)| *id == requirement.id)
            .flat_map(|(_, check)| matrix.caught_by(check))
            .collect();
        unfounded.extend(
            requirement
                .caught_on
                .iter()
                .filter(|mutant| !caught.contains(mutant.as_str()))
                .map(|mutant| format!("{}: {mutant}", requirement.id)),
        );
    }
    unfounded
}

#[test]
fn lazy_clients_earn_no_pass() {
    let matrix = play(&lazy());
    insta::assert_snapshot!("lazy", matrix.render());
    for client in lazy() {
        assert_eq!(
            matrix.passes_of(client.name()),
            0,
            "{} earned a pass",
            client.name()
        );
    }
}

#[test]
fn lazy_clients_close_the_gate() {
    let cases = cases();
    for client in lazy() {
        let results = runner::run(&cases, client, 0, 2, |_| ()).expect("threads can be started");
        let played: Vec<Played<'_>> = results.iter().map(|result| result.played(&cases)).collect();
        assert_eq!(
            Report::new(&played, Gate::Must).exit,
            ExitCode::Gate,
            "{}",
            client.name()
        );
    }
}
