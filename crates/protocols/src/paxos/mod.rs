//! Basic Paxos, from Lamport, "Paxos Made Simple", 2001, §2; consensus on a single value.
//!
//! [`proposer`] holds the two phases, [`acceptor`] promises and accepted proposals, [`learner`] how the chosen value
//! comes to be known, [`election`] the distinguished proposer, [`message`] ballots and messages, [`roles`] who does
//! what and the quorums, which follow Howard, Malkhi and Spiegelman, "Flexible Paxos", 2016. What is on disk is as in
//! §2.5 and in "The Part-Time Parliament", 1998. [`node`] puts a node together, [`properties`] judges it, [`mutants`]
//! switches rules off, [`view`] draws. Added, because links may lose messages and the paper leaves it open: learners
//! ask acceptors again, and whoever knows the chosen value tells those who are not known to know it. Not included: the
//! sequence of instances of §3.

mod acceptor;
mod election;
pub mod learner;
pub mod message;
pub mod mutants;
pub mod node;
pub mod properties;
pub mod proposer;
pub mod roles;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;

use crate::consensus::{Decided, Propose};
use consistory_kernel::{Cx, Event, MS, Observation, OpKind, Protocol, Setting, Time, Verdict};
use core::convert::Infallible;
use message::Message;
use mutants::Mutant;
use node::{Durable, Node, Write};
use properties::{CHOSEN, Monitor};

pub use Paxos as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paxos;

/// Parameters, the same on every node. Those that say who does what are chosen before the run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether every node has all roles.
    pub placement: Placement,
    /// How many nodes only propose, where roles stand apart.
    pub proposers: u32,
    /// How many nodes only learn, where roles stand apart; the others accept.
    pub learners: u32,
    /// How many acceptors make a quorum of phase 1; 0 for a majority.
    pub phase1_quorum: u32,
    /// How many acceptors make a quorum of phase 2; 0 for a majority.
    pub phase2_quorum: u32,
    /// Whom acceptors tell.
    pub learning: Learning,
    /// How long a proposer gives its ballot before it begins a higher one, in microseconds.
    pub retry: (Time, Time),
    /// How that time is taken from its range.
    pub backoff: Backoff,
    /// Whether acceptors answer what they refuse.
    pub nacks: bool,
    /// Whether only one proposer issues proposals, as long as it seems to be up.
    pub distinguished: bool,
    /// How often proposers tell each other that they are up, in microseconds.
    pub heartbeat: Time,
    /// After how long without a heartbeat a proposer is taken to be down, in microseconds.
    pub suspect_after: Time,
    /// How long a learner waits at least, and half of what it waits at most, before it asks acceptors or tells others
    /// again, in microseconds.
    pub repeat: Time,
}

/// Where the roles are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Every node is a proposer, an acceptor and a learner.
    Together,
    /// Every node has one role.
    Apart,
}

/// How the chosen value comes to be known ("Paxos Made Simple", §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// Acceptors tell all learners, and the proposer of the ballot.
    All,
    /// Acceptors tell one learner, which tells the others.
    Distinguished,
}

/// How long proposers wait before they try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// The least time of the range, always.
    Fixed,
    /// A time drawn from the range, each time anew.
    Random,
}

/// The timers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The proposer's next ballot.
    Retry,
    /// The learner's next question.
    Ask,
    /// The next time that somebody who knows tells the others.
    Tell,
    /// The proposer's next heartbeat.
    Alive,
}

impl Config {
    /// All roles on every node, majorities, and times that suit the default network.
    pub fn usual() -> Self {
        Self {
            placement: Placement::Together,
            proposers: 2,
            learners: 1,
            phase1_quorum: 0,
            phase2_quorum: 0,
            learning: Learning::All,
            retry: (150 * MS, 300 * MS),
            backoff: Backoff::Random,
            nacks: true,
            distinguished: false,
            heartbeat: 50 * MS,
            suspect_after: 200 * MS,
            repeat: 400 * MS,
        }
    }

    /// Sets what is one of two.
    fn choose(&mut self, parameter: u8, is_second: bool) -> bool {
        match parameter {
            0 => self.placement = if is_second { Placement::Apart } else { Placement::Together },
            5 => self.learning = if is_second { Learning::Distinguished } else { Learning::All },
            7 => self.backoff = if is_second { Backoff::Random } else { Backoff::Fixed },
            8 => self.nacks = is_second,
            9 => self.distinguished = is_second,
            _ => return false,
        }
        true
    }
}

impl Protocol for Paxos {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Write;
    type Message = Message;
    type Timer = Timer;
    type Op = Propose;
    type Reply = Decided;
    type Mutant = Mutant;
    type Monitor = Monitor;
    type Directive = Infallible;

    const DECIDED: Option<u8> = Some(CHOSEN);

    fn write(durable: &mut Durable, write: &Write) {
        durable.write(write);
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
        message.kind()
    }

    fn size(message: &Message) -> u32 {
        message.size()
    }

    fn times_out(timer: Timer) -> bool {
        timer == Timer::Retry
    }

    /// Whatever it is asked, a consensus object takes it for a proposal.
    fn operation(kind: OpKind, _: u32, value: i64) -> Option<Propose> {
        match kind {
            OpKind::Read | OpKind::Write | OpKind::CompareAndSet | OpKind::Append | OpKind::ReadList => {
                Some(Propose(value))
            }
        }
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0 | 5 | 7 | 8 | 9, Setting::Number(place @ (0 | 1))) => return config.choose(parameter, *place == 1),
            (1, Setting::Number(proposers)) if *proposers > 0 => config.proposers = *proposers,
            (2, Setting::Number(learners)) if *learners > 0 => config.learners = *learners,
            (3, Setting::Number(quorum)) => config.phase1_quorum = *quorum,
            (4, Setting::Number(quorum)) => config.phase2_quorum = *quorum,
            (6, Setting::Range(low, high)) if 0 < *low && low <= high => config.retry = (*low, *high),
            (10, Setting::Duration(heartbeat)) if *heartbeat > 0 => config.heartbeat = *heartbeat,
            (11, Setting::Duration(time)) if *time > 0 => config.suspect_after = *time,
            (12, Setting::Duration(repeat)) if *repeat > 0 => config.repeat = *repeat,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
