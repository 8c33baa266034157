//! Revoking: one token, a sign-in, or all there is.

use std::sync::Arc;

use jiff::Timestamp;

use super::book::{Book, Ledger, fingerprint};
use super::label::{TokenKind, TokenLabel};
use super::refresh_family::Family;
use crate::directory::Platform;

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

    /// Ends every sign-in of a user: refresh tokens, codes that are not redeemed, and what browsers remember. Access tokens live
    /// on until they expire. Says how many sign-ins had refresh tokens.
    pub(crate) fn revoke_sign_ins_of(&self, issuer: &str, user: &str, now: Timestamp) -> usize {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        book.codes.revoke_of(issuer, user, now);
        book.sessions.end_of(issuer, user);
        book.authorizations.forget_user(issuer, user);
        book.revoked(user, now);
        book.end_families(issuer, user, |_| true, now)
    }

    /// A user's password is another one: ends what was begun with the old one. `is_public` says whether an application is a public
    /// client, where its redirect URI does not say so; confidential clients keep their tokens
    /// (learn.microsoft.com/entra/identity-platform/refresh-tokens).
    pub(crate) fn password_changed(
        &self,
        issuer: &str,
        user: &str,
        is_public: impl Fn(&str) -> bool,
        now: Timestamp,
    ) {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        book.codes.revoke_of(issuer, user, now);
        book.sessions.outdate(issuer, user);
        book.authorizations.forget_user(issuer, user);
        book.revoked(user, now);
        let ends = |family: &Family| {
            let public = match family.manner.platform {
                Some(platform) => platform != Platform::Web,
                None => is_public(&family.grantee.client),
            };
            family.manner.by_password && public
        };
        book.end_families(issuer, user, ends, now);
    }

    /// Revokes the token that a client shows: an access token alone, a refresh token with its family and the access tokens that
    /// came from it.
    pub(crate) fn revoke_shown(&self, value: &str, now: Timestamp) {
        let fingerprint = fingerprint(value);
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        if let Some(label) = book.access.label_of(&fingerprint) {
            book.access.revoke_one(label.serial, now);
        } else if let Some(family) = book.serial_of_family(&fingerprint) {
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
            TokenKind::Code => book.codes.revoke(label.serial, now),
        }
    }
}

impl Book {
    /// Ends those of a user's families that `ends` says, and says how many were alive. Their access tokens live on.
    fn end_families(
        &mut self,
        issuer: &str,
        user: &str,
        ends: impl Fn(&Family) -> bool,
        now: Timestamp,
    ) -> usize {
        let mut ended = 0;
        for family in self.families.values_mut() {
            let grantee = &family.grantee;
            let is_his = grantee.user.as_deref() == Some(user) && grantee.issuer == issuer;
            if is_his && family.revoked_at.is_none() && ends(family) {
                family.revoked_at = Some(now);
                ended += 1;
            }
        }
        ended
    }

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
