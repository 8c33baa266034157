//! The access tokens of a world, by serial and by value.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroI64;
use std::sync::Arc;

use jiff::Timestamp;

use super::facts::{TokenFacts, TokenState};
use super::label::TokenLabel;
use super::refresh_family::{Fingerprint, Grantee};

/// How many access tokens a world remembers. Older ones are forgotten and then count as foreign.
pub(super) const REMEMBERED: usize = 50_000;

#[derive(Clone, Debug, Default)]
pub(super) struct AccessTokens {
    /// In order of issue, without a gap; the last one is the newest.
    tokens: VecDeque<AccessToken>,
    serials: u32,
    /// Not by hash: a hash table in which as many are forgotten as are added doubles once more when it seems full.
    by_value: BTreeMap<Fingerprint, u32>,
}

#[derive(Clone, Debug)]
pub(super) struct AccessToken {
    grantee: Arc<Grantee>,
    parent: Option<TokenLabel>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    /// The hash of its value, once it has one.
    fingerprint: Option<Fingerprint>,
    /// When it was revoked, in seconds since 1970; a token is to be small.
    revoked: Option<NonZeroI64>,
    /// Forged: it has a label and was never issued.
    disowned: bool,
}

impl AccessToken {
    pub(super) fn new(
        grantee: Arc<Grantee>,
        parent: Option<TokenLabel>,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            grantee,
            parent,
            issued_at,
            expires_at,
            fingerprint: None,
            revoked: None,
            disowned: false,
        }
    }

    /// Once revoked, it stays so since then.
    fn revoke(&mut self, now: Timestamp) {
        let at = NonZeroI64::new(now.as_second()).unwrap_or(NonZeroI64::MAX);
        self.revoked.get_or_insert(at);
    }

    fn facts(&self, serial: u32) -> TokenFacts {
        let Grantee {
            client,
            user,
            issuer,
            scope,
        } = Grantee::clone(&self.grantee);
        TokenFacts {
            label: TokenLabel::access(serial),
            parent: self.parent,
            client,
            user,
            issuer,
            scope,
            issued_at: self.issued_at,
            expires_at: Some(self.expires_at),
        }
    }
}

impl AccessTokens {
    /// Adds a token and says how it is called. The oldest may have to make room: whose that was is told, too.
    pub(super) fn add(&mut self, token: AccessToken) -> (TokenLabel, Option<Arc<Grantee>>) {
        let forgotten = match self.tokens.len() < REMEMBERED {
            true => None,
            false => self.tokens.pop_front(),
        };
        if let Some(fingerprint) = forgotten.as_ref().and_then(|token| token.fingerprint) {
            self.by_value.remove(&fingerprint);
        }
        self.tokens.push_back(token);
        self.serials += 1;
        let label = TokenLabel::access(self.serials);
        (label, forgotten.map(|token| token.grantee))
    }

    /// Notes the value of a token. One that it had before was never sent and is forgotten.
    pub(super) fn name(&mut self, label: TokenLabel, fingerprint: Fingerprint) {
        let Some(token) = self.numbered_mut(label.serial) else {
            return;
        };
        if let Some(former) = token.fingerprint.replace(fingerprint) {
            self.by_value.remove(&former);
        }
        self.by_value.insert(fingerprint, label.serial);
    }

    /// Denies that a token was issued.
    pub(super) fn disown(&mut self, serial: u32) {
        if let Some(token) = self.numbered_mut(serial) {
            token.disowned = true;
        }
    }

    /// The label of a token by its value, issued or forged.
    pub(super) fn label_of(&self, fingerprint: &Fingerprint) -> Option<TokenLabel> {
        self.by_value
            .get(fingerprint)
            .map(|serial| TokenLabel::access(*serial))
    }

    /// The application a token was issued to, by the token's value.
    pub(super) fn client_of(&self, fingerprint: &Fingerprint) -> Option<&str> {
        let token = self.numbered(*self.by_value.get(fingerprint)?)?;
        (!token.disowned).then_some(&token.grantee.client)
    }

    /// A token by its serial.
    pub(super) fn labelled(&self, serial: u32) -> Option<TokenFacts> {
        Some(self.numbered(serial)?.facts(serial))
    }

    /// A token by its value, and how it stands at `now`.
    pub(super) fn state_of(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Option<(TokenFacts, TokenState)> {
        let serial = *self.by_value.get(fingerprint)?;
        let token = self.numbered(serial)?;
        let state = if token.disowned {
            TokenState::Foreign
        } else if token.revoked.is_some() {
            TokenState::Revoked
        } else if token.expires_at <= now {
            TokenState::Expired
        } else {
            TokenState::Live
        };
        Some((token.facts(serial), state))
    }

    /// When a token was revoked, by its value.
    pub(super) fn revoked_at(&self, fingerprint: &Fingerprint) -> Option<Timestamp> {
        let token = self.numbered(*self.by_value.get(fingerprint)?)?;
        Timestamp::from_second(token.revoked?.get()).ok()
    }

    /// The serial of the token issued last; 0 before there is one.
    pub(super) fn newest(&self) -> u32 {
        self.serials
    }

    /// Revokes the tokens with these serials.
    pub(super) fn revoke<'s>(&mut self, serials: impl Iterator<Item = &'s u32>, now: Timestamp) {
        for serial in serials {
            if let Some(token) = self.numbered_mut(*serial) {
                token.revoke(now);
            }
        }
    }

    /// Revokes one token; false if it is not remembered, or forged.
    pub(super) fn revoke_one(&mut self, serial: u32, now: Timestamp) -> bool {
        let token = self.numbered_mut(serial);
        let issued = token.filter(|token| !token.disowned);
        issued.map(|token| token.revoke(now)).is_some()
    }

    /// Revokes every token issued so far.
    pub(super) fn revoke_all(&mut self, now: Timestamp) {
        for token in &mut self.tokens {
            token.revoke(now);
        }
    }

    /// Every token that was issued and is remembered, oldest first.
    pub(super) fn facts(&self) -> impl Iterator<Item = TokenFacts> {
        let numbered = (self.forgotten() + 1..).zip(&self.tokens);
        let issued = numbered.filter(|(_, token)| !token.disowned);
        issued.map(|(serial, token)| token.facts(serial))
    }

    fn numbered(&self, serial: u32) -> Option<&AccessToken> {
        self.tokens.get(self.place(serial)?)
    }

    fn numbered_mut(&mut self, serial: u32) -> Option<&mut AccessToken> {
        let place = self.place(serial)?;
        self.tokens.get_mut(place)
    }

    fn place(&self, serial: u32) -> Option<usize> {
        let place = serial.checked_sub(self.forgotten() + 1)?;
        usize::try_from(place).ok()
    }

    /// The serial of the newest token that is forgotten.
    fn forgotten(&self) -> u32 {
        self.serials - u32::try_from(self.tokens.len()).unwrap_or(self.serials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(client: &str) -> AccessToken {
        let grantee = Grantee {
            client: client.to_owned(),
            user: None,
            issuer: "t".to_owned(),
            scope: Vec::new(),
        };
        let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        AccessToken::new(Arc::new(grantee), None, from, to)
    }

    #[test]
    fn the_oldest_is_forgotten_with_its_value() {
        let mut tokens = AccessTokens::default();
        let (first, _) = tokens.add(token("first"));
        tokens.name(first, [2; 32]);
        tokens.name(first, [1; 32]);
        assert_eq!(tokens.label_of(&[2; 32]), None);
        for _ in 1..REMEMBERED {
            assert_eq!(tokens.add(token("app")).1, None);
        }
        assert_eq!(tokens.label_of(&[1; 32]), Some(first));
        assert_eq!(tokens.labelled(1).unwrap().client, "first");
        let (latest, forgotten) = tokens.add(token("latest"));
        assert_eq!(forgotten.unwrap().client, "first");
        assert_eq!(tokens.label_of(&[1; 32]), None);
        assert_eq!(tokens.labelled(1), None);
        assert_eq!(tokens.labelled(latest.serial).unwrap().client, "latest");
        assert_eq!(tokens.labelled(latest.serial + 1), None);
        let serials: Vec<u32> = tokens.facts().map(|facts| facts.label.serial).collect();
        let expected: Vec<u32> = (2..=latest.serial).collect();
        assert_eq!(serials, expected);
        assert!(tokens.by_value.is_empty());
    }

    /// A world keeps fifty thousand of them.
    #[test]
    fn a_token_is_small() {
        assert!(size_of::<AccessToken>() <= 96);
    }
}
