//! The keys of a world, issuer by issuer.
//!
//! A tenant of Entra publishes the keys of all. At Okta the org and each custom authorization server have their own. Here these are
//! the same keys under other ids, so that none is found in the key set of another, until one of them is changed alone: from then on
//! it has keys of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::facts::KeyFacts;
use super::owner::Owner;
use super::ring::{KeyRing, Ring};
use super::signing_key::SigningKey;

/// The keys of a world. Issuers are named as directories name authorization servers, `org` for the org's own.
#[derive(Debug)]
pub(crate) struct KeyRings {
    /// The issuer that has the shared keys under the ids that they were given.
    first: String,
    shared: KeyRing,
    /// Of those that were changed alone.
    own: RwLock<BTreeMap<String, Arc<KeyRing>>>,
}

/// All of them at an instant.
#[derive(Clone, Debug)]
pub(crate) struct SavedKeys {
    shared: Arc<Ring>,
    own: BTreeMap<String, Arc<Ring>>,
}

impl KeyRings {
    /// Keys that all issuers share, under the ids that they have for this one.
    pub(crate) fn shared(shared: KeyRing, first: &str) -> Self {
        Self {
            first: first.to_owned(),
            shared,
            own: RwLock::default(),
        }
    }

    /// The keys of an issuer as they are now.
    pub(crate) fn of(&self, issuer: &str) -> Arc<Ring> {
        match self.own_of(issuer) {
            Some(own) => own.now(),
            None if issuer == self.first => self.shared.now(),
            None => Arc::new(self.shared.now().owned_by(&self.owner(issuer))),
        }
    }

    /// The key that signs for an issuer.
    pub(crate) fn active_of(&self, issuer: &str) -> SigningKey {
        match self.own_of(issuer) {
            Some(own) => own.now().active(),
            None => self.owner(issuer).own(&self.shared.now().active()),
        }
    }

    /// The key that signs for the first issuer.
    pub(crate) fn active(&self) -> SigningKey {
        self.active_of(&self.first)
    }

    /// Every key that the first issuer publishes.
    pub(crate) fn published(&self) -> Vec<SigningKey> {
        self.of(&self.first).published()
    }

    /// A key that is in no key set of an issuer: one that was withdrawn or, before there is one, one that has not been published
    /// yet.
    pub(crate) fn unpublished_of(&self, issuer: &str) -> SigningKey {
        match self.own_of(issuer) {
            Some(own) => own.unpublished(),
            None => self.owner(issuer).own(&self.shared.unpublished()),
        }
    }

    /// What there is to tell of the keys of the first issuer.
    pub(crate) fn facts(&self) -> Vec<KeyFacts> {
        self.of(&self.first).all_facts()
    }

    /// Does something to the keys of one issuer alone.
    pub(crate) fn alone<T>(&self, issuer: &str, act: impl FnOnce(&KeyRing) -> T) -> T {
        let own = {
            let mut all = self.own.write().unwrap_or_else(PoisonError::into_inner);
            let made = || {
                let ring = self.shared.now().owned_by(&self.owner(issuer));
                self.holding(issuer, Arc::new(ring))
            };
            let own = all.entry(issuer.to_owned()).or_insert_with(made);
            own.clone()
        };
        act(&own)
    }

    /// Does something to the keys of all issuers, and says what became of it at the first one. `kid` is the id that a key has there;
    /// others have the key under an id of their own, if they have it.
    pub(crate) fn everywhere<T>(
        &self,
        kid: Option<&str>,
        act: impl Fn(&KeyRing, Option<&str>) -> T,
    ) -> T {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let mut done = act(&self.shared, kid);
        for (issuer, ring) in own.iter() {
            let kid = kid.map(|kid| self.owner(issuer).kid(kid));
            let there = act(ring, kid.as_deref());
            if *issuer == self.first {
                done = there;
            }
        }
        done
    }

    /// All of them as they are now.
    pub(crate) fn saved(&self) -> SavedKeys {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let each = own.iter();
        SavedKeys {
            shared: self.shared.now(),
            own: each
                .map(|(issuer, ring)| (issuer.clone(), ring.now()))
                .collect(),
        }
    }

    /// Has the keys be as they were.
    pub(crate) fn restore(&self, saved: &SavedKeys) {
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        self.shared.restore(saved.shared.clone());
        let each = saved.own.iter();
        *own = each
            .map(|(issuer, ring)| (issuer.clone(), self.holding(issuer, ring.clone())))
            .collect();
    }

    /// As [`KeyRing::follow`], for all of them.
    #[cfg(feature = "serve")]
    pub(crate) fn follow(&self, before: &KeyRing, after: &KeyRing, saved: &mut SavedKeys) {
        self.shared.follow(before, after, &mut saved.shared);
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        for (issuer, ring) in own.iter() {
            let owner = self.owner(issuer);
            let [before, after] = [before, after]
                .map(|ring| self.holding(issuer, Arc::new(ring.now().owned_by(&owner))));
            match saved.own.get_mut(issuer) {
                Some(saved) => ring.follow(&before, &after, saved),
                None => ring.follow(&before, &after, &mut ring.now()),
            }
        }
    }

    fn own_of(&self, issuer: &str) -> Option<Arc<KeyRing>> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.get(issuer).cloned()
    }

    fn owner(&self, issuer: &str) -> Owner {
        match issuer == self.first {
            true => Owner::default(),
            false => Owner::named(issuer),
        }
    }

    fn holding(&self, issuer: &str, ring: Arc<Ring>) -> Arc<KeyRing> {
        let provider = self.shared.provider();
        Arc::new(KeyRing::holding(provider, self.owner(issuer), ring))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Provider;

    fn ids(rings: &KeyRings, issuer: &str) -> Vec<String> {
        let keys = rings.of(issuer).published();
        keys.iter().map(|key| key.kid().to_owned()).collect()
    }

    #[test]
    fn issuers_have_ids_of_their_own_and_part_one_by_one() {
        let rings = KeyRings::shared(KeyRing::embedded(Provider::Okta), "first");
        let saved = rings.saved();
        let [first, second, third] = ["first", "second", "third"].map(|one| ids(&rings, one));
        assert_eq!(rings.active().kid(), first[0]);
        assert!(first.iter().all(|id| !second.contains(id)));
        assert_eq!(rings.active_of("second").kid(), second[0]);
        rings.alone("second", KeyRing::roll);
        assert_eq!(rings.active_of("second").kid(), second[1]);
        assert_eq!((ids(&rings, "first"), ids(&rings, "third")), (first, third));
        rings.everywhere(None, |ring, _| ring.withdraw_others());
        assert_eq!(ids(&rings, "second"), [second[1].clone()]);
        assert_eq!(ids(&rings, "third").len(), 1);
        rings.restore(&saved);
        assert_eq!(ids(&rings, "second"), second);
    }

    #[cfg(feature = "serve")]
    #[test]
    fn a_directory_that_is_read_again_is_followed_by_all() {
        let named = |names: &[&str]| {
            let entries = names.iter().enumerate().map(|(place, name)| {
                let status = if place == 0 { "active" } else { "next" };
                serde_json::from_value(serde_json::json!({ "built_in": name, "status": status }))
            });
            let entries: Vec<_> = entries.map(Result::unwrap).collect();
            KeyRing::of(Provider::Okta, &entries).unwrap()
        };
        let rings = KeyRings::shared(named(&["okta-1", "okta-2"]), "first");
        let mut saved = rings.saved();
        rings.alone("second", KeyRing::rotate);
        let (before, after) = (named(&["okta-1", "okta-2"]), named(&["okta-2", "okta-3"]));
        rings.follow(&before, &after, &mut saved);
        for issuer in ["first", "second", "third"] {
            let owner = rings.owner(issuer);
            let wanted = after.now().owned_by(&owner);
            let wanted = wanted.published();
            let mut wanted: Vec<&str> = wanted.iter().map(SigningKey::kid).collect();
            wanted.sort_unstable();
            let mut found = ids(&rings, issuer);
            found.sort_unstable();
            assert_eq!(found, wanted, "{issuer}");
            assert_eq!(
                rings.active_of(issuer).kid(),
                after.now().owned_by(&owner).active().kid()
            );
        }
        rings.restore(&saved);
        assert_eq!(ids(&rings, "first").len(), 2);
    }
}
