//! What nodes send each other: the two phases, their refusal, the leader's heartbeat, and catching up.

use super::ballot::Ballot;
use super::log::Entry;
use consistory_kernel::Time;

/// What nodes send each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Phase 1a, for every slot from one on: promise this ballot, and tell what you have accepted there.
    Prepare {
        /// The candidate's ballot.
        ballot: Ballot,
        /// The first slot that the candidate does not know to be chosen.
        from: u32,
    },
    /// Phase 1b: no lower ballot will be accepted any more.
    Promise {
        /// The ballot that is promised.
        ballot: Ballot,
        /// Up to this slot the acceptor knows everything to be chosen.
        chosen: u32,
        /// Everything that it has accepted from the candidate's slot on.
        accepted: Vec<Entry>,
    },
    /// Phase 2a, for one slot: accept this proposal.
    Accept {
        /// The proposal, in the leader's ballot.
        entry: Entry,
        /// Up to this slot the leader knows everything to be chosen.
        chosen: u32,
    },
    /// Phase 2b: the proposal is accepted.
    Accepted {
        /// Its ballot.
        ballot: Ballot,
        /// Its slot.
        slot: u32,
    },
    /// The ballot is too low: a higher one has been promised.
    Nack {
        /// The ballot that is refused.
        refused: Ballot,
        /// The ballot that was promised.
        promised: Ballot,
    },
    /// The leader leads on.
    Heartbeat {
        /// The leader's ballot.
        ballot: Ballot,
        /// Up to this slot the leader knows everything to be chosen.
        chosen: u32,
        /// What the leader's own clock showed.
        stamp: Time,
    },
    /// The lease that the heartbeat asked for is granted.
    HeartbeatReply {
        /// The leader's ballot.
        ballot: Ballot,
        /// What the leader's own clock showed when it asked.
        stamp: Time,
    },
    /// A node that lacks chosen slots asks for them.
    CatchUp {
        /// The first slot that it lacks.
        from: u32,
        /// The last slot that it has heard to be chosen.
        to: u32,
    },
    /// The answer: entries that are chosen.
    Chosen {
        /// Some of those that were asked for, in order.
        entries: Vec<Entry>,
    },
}

/// Bytes of so many entries.
fn bytes(entries: &[Entry]) -> u32 {
    32 * u32::try_from(entries.len()).unwrap_or(u32::MAX / 64)
}

impl Message {
    /// The ballot that the message is about; what is chosen is so in every ballot.
    pub fn ballot(&self) -> Option<Ballot> {
        match self {
            Self::Prepare { ballot, .. }
            | Self::Promise { ballot, .. }
            | Self::Accepted { ballot, .. }
            | Self::Heartbeat { ballot, .. }
            | Self::HeartbeatReply { ballot, .. } => Some(*ballot),
            Self::Accept { entry, .. } => Some(entry.ballot),
            Self::Nack { promised, .. } => Some(*promised),
            Self::CatchUp { .. } | Self::Chosen { .. } => None,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 4 bytes a number, 8 a time or a ballot, 32 an entry.
    pub fn size(&self) -> u32 {
        match self {
            Self::Prepare { .. } | Self::Accepted { .. } => 32,
            Self::Promise { accepted, .. } => 32 + bytes(accepted),
            Self::Accept { .. } => 56,
            Self::Nack { .. } | Self::HeartbeatReply { .. } => 36,
            Self::Heartbeat { .. } => 40,
            Self::CatchUp { .. } => 28,
            Self::Chosen { entries } => 20 + bytes(entries),
        }
    }
}
