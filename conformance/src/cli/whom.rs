//! Who is under test on the local road.

use clap::Args;

use super::Refusal;
use crate::contender::{Contender, Reference};
use crate::diagnostic::did_you_mean;
use crate::driver::Driver;
use crate::mutants::MUTANTS;

/// Which client is played.
#[derive(Debug, Args)]
pub(super) struct Whom {
    /// Play one of the broken clients that `tokenproof mutants` shows, in place of the reference client
    #[arg(long, value_name = "NAME", conflicts_with_all = ["driver", "adapter"])]
    contender: Option<String>,
}

impl Whom {
    /// The client of this driver, if there is one; else the client here that was asked for.
    pub(super) fn or_driven<'d>(
        &self,
        driver: Option<&'d Driver>,
    ) -> Result<&'d dyn Contender, Refusal> {
        match driver {
            Some(driver) => Ok(driver),
            None => self.contender(),
        }
    }

    fn contender(&self) -> Result<&'static dyn Contender, Refusal> {
        let Some(name) = &self.contender else {
            return Ok(&Reference);
        };
        if name == Reference.name() {
            return Ok(&Reference);
        }
        let found = MUTANTS.iter().find(|mutant| mutant.name() == name);
        found.map(|mutant| mutant as &dyn Contender).ok_or_else(|| {
            let names = MUTANTS.iter().map(Contender::name);
            let guess = did_you_mean(name, names)
                .map_or_else(|| ";".to_owned(), |guess| format!("; {guess}"));
            Refusal::usage(format!(
                "no client here is called `{name}`{guess} `tokenproof mutants` shows all of them"
            ))
        })
    }
}
