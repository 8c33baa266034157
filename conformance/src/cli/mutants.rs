//! `tokenproof mutants`.

use clap::Args;

use super::{Refusal, output, select::Select};
use crate::contender::{Contender, Reference};
use crate::exit::ExitCode;
use crate::mutants::{MUTANTS, Matrix};
use crate::report::several::several;

/// Arguments of `mutants`.
#[derive(Debug, Args)]
pub(super) struct Mutants {
    #[command(flatten)]
    select: Select,
    /// How many cases are played at once; one per processor without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

impl Mutants {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let cases = self.select.cases()?;
        let mut contenders: Vec<&dyn Contender> = vec![&Reference];
        contenders.extend(MUTANTS.iter().map(|mutant| mutant as &dyn Contender));
        let matrix = Matrix::play(&cases, &contenders, super::run::threads(self.jobs))
            .map_err(|error| Refusal::harness(format!("no thread could be started: {error}")))?;
        let (text, exit) = conclude(&matrix, Reference.name());
        output::print(&text)?;
        Ok(exit)
    }
}

/// The matrix as text with what it proves, and the exit code that says so.
fn conclude(matrix: &Matrix, reference: &str) -> (String, ExitCode) {
    let mut text = matrix.render_with(|name| remark(name, reference));
    let not_passed = matrix.not_passed_by(reference);
    let toothless = matrix.toothless();
    text.push('\n');
    for (check, verdict) in &not_passed {
        text.push_str(&format!(" {reference} does not pass {check}: {verdict}\n"));
    }
    for check in &toothless {
        text.push_str(&format!(
            " no broken client trips {check}: it proves nothing\n"
        ));
    }
    let exit = match not_passed.is_empty() && toothless.is_empty() {
        true => ExitCode::AsExpected,
        false => ExitCode::Gate,
    };
    let meaning = match exit {
        ExitCode::AsExpected => {
            format!("every check bites, and {reference} passes all of them")
        }
        _ => format!(
            "{} without teeth, {} that {reference} does not pass",
            several(toothless.len(), "check"),
            several(not_passed.len(), "check")
        ),
    };
    text.push_str(&format!(" {exit}: {meaning}\n"));
    (text, exit)
}

/// What is said of a contender beside its name.
fn remark(name: &str, reference: &str) -> Option<&'static str> {
    if name == reference {
        return Some("the reference client: nothing is known to be wrong with it");
    }
    let mutant = MUTANTS.iter().find(|mutant| mutant.name() == name)?;
    Some(mutant.does())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;
    use crate::mutants::lazy;
    use crate::registry::Registry;

    /// Between them they trip every check of the scenario.
    const BOTH: [&str; 2] = ["KeepsOldRefreshToken", "TwoAuthMethods"];

    fn matrix(names: &[&str], reference: &dyn Contender) -> Matrix {
        let registry = Registry::embedded().expect("a registry");
        let mut cases = Library::embedded().plan(&registry).expect("cases");
        cases.retain(|case| case.name.0.starts_with("refresh/rotation[okta"));
        assert!(!cases.is_empty(), "there is something to play");
        let mut contenders = vec![reference];
        for mutant in MUTANTS.iter().filter(|m| names.contains(&m.name())) {
            contenders.push(mutant);
        }
        Matrix::play(&cases, &contenders, 1).expect("threads")
    }

    #[test]
    fn every_check_bites() {
        let (text, exit) = conclude(&matrix(&BOTH, &Reference), Reference.name());
        assert_eq!(exit, ExitCode::AsExpected);
        insta::assert_snapshot!(text, @"
          1  token-client          the reference client: nothing is known to be wrong with it
          2  KeepsOldRefreshToken  goes on with the refresh token it was given first
          3  TwoAuthMethods        authenticates by Basic and in the body at once

          .  pass   F  fail   w  warn   ?  inconclusive   !  error   -  not applicable

                                        1  2  3
        refresh/rotation:authenticated  .  .  F
        refresh/rotation:newest-only    .  F  ?
        refresh/rotation:served         .  w  w

         exit 0: every check bites, and token-client passes all of them
        ");
    }

    #[test]
    fn toothless_checks_are_named() {
        let (text, exit) = conclude(&matrix(&["TwoAuthMethods"], &Reference), Reference.name());
        assert_eq!(exit, ExitCode::Gate);
        let end: Vec<&str> = text.lines().rev().take(2).collect();
        insta::assert_snapshot!(end.join("\n"), @"
        exit 1: 1 check without teeth, 0 checks that token-client does not pass
        no broken client trips refresh/rotation:newest-only: it proves nothing
        ");
    }

    #[test]
    fn a_reference_that_does_not_pass_is_no_success() {
        let lazy = lazy()[0];
        let (text, exit) = conclude(&matrix(&BOTH, lazy), lazy.name());
        assert_eq!(exit, ExitCode::Gate);
        let end: Vec<&str> = text.lines().rev().take(4).collect();
        insta::assert_snapshot!(end.join("\n"), @"
        exit 1: 0 checks without teeth, 3 checks that DoesNothing does not pass
        DoesNothing does not pass refresh/rotation:served: warn
        DoesNothing does not pass refresh/rotation:newest-only: inconclusive
        DoesNothing does not pass refresh/rotation:authenticated: inconclusive
        ");
    }
}
