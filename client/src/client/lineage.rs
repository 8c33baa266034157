//! Which refresh token came after which.

use std::collections::VecDeque;

use crate::Secret;
use crate::fingerprint::fingerprint;

/// What a client knows of refresh tokens: the newest one, and those that others have taken the place of.
///
/// A store can lose a record, or have an older one put back from a copy. It says nothing of that, and to a server that rotates, a
/// token that was replaced is a stolen one.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    newest: Option<Secret>,
    /// By fingerprint, newest last.
    replaced: VecDeque<u128>,
}

/// With a token for every hour, those of six weeks.
const MEMORY: usize = 1024;

impl Lineage {
    /// Sees a token in the store. True unless it is one of the past.
    pub(super) fn see(&mut self, token: &Secret) -> bool {
        if self.is_replaced(token) {
            return false;
        }
        self.take(token);
        true
    }

    /// Takes a token from the server or from a person, whose word it is that it is good.
    pub(super) fn take(&mut self, token: &Secret) {
        let same = self.newest.as_ref().is_some_and(|it| it.matches(token));
        if !same && let Some(former) = self.newest.replace(token.clone()) {
            self.replace(&former);
        }
        let taken = fingerprint(token.expose());
        self.replaced.retain(|replaced| *replaced != taken);
    }

    /// Knows that another has taken the place of this token.
    pub(super) fn replace(&mut self, token: &Secret) {
        if self.is_replaced(token) {
            return;
        }
        if self.replaced.len() == MEMORY {
            self.replaced.pop_front();
        }
        self.replaced.push_back(fingerprint(token.expose()));
    }

    pub(super) fn is_replaced(&self, token: &Secret) -> bool {
        self.replaced.contains(&fingerprint(token.expose()))
    }

    pub(super) fn newest(&self) -> Option<&Secret> {
        self.newest.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_the_past_stays_there_as_long_as_it_is_remembered() {
        let token = |number: usize| Secret::new(format!("RT{number}"));
        let mut lineage = Lineage::default();
        for number in 0..=MEMORY {
            assert!(lineage.see(&token(number)));
            assert!(lineage.see(&token(number)), "twice is no replacement");
        }
        assert!(!lineage.see(&token(0)));
        assert!(lineage.newest().unwrap().matches(&token(MEMORY)));
        assert!(lineage.see(&token(MEMORY + 1)));
        assert!(!lineage.is_replaced(&token(0)), "forgotten");
        assert!(lineage.is_replaced(&token(1)));
        assert_eq!(lineage.replaced.len(), MEMORY);
        lineage.take(&token(1));
        assert!(!lineage.is_replaced(&token(1)), "given anew");
        assert!(lineage.is_replaced(&token(MEMORY + 1)));
        assert!(!format!("{lineage:?}").contains("RT"));
    }
}
