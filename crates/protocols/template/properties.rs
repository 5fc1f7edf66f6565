//! What the protocol promises, judged after every step.

use super::{Newcomer, PRIMARY};
use consistory_kernel::{Observation, ProcessId, Verdict};

/// No backup has an entry that the primary lacks: what it answered for is not forgotten.
pub const COPIES_FOLLOW: u8 = 0;

/// Judges the nodes that are up.
pub(super) fn judge(seen: &Observation<'_, Newcomer>, verdict: &mut Verdict) {
    let Some(primary) = seen.nodes.get(PRIMARY.index()).and_then(Option::as_deref) else { return };
    let ahead = seen.up().filter(|(_, node)| node.have() > primary.have());
    let ahead: Vec<ProcessId> = ahead.map(|(id, _)| id).collect();
    if !ahead.is_empty() {
        verdict.violate(COPIES_FOLLOW, &ahead);
    }
}
