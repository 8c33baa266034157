//! How often a name was tried within a second.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::refresh_family::Fingerprint;

/// How many names are watched at once: those of the last second, and of the oldest none is watched any longer.
const REMEMBERED: usize = 10_000;
const WINDOW: SignedDuration = SignedDuration::from_secs(1);

/// The names that were tried, as hashes, with the beginning of their second and how often since.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    tried: BTreeMap<Fingerprint, (Timestamp, u32)>,
    by_start: BTreeSet<(Timestamp, Fingerprint)>,
}

impl Attempts {
    /// Notes a try, if it is one of the `most` that a second admits.
    pub(super) fn admit(&mut self, name: Fingerprint, most: u32, now: Timestamp) -> bool {
        let begun = self.tried.get(&name).copied();
        if let Some((start, count)) = begun {
            let is_over = now.duration_since(start) >= WINDOW || now < start;
            if !is_over {
                let admitted = count < most;
                if admitted {
                    self.tried.insert(name, (start, count + 1));
                }
                return admitted;
            }
            self.by_start.remove(&(start, name));
        } else if self.tried.len() >= REMEMBERED
            && let Some((_, oldest)) = self.by_start.pop_first()
        {
            self.tried.remove(&oldest);
        }
        self.tried.insert(name, (now, 1));
        self.by_start.insert((now, name));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).expect("an instant")
    }

    #[test]
    fn a_second_admits_so_many_and_begins_with_the_first() {
        let mut attempts = Attempts::default();
        let mut admit = |name: u8, millisecond| attempts.admit([name; 32], 4, at(millisecond));
        let first: Vec<bool> = (0..5).map(|turn| admit(1, 500 + turn)).collect();
        assert_eq!(first, [true, true, true, true, false]);
        assert!(admit(2, 600), "another name has its own");
        assert!(!admit(1, 1499));
        assert!(admit(1, 1500));
        // A clock set back begins anew.
        assert!(admit(1, 0));
    }

    #[test]
    fn no_more_names_are_kept_than_it_says() {
        let mut attempts = Attempts::default();
        for number in 0..2 * REMEMBERED {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&number.to_le_bytes());
            assert!(attempts.admit(name, 1, at(0)));
        }
        assert_eq!(
            (attempts.tried.len(), attempts.by_start.len()),
            (REMEMBERED, REMEMBERED)
        );
    }
}
