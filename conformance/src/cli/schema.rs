//! `tokenproof schema`.

use clap::Args;

use super::{Refusal, output};
use crate::exit::ExitCode;
use crate::schema::Kind;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Which file's schema
    #[arg(value_enum, default_value_t = Kind::Scenario)]
    file: Kind,
}

impl Schema {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        output::print(&self.file.text())?;
        Ok(ExitCode::AsExpected)
    }
}
