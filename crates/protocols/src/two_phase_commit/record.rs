//! What nodes log, and what is on their disks.

use crate::kv::Key;
use crate::transaction::{Member, Outcome, TxnId};
use consistory_kernel::{Chunks, ProcessId};

/// A record of the log, of the coordinator or of a participant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// The coordinator asks these to vote: start-2PC, or the collecting record of presumed commit.
    Start {
        /// On which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
    },
    /// The coordinator has decided.
    Decided {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
        /// Who is to hear it, apart from the coordinator's own node.
        targets: Vec<ProcessId>,
        /// What the transaction has read, for its client.
        reads: Vec<Option<i64>>,
    },
    /// Everybody has acknowledged the decision.
    End {
        /// On which transaction.
        txn: TxnId,
    },
    /// A participant votes yes: it is prepared.
    Yes {
        /// On which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
        /// What the transaction has changed here, with the new values.
        changes: Vec<(Key, i64)>,
        /// What the whole transaction has read, if this participant answers the client.
        reply: Option<Vec<Option<i64>>>,
    },
    /// A participant has learned the decision, or has aborted before it voted.
    Learned {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
    },
}

impl Record {
    /// The transaction that it is about.
    pub fn txn(&self) -> TxnId {
        match self {
            Self::Start { txn, .. }
            | Self::Decided { txn, .. }
            | Self::End { txn }
            | Self::Yes { txn, .. }
            | Self::Learned { txn, .. } => *txn,
        }
    }

    /// The decision that it records, if it does.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Decided { outcome, .. } | Self::Learned { outcome, .. } => Some(*outcome),
            Self::Start { .. } | Self::End { .. } | Self::Yes { .. } => None,
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
