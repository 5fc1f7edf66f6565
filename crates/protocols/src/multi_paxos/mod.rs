//! Multi-Paxos: a replicated log whose every slot is an instance of Paxos, under one distinguished proposer.
//!
//! Sources: Lamport, "Paxos Made Simple", 2001, §3, after "The Part-Time Parliament", 1998; Chandra, Griesemer and
//! Redstone, "Paxos Made Live", 2007 (leases, catch-up); van Renesse and Altinbuken, "Paxos Made Moderately Complex",
//! 2015 (ballots, windows, pre-emption). Every node is replica, proposer, acceptor and learner.
//!
//! [`ballot`] and [`log`] are the data, [`node`] holds the state and the dispatch of events. [`election`] is phase 1,
//! for all slots at once, and what a new leader does with what it finds; [`proposing`] is phase 2, slot by slot
//! within the window; [`learning`] is how chosen values become known and are applied; [`lease`] guards reads;
//! [`clients`] serves requests. [`properties`] judges with [`watch`], [`mutants`] switches rules off, [`view`] draws,
//! [`why`] answers. Not included: changes of the set of nodes, snapshots and truncation of the log.

pub mod ballot;
mod clients;
mod election;
mod learning;
mod lease;
pub mod log;
pub mod message;
pub mod mutants;
pub mod node;
pub mod properties;
mod proposing;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod watch;
mod why;
#[cfg(test)]
mod why_tests;

use crate::kv;
use ballot::Ballot;
use consistory_kernel::{Cx, Event, MS, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use log::{Command, Entry};
use message::Message;
use mutants::Mutant;
use node::{Durable, Node, Record};
use properties::Monitor;

pub use MultiPaxos as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MultiPaxos;

/// Parameters, the same on every node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// A node that has heard from no leader for so long stands as a candidate; drawn from this range, both ends
    /// included, each time. In microseconds.
    pub election_timeout: (Time, Time),
    /// How often a leader says that it leads, and how often unanswered messages are sent again, in microseconds.
    pub heartbeat: Time,
    /// Most chosen entries in one answer to a node that catches up.
    pub batch: u32,
    /// The window α of "Paxos Made Simple": a new command may be proposed at most so many slots beyond the last slot
    /// up to which everything is chosen.
    pub window: u32,
    /// How long a node that hears the leader promises nobody else anything, in microseconds of its own clock; 0 for
    /// no lease. The same throughout a run, because a node that restarts must know what it may have granted.
    pub lease: Time,
}

impl Config {
    /// Raft's time-outs, so that both can be compared; a lease that ends before a follower would stand.
    pub fn usual() -> Self {
        Self { election_timeout: (150 * MS, 300 * MS), heartbeat: 50 * MS, batch: 16, window: 8, lease: 120 * MS }
    }
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// A node has heard from no leader for too long.
    Election,
    /// The leader's heartbeat.
    Heartbeat,
    /// The candidate's retry of `Prepare`.
    PrepareRetry,
    /// The leader's lease ends.
    Lease,
    /// What a node has granted to a leader ends.
    Grant,
    /// A node that catches up asks again.
    CatchUp,
}

/// How a run prepares a node before its first boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// What it has accepted and knows to be chosen. Its promise is at least the highest of these ballots.
    Log(Vec<Span>),
    /// The ballot that it has promised.
    Promised(Ballot),
}

/// Consecutive slots that a run starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first slot.
    pub first: u32,
    /// The last slot, included.
    pub last: u32,
    /// What is in each of them; `None` for holes.
    pub given: Option<Given>,
}

/// What a slot starts with: a command accepted in a ballot of the first node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The round of the ballot, from 1.
    pub round: u32,
    /// Whether the node knows it to be chosen.
    pub chosen: bool,
}

impl Protocol for MultiPaxos {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Record;
    type Message = Message;
    type Timer = Timer;
    type Op = kv::Op;
    type Reply = kv::Reply;
    type Mutant = Mutant;
    type Monitor = Monitor;
    type Directive = Directive;

    const DECIDED: Option<u8> = Some(properties::CHOSEN);

    fn write(durable: &mut Durable, write: &Record) {
        durable.write(write);
    }

    fn prepare(durable: &mut Durable, directive: &Directive) {
        match directive {
            Directive::Log(spans) => {
                for span in spans {
                    let Some(Given { round, chosen }) = span.given else { continue };
                    let ballot = Ballot { round, node: ProcessId(0) };
                    durable.promised = durable.promised.max(ballot);
                    for slot in span.first..=span.last {
                        let entry = Entry { slot, ballot, command: Command::given(slot, round) };
                        if chosen {
                            durable.log.choose(entry);
                        } else {
                            durable.log.accept(entry);
                        }
                    }
                }
            }
            Directive::Promised(ballot) => durable.promised = durable.promised.max(*ballot),
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
            Message::Prepare { .. } => 0,
            Message::Promise { .. } => 1,
            Message::Accept { .. } => 2,
            Message::Accepted { .. } => 3,
            Message::Nack { .. } => 4,
            Message::Heartbeat { .. } => 5,
            Message::HeartbeatReply { .. } => 6,
            Message::CatchUp { .. } => 7,
            Message::Chosen { .. } => 8,
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
            (3, Setting::Number(window)) if *window > 0 => config.window = *window,
            (4, Setting::Duration(lease)) => config.lease = *lease,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
