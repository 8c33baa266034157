//! `tokenproof merge`.

use std::path::PathBuf;

use clap::Args;

use super::Refusal;
use super::publish::Outputs;
use crate::exit::ExitCode;
use crate::report::{json, merge};

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// Reports that `--json` wrote, each from another run with the same gate
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    outputs: Outputs,
}

impl Merge {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let mut reports = Vec::with_capacity(self.reports.len());
        for path in &self.reports {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| Refusal::usage(format!("`{name}` cannot be read: {error}")))?;
            let report = json::read(&text)
                .map_err(|error| Refusal::usage(format!("`{name}` cannot be merged: {error}")))?;
            reports.push((name, report));
        }
        let merged = merge(reports).map_err(|error| Refusal::usage(error.to_string()))?;
        self.outputs.publish(&merged)
    }
}
