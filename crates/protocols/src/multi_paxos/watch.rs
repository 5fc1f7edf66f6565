//! What the acceptors have accepted in each slot, and what is chosen there because of it, whether anybody knows or
//! not.

use super::ballot::Ballot;
use super::log::Entry;
use super::node::bit;
use consistory_kernel::{Chunks, ProcessId, Time};

/// Every slot, as a witness of all acceptors sees it.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Slots {
    watched: Chunks<Watched>,
}

/// One slot.
#[derive(Clone, Debug, Default, Hash)]
struct Watched {
    /// Every proposal that was ever accepted here.
    tallies: Vec<Tally>,
    chosen: Option<Chosen>,
    /// When the first proposal was accepted.
    appeared: Time,
}

/// Who has accepted a proposal.
#[derive(Clone, Copy, Debug, Hash)]
struct Tally {
    ballot: Ballot,
    /// The digest of the command.
    command: u64,
    /// One bit a node; also those that have accepted a higher proposal since.
    nodes: u16,
}

/// The value that is chosen.
#[derive(Clone, Copy, Debug, Hash)]
struct Chosen {
    /// The lowest ballot in which it is known to be chosen.
    ballot: Ballot,
    /// The digest of the command.
    command: u64,
    /// Whether some node has learned it.
    known: bool,
}

/// What an observation comes to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// Something is chosen now in a slot in which nothing was.
    pub(super) chosen: bool,
    /// Something is chosen, or held to be, although something else is chosen.
    pub(super) disagrees: bool,
    /// Nodes that have accepted another value than the one that is chosen in a lower ballot, one bit each.
    pub(super) unstable: u16,
    /// How long it took from the first proposal in the slot until somebody knew what is chosen, if nobody knew
    /// before.
    pub(super) latency: Option<Time>,
}

impl Slots {
    /// A node accepts a proposal.
    pub(super) fn accept(&mut self, entry: Entry, node: ProcessId, majority: u32, time: Time) -> Outcome {
        let Entry { slot, ballot, command } = entry;
        let command = command.digest();
        let mut outcome = Outcome::default();
        let watched = self.at(slot);
        if watched.tallies.is_empty() {
            watched.appeared = time;
        }
        if watched.chosen.is_some_and(|chosen| ballot > chosen.ballot && command != chosen.command) {
            outcome.unstable |= bit(node);
        }
        let known = watched.tallies.iter().position(|tally| tally.ballot == ballot && tally.command == command);
        let place = known.unwrap_or(watched.tallies.len());
        if known.is_none() {
            watched.tallies.push(Tally { ballot, command, nodes: 0 });
        }
        let tally = &mut watched.tallies[place];
        tally.nodes |= bit(node);
        if tally.nodes.count_ones() >= majority {
            watched.choose(Chosen { ballot, command, known: false }, &mut outcome);
        }
        outcome
    }

    /// A node learns that a value is chosen.
    pub(super) fn learn(&mut self, entry: Entry, time: Time) -> Outcome {
        let mut outcome = Outcome::default();
        let watched = self.at(entry.slot);
        if watched.chosen.is_none_or(|chosen| !chosen.known) {
            outcome.latency = Some(time - watched.appeared);
        }
        let chosen = Chosen { ballot: entry.ballot, command: entry.command.digest(), known: true };
        watched.choose(chosen, &mut outcome);
        outcome
    }

    /// A node has crashed before a proposal that it had accepted was certainly on its disk; what was chosen only
    /// because of that, and known to nobody, may not be chosen.
    pub(super) fn forget(&mut self, slot: u32, ballot: Ballot, node: ProcessId, majority: u32) {
        let watched = self.at(slot);
        for tally in watched.tallies.iter_mut().filter(|tally| tally.ballot == ballot) {
            tally.nodes &= !bit(node);
        }
        let Some(chosen) = watched.chosen.filter(|chosen| !chosen.known && chosen.ballot == ballot) else { return };
        let still = |tally: &Tally| tally.command == chosen.command && tally.nodes.count_ones() >= majority;
        if !watched.tallies.iter().any(still) {
            watched.chosen = None;
        }
    }

    fn at(&mut self, slot: u32) -> &mut Watched {
        let place = slot.saturating_sub(1) as usize;
        while self.watched.len() <= place {
            self.watched.push(Watched::default());
        }
        self.watched.get_mut(place).expect("the slots have just been made up to this one")
    }
}

impl Watched {
    fn choose(&mut self, new: Chosen, outcome: &mut Outcome) {
        if let Some(old) = &mut self.chosen {
            outcome.disagrees |= old.command != new.command;
            old.known |= new.known;
            if old.command == new.command {
                old.ballot = old.ballot.min(new.ballot);
            }
            return;
        }
        outcome.chosen = true;
        let rivals = self.tallies.iter().filter(|tally| tally.ballot > new.ballot && tally.command != new.command);
        outcome.unstable |= rivals.fold(0, |nodes, tally| nodes | tally.nodes);
        self.chosen = Some(new);
    }
}
