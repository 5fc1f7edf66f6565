//! What the answers look at, and how they put it: servers, leaders, obstacles, numbers.

use crate::raft::log::{Log, Position};
use crate::raft::mutants::Mutant;
use crate::raft::node::Node;
use crate::raft::{Raft, Timer};
use crate::why::{about, alive, is_paused, nodes, number};
use consistory_kernel::{ArmedTimer, ProcessId, ProcessStatus, World};
use consistory_scene::{Arg, Text};
use core::iter::once;

/// That there is no leader, and who stands next.
pub(super) fn leaderless(world: &World<Raft>) -> Vec<Text> {
    let acting = nodes(world).filter(|id| !is_paused(world, *id));
    let next = acting.filter_map(|id| Some((timeout(world, id)?.fires_at, id))).min();
    let next = next.map(|(time, id)| about("raft.why.next_timeout", id).with("time", Arg::Time(time)));
    once(running(world, "raft.why.no_leader")).chain(next).collect()
}

/// The leader of the highest term. One of a lower term is a leader that does not know.
pub(super) fn leading(world: &World<Raft>) -> Option<(ProcessId, &Node)> {
    alive(world).filter(|(_, node)| node.is_leader()).max_by_key(|(_, node)| node.term())
}

/// The log of a server; of one that is down, what its disk has.
pub(super) fn log_of(world: &World<Raft>, id: ProcessId) -> Option<&Log> {
    world.node(id).map(|node| &node.durable.log).or_else(|| world.disk(id).map(|disk| &disk.log))
}

/// The election timeout that is still to come.
pub(super) fn timeout(world: &World<Raft>, id: ProcessId) -> Option<&ArmedTimer<Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == Timer::Election && armed.fires_at >= world.time())
}

pub(super) fn is_off(world: &World<Raft>, mutant: Mutant) -> bool {
    world.is_off(mutant.into())
}

/// As `Node::quorum`, seen from outside.
pub(super) fn quorum(world: &World<Raft>) -> usize {
    let majority = usize::from(world.node_count() / 2 + 1);
    if is_off(world, Mutant::SmallQuorum) { (majority - 1).max(1) } else { majority }
}

pub(super) fn at_position(key: &'static str, id: ProcessId, last: Position) -> Text {
    about(key, id).with("index", number(last.index)).with("log_term", number(last.term))
}

pub(super) fn commit_index(id: ProcessId, node: &Node) -> Text {
    about("raft.why.commit_index", id).with("commit", number(node.commit))
}

pub(super) fn sized(world: &World<Raft>, key: &'static str) -> Text {
    Text::key(key).with("total", number(world.node_count())).with("quorum", number(quorum(world)))
}

/// A number of servers, beside how many there are and how many make a quorum.
pub(super) fn tally(world: &World<Raft>, key: &'static str, count: usize) -> Text {
    sized(world, key).with("count", number(count))
}

pub(super) fn running(world: &World<Raft>, key: &'static str) -> Text {
    let is_up = |id: &ProcessId| world.process(*id).is_some_and(|process| process.status == ProcessStatus::Up);
    tally(world, key, nodes(world).filter(is_up).count())
}
