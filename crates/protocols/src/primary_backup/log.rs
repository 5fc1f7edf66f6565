//! The log that is shipped: entries numbered from 1, each with the digest of everything up to it.

use crate::kv::Op;
use consistory_kernel::{Chunks, Digest, ProcessId};
use core::hash::Hash;

/// A time of office. Epochs are ordered by round, then by node, so that no two candidates ever claim the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// Counts up with every failover that somebody begins.
    pub round: u32,
    /// Whose office it is.
    pub node: ProcessId,
}

impl Epoch {
    /// Before every epoch: where the log begins.
    pub const NONE: Self = Self { round: 0, node: ProcessId(0) };
    /// The boot configuration that every fresh disk agrees on: the first node is the primary.
    pub const BOOT: Self = Self { round: 1, node: ProcessId(0) };
}

impl Default for Epoch {
    fn default() -> Self {
        Self::NONE
    }
}

/// Where a log ends, or an entry stands. Of two logs, the one that ends at the greater position is more advanced: the
/// epoch of the last entry counts first, then the length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The epoch of the entry there.
    pub epoch: Epoch,
    /// The index, from 1; 0 before the first entry.
    pub index: u32,
}

/// One log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The epoch whose primary appended it.
    pub epoch: Epoch,
    /// What it does to the state machine.
    pub command: Command,
}

/// A command for the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Nothing: the mark with which a primary begins. What is acknowledged up to it covers all that came before.
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
        self.position(self.last_index())
    }

    /// The position of the entry at `index`, which must not be past the end.
    pub fn position(&self, index: u32) -> Position {
        Position { epoch: self.epoch(index).unwrap_or(Epoch::NONE), index }
    }

    /// The epoch of the entry at `index`; [`Epoch::NONE`] at index 0; `None` past the end.
    pub fn epoch(&self, index: u32) -> Option<Epoch> {
        match index.checked_sub(1) {
            None => Some(Epoch::NONE),
            Some(slot) => self.slots.get(slot as usize).map(|slot| slot.entry.epoch),
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

    /// The first index of the run of entries that has the same epoch as the entry at `index`.
    pub fn first_of_epoch_at(&self, index: u32) -> u32 {
        let epoch = self.epoch(index);
        let before = (1..=index).rev().take_while(|earlier| self.epoch(*earlier) == epoch);
        before.last().unwrap_or(index)
    }

    /// The last index whose entry has that epoch, at or before `limit`.
    pub fn last_of_epoch(&self, epoch: Epoch, limit: u32) -> Option<u32> {
        let candidates = (1..=limit.min(self.last_index())).rev();
        candidates.take_while(|index| self.epoch(*index) >= Some(epoch)).find(|index| self.epoch(*index) == Some(epoch))
    }

    /// Whether that index is within the log and holds a client's operation with that serial number.
    pub fn holds_request(&self, index: u32, client: ProcessId, serial: u32) -> bool {
        let held = self.entry(index).map(|entry| entry.command);
        matches!(held, Some(Command::Client { client: whose, serial: which, .. }) if whose == client && which == serial)
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Entry, Epoch, Log, Position};
    use consistory_kernel::ProcessId;

    fn epoch(round: u32) -> Epoch {
        Epoch { round, node: ProcessId(0) }
    }

    fn log(rounds: &[u32]) -> Log {
        let mut log = Log::default();
        for round in rounds {
            log.append(Entry { epoch: epoch(*round), command: Command::NoOp });
        }
        log
    }

    #[test]
    fn indices_start_at_one() {
        let log = log(&[1, 1, 4]);
        assert_eq!(log.last(), Position { epoch: epoch(4), index: 3 });
        assert_eq!((log.epoch(0), log.epoch(1), log.epoch(4)), (Some(Epoch::NONE), Some(epoch(1)), None));
        assert_eq!(log.entries_from(2, 10).len(), 2);
        assert_eq!(log.entries_from(4, 10).len(), 0);
        assert_eq!(Log::default().last(), Position::default());
    }

    #[test]
    fn the_epoch_of_the_last_entry_counts_before_the_length() {
        assert!(log(&[1, 2]).last() > log(&[1, 1, 1]).last());
        assert!(log(&[1, 1]).last() < log(&[1, 1, 1]).last());
        let (low, high) = (Epoch { round: 2, node: ProcessId(1) }, Epoch { round: 2, node: ProcessId(2) });
        assert!(Epoch::NONE < Epoch::BOOT && Epoch::BOOT < low && low < high && high < epoch(3));
    }

    #[test]
    fn the_chain_tells_prefixes_apart() {
        let (one, other) = (log(&[1, 1, 4]), log(&[1, 2, 4]));
        assert_eq!(one.chain(1), other.chain(1));
        assert_ne!(one.chain(2), other.chain(2));
        assert_ne!(one.chain(3), other.chain(3), "same entry, different prefix");
    }

    #[test]
    fn runs_of_an_epoch_are_found() {
        let log = log(&[1, 1, 4, 4, 5]);
        assert_eq!(log.first_of_epoch_at(4), 3);
        assert_eq!(log.first_of_epoch_at(2), 1);
        assert_eq!(log.last_of_epoch(epoch(4), 5), Some(4));
        assert_eq!(log.last_of_epoch(epoch(3), 5), None);
        assert_eq!(log.last_of_epoch(epoch(1), 1), Some(1));
    }
}
