//! The log: slots numbered from 1, each with the proposal last accepted there, and whether it is known to be chosen.
//! Unlike Raft's, it may have holes.

use super::ballot::Ballot;
use crate::kv::{Key, Op};
use consistory_kernel::{Chunks, Digest, ProcessId};
use core::hash::Hash;

/// A command for the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Nothing: what a new leader proposes in a slot in which nobody is known to have accepted anything.
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
    /// An operation that the run starts with; nobody waits for it.
    Given(Op),
}

impl Command {
    /// What a slot starts with, accepted in a round: `x ← 1135` for slot 135 of round 1, so that two rounds differ.
    pub fn given(slot: u32, round: u32) -> Self {
        let key = Key([b'x', 0, 0, 0, 0, 0, 0, 0]);
        Self::Given(Op::Write(key, 1_000 * i64::from(round) + i64::from(slot)))
    }

    /// Whether it is a client's operation with that serial number.
    pub fn is_request(&self, client: ProcessId, serial: u32) -> bool {
        matches!(self, Self::Client { client: whose, serial: which, .. } if *whose == client && *which == serial)
    }

    /// A digest of it: equal digests mean equal commands.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        self.hash(&mut digest);
        digest.value()
    }
}

/// A proposal in some slot: "a proposal consists of a proposal number and a value" (Paxos Made Simple, §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proposal {
    /// The ballot in which it was proposed.
    pub ballot: Ballot,
    /// The value.
    pub command: Command,
}

/// A proposal and its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The slot, from 1: the instance of Paxos.
    pub slot: u32,
    /// The ballot in which it was proposed.
    pub ballot: Ballot,
    /// The value.
    pub command: Command,
}

impl Entry {
    /// The proposal without its slot.
    pub fn proposal(&self) -> Proposal {
        Proposal { ballot: self.ballot, command: self.command }
    }
}

#[derive(Clone, Copy, Debug, Default, Hash)]
struct Slot {
    accepted: Option<Proposal>,
    chosen: bool,
}

/// The log.
#[derive(Clone, Debug, Default, Hash)]
pub struct Log {
    slots: Chunks<Slot>,
    prefix: u32,
}

impl Log {
    /// Accepts a proposal, in place of what was accepted in its slot before.
    pub fn accept(&mut self, entry: Entry) {
        if let Some(slot) = self.reach(entry.slot) {
            slot.accepted = Some(entry.proposal());
        }
    }

    /// Remembers that a value is chosen. A proposal of a higher ballot that was accepted there keeps its ballot; its
    /// value is the same (P2b).
    pub fn choose(&mut self, entry: Entry) {
        if let Some(slot) = self.reach(entry.slot) {
            let ballot = slot.accepted.map_or(entry.ballot, |held| held.ballot.max(entry.ballot));
            slot.accepted = Some(Proposal { ballot, command: entry.command });
            slot.chosen = true;
        }
        while self.is_chosen(self.prefix + 1) {
            self.prefix += 1;
        }
    }

    /// The slot of that number, for writing; the log grows up to it.
    fn reach(&mut self, slot: u32) -> Option<&mut Slot> {
        let place = slot.checked_sub(1)? as usize;
        while self.slots.len() <= place {
            self.slots.push(Slot::default());
        }
        self.slots.get_mut(place)
    }

    /// Up to this slot, everything is known to be chosen.
    pub fn prefix(&self) -> u32 {
        self.prefix
    }

    /// The last slot in which something was accepted; 0 when the log is empty.
    pub fn last(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// What was last accepted in a slot; `None` for a hole and past the end.
    pub fn proposal(&self, slot: u32) -> Option<Proposal> {
        self.slots.get(slot.checked_sub(1)? as usize)?.accepted
    }

    /// What was last accepted in a slot, with the slot.
    pub fn entry(&self, slot: u32) -> Option<Entry> {
        self.proposal(slot).map(|Proposal { ballot, command }| Entry { slot, ballot, command })
    }

    /// Whether a slot is known to be chosen.
    pub fn is_chosen(&self, slot: u32) -> bool {
        let place = slot.checked_sub(1).map(|place| place as usize);
        place.and_then(|place| self.slots.get(place)).is_some_and(|slot| slot.chosen)
    }

    /// Everything accepted from a slot on, in order.
    pub fn entries_from(&self, first: u32) -> Vec<Entry> {
        (first.max(1)..=self.last()).filter_map(|slot| self.entry(slot)).collect()
    }

    /// Up to `most` entries that are known to be chosen, from one slot to another, both included.
    pub fn chosen_between(&self, first: u32, last: u32, most: u32) -> Vec<Entry> {
        let slots = (first.max(1)..=last.min(self.last())).filter(|slot| self.is_chosen(*slot));
        slots.filter_map(|slot| self.entry(slot)).take(most as usize).collect()
    }

    /// Whether a slot holds a client's operation with that serial number.
    pub fn holds_request(&self, slot: u32, client: ProcessId, serial: u32) -> bool {
        self.proposal(slot).is_some_and(|held| held.command.is_request(client, serial))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ballot, Command, Entry, Log};
    use consistory_kernel::ProcessId;

    fn entry(slot: u32, round: u32) -> Entry {
        Entry { slot, ballot: Ballot { round, node: ProcessId(0) }, command: Command::given(slot, round) }
    }

    fn slots(entries: &[Entry]) -> Vec<u32> {
        entries.iter().map(|entry| entry.slot).collect()
    }

    #[test]
    fn a_log_may_have_holes() {
        let mut log = Log::default();
        log.accept(entry(2, 1));
        log.accept(entry(5, 1));
        assert_eq!((log.last(), log.prefix()), (5, 0));
        assert_eq!((log.proposal(1), log.proposal(0), log.proposal(6)), (None, None, None));
        assert_eq!(slots(&log.entries_from(1)), [2, 5]);
        assert_eq!(slots(&log.entries_from(3)), [5]);
    }

    #[test]
    fn the_prefix_grows_over_what_was_chosen_out_of_order() {
        let mut log = Log::default();
        for slot in [1, 2, 4, 5] {
            log.choose(entry(slot, 1));
        }
        assert_eq!(log.prefix(), 2);
        log.choose(entry(3, 1));
        assert_eq!(log.prefix(), 5);
        assert_eq!(slots(&log.chosen_between(2, 9, 3)), [2, 3, 4]);
    }

    #[test]
    fn a_later_ballot_replaces_and_a_choice_keeps_the_higher_ballot() {
        let mut log = Log::default();
        log.accept(entry(1, 1));
        log.accept(entry(1, 3));
        assert_eq!(log.entry(1), Some(entry(1, 3)));
        log.choose(Entry { ballot: Ballot { round: 2, node: ProcessId(0) }, ..entry(1, 3) });
        assert!(log.is_chosen(1));
        assert_eq!(log.entry(1), Some(entry(1, 3)));
        assert_ne!(Command::given(1, 1).digest(), Command::given(1, 3).digest());
    }
}
