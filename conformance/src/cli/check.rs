//! `tokenproof check`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::{Refusal, output};
use crate::check::{self, Checked, Scope};
use crate::diagnostic::Diagnostics;
use crate::exit::ExitCode;
use crate::frozen::{freeze, is_set_name};
use crate::library::Library;
use crate::report::several::several;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Scenario files, or folders of them; what comes with the program without any
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Play every case with every broken client too, and see that each check bites and each `caught_on` is true
    #[arg(long)]
    matrix: bool,
    /// How many cases are played at once; one per processor without it
    #[arg(long, value_name = "N", requires = "matrix", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// If nothing is found, print a frozen set of this name that requires all of it; it belongs into `sets/NAME.yaml`
    #[arg(long, value_name = "NAME", value_parser = set_name)]
    freeze: Option<String>,
}

fn set_name(text: &str) -> Result<String, String> {
    match is_set_name(text) {
        true => Ok(text.to_owned()),
        false => Err("a set is named by its year and month, such as `2026-11`".to_owned()),
    }
}

impl Check {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let mut unreadable = Diagnostics::new();
        let mut library = Library::new();
        for path in &self.paths {
            if let Err(problems) = library.add_path(path) {
                unreadable.extend(problems);
            }
        }
        if self.paths.is_empty() {
            library = Library::embedded();
        }
        let scope = Scope {
            matrix: self.matrix.then(|| super::run::threads(self.jobs)),
            without_set: self.freeze.as_deref(),
        };
        let mut checked = check::check(&library, &scope)
            .map_err(|error| Refusal::harness(format!("no thread could be started: {error}")))?;
        checked.found.extend(unreadable);
        checked.found.sort();
        if !checked.found.is_empty() {
            let shown = checked
                .found
                .render(output::stderr_has_colour(), output::width());
            let count = count(&checked.found);
            return Err(Refusal::usage(format!("{shown}\n\n{count}")));
        }
        match &self.freeze {
            Some(name) => output::print(&freeze(name, &checked.cases))?,
            None => output::print(&clean(&checked, self.matrix))?,
        }
        Ok(ExitCode::AsExpected)
    }
}

/// `3 problems in 2 files`.
fn count(found: &Diagnostics) -> String {
    let files: BTreeSet<&str> = found
        .iter()
        .filter_map(|d| d.line())
        .map(|(f, _)| f)
        .collect();
    let problems = several(found.len(), "problem");
    match files.len() {
        0 => problems,
        n => format!("{problems} in {}", several(n, "file")),
    }
}

fn clean(checked: &Checked, with_matrix: bool) -> String {
    let mut parts = vec![
        several(checked.files, "file"),
        several(checked.cases.len(), "case"),
    ];
    if checked.requirements > 0 {
        parts.push(several(checked.requirements, "requirement"));
    }
    if checked.sets > 0 {
        parts.push(several(checked.sets, "frozen set"));
    }
    let bites = if with_matrix {
        "; every check bites"
    } else {
        ""
    };
    format!("{}: no problem{bites}\n", parts.join(", "))
}
