//! Primary-backup replication with log shipping, also called master-slave replication.
//!
//! One node is the primary: it orders the clients' writes in a log and ships the log to the backups (Alsberg and Day, "A
//! Principle for Resilient Sharing of Distributed Resources", 1976; Budhiraja, Marzullo, Schneider and Toueg, "The
//! Primary-Backup Approach", 1993). How many backups must have stored a write before it is acknowledged is a parameter,
//! from none (asynchronous) over some (semi-synchronous) to all (synchronous). A failover fences the old primary; reads
//! are guarded by a lease (Gray and Cheriton, "Leases", 1989).
//!
//! [`node`] holds the state and the dispatch of events, [`shipping`] replication and acknowledgement, [`failover`]
//! suspicion, fences and office, [`lease`] leases, [`clients`] requests, [`log`] the log, [`message`] the messages.
//! [`properties`] judges, [`mutants`] switches rules off, [`view`] draws, [`spec`] describes it to the registry. Not
//! included: changes of the set of nodes, and snapshots.

mod clients;
mod failover;
mod lease;
pub mod log;
pub mod message;
pub mod mutants;
pub mod node;
pub mod properties;
mod shipping;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;

use crate::kv;
use consistory_kernel::{Cx, Event, MS, Observation, OpKind, ProcessId, Protocol, Setting, Time, Verdict};
use log::{Command, Entry, Epoch};
use message::Message;
use mutants::Mutant;
use node::{Durable, Node, Write};
use properties::Monitor;

pub use PrimaryBackup as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrimaryBackup;

/// Parameters, the same on every node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How many backups must have stored a write before it is acknowledged: 0 is asynchronous replication, all of them
    /// synchronous, anything between semi-synchronous. What exceeds the number of backups means all.
    pub acks: u32,
    /// Whether any node answers reads, from what it has applied, rather than the primary alone.
    pub reads_anywhere: bool,
    /// Whether a new primary first makes enough nodes refuse every lower epoch.
    pub fencing: bool,
    /// Whether a backup that suspects the primary stands for its office by itself, rather than by somebody's order.
    pub automatic: bool,
    /// How often the primary ships at least an empty piece of log, and how often a candidate repeats itself, in
    /// microseconds.
    pub heartbeat: Time,
    /// After so long a silence a backup suspects the primary; drawn from this range, both ends included, each time. In
    /// microseconds.
    pub suspect_after: (Time, Time),
    /// How long a backup that hears the primary promises to take part in no fence, in microseconds; 0 for no lease. It
    /// should be shorter than the time after which the primary is suspected.
    pub lease: Time,
}

impl Config {
    /// Semi-synchronous, fenced, automatic, with a lease: nothing acknowledged is lost with one node, and reads are fresh.
    pub fn semi_synchronous() -> Self {
        Self {
            acks: 1,
            reads_anywhere: false,
            fencing: true,
            automatic: true,
            heartbeat: 50 * MS,
            suspect_after: (200 * MS, 300 * MS),
            lease: 150 * MS,
        }
    }

    /// How many backups must have stored a write before it is acknowledged, of that many nodes.
    pub fn acks_needed(&self, nodes: u16) -> u16 {
        u16::try_from(self.acks).unwrap_or(u16::MAX).min(nodes.saturating_sub(1))
    }

    /// How many nodes a candidate needs to have fenced, itself included: so many that they share a node with whoever has
    /// stored an acknowledged write, which are the primary and as many backups as it waits for. A majority where the
    /// primary waits for nobody, because no number would be enough then.
    pub fn fence_quorum(&self, nodes: u16) -> u16 {
        match self.acks_needed(nodes) {
            0 => nodes / 2 + 1,
            acks => nodes - acks,
        }
    }

    /// The lease in force: where nobody is fenced, nobody can promise to take part in no fence.
    pub fn lease_length(&self) -> Time {
        if self.fencing { self.lease } else { 0 }
    }
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// A backup has heard from no primary for so long that it suspects it.
    Suspect,
    /// The primary's heartbeat.
    Heartbeat,
    /// A candidate's retry of its fence, or the end of its own promise.
    FenceRetry,
}

/// How a run prepares a node before its first boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// A log with entries of these rounds, all of the first node's office; the node's epoch is at least the last one's.
    Log(Vec<u32>),
}

impl Protocol for PrimaryBackup {
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
        let Directive::Log(rounds) = directive;
        for round in rounds {
            let epoch = Epoch { round: *round, node: ProcessId(0) };
            durable.log.append(Entry { epoch, command: Command::NoOp });
            durable.epoch = durable.epoch.max(epoch);
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
            Message::Replicate(_) => 0,
            Message::Stored { .. } => 1,
            Message::Fence { .. } => 2,
            Message::Fenced { .. } => 3,
        }
    }

    fn size(message: &Message) -> u32 {
        message.size()
    }

    fn times_out(timer: Timer) -> bool {
        timer == Timer::Suspect
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<kv::Op> {
        Some(kv::Op::of_kind(kind, key, value))
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Number(acks)) => config.acks = *acks,
            (1, Setting::Number(reads)) if *reads <= 1 => config.reads_anywhere = *reads == 1,
            (2, Setting::Number(fencing)) if *fencing <= 1 => config.fencing = *fencing == 1,
            (3, Setting::Number(failover)) if *failover <= 1 => config.automatic = *failover == 1,
            (4, Setting::Duration(heartbeat)) if *heartbeat > 0 => config.heartbeat = *heartbeat,
            (5, Setting::Range(low, high)) if low <= high => config.suspect_after = (*low, *high),
            (6, Setting::Duration(lease)) => config.lease = *lease,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
