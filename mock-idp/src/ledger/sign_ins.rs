//! The ledger's part in sign-ins that begin on a device, and in assertions that sign in once: each step is taken under its one
//! lock.

use std::sync::Arc;

use jiff::Timestamp;

use super::book::{Ledger, fingerprint};
use super::device_codes::{
    Approval, AskedFor, DevicePace, PendingSignIn, PollRefusal, SignedIn, Undecidable,
};
use super::label::TokenLabel;
use super::used_assertions::NotUsable;

impl Ledger {
    /// Begins a sign-in with a device code, and says which user code goes with it. `make` makes user codes.
    pub(crate) fn begin_sign_in(
        &self,
        asked: AskedFor,
        pace: DevicePace,
        device_code: &str,
        make: impl FnMut() -> String,
        now: Timestamp,
    ) -> (TokenLabel, String) {
        let fingerprint = fingerprint(device_code);
        let mut book = self.book();
        Arc::make_mut(&mut book)
            .device_codes
            .begin(asked, pace, fingerprint, make, now)
    }

    /// Shows a device code. Atomic: of several that show an approved one exactly one has the grant.
    ///
    /// `paced` says whether polling too often is answered with `slow_down`.
    pub(crate) fn poll_sign_in(
        &self,
        device_code: &str,
        client: &str,
        issuer: &str,
        paced: bool,
        now: Timestamp,
    ) -> Result<SignedIn, PollRefusal> {
        let fingerprint = fingerprint(device_code);
        let mut book = self.book();
        Arc::make_mut(&mut book)
            .device_codes
            .poll(&fingerprint, client, issuer, paced, now)
    }

    /// The sign-ins that can be decided on, oldest first.
    pub(crate) fn pending_sign_ins(&self, now: Timestamp) -> Vec<PendingSignIn> {
        self.book().device_codes.pending(now).collect()
    }

    /// How many sign-ins of a client can be decided on.
    pub(crate) fn pending_sign_ins_of(&self, client: &str, now: Timestamp) -> usize {
        self.book().device_codes.pending_of(client, now)
    }

    /// What a user code stands for, whatever has become of it.
    pub(crate) fn asked_with(&self, user_code: &str) -> Option<AskedFor> {
        self.book().device_codes.asked_with(user_code).cloned()
    }

    /// What a user code stands for that can be decided on.
    pub(crate) fn pending_sign_in(&self, user_code: &str, now: Timestamp) -> Option<AskedFor> {
        let book = self.book();
        book.device_codes.pending_with(user_code, now).cloned()
    }

    /// Until when a user code can be decided on.
    pub(crate) fn sign_in_ends(&self, user_code: &str) -> Option<Timestamp> {
        self.book().device_codes.end_of(user_code)
    }

    /// Approves a sign-in for a user, or denies it.
    pub(crate) fn decide_sign_in(
        &self,
        user_code: &str,
        by: Option<Approval>,
        now: Timestamp,
    ) -> Result<(), Undecidable> {
        Arc::make_mut(&mut self.book())
            .device_codes
            .decide(user_code, by, now)
    }

    /// Notes the use of a client's assertion by its id, until its end. Atomic: of several that show it exactly one is the first.
    pub(crate) fn use_assertion(
        &self,
        client: &str,
        id: &str,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<(), NotUsable> {
        // No client can use up the ids of another: no client id has a line feed in it that another could forge.
        let fingerprint = fingerprint(&format!("{}\n{client}\n{id}", client.len()));
        Arc::make_mut(&mut self.book())
            .used_assertions
            .note(fingerprint, end, now)
    }
}
