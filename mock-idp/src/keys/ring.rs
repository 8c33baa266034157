//! The keys of a world or of one of its issuers: one signs, and those that are published are taken for good.

#[cfg(feature = "serve")]
mod follow;

use std::sync::{Arc, PoisonError, RwLock};

use super::built_in::{self, AT_START};
use super::facts::{KeyFacts, KeyRefused};
use super::owner::Owner;
use super::signing_key::SigningKey;
use crate::provider::Provider;

/// How many keys a world takes: more than any vendor publishes at once.
const MOST: usize = 16;
/// The longest key id.
const LONGEST_ID: usize = 128;

/// Keys that come and go together. Whoever looks sees all of a change or nothing.
#[derive(Debug)]
pub(crate) struct KeyRing {
    provider: Provider,
    /// After whom keys of the reserve are named.
    owner: Owner,
    ring: RwLock<Arc<Ring>>,
}

/// The keys as they are at an instant. There is always at least one.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    keys: Vec<Key>,
    active: usize,
}

/// How far a key is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Next,
    Active,
    Expired,
}

#[derive(Clone, Debug)]
struct Key {
    key: SigningKey,
    published: bool,
}

impl KeyRing {
    /// The built-in keys of a vendor.
    pub(crate) fn embedded(provider: Provider) -> Self {
        let published = |key: &SigningKey| Key {
            key: key.clone(),
            published: true,
        };
        let keys = built_in::keys(provider).take(AT_START).map(published);
        let ring = Ring {
            keys: keys.collect(),
            active: 0,
        };
        Self::holding(provider, Owner::default(), Arc::new(ring))
    }

    /// These keys.
    pub(super) fn holding(provider: Provider, owner: Owner, ring: Arc<Ring>) -> Self {
        Self {
            provider,
            owner,
            ring: RwLock::new(ring),
        }
    }

    /// These keys, each with whether it is published. The one at the place `active`, which there is, signs.
    pub(super) fn made_of(
        provider: Provider,
        keys: Vec<(SigningKey, bool)>,
        active: usize,
    ) -> Result<Self, KeyRefused> {
        let mut ring = Ring {
            keys: Vec::new(),
            active,
        };
        for (place, (key, published)) in keys.into_iter().enumerate() {
            ring.add(key)?;
            ring.keys[place].published = published;
        }
        Ok(Self::holding(provider, Owner::default(), Arc::new(ring)))
    }

    pub(super) fn provider(&self) -> Provider {
        self.provider
    }

    /// A key that is in no key set: one that was withdrawn or, before there is one, one that has not been published yet.
    pub(crate) fn unpublished(&self) -> SigningKey {
        let ring = self.now();
        let withdrawn = ring.keys.iter().find(|key| !key.published);
        let withdrawn = withdrawn.map(|key| key.key.clone());
        let withdrawn = withdrawn.or_else(|| self.in_reserve(&ring).ok());
        withdrawn.unwrap_or_else(|| built_in::stranger().clone())
    }

    /// Has the next key sign; all of them are published again.
    pub(crate) fn rotate(&self) {
        let mut place = self.write();
        let ring = Arc::make_mut(&mut place);
        ring.active = (ring.active + 1) % ring.keys.len();
        for key in &mut ring.keys {
            key.published = true;
        }
    }

    /// Has the key that comes next sign, keeps the one that signed published, forgets those before it, and publishes one more to
    /// come next. Where none is left in reserve, the one that is forgotten comes next.
    pub(crate) fn roll(&self) {
        let mut place = self.write();
        // Another than those that were published just now, as long as there is one.
        let spare = self.in_reserve(&place).ok();
        let former = place.keys[place.active].key.kid().to_owned();
        {
            let ring = Arc::make_mut(&mut place);
            let is_next = |at: usize| ring.keys.get(at).is_some_and(|key| key.published);
            let next = (ring.active + 1..ring.keys.len()).find(|at| is_next(*at));
            if let Some(next) = next {
                ring.active = next;
            }
            let signs = ring.keys[ring.active].key.kid().to_owned();
            let active = ring.active;
            let mut at = 0;
            ring.keys.retain(|key| {
                at += 1;
                at > active || key.key.kid() == former || key.key.kid() == signs
            });
            ring.active = ring.place(&signs).unwrap_or(0);
        }
        let has_next = place.active + 1 < place.keys.len();
        let spare = spare.or_else(|| self.in_reserve(&place).ok());
        if !has_next && let Some(spare) = spare {
            // There is room: those before the former one were forgotten.
            let _ = Arc::make_mut(&mut place).add(spare);
        }
    }

    /// Takes all keys but the one that signs out of the key set: what they have signed is no longer accepted.
    pub(crate) fn withdraw_others(&self) {
        let mut place = self.write();
        let ring = Arc::make_mut(&mut place);
        for (place, key) in ring.keys.iter_mut().enumerate() {
            key.published = place == ring.active;
        }
    }

    /// Publishes the key of this id or, if there is none, one of the reserve under it; without an id, one of the reserve.
    pub(crate) fn publish(&self, kid: Option<&str>) -> Result<KeyFacts, KeyRefused> {
        let mut ring = self.write();
        if let Some(known) = kid.and_then(|kid| ring.place(kid)) {
            let ring = Arc::make_mut(&mut ring);
            ring.keys[known].published = true;
            return Ok(ring.facts(known));
        }
        if let Some(kid) = kid.filter(|kid| !is_id(kid)) {
            return Err(KeyRefused::BadId(kid.to_owned()));
        }
        let spare = self.in_reserve(&ring)?;
        let key = kid.map_or(spare.clone(), |kid| spare.named(kid));
        Arc::make_mut(&mut ring).add(key)
    }

    /// Adds a key and publishes it.
    pub(crate) fn import(&self, key: SigningKey) -> Result<KeyFacts, KeyRefused> {
        Arc::make_mut(&mut self.write()).add(key)
    }

    /// Has a key sign, published or not.
    pub(crate) fn activate(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        let mut ring = self.write();
        let place = ring.known(kid)?;
        let ring = Arc::make_mut(&mut ring);
        ring.active = place;
        Ok(ring.facts(place))
    }

    /// Takes a key out of the key set. If it signs, it goes on signing.
    pub(crate) fn withdraw(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        let mut ring = self.write();
        let place = ring.known(kid)?;
        let ring = Arc::make_mut(&mut ring);
        ring.keys[place].published = false;
        Ok(ring.facts(place))
    }

    /// Puts another key in the place of one, under its id.
    pub(crate) fn replace(&self, kid: &str) -> Result<KeyFacts, KeyRefused> {
        let mut ring = self.write();
        let place = ring.known(kid)?;
        let spare = self.in_reserve(&ring)?;
        let ring = Arc::make_mut(&mut ring);
        ring.keys[place].key = spare.named(kid);
        Ok(ring.facts(place))
    }

    /// The keys as they are now.
    pub(crate) fn now(&self) -> Arc<Ring> {
        // Nothing under this lock panics.
        self.ring
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Has the keys be as they were.
    pub(crate) fn restore(&self, ring: Arc<Ring>) {
        *self.write() = ring;
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Arc<Ring>> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first built-in key that is not in use.
    fn in_reserve(&self, ring: &Ring) -> Result<SigningKey, KeyRefused> {
        let is_free = |key: &&SigningKey| !ring.keys.iter().any(|used| used.key.is(key));
        let mut built_in = built_in::keys(self.provider);
        built_in
            .find(is_free)
            .map(|key| self.owner.own(key))
            .ok_or_else(|| KeyRefused::NoneInReserve(built_in::keys(self.provider).count()))
    }
}

impl Ring {
    /// The key that signs.
    pub(crate) fn active(&self) -> SigningKey {
        self.keys[self.active].key.clone()
    }

    /// Every published key.
    pub(crate) fn published(&self) -> Vec<SigningKey> {
        let published = self.keys.iter().filter(|key| key.published);
        published.map(|key| key.key.clone()).collect()
    }

    /// The published key with this id.
    pub(crate) fn get(&self, kid: &str) -> Option<SigningKey> {
        let found = self.keys.get(self.place(kid)?)?;
        found.published.then(|| found.key.clone())
    }

    /// What there is to tell of every key.
    pub(crate) fn all_facts(&self) -> Vec<KeyFacts> {
        let places = 0..self.keys.len();
        places.map(|place| self.facts(place)).collect()
    }

    /// Every published key with how far it is on its way: what stands behind the one that signs comes next, what stands before it
    /// has had its time (Okta's NEXT, ACTIVE and EXPIRED).
    pub(crate) fn staged(&self) -> Vec<(SigningKey, Stage)> {
        let published = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.published);
        published
            .map(|(place, key)| (key.key.clone(), self.stage(place)))
            .collect()
    }

    /// The same keys under the ids that they have for an owner.
    pub(super) fn owned_by(&self, owner: &Owner) -> Self {
        let keys = self.keys.iter().map(|key| Key {
            key: owner.own(&key.key),
            published: key.published,
        });
        Self {
            keys: keys.collect(),
            active: self.active,
        }
    }

    fn place(&self, kid: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.key.kid() == kid)
    }

    fn known(&self, kid: &str) -> Result<usize, KeyRefused> {
        self.place(kid).ok_or_else(|| {
            let known: Vec<&str> = self.keys.iter().map(|key| key.key.kid()).collect();
            KeyRefused::Unknown {
                kid: kid.to_owned(),
                known: known.join(", "),
            }
        })
    }

    fn add(&mut self, key: SigningKey) -> Result<KeyFacts, KeyRefused> {
        let kid = key.kid();
        if !is_id(kid) || self.place(kid).is_some() {
            return Err(KeyRefused::BadId(kid.to_owned()));
        }
        if self.keys.len() >= MOST {
            return Err(KeyRefused::TooMany(MOST));
        }
        self.keys.push(Key {
            key,
            published: true,
        });
        Ok(self.facts(self.keys.len() - 1))
    }

    fn stage(&self, place: usize) -> Stage {
        match place.cmp(&self.active) {
            std::cmp::Ordering::Less => Stage::Expired,
            std::cmp::Ordering::Equal => Stage::Active,
            std::cmp::Ordering::Greater => Stage::Next,
        }
    }

    fn facts(&self, place: usize) -> KeyFacts {
        let key = &self.keys[place];
        KeyFacts {
            kid: key.key.kid().to_owned(),
            active: place == self.active,
            published: key.published,
        }
    }
}

/// Whether a text can be the id of a key.
fn is_id(kid: &str) -> bool {
    (1..=LONGEST_ID).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(ring: &KeyRing) -> (String, Vec<String>) {
        let published = ring.now().published();
        let ids = published.iter().map(|key| key.kid().to_owned());
        (ring.now().active().kid().to_owned(), ids.collect())
    }

    #[test]
    fn embedded_keys_sign_and_have_the_vendors_key_ids() {
        let entra = KeyRing::embedded(Provider::Entra);
        let okta = KeyRing::embedded(Provider::Okta);
        assert_eq!(entra.now().active().kid().len(), 27);
        assert_eq!(okta.now().active().kid().len(), 43);
        assert_eq!(entra.now().active().sign("{}", "{}").split('.').count(), 3);
        assert!(entra.now().get(okta.now().active().kid()).is_none());
    }

    #[test]
    fn rotating_and_withdrawing_change_what_signs_and_what_is_published() {
        for provider in [Provider::Entra, Provider::Okta] {
            let ring = KeyRing::embedded(provider);
            let (first, both) = standing(&ring);
            let second = both[1].clone();
            assert_eq!(both, [first.clone(), second.clone()]);
            ring.rotate();
            assert_eq!(standing(&ring), (second.clone(), both.clone()));
            ring.withdraw_others();
            assert_eq!(standing(&ring), (second.clone(), vec![second]));
            assert!(ring.now().get(&first).is_none());
            // There are only two: the third rotation would need a key of its own, and brings the first one back.
            ring.rotate();
            assert_eq!(standing(&ring), (first.clone(), both));
            // Another world's ring is its own.
            assert_eq!(KeyRing::embedded(provider).now().active().kid(), first);
        }
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_signs_after_it_is_withdrawn() {
        let ring = KeyRing::embedded(Provider::Okta);
        let (first, both) = standing(&ring);
        let third = ring.publish(None).unwrap();
        assert!(third.published && !third.active && third.kid.len() == 43);
        assert_eq!(standing(&ring).0, first);
        ring.activate(&third.kid).unwrap();
        ring.withdraw(&third.kid).unwrap();
        assert_eq!(standing(&ring), (third.kid.clone(), both));
        assert_eq!(ring.unpublished().kid(), third.kid);
        assert_eq!(
            ring.publish(Some(&third.kid)).map(|key| key.published),
            Ok(true)
        );
        let named = ring.publish(Some("a-name")).unwrap();
        assert_eq!(
            ring.now().get(&named.kid).map(|key| key.kid().to_owned()),
            Some("a-name".to_owned())
        );
        assert_eq!(ring.now().all_facts().len(), 4);
    }

    #[test]
    fn keys_come_sign_and_go_one_after_another() {
        let ring = KeyRing::embedded(Provider::Okta);
        let stages = |ring: &KeyRing| -> Vec<Stage> {
            ring.now()
                .staged()
                .into_iter()
                .map(|(_, stage)| stage)
                .collect()
        };
        assert_eq!(stages(&ring), [Stage::Active, Stage::Next]);
        for _ in 0..10 {
            let (signed, both) = standing(&ring);
            let next = both.last().cloned().unwrap();
            ring.roll();
            let (signs, published) = standing(&ring);
            assert_eq!(signs, next);
            assert_eq!(stages(&ring), [Stage::Expired, Stage::Active, Stage::Next]);
            assert_eq!(published[0], signed);
            assert!(!both.contains(&published[2]));
        }
    }

    #[test]
    fn a_replaced_key_keeps_its_id_alone() {
        let ring = KeyRing::embedded(Provider::Entra);
        let old = ring.now().active();
        let facts = ring.replace(old.kid()).unwrap();
        assert!(facts.active && facts.published && facts.kid == old.kid());
        assert!(!ring.now().active().is(&old));
        assert_ne!(ring.now().active().x5t(), old.x5t());
        // Nobody uses the old one now: it is in reserve.
        assert!(ring.unpublished().is(&old));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let ring = KeyRing::embedded(Provider::Okta);
        for _ in 0..2 {
            ring.publish(None).unwrap();
        }
        insta::assert_snapshot!(ring.publish(None).unwrap_err(), @"the 4 built-in keys are all in use; bring one of your own, made with `mock-idp keygen`");
        insta::assert_snapshot!(ring.replace(ring.now().active().kid()).unwrap_err(), @"the 4 built-in keys are all in use; bring one of your own, made with `mock-idp keygen`");
        insta::assert_snapshot!(ring.publish(Some("two words")).unwrap_err(), @"`two words` cannot be the id of another key; take 1 to 128 visible ASCII characters that no key of this world has for its id");
        insta::assert_snapshot!(ring.activate("nobody").unwrap_err(), @"no key of this world has the id `nobody`; it has 2pboxqBp_gA4VADtPlnJhVPxT8gS9ADs5bZ1kPuVI_4, SpMeIwowmLnyASLup5sV4CTPsCGY3QnK5zQQlZg1MHg, KzvxHrAvhKkkkclKwqGOg_ny5_1mymGKnKjAnNVBddQ, hBbE7LMCPb2UC6xQo5f_pBFTq7L89JvYavAw4GSIdYk");
        let own = built_in::stranger();
        for number in ring.now().all_facts().len()..MOST {
            ring.import(own.named(&number.to_string())).unwrap();
        }
        insta::assert_snapshot!(ring.import(own.named("5")).unwrap_err(), @"`5` cannot be the id of another key; take 1 to 128 visible ASCII characters that no key of this world has for its id");
        insta::assert_snapshot!(ring.import(own.named("one more")).unwrap_err(), @"`one more` cannot be the id of another key; take 1 to 128 visible ASCII characters that no key of this world has for its id");
        insta::assert_snapshot!(ring.import(own.named("another")).unwrap_err(), @"a world takes no more than 16 keys");
    }
}
