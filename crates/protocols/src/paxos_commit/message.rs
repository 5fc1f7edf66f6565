//! What nodes send each other: the work, the two phases of each ballot, the decision, and the questions of those in
//! doubt.

use super::ballot::{Accepted, Ballot, Value, Votes};
use crate::transaction::op::{Action, Reply};
use crate::transaction::{Member, Outcome, TxnId};
use consistory_kernel::ProcessId;
use std::rc::Rc;

/// What everybody has to know of a transaction who takes part in committing it. It travels with the messages, so that
/// any candidate can lead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    /// Which.
    pub txn: TxnId,
    /// Who has executed it and answers its client.
    pub home: ProcessId,
    /// Who leads in ballot 0.
    pub leader: ProcessId,
    /// Its RMs, each of them an instance of Paxos.
    pub members: Vec<Member>,
    /// What it has read, for its client.
    pub reads: Vec<Option<i64>>,
}

impl Head {
    /// Its RMs.
    pub fn ids(&self) -> impl Iterator<Item = ProcessId> {
        self.members.iter().map(|member| member.id)
    }

    /// Whether a node is one of its RMs.
    pub fn has(&self, id: ProcessId) -> bool {
        self.ids().any(|member| member == id)
    }

    /// What its client is told if it ends like that.
    pub fn reply(&self, outcome: Outcome) -> Reply {
        Reply::of(outcome, self.reads.clone())
    }

    fn size(&self) -> u32 {
        14 + each(self.members.len(), 6) + each(self.reads.len(), 9)
    }
}

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
        /// How often the RM had booted.
        life: u32,
        /// What it has read; `None` if it has aborted instead.
        reads: Option<Vec<Option<i64>>>,
    },
    /// Another answer to it: the RM was prepared to commit the same operation before, as an earlier life of the
    /// receiver has executed it.
    Earlier {
        /// The transaction that the RM was to work on.
        txn: TxnId,
        /// The earlier one.
        head: Rc<Head>,
        /// What is decided on that one, if the RM knows.
        outcome: Option<Outcome>,
    },
    /// The node that has executed a transaction asks the leader to commit it.
    BeginCommit {
        /// Which.
        head: Rc<Head>,
        /// What the sender proposes as an RM, where the leader is one of the acceptors.
        vote: Option<Value>,
    },
    /// The leader orders an RM to prepare.
    Prepare {
        /// For which transaction.
        head: Rc<Head>,
    },
    /// A leader begins a ballot in every instance of a transaction.
    Phase1a {
        /// Which.
        head: Rc<Head>,
        /// The ballot.
        ballot: Ballot,
    },
    /// An acceptor promises not to accept anything in a lower ballot.
    Phase1b {
        /// For which transaction.
        txn: TxnId,
        /// The ballot.
        ballot: Ballot,
        /// What it has accepted in which instance.
        accepted: Accepted,
    },
    /// An RM, in ballot 0 and in its own instance, or a leader, in all instances, asks to accept.
    Phase2a {
        /// For which transaction.
        head: Rc<Head>,
        /// The ballot.
        ballot: Ballot,
        /// What is proposed in which instance.
        votes: Votes,
    },
    /// An acceptor has accepted that.
    Phase2b {
        /// For which transaction.
        txn: TxnId,
        /// The ballot.
        ballot: Ballot,
        /// In which instance what.
        votes: Votes,
    },
    /// An acceptor has promised a higher ballot.
    Nack {
        /// For which transaction.
        txn: TxnId,
        /// The ballot that it refuses.
        ballot: Ballot,
        /// The ballot that it has promised.
        promised: Ballot,
    },
    /// Commit or Abort: what is decided, from whoever knows it.
    Decision {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
    },
    /// An RM that is prepared asks what is decided.
    DecisionReq {
        /// On which transaction.
        head: Rc<Head>,
    },
}

impl Message {
    /// The names of the kinds, in the order of their numbers.
    pub const KINDS: &'static [&'static str] = &[
        "Work",
        "Worked",
        "Earlier",
        "BeginCommit",
        "Prepare",
        "Phase1a",
        "Phase1b",
        "Phase2a",
        "Phase2b",
        "Nack",
        "Decision",
        "DecisionReq",
    ];

    /// An RM's proposal in ballot 0.
    pub fn vote(head: &Rc<Head>, rm: ProcessId, value: Value) -> Self {
        Self::Phase2a { head: Rc::clone(head), ballot: Ballot::ZERO, votes: Votes::from([(rm, value)]) }
    }

    /// The number of its kind.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Work { .. } => 0,
            Self::Worked { .. } => 1,
            Self::Earlier { .. } => 2,
            Self::BeginCommit { .. } => 3,
            Self::Prepare { .. } => 4,
            Self::Phase1a { .. } => 5,
            Self::Phase1b { .. } => 6,
            Self::Phase2a { .. } => 7,
            Self::Phase2b { .. } => 8,
            Self::Nack { .. } => 9,
            Self::Decision { .. } => 10,
            Self::DecisionReq { .. } => 11,
        }
    }

    /// The transaction that it is about.
    pub fn txn(&self) -> TxnId {
        match self {
            Self::Work { txn, .. }
            | Self::Worked { txn, .. }
            | Self::Earlier { txn, .. }
            | Self::Phase1b { txn, .. }
            | Self::Phase2b { txn, .. }
            | Self::Nack { txn, .. }
            | Self::Decision { txn, .. } => *txn,
            Self::BeginCommit { head, .. }
            | Self::Prepare { head }
            | Self::Phase1a { head, .. }
            | Self::Phase2a { head, .. }
            | Self::DecisionReq { head } => head.txn,
        }
    }

    /// The ballot that it belongs to, if it belongs to one.
    pub fn ballot(&self) -> Option<Ballot> {
        match self {
            Self::Phase1a { ballot, .. }
            | Self::Phase1b { ballot, .. }
            | Self::Phase2a { ballot, .. }
            | Self::Phase2b { ballot, .. }
            | Self::Nack { ballot, .. } => Some(*ballot),
            Self::Work { .. }
            | Self::Worked { .. }
            | Self::Earlier { .. }
            | Self::BeginCommit { .. }
            | Self::Prepare { .. }
            | Self::Decision { .. }
            | Self::DecisionReq { .. } => None,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 10 a transaction's name, 17 an action, 9 a value that was read, 10 a ballot,
    /// 6 an RM, 3 a value in an instance, 4 a number, 2 a node, 1 a decision.
    pub fn size(&self) -> u32 {
        match self {
            Self::Work { actions, .. } => 30 + each(actions.len(), 17),
            Self::Worked { reads, .. } => 35 + each(reads.as_ref().map_or(0, Vec::len), 9),
            Self::Earlier { head, .. } => 31 + head.size(),
            Self::BeginCommit { head, .. } => 21 + head.size(),
            Self::Prepare { head } | Self::DecisionReq { head } => 20 + head.size(),
            Self::Phase1a { head, .. } => 30 + head.size(),
            Self::Phase1b { accepted, .. } => 40 + each(accepted.len(), 13),
            Self::Phase2a { head, votes, .. } => 30 + head.size() + each(votes.len(), 3),
            Self::Phase2b { votes, .. } => 40 + each(votes.len(), 3),
            Self::Nack { .. } => 50,
            Self::Decision { .. } => 31,
        }
    }
}

fn each(count: usize, bytes: u32) -> u32 {
    u32::try_from(count).unwrap_or(0).saturating_mul(bytes)
}
