//! The keys that come with the crate. Each is read when it is first needed, once per process.

use std::sync::OnceLock;

use super::signing_key::SigningKey;
use crate::diagnostic::listed;
use crate::provider::Provider;

/// How many of them a world starts with: one that signs, and one that is published beside it, as both vendors have it before they
/// rotate. The others are in reserve.
pub(super) const AT_START: usize = 2;

/// The keys of a vendor, in the order in which worlds take them.
pub(super) fn keys(provider: Provider) -> impl Iterator<Item = &'static SigningKey> {
    let of_vendor = match provider {
        Provider::Entra => &ENTRA,
        Provider::Okta => &OKTA,
    };
    of_vendor.iter().map(BuiltIn::read)
}

/// The key of this name, `entra-1` for one, whatever the vendor.
pub(super) fn named(name: &str) -> Option<SigningKey> {
    let (_, key) = all().find(|(known, _)| known == name)?;
    Some(key.read().clone())
}

/// The names of all of them, as a message lists them.
pub(super) fn names() -> String {
    let names: Vec<String> = all().map(|(name, _)| name).collect();
    listed(names.iter().map(String::as_str))
}

fn all() -> impl Iterator<Item = (String, &'static BuiltIn)> {
    let numbered = |vendor, keys: &'static [BuiltIn]| {
        let keys = keys.iter().enumerate();
        keys.map(move |(place, key)| (format!("{vendor}-{}", place + 1), key))
    };
    numbered("entra", &ENTRA).chain(numbered("okta", &OKTA))
}

/// The key of nobody, for forged signatures.
pub(crate) fn stranger() -> &'static SigningKey {
    static STRANGER: BuiltIn = BuiltIn::new(include_str!("embedded/stranger.key.pem"), None);
    STRANGER.read()
}

struct BuiltIn {
    key: &'static str,
    certificate: Option<&'static str>,
    read: OnceLock<SigningKey>,
}

impl BuiltIn {
    const fn new(key: &'static str, certificate: Option<&'static str>) -> Self {
        Self {
            key,
            certificate,
            read: OnceLock::new(),
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "the embedded keys are part of the crate; a test reads them all"
    )]
    fn read(&self) -> &SigningKey {
        self.read.get_or_init(|| {
            SigningKey::from_pem(self.key, self.certificate).expect("embedded keys are sound")
        })
    }
}

static ENTRA: [BuiltIn; 4] = [
    BuiltIn::new(
        include_str!("embedded/entra-1.key.pem"),
        Some(include_str!("embedded/entra-1.cert.pem")),
    ),
    BuiltIn::new(
        include_str!("embedded/entra-2.key.pem"),
        Some(include_str!("embedded/entra-2.cert.pem")),
    ),
    BuiltIn::new(
        include_str!("embedded/entra-3.key.pem"),
        Some(include_str!("embedded/entra-3.cert.pem")),
    ),
    BuiltIn::new(
        include_str!("embedded/entra-4.key.pem"),
        Some(include_str!("embedded/entra-4.cert.pem")),
    ),
];

static OKTA: [BuiltIn; 4] = [
    BuiltIn::new(include_str!("embedded/okta-1.key.pem"), None),
    BuiltIn::new(include_str!("embedded/okta-2.key.pem"), None),
    BuiltIn::new(include_str!("embedded/okta-3.key.pem"), None),
    BuiltIn::new(include_str!("embedded/okta-4.key.pem"), None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_can_be_read_and_no_two_are_the_same() {
        let mut all: Vec<&SigningKey> = keys(Provider::Entra).chain(keys(Provider::Okta)).collect();
        all.push(stranger());
        for (place, key) in all.iter().enumerate() {
            assert!(!all[..place].iter().any(|other| key.is(other)), "{key:?}");
        }
    }
}
