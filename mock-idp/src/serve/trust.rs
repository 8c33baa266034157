//! Whom the clients of a session have to trust: one CA, in a file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::ca_folder::{CaFolder, Kept, NoCa, random_name};
use super::failure::Failure;
use super::promised_file::create;
use crate::listener::{Authority, Ca, NoCertificate};

/// Which CA to use.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CaChoice {
    /// Folder of the CA that signs for the mock, made if there is none; this user's own without it (see `mock-idp ca`)
    #[arg(long, value_name = "DIR", conflicts_with = "http")]
    ca_dir: Option<PathBuf>,
    /// Make a CA for this run only, good for any name; its key is never written down
    #[arg(long, conflicts_with_all = ["http", "ca_dir"])]
    new_ca: bool,
}

/// The CA that clients have to trust.
#[derive(Debug)]
pub(super) struct Trust {
    /// Its certificate.
    pub(super) pem: String,
    /// Where clients find it.
    pub(super) file: PathBuf,
    /// Whether the file goes when the session ends.
    is_temporary: bool,
    /// What the user should know about it.
    pub(super) notes: Vec<String>,
}

impl CaChoice {
    /// Has this process show a certificate of the chosen CA for `names`.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the folder that was asked for is no good. Without one, a CA for this run takes the place of one that
    /// cannot be kept or that may not sign for all names.
    pub(super) fn establish(&self, names: &[String]) -> Result<Trust, Failure> {
        if self.new_ca {
            return passing(names, Vec::new());
        }
        let (folder, is_asked_for) = match &self.ca_dir {
            Some(path) => (CaFolder::at(path), true),
            None => match CaFolder::of_user() {
                Some(folder) => (folder, false),
                None => return passing(names, vec!["this user has no folder for data".to_owned()]),
            },
        };
        // What is asked for explicitly may be made for the names that are asked for with it.
        let permitted = if is_asked_for { names } else { &[] };
        let Kept { ca, is_new } = match folder.open(permitted) {
            Ok(kept) => kept,
            Err(NoCa::NotMade(failure)) if !is_asked_for => {
                return passing(names, vec![failure.to_string()]);
            }
            Err(NoCa::NotMade(failure) | NoCa::Unusable(failure)) => return Err(failure),
        };
        let authority = match Authority::of(&ca, names) {
            Ok(authority) => authority,
            Err(NoCertificate(why)) if !is_asked_for => return passing(names, vec![why]),
            Err(NoCertificate(why)) => {
                return Err(folder.failure(format!(
                    "was not made for this: {why}; take another folder, or `--new-ca`"
                )));
            }
        };
        let note = is_new.then(|| {
            format!(
                "made a CA in {}; it can vouch for this machine only",
                folder.path().display()
            )
        });
        Ok(Trust {
            pem: install(authority)?,
            file: folder.ca_file(),
            is_temporary: false,
            notes: note.into_iter().collect(),
        })
    }
}

impl Trust {
    /// Clients find it here from now on, in a copy.
    pub(super) fn is_copied_to(&mut self, file: &Path) {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        self.forget();
        self.file = file;
        self.is_temporary = false;
    }

    fn forget(&self) {
        if self.is_temporary {
            // It may be gone already.
            let _ = fs::remove_file(&self.file);
        }
    }
}

impl Drop for Trust {
    fn drop(&mut self) {
        self.forget();
    }
}

/// A CA for this run, for the reasons given.
fn passing(names: &[String], reasons: Vec<String>) -> Result<Trust, Failure> {
    let pem = install(Authority::of(&Ca::passing()?, names)?)?;
    let file = std::env::temp_dir().join(format!("tokenproof-ca-{}.pem", random_name()?));
    create(&file, 0o644)
        .and_then(|mut open| open.write_all(pem.as_bytes()))
        .map_err(|source| Failure::Unwritten {
            path: file.clone(),
            source,
        })?;
    let notes = reasons
        .into_iter()
        .map(|reason| format!("using a CA for this run only: {reason}"))
        .collect();
    Ok(Trust {
        pem,
        file,
        is_temporary: true,
        notes,
    })
}

fn install(authority: Authority) -> Result<String, Failure> {
    let pem = authority.ca_pem.clone();
    if authority.install() {
        Ok(pem)
    } else {
        Err(Failure::system(
            "setting up TLS",
            "this process has a CA already",
        ))
    }
}
