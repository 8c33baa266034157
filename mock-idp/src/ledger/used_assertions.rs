//! Assertions that have been used: each signs in once, where the vendor says so (RFC 7523 section 3, on `jti`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::refresh_family::Fingerprint;

/// How many are remembered. Forgetting one before its end would let it sign in again, so that one too many is refused.
const REMEMBERED: usize = 100_000;

/// The ids of assertions, as hashes, with their ends.
///
/// Each is remembered until its end, since it is refused afterwards as expired, and longer where there is room: so that a clock set
/// back finds it still.
#[derive(Clone, Debug, Default)]
pub(super) struct UsedAssertions {
    ends: BTreeMap<Fingerprint, Timestamp>,
    by_end: BTreeSet<(Timestamp, Fingerprint)>,
}

/// Why an assertion signs nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotUsable {
    /// Its id was used before.
    Used,
    /// As many are remembered as may be, and none of them has ended.
    NoRoom,
}

impl UsedAssertions {
    /// Notes the use of an assertion that ends at `end`.
    pub(super) fn note(
        &mut self,
        id: Fingerprint,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<(), NotUsable> {
        match self.ends.get(&id).copied() {
            Some(former) if now < former => return Err(NotUsable::Used),
            // Another assertion, of the same id: the former one would be expired.
            Some(former) => self.forget(former, id),
            None => self.make_room(now)?,
        }
        self.ends.insert(id, end);
        self.by_end.insert((end, id));
        Ok(())
    }

    fn make_room(&mut self, now: Timestamp) -> Result<(), NotUsable> {
        if self.ends.len() < REMEMBERED {
            return Ok(());
        }
        match self.by_end.first().copied() {
            Some((end, id)) if end <= now => {
                self.forget(end, id);
                Ok(())
            }
            _ => Err(NotUsable::NoRoom),
        }
    }

    fn forget(&mut self, end: Timestamp, id: Fingerprint) {
        self.ends.remove(&id);
        self.by_end.remove(&(end, id));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> Fingerprint {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_le_bytes());
        id
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn those_that_have_ended_make_room_and_no_others() {
        let mut used = UsedAssertions::default();
        for number in 0..REMEMBERED {
            let end = if number == 7 { at(50) } else { at(100) };
            assert_eq!(used.note(id(number), end, at(0)), Ok(()));
        }
        assert_eq!(used.note(id(7), at(50), at(49)), Err(NotUsable::Used));
        let another = id(REMEMBERED);
        assert_eq!(
            used.note(another, at(200), at(49)),
            Err(NotUsable::NoRoom),
            "all of them could be shown again"
        );
        assert_eq!(used.note(another, at(200), at(50)), Ok(()));
        assert_eq!(used.note(another, at(200), at(50)), Err(NotUsable::Used));
        assert_eq!(used.ends.len(), REMEMBERED);
        assert_eq!(used.by_end.len(), REMEMBERED);
    }

    #[test]
    fn a_clock_set_back_brings_none_back() {
        let mut used = UsedAssertions::default();
        assert_eq!(used.note(id(1), at(60), at(0)), Ok(()));
        assert_eq!(used.note(id(2), at(3000), at(2000)), Ok(()));
        assert_eq!(used.note(id(1), at(60), at(10)), Err(NotUsable::Used));
    }

    proptest! {
        /// On a clock that goes on, an id is taken if no assertion of that id could still be shown.
        #[test]
        fn an_id_is_taken_once_in_the_life_of_its_assertion(
            shown in proptest::collection::vec((0usize..4, 1i64..20, 0i64..5), 0..60),
        ) {
            let mut used = UsedAssertions::default();
            let mut ends = [0; 4];
            let mut now = 0;
            for (number, life, passed) in shown {
                now += passed;
                let taken = used.note(id(number), at(now + life), at(now)).is_ok();
                prop_assert_eq!(taken, ends[number] <= now);
                if taken {
                    ends[number] = now + life;
                }
            }
        }
    }
}
