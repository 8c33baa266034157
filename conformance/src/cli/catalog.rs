//! `tokenproof list` and `tokenproof explain`.

use clap::Args;

use super::{Refusal, output, select::Select};
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
}

impl List {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        output::print(&catalog::list(&self.select.cases()?, self.checks))?;
        Ok(ExitCode::AsExpected)
    }
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A requirement (`rotation.discard-old`), scenario, case or check (`rotation/reuse-detected:newest-only`)
    #[arg(value_name = "NAME")]
    name: String,
}

impl Explain {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let registry = Registry::embedded()?;
        let cases = Library::embedded().plan(&registry)?;
        let text = catalog::explain(&self.name, &registry, &cases, output::width())
            .map_err(|unknown| Refusal::usage(unknown.to_string()))?;
        output::print(&text)?;
        Ok(ExitCode::AsExpected)
    }
}
