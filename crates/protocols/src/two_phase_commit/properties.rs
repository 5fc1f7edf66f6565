//! The properties, judged after every step: those of all atomic commit protocols, and what this one is known for.

use super::TwoPhaseCommit;
use super::node::Joined;
use crate::transaction::judge::{Judge, WAITS_FOR_IN_DOUBT};
use consistory_kernel::{Observation, Verdict};

/// A participant in doubt has asked, and nobody could tell.
pub const BLOCKED: u8 = WAITS_FOR_IN_DOUBT + 1;
/// Another participant tells one in doubt what is decided.
pub const RESOLVED_BY_PEER: u8 = BLOCKED + 1;
/// No node that is up has an undecided transaction.
pub const TERMINATION: u8 = RESOLVED_BY_PEER + 1;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    /// What all atomic commit protocols are judged by.
    pub judge: Judge,
}

impl Monitor {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, TwoPhaseCommit>, verdict: &mut Verdict) {
        self.judge.observe(world, verdict);
        let Some(node) = world.node() else { return };
        if node.site.parts.values().any(Joined::is_blocked) {
            verdict.reach(BLOCKED);
        }
        if node.is_helped {
            verdict.reach(RESOLVED_BY_PEER);
        }
    }
}
