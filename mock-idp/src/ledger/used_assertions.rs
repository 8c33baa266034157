//! Assertions that have been used: each signs in once, where the vendor says so (RFC 7523 section 3, on `jti`).

use std::collections::{HashSet, VecDeque};

use super::refresh_family::Fingerprint;

/// How many are remembered. An older one could be used again, had it not expired long ago.
const REMEMBERED: usize = 10_000;

/// The ids of assertions, as hashes. They are kept by number and not by time, so that a clock set back brings none of them back.
#[derive(Clone, Debug, Default)]
pub(super) struct UsedAssertions {
    known: HashSet<Fingerprint>,
    in_order: VecDeque<Fingerprint>,
}

impl UsedAssertions {
    /// Notes the use of an assertion; false if it was used before.
    pub(super) fn note(&mut self, id: Fingerprint) -> bool {
        if !self.known.insert(id) {
            return false;
        }
        self.in_order.push_back(id);
        if self.in_order.len() > REMEMBERED
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_used_once_and_the_oldest_is_forgotten() {
        let id = |number: usize| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_le_bytes());
            id
        };
        let mut used = UsedAssertions::default();
        assert!(used.note(id(0)));
        assert!(!used.note(id(0)));
        for number in 1..=REMEMBERED {
            assert!(used.note(id(number)));
        }
        assert_eq!(used.known.len(), REMEMBERED);
        assert!(!used.note(id(1)));
        assert!(used.note(id(0)));
    }
}
