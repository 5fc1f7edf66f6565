//! What nodes send each other: the work, the two phases, and the questions of those in doubt.

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
    /// A participant asks the coordinator to commit (Gray and Lamport).
    BeginCommit {
        /// Which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
        /// How the sender votes; `None` if it wants to be asked like the others.
        vote: Option<Vote>,
        /// How often the coordinator had booted, as far as the sender knows.
        life: u32,
    },
    /// The coordinator has booted so often that a `BeginCommit` was meant for an earlier life of it.
    Hello {
        /// How often.
        life: u32,
    },
    /// The coordinator asks for a vote: VOTE-REQ, or Prepare.
    VoteReq {
        /// On which transaction.
        txn: TxnId,
        /// Its participants.
        members: Vec<Member>,
    },
    /// A participant votes.
    Vote {
        /// On which transaction.
        txn: TxnId,
        /// How.
        vote: Vote,
    },
    /// COMMIT or ABORT: what is decided, from whoever knows it.
    Decision {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
    },
    /// A participant will not ask for a decision any more.
    Ack {
        /// On which transaction.
        txn: TxnId,
    },
    /// A participant in doubt asks what is decided: DECISION-REQ.
    DecisionReq {
        /// On which transaction.
        txn: TxnId,
        /// In which life the receiver has worked on it, if it is a participant.
        life: u32,
    },
    /// The receiver of such a question is in doubt itself, or knows nothing that could help.
    Uncertain {
        /// On which transaction.
        txn: TxnId,
    },
}

impl Message {
    /// The names of the kinds, in the order of their numbers.
    pub const KINDS: &'static [&'static str] =
        &["Work", "Worked", "BeginCommit", "Hello", "VoteReq", "Vote", "Decision", "Ack", "DecisionReq", "Uncertain"];

    /// The number of its kind.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Work { .. } => 0,
            Self::Worked { .. } => 1,
            Self::BeginCommit { .. } => 2,
            Self::Hello { .. } => 3,
            Self::VoteReq { .. } => 4,
            Self::Vote { .. } => 5,
            Self::Decision { .. } => 6,
            Self::Ack { .. } => 7,
            Self::DecisionReq { .. } => 8,
            Self::Uncertain { .. } => 9,
        }
    }

    /// The transaction that it is about.
    pub fn txn(&self) -> Option<TxnId> {
        match self {
            Self::Work { txn, .. }
            | Self::Worked { txn, .. }
            | Self::BeginCommit { txn, .. }
            | Self::VoteReq { txn, .. }
            | Self::Vote { txn, .. }
            | Self::Decision { txn, .. }
            | Self::Ack { txn }
            | Self::DecisionReq { txn, .. }
            | Self::Uncertain { txn } => Some(*txn),
            Self::Hello { .. } => None,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 10 a transaction's name, 17 an action, 9 a value that was read, 6 a
    /// participant, 4 a number, 1 a vote or a decision.
    pub fn size(&self) -> u32 {
        let each = |count: usize, bytes: u32| u32::try_from(count).unwrap_or(0).saturating_mul(bytes);
        match self {
            Self::Work { actions, .. } => 30 + each(actions.len(), 17),
            Self::Worked { reads, .. } => 35 + each(reads.as_ref().map_or(0, Vec::len), 9),
            Self::BeginCommit { members, .. } => 35 + each(members.len(), 6),
            Self::Hello { .. } => 24,
            Self::VoteReq { members, .. } => 30 + each(members.len(), 6),
            Self::Vote { .. } | Self::Decision { .. } => 31,
            Self::DecisionReq { .. } => 34,
            Self::Ack { .. } | Self::Uncertain { .. } => 30,
        }
    }
}
