//! The properties of the paper's Figure 3, judged after every step, and what the metrics count.
//!
//! Each log entry carries a digest of its prefix, so that each property costs a few comparisons a step.

use super::Raft;
use super::log::Command;
use super::node::{Node, Role};
use crate::applied::{Applied, Asked, Heard};
use consistory_kernel::{Chunks, Observation, ProcessId, Time, Verdict};
use std::collections::BTreeMap;

/// "At most one leader can be elected in a given term" (§5.2).
pub const ELECTION_SAFETY: u8 = 0;
/// "A leader never overwrites or deletes entries in its log; it only appends new entries" (§5.3).
pub const LEADER_APPEND_ONLY: u8 = 1;
/// "If two logs contain an entry with the same index and term, then the logs are identical in all entries up through the given index" (§5.3).
pub const LOG_MATCHING: u8 = 2;
/// "If a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all higher-numbered terms" (§5.4).
pub const LEADER_COMPLETENESS: u8 = 3;
/// "If a server has applied a log entry at a given index, no other server will ever apply a different log entry for the same index" (§5.4.3).
pub const STATE_MACHINE_SAFETY: u8 = 4;
/// A leader is elected.
pub const LEADER_ELECTED: u8 = 5;
/// An entry is committed.
pub const ENTRY_COMMITTED: u8 = 6;
/// An election ends without a winner, because several candidates split the vote (§5.2).
pub const VOTE_SPLIT: u8 = 7;
/// A server deletes an uncommitted entry that conflicts with its leader's (§5.3).
pub const ENTRY_OVERWRITTEN: u8 = 8;
/// One leader, known to a majority, whose commit index has reached the end of its log.
pub const PROGRESS: u8 = 9;
/// Servers apply only no-ops, and what clients have asked under the number that they gave it.
pub const VALIDITY: u8 = 10;
/// No server ever applies two different entries at one index, not even after a restart.
pub const INTEGRITY: u8 = 11;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    seen: Vec<Seen>,
    leaders: BTreeMap<u32, ProcessId>,
    /// By index: the term and prefix digest of the first entry ever seen there, and when it appeared.
    entries: Chunks<Known>,
    /// Entries that appeared at an index with another term.
    others: BTreeMap<(u32, u32), u64>,
    committed: Chunks<Committed>,
    applied: Applied,
    asked: Asked,
    election: Election,
    /// Elections begun.
    pub elections: u64,
    /// Terms that ended without a leader although several servers stood in them.
    pub split_votes: u64,
    /// How long each entry took from its leader's log to commitment, in microseconds.
    pub commit_latencies: Chunks<Time>,
    /// For each server, when it last became leader.
    pub won_at: BTreeMap<ProcessId, Time>,
}

/// A server as it was after its last step.
#[derive(Clone, Copy, Debug, Default, Hash)]
struct Seen {
    up: bool,
    term: u32,
    standing: Standing,
    length: u32,
    chain: u64,
    commit: u32,
    applied: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Standing {
    #[default]
    Follower,
    Candidate,
    Leader,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Known {
    term: u32,
    chain: u64,
    appeared: Time,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Committed {
    chain: u64,
    /// The term of the leader that committed it.
    in_term: u32,
}

/// The latest term in which somebody stood.
#[derive(Clone, Copy, Debug, Default, Hash)]
struct Election {
    term: u32,
    candidates: u16,
    won: bool,
}

impl Monitor {
    /// Judges the server that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, Raft>, verdict: &mut Verdict) {
        if self.seen.len() < world.nodes.len() {
            self.seen.resize(world.nodes.len(), Seen::default());
        }
        let me = world.changed;
        let before = self.seen[me.index()];
        let Some(node) = world.node() else {
            self.seen[me.index()] = Seen::default();
            return;
        };
        if let Some(heard) = &node.heard.0 {
            self.asked.hear(heard);
        }
        let log = &node.durable.log;
        let now = Seen {
            up: true,
            term: node.term(),
            standing: standing(node),
            length: log.last_index(),
            chain: log.chain(log.last_index()),
            commit: node.commit,
            applied: node.applied,
        };
        self.seen[me.index()] = now;
        if (now.length, now.chain) != (before.length, before.chain) {
            self.on_log_change(world, node, before, now, verdict);
        }
        if now.standing == Standing::Candidate && (before.standing, before.term) != (now.standing, now.term) {
            self.on_candidate(now.term, verdict);
        }
        if now.standing == Standing::Leader && (before.standing != Standing::Leader || before.term != now.term) {
            self.on_leader(world, node, now.term, before.term, verdict);
        }
        if now.commit > before.commit && now.standing == Standing::Leader {
            self.on_commit(world, node, verdict);
        }
        if now.applied > before.applied {
            self.on_apply(world, node, before.applied, verdict);
        }
    }

    /// Log Matching and Leader Append-Only.
    fn on_log_change(
        &mut self,
        world: &Observation<'_, Raft>,
        node: &Node,
        before: Seen,
        now: Seen,
        verdict: &mut Verdict,
    ) {
        let me = world.changed;
        let log = &node.durable.log;
        let kept = now.length >= before.length && log.chain(before.length) == before.chain;
        if before.up && !kept {
            // A candidate that has won in this very step is the leader of its term already.
            let leads = now.standing == Standing::Leader && now.term == before.term;
            if leads && before.standing != Standing::Follower {
                verdict.violate(LEADER_APPEND_ONLY, &[me]);
            }
            verdict.reach(ENTRY_OVERWRITTEN);
        }
        let registered = (1..=now.length).rev().find(|index| {
            let term = log.term(*index).unwrap_or(0);
            self.known_chain(*index, term) == Some(log.chain(*index))
        });
        for index in registered.unwrap_or(0) + 1..=now.length {
            let (term, chain) = (log.term(index).unwrap_or(0), log.chain(index));
            if self.known_chain(index, term).is_some_and(|known| known != chain) {
                let other = world.up().find(|(id, other)| {
                    let log = &other.durable.log;
                    *id != me && log.term(index) == Some(term) && log.chain(index) != chain
                });
                if let Some((other, _)) = other {
                    verdict.violate(LOG_MATCHING, &[me.min(other), me.max(other)]);
                }
            }
            self.register(index, Known { term, chain, appeared: world.time });
        }
    }

    fn known_chain(&self, index: u32, term: u32) -> Option<u64> {
        let known = self.entries.get(index as usize - 1)?;
        if known.term == term { Some(known.chain) } else { self.others.get(&(index, term)).copied() }
    }

    fn register(&mut self, index: u32, entry: Known) {
        match self.entries.get_mut(index as usize - 1) {
            None => self.entries.push(entry),
            Some(known) if known.term == entry.term => known.chain = entry.chain,
            Some(_) => {
                self.others.insert((index, entry.term), entry.chain);
            }
        }
    }

    /// Counts elections; a term that several stood in and nobody won is a split vote once the next begins.
    fn on_candidate(&mut self, term: u32, verdict: &mut Verdict) {
        self.elections += 1;
        if term > self.election.term {
            if self.election.candidates > 1 && !self.election.won {
                self.split_votes += 1;
                verdict.reach(VOTE_SPLIT);
            }
            self.election = Election { term, candidates: 0, won: false };
        }
        if term == self.election.term {
            self.election.candidates += 1;
        }
    }

    /// Election Safety, and Leader Completeness of the new leader.
    fn on_leader(
        &mut self,
        world: &Observation<'_, Raft>,
        node: &Node,
        term: u32,
        term_before: u32,
        verdict: &mut Verdict,
    ) {
        let me = world.changed;
        if term_before < term {
            // It stood and won in one step: a cluster of one.
            self.on_candidate(term, verdict);
        }
        verdict.reach(LEADER_ELECTED);
        self.won_at.insert(me, world.time);
        if term == self.election.term {
            self.election.won = true;
        }
        let first = *self.leaders.entry(term).or_insert(me);
        if first != me {
            verdict.violate(ELECTION_SAFETY, &[first.min(me), first.max(me)]);
        }
        let earlier = (0..self.committed.len()).rev().find_map(|slot| {
            let committed = self.committed.get(slot)?;
            (committed.in_term < term).then_some((slot, committed.chain))
        });
        if let Some((slot, chain)) = earlier
            && node.durable.log.chain(index_of(slot)) != chain
        {
            verdict.violate(LEADER_COMPLETENESS, &[me]);
        }
    }

    /// Remembers what a leader commits, and checks the leaders of higher terms for it.
    fn on_commit(&mut self, world: &Observation<'_, Raft>, node: &Node, verdict: &mut Verdict) {
        verdict.reach(ENTRY_COMMITTED);
        let log = &node.durable.log;
        let known = self.committed.len();
        for slot in known..node.commit as usize {
            let chain = log.chain(index_of(slot));
            self.committed.push(Committed { chain, in_term: node.term() });
            if let Some(entry) = self.entries.get(slot) {
                self.commit_latencies.push(world.time - entry.appeared);
            }
        }
        if self.committed.len() == known {
            return;
        }
        let (index, chain) = (node.commit, log.chain(node.commit));
        for (id, other) in world.up() {
            if other.is_leader() && other.term() > node.term() && other.durable.log.chain(index) != chain {
                verdict.violate(LEADER_COMPLETENESS, &[id]);
            }
        }
    }

    /// State Machine Safety; each index as a consensus object.
    fn on_apply(&mut self, world: &Observation<'_, Raft>, node: &Node, from: u32, verdict: &mut Verdict) {
        let log = &node.durable.log;
        for index in from + 1..=node.applied {
            let command = log.entry(index).map(|entry| entry.command);
            if let Some(Command::Client { client, serial, op }) = command
                && !self.asked.has(&Heard { client, serial, op })
            {
                verdict.violate(VALIDITY, &[world.changed]);
            }
            let difference = self.applied.apply(world.changed, index, log.chain(index));
            if difference.from_itself {
                verdict.violate(INTEGRITY, &[world.changed]);
            }
            if let Some(first) = difference.from_first {
                let holder = world.up().find(|(_, node)| node.durable.log.chain(index) == first);
                let mut nodes = vec![world.changed];
                nodes.extend(holder.map(|(id, _)| id));
                nodes.sort_unstable();
                verdict.violate(STATE_MACHINE_SAFETY, &nodes);
            }
        }
    }
}

fn standing(node: &Node) -> Standing {
    match node.role {
        Role::Follower => Standing::Follower,
        Role::Candidate { .. } => Standing::Candidate,
        Role::Leader { .. } => Standing::Leader,
    }
}

fn index_of(slot: usize) -> u32 {
    u32::try_from(slot).unwrap_or(u32::MAX - 1) + 1
}
