//! The instances of Paxos as a witness of all acceptors sees them: what is chosen, and whether promises are kept.
//!
//! A value is chosen in an instance when F + 1 acceptors have accepted it in one ballot, whether anybody knows it or
//! not. What a step has promised and accepted is sure once its node makes another step, or, after a crash, if its disk
//! has the step's writes: a crash while the disk is busy undoes them, and what the step would have sent.

use super::PaxosCommit;
use super::acceptor::{Deed, forget_old};
use super::ballot::{Ballot, Value, Votes};
use super::node::Node;
use super::properties::{INSTANCE_AGREEMENT, PROMISE_KEPT};
use crate::transaction::TxnId;
use crate::transaction::costs::{bit, nodes_of};
use consistory_kernel::{Observation, ProcessId, Verdict};
use std::collections::BTreeMap;

/// All instances of the last transactions of each client.
#[derive(Clone, Debug, Default, Hash)]
pub struct Instances {
    acceptors: Vec<Seen>,
    tallies: BTreeMap<TxnId, Vec<Tally>>,
}

/// An acceptor after its last step.
#[derive(Clone, Debug, Default, Hash)]
struct Seen {
    is_up: bool,
    /// How many records its disk has once the writes of that step are done.
    stable: u32,
    /// What that step has done.
    fresh: Vec<Deed>,
    /// By transaction the highest ballot that it has surely promised or accepted.
    kept: BTreeMap<TxnId, Ballot>,
}

/// Who has surely accepted a value in an instance.
#[derive(Clone, Copy, Debug, Hash)]
struct Tally {
    rm: ProcessId,
    ballot: Ballot,
    value: Value,
    /// One bit a node.
    acceptors: u32,
}

impl Instances {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, PaxosCommit>, verdict: &mut Verdict) {
        if self.acceptors.len() < world.nodes.len() {
            self.acceptors.resize(world.nodes.len(), Seen::default());
        }
        let me = world.changed;
        let Some(node) = world.node() else {
            self.acceptors[me.index()].is_up = false;
            return;
        };
        let nodes = u16::try_from(world.nodes.len()).unwrap_or(u16::MAX);
        let quorum = u32::from(world.config.roles(nodes).quorum());
        self.on_last_step(me, node, quorum, verdict);
        let seen = &mut self.acceptors[me.index()];
        seen.stable = node.stable;
        seen.fresh.clone_from(&node.deeds);
        for deed in &node.deeds {
            let (txn, ballot) = match deed {
                Deed::Promised { txn, ballot } | Deed::Accepted { txn, ballot, .. } => (txn, ballot),
            };
            if seen.kept.get(txn).is_some_and(|kept| ballot < kept) {
                verdict.violate(PROMISE_KEPT, &[me]);
            }
        }
    }

    /// What the node's step before this one has done is sure now, unless a crash has undone it.
    fn on_last_step(&mut self, me: ProcessId, node: &Node, quorum: u32, verdict: &mut Verdict) {
        let seen = &mut self.acceptors[me.index()];
        let was_up = core::mem::replace(&mut seen.is_up, true);
        let fresh = core::mem::take(&mut seen.fresh);
        if !was_up && node.stable < seen.stable {
            return;
        }
        for deed in fresh {
            match deed {
                Deed::Promised { txn, ballot } => self.keep(me, txn, ballot),
                Deed::Accepted { txn, ballot, votes } => {
                    self.keep(me, txn, ballot);
                    self.on_accepted(me, txn, ballot, &votes, quorum, verdict);
                }
            }
        }
    }

    fn keep(&mut self, me: ProcessId, txn: TxnId, ballot: Ballot) {
        let kept = &mut self.acceptors[me.index()].kept;
        if !kept.contains_key(&txn) {
            forget_old(kept, txn);
        }
        let highest = kept.entry(txn).or_default();
        *highest = (*highest).max(ballot);
    }

    /// An acceptor has surely accepted: judges the instances in which it has.
    fn on_accepted(
        &mut self,
        me: ProcessId,
        txn: TxnId,
        ballot: Ballot,
        votes: &Votes,
        quorum: u32,
        verdict: &mut Verdict,
    ) {
        if !self.tallies.contains_key(&txn) {
            forget_old(&mut self.tallies, txn);
        }
        let tallies = self.tallies.entry(txn).or_default();
        for (rm, value) in votes {
            let is_same = |tally: &Tally| tally.rm == *rm && tally.ballot == ballot && tally.value == *value;
            match tallies.iter_mut().find(|tally| is_same(tally)) {
                Some(tally) => tally.acceptors |= bit(me),
                None => tallies.push(Tally { rm: *rm, ballot, value: *value, acceptors: bit(me) }),
            }
            let is_chosen = |tally: &&Tally| tally.rm == *rm && tally.acceptors.count_ones() >= quorum;
            let acceptors_of = |wanted: Value| {
                let chosen = tallies.iter().filter(is_chosen).filter(|tally| tally.value == wanted);
                chosen.fold(0, |bits, tally| bits | tally.acceptors)
            };
            let (prepared, aborted) = (acceptors_of(Value::Prepared), acceptors_of(Value::Aborted));
            if prepared != 0 && aborted != 0 {
                verdict.violate(INSTANCE_AGREEMENT, &nodes_of(prepared | aborted));
            }
        }
    }
}
