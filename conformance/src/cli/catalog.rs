//! `tokenproof list` and `tokenproof explain`.

use clap::Args;

use super::select::{Select, nothing};
use super::{Refusal, output};
use crate::catalog;
use crate::exit::ExitCode;
use crate::library::Library;
use crate::registry::Registry;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    select: Select,
    /// List the checks of each case too
    #[arg(long)]
    checks: bool,
    /// List only what can be judged by the wire alone, under any command
    #[arg(long, conflicts_with = "sets")]
    passive: bool,
    /// List only what a frozen set requires, such as 2026-11
    #[arg(long, value_name = "NAME", conflicts_with = "sets")]
    set: Option<String>,
    /// List the frozen sets there are
    #[arg(long, conflicts_with = "checks")]
    sets: bool,
}

impl List {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        if self.sets {
            output::print(&catalog::sets(&self.select.sets()?))?;
            return Ok(ExitCode::AsExpected);
        }
        let chosen = self.select.chosen(self.set.as_deref())?;
        let mut cases = match &chosen.set {
            Some(set) => set.only(chosen.cases),
            None => chosen.cases,
        };
        if self.passive {
            cases.retain(|case| case.head.passive.is_some());
            if cases.is_empty() {
                return Err(nothing(
                    "none of them can be judged by the wire alone".to_owned(),
                ));
            }
        }
        if cases.is_empty() {
            return Err(nothing("nothing of the set was selected".to_owned()));
        }
        output::print(&catalog::list(&cases, self.checks))?;
        Ok(ExitCode::AsExpected)
    }
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A requirement (`rotation.discard-old`), scenario, case, check (`rotation/reuse-detected:newest-only`) or set (`2026-11`)
    #[arg(value_name = "NAME")]
    name: String,
}

impl Explain {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let registry = Registry::embedded()?;
        let cases = Library::embedded().plan(&registry)?;
        let sets = Library::embedded().sets()?;
        let text = catalog::explain(&self.name, &registry, &cases, &sets, output::width())
            .map_err(|unknown| Refusal::usage(unknown.to_string()))?;
        output::print(&text)?;
        Ok(ExitCode::AsExpected)
    }
}
