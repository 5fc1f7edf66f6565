//! What nodes log, and what is on their disks.

use super::ballot::{Ballot, Votes};
use super::message::Head;
use crate::kv::Key;
use crate::transaction::{Outcome, TxnId};
use consistory_kernel::Chunks;
use std::rc::Rc;

/// A record of the log, of an RM, an acceptor or a leader.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// An RM is prepared.
    Prepared {
        /// For which transaction.
        head: Rc<Head>,
        /// What the transaction has changed here, with the new values.
        changes: Vec<(Key, i64)>,
    },
    /// An RM has learned the decision, or has aborted before it was prepared.
    Learned {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
    },
    /// An acceptor has accepted, in one ballot and in one or more instances.
    Accepted {
        /// For which transaction.
        head: Rc<Head>,
        /// The ballot.
        ballot: Ballot,
        /// In which instance what.
        votes: Votes,
    },
    /// An acceptor has promised a ballot, in every instance of a transaction.
    Promised {
        /// Of which.
        head: Rc<Head>,
        /// The ballot.
        ballot: Ballot,
    },
    /// A leader has learned what is chosen in every instance that matters.
    Decided {
        /// Of which transaction.
        txn: TxnId,
        /// What that comes to.
        outcome: Outcome,
    },
}

impl Record {
    /// The transaction that it is about.
    pub fn txn(&self) -> TxnId {
        match self {
            Self::Prepared { head, .. } | Self::Accepted { head, .. } | Self::Promised { head, .. } => head.txn,
            Self::Learned { txn, .. } | Self::Decided { txn, .. } => *txn,
        }
    }

    /// The decision that it records, if it does.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Learned { outcome, .. } | Self::Decided { outcome, .. } => Some(*outcome),
            Self::Prepared { .. } | Self::Accepted { .. } | Self::Promised { .. } => None,
        }
    }

    /// What an RM is prepared for, if that is what it records.
    pub fn prepared(&self) -> Option<&Rc<Head>> {
        match self {
            Self::Prepared { head, .. } => Some(head),
            Self::Learned { .. } | Self::Accepted { .. } | Self::Promised { .. } | Self::Decided { .. } => None,
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
    /// Whether it aborts the first transaction that it is to prepare, by somebody's order.
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
