//! What the protocol promises, judged after every step.

use super::MajorityVote;
use super::node::{Node, majority};
use crate::consensus::{Consensus, Rules, Standing};
use consistory_kernel::{Chunks, Observation, ProcessId, Time, Verdict};
use std::collections::BTreeMap;

/// See [`crate::consensus::agreement`].
pub const AGREEMENT: u8 = 0;
/// See [`crate::consensus::validity`].
pub const VALIDITY: u8 = 1;
/// See [`crate::consensus::integrity`].
pub const INTEGRITY: u8 = 2;
/// No process votes for two values, not even after a restart.
pub const ONE_VOTE: u8 = 3;
/// A process decides.
pub const DECIDED: u8 = 4;
/// All have voted, and no value has a majority.
pub const SPLIT: u8 = 5;
/// Somebody has decided, but nobody who is up knows it or could tell from the votes of those who are up.
pub const IN_DOUBT: u8 = 6;
/// See [`crate::consensus::termination`].
pub const TERMINATION: u8 = 7;

const RULES: Rules = Rules { agreement: AGREEMENT, validity: VALIDITY, integrity: INTEGRITY };

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    /// Who has decided what.
    pub consensus: Consensus,
    /// Message delays from a client's request to the decision where it asked, for each request that waited for it.
    pub delays: Chunks<u64>,
    /// When a process decided for the first time.
    pub decided_at: Option<Time>,
    /// The first vote of each process.
    votes: BTreeMap<ProcessId, i64>,
    /// Votes whose process may have been writing them when it crashed: see [`Consensus`].
    pending: BTreeMap<ProcessId, i64>,
}

impl Monitor {
    /// Judges the process that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, MajorityVote>, verdict: &mut Verdict) {
        let me = world.changed;
        let pending = self.pending.remove(&me);
        let Some(node) = world.node() else {
            self.consensus.observe(me, None, world.time, RULES, verdict);
            self.on_crash(world, verdict);
            return;
        };
        if let Some(asked) = node.asked {
            self.consensus.propose(asked.value, world.time);
        }
        let standing = Standing { decided: node.decision.map(|made| made.value), has_written: node.has_written };
        self.consensus.observe(me, Some(standing), world.time, RULES, verdict);
        if node.decision.is_some() {
            self.decided_at.get_or_insert(world.time);
            verdict.reach(DECIDED);
        }
        if let Some(delays) = node.answered_after {
            self.delays.push(u64::from(delays));
        }
        self.on_votes(me, node, pending, verdict);
        if self.votes.len() == world.nodes.len() && !self.has_majority(world, |_| true) {
            verdict.reach(SPLIT);
        }
    }

    /// One Vote: what a process votes for now, and what others have heard of it.
    fn on_votes(&mut self, me: ProcessId, node: &Node, pending: Option<i64>, verdict: &mut Verdict) {
        let others = node.votes.iter().filter(|(id, _)| **id != me).map(|(id, vote)| (*id, vote.value));
        let own = node.vote.map(|vote| vote.value);
        let is_sure = !node.has_written;
        let sure = pending.into_iter().chain(own.filter(|_| is_sure)).map(|value| (me, value));
        for (id, value) in others.chain(sure) {
            if *self.votes.entry(id).or_insert(value) != value {
                verdict.violate(ONE_VOTE, &[id]);
            }
        }
        if let Some(value) = own.filter(|_| !is_sure) {
            self.pending.insert(me, value);
        }
    }

    /// Whether those who are left can still tell what was decided.
    fn on_crash(&self, world: &Observation<'_, MajorityVote>, verdict: &mut Verdict) {
        let is_up = |id: ProcessId| world.nodes.get(id.index()).is_some_and(Option::is_some);
        let is_known = world.up().any(|(_, node)| node.decision.is_some());
        let was_decided = self.consensus.decisions().next().is_some();
        if was_decided && !is_known && !self.has_majority(world, is_up) {
            verdict.reach(IN_DOUBT);
        }
    }

    /// Whether a majority has voted for the same value, as far as the votes of these processes go.
    fn has_majority(&self, world: &Observation<'_, MajorityVote>, counts: impl Fn(ProcessId) -> bool) -> bool {
        let nodes = u16::try_from(world.nodes.len()).unwrap_or(u16::MAX);
        let mut tally: BTreeMap<i64, u16> = BTreeMap::new();
        for (_, value) in self.votes.iter().filter(|(id, _)| counts(**id)) {
            *tally.entry(*value).or_insert(0) += 1;
        }
        tally.values().any(|count| *count >= majority(nodes))
    }
}
