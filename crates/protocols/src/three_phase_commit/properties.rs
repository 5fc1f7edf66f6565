//! The properties, judged after every step: those of all atomic commit protocols, and what this one is known for.

use super::ThreePhaseCommit;
use crate::transaction::judge::{Judge, WAITS_FOR_IN_DOUBT};
use consistory_kernel::{Observation, Verdict};

/// A participant takes over as the coordinator of a transaction.
pub const NEW_COORDINATOR: u8 = WAITS_FOR_IN_DOUBT + 1;
/// Processes that have all failed decide once the last to fail is back.
pub const TOTAL_FAILURE: u8 = NEW_COORDINATOR + 1;
/// No node that is up has an undecided transaction.
pub const TERMINATION: u8 = TOTAL_FAILURE + 1;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    /// What all atomic commit protocols are judged by.
    pub judge: Judge,
}

impl Monitor {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, ThreePhaseCommit>, verdict: &mut Verdict) {
        self.judge.observe(world, verdict);
        let Some(node) = world.node() else { return };
        if node.has_taken_over {
            verdict.reach(NEW_COORDINATOR);
        }
        if node.has_resolved {
            verdict.reach(TOTAL_FAILURE);
        }
    }
}
