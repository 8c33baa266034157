//! The keys that a directory names.

use super::built_in;
use super::facts::KeyRefused;
use super::ring::KeyRing;
use super::signing_key::{BadKey, SigningKey};
use crate::directory::{KeyStatus, SigningKeyEntry};
use crate::provider::Provider;

/// The longest name that a built-in key may be thought to have.
const LONGEST_NAME: usize = 24;

/// Keys of a directory that a world cannot sign with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadKeys {
    /// No or several keys are to sign.
    #[error(
        "{0} keys are active; of the keys under `keys` one is, the others are `next` or `withdrawn`"
    )]
    Active(usize),
    /// A name that no built-in key has.
    #[error("no built-in key is called {}; there is {known}", quoted(name))]
    BuiltIn {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// Neither a name nor a key.
    #[error("a key has one of `built_in`, `pem` and `file`")]
    Source,
    /// Not a key.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// Two keys of one id, or too many.
    #[error(transparent)]
    Refused(#[from] KeyRefused),
}

/// Whether a text may be the name of a built-in key. What may not could be a key itself, and is shown nowhere.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn quoted(name: &str) -> String {
    match is_name(name) {
        true => format!("`{name}`"),
        false => "so".to_owned(),
    }
}

impl KeyRing {
    /// The keys that a directory names; the built-in ones if it names none.
    pub(crate) fn of(provider: Provider, entries: &[SigningKeyEntry]) -> Result<Self, BadKeys> {
        if entries.is_empty() {
            return Ok(Self::embedded(provider));
        }
        let is_active = |entry: &SigningKeyEntry| entry.status == KeyStatus::Active;
        let several = entries.iter().filter(|entry| is_active(entry)).count();
        let active = entries.iter().position(is_active);
        let (Some(active), 1) = (active, several) else {
            return Err(BadKeys::Active(several));
        };
        let mut keys = Vec::new();
        for entry in entries {
            keys.push((read(entry)?, entry.status != KeyStatus::Withdrawn));
        }
        Ok(Self::made_of(provider, keys, active)?)
    }
}

/// The key of an entry.
pub(crate) fn read(entry: &SigningKeyEntry) -> Result<SigningKey, BadKeys> {
    match (&entry.built_in, &entry.pem) {
        (Some(name), None) => built_in::named(name).ok_or_else(|| BadKeys::BuiltIn {
            name: name.clone(),
            known: built_in::names(),
        }),
        (None, Some(pem)) => {
            let certificate = entry.certificate.as_deref();
            Ok(SigningKey::from_pem(pem.reveal(), certificate)?)
        }
        _ => Err(BadKeys::Source),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(json: serde_json::Value) -> SigningKeyEntry {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_directory_names_keys_and_what_they_are_for() {
        let own = include_str!("embedded/stranger.key.pem");
        let entries = [
            entry(json!({ "built_in": "okta-4", "status": "withdrawn" })),
            entry(json!({ "pem": own })),
            entry(json!({ "built_in": "okta-1", "status": "next" })),
        ];
        let ring = KeyRing::of(Provider::Okta, &entries).unwrap();
        assert!(ring.now().active().is(built_in::stranger()));
        assert!(ring.unpublished().is(&built_in::named("okta-4").unwrap()));
        let standing: Vec<_> = ring
            .now()
            .all_facts()
            .iter()
            .map(|key| (key.active, key.published))
            .collect();
        assert_eq!(standing, [(false, false), (true, true), (false, true)]);
        // The others are in reserve.
        let spare = ring.publish(None).unwrap();
        assert!(
            ring.now()
                .get(&spare.kid)
                .unwrap()
                .is(&built_in::named("okta-2").unwrap())
        );
        let none = KeyRing::of(Provider::Okta, &[]).unwrap();
        assert_eq!(none.now().all_facts().len(), 2);
    }

    #[test]
    fn keys_that_a_directory_cannot_name() {
        let refused = |entries: serde_json::Value| {
            let entries: Vec<SigningKeyEntry> = serde_json::from_value(entries).unwrap();
            KeyRing::of(Provider::Entra, &entries)
                .unwrap_err()
                .to_string()
        };
        let next = json!({ "built_in": "entra-1", "status": "next" });
        let active = json!({ "built_in": "entra-1" });
        insta::assert_snapshot!(refused(json!([{ "built_in": "entra-9" }])), @"no built-in key is called `entra-9`; there is `entra-1`, `entra-2`, `entra-3`, `entra-4`, `okta-1`, `okta-2`, `okta-3` and `okta-4`");
        insta::assert_snapshot!(refused(json!([next])), @"0 keys are active; of the keys under `keys` one is, the others are `next` or `withdrawn`");
        insta::assert_snapshot!(refused(json!([active, active])), @"2 keys are active; of the keys under `keys` one is, the others are `next` or `withdrawn`");
        insta::assert_snapshot!(refused(json!([{ "status": "active" }])), @"a key has one of `built_in`, `pem` and `file`");
        insta::assert_snapshot!(refused(json!([{ "pem": "none of them" }])), @"not an RSA private key in PKCS#8 PEM; make one with `mock-idp keygen`");
        insta::assert_snapshot!(refused(json!([active, next])), @"`SI9Wj-1D1yUeAk6Bi6aEiC83fzw` cannot be the id of another key; take 1 to 128 visible ASCII characters that no key of this world has for its id");
    }
}
