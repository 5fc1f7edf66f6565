//! What the answers look at, and how they put it: nodes, leaders, leases, obstacles, numbers.

use crate::multi_paxos::ballot::Ballot;
use crate::multi_paxos::log::Log;
use crate::multi_paxos::mutants::Mutant;
use crate::multi_paxos::node::Node;
use crate::multi_paxos::view::ballot_text;
use crate::multi_paxos::{MultiPaxos, Timer};
use crate::why::{about, alive, is_paused, nodes, number, obstacle};
use consistory_kernel::{ArmedTimer, ProcessId, ProcessStatus, Time, World};
use consistory_scene::{Arg, Text};
use core::iter::once;

/// Where the rules stand: choosing and learning one value, progress, stable storage, sequences of values, leases.
pub(super) const CHOOSING: &str = "Lamport 2001, §2.2";
pub(super) const LEARNING: &str = "Lamport 2001, §2.3";
pub(super) const PROGRESS: &str = "Lamport 2001, §2.4";
pub(super) const STORAGE: &str = "Lamport 2001, §2.5";
pub(super) const SEQUENCES: &str = "Lamport 2001, §3";
pub(super) const LEASES: &str = "Chandra et al. 2007, §5.2";

/// That there is no leader, and who stands next.
pub(super) fn leaderless(world: &World<MultiPaxos>) -> Vec<Text> {
    let acting = nodes(world).filter(|id| !is_paused(world, *id));
    let next = acting.filter_map(|id| Some((election(world, id)?.fires_at, id))).min();
    let next = next.map(|(time, id)| about("multi-paxos.why.next_timeout", id).with("time", Arg::Time(time)));
    once(running(world, "multi-paxos.why.no_leader")).chain(next).collect()
}

/// The leader of the highest ballot. One of a lower ballot is a leader that does not know.
pub(super) fn leading(world: &World<MultiPaxos>) -> Option<(ProcessId, &Node)> {
    alive(world).filter(|(_, node)| node.is_leader()).max_by_key(|(_, node)| node.promised)
}

/// The log of a node; of one that is down, what its disk has.
pub(super) fn log_of(world: &World<MultiPaxos>, id: ProcessId) -> Option<&Log> {
    world.node(id).map(|node| &node.log).or_else(|| world.disk(id).map(|disk| &disk.log))
}

/// The election timeout that is still to come.
pub(super) fn election(world: &World<MultiPaxos>, id: ProcessId) -> Option<&ArmedTimer<Timer>> {
    armed(world, id, Timer::Election)
}

fn armed(world: &World<MultiPaxos>, id: ProcessId, timer: Timer) -> Option<&ArmedTimer<Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == timer && armed.fires_at >= world.time())
}

pub(super) fn is_off(world: &World<MultiPaxos>, mutant: Mutant) -> bool {
    world.is_off(mutant.into())
}

/// As `Node::quorum`, seen from outside.
pub(super) fn quorum(world: &World<MultiPaxos>) -> usize {
    let majority = usize::from(world.node_count() / 2 + 1);
    if is_off(world, Mutant::SmallQuorum) { (majority - 1).max(1) } else { majority }
}

/// What a node's own clock shows.
pub(super) fn clock(world: &World<MultiPaxos>, id: ProcessId) -> Time {
    world.process(id).map_or(0, |process| process.local(world.time()))
}

/// As `Node::has_lease`, seen from outside, and now rather than at the node's last step.
pub(super) fn has_lease(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> bool {
    let ignores_expiry = node.is_leader() && is_off(world, Mutant::IgnoreLeaseExpiry);
    world.config().lease > 0 && (ignores_expiry || node.holds_lease(quorum(world), clock(world, id)))
}

/// Why a node promises no ballot to anybody now, if that is so.
pub(super) fn bond(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Option<Text> {
    if has_lease(world, id, node) {
        return Some(about("multi-paxos.why.holds_lease", id));
    }
    let until = armed(world, id, Timer::Grant).map(|armed| Arg::Time(armed.fires_at)).filter(|_| node.bound)?;
    Some(about("multi-paxos.why.bound", id).with("time", until))
}

/// Why a node that hears a ballot does not promise it, by the rules of `Node::on_prepare` in their order.
pub(super) fn refusal(world: &World<MultiPaxos>, ballot: Ballot, peer: ProcessId) -> Option<Text> {
    let node = world.node(peer)?;
    if node.promised > ballot { Some(has_promised(peer, node.promised)) } else { bond(world, peer, node) }
}

/// Whether a node that can be reached accepts what the leader of a ballot proposes.
pub(super) fn accepts(world: &World<MultiPaxos>, leader: ProcessId, ballot: Ballot, peer: ProcessId) -> bool {
    let is_willing = |node: &Node| node.promised <= ballot || is_off(world, Mutant::AcceptLowerBallot);
    obstacle(world, leader, peer).is_none() && world.node(peer).is_some_and(is_willing)
}

/// The ballot that a node has promised.
pub(super) fn has_promised(id: ProcessId, ballot: Ballot) -> Text {
    about("multi-paxos.why.has_promised", id).with("ballot", in_words(ballot))
}

/// Whoever has promised a higher ballot; a leader rather than others.
pub(super) fn ahead(world: &World<MultiPaxos>, ballot: Ballot) -> Option<Text> {
    let higher = alive(world).filter(|(_, node)| node.promised > ballot);
    let (other, node) = higher.max_by_key(|(_, node)| (node.is_leader(), node.promised))?;
    let key = if node.is_leader() { "multi-paxos.why.leads_higher" } else { "multi-paxos.why.has_promised" };
    Some(about(key, other).with("ballot", in_words(node.promised)))
}

/// A ballot in full, in a sentence.
pub(super) fn in_words(ballot: Ballot) -> Arg {
    Arg::Text(Box::new(ballot_text(ballot)))
}

/// Up to where a node knows everything to be chosen.
pub(super) fn knows_up_to(id: ProcessId, log: &Log) -> Text {
    about("multi-paxos.why.knows_up_to", id).with("slot", number(log.prefix()))
}

pub(super) fn sized(world: &World<MultiPaxos>, key: &'static str) -> Text {
    Text::key(key).with("total", number(world.node_count())).with("quorum", number(quorum(world)))
}

/// A number of nodes, beside how many there are and how many make a quorum.
pub(super) fn tally(world: &World<MultiPaxos>, key: &'static str, count: usize) -> Text {
    sized(world, key).with("count", number(count))
}

pub(super) fn running(world: &World<MultiPaxos>, key: &'static str) -> Text {
    let is_up = |id: &ProcessId| world.process(*id).is_some_and(|process| process.status == ProcessStatus::Up);
    tally(world, key, nodes(world).filter(is_up).count())
}
