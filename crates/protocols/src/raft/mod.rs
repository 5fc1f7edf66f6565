//! Raft, from "In Search of an Understandable Consensus Algorithm (Extended Version)", Ongaro and Ousterhout 2014.
//!
//! The state machine follows Figure 2 to the letter: [`node`] holds the state and the rules for servers,
//! [`election`] `RequestVote`, [`replication`] `AppendEntries` and commitment, [`log`] the log, [`message`] the RPCs.
//! Added from the same paper: the fast back-up of §5.3, the leader's no-op at the start of its term and client
//! sessions (§8). Reads go through the log. [`properties`] judges Figure 3, [`mutants`] switches rules off,
//! [`view`] draws. Not included: membership changes (§6), log compaction (§7).

mod election;
pub mod log;
pub mod message;
pub mod mutants;
pub mod node;
pub mod properties;
mod replication;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;

use crate::kv;
use consistory_kernel::{Cx, Event, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use log::{Command, Entry};
use message::Message;
use mutants::Mutant;
use node::{Durable, Node, Write};
use properties::Monitor;

pub use Raft as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Raft;

/// Parameters, the same on every server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The election timeout is drawn from this range, both ends included, in microseconds.
    pub election_timeout: (Time, Time),
    /// The leader's `AppendEntries` interval, and the retry interval of RPCs, in microseconds.
    pub heartbeat: Time,
    /// Most entries in one `AppendEntries`.
    pub batch: u32,
}

/// The timers of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The election timeout.
    Election,
    /// The leader's heartbeat.
    Heartbeat,
    /// The candidate's retry of `RequestVote`.
    VoteRetry,
}

/// How a run prepares a server before its first boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// A log with entries of these terms; the current term is at least the last one's.
    Log(Vec<u32>),
    /// A current term, with the vote cast in it.
    Term(u32, Option<ProcessId>),
}

impl Protocol for Raft {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Write;
    type Message = Message;
    type Timer = Timer;
    type Op = kv::Op;
    type Reply = kv::Reply;
    type Mutant = Mutant;
    type Monitor = Monitor;
    type Directive = Directive;

    fn write(durable: &mut Durable, write: &Write) {
        durable.write(write);
    }

    fn prepare(durable: &mut Durable, directive: &Directive) {
        match directive {
            Directive::Log(terms) => {
                for term in terms {
                    durable.log.append(Entry { term: *term, command: Command::NoOp });
                    durable.term = durable.term.max(*term);
                }
            }
            Directive::Term(term, vote) => {
                durable.term = durable.term.max(*term);
                durable.vote = *vote;
            }
        }
    }

    fn start(cx: &mut Cx<'_, Self>, durable: &Durable) -> Node {
        Node::start(cx, durable)
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut Node, event: Event<Self>) {
        node.step(cx, event);
    }

    fn kind(message: &Message) -> u8 {
        match message {
            Message::RequestVote { .. } => 0,
            Message::Vote { .. } => 1,
            Message::AppendEntries { .. } => 2,
            Message::Appended { .. } => 3,
        }
    }

    fn size(message: &Message) -> u32 {
        message.size()
    }

    fn times_out(timer: Timer) -> bool {
        timer == Timer::Election
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<kv::Op> {
        Some(kv::Op::of_kind(kind, key, value))
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Range(low, high)) if low <= high => config.election_timeout = (*low, *high),
            (1, Setting::Duration(heartbeat)) if *heartbeat > 0 => config.heartbeat = *heartbeat,
            (2, Setting::Number(batch)) if *batch > 0 => config.batch = *batch,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
