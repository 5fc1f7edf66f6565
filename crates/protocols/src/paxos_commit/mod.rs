//! Paxos Commit: two-phase commit without the one node that everybody waits for.
//!
//! Gray and Lamport, "Consensus on Transaction Commit", ACM Transactions on Database Systems 31(1), 2006: each resource
//! manager (RM) has an instance of Paxos, in which 2F + 1 acceptors agree whether it is prepared or has aborted; a
//! transaction is committed if every instance chooses prepared (§4.2). The RM itself proposes in ballot 0; if it, the
//! leader or an acceptor fails, a leader finishes with a higher ballot. No F failures make anybody wait. Acceptors
//! bundle what they accept for one transaction, and only F + 1 of them are asked where nothing fails (§4.3); `fast`
//! lets them tell the RMs directly.
//!
//! [`roles`] says who is where, [`ballot`] what is proposed, [`message`] and [`record`] what is sent and logged;
//! [`node`] holds the state and the dispatch of events, [`participant`] the RMs, [`acceptor`] the acceptors, [`leader`]
//! the leaders, [`recovery`] restarts; [`formula`] has what that should cost. [`properties`] judges, with [`instances`]
//! for the instances of Paxos; [`mutants`] switches rules off, [`view`] and [`inspector`] draw, [`why`] answers,
//! [`spec`] describes it to the registry. Transactions are executed by [`crate::transaction`], which learns from
//! [`work`] what it needs to know; locks, logs and costs are its own, too.

pub mod acceptor;
pub mod ballot;
pub mod formula;
mod inspector;
pub mod instances;
pub mod leader;
pub mod message;
pub mod mutants;
pub mod node;
mod participant;
pub mod properties;
pub mod record;
mod recovery;
pub mod roles;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;
mod work;

use crate::transaction::op::{Reply, Transaction};
use crate::transaction::{Directive, TxnId};
use consistory_kernel::{Cx, Event, MS, Observation, OpKind, Protocol, Setting, Time, Verdict};
use message::Message;
use mutants::Mutant;
use node::Node;
use properties::Monitor;
use record::{Durable, Write};
use roles::{Layout, Roles};

/// The node of the transaction manager, which leads as long as it is up.
pub use crate::transaction::MANAGER;
pub use PaxosCommit as Registered;

/// The most faults that a run can be set up to tolerate.
pub const FAULTS_MAX: u32 = 2;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaxosCommit;

/// Parameters, the same on every node. Who is where is chosen before the run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Who begins to commit.
    pub begin: Begin,
    /// Which roles share a node.
    pub layout: Layout,
    /// How many acceptors may fail, if there are nodes enough: F, from 0 to [`FAULTS_MAX`].
    pub faults: u32,
    /// Whether acceptors tell the RMs directly: Faster Paxos Commit.
    pub fast: bool,
    /// How long a leader waits for what acceptors accept in ballot 0 before it begins a ballot of its own, in
    /// microseconds.
    pub vote_timeout: Time,
    /// How long a leader gives a ballot of its own before it begins a higher one: at least that, at most twice as much.
    /// In microseconds.
    pub ballot_timeout: Time,
    /// How long the node that executes a transaction waits for its RMs, and an RM for the order to prepare, in
    /// microseconds.
    pub work_timeout: Time,
    /// How long an RM that is prepared waits for the decision before it asks, and between two questions, in
    /// microseconds.
    pub decision_timeout: Time,
    /// How long a transaction waits for a lock before its RM gives up, in microseconds.
    pub lock_timeout: Time,
    /// How long a node takes from one message of a round to the next, and before the first; 0 for all at once. In
    /// microseconds.
    pub stagger: Time,
}

/// Who begins to commit a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// The transaction manager executes the transaction and orders every RM to prepare.
    Coordinator,
    /// The RM that holds the transaction's first key executes it, prepares, and sends the leader `BeginCommit`, as in
    /// the paper.
    Participant,
}

impl Config {
    /// Each role on nodes of its own, one fault, and time-outs of some round trips.
    pub fn usual() -> Self {
        Self {
            begin: Begin::Coordinator,
            layout: Layout::Apart,
            faults: 1,
            fast: false,
            vote_timeout: 150 * MS,
            ballot_timeout: 150 * MS,
            work_timeout: 300 * MS,
            decision_timeout: 200 * MS,
            lock_timeout: 100 * MS,
            stagger: 0,
        }
    }

    /// Who does what among so many nodes.
    pub fn roles(&self, nodes: u16) -> Roles {
        Roles::new(nodes, self.layout, self.faults)
    }
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The node that executes a transaction waits for its RMs.
    Work(TxnId),
    /// An RM that has done its part waits for the order to prepare.
    Request(TxnId),
    /// An RM's transaction waits for a lock.
    Lock(TxnId),
    /// A leader waits for acceptors, in whichever ballot.
    Ballot(TxnId),
    /// An RM that is prepared waits for the decision, or for an answer to its question.
    Doubt(TxnId),
    /// The next message of a round leaves.
    Outbox,
}

impl Protocol for PaxosCommit {
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
            Timer::Work(_) | Timer::Request(_) | Timer::Lock(_) | Timer::Ballot(_) | Timer::Doubt(_) => true,
            Timer::Outbox => false,
        }
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<Transaction> {
        Some(Transaction::of_kind(kind, key, value))
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Number(0)) => config.begin = Begin::Coordinator,
            (0, Setting::Number(1)) => config.begin = Begin::Participant,
            (1, Setting::Number(0)) => config.layout = Layout::Apart,
            (1, Setting::Number(1)) => config.layout = Layout::Leader,
            (1, Setting::Number(2)) => config.layout = Layout::Together,
            (2, Setting::Number(faults)) if *faults <= FAULTS_MAX => config.faults = *faults,
            (3, Setting::Number(value)) if *value <= 1 => config.fast = *value == 1,
            (4, Setting::Duration(time)) if *time > 0 => config.vote_timeout = *time,
            (5, Setting::Duration(time)) if *time > 0 => config.ballot_timeout = *time,
            (6, Setting::Duration(time)) if *time > 0 => config.work_timeout = *time,
            (7, Setting::Duration(time)) if *time > 0 => config.decision_timeout = *time,
            (8, Setting::Duration(time)) if *time > 0 => config.lock_timeout = *time,
            (9, Setting::Duration(time)) => config.stagger = *time,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
