//! Majority vote: the simplest idea of consensus, to see what it lacks.
//!
//! Every process votes once, for the first value that it hears of, tells everybody, and decides on what a majority
//! has voted for. Two majorities share a process and nobody votes twice, so that no two values are decided (Gifford,
//! "Weighted Voting for Replicated Data", 1979, uses the same argument). But votes may split, and then nothing is ever
//! decided; and if those who know the last vote crash, the others cannot tell what was decided. (Fischer, Lynch and
//! Paterson show in 1985 that every protocol that is always safe has runs without an end; Paxos at least can leave
//! them again.) [`node`] holds the votes, [`properties`] judges them, [`mutants`] switches rules off, [`view`] draws.
//! Added: stable storage for the vote, and reminders, since links may lose votes.

pub mod mutants;
pub mod node;
pub mod properties;
mod spec;
#[cfg(test)]
mod tests;
mod view;
mod why;
#[cfg(test)]
mod why_tests;

use crate::consensus::{Decided, Proposal, Propose};
use consistory_kernel::{Cx, Event, Observation, OpKind, Protocol, Setting, Time, Verdict};
use core::convert::Infallible;
use mutants::Mutant;
use node::{Durable, Node};
use properties::{DECIDED, Monitor};

pub use MajorityVote as Registered;

/// The protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MajorityVote;

/// Parameters, the same on every process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether a vote is on disk before anybody hears of it. It is chosen before anybody votes.
    pub durable: bool,
    /// How long a process waits at least, and half of what it waits at most, before it reminds those whose votes it
    /// lacks, in microseconds.
    pub repeat: Time,
}

/// The timers of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The next reminder.
    Remind,
}

/// What processes send each other: the sender's vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// The vote.
    Vote(Proposal),
    /// The vote, from somebody who lacks the receiver's.
    Reminder(Proposal),
}

impl Message {
    /// What its sender has voted for.
    pub fn vote(&self) -> Proposal {
        match self {
            Self::Vote(vote) | Self::Reminder(vote) => *vote,
        }
    }
}

impl Protocol for MajorityVote {
    type Config = Config;
    type Node = Node;
    type Durable = Durable;
    type Write = Proposal;
    type Message = Message;
    type Timer = Timer;
    type Op = Propose;
    type Reply = Decided;
    type Mutant = Mutant;
    type Monitor = Monitor;
    type Directive = Infallible;

    const DECIDED: Option<u8> = Some(DECIDED);

    fn write(durable: &mut Durable, write: &Proposal) {
        durable.vote = Some(*write);
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
            Message::Vote(_) => 0,
            Message::Reminder(_) => 1,
        }
    }

    /// A 20-byte frame, and 14 bytes of a proposal: a number, a client, and the number of its operation.
    fn size(_: &Message) -> u32 {
        34
    }

    fn times_out(_: Timer) -> bool {
        true
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
            (0, Setting::Number(durable @ (0 | 1))) => config.durable = *durable == 1,
            (1, Setting::Duration(repeat)) if *repeat > 0 => config.repeat = *repeat,
            _ => return false,
        }
        true
    }

    fn observe(monitor: &mut Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.observe(seen, verdict);
    }
}
