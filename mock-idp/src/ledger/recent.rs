//! What is remembered of late: so many, and so many bytes of what others have sent; the oldest makes room.

use std::collections::BTreeMap;

use super::refresh_family::Fingerprint;

/// Things found by the hash of a value, numbered in order of arrival.
#[derive(Clone, Debug)]
pub(super) struct Recent<T> {
    /// By serial, and so in order of arrival: the oldest is found without a search.
    items: BTreeMap<u32, Item<T>>,
    by_value: BTreeMap<Fingerprint, u32>,
    serials: u32,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

#[derive(Clone, Debug)]
struct Item<T> {
    fingerprint: Fingerprint,
    bytes: usize,
    thing: T,
}

impl<T> Recent<T> {
    /// Room for `most` things that are `most_bytes` long, all together.
    pub(super) fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            items: BTreeMap::new(),
            by_value: BTreeMap::new(),
            serials: 0,
            bytes: 0,
            most,
            most_bytes,
        }
    }

    /// Adds a thing and says its number. The oldest are forgotten where there is no room; one that is too long by itself is
    /// remembered until another comes.
    pub(super) fn add(&mut self, fingerprint: Fingerprint, bytes: usize, thing: T) -> u32 {
        while self.items.len() >= self.most
            || (self.bytes + bytes > self.most_bytes && !self.items.is_empty())
        {
            self.forget_oldest();
        }
        self.serials += 1;
        let serial = self.serials;
        self.bytes += bytes;
        self.by_value.insert(fingerprint, serial);
        let item = Item {
            fingerprint,
            bytes,
            thing,
        };
        self.items.insert(serial, item);
        serial
    }

    pub(super) fn serial_of(&self, fingerprint: &Fingerprint) -> Option<u32> {
        self.by_value.get(fingerprint).copied()
    }

    pub(super) fn numbered(&self, serial: u32) -> Option<&T> {
        self.items.get(&serial).map(|item| &item.thing)
    }

    pub(super) fn numbered_mut(&mut self, serial: u32) -> Option<&mut T> {
        self.items.get_mut(&serial).map(|item| &mut item.thing)
    }

    /// In order of arrival.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.items
            .iter()
            .map(|(serial, item)| (*serial, &item.thing))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.values_mut().map(|item| &mut item.thing)
    }

    fn forget_oldest(&mut self) {
        let Some((serial, oldest)) = self.items.pop_first() else {
            return;
        };
        self.bytes -= oldest.bytes;
        if self.by_value.get(&oldest.fingerprint) == Some(&serial) {
            self.by_value.remove(&oldest.fingerprint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Fingerprint {
        [number; 32]
    }

    #[test]
    fn the_oldest_makes_room_by_number_and_by_length() {
        let mut recent = Recent::new(3, 100);
        for number in 1..=4 {
            recent.add(id(number), 10, number);
        }
        assert_eq!(recent.serial_of(&id(1)), None);
        let kept: Vec<(u32, u8)> = recent
            .iter()
            .map(|(serial, thing)| (serial, *thing))
            .collect();
        assert_eq!(kept, [(2, 2), (3, 3), (4, 4)]);
        recent.add(id(5), 95, 5);
        assert_eq!((recent.items.len(), recent.bytes), (1, 95));
        recent.add(id(6), 1_000, 6);
        assert_eq!(recent.numbered(6), Some(&6));
        recent.add(id(7), 0, 7);
        assert_eq!(
            (recent.items.len(), recent.by_value.len(), recent.bytes),
            (1, 1, 0)
        );
    }
}
