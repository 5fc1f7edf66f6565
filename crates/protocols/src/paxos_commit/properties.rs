//! The properties, judged after every step: those of all atomic commit protocols, those of the instances of Paxos, and
//! what this protocol is known for.

use super::instances::Instances;
use super::{MANAGER, PaxosCommit};
use crate::transaction::judge::{Judge, WAITS_FOR_IN_DOUBT};
use consistory_kernel::{Observation, Verdict};

/// No instance of Paxos chooses two values.
pub const INSTANCE_AGREEMENT: u8 = WAITS_FOR_IN_DOUBT + 1;
/// No acceptor accepts or promises a ballot below one that it has promised.
pub const PROMISE_KEPT: u8 = INSTANCE_AGREEMENT + 1;
/// A leader decides by a ballot above 0.
pub const BALLOT_RAISED: u8 = PROMISE_KEPT + 1;
/// A leader decides while the transaction manager is down.
pub const RESOLVED_WITHOUT_MANAGER: u8 = BALLOT_RAISED + 1;
/// An RM in doubt has asked everybody who could lead, and nobody could tell.
pub const BLOCKED: u8 = RESOLVED_WITHOUT_MANAGER + 1;
/// No node that is up has an undecided transaction.
pub const TERMINATION: u8 = BLOCKED + 1;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    /// What all atomic commit protocols are judged by.
    pub judge: Judge,
    /// What the acceptors have chosen.
    pub instances: Instances,
}

impl Monitor {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, PaxosCommit>, verdict: &mut Verdict) {
        self.judge.observe(world, verdict);
        self.instances.observe(world, verdict);
        let Some(node) = world.node() else { return };
        if node.has_raised {
            verdict.reach(BALLOT_RAISED);
            if world.nodes[MANAGER.index()].is_none() {
                verdict.reach(RESOLVED_WITHOUT_MANAGER);
            }
        }
        let nodes = u16::try_from(world.nodes.len()).unwrap_or(u16::MAX);
        let candidates = world.config.roles(nodes).candidate_count();
        if node.site.parts.values().any(|joined| joined.is_blocked(candidates)) {
            verdict.reach(BLOCKED);
        }
    }
}
