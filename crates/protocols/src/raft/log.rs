//! The replicated log: entries numbered from 1, each with the digest of everything up to it.

use crate::kv::Op;
use consistory_kernel::{Chunks, Digest, ProcessId};
use core::hash::Hash;

/// One log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The term in which a leader received it.
    pub term: u32,
    /// What it does to the state machine.
    pub command: Command,
}

/// A command for the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Nothing: the entry with which a leader starts its term, so that it learns what is committed (§8).
    NoOp,
    /// A client's operation, with what makes it apply once.
    Client {
        /// Who asked.
        client: ProcessId,
        /// The number of the operation at its client.
        serial: u32,
        /// The operation.
        op: Op,
    },
}

/// Where a log ends, or an entry stands: index and term. Index 0 with term 0 stands before the first entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// The index, from 1.
    pub index: u32,
    /// The term of the entry there.
    pub term: u32,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Slot {
    entry: Entry,
    chain: u64,
}

/// The log.
#[derive(Clone, Debug, Default, Hash)]
pub struct Log {
    slots: Chunks<Slot>,
}

impl Log {
    /// Appends an entry at the next index.
    pub fn append(&mut self, entry: Entry) {
        let mut digest = Digest::default();
        digest.word(self.chain(self.last_index()));
        entry.hash(&mut digest);
        self.slots.push(Slot { entry, chain: digest.value() });
    }

    /// Removes the entry at `index` and all that follow it.
    pub fn truncate_from(&mut self, index: u32) {
        self.slots.truncate(index.saturating_sub(1) as usize);
    }

    /// The index of the last entry; 0 when the log is empty.
    pub fn last_index(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// Where the log ends.
    pub fn last(&self) -> Position {
        let index = self.last_index();
        Position { index, term: self.term(index).unwrap_or(0) }
    }

    /// The term of the entry at `index`; 0 at index 0; `None` past the end.
    pub fn term(&self, index: u32) -> Option<u32> {
        match index.checked_sub(1) {
            None => Some(0),
            Some(slot) => self.slots.get(slot as usize).map(|slot| slot.entry.term),
        }
    }

    /// The entry at `index`.
    pub fn entry(&self, index: u32) -> Option<Entry> {
        self.slots.get(index.checked_sub(1)? as usize).map(|slot| slot.entry)
    }

    /// A digest of all entries up to `index`: equal digests mean equal logs up to there. 0 at index 0 and past the end.
    pub fn chain(&self, index: u32) -> u64 {
        index.checked_sub(1).and_then(|slot| self.slots.get(slot as usize)).map_or(0, |slot| slot.chain)
    }

    /// Up to `most` entries from `index` on.
    pub fn entries_from(&self, index: u32, most: u32) -> Vec<Entry> {
        if index > self.last_index() {
            return Vec::new();
        }
        let start = index.max(1) as usize - 1;
        self.slots.iter_from(start).take(most as usize).map(|slot| slot.entry).collect()
    }

    /// The first index of the run of entries that has the same term as the entry at `index`.
    pub fn first_of_term_at(&self, index: u32) -> u32 {
        let term = self.term(index);
        let before = (1..=index).rev().take_while(|earlier| self.term(*earlier) == term);
        before.last().unwrap_or(index)
    }

    /// The last index whose entry has that term, at or before `limit`.
    pub fn last_of_term(&self, term: u32, limit: u32) -> Option<u32> {
        let candidates = (1..=limit.min(self.last_index())).rev();
        candidates.take_while(|index| self.term(*index) >= Some(term)).find(|index| self.term(*index) == Some(term))
    }

    /// Whether that index is within the log and holds a client's operation with that serial number.
    pub fn holds_request(&self, index: u32, client: ProcessId, serial: u32) -> bool {
        let held = self.entry(index).map(|entry| entry.command);
        matches!(held, Some(Command::Client { client: whose, serial: which, .. }) if whose == client && which == serial)
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Entry, Log, Position};

    fn log(terms: &[u32]) -> Log {
        let mut log = Log::default();
        for term in terms {
            log.append(Entry { term: *term, command: Command::NoOp });
        }
        log
    }

    #[test]
    fn indices_start_at_one() {
        let log = log(&[1, 1, 4]);
        assert_eq!(log.last(), Position { index: 3, term: 4 });
        assert_eq!((log.term(0), log.term(1), log.term(4)), (Some(0), Some(1), None));
        assert_eq!(log.entries_from(2, 10).len(), 2);
        assert_eq!(log.entries_from(4, 10).len(), 0);
        assert_eq!(Log::default().last(), Position::default());
    }

    #[test]
    fn the_chain_tells_prefixes_apart() {
        let (one, other) = (log(&[1, 1, 4]), log(&[1, 2, 4]));
        assert_eq!(one.chain(1), other.chain(1));
        assert_ne!(one.chain(2), other.chain(2));
        assert_ne!(one.chain(3), other.chain(3), "same entry, different prefix");
    }

    #[test]
    fn runs_of_a_term_are_found() {
        let log = log(&[1, 1, 4, 4, 5]);
        assert_eq!(log.first_of_term_at(4), 3);
        assert_eq!(log.first_of_term_at(2), 1);
        assert_eq!(log.last_of_term(4, 5), Some(4));
        assert_eq!(log.last_of_term(3, 5), None);
        assert_eq!(log.last_of_term(1, 1), Some(1));
    }
}
