//! What nodes log, and what is on their disks.

use crate::kv::Key;
use crate::transaction::site::Logged;
use crate::transaction::{Member, Outcome, TxnId, log};
use consistory_kernel::ProcessId;

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

impl Logged for Record {
    fn txn(&self) -> TxnId {
        match self {
            Self::Start { txn, .. }
            | Self::Yes { txn, .. }
            | Self::PreCommit { txn, .. }
            | Self::View { txn, .. }
            | Self::Decided { txn, .. } => *txn,
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Decided { outcome, .. } => Some(*outcome),
            Self::Start { .. } | Self::Yes { .. } | Self::PreCommit { .. } | Self::View { .. } => None,
        }
    }

    fn ended(txn: TxnId, outcome: Outcome) -> Self {
        Self::Decided { txn, outcome, reads: Vec::new() }
    }
}

/// What survives a crash.
pub type Durable = log::Durable<Record>;

/// A forced write.
pub type Write = log::Write<Record>;
