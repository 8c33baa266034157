//! A folder in which a CA is kept, so that clients have to be told to trust it only once.

use std::env;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use super::config::read_bounded;
use super::failure::Failure;
use super::promised_file::create;
use crate::listener::{Ca, NoCertificate};

/// Key and certificate, for this program.
const KEY_FILE: &str = "ca-key.pem";
/// The certificate, for clients.
const CA_FILE: &str = "ca.pem";
/// Where the certificate begins in the key file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
/// The largest key file that is read.
const LIMIT: u64 = 64 * 1024;

/// A folder with a CA in it, or to come.
#[derive(Clone, Debug)]
pub(super) struct CaFolder(PathBuf);

/// What became of a folder.
pub(super) struct Kept {
    pub(super) ca: Ca,
    /// Whether the CA was made just now.
    pub(super) is_new: bool,
}

/// Why there is no CA in a folder.
pub(super) enum NoCa {
    /// The folder or its files cannot be made.
    NotMade(Failure),
    /// There is something, but it cannot be used.
    Unusable(Failure),
}

impl CaFolder {
    /// This one.
    pub(super) fn at(path: &Path) -> Self {
        Self(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }

    /// The one of this user; none if the user has no place for data.
    pub(super) fn of_user() -> Option<Self> {
        Some(Self(data_folder()?.join("tokenproof").join("ca")))
    }

    /// The file that clients are to trust.
    pub(super) fn ca_file(&self) -> PathBuf {
        self.0.join(CA_FILE)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The CA that is kept here. If there is none it is made, for `names` beside those of this machine. Several processes that
    /// come at once get the same.
    pub(super) fn open(&self, names: &[String]) -> Result<Kept, NoCa> {
        let key_file = self.0.join(KEY_FILE);
        let mut is_new = false;
        if !key_file.exists() {
            is_new = self.make(&key_file, names).map_err(NoCa::NotMade)?;
        }
        let ca = self.load(&key_file).map_err(NoCa::Unusable)?;
        // Whatever became of it: clients are shown the certificate that goes with the key.
        self.publish(&ca).map_err(NoCa::NotMade)?;
        Ok(Kept { ca, is_new })
    }

    /// A failure that has to do with this folder.
    pub(super) fn failure(&self, why: impl Into<String>) -> Failure {
        Failure::CaFolder {
            folder: self.0.clone(),
            why: why.into(),
        }
    }

    /// Makes a CA; false if somebody else was faster.
    fn make(&self, key_file: &Path, names: &[String]) -> Result<bool, Failure> {
        let ca = Ca::lasting(names)?;
        let text = format!("{}{}", ca.key_pem(), ca.pem());
        private_folder(&self.0).map_err(|error| self.not_made(&error))?;
        let beside = self.0.join(format!(".{KEY_FILE}.{}", random_name()?));
        let made = create(&beside, 0o600)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            // Unlike a renaming, this leaves alone what is there by now.
            .and_then(|()| fs::hard_link(&beside, key_file));
        let _ = fs::remove_file(&beside);
        match made {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(self.not_made(&error)),
        }
    }

    fn load(&self, key_file: &Path) -> Result<Ca, Failure> {
        if is_open_to_others(key_file) {
            return Err(self.failure(format!(
                "has a key that others can read; forbid it (chmod 600 {}), or remove the folder if somebody may have read it",
                key_file.display()
            )));
        }
        let broken = |why: String| {
            self.failure(format!(
                "cannot be used: {why}; remove the folder to have another made"
            ))
        };
        let text = read_bounded(key_file, LIMIT).map_err(|error| broken(error.to_string()))?;
        let (key, certificate) = match text.find(CERTIFICATE) {
            Some(place) => text.split_at(place),
            None => return Err(broken(format!("{KEY_FILE} holds no certificate"))),
        };
        Ca::kept(certificate.to_owned(), key)
            // A key and a certificate that do not belong together are found out here.
            .and_then(|ca| ca.issue(vec!["localhost".to_owned()]).map(|_| ca))
            .map_err(|NoCertificate(why)| broken(why))
    }

    fn publish(&self, ca: &Ca) -> Result<(), Failure> {
        let file = self.ca_file();
        if fs::read_to_string(&file).is_ok_and(|there| there == ca.pem()) {
            return Ok(());
        }
        let beside = self.0.join(format!(".{CA_FILE}.{}", random_name()?));
        create(&beside, 0o644)
            .and_then(|mut file| file.write_all(ca.pem().as_bytes()))
            .and_then(|()| fs::rename(&beside, &file))
            .map_err(|error| {
                let _ = fs::remove_file(&beside);
                self.not_made(&error)
            })
    }

    fn not_made(&self, error: &io::Error) -> Failure {
        self.failure(format!(
            "cannot be made: {error}; name another folder, one that can be written to"
        ))
    }
}

/// A part of a file name that nobody else comes upon.
pub(super) fn random_name() -> Result<String, Failure> {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::system("making a name", "the system has no random bytes"))?;
    Ok(format!("{:016x}", u64::from_le_bytes(bytes)))
}

/// Where programs of this user keep data (XDG Base Directory Specification on Unix).
fn data_folder() -> Option<PathBuf> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if cfg!(windows) {
        return absolute("LOCALAPPDATA");
    }
    absolute("XDG_DATA_HOME").or_else(|| {
        let below_home = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            ".local/share"
        };
        Some(absolute("HOME")?.join(below_home))
    })
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    // One that cannot be looked at cannot be read either, which is said then.
    fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
