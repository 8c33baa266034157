//! `ca`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::ca_folder::{CaFolder, NoCa};
use super::failure::Failure;
use super::promised_file::PromisedFile;
use super::{say_bytes, warn};
use crate::listener::NoCertificate;

/// Print the CA that clients of the mock have to trust, and make it if there is none.
///
/// It is kept in a folder of this user, its key readable by this user only, and `serve` uses it: trust it once. It can vouch
/// for localhost, loopback addresses, *.test and host.docker.internal only, and for what `--name` adds.
#[derive(Clone, Debug, clap::Args)]
pub struct Ca {
    /// Folder to keep it in, for `serve --ca-dir`; this user's own without it
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Host name or address that it can vouch for too; only when it is made
    #[arg(long = "name", value_name = "HOST", value_parser = super::reach::host)]
    names: Vec<String>,
    /// How to write the certificate
    #[arg(long, value_enum, default_value = "pem")]
    format: Format,
    /// Write the certificate to this file instead of standard output
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Pem,
    Der,
}

impl Ca {
    /// Prints it, or writes it.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the folder or the file cannot be used, or the CA that is there cannot vouch for what was asked.
    pub fn run(&self) -> Result<(), Failure> {
        let folder = match &self.dir {
            Some(path) => CaFolder::at(path),
            None => CaFolder::of_user().ok_or_else(|| {
                Failure::system(
                    "finding a folder",
                    "this user has none for data; name one by `--dir`",
                )
            })?,
        };
        let kept = folder.open(&self.names).map_err(|error| match error {
            NoCa::NotMade(failure) | NoCa::Unusable(failure) => failure,
        })?;
        if let Err(NoCertificate(why)) = kept.ca.issue(self.names.clone()) {
            return Err(folder.failure(format!(
                "was made without `--name`: {why}; name another folder by `--dir`"
            )));
        }
        if kept.is_new {
            warn(&format!("made a CA in {}", folder.path().display()));
        }
        let bytes = match self.format {
            Format::Pem => kept.ca.pem().as_bytes().to_vec(),
            Format::Der => kept.ca.der()?.to_vec(),
        };
        match &self.out {
            Some(path) => PromisedFile::at(path)?.write_bytes(&bytes),
            None => {
                say_bytes(&bytes);
                Ok(())
            }
        }
    }
}
