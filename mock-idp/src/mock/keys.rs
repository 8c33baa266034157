//! The keys of a world: publish, activate, withdraw, replace.

use super::MockIdp;
use crate::keys::{KeyFacts, KeyRefused, SigningKey};

impl MockIdp {
    /// Every key of this world, in the order in which the key set shows those that are published.
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
        self.rooms.keys.publish(kid)
    }

    /// Publishes a key of your own.
    ///
    /// # Errors
    ///
    /// [`KeyRefused`] if a key of its id is there already, or if there are too many.
    pub fn import_key(&self, key: SigningKey) -> Result<KeyFacts, KeyRefused> {
        self.rooms.keys.import(key)
    }

    /// Has a key sign from now on, also one that was withdrawn: its tokens name a key that nobody finds.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::Unknown`] if this world has no such key.
    pub fn activate_key(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.rooms.keys.activate(kid)
    }

    /// Takes a key out of the key set. If it signs, it goes on signing.
    ///
    /// # Errors
    ///
    /// [`KeyRefused::Unknown`] if this world has no such key.
    pub fn withdraw_key(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.rooms.keys.withdraw(kid)
    }

    /// Puts another built-in key in the place of one, under the same id: whoever keeps the old one by its id cannot check what the
    /// new one signs.
    ///
    /// # Errors
    ///
    /// [`KeyRefused`] if this world has no such key, and when the built-in keys are all in use.
    pub fn replace_key(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        self.rooms.keys.replace(kid)
    }
}
