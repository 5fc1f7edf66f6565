//! What nodes log, and what is on their disks.

use super::ballot::{Ballot, Votes};
use super::message::Head;
use crate::kv::Key;
use crate::transaction::site::Logged;
use crate::transaction::{Outcome, TxnId, log};
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
    /// What an RM is prepared for, if that is what it records.
    pub fn prepared(&self) -> Option<&Rc<Head>> {
        match self {
            Self::Prepared { head, .. } => Some(head),
            Self::Learned { .. } | Self::Accepted { .. } | Self::Promised { .. } | Self::Decided { .. } => None,
        }
    }
}

impl Logged for Record {
    fn txn(&self) -> TxnId {
        match self {
            Self::Prepared { head, .. } | Self::Accepted { head, .. } | Self::Promised { head, .. } => head.txn,
            Self::Learned { txn, .. } | Self::Decided { txn, .. } => *txn,
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Learned { outcome, .. } | Self::Decided { outcome, .. } => Some(*outcome),
            Self::Prepared { .. } | Self::Accepted { .. } | Self::Promised { .. } => None,
        }
    }

    fn ended(txn: TxnId, outcome: Outcome) -> Self {
        Self::Learned { txn, outcome }
    }
}

/// What survives a crash.
pub type Durable = log::Durable<Record>;

/// A forced write.
pub type Write = log::Write<Record>;
