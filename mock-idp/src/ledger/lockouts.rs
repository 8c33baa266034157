//! Wrong passwords in a row, and for how long an account is closed for them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::directory::Lockout;

/// How often the time doubles at most.
const DOUBLINGS: u32 = 6;
/// How many accounts are remembered; only those that there are get here.
const REMEMBERED: usize = 10_000;

/// The accounts for which a wrong password was shown since the last right one, by tenant and user.
#[derive(Clone, Debug, Default)]
pub(super) struct Lockouts(BTreeMap<(String, String), Failures>);

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u32,
    /// How often the account was closed already.
    closed: u32,
    until: Option<Timestamp>,
}

impl Lockouts {
    /// Notes a wrong password. One too many closes the account; each that follows closes it again, for longer.
    pub(super) fn note(&mut self, issuer: &str, user: &str, rule: Lockout, now: Timestamp) {
        let account = (issuer.to_owned(), user.to_owned());
        if rule.failures == 0 || (self.0.len() >= REMEMBERED && !self.0.contains_key(&account)) {
            return;
        }
        let failures = self.0.entry(account).or_default();
        failures.count = failures.count.saturating_add(1);
        if failures.count >= rule.failures {
            let times = 1u32 << failures.closed.min(DOUBLINGS);
            let length = Duration::from_secs(rule.seconds.into()) * times;
            failures.closed = failures.closed.saturating_add(1);
            failures.until = now.checked_add(length).ok();
        }
    }

    /// Forgets the wrong ones: the right one was shown.
    pub(super) fn forget(&mut self, issuer: &str, user: &str) {
        self.0.remove(&(issuer.to_owned(), user.to_owned()));
    }

    pub(super) fn knows(&self, issuer: &str, user: &str) -> bool {
        self.0.contains_key(&(issuer.to_owned(), user.to_owned()))
    }

    /// Whether the account is closed at `now`.
    pub(super) fn is_shut(&self, issuer: &str, user: &str, now: Timestamp) -> bool {
        let failures = self.0.get(&(issuer.to_owned(), user.to_owned()));
        failures
            .and_then(|failures| failures.until)
            .is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_closing_is_longer_than_the_last_and_the_right_password_ends_it() {
        let rule = Lockout {
            failures: 3,
            seconds: 60,
        };
        let at = |second| Timestamp::from_second(second).expect("a time");
        let mut lockouts = Lockouts::default();
        for second in 0..3 {
            assert!(!lockouts.is_shut("t", "ada", at(second)));
            lockouts.note("t", "ada", rule, at(second));
        }
        assert!(lockouts.is_shut("t", "ada", at(61)));
        assert!(!lockouts.is_shut("t", "ada", at(62)));
        assert!(!lockouts.is_shut("t", "ben", at(10)));
        lockouts.note("t", "ada", rule, at(100));
        assert!(lockouts.is_shut("t", "ada", at(219)));
        assert!(!lockouts.is_shut("t", "ada", at(220)));
        lockouts.forget("t", "ada");
        lockouts.note("t", "ada", rule, at(300));
        assert!(!lockouts.is_shut("t", "ada", at(300)));
        for second in 0..100 {
            lockouts.note(
                "t",
                "ben",
                Lockout {
                    failures: 0,
                    seconds: 60,
                },
                at(second),
            );
        }
        assert!(!lockouts.is_shut("t", "ben", at(100)));
    }
}
