//! Tags and versions, and what replicas send each other.

use crate::kv::Key;
use consistory_kernel::ProcessId;

/// What orders the writes of a register: by number, then by writer (Lynch and Shvartsman 1997).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The number, from 1; the paper's label.
    pub number: u32,
    /// The replica that coordinated the write: two writers may come to the same number.
    pub writer: ProcessId,
}

impl Tag {
    /// The tag before the first write.
    pub const INITIAL: Self = Self { number: 0, writer: ProcessId(0) };
}

/// A value with the tag of the write that it stems from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// The tag.
    pub tag: Tag,
    /// The value; none before the first write.
    pub value: Option<i64>,
}

impl Version {
    /// What a register holds before the first write.
    pub const INITIAL: Self = Self { tag: Tag::INITIAL, value: None };
}

/// One phase of one operation, so that an answer to an earlier phase, or to a life that a crash ended, is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Round {
    /// How often the coordinator has booted.
    pub life: u32,
    /// Which of the phases in that life, from 1.
    pub number: u32,
}

/// What an update is for. It changes nothing of what is stored: notes and pictures tell a write from a read by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A client's write.
    Write,
    /// A read writes back what it is about to return.
    Read,
}

/// What replicas send each other. The sender is the coordinator, or the replica that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// The coordinator asks for the tag and the value.
    Query {
        /// The phase that it belongs to.
        round: Round,
        /// Which register.
        key: Key,
    },
    /// What the replica holds.
    QueryReply {
        /// The round of the query.
        round: Round,
        /// Which register.
        key: Key,
        /// Its copy.
        version: Version,
    },
    /// The coordinator asks to store a version, unless the replica holds a newer one.
    Update {
        /// The phase that it belongs to.
        round: Round,
        /// Which register.
        key: Key,
        /// What to store.
        version: Version,
        /// What it is for.
        cause: Cause,
    },
    /// The replica holds that version or a newer one, on its disk.
    UpdateReply {
        /// The round of the update.
        round: Round,
    },
}

impl Message {
    /// The phase of the coordinator that it belongs to.
    pub fn round(&self) -> Round {
        match self {
            Self::Query { round, .. }
            | Self::QueryReply { round, .. }
            | Self::Update { round, .. }
            | Self::UpdateReply { round } => *round,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 8 bytes each for a round, a key and a value, 6 bytes a tag, 1 byte a cause.
    pub fn size(&self) -> u32 {
        match self {
            Self::Query { .. } => 36,
            Self::QueryReply { .. } => 50,
            Self::Update { .. } => 51,
            Self::UpdateReply { .. } => 28,
        }
    }
}
