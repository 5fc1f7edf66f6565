//! Ballots and votes, and what nodes send each other.

use crate::consensus::Proposal;
use consistory_kernel::ProcessId;

/// The number of a proposal ("Paxos Made Simple", §2.2): ordered by round, then by proposer, so that no two proposers
/// use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// The round, from 1.
    pub round: u32,
    /// Whose ballot it is.
    pub proposer: ProcessId,
}

impl Ballot {
    /// Below every ballot: what an acceptor has promised that has promised nothing.
    pub const NONE: Self = Self { round: 0, proposer: ProcessId(0) };
}

impl Default for Ballot {
    fn default() -> Self {
        Self::NONE
    }
}

/// An accepted proposal: a ballot and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vote {
    /// The ballot.
    pub ballot: Ballot,
    /// The value.
    pub value: Proposal,
}

/// What nodes send each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Phase 1: a proposer asks for a promise.
    Prepare {
        /// The proposer's ballot.
        ballot: Ballot,
    },
    /// Phase 1: an acceptor promises to accept nothing below that ballot.
    Promise {
        /// The ballot.
        ballot: Ballot,
        /// The highest-numbered proposal that it has accepted.
        accepted: Option<Vote>,
    },
    /// Phase 2: a proposer asks to accept.
    Accept(Vote),
    /// Phase 2: an acceptor has accepted. It also answers [`Message::Ask`].
    Accepted(Vote),
    /// An acceptor has promised a higher ballot.
    Nack {
        /// The ballot that it refuses.
        ballot: Ballot,
        /// The ballot that it has promised.
        promised: Ballot,
    },
    /// A learner asks an acceptor what it has accepted.
    Ask,
    /// The acceptor has accepted nothing.
    Nothing,
    /// A learner that cannot tell what is chosen asks a proposer to issue a proposal.
    Urge,
    /// Somebody knows what is chosen.
    Chosen {
        /// The value.
        value: Proposal,
        /// Who is known to know it, one bit a node.
        known: u16,
    },
    /// A proposer hands its client's value to the distinguished proposer.
    Forward {
        /// The value.
        value: Proposal,
    },
    /// A proposer tells the others that it is up.
    Alive,
}

impl Message {
    /// The ballot that it belongs to.
    pub fn ballot(&self) -> Option<Ballot> {
        match self {
            Self::Prepare { ballot } | Self::Promise { ballot, .. } | Self::Nack { ballot, .. } => Some(*ballot),
            Self::Accept(vote) | Self::Accepted(vote) => Some(vote.ballot),
            Self::Ask | Self::Nothing | Self::Urge | Self::Chosen { .. } | Self::Forward { .. } | Self::Alive => None,
        }
    }

    /// The kind, in the order of the names in the registry.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Prepare { .. } => 0,
            Self::Promise { .. } => 1,
            Self::Accept(_) => 2,
            Self::Accepted(_) => 3,
            Self::Nack { .. } => 4,
            Self::Ask => 5,
            Self::Nothing => 6,
            Self::Urge => 7,
            Self::Chosen { .. } => 8,
            Self::Forward { .. } => 9,
            Self::Alive => 10,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 6 bytes a ballot, 14 bytes a value, 2 bytes a set of nodes.
    pub fn size(&self) -> u32 {
        match self {
            Self::Ask | Self::Nothing | Self::Urge | Self::Alive => 20,
            Self::Prepare { .. } | Self::Promise { accepted: None, .. } => 26,
            Self::Nack { .. } => 32,
            Self::Forward { .. } => 34,
            Self::Chosen { .. } => 36,
            Self::Accept(_) | Self::Accepted(_) => 40,
            Self::Promise { accepted: Some(_), .. } => 46,
        }
    }
}
