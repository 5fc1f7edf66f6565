//! The properties, judged after every step, and what the metrics count.
//!
//! A node says what its last step did, so that each step costs what it did. Acceptors are watched as nobody in the
//! protocol can: a value is chosen the instant a majority has accepted it.

use super::MultiPaxos;
use super::ballot::Ballot;
use super::log::{Command, Entry};
use super::node::{Happening, Node};
use super::watch::{Outcome, Slots};
use crate::applied::{Applied, Asked, Heard};
use crate::kv::Op;
use consistory_kernel::{Chunks, Observation, ProcessId, Time, Verdict};
use std::collections::BTreeMap;

/// "Only a single value is chosen" in each slot, and "a process never learns that a value has been chosen unless it
/// actually has been" (Paxos Made Simple, §2.1).
pub const AGREEMENT: u8 = 0;
/// "If a proposal with value v is chosen, then every higher-numbered proposal accepted by any acceptor has value v"
/// (P2a, Paxos Made Simple, §2.2, which follows from P2b).
pub const CHOSEN_IS_STABLE: u8 = 1;
/// "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number
/// greater than n" (P1a, Paxos Made Simple, §2.2); nor does it promise less.
pub const PROMISE_KEPT: u8 = 2;
/// The sequences of commands that two nodes have applied are one a prefix of the other (Paxos Made Simple, §3).
pub const STATE_MACHINE_SAFETY: u8 = 3;
/// "Only a value that has been proposed may be chosen" (Paxos Made Simple, §2.1): no-ops, and what clients have
/// asked.
pub const VALIDITY: u8 = 4;
/// A read that a leader answers under its lease reflects every write acknowledged before (Paxos Made Live, §5.2).
pub const FRESH_READS: u8 = 5;
/// A majority promises a candidate's ballot.
pub const LEADER_ELECTED: u8 = 6;
/// A value is chosen: a majority of acceptors has accepted one proposal.
pub const CHOSEN: u8 = 7;
/// A new leader proposes what others had accepted.
pub const VALUE_ADOPTED: u8 = 8;
/// A no-op that a new leader proposed in a hole is chosen.
pub const GAP_FILLED: u8 = 9;
/// A leader has several slots in flight at once.
pub const PIPELINED: u8 = 10;
/// A node has got chosen entries that it lacked.
pub const CAUGHT_UP: u8 = 11;
/// A ballot ends without a majority, because a higher one has begun.
pub const BALLOT_PRE_EMPTED: u8 = 12;
/// A leader answers a read by itself.
pub const LOCAL_READ: u8 = 13;
/// A leader answers a read by itself and misses an acknowledged write.
pub const STALE_READ: u8 = 14;
/// One leader, known to a majority, everything that it has proposed chosen.
pub const PROGRESS: u8 = 15;
/// No node ever applies two different commands in one slot, not even after a restart.
pub const INTEGRITY: u8 = 16;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    seen: Vec<Seen>,
    slots: Slots,
    applied: Applied,
    asked: Asked,
    /// The highest ballot that was begun, and whether it got its majority.
    begun: Ballot,
    won: bool,
    /// The highest slot with a write whose client was answered.
    acknowledged: u32,
    /// Whether a clock was ever seen to run or jump beyond the margin of leases, which promise nothing then.
    clocks_drift: bool,
    /// Ballots begun.
    pub elections: u64,
    /// Ballots that got no majority before a higher one was begun: what split votes are to Raft.
    pub split_votes: u64,
    /// How long it took in each slot from the first proposal until somebody knew what is chosen, in microseconds.
    pub commit_latencies: Chunks<Time>,
    /// For each node, when it last became leader.
    pub won_at: BTreeMap<ProcessId, Time>,
}

/// A node as it was after its last step.
#[derive(Clone, Debug, Default, Hash)]
struct Seen {
    up: bool,
    promised: Ballot,
    /// The highest promise that is certainly on its disk: of the steps before the last one.
    kept: Ballot,
    stands: Option<Ballot>,
    leads: Option<Ballot>,
    applied: u32,
    /// When that was, and what its clock showed.
    time: Time,
    clock: Time,
    /// What it accepted in its last step: a crash now may undo that, if its disk is slow.
    accepted: Vec<(u32, Ballot)>,
}

impl Monitor {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, MultiPaxos>, verdict: &mut Verdict) {
        if self.seen.len() < world.nodes.len() {
            self.seen.resize(world.nodes.len(), Seen::default());
        }
        let me = world.changed;
        let before = core::mem::take(&mut self.seen[me.index()]);
        let Some(node) = world.node() else {
            for (slot, ballot) in before.accepted {
                self.slots.forget(slot, ballot, me, majority(world));
            }
            self.seen[me.index()] = Seen { kept: before.kept, ..Seen::default() };
            return;
        };
        let mut now = Seen {
            up: true,
            promised: node.promised,
            kept: before.kept.max(before.promised),
            stands: node.stands(),
            leads: node.leads(),
            applied: node.applied,
            time: world.time,
            clock: node.clock,
            accepted: Vec::new(),
        };
        if before.up {
            self.clocks_drift |= drifts(&before, &now);
            if now.promised != before.promised && now.promised < now.kept {
                verdict.violate(PROMISE_KEPT, &[me]);
            }
            for happening in &node.happened {
                self.on_happening(world, node, *happening, &mut now, verdict);
            }
        } else {
            self.on_boot(world, node, verdict);
        }
        self.on_ballot(world, &before, &now, verdict);
        if node.applied > before.applied {
            self.on_apply(world, node, before.applied, verdict);
        }
        if node.leading().is_some_and(|leading| leading.flight.len() > 1) {
            verdict.reach(PIPELINED);
        }
        self.seen[me.index()] = now;
    }

    /// What its disk has is accepted, and was learned before; or else the run starts with it.
    fn on_boot(&mut self, world: &Observation<'_, MultiPaxos>, node: &Node, verdict: &mut Verdict) {
        for entry in node.log.entries_from(1) {
            let outcome = self.slots.accept(entry, world.changed, majority(world), world.time);
            conclude(outcome, world.changed, verdict);
            if node.log.is_chosen(entry.slot) {
                let outcome = self.slots.learn(entry, world.time);
                conclude(outcome, world.changed, verdict);
            }
        }
    }

    fn on_happening(
        &mut self,
        world: &Observation<'_, MultiPaxos>,
        node: &Node,
        happening: Happening,
        now: &mut Seen,
        verdict: &mut Verdict,
    ) {
        let me = world.changed;
        match happening {
            Happening::Asked(heard) => self.asked.hear(&heard),
            Happening::Accepted(entry) => {
                if entry.ballot < now.kept {
                    verdict.violate(PROMISE_KEPT, &[me]);
                }
                now.accepted.push((entry.slot, entry.ballot));
                conclude(self.slots.accept(entry, me, majority(world), world.time), me, verdict);
            }
            Happening::Learned(entry) => self.on_learn(world, entry, verdict),
            Happening::Adopted => verdict.reach(VALUE_ADOPTED),
            Happening::CaughtUp => verdict.reach(CAUGHT_UP),
            Happening::Read => {
                verdict.reach(LOCAL_READ);
                if self.acknowledged > node.applied {
                    verdict.reach(STALE_READ);
                    if !self.clocks_drift {
                        verdict.violate(FRESH_READS, &[me]);
                    }
                }
            }
        }
    }

    /// Agreement, and that somebody has asked for what is chosen.
    fn on_learn(&mut self, world: &Observation<'_, MultiPaxos>, entry: Entry, verdict: &mut Verdict) {
        let me = world.changed;
        let is_valid = match entry.command {
            Command::NoOp | Command::Given(_) => true,
            Command::Client { client, serial, op } => self.asked.has(&Heard { client, serial, op }),
        };
        if !is_valid {
            verdict.violate(VALIDITY, &[me]);
        }
        let outcome = self.slots.learn(entry, world.time);
        if outcome.disagrees {
            let differs = |node: &Node| {
                node.log.is_chosen(entry.slot)
                    && node.log.proposal(entry.slot).is_some_and(|held| held.command != entry.command)
            };
            let other = world.up().find(|(id, node)| *id != me && differs(node));
            let mut nodes = vec![me];
            nodes.extend(other.map(|(id, _)| id));
            nodes.sort_unstable();
            verdict.violate(AGREEMENT, &nodes);
        }
        conclude(Outcome { disagrees: false, ..outcome }, me, verdict);
        if let Some(latency) = outcome.latency {
            self.commit_latencies.push(latency);
            if entry.command == Command::NoOp {
                verdict.reach(GAP_FILLED);
            }
        }
    }

    /// Counts ballots, and those that a higher one has pre-empted.
    fn on_ballot(&mut self, world: &Observation<'_, MultiPaxos>, before: &Seen, now: &Seen, verdict: &mut Verdict) {
        let leads = now.leads.filter(|_| now.leads != before.leads);
        // One that needs nobody else stands and wins in one step.
        let begun = now.stands.or(leads).filter(|ballot| before.stands != Some(*ballot));
        if let Some(ballot) = begun {
            self.elections += 1;
            let pre_empts = self.begun > Ballot::NONE && !self.won;
            if ballot < self.begun || pre_empts {
                self.split_votes += 1;
                verdict.reach(BALLOT_PRE_EMPTED);
            }
            if ballot > self.begun {
                self.begun = ballot;
                self.won = false;
            }
        }
        if let Some(ballot) = leads {
            verdict.reach(LEADER_ELECTED);
            self.won |= ballot == self.begun;
            self.won_at.insert(world.changed, world.time);
        }
    }

    /// State machine safety, and what clients have been told.
    fn on_apply(&mut self, world: &Observation<'_, MultiPaxos>, node: &Node, from: u32, verdict: &mut Verdict) {
        for slot in from + 1..=node.applied {
            let chain = node.chain(slot);
            let command = node.log.proposal(slot).map(|held| held.command);
            if let Some(Command::Client { op, .. }) = command
                && node.is_leader()
                && !matches!(op, Op::Read(_))
            {
                self.acknowledged = self.acknowledged.max(slot);
            }
            let difference = self.applied.apply(world.changed, slot, chain);
            if difference.from_itself {
                verdict.violate(INTEGRITY, &[world.changed]);
            }
            if let Some(first) = difference.from_first {
                let holder = world.up().find(|(_, node)| node.chain(slot) == first);
                let mut nodes = vec![world.changed];
                nodes.extend(holder.map(|(id, _)| id));
                nodes.sort_unstable();
                verdict.violate(STATE_MACHINE_SAFETY, &nodes);
            }
        }
    }
}

/// What an observation of a slot means for the properties; `node` is the one that was observed.
fn conclude(outcome: Outcome, node: ProcessId, verdict: &mut Verdict) {
    if outcome.chosen {
        verdict.reach(CHOSEN);
    }
    if outcome.disagrees {
        verdict.violate(AGREEMENT, &[node]);
    }
    if outcome.unstable != 0 {
        let nodes: Vec<ProcessId> = (0..16).filter(|place| outcome.unstable >> place & 1 == 1).map(ProcessId).collect();
        verdict.violate(CHOSEN_IS_STABLE, &nodes);
    }
}

/// Whether a clock has run more than 5 % fast or slow between two steps, or was set.
fn drifts(before: &Seen, now: &Seen) -> bool {
    let (real, shown) = (now.time - before.time, now.clock.saturating_sub(before.clock));
    now.clock < before.clock || real.abs_diff(shown) > real / 20 + 2
}

fn majority(world: &Observation<'_, MultiPaxos>) -> u32 {
    u32::try_from(world.nodes.len() / 2 + 1).unwrap_or(u32::MAX)
}
