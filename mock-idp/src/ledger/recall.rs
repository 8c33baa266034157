//! What the ledger remembers of its tokens, for those who ask by label.

use super::book::{Ledger, refresh_facts};
use super::facts::TokenFacts;
use super::label::{TokenKind, TokenLabel};
use crate::secret::Secret;

impl Ledger {
    /// The value of a refresh token, whatever has become of it; none for an access token or one that is not remembered.
    pub(crate) fn refresh_token_value(&self, label: TokenLabel) -> Option<Secret> {
        let book = self.book();
        let (_, token) = book.refresh(label)?;
        Some(token.value.clone())
    }

    /// The refresh token that was issued last; none before there is one.
    pub(crate) fn newest_refresh_token(&self) -> Option<TokenLabel> {
        match self.book().refresh_serials {
            0 => None,
            serial => Some(TokenLabel::refresh(serial)),
        }
    }

    /// What is known of a token by its label; none if it is not remembered.
    pub(crate) fn facts_of(&self, label: TokenLabel) -> Option<TokenFacts> {
        let book = self.book();
        match label.kind {
            TokenKind::Access => book.access.labelled(label.serial),
            TokenKind::Refresh => {
                let (family, token) = book.refresh(label)?;
                Some(refresh_facts(book.families.get(&family)?, token))
            }
            TokenKind::DeviceCode => book.device_codes.labelled(label.serial),
            TokenKind::Code => book.codes.labelled(label.serial),
        }
    }

    /// Which refresh token of its family this is, counted from 1; none for an access token or one that is not remembered.
    pub(crate) fn generation_of(&self, label: TokenLabel) -> Option<u32> {
        let book = self.book();
        let (_, token) = book.refresh(label)?;
        let (_, place) = book.refresh_by_value.get(&token.fingerprint)?;
        u32::try_from(place + 1).ok()
    }

    /// Every remembered token, access tokens first, each kind by serial.
    pub(crate) fn facts(&self) -> Vec<TokenFacts> {
        let book = self.book();
        let refresh = book
            .families
            .values()
            .flat_map(|family| family.tokens().map(|token| refresh_facts(family, token)));
        let mut facts: Vec<TokenFacts> = book.access.facts().chain(refresh).collect();
        facts.sort_by_key(|facts| facts.label);
        facts
    }
}
