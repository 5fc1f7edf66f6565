//! Two-phase commit, with participants that execute real transactions.
//!
//! The protocol is that of Bernstein, Hadzilacos and Goodman, "Concurrency Control and Recovery in Database Systems",
//! 1987, §7.4, with its time-outs, its recovery and its cooperative termination protocol. The presumptions and the
//! read-only optimisation are those of Mohan, Lindsay and Obermarck, "Transaction Management in the R* Distributed
//! Database Management System", 1986. A participant may begin to commit, alone or on the coordinator's node, as in Gray
//! and Lamport, "Consensus on Transaction Commit", 2006, §3.
//!
//! [`node`] holds the state and the dispatch of events, [`coordinator`] and [`participant`] the two phases,
//! [`termination`] what a participant in doubt does, [`recovery`] restarts; [`message`] and [`record`] say what is sent
//! and logged, [`formula`] what that should cost. [`properties`] judges, [`mutants`] switches rules off, [`view`] draws,
//! [`why`] answers, [`spec`] describes it to the registry. Transactions are executed by [`crate::transaction`], which
//! learns from [`work`] what it needs to know; locks, logs and costs are its own, too.

mod coordinator;
pub mod formula;
pub mod message;
pub mod mutants;
pub mod node;
mod participant;
pub mod properties;
pub mod record;
mod recovery;
mod spec;
mod termination;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;
mod work;

use crate::transaction::op::{Reply, Transaction};
use crate::transaction::placement::Placement;
use crate::transaction::{Directive, Outcome, TxnId};
use consistory_kernel::{Cx, Event, MS, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use message::Message;
use mutants::Mutant;
use node::Node;
use properties::Monitor;
use record::{Durable, Write};

pub use crate::transaction::MANAGER as COORDINATOR;
pub use TwoPhaseCommit as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TwoPhaseCommit;

/// Parameters, the same on every node. What is logged and who is where is chosen before the run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Who begins to commit.
    pub begin: Begin,
    /// What a coordinator answers that knows nothing of a transaction.
    pub presume: Presume,
    /// Whether a participant that has only read leaves after the first phase.
    pub read_only: bool,
    /// Whether a participant in doubt asks the other participants, too.
    pub cooperative: bool,
    /// How long the coordinator waits for votes before it aborts, in microseconds.
    pub vote_timeout: Time,
    /// How long the node that executes a transaction waits for its participants, and a participant for the question to
    /// vote, in microseconds.
    pub work_timeout: Time,
    /// How long a participant that has voted yes waits for the decision before it asks, and between two questions; also
    /// how long the coordinator waits for acknowledgements before it repeats its decision. In microseconds.
    pub decision_timeout: Time,
    /// How long a transaction waits for a lock before its participant gives up, in microseconds.
    pub lock_timeout: Time,
    /// How long the coordinator takes from one message of a round to the next, and before the first; 0 for all at once.
    /// In microseconds.
    pub stagger: Time,
}

/// Who begins to commit a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// The coordinator executes the transaction and asks every participant to vote: centralised two-phase commit.
    Coordinator,
    /// The participant that holds the transaction's first key executes it, prepares, and sends the coordinator
    /// `BeginCommit`, which is its vote, too.
    Participant,
    /// The coordinator's node executes transactions and is the first participant as well: what the two tell each other
    /// is no message.
    Together,
}

/// What a coordinator answers that knows nothing of a transaction, and so need not remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presume {
    /// Nothing by design: it forgets only what everybody has acknowledged. What it does not know then it has not
    /// decided, and so aborts.
    Nothing,
    /// Abort: aborted transactions are forgotten at once.
    Abort,
    /// Commit: committed transactions are forgotten at once; who is to vote is on disk before anybody is asked.
    Commit,
}

impl Config {
    /// The textbook's protocol, with time-outs of some round trips.
    pub fn textbook() -> Self {
        Self {
            begin: Begin::Coordinator,
            presume: Presume::Nothing,
            read_only: false,
            cooperative: false,
            vote_timeout: 150 * MS,
            work_timeout: 300 * MS,
            decision_timeout: 200 * MS,
            lock_timeout: 100 * MS,
            stagger: 0,
        }
    }

    /// Who begins in a run with so many nodes: a single one is everything.
    pub fn begin(&self, nodes: u16) -> Begin {
        if nodes < 2 { Begin::Together } else { self.begin }
    }

    /// Which of so many nodes are participants.
    pub fn placement(&self, nodes: u16) -> Placement {
        match self.begin(nodes) {
            Begin::Coordinator | Begin::Participant => Placement::new(ProcessId(1), nodes - 1),
            Begin::Together => Placement::new(COORDINATOR, nodes),
        }
    }

    /// What a coordinator that knows nothing of a transaction answers.
    pub fn presumed(&self) -> Outcome {
        match self.presume {
            Presume::Nothing | Presume::Abort => Outcome::Abort,
            Presume::Commit => Outcome::Commit,
        }
    }

    /// Whether participants acknowledge such a decision, so that the coordinator may forget it.
    pub fn is_acknowledged(&self, outcome: Outcome) -> bool {
        match self.presume {
            Presume::Nothing => true,
            Presume::Abort => outcome == Outcome::Commit,
            Presume::Commit => outcome == Outcome::Abort,
        }
    }

    /// Whether a participant that was prepared forces such a decision to disk when it learns it. Where it is
    /// acknowledged, R* does so before the acknowledgement. Gray and Lamport do not count this write: there it waits
    /// for the next forced one, and the acknowledgement with it; after a crash the participant asks again.
    pub fn forces_learned(&self, nodes: u16, outcome: Outcome) -> bool {
        match self.begin(nodes) {
            Begin::Coordinator => self.is_acknowledged(outcome),
            Begin::Participant | Begin::Together => false,
        }
    }
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The node that executes a transaction waits for its participants.
    Work(TxnId),
    /// A participant that has done its part waits for the question to vote.
    Request(TxnId),
    /// A participant's transaction waits for a lock.
    Lock(TxnId),
    /// The coordinator waits for votes.
    Votes(TxnId),
    /// A participant that has voted yes waits for the decision, or for answers to its question.
    Doubt(TxnId),
    /// The coordinator repeats its decision to those who have not acknowledged it.
    Resend(TxnId),
    /// The next message of a round leaves.
    Outbox,
}

impl Protocol for TwoPhaseCommit {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Write;
    type Message = Message;
    type Timer = Timer;
    type Op = Transaction;
    type Reply = Reply;
    type Mutant = Mutant;
    type Monitor = Monitor;
    type Directive = Directive;

    const DECIDED: Option<u8> = Some(crate::transaction::judge::COMMITTED);

    fn write(durable: &mut Durable, write: &Write) {
        durable.write(write);
    }

    fn prepare(durable: &mut Durable, directive: &Directive) {
        durable.prepare(*directive);
    }

    fn start(cx: &mut Cx<'_, Self>, durable: &Durable) -> Node {
        Node::start(cx, durable)
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut Node, event: Event<Self>) {
        node.step(cx, event);
    }

    fn kind(message: &Message) -> u8 {
        message.kind()
    }

    fn size(message: &Message) -> u32 {
        message.size()
    }

    fn times_out(timer: Timer) -> bool {
        match timer {
            Timer::Work(_) | Timer::Request(_) | Timer::Lock(_) | Timer::Votes(_) | Timer::Doubt(_) => true,
            Timer::Resend(_) | Timer::Outbox => false,
        }
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<Transaction> {
        Some(Transaction::of_kind(kind, key, value))
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Number(0)) => config.begin = Begin::Coordinator,
            (0, Setting::Number(1)) => config.begin = Begin::Participant,
            (0, Setting::Number(2)) => config.begin = Begin::Together,
            (1, Setting::Number(0)) => config.presume = Presume::Nothing,
            (1, Setting::Number(1)) => config.presume = Presume::Abort,
            (1, Setting::Number(2)) => config.presume = Presume::Commit,
            (2, Setting::Number(value)) if *value <= 1 => config.read_only = *value == 1,
            (3, Setting::Number(value)) if *value <= 1 => config.cooperative = *value == 1,
            (4, Setting::Duration(time)) if *time > 0 => config.vote_timeout = *time,
            (5, Setting::Duration(time)) if *time > 0 => config.work_timeout = *time,
            (6, Setting::Duration(time)) if *time > 0 => config.decision_timeout = *time,
            (7, Setting::Duration(time)) if *time > 0 => config.lock_timeout = *time,
            (8, Setting::Duration(time)) => config.stagger = *time,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
