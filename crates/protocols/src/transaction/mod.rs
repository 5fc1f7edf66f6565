//! What the atomic commit protocols have in common: transactions and their local halves, apart from how they are
//! decided.
//!
//! A transaction reads and writes keys that several participants hold. Before it can be committed, each participant
//! executes its part under strict two-phase locking (Bernstein, Hadzilacos and Goodman, "Concurrency Control and
//! Recovery in Database Systems", 1987, chapters 2 and 3). [`op`] is what clients ask, [`placement`] says who holds a
//! key, [`store`] is a participant's database with its locks and before-images, [`execution`] collects what the
//! participants have read, [`log`] is a log with forced and not-forced records, [`outbox`] sends a round one message at
//! a time. [`judge`] decides the properties that all these protocols promise (the book's AC1 to AC5, and strictness),
//! [`costs`] counts messages, forced writes and message delays beside what a formula says.
//!
//! [`site`] is what every node has of all that, and what a protocol must say of itself ([`site::Commit`]) so that
//! [`work`] can execute its transactions until it begins to commit them, [`spec`] can tell what is known of all these
//! protocols, and [`view`] and [`why`] can put locks, logs and costs into pictures and answers. How a transaction is
//! decided, nothing here knows.

pub mod costs;
pub mod execution;
pub mod judge;
pub mod log;
pub mod op;
pub mod outbox;
pub mod placement;
#[cfg(test)]
pub(crate) mod rehearsal;
pub mod site;
pub mod spec;
pub mod store;
#[cfg(test)]
mod tests;
pub mod view;
pub mod why;
pub mod work;

use consistory_kernel::{Fact, ProcessId};
use consistory_scene::Arg;

/// The node of the transaction manager, which is also called the coordinator.
pub const MANAGER: ProcessId = ProcessId(0);

/// The name of a transaction, which no other one ever has: a client's operation, and the life of the node that executes
/// it.
///
/// A node that restarts without remembering an operation executes a repeated request as another transaction, because
/// the participants may know of the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxnId {
    /// Whose transaction it is.
    pub client: ProcessId,
    /// The number of the operation at its client, from 1.
    pub serial: u32,
    /// How often the node that executes it had booted, from 1.
    pub attempt: u32,
    /// The number of the client, from 1, for the sake of the name.
    number: u16,
}

impl TxnId {
    /// The transaction of an operation, executed by a node in that life of its, in a run with so many nodes.
    pub fn new(nodes: u16, client: ProcessId, serial: u32, attempt: u32) -> Self {
        Self { client, serial, attempt, number: client.0.saturating_sub(nodes).saturating_add(1) }
    }

    /// As pictures show it: `T1.3` is the first client's third operation. Lives after the first add a prime each, or
    /// their number.
    pub fn name(self) -> String {
        let Self { serial, attempt, number, .. } = self;
        match attempt {
            0 | 1 => format!("T{number}.{serial}"),
            2 => format!("T{number}.{serial}'"),
            3 => format!("T{number}.{serial}''"),
            more => format!("T{number}.{serial}#{more}"),
        }
    }

    /// As a fact of a note; what exceeds eight characters is cut off.
    pub fn fact(self) -> Fact {
        let mut name = [0; 8];
        for (place, byte) in name.iter_mut().zip(self.name().bytes()) {
            *place = byte;
        }
        Fact::Name(name)
    }

    /// As what fills a hole of a text.
    pub fn arg(self) -> Arg {
        Arg::Plain(self.name())
    }

    /// What is greater for later transactions of the same client.
    pub fn order(self) -> (u32, u32) {
        (self.serial, self.attempt)
    }
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It takes effect at every participant.
    Commit,
    /// It takes effect nowhere.
    Abort,
}

impl Outcome {
    /// The word key of its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Commit => "transaction.outcome.commit",
            Self::Abort => "transaction.outcome.abort",
        }
    }
}

/// What a participant answers when it is asked to prepare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vote {
    /// It can commit, and will do whatever is decided.
    Yes,
    /// It has aborted.
    No,
    /// It has only read, has released its locks, and need not hear the decision (Mohan, Lindsay and Obermarck 1986).
    ReadOnly,
}

impl Vote {
    /// The word key of its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "transaction.vote.yes",
            Self::No => "transaction.vote.no",
            Self::ReadOnly => "transaction.vote.read_only",
        }
    }
}

/// A participant of a transaction, in the life in which it has executed its part: what a crash has undone, it must not
/// vote for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    /// Which node.
    pub id: ProcessId,
    /// How often it had booted.
    pub life: u32,
}

/// How a run prepares a node before its first boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// It votes no on the first transaction that it is asked to vote on.
    VoteNo,
}

impl Directive {
    /// `vote rm2 no`: the first vote of rm2 is no. Parses what is before and after the node's name.
    pub fn parse(keyword: &str, arguments: &[&str]) -> Option<Self> {
        match (keyword, arguments) {
            ("vote", ["no"]) => Some(Self::VoteNo),
            _ => None,
        }
    }

    /// What is before and after the node's name.
    pub fn text(self) -> (&'static str, String) {
        match self {
            Self::VoteNo => ("vote", "no".to_owned()),
        }
    }
}

/// A transaction as a fact of a note.
pub fn fact(txn: TxnId) -> (&'static str, Fact) {
    ("txn", txn.fact())
}

/// A number of nodes or of other things as a fact of a note.
pub fn number(name: &'static str, count: impl TryInto<i64>) -> (&'static str, Fact) {
    (name, Fact::Number(count.try_into().unwrap_or(i64::MAX)))
}
