//! Trust in the suite: every check has a broken client that trips it, the reference client trips none, lazy clients earn nothing.

use tokenproof::case::Case;
use tokenproof::contender::{Contender, Reference};
use tokenproof::library::Library;
use tokenproof::mutants::{MUTANTS, Matrix, lazy};
use tokenproof::registry::Registry;

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
