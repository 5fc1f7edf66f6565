//! What nodes log, and what is on their disks.

use crate::kv::Key;
use crate::transaction::site::Logged;
use crate::transaction::{Member, Outcome, TxnId, log};
use consistory_kernel::ProcessId;

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

impl Logged for Record {
    fn txn(&self) -> TxnId {
        match self {
            Self::Start { txn, .. }
            | Self::Decided { txn, .. }
            | Self::End { txn }
            | Self::Yes { txn, .. }
            | Self::Learned { txn, .. } => *txn,
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Decided { outcome, .. } | Self::Learned { outcome, .. } => Some(*outcome),
            Self::Start { .. } | Self::End { .. } | Self::Yes { .. } => None,
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
