//! What committing a transaction should cost where nothing fails, by the sources' formulas.
//!
//! N participants, of whom R vote read-only: 3N messages in three rounds where the coordinator asks (Bernstein,
//! Hadzilacos and Goodman, §7.4); 3N − 1 messages and four delays where a participant begins, 3N − 3 and three where
//! the coordinator is on the first participant's node, N + 1 forced writes in both (Gray and Lamport, §3). A read-only
//! participant saves its part of the decision and all its writes. Where the coordinator begins, participants force what
//! they learn before they acknowledge it (Mohan, Lindsay and Obermarck): with presumed commit a commit is not
//! acknowledged, but whom it asks the coordinator forces first.

use super::{Begin, COORDINATOR, Config, Presume};
use crate::transaction::Outcome;
use crate::transaction::costs::{Costs, Formula, Term};

/// The formula for a committed transaction with that many participants, in a run with so many nodes. None for one that
/// is aborted: the sources differ there by when and why.
pub fn formula(config: &Config, nodes: u16, costs: &Costs) -> Option<Formula> {
    if costs.outcome == Some(Outcome::Abort) {
        return None;
    }
    let (count, read_only) = (costs.count(), costs.read_only_count());
    let begin = config.begin(nodes);
    let is_asked_first = config.presume == Presume::Commit && begin == Begin::Participant;
    let has_own = begin == Begin::Together && costs.members >> COORDINATOR.0 & 1 == 1;
    let own_read_only = u16::from(has_own && costs.read_only >> COORDINATOR.0 & 1 == 1);
    let extra = match begin {
        Begin::Participant if is_asked_first => 1,
        Begin::Participant => -1,
        Begin::Together if has_own => -3,
        Begin::Coordinator | Begin::Together => 0,
    };
    let others = count - u16::from(has_own);
    let told = others - (read_only - own_read_only);
    let delays = match begin {
        Begin::Participant if count == 1 && !is_asked_first => 2,
        Begin::Participant => 4,
        Begin::Together if has_own && others == 0 => 0,
        // The coordinator's own participant knows when the last vote is there.
        Begin::Together if has_own && told == 0 => 2,
        Begin::Coordinator | Begin::Together => 3,
    };
    Some(Formula {
        messages: Term::linear(3, extra - i32::from(read_only - own_read_only), count),
        forced: forced(config, nodes, count, read_only),
        // Where everybody votes read-only nobody learns anything.
        delays: Term::constant(if read_only == count { 0 } else { delays }),
    })
}

fn forced(config: &Config, nodes: u16, count: u16, read_only: u16) -> Term {
    let start = i32::from(config.presume == Presume::Commit);
    if read_only == count {
        return Term::linear(0, start, count);
    }
    // Its yes, and what it learns where it forces that.
    let (per, saved) = if config.forces_learned(nodes, Outcome::Commit) { (2, 2) } else { (1, 1) };
    Term::linear(per, 1 + start - saved * i32::from(read_only), count)
}
