//! Records that nobody can read without a key.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use crate::error::Misuse;
use crate::{Entropy, Secret, StoreKey, SystemEntropy, TokenRecord};

/// A key of 256 bits under which a store keeps its records (AES-256-GCM), kept by the caller.
///
/// A record is bound to its [`StoreKey`]: moved under another one it cannot be opened.
#[derive(Clone)]
pub struct SealingKey {
    newest: Arc<LessSafeKey>,
    former: Vec<Arc<LessSafeKey>>,
}

impl SealingKey {
    /// Takes 32 random bytes in base64, such as `openssl rand -base64 32` writes.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if it is anything else.
    pub fn from_base64(key: &Secret) -> Result<Self, Misuse> {
        let newest = Arc::new(parse(key)?);
        Ok(Self {
            newest,
            former: Vec::new(),
        })
    }

    /// Opens also what was sealed with this key, which is sealed with the newest one when it is next written.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if it is no such key.
    pub fn with_former(mut self, key: &Secret) -> Result<Self, Misuse> {
        self.former.push(Arc::new(parse(key)?));
        Ok(self)
    }

    /// The record as text that only this key opens.
    pub(super) fn seal(&self, key: &StoreKey, record: &TokenRecord) -> Result<String, Unsealable> {
        let mut nonce = [0; NONCE_LEN];
        SystemEntropy.fill(&mut nonce).map_err(|_| Unsealable)?;
        let mut text = Zeroizing::new(serde_json::to_vec(record).map_err(|_| Unsealable)?);
        let aad = Aad::from(key.as_str().as_bytes());
        let tag = self
            .newest
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text)
            .map_err(|_| Unsealable)?;
        let sealed = [&nonce, text.as_slice(), tag.as_ref()].concat();
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    /// The record in a text that [`seal`](Self::seal) made.
    pub(super) fn open(&self, key: &StoreKey, sealed: &str) -> Result<TokenRecord, Unsealable> {
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unsealable)?;
        std::iter::once(&self.newest)
            .chain(&self.former)
            .find_map(|opener| {
                let mut text = Zeroizing::new(sealed.to_vec());
                let nonce = Nonce::assume_unique_for_key(*nonce);
                let aad = Aad::from(key.as_str().as_bytes());
                let opened = opener.open_in_place(nonce, aad, &mut text).ok()?;
                serde_json::from_slice(opened).ok()
            })
            .ok_or(Unsealable)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(***)")
    }
}

/// A record could not be sealed or opened: another key, another place, or damaged. Which of them cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsealable;

fn parse(key: &Secret) -> Result<LessSafeKey, Misuse> {
    let bad = || Misuse::BadKey("a sealing key is 32 bytes in base64");
    let bytes = Zeroizing::new(STANDARD.decode(key.expose().trim()).map_err(|_| bad())?);
    let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| bad())?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Secret {
        Secret::new(STANDARD.encode([byte; 32]))
    }

    fn record() -> TokenRecord {
        TokenRecord::pasted(Secret::new("canary"))
    }

    #[test]
    fn only_the_key_opens_it_and_only_in_its_place() {
        let here = StoreKey::from_parts(&["here"]);
        let one = SealingKey::from_base64(&key(1)).unwrap();
        let sealed = one.seal(&here, &record()).unwrap();
        assert!(!sealed.contains("canary"));
        assert_ne!(sealed, one.seal(&here, &record()).unwrap());

        let opened = one.open(&here, &sealed).unwrap();
        assert!(opened.access_token.matches(&Secret::new("canary")));
        let elsewhere = StoreKey::from_parts(&["elsewhere"]);
        assert_eq!(one.open(&elsewhere, &sealed).unwrap_err(), Unsealable);
        let other = SealingKey::from_base64(&key(2)).unwrap();
        assert_eq!(other.open(&here, &sealed).unwrap_err(), Unsealable);
        let follower = other.with_former(&key(1)).unwrap();
        assert!(follower.open(&here, &sealed).is_ok());
        let resealed = follower.seal(&here, &record()).unwrap();
        assert_eq!(one.open(&here, &resealed).unwrap_err(), Unsealable);
    }

    #[test]
    fn damage_is_noticed() {
        let here = StoreKey::from_parts(&["here"]);
        let key = SealingKey::from_base64(&key(1)).unwrap();
        let sealed = key.seal(&here, &record()).unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone().into_bytes();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            assert_eq!(key.open(&here, &damaged).unwrap_err(), Unsealable, "{at}");
        }
        for short in ["", "AAAA", "not base64!"] {
            assert_eq!(key.open(&here, short).unwrap_err(), Unsealable);
        }
    }

    #[test]
    fn keys_are_looked_at_and_not_shown() {
        insta::assert_snapshot!(
            SealingKey::from_base64(&Secret::new("c2hvcnQ=")).unwrap_err(),
            @"private key is not usable: a sealing key is 32 bytes in base64"
        );
        assert_eq!(
            format!("{:?}", SealingKey::from_base64(&key(7)).unwrap()),
            "SealingKey(***)"
        );
    }
}
