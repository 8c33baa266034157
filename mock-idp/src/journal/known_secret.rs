//! The secrets of a directory, kept to be hunted for in every text that comes in.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::directory::Directory;
use crate::provider::Provider;
use crate::secret::SHORTEST;

/// How much of a spelling the filter looks at.
const START: usize = 4;

/// The secrets to hunt for. More may become known while the world runs; none is ever forgotten.
#[derive(Default)]
pub(crate) struct KnownSecrets(RwLock<Arc<Hunted>>);

impl KnownSecrets {
    /// Adds a secret, unless it is too short to tell from ordinary text. Requests from now on are searched for it.
    pub(crate) fn add(&self, what: &'static str, value: &str) {
        // Nothing under this lock panics.
        let mut hunted = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut hunted).add(what, value);
    }

    /// Adds every secret of a vendor's part of a directory.
    pub(crate) fn add_all_of(&self, provider: Provider, directory: &Directory) {
        let applications = directory.applications(provider);
        for secret in applications.flat_map(|application| &application.secrets) {
            self.add("client_secret", secret.value.reveal());
        }
        let users = directory.users(provider);
        for password in users.filter_map(|user| user.password.as_ref()) {
            self.add("password", password.reveal());
        }
        if provider == Provider::Okta {
            for token in &directory.okta.api_tokens {
                self.add("api_token", token.value.reveal());
            }
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.now().secrets.len()
    }

    /// The secrets as they are known now.
    pub(crate) fn now(&self) -> Arc<Hunted> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownSecrets({})", self.now().secrets.len())
    }
}

/// Secrets, each with what it is called in a sighting. No `Debug`: it would show them.
#[derive(Clone, Default)]
pub(crate) struct Hunted {
    secrets: Vec<(&'static str, String)>,
    /// How each may be written, with the place of its secret.
    spellings: Vec<(usize, Vec<u8>)>,
    /// One bit for each hash of a spelling's start: most texts are done with after one pass over it.
    filter: Filter,
}

impl Hunted {
    fn add(&mut self, what: &'static str, value: &str) {
        if value.len() < SHORTEST || self.secrets.iter().any(|(_, known)| known == value) {
            return;
        }
        let place = self.secrets.len();
        self.secrets.push((what, value.to_owned()));
        for spelling in spellings(value) {
            self.filter.add(&spelling);
            self.spellings.push((place, spelling));
        }
    }

    /// Calls `see` with the name of every secret that stands in a text, plain or in base64. Stops when `see` says so.
    pub(super) fn find(&self, text: &str, see: &mut dyn FnMut(&'static str) -> bool) -> bool {
        let text = text.as_bytes();
        text.windows(START).enumerate().any(|(place, start)| {
            self.filter.has(start)
                && self.spellings.iter().any(|(secret, spelling)| {
                    text[place..].starts_with(spelling) && see(self.secrets[*secret].0)
                })
        })
    }

    /// Replaces every secret that stands in a text as it is.
    pub(super) fn mask(&self, text: &mut String) {
        for (_, secret) in &self.secrets {
            if text.contains(secret) {
                *text = text.replace(secret, "***");
            }
        }
    }
}

/// Plain, as a form has it, and the part of its base64 that does not depend on what stands before and behind it.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let mut spellings = vec![secret.to_owned(), secret.replace(' ', "+")];
    for before in 0..3 {
        let padded = [&b"\0\0"[..before], secret.as_bytes()].concat();
        // A digit holds six bits: the first that is all the secret's, and how many follow.
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        for encoded in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            spellings.push(encoded[first..last].to_owned());
        }
    }
    spellings.sort();
    spellings.dedup();
    spellings.into_iter().map(String::into_bytes).collect()
}

/// A set of four-byte starts that may say yes in error and never no.
#[derive(Clone)]
struct Filter(Box<[u64; 1024]>);

impl Filter {
    fn add(&mut self, spelling: &[u8]) {
        let bit = Self::bit(spelling);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, start: &[u8]) -> bool {
        let bit = Self::bit(start);
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The upper 16 bits of a multiplicative hash.
    fn bit(start: &[u8]) -> usize {
        let word = start
            .iter()
            .take(START)
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        usize::from((word.wrapping_mul(0x9E37_79B1) >> 16) as u16)
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    fn finds(secrets: &KnownSecrets, text: &str) -> bool {
        secrets.now().find(text, &mut |_| true)
    }

    proptest! {
        #[test]
        fn a_secret_is_found_in_every_spelling_and_place(secret in "[ -~]{8,40}", before in "[ -~]{0,7}", behind in "[ -~]{0,7}") {
            let secrets = KnownSecrets::default();
            secrets.add("password", "another-secret-beside-it");
            secrets.add("client_secret", &secret);
            let pair = format!("{before}{secret}{behind}");
            for text in [
                pair.clone(),
                format!("{before}{}", secret.replace(' ', "+")),
                STANDARD.encode(&pair),
                URL_SAFE.encode(&pair),
                format!("{before}{}{behind}", URL_SAFE_NO_PAD.encode(&pair)),
            ] {
                prop_assert!(finds(&secrets, &text), "{}", text);
            }
        }

        /// A text that shares nothing with a secret is not taken for one.
        #[test]
        fn other_texts_are_left_alone(text in "[a-m/?=& ]{0,60}") {
            let secrets = KnownSecrets::default();
            secrets.add("client_secret", "zyxwvutsrq");
            prop_assert!(!finds(&secrets, &text));
        }
    }

    #[test]
    fn a_secret_that_becomes_known_is_found_from_then_on() {
        let secrets = KnownSecrets::default();
        let before = secrets.now();
        secrets.add("client_secret", "added-while-it-runs");
        assert!(finds(&secrets, "/?x=added-while-it-runs"));
        // Whoever is in the middle of a text goes on with what was known.
        assert!(!before.find("added-while-it-runs", &mut |_| true));
    }

    #[test]
    fn short_secrets_are_not_hunted_for() {
        let secrets = KnownSecrets::default();
        secrets.add("password", "short");
        assert!(!finds(&secrets, "a short text"));
        assert_eq!(format!("{secrets:?}"), "KnownSecrets(0)");
    }
}
