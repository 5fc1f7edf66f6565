//! ABD, the majority register of Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems", 1995.
//!
//! Replicas emulate shared registers, one a key, by asking majorities: no leader, no log, no clock. Writes by several
//! writers follow Lynch and Shvartsman, "Robust Emulation of Shared Memory Using Dynamic Quorum-Acknowledged
//! Broadcasts", 1997: a write first asks a majority for the greatest tag. [`node`] holds a replica's state and what it
//! does for coordinators, [`coordinator`] the two phases of an operation, [`message`] tags and messages, [`op`] what
//! clients ask. [`properties`] judges the order of tags, [`mutants`] switches rules off, [`view`] draws. Added: stable
//! storage, so that a replica may restart, and requests that are sent again, since links may lose them. Not included:
//! bounded tags (the paper's second half) and changes of the set of replicas.

mod coordinator;
pub mod message;
pub mod mutants;
pub mod node;
pub mod op;
pub mod properties;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;

use crate::kv::Key;
use consistory_kernel::{Cx, Event, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use message::{Message, Version};
use mutants::Mutant;
use node::{Durable, Node, Write};
use op::{Op, Reply};
use properties::Monitor;

pub use Abd as Registered;

/// The replica that writes where there is a single writer.
pub const WRITER: ProcessId = ProcessId(0);

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Abd;

/// Parameters, the same on every replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Who may write. It is chosen before anything is written: a single writer does not ask what others have written.
    pub writers: Writers,
    /// How long a coordinator waits before it sends its unanswered requests again, in microseconds.
    pub retry: Time,
}

/// Who may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// Every replica; a write has two phases.
    Many,
    /// Only [`WRITER`]; a write has one phase.
    One,
}

/// The timers of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The coordinator's next attempt for the operation of that client.
    Retry(ProcessId),
}

/// How a run prepares a replica before its first boot: with a copy of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Which register.
    pub key: Key,
    /// What it holds. The writer that the tag names is prepared with a copy too, or it may use the tag again.
    pub version: Version,
}

impl Protocol for Abd {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Write;
    type Message = Message;
    type Timer = Timer;
    type Op = Op;
    type Reply = Reply;
    type Mutant = Mutant;
    type Monitor = Monitor;
    type Directive = Directive;

    fn write(durable: &mut Durable, write: &Write) {
        durable.write(write);
    }

    fn prepare(durable: &mut Durable, directive: &Directive) {
        let Directive { key, version } = *directive;
        durable.registers.insert(key, version);
        durable.number = durable.number.max(version.tag.number);
    }

    fn start(cx: &mut Cx<'_, Self>, durable: &Durable) -> Node {
        Node::start(cx, durable)
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut Node, event: Event<Self>) {
        node.step(cx, event);
    }

    fn kind(message: &Message) -> u8 {
        match message {
            Message::Query { .. } => 0,
            Message::QueryReply { .. } => 1,
            Message::Update { .. } => 2,
            Message::UpdateReply { .. } => 3,
        }
    }

    fn size(message: &Message) -> u32 {
        message.size()
    }

    fn times_out(_: Timer) -> bool {
        true
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<Op> {
        Op::of_kind(kind, key, value)
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Number(0)) => config.writers = Writers::Many,
            (0, Setting::Number(1)) => config.writers = Writers::One,
            (1, Setting::Duration(retry)) if *retry > 0 => config.retry = *retry,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
