//! The ledger's part in sign-ins with a browser: each step is taken under its one lock.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::authorizations::{AuthorizationRequest, NotOpen, PendingAuthorization, Progress};
use super::book::{Ledger, fingerprint};
use super::codes::{CodeRefusal, CodeShown, Redeemable};
use super::label::{TokenKind, TokenLabel};
use super::manner::Manner;
use super::sessions::Account;
use crate::directory::Lockout;

/// A request to the authorization endpoint as a page finds it.
#[derive(Clone, Debug)]
pub(crate) struct OpenAuthorization {
    pub(crate) serial: u32,
    pub(crate) request: AuthorizationRequest,
    pub(crate) progress: Option<Progress>,
}

/// A code about to be given out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewCode<'a> {
    pub(crate) value: &'a str,
    pub(crate) lifetime: Duration,
    pub(crate) now: Timestamp,
}

impl Ledger {
    /// Notes a request whose user is asked; `flow` is what its pages carry.
    pub(crate) fn begin_authorization(
        &self,
        request: AuthorizationRequest,
        flow: &str,
        lifetime: Duration,
        now: Timestamp,
    ) -> u32 {
        let fingerprint = fingerprint(flow);
        let mut book = self.book();
        let authorizations = &mut Arc::make_mut(&mut book).authorizations;
        authorizations.begin(request, lifetime, fingerprint, now)
    }

    /// The request that a page belongs to.
    pub(crate) fn authorization(
        &self,
        flow: &str,
        now: Timestamp,
    ) -> Result<OpenAuthorization, NotOpen> {
        let serial = self.book().authorizations.serial_of(&fingerprint(flow));
        self.numbered_authorization(serial.ok_or(NotOpen::Unknown)?, now)
    }

    /// The request with this number.
    pub(crate) fn numbered_authorization(
        &self,
        serial: u32,
        now: Timestamp,
    ) -> Result<OpenAuthorization, NotOpen> {
        let book = self.book();
        let (request, progress) = book.authorizations.open(serial, now)?;
        Ok(OpenAuthorization {
            serial,
            request: request.clone(),
            progress: progress.cloned(),
        })
    }

    /// Notes how far the user of a page has come.
    pub(crate) fn advance_authorization(
        &self,
        serial: u32,
        progress: Progress,
        now: Timestamp,
    ) -> Result<(), NotOpen> {
        let mut book = self.book();
        let authorizations = &mut Arc::make_mut(&mut book).authorizations;
        authorizations.advance(serial, progress, now)
    }

    /// The requests that can be decided on, oldest first.
    pub(crate) fn pending_authorizations(&self, now: Timestamp) -> Vec<PendingAuthorization> {
        self.book().authorizations.pending(now).collect()
    }

    /// Refuses a request. Atomic: of several decisions exactly one counts.
    pub(crate) fn refuse_authorization(
        &self,
        serial: u32,
        now: Timestamp,
    ) -> Result<AuthorizationRequest, NotOpen> {
        let mut book = self.book();
        Arc::make_mut(&mut book).authorizations.decide(serial, now)
    }

    /// Has a request be one to the issuer where its user is known.
    pub(crate) fn move_authorization(&self, serial: u32, issuer: &str) {
        let mut book = self.book();
        let authorizations = &mut Arc::make_mut(&mut book).authorizations;
        authorizations.move_to(serial, issuer);
    }

    /// Approves a request: notes the user's consent, and gives out a code where one is wanted. Atomic: of several decisions exactly
    /// one counts.
    pub(crate) fn approve_authorization(
        &self,
        serial: u32,
        by: Progress,
        consent: &[String],
        code: NewCode<'_>,
    ) -> Result<(AuthorizationRequest, Option<TokenLabel>), NotOpen> {
        let mut book = self.book();
        let request = Arc::make_mut(&mut book)
            .authorizations
            .decide(serial, code.now)?;
        drop(book);
        let label = self.approved(request.clone(), by, consent, code);
        Ok((request, label))
    }

    /// Gives out a code where one is wanted by a request that nobody was asked about, and notes the user's consent.
    pub(crate) fn approved(
        &self,
        request: AuthorizationRequest,
        by: Progress,
        consent: &[String],
        code: NewCode<'_>,
    ) -> Option<TokenLabel> {
        let fingerprint = fingerprint(code.value);
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        let (issuer, client) = (&request.issuer, &request.client);
        book.consents.give(issuer, &by.user, client, consent);
        request.wants.code.then(|| {
            book.codes
                .issue(request, by, fingerprint, code.lifetime, code.now)
        })
    }

    /// What a code stands for if it would be honoured, without using it up.
    pub(crate) fn examine_code(
        &self,
        shown: CodeShown<'_>,
        now: Timestamp,
    ) -> Result<Redeemable, CodeRefusal> {
        let fingerprint = fingerprint(shown.value);
        self.book().codes.examine(&fingerprint, shown, now)
    }

    /// Redeems a code. Atomic: of several that show it exactly one has the grant.
    pub(crate) fn redeem_code(
        &self,
        shown: CodeShown<'_>,
        now: Timestamp,
    ) -> Result<Redeemable, CodeRefusal> {
        let fingerprint = fingerprint(shown.value);
        let mut book = self.book();
        Arc::make_mut(&mut book)
            .codes
            .redeem(&fingerprint, shown, now)
    }

    /// How the user of a code, device code or refresh token signed in; none if it is not remembered.
    pub(crate) fn manner_of(&self, value: &str) -> Option<Manner> {
        let fingerprint = fingerprint(value);
        let book = self.book();
        let of_code = book.codes.manner_of(&fingerprint);
        of_code
            .or_else(|| book.device_codes.manner_of(&fingerprint))
            .or_else(|| Some(book.family_of(&fingerprint)?.manner))
    }

    /// When the sign-in began that a refresh token came from.
    pub(crate) fn signed_in_at(&self, refresh_token: &str) -> Option<Timestamp> {
        let fingerprint = fingerprint(refresh_token);
        Some(self.book().family_of(&fingerprint)?.started_at)
    }

    /// How the user signed in from whose code or refresh token something came.
    pub(crate) fn manner_behind(&self, parent: Option<TokenLabel>) -> Option<Manner> {
        let parent = parent?;
        let book = self.book();
        match parent.kind {
            TokenKind::Refresh => {
                let (family, _) = book.refresh(parent)?;
                Some(book.families.get(&family)?.manner)
            }
            TokenKind::Code => book.codes.manner_by_label(parent.serial),
            TokenKind::Access | TokenKind::DeviceCode => None,
        }
    }

    /// Keeps a request to the authorization endpoint under a reference.
    pub(crate) fn keep_pushed(
        &self,
        reference: &str,
        client: &str,
        issuer: &str,
        parameters: Vec<(String, String)>,
        expires_at: Timestamp,
    ) {
        let fingerprint = fingerprint(reference);
        let mut book = self.book();
        let pushed = &mut Arc::make_mut(&mut book).pushed;
        pushed.keep(fingerprint, client, issuer, parameters, expires_at);
    }

    /// What a client has left under a reference; it is there once.
    pub(crate) fn take_pushed(
        &self,
        reference: &str,
        client: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Option<Vec<(String, String)>> {
        let fingerprint = fingerprint(reference);
        let mut book = self.book();
        let pushed = &mut Arc::make_mut(&mut book).pushed;
        pushed.take(&fingerprint, client, issuer, now)
    }

    /// Notes that a name was tried, if a second admits so many.
    pub(crate) fn may_try(&self, name: &str, most: u32, now: Timestamp) -> bool {
        let fingerprint = fingerprint(name);
        let mut book = self.book();
        Arc::make_mut(&mut book)
            .attempts
            .admit(fingerprint, most, now)
    }

    /// Notes a wrong password of a user.
    pub(crate) fn note_wrong_password(
        &self,
        issuer: &str,
        user: &str,
        rule: Lockout,
        now: Timestamp,
    ) {
        let mut book = self.book();
        let lockouts = &mut Arc::make_mut(&mut book).lockouts;
        lockouts.note(issuer, user, rule, now);
    }

    /// Notes the right one.
    pub(crate) fn note_right_password(&self, issuer: &str, user: &str) {
        let mut book = self.book();
        // What was saved is not copied for nothing.
        if book.lockouts.knows(issuer, user) {
            Arc::make_mut(&mut book).lockouts.forget(issuer, user);
        }
    }

    /// Whether a user's account is closed for a while, after too many wrong passwords.
    pub(crate) fn is_shut_out(&self, issuer: &str, user: &str, now: Timestamp) -> bool {
        self.book().lockouts.is_shut(issuer, user, now)
    }

    /// Signs an account in, in the browser with this cookie.
    pub(crate) fn begin_session(&self, cookie: &str, account: Account) {
        let fingerprint = fingerprint(cookie);
        let mut book = self.book();
        Arc::make_mut(&mut book)
            .sessions
            .sign_in(fingerprint, account);
    }

    /// The accounts of the browser with this cookie, the latest last.
    pub(crate) fn accounts(&self, cookie: &str, now: Timestamp) -> Vec<Account> {
        self.book().sessions.accounts(&fingerprint(cookie), now)
    }

    /// Signs every account of a browser out. What was granted stays granted.
    pub(crate) fn end_session(&self, cookie: &str) {
        let fingerprint = fingerprint(cookie);
        Arc::make_mut(&mut self.book()).sessions.end(&fingerprint);
    }

    /// Notes what a user allows an application: `resource/name`.
    pub(crate) fn consent(&self, issuer: &str, user: &str, client: &str, scopes: &[String]) {
        let mut book = self.book();
        let consents = &mut Arc::make_mut(&mut book).consents;
        consents.give(issuer, user, client, scopes);
    }

    /// What a user allows an application beside what is allowed for everybody: `resource/name`.
    pub(crate) fn consents(&self, issuer: &str, user: &str, client: &str) -> Vec<String> {
        self.book().consents.of(issuer, user, client)
    }

    /// Takes back what users have allowed an application, by the scopes' names without resource.
    pub(crate) fn withdraw_consents(&self, client: &str, names: &[String]) {
        let mut book = self.book();
        Arc::make_mut(&mut book).consents.withdraw(client, names);
    }
}
