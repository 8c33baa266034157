//! The access tokens of a world, by serial and by value.

use std::collections::HashMap;

use jiff::Timestamp;

use super::facts::{TokenFacts, TokenState};
use super::label::TokenLabel;
use super::refresh_family::Fingerprint;

/// How many access tokens a world remembers. Older ones are forgotten and then count as foreign.
const REMEMBERED: u32 = 50_000;

#[derive(Clone, Debug, Default)]
pub(super) struct AccessTokens {
    tokens: HashMap<u32, AccessToken>,
    serials: u32,
    by_value: HashMap<Fingerprint, u32>,
}

#[derive(Clone, Debug)]
struct AccessToken {
    facts: TokenFacts,
    /// The hash of its value, once it has one.
    fingerprint: Option<Fingerprint>,
    revoked: bool,
    /// Forged: it has a label and was never issued.
    disowned: bool,
}

impl AccessTokens {
    /// Adds a token that `describe` describes, given its label, and forgets the one that is too old.
    pub(super) fn add(&mut self, describe: impl FnOnce(TokenLabel) -> TokenFacts) -> TokenLabel {
        self.serials += 1;
        let serial = self.serials;
        let label = TokenLabel::access(serial);
        let token = AccessToken {
            facts: describe(label),
            fingerprint: None,
            revoked: false,
            disowned: false,
        };
        self.tokens.insert(serial, token);
        let forgotten = self.tokens.remove(&serial.saturating_sub(REMEMBERED));
        if let Some(fingerprint) = forgotten.and_then(|token| token.fingerprint) {
            self.by_value.remove(&fingerprint);
        }
        label
    }

    /// Notes the value of a token. One that it had before was never sent and is forgotten.
    pub(super) fn name(&mut self, label: TokenLabel, fingerprint: Fingerprint) {
        if let Some(token) = self.tokens.get_mut(&label.serial) {
            if let Some(former) = token.fingerprint.replace(fingerprint) {
                self.by_value.remove(&former);
            }
            self.by_value.insert(fingerprint, label.serial);
        }
    }

    /// Denies that a token was issued.
    pub(super) fn disown(&mut self, serial: u32) {
        if let Some(token) = self.tokens.get_mut(&serial) {
            token.disowned = true;
        }
    }

    /// The label of a token by its value, issued or forged.
    pub(super) fn label_of(&self, fingerprint: &Fingerprint) -> Option<TokenLabel> {
        self.by_value
            .get(fingerprint)
            .map(|serial| TokenLabel::access(*serial))
    }

    /// A token that was issued, by its value.
    pub(super) fn facts_of(&self, fingerprint: &Fingerprint) -> Option<&TokenFacts> {
        let token = self.tokens.get(self.by_value.get(fingerprint)?)?;
        (!token.disowned).then_some(&token.facts)
    }

    /// A token by its serial.
    pub(super) fn labelled(&self, serial: u32) -> Option<&TokenFacts> {
        self.tokens.get(&serial).map(|token| &token.facts)
    }

    /// A token by its value, and how it stands at `now`.
    pub(super) fn state_of(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Option<(&TokenFacts, TokenState)> {
        let token = self.tokens.get(self.by_value.get(fingerprint)?)?;
        let state = match token.facts.expires_at {
            _ if token.disowned => TokenState::Foreign,
            _ if token.revoked => TokenState::Revoked,
            Some(end) if end <= now => TokenState::Expired,
            _ => TokenState::Live,
        };
        Some((&token.facts, state))
    }

    /// Revokes the tokens with these serials.
    pub(super) fn revoke<'s>(&mut self, serials: impl Iterator<Item = &'s u32>) {
        for serial in serials {
            if let Some(token) = self.tokens.get_mut(serial) {
                token.revoked = true;
            }
        }
    }

    /// Revokes one token; false if it is not remembered, or forged.
    pub(super) fn revoke_one(&mut self, serial: u32) -> bool {
        let token = self.tokens.get_mut(&serial);
        let issued = token.filter(|token| !token.disowned);
        issued.map(|token| token.revoked = true).is_some()
    }

    /// Revokes every token issued so far.
    pub(super) fn revoke_all(&mut self) {
        for token in self.tokens.values_mut() {
            token.revoked = true;
        }
    }

    /// Every token that was issued and is remembered, in no order.
    pub(super) fn facts(&self) -> impl Iterator<Item = &TokenFacts> {
        let issued = self.tokens.values().filter(|token| !token.disowned);
        issued.map(|token| &token.facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(label: TokenLabel) -> TokenFacts {
        TokenFacts {
            label,
            parent: None,
            client: "app".to_owned(),
            user: None,
            issuer: "t".to_owned(),
            scope: Vec::new(),
            issued_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
        }
    }

    #[test]
    fn the_oldest_is_forgotten_with_its_value() {
        let mut tokens = AccessTokens::default();
        let first = tokens.add(facts);
        tokens.name(first, [2; 32]);
        tokens.name(first, [1; 32]);
        assert_eq!(tokens.label_of(&[2; 32]), None);
        for _ in 1..REMEMBERED {
            tokens.add(facts);
        }
        assert_eq!(tokens.label_of(&[1; 32]), Some(first));
        tokens.add(facts);
        assert_eq!(tokens.label_of(&[1; 32]), None);
        assert_eq!(tokens.facts().count(), REMEMBERED as usize);
        assert!(tokens.by_value.is_empty());
    }
}
