//! What nodes send each other: the work, the three phases, the termination protocol, and the questions of who has
//! recovered.

use super::node::Report;
use crate::transaction::op::Action;
use crate::transaction::{Member, Outcome, TxnId, Vote};

/// What nodes send each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Do these actions of a transaction.
    Work {
        /// Which.
        txn: TxnId,
        /// What the receiver has to do.
        actions: Vec<Action>,
    },
    /// The answer to it.
    Worked {
        /// Which transaction.
        txn: TxnId,
        /// How often the participant had booted.
        life: u32,
        /// What it has read; `None` if it has aborted instead.
        reads: Option<Vec<Option<i64>>>,
    },
    /// The coordinator asks for a vote: VOTE-REQ.
    VoteReq {
        /// On which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
    },
    /// A participant votes: YES or NO.
    Vote {
        /// On which transaction.
        txn: TxnId,
        /// How.
        vote: Vote,
    },
    /// All have voted yes: PRE-COMMIT.
    PreCommit {
        /// Which transaction.
        txn: TxnId,
    },
    /// The answer to it: ACK.
    Ack {
        /// Which transaction.
        txn: TxnId,
    },
    /// COMMIT or ABORT: what is decided, from whoever knows it.
    Decision {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
    },
    /// The receiver is the first of those who are still up, in the eyes of the sender: UR-ELECTED.
    Elected {
        /// For which transaction.
        txn: TxnId,
    },
    /// A new coordinator asks how far the receiver is: STATE-REQ.
    StateReq {
        /// With which transaction.
        txn: TxnId,
    },
    /// The answer to it, or to the news of an election.
    State {
        /// With which transaction.
        txn: TxnId,
        /// How far the sender is.
        state: State,
    },
    /// A process that has recovered asks what is decided.
    DecisionReq {
        /// On which transaction.
        txn: TxnId,
    },
    /// The receiver of such a question has recovered itself, and says what its log has.
    Recovering {
        /// Of which transaction.
        txn: TxnId,
        /// What it has.
        report: Report,
    },
}

/// How far a process is with a transaction, as it tells a new coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It has not voted, has voted no, or has learned of an abort.
    Aborted,
    /// It has voted yes and knows nothing more.
    Uncertain,
    /// It has a PRE-COMMIT.
    Committable,
    /// It has learned of a commit.
    Committed,
    /// It has crashed meanwhile, and takes no part.
    Failed,
}

impl State {
    /// The word key of its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Aborted => "three-phase-commit.state.aborted",
            Self::Uncertain => "three-phase-commit.state.uncertain",
            Self::Committable => "three-phase-commit.state.committable",
            Self::Committed => "three-phase-commit.state.committed",
            Self::Failed => "three-phase-commit.state.failed",
        }
    }
}

impl From<Outcome> for State {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Commit => Self::Committed,
            Outcome::Abort => Self::Aborted,
        }
    }
}

impl Message {
    /// The names of the kinds, in the order of their numbers.
    pub const KINDS: &'static [&'static str] = &[
        "Work",
        "Worked",
        "VoteReq",
        "Vote",
        "PreCommit",
        "Ack",
        "Decision",
        "Elected",
        "StateReq",
        "State",
        "DecisionReq",
        "Recovering",
    ];

    /// The number of its kind.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Work { .. } => 0,
            Self::Worked { .. } => 1,
            Self::VoteReq { .. } => 2,
            Self::Vote { .. } => 3,
            Self::PreCommit { .. } => 4,
            Self::Ack { .. } => 5,
            Self::Decision { .. } => 6,
            Self::Elected { .. } => 7,
            Self::StateReq { .. } => 8,
            Self::State { .. } => 9,
            Self::DecisionReq { .. } => 10,
            Self::Recovering { .. } => 11,
        }
    }

    /// The transaction that it is about.
    pub fn txn(&self) -> TxnId {
        match self {
            Self::Work { txn, .. }
            | Self::Worked { txn, .. }
            | Self::VoteReq { txn, .. }
            | Self::Vote { txn, .. }
            | Self::PreCommit { txn }
            | Self::Ack { txn }
            | Self::Decision { txn, .. }
            | Self::Elected { txn }
            | Self::StateReq { txn }
            | Self::State { txn, .. }
            | Self::DecisionReq { txn }
            | Self::Recovering { txn, .. } => *txn,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 10 a transaction's name, 17 an action, 9 a value that was read, 6 a
    /// participant, 4 a number, 1 a vote, a decision or a state.
    pub fn size(&self) -> u32 {
        let each = |count: usize, bytes: u32| u32::try_from(count).unwrap_or(0).saturating_mul(bytes);
        match self {
            Self::Work { actions, .. } => 30 + each(actions.len(), 17),
            Self::Worked { reads, .. } => 35 + each(reads.as_ref().map_or(0, Vec::len), 9),
            Self::VoteReq { members, .. } => 30 + each(members.len(), 6),
            Self::Vote { .. } | Self::Decision { .. } | Self::State { .. } => 31,
            Self::Recovering { .. } => 37,
            Self::PreCommit { .. }
            | Self::Ack { .. }
            | Self::Elected { .. }
            | Self::StateReq { .. }
            | Self::DecisionReq { .. } => 30,
        }
    }
}
