//! The token of the control API. It is never on the command line, where every user of a machine could read it.

use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::config::{open, text_of};
use super::failure::Failure;
use super::promised_file::PromisedFile;
use crate::secret::Secret;

/// The variable that may hold it.
pub(super) const VARIABLE: &str = "TOKENPROOF_CONTROL_TOKEN";

/// The least number of characters: nobody guesses so many, even if they are only hexadecimal digits.
const SHORTEST: usize = 16;
/// The largest file it is read from.
const LIMIT: u64 = 4 * 1024;
/// How many random bytes a new one is made of.
const BYTES: usize = 32;

/// Whence the control API's token is to come.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TokenSource {
    /// File with the token that the control API asks for as `Authorization: Bearer`, readable by its owner alone; or set
    /// TOKENPROOF_CONTROL_TOKEN
    #[arg(long, value_name = "PATH", conflicts_with = "no_control")]
    control_token_file: Option<PathBuf>,
    /// Write a new random token to that file first
    #[arg(long, requires = "control_token_file")]
    make_control_token: bool,
}

impl TokenSource {
    /// The token, if there is to be one.
    ///
    /// # Errors
    ///
    /// [`Failure`] if there should be one that cannot be had or is too easy to guess.
    pub(super) fn obtain(&self) -> Result<Option<Secret>, Failure> {
        match &self.control_token_file {
            Some(path) if self.make_control_token => make(path).map(Some),
            Some(path) => {
                let place = path.display().to_string();
                let refused = |why| Failure::ControlToken {
                    place: place.clone(),
                    why,
                };
                let unread = |error| {
                    refused(format!(
                        "cannot be read: {error}; `--make-control-token` makes one"
                    ))
                };
                let file = open(path).map_err(unread)?;
                if let Some(mode) = open_to_others(&file).map_err(unread)? {
                    return Err(refused(format!(
                        "can be read or changed by others than its owner (mode {mode:03o}); run `chmod 600` on it, or put the token into {VARIABLE}"
                    )));
                }
                let text = text_of(file, LIMIT).map_err(unread)?;
                checked(&text, place).map(Some)
            }
            None => match env::var(VARIABLE) {
                Ok(text) => checked(&text, VARIABLE.to_owned()).map(Some),
                Err(env::VarError::NotPresent) => Ok(None),
                Err(env::VarError::NotUnicode(_)) => checked("", VARIABLE.to_owned()).map(Some),
            },
        }
    }

    /// The file it is in.
    pub(super) fn file(&self) -> Option<&Path> {
        self.control_token_file.as_deref()
    }
}

/// The permissions of a file that its group or everybody may read or write. None where only its owner may, or where the system
/// has no such permissions.
fn open_to_others(file: &File) -> io::Result<Option<u32>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata()?.permissions().mode() & 0o777;
        Ok((mode & 0o066 != 0).then_some(mode))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(None)
    }
}

/// Makes a token and writes it where only this user can read it.
fn make(path: &Path) -> Result<Secret, Failure> {
    let mut bytes = [0; BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::system("making a token", "the system has no random bytes"))?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    PromisedFile::private_at(path)?.write(&format!("{token}\n"))?;
    Ok(Secret::new(token))
}

fn checked(text: &str, place: String) -> Result<Secret, Failure> {
    let token = text.trim();
    // The characters of RFC 6750 section 2.1.
    let is_token = token.len() >= SHORTEST
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    if is_token {
        return Ok(Secret::new(token));
    }
    Err(Failure::ControlToken {
        place,
        why: format!(
            "cannot be used; take {SHORTEST} or more letters, digits or any of -._~+/= in one line"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_nobody_guesses_is_taken_and_never_shown() {
        let token = checked("  0123456789abcdef\n", "x".to_owned()).unwrap();
        assert_eq!(token.reveal(), "0123456789abcdef");
        for bad in [
            "",
            "0123456789abcde",
            "0123456789 abcdef",
            "0123456789abcdef\nmore",
            "0123456789abcdéf",
        ] {
            let refused = checked(bad, "token.txt".to_owned()).unwrap_err();
            assert_eq!(refused.exit_code(), 2);
            assert_eq!(
                refused.to_string(),
                "the token of the control API in token.txt cannot be used; take 16 or more letters, digits or any of -._~+/= in one line"
            );
        }
    }
}
