//! The fingerprints of all states that were found, and from which state each was found first.

/// An empty slot. No fingerprint is kept as this number.
const EMPTY: u64 = 0;

/// Slots of a new table; a power of two, as it stays.
const SLOTS: usize = 1 << 12;

/// Stands for the parent of an initial state.
pub(super) const ROOT: u32 = u32::MAX;

/// What came of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Insert {
    /// It is new, and this is its number.
    New(u32),
    /// It has been found before.
    Known,
    /// It is new, and the table holds as many as it may.
    Full,
}

/// A set of fingerprints with open addressing and linear probing: one cache line settles most questions.
///
/// The fingerprints are hashes already, so that their lowest bits are the slot. What is needed only for a
/// counterexample stands in the order of discovery beside the slots, where it never gets in the way.
pub(super) struct Table {
    slots: Vec<u64>,
    /// In the order of discovery.
    fingerprints: Vec<u64>,
    /// The number of the state from which each was found first.
    parents: Vec<u32>,
    len: u32,
    max: u32,
}

/// How a fingerprint is kept.
pub(super) const fn key(fingerprint: u64) -> u64 {
    if fingerprint == EMPTY { 1 } else { fingerprint }
}

impl Table {
    /// A table for so many states at most.
    pub(super) fn new(max: u32) -> Self {
        Self { slots: vec![EMPTY; SLOTS], fingerprints: Vec::new(), parents: Vec::new(), len: 0, max }
    }

    /// Adds a state that was found from another.
    pub(super) fn insert(&mut self, fingerprint: u64, parent: u32) -> Insert {
        let key = key(fingerprint);
        let mut place = self.home(key);
        while self.slots[place] != EMPTY {
            if self.slots[place] == key {
                return Insert::Known;
            }
            place = self.after(place);
        }
        if self.len == self.max {
            return Insert::Full;
        }
        self.slots[place] = key;
        self.fingerprints.push(key);
        self.parents.push(parent);
        let number = self.len;
        self.len += 1;
        if self.fingerprints.len() > self.slots.len() / 8 * 5 {
            self.grow();
        }
        Insert::New(number)
    }

    /// How many states there are.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// The keys from a state back to the initial state from which it was found.
    pub(super) fn ancestry(&self, number: u32) -> Vec<u64> {
        let mut keys = Vec::new();
        let mut at = number;
        while at != ROOT {
            keys.push(self.fingerprints[at as usize]);
            at = self.parents[at as usize];
        }
        keys
    }

    fn home(&self, key: u64) -> usize {
        usize::try_from(key & (self.slots.len() as u64 - 1)).expect("a slot of a table in memory")
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let twice = vec![EMPTY; self.slots.len() * 2];
        let before = std::mem::replace(&mut self.slots, twice);
        for key in before.into_iter().filter(|key| *key != EMPTY) {
            let mut place = self.home(key);
            while self.slots[place] != EMPTY {
                place = self.after(place);
            }
            self.slots[place] = key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fingerprint;
    use super::{Insert, ROOT, Table};
    use std::collections::BTreeSet;

    #[test]
    fn what_is_inserted_is_known_also_after_the_table_has_grown() {
        let mut table = Table::new(u32::MAX - 1);
        let mut set = BTreeSet::new();
        for word in 0..100_000_u64 {
            // Every number twice, not in a row.
            let fingerprint = fingerprint(&[word * 7 % 50_000]);
            let expected = if set.insert(fingerprint) { Insert::New(table.len()) } else { Insert::Known };
            assert_eq!(table.insert(fingerprint, ROOT), expected, "{word}");
        }
        assert_eq!(table.len(), 50_000);
    }

    /// All of these would like the same slot, and the last ones wrap around.
    #[test]
    fn fingerprints_with_the_same_low_bits_are_told_apart() {
        let mut table = Table::new(u32::MAX - 1);
        let of = |number: u32| (u64::from(number) << 32) | 0xFFF;
        for number in 0..1_000 {
            assert_eq!(table.insert(of(number), ROOT), Insert::New(number));
        }
        for number in 0..1_000 {
            assert_eq!(table.insert(of(number), ROOT), Insert::Known);
        }
    }

    #[test]
    fn zero_is_a_fingerprint_like_any_other() {
        let mut table = Table::new(u32::MAX - 1);
        assert_eq!(table.insert(0, ROOT), Insert::New(0));
        assert_eq!(table.insert(0, ROOT), Insert::Known);
        assert_eq!(table.insert(2, 0), Insert::New(1));
        assert_eq!(table.ancestry(1), [2, 1]);
    }

    #[test]
    fn a_full_table_still_knows_what_it_holds() {
        let mut table = Table::new(2);
        assert_eq!(table.insert(5, ROOT), Insert::New(0));
        assert_eq!(table.insert(6, 0), Insert::New(1));
        assert_eq!(table.insert(7, 1), Insert::Full);
        assert_eq!(table.insert(7, 1), Insert::Full);
        assert_eq!(table.insert(5, 1), Insert::Known);
        assert_eq!(table.len(), 2);
    }
}
