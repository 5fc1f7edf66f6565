//! Ballots, also called proposal numbers.

use consistory_kernel::ProcessId;

/// A ballot: a round, and the node whose it is. Ballots are totally ordered, and no two nodes have one in common,
/// since "different proposers choose their numbers from disjoint sets of numbers" (Paxos Made Simple, §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// The round, from 1; it counts first.
    pub round: u32,
    /// The node that may propose in it.
    pub node: ProcessId,
}

impl Ballot {
    /// Lower than every ballot that somebody begins.
    pub const NONE: Self = Self { round: 0, node: ProcessId(0) };
}

impl Default for Ballot {
    fn default() -> Self {
        Self::NONE
    }
}
