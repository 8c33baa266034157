//! The keys of a world: publish, activate, withdraw, replace.

use super::MockIdp;
use crate::diagnostic::listed;
use crate::keys::{KeyFacts, KeyRefused, KeyRing, SigningKey};

/// The keys of one authorization server of an Okta world, apart from those of the others. What is done to them is done to this
/// server alone, as a rotation by the management API is.
#[derive(Debug)]
pub struct ServerKeys<'w> {
    idp: &'w MockIdp,
    server: String,
}

impl MockIdp {
    /// Every key of this world, in the order in which the key set shows those that are published. Of an Okta world, those of its
    /// first authorization server: the others and the org have the same keys under ids of their own, unless one was changed
    /// [alone](Self::keys_of).
    ///
    /// Resources go by the key set: what a key that is not in it has signed is refused with 401.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyFacts> {
        self.rooms.keys.facts()
    }

    /// Publishes a key: the one of this id again if it was withdrawn, else another built-in one under it, else, without an id,
    /// another built-in one under its own, which has the form the vendor's ids have. It does not sign before it is
    /// [activated](Self::activate_key).
    ///
    /// # Errors
    ///
    /// [`KeyRefused`] for an id that cannot be one, and when the built-in keys are all in use.
    pub fn publish_key(&self, kid: Option<&str>) -> Result<KeyFacts, KeyRefused> {
        self.rooms.keys.everywhere(kid, KeyRing::publish)
    }

    /// Publishes a key of your own.
    ///
    /// # Errors
    ///
    /// [`KeyRefused`] if a key of its id is there already, or if there are too many.
    pub fn import_key(&self, key: SigningKey) -> Result<KeyFacts, KeyRefused> {
        let import = |ring: &KeyRing, kid: Option<&str>| {
            ring.import(kid.map_or_else(|| key.clone(), |kid| key.named(kid)))
        };
        self.rooms.keys.everywhere(Some(key.kid()), import)
    }

    /// Has a key sign from now on, also one that was withdrawn: its tokens name a key that nobody finds.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::Unknown`] if this world has no such key.
    pub fn activate_key(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.to_key(kid, KeyRing::activate)
    }

    /// Takes a key out of the key set. If it signs, it goes on signing.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::Unknown`] if this world has no such key.
    pub fn withdraw_key(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.to_key(kid, KeyRing::withdraw)
    }

    /// Puts another built-in key in the place of one, under the same id: whoever keeps the old one by its id cannot check what the
    /// new one signs.
    ///
    /// # Errors
    ///
    /// [`KeyRefused`] if this world has no such key, and when the built-in keys are all in use.
    pub fn replace_key(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.to_key(kid, KeyRing::replace)
    }

    /// The keys of an authorization server alone, by its id; `org` for the org's own.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::UnknownServer`] if there is none, as in a world of Entra.
    pub fn keys_of(&self, server: &str) -> Result<ServerKeys<'_>, KeyRefused> {
        let world = self.world();
        let known = world.signers();
        match known.contains(&server) && !server.is_empty() {
            true => Ok(ServerKeys {
                idp: self,
                server: server.to_owned(),
            }),
            false => Err(KeyRefused::UnknownServer {
                server: server.to_owned(),
                known: match known.as_slice() {
                    [""] => "none".to_owned(),
                    _ => listed(known),
                },
            }),
        }
    }

    fn to_key(
        &self,
        kid: &str,
        act: impl Fn(&KeyRing, &str) -> Result<KeyFacts, KeyRefused>,
    ) -> Result<KeyFacts, KeyRefused> {
        let named = |ring: &KeyRing, there: Option<&str>| act(ring, there.unwrap_or(kid));
        self.rooms.keys.everywhere(Some(kid), named)
    }
}

impl ServerKeys<'_> {
    /// Every key, as [`MockIdp::keys`].
    #[must_use]
    pub fn all(&self) -> Vec<KeyFacts> {
        self.idp.rooms.keys.of(&self.server).all_facts()
    }

    /// As [`MockIdp::rotate_keys`].
    pub fn rotate(&self) {
        self.alone(KeyRing::rotate);
    }

    /// As [`MockIdp::publish_key`].
    ///
    /// # Errors
    ///
    /// [`KeyRefused`], as there.
    pub fn publish(&self, kid: Option<&str>) -> Result<KeyFacts, KeyRefused> {
        self.alone(|ring| ring.publish(kid))
    }

    /// As [`MockIdp::import_key`].
    ///
    /// # Errors
    ///
    /// [`KeyRefused`], as there.
    pub fn import(&self, key: SigningKey) -> Result<KeyFacts, KeyRefused> {
        self.alone(|ring| ring.import(key))
    }

    /// As [`MockIdp::activate_key`].
    ///
    /// # Errors
    ///
    /// [`KeyRefused`], as there.
    pub fn activate(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.alone(|ring| ring.activate(kid))
    }

    /// As [`MockIdp::withdraw_key`].
    ///
    /// # Errors
    ///
    /// [`KeyRefused`], as there.
    pub fn withdraw(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.alone(|ring| ring.withdraw(kid))
    }

    /// As [`MockIdp::replace_key`].
    ///
    /// # Errors
    ///
    /// [`KeyRefused`], as there.
    pub fn replace(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.alone(|ring| ring.replace(kid))
    }

    fn alone<T>(&self, act: impl FnOnce(&KeyRing) -> T) -> T {
        self.idp.rooms.keys.alone(&self.server, act)
    }
}
