//! A sketch of a primary with backups to start from; replace it, file by file, by what your source describes.
//!
//! The first node is the primary. It performs what clients ask, forces it to its disk, and answers; the other nodes are
//! backups, which fetch its log entry by entry. [`node`] holds the state machine, [`properties`] judges it, [`mutants`]
//! switches a rule off, [`view`] draws, [`spec`] describes it to the registry.

pub mod mutants;
pub mod node;
pub mod properties;
mod spec;
#[cfg(test)]
mod tests;
mod view;

use crate::kv;
use consistory_kernel::{Cx, Event, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use core::convert::Infallible;
use mutants::Mutant;
use node::{Durable, Entry, Node};

pub use Newcomer as Registered;

/// The node that serves the clients.
pub const PRIMARY: ProcessId = ProcessId(0);

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Newcomer;

/// Parameters, the same on every node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long a backup waits at most before it asks for the next entry, in microseconds.
    pub interval: Time,
}

/// What nodes send each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// A backup asks for what follows the first `have` entries.
    Fetch {
        /// How many entries the backup has.
        have: u32,
    },
    /// The primary's answer, if there is something.
    Copy {
        /// How many entries stand before it.
        after: u32,
        /// The entry.
        entry: Entry,
    },
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// A backup's next question.
    Fetch,
}

impl Protocol for Newcomer {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Entry;
    type Message = Message;
    type Timer = Timer;
    type Op = kv::Op;
    type Reply = kv::Reply;
    type Mutant = Mutant;
    type Monitor = ();
    type Directive = Infallible;

    fn write(durable: &mut Durable, write: &Entry) {
        durable.log.push(*write);
    }

    fn prepare(_: &mut Durable, directive: &Infallible) {
        match *directive {}
    }

    fn start(cx: &mut Cx<'_, Self>, durable: &Durable) -> Node {
        Node::start(cx, durable)
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut Node, event: Event<Self>) {
        node.step(cx, event);
    }

    fn kind(message: &Message) -> u8 {
        match message {
            Message::Fetch { .. } => 0,
            Message::Copy { .. } => 1,
        }
    }

    fn size(message: &Message) -> u32 {
        match message {
            Message::Fetch { .. } => 8,
            Message::Copy { .. } => 40,
        }
    }

    fn times_out(timer: Timer) -> bool {
        timer == Timer::Fetch
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<kv::Op> {
        Some(kv::Op::of_kind(kind, key, value))
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Duration(interval)) if *interval > 0 => config.interval = *interval,
            _ => return false,
        }
        true
    }

    fn observe((): &mut (), seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        properties::judge(seen, verdict);
    }
}
