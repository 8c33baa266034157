//! Revoking: one token, a sign-in, or all there is.

use std::sync::Arc;

use jiff::Timestamp;

use super::book::{Book, Ledger};
use super::label::{TokenKind, TokenLabel};

impl Ledger {
    /// Revokes every access token issued so far; refresh tokens live on.
    pub(crate) fn revoke_access_tokens(&self, now: Timestamp) {
        Arc::make_mut(&mut self.book()).access.revoke_all(now);
    }

    /// Revokes every refresh family and the access tokens that came from them.
    pub(crate) fn revoke_families(&self, now: Timestamp) {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        let families: Vec<u32> = book.families.keys().copied().collect();
        for family in families {
            book.revoke_family(family, now);
        }
    }

    /// Revokes one token: an access token alone, a refresh token with its family and the access tokens that came from it, a
    /// device code with its sign-in. False if the token is not remembered.
    pub(crate) fn revoke(&self, label: TokenLabel, now: Timestamp) -> bool {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        match label.kind {
            TokenKind::Access => book.access.revoke_one(label.serial, now),
            TokenKind::Refresh => match book.refresh(label).map(|(family, _)| family) {
                Some(family) => {
                    book.revoke_family(family, now);
                    true
                }
                None => false,
            },
            TokenKind::DeviceCode => book.device_codes.revoke(label.serial),
        }
    }
}

impl Book {
    fn revoke_family(&mut self, serial: u32, now: Timestamp) {
        if let Some(family) = self.families.get_mut(&serial) {
            family.revoked_at.get_or_insert(now);
        }
        self.revoke_access_of(serial, now);
    }

    pub(super) fn revoke_access_of(&mut self, family: u32, now: Timestamp) {
        if let Some(family) = self.families.get(&family) {
            self.access.revoke(family.access(), now);
        }
    }
}
