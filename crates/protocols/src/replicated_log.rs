//! What protocols have in common in which every node keeps a copy of one log: the leader, and the conditions and
//! directives of their scenarios.

use crate::spec::{Spec, names_of};
use crate::why::alive;
use consistory_kernel::{ProcessId, World};

/// Entries that a node may start with.
const GIVEN_MAX: usize = 1_000;

/// A protocol in which every node keeps a copy of one log, and a leader says what comes next.
pub trait ReplicatedLog: Spec {
    /// The word of conditions for its leader.
    const LEADER: &'static str = "leader";
    /// The word of conditions for its epochs.
    const EPOCH: &'static str = "term";
    /// The word of conditions for what is committed.
    const COMMITTED: &'static str = "committed";

    /// Whether a node holds itself for the leader.
    fn is_leader(node: &Self::Node) -> bool;
    /// The epoch of a node: its number, and then whose it is, where several may have the same number.
    fn epoch(node: &Self::Node) -> (u32, ProcessId);
    /// Up to this index, a node knows its log to be committed.
    fn committed(node: &Self::Node) -> u32;
    /// How far the log of a node counts when logs are compared, and a digest of it up to there.
    fn digest(node: &Self::Node) -> (u32, u64);
}

/// The leader of the highest epoch; one of a lower epoch is a leader that does not know that it is over.
pub fn leader<P: ReplicatedLog>(world: &World<P>) -> Option<(ProcessId, &P::Node)> {
    alive(world).filter(|(_, node)| P::is_leader(node)).max_by_key(|(_, node)| P::epoch(node))
}

/// `leader`, `leader n1`, `not-leader n1`, `term 3`, `committed 4`, `committed 4 everywhere`, `logs equal`, in the words of
/// the protocol: of the nodes that are up.
pub fn condition<P: ReplicatedLog>(world: &World<P>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(ProcessId(0));
    let leads = |name: &str| {
        let id = names_of(world).parse(0, name)?;
        Some(world.node(id).is_some_and(P::is_leader))
    };
    let number = |word: &str| word.parse::<u32>().ok();
    let so = match *words {
        [what] if what == P::LEADER => seen.up().any(|(_, node)| P::is_leader(node)),
        [what, name] if what == P::LEADER => leads(name)?,
        ["not-leader", name] => !leads(name)?,
        [what, epoch] if what == P::EPOCH => {
            let epoch = number(epoch)?;
            seen.up().any(|(_, node)| P::epoch(node).0 >= epoch)
        }
        [what, index] if what == P::COMMITTED => {
            let index = number(index)?;
            seen.up().any(|(_, node)| P::committed(node) >= index)
        }
        [what, index, "everywhere"] if what == P::COMMITTED => {
            let index = number(index)?;
            seen.up().all(|(_, node)| P::committed(node) >= index)
        }
        ["logs", "equal"] => {
            let mut digests = seen.up().map(|(_, node)| P::digest(node));
            let first = digests.next();
            digests.all(|digest| Some(digest) == first)
        }
        _ => return None,
    };
    Some(so)
}

/// The numbers of a directive `log 1 1 4`: the epochs of the entries that a node starts with.
pub fn parse_log(epochs: &[&str]) -> Option<Vec<u32>> {
    let epochs: Vec<u32> = epochs.iter().map(|epoch| epoch.parse().ok()).collect::<Option<_>>()?;
    let is_rising = epochs.is_sorted() && epochs.first().is_none_or(|epoch| *epoch > 0);
    (is_rising && epochs.len() <= GIVEN_MAX).then_some(epochs)
}

/// These numbers as the scenario language has them.
pub fn log_text(epochs: &[u32]) -> String {
    epochs.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}
