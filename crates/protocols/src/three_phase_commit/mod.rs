//! Three-phase commit: nobody who is up ever waits for somebody who is down.
//!
//! Skeen, "Nonblocking Commit Protocols", 1981, in the form of Bernstein, Hadzilacos and Goodman, "Concurrency Control
//! and Recovery in Database Systems", 1987, §7.5: a round of PRE-COMMITs stands between the votes and the decision, so
//! that nobody commits as long as somebody who is up is uncertain. It relies on a network that is neither lossy,
//! partitioned nor slower than the time-outs are made for: only sites may fail.
//!
//! [`node`] holds the state and the dispatch of events, [`coordinator`] the three phases, [`participant`] votes and
//! decisions, [`termination`] the election of a new coordinator and its rules, [`recovery`] restarts and total failures;
//! [`message`] and [`record`] say what is sent and logged. [`properties`] judges, [`mutants`] switches rules off,
//! [`view`] draws, [`why`] answers, [`spec`] describes it to the registry. Transactions are executed by
//! [`crate::transaction`], which learns from [`work`] what it needs to know; locks, logs and costs are its own, too.

mod coordinator;
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
use crate::transaction::{Directive, TxnId};
use consistory_kernel::{Cx, Event, Latency, MS, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use message::Message;
use mutants::Mutant;
use node::Node;
use properties::Monitor;
use record::{Durable, Write};

/// The node of the first coordinator, which executes transactions and holds no data itself.
pub use crate::transaction::MANAGER;
pub use ThreePhaseCommit as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreePhaseCommit;

/// Parameters, the same on every node. The time-outs must be longer than what they wait for may take: see
/// [`Config::suits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long a coordinator waits for votes, acknowledgements or states before it takes those who are missing for
    /// failed, in microseconds.
    pub round_timeout: Time,
    /// How long the manager waits for its participants' work, and a participant for the question to vote, in
    /// microseconds.
    pub work_timeout: Time,
    /// How long a participant that has voted yes waits for its coordinator before it takes it for failed; also how
    /// often a process that has recovered asks. In microseconds.
    pub decision_timeout: Time,
    /// How long a transaction waits for a lock before its participant gives up, in microseconds.
    pub lock_timeout: Time,
    /// How long a coordinator takes from one message of a round to the next, and before the first; 0 for all at once.
    /// In microseconds.
    pub stagger: Time,
}

impl Config {
    /// Time-outs for messages that take at most 20 ms, among up to eight nodes.
    pub fn textbook() -> Self {
        Self {
            round_timeout: 100 * MS,
            work_timeout: 300 * MS,
            decision_timeout: 400 * MS,
            lock_timeout: 100 * MS,
            stagger: 5 * MS,
        }
    }

    /// Whether a time-out means that somebody has failed, among so many nodes whose messages take that long: a
    /// coordinator must wait longer than its messages leave and their answers come back; a participant longer than its
    /// coordinator waits twice, for states and for acknowledgements.
    pub fn suits(&self, nodes: u16, latency: &Latency) -> bool {
        let longest = match latency {
            Latency::Constant(time) | Latency::Uniform(_, time) => *time,
            // Nothing is longer than what has no end.
            Latency::Exponential(_) | Latency::Pareto { .. } | Latency::Mixture(_) => return false,
        };
        let leaving = self.stagger.saturating_mul(u64::from(nodes));
        let trip = longest.saturating_mul(2).saturating_add(leaving);
        let twice = self.round_timeout.saturating_mul(2).saturating_add(trip).saturating_add(leaving);
        self.round_timeout > trip && self.decision_timeout > twice
    }
}

/// Which of so many nodes are participants: all but the manager, or the only one.
pub fn placement(nodes: u16) -> Placement {
    if nodes < 2 { Placement::new(MANAGER, 1) } else { Placement::new(ProcessId(1), nodes - 1) }
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The manager waits for the work of its participants.
    Work(TxnId),
    /// A participant that has done its part waits for the question to vote.
    Request(TxnId),
    /// A participant's transaction waits for a lock.
    Lock(TxnId),
    /// A coordinator waits for votes, states or acknowledgements.
    Round(TxnId),
    /// A participant that has voted yes waits for its coordinator.
    Doubt(TxnId),
    /// A process that has recovered asks again.
    Ask(TxnId),
    /// The next message of a round leaves.
    Next(TxnId),
}

impl Protocol for ThreePhaseCommit {
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
            Timer::Work(_) | Timer::Request(_) | Timer::Lock(_) | Timer::Round(_) | Timer::Doubt(_) => true,
            Timer::Ask(_) | Timer::Next(_) => false,
        }
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<Transaction> {
        Some(Transaction::of_kind(kind, key, value))
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Duration(time)) if *time > 0 => config.round_timeout = *time,
            (1, Setting::Duration(time)) if *time > 0 => config.work_timeout = *time,
            (2, Setting::Duration(time)) if *time > 0 => config.decision_timeout = *time,
            (3, Setting::Duration(time)) if *time > 0 => config.lock_timeout = *time,
            (4, Setting::Duration(time)) => config.stagger = *time,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
