//! What nodes send each other: the log is shipped and stored; a failover fences and is answered.

use super::log::{Entry, Epoch, Position};
use consistory_kernel::Time;

/// What nodes send each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// A primary ships its log; without entries it is a heartbeat.
    Replicate(Replicate),
    /// A backup's answer to it.
    Stored {
        /// The epoch that it answers; of a refusal, the refuser's own, which is higher.
        epoch: Epoch,
        /// What became of the entries.
        outcome: Outcome,
        /// Until when the backup takes part in no fence, as the primary's clock will show it; 0 where it promises nothing.
        granted: Time,
    },
    /// A candidate asks: refuse every lower epoch from now on, and tell me what you have that I lack.
    Fence {
        /// The candidate's epoch.
        epoch: Epoch,
        /// Where the candidate's log ends.
        last: Position,
        /// The index from which it would have entries.
        next: u32,
    },
    /// The answer to it.
    Fenced {
        /// The epoch that it answers; of a refusal, the refuser's own, which is higher.
        epoch: Epoch,
        /// Whether it promises.
        answer: FenceAnswer,
    },
}

/// A piece of a primary's log, and its request for a lease.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replicate {
    /// The primary's epoch.
    pub epoch: Epoch,
    /// The entry just before the new ones.
    pub previous: Position,
    /// The entries that follow it.
    pub entries: Vec<Entry>,
    /// The highest index that the primary knows to be acknowledged.
    pub acknowledged: u32,
    /// What the primary's own clock showed.
    pub stamp: Time,
    /// How long a lease it asks for, in microseconds; 0 for none.
    pub lease: Time,
}

/// What became of shipped entries. Messages are not paired with their requests, so the answer says what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// On disk: the log matches the primary's up to that index.
    Stored {
        /// The index before the shipped entries, plus their number.
        last: u32,
    },
    /// The log has no such entry before them.
    Mismatch {
        /// The index at which they were to join.
        previous: u32,
        /// The epoch of the entry that stands there instead; `None` where the log is too short.
        conflict: Option<Epoch>,
        /// The first index of that epoch, or the first index past the log: how far the primary may back up.
        first: u32,
    },
    /// The sender's epoch is over.
    Refused,
}

/// Whether a node lets itself be fenced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FenceAnswer {
    /// It refuses every lower epoch from now on.
    Promised {
        /// Where its log ends.
        last: Position,
        /// The entry just before the ones that it hands over.
        previous: Position,
        /// What it hands over: part of its log, if that is more advanced than the candidate's.
        entries: Vec<Entry>,
    },
    /// It has promised a higher epoch.
    Refused,
}

/// Bytes of so many entries.
fn bytes(entries: &[Entry]) -> u32 {
    28 * u32::try_from(entries.len()).unwrap_or(u32::MAX / 28)
}

impl Message {
    /// The epoch that the message names.
    pub fn epoch(&self) -> Epoch {
        match self {
            Self::Replicate(shipped) => shipped.epoch,
            Self::Stored { epoch, .. } | Self::Fence { epoch, .. } | Self::Fenced { epoch, .. } => *epoch,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 4 bytes a number, 8 a time or an epoch, 28 an entry.
    pub fn size(&self) -> u32 {
        match self {
            Self::Replicate(shipped) => 60 + bytes(&shipped.entries),
            Self::Stored { .. } => 53,
            Self::Fence { .. } => 44,
            Self::Fenced { answer: FenceAnswer::Promised { entries, .. }, .. } => 53 + bytes(entries),
            Self::Fenced { answer: FenceAnswer::Refused, .. } => 29,
        }
    }
}
