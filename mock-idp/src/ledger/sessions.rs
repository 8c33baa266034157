//! Sessions of browsers: who is signed in there without showing anything again.

use jiff::Timestamp;

use super::manner::Manner;
use super::recent::Recent;
use super::refresh_family::Fingerprint;

/// How long an account stays signed in (learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes, of sessions that
/// do not persist; that use does not prolong it is assumed).
const LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// How many browsers a world remembers, and how many accounts each may have at once.
const REMEMBERED: usize = 10_000;
const ACCOUNTS: usize = 10;

/// An account that a browser is signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) issuer: String,
    /// The user's id.
    pub(crate) user: String,
    pub(crate) manner: Manner,
    /// The session's id, as tokens tell it (`sid`).
    pub(crate) session: String,
    pub(crate) since: Timestamp,
    /// Whether the password that was shown has been changed since: the user has to show the new one.
    pub(crate) outdated: bool,
}

/// The sessions of a world, by what the browser's cookie says.
#[derive(Clone, Debug)]
pub(super) struct Sessions(Recent<Vec<Account>>);

impl Sessions {
    /// Signs an account in, in the place of what the browser had of the same user.
    pub(super) fn sign_in(&mut self, cookie: Fingerprint, account: Account) {
        let serial = match self.0.serial_of(&cookie) {
            Some(serial) => serial,
            None => self.0.add(cookie, 0, Vec::new()),
        };
        let Some(accounts) = self.0.numbered_mut(serial) else {
            return;
        };
        accounts.retain(|known| known.user != account.user || known.issuer != account.issuer);
        if accounts.len() >= ACCOUNTS {
            accounts.remove(0);
        }
        accounts.push(account);
    }

    /// The accounts of a browser that were signed in and may be at `now`, the latest last.
    pub(super) fn accounts(&self, cookie: &Fingerprint, now: Timestamp) -> Vec<Account> {
        let serial = self.0.serial_of(cookie);
        let accounts = serial.and_then(|serial| self.0.numbered(serial));
        let lives = |account: &&Account| {
            let end = account.since.checked_add(LIFETIME);
            account.since <= now && end.is_ok_and(|end| now < end)
        };
        accounts
            .into_iter()
            .flatten()
            .filter(lives)
            .cloned()
            .collect()
    }

    /// Signs every account of a browser out.
    pub(super) fn end(&mut self, cookie: &Fingerprint) {
        if let Some(accounts) = self
            .0
            .serial_of(cookie)
            .and_then(|serial| self.0.numbered_mut(serial))
        {
            accounts.clear();
        }
    }

    /// Has a user be asked for the password in every browser.
    pub(super) fn outdate(&mut self, issuer: &str, user: &str) {
        for account in self.0.iter_mut().flatten() {
            account.outdated |= account.user == user && account.issuer == issuer;
        }
    }

    /// Signs a user out of every browser.
    pub(super) fn end_of(&mut self, issuer: &str, user: &str) {
        for accounts in self.0.iter_mut() {
            accounts.retain(|known| known.user != user || known.issuer != issuer);
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self(Recent::new(REMEMBERED, usize::MAX))
    }
}
