//! What nodes log, and what is on their disks.

use crate::kv::Key;
use crate::transaction::{Member, Outcome, TxnId};
use consistory_kernel::{Chunks, ProcessId};

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// The manager asks these to vote.
    Start {
        /// On which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
    },
    /// A participant votes yes.
    Yes {
        /// On which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
        /// What the transaction has changed here, with the new values.
        changes: Vec<(Key, i64)>,
    },
    /// All have voted yes, and this process knows it.
    PreCommit {
        /// Which transaction.
        txn: TxnId,
        /// At the manager, what the transaction has read.
        reads: Vec<Option<i64>>,
    },
    /// Whom this process obeys, and whom it takes to be up: only where that changes.
    View {
        /// With respect to which transaction.
        txn: TxnId,
        /// The coordinator.
        coordinator: ProcessId,
        /// The processes that it takes to be up, one bit each.
        up: u32,
    },
    /// The decision.
    Decided {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
        /// At the manager, what the transaction has read.
        reads: Vec<Option<i64>>,
    },
}

impl Record {
    /// The transaction that it is about.
    pub fn txn(&self) -> TxnId {
        match self {
            Self::Start { txn, .. }
            | Self::Yes { txn, .. }
            | Self::PreCommit { txn, .. }
            | Self::View { txn, .. }
            | Self::Decided { txn, .. } => *txn,
        }
    }

    /// The decision that it records, if it does.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Decided { outcome, .. } => Some(*outcome),
            Self::Start { .. } | Self::Yes { .. } | Self::PreCommit { .. } | Self::View { .. } => None,
        }
    }
}

/// What survives a crash: the log, which is never shortened, and how often the node has booted.
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// How often.
    pub life: u32,
    /// The log.
    pub log: Chunks<Record>,
    /// Whether its first vote is no, by somebody's order.
    pub is_unwilling: bool,
}

/// A forced write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// Another life begins.
    Boot,
    /// These records follow those in the log, in one write.
    Force(Vec<Record>),
}

impl Durable {
    /// Performs a write.
    pub fn write(&mut self, write: &Write) {
        match write {
            Write::Boot => self.life += 1,
            Write::Force(records) => {
                for record in records {
                    self.log.push(record.clone());
                }
            }
        }
    }
}
