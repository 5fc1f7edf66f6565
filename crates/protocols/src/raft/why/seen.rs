//! What the answers look at, and how they put it: servers, leaders, obstacles, numbers.

use crate::raft::log::{Log, Position};
use crate::raft::mutants::Mutant;
use crate::raft::node::Node;
use crate::raft::{Raft, Timer};
use crate::spec::process_name;
use consistory_kernel::{ArmedTimer, ProcessId, ProcessStatus, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// That there is no leader, and who stands next.
pub(super) fn leaderless(world: &World<Raft>) -> Vec<Text> {
    let acting = servers(world).filter(|id| !is_paused(world, *id));
    let next = acting.filter_map(|id| Some((timeout(world, id)?.fires_at, id))).min();
    let next = next.map(|(time, id)| about("raft.why.next_timeout", id).with("time", Arg::Time(time)));
    once(running(world, "raft.why.no_leader")).chain(next).collect()
}

/// What keeps a process from an answer of a server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    Down,
    Paused,
    CutOff,
}

pub(super) fn obstacle(world: &World<Raft>, from: ProcessId, to: ProcessId) -> Option<Obstacle> {
    match world.process(to)?.status {
        ProcessStatus::Crashed => Some(Obstacle::Down),
        ProcessStatus::Paused => Some(Obstacle::Paused),
        ProcessStatus::Up => {
            let network = world.network();
            let open = from == to || network.passes(from, to) && network.passes(to, from);
            (!open).then_some(Obstacle::CutOff)
        }
    }
}

/// One sentence for each kind of obstacle between a process and some servers.
pub(super) fn obstacles(world: &World<Raft>, from: ProcessId, among: &[ProcessId]) -> Vec<Text> {
    let kinds = [
        ("raft.why.down", Obstacle::Down),
        ("raft.why.paused", Obstacle::Paused),
        ("raft.why.cut_off", Obstacle::CutOff),
    ];
    let sentence = |(key, kind): (&'static str, Obstacle)| {
        let stopped = among.iter().copied().filter(|to| obstacle(world, from, *to) == Some(kind));
        let stopped: Vec<ProcessId> = stopped.collect();
        (!stopped.is_empty()).then(|| about(key, from).with("nodes", names(world, &stopped)))
    };
    kinds.into_iter().filter_map(sentence).collect()
}

pub(super) fn servers(world: &World<Raft>) -> impl Iterator<Item = ProcessId> {
    (0..world.node_count()).map(ProcessId)
}

/// The servers that are not down, a paused one included.
pub(super) fn alive(world: &World<Raft>) -> impl Iterator<Item = (ProcessId, &Node)> {
    servers(world).filter_map(move |id| Some((id, world.node(id)?)))
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

pub(super) fn is_paused(world: &World<Raft>, id: ProcessId) -> bool {
    world.process(id).is_some_and(|process| process.status == ProcessStatus::Paused)
}

pub(super) fn is_off(world: &World<Raft>, mutant: Mutant) -> bool {
    world.is_off(mutant.into())
}

/// As `Node::quorum`, seen from outside.
pub(super) fn quorum(world: &World<Raft>) -> usize {
    let majority = usize::from(world.node_count() / 2 + 1);
    if is_off(world, Mutant::SmallQuorum) { (majority - 1).max(1) } else { majority }
}

pub(super) fn answer(claim: Text, rule: Text, source: &'static str, facts: Vec<Text>) -> Why {
    Why { claim, rule, facts, source, since: None }
}

pub(super) fn about(key: &'static str, id: ProcessId) -> Text {
    Text::key(key).with("node", Arg::Process(id))
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
    tally(world, key, servers(world).filter(is_up).count())
}

pub(super) fn names(world: &World<Raft>, ids: &[ProcessId]) -> Arg {
    let names: Vec<String> = ids.iter().map(|id| process_name(world.node_count(), *id)).collect();
    Arg::Plain(if names.is_empty() { "–".to_owned() } else { names.join(", ") })
}

pub(super) fn number(value: impl TryInto<i64>) -> Arg {
    Arg::Number(value.try_into().unwrap_or(i64::MAX))
}
