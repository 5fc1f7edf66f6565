//! What the answers look at, and how they put it: nodes, primaries, obstacles, leases, numbers.

use crate::primary_backup::log::{Epoch, Log, Position};
use crate::primary_backup::mutants::Mutant;
use crate::primary_backup::node::{Node, Role};
use crate::primary_backup::{PrimaryBackup, Timer};
use crate::why::{about, alive, is_paused, names, nodes, number, obstacle};
use consistory_kernel::{ArmedTimer, ProcessId, ProcessStatus, Time, World};
use consistory_scene::{Arg, Text};
use core::iter::once;

/// Where the rules stand: what is stored and acknowledged, who is primary, epochs and fences, leases.
pub(super) const ALSBERG_DAY: &str = "Alsberg, Day 1976";
pub(super) const APPROACH: &str = "Budhiraja et al. 1993";
pub(super) const VIEWSTAMPS: &str = "Oki, Liskov 1988";
pub(super) const LEASES: &str = "Gray, Cheriton 1989";

/// Who is primary; where nobody is, who may become it next.
pub(super) fn office(world: &World<PrimaryBackup>) -> Vec<Text> {
    match leading(world) {
        Some((id, node)) => vec![in_epoch("primary-backup.why.primary", id, node.epoch())],
        None => vacancy(world),
    }
}

/// That there is no primary, and who is on the way to become it.
pub(super) fn vacancy(world: &World<PrimaryBackup>) -> Vec<Text> {
    let is_up = |id: &ProcessId| world.process(*id).is_some_and(|process| process.status == ProcessStatus::Up);
    let vacant = tally(world, "primary-backup.why.no_primary", nodes(world).filter(is_up).count());
    let standing = alive(world).filter(|(_, node)| matches!(node.role, Role::Candidate { .. }));
    let next = if let Some((id, node)) = standing.max_by_key(|(_, node)| node.epoch()) {
        Some(fences(world, id, node))
    } else {
        let acting = nodes(world).filter(|id| !is_paused(world, *id));
        let first = acting.filter_map(|id| Some((suspicion(world, id)?.fires_at, id))).min();
        first.and_then(|(_, id)| suspects(world, id))
    };
    once(vacant).chain(next).collect()
}

/// When a backup loses patience with its primary, if it does so by itself.
pub(super) fn suspects(world: &World<PrimaryBackup>, id: ProcessId) -> Option<Text> {
    if !world.config().automatic {
        return Some(Text::key("primary-backup.why.by_hand"));
    }
    let armed = suspicion(world, id)?;
    let text = about("primary-backup.why.suspects", id).with("since", Arg::Time(armed.armed_at));
    Some(text.with("time", Arg::Time(armed.fires_at)))
}

/// The suspicion that is still to come.
pub(super) fn suspicion(world: &World<PrimaryBackup>, id: ProcessId) -> Option<&ArmedTimer<Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == Timer::Suspect && armed.fires_at >= world.time())
}

/// What a node has answered to a candidate: where its log ends.
pub(super) fn fenced_at(candidate: &Node, peer: ProcessId) -> Option<Position> {
    match &candidate.role {
        Role::Candidate { answers } => answers.get(peer.index()).copied().flatten(),
        Role::Backup | Role::Primary { .. } => None,
    }
}

/// The nodes that a candidate has fenced, itself included, whose logs are not more advanced than its own.
pub(super) fn fences(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Text {
    let own = node.durable.log.last();
    let counts = |peer: &ProcessId| *peer == id || fenced_at(node, *peer).is_some_and(|last| last <= own);
    let fenced: Vec<ProcessId> = nodes(world).filter(counts).collect();
    let text = tally(world, "primary-backup.why.fences", fenced.len()).with("node", Arg::Process(id));
    text.with("nodes", names(world, &fenced))
}

/// Whoever is in a higher epoch, a primary rather than others, and that it is.
pub(super) fn higher(world: &World<PrimaryBackup>, epoch: Epoch) -> Option<(ProcessId, Text)> {
    let above = alive(world).filter(|(_, node)| node.epoch() > epoch);
    let (id, node) = above.max_by_key(|(_, node)| (node.is_primary(), node.epoch()))?;
    let key = if node.is_primary() { "primary-backup.why.primary" } else { "primary-backup.why.in_higher" };
    Some((id, in_epoch(key, id, node.epoch())))
}

/// Whether a node takes what a primary of that epoch ships, as `Node::on_replicate` has it.
pub(super) fn takes(world: &World<PrimaryBackup>, epoch: Epoch, peer: &Node) -> bool {
    let is_credulous = !world.config().fencing || is_off(world, Mutant::AcceptOldEpoch);
    epoch >= peer.epoch() || peer.is_backup() && is_credulous
}

/// That a node refuses what a primary of that epoch ships, if it does so and hears it.
pub(super) fn refusal(world: &World<PrimaryBackup>, primary: ProcessId, epoch: Epoch, peer: ProcessId) -> Option<Text> {
    let node = world.node(peer).filter(|_| obstacle(world, primary, peer).is_none())?;
    (!takes(world, epoch, node)).then(|| in_epoch("primary-backup.why.in_higher", peer, node.epoch()))
}

/// Whether a node has promised a primary to take part in no fence, and that promise has not ended.
pub(super) fn is_bound(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> bool {
    clock(world, id) < node.promised_until
}

/// Whether the mark that begins a primary's office is still to be acknowledged; its index.
pub(super) fn open_mark(node: &Node) -> Option<u32> {
    match node.role {
        Role::Primary { since, .. } => Some(since).filter(|since| node.acknowledged < *since),
        Role::Backup | Role::Candidate { .. } => None,
    }
}

/// Whether a primary may answer from its own state, as `Node::has_lease` has it, now rather than at its last step.
pub(super) fn has_lease(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> bool {
    let is_needed = world.config().lease_length() > 0 && !is_off(world, Mutant::IgnoreLease);
    !is_needed || node.lease_until(world.config()).is_some_and(|until| clock(world, id) < until)
}

/// Until when a primary's lease runs, and which promises it has run out of. Nothing where a lease is not needed or never
/// ends.
pub(super) fn lease(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Vec<Text> {
    let config = world.config();
    let until = node.lease_until(config).filter(|until| config.lease_length() > 0 && *until < Time::MAX);
    let (Some(until), Role::Primary { peers, .. }) = (until, &node.role) else { return Vec::new() };
    let shows = clock(world, id);
    let text = about("primary-backup.why.lease", id).with("time", Arg::Time(until)).with("clock", Arg::Time(shows));
    let grantors = world.node_count().saturating_sub(config.fence_quorum(world.node_count()));
    let text = text.with("count", number(grantors));
    let over = nodes(world).zip(peers).filter(|(peer, known)| *peer != id && known.granted <= shows);
    let over: Vec<ProcessId> = over.map(|(peer, _)| peer).collect();
    let ended = (until <= shows).then(|| about("primary-backup.why.promises_over", id));
    once(text).chain(ended.map(|text| text.with("nodes", names(world, &over)))).collect()
}

/// The primary of the highest epoch. One of a lower epoch is a primary that does not know.
pub(super) fn leading(world: &World<PrimaryBackup>) -> Option<(ProcessId, &Node)> {
    alive(world).filter(|(_, node)| node.is_primary()).max_by_key(|(_, node)| node.epoch())
}

/// The log of a node; of one that is down, what its disk has.
pub(super) fn log_of(world: &World<PrimaryBackup>, id: ProcessId) -> Option<&Log> {
    world.node(id).map(|node| &node.durable.log).or_else(|| world.disk(id).map(|disk| &disk.log))
}

/// What a node's own clock shows.
fn clock(world: &World<PrimaryBackup>, id: ProcessId) -> Time {
    world.process(id).map_or(0, |process| process.local(world.time()))
}

pub(super) fn is_off(world: &World<PrimaryBackup>, mutant: Mutant) -> bool {
    world.is_off(mutant.into())
}

/// How many backups must have stored an entry, as `Node::maybe_acknowledge` has it.
pub(super) fn backups_needed(world: &World<PrimaryBackup>) -> u16 {
    if is_off(world, Mutant::AcknowledgeEarly) { 0 } else { world.config().acks_needed(world.node_count()) }
}

/// How many nodes a candidate must have fenced, as `Node::maybe_take_office` has it.
pub(super) fn fences_needed(world: &World<PrimaryBackup>) -> u16 {
    if is_off(world, Mutant::SkipFenceQuorum) { 1 } else { world.config().fence_quorum(world.node_count()) }
}

pub(super) fn in_epoch(key: &'static str, id: ProcessId, epoch: Epoch) -> Text {
    about(key, id).with("epoch", number(epoch.round)).with("owner", Arg::Process(epoch.node))
}

/// Where the log of a node ends.
pub(super) fn log_ends(id: ProcessId, last: Position) -> Text {
    about("primary-backup.why.log_ends", id).with("index", number(last.index)).with("epoch", number(last.epoch.round))
}

/// A text beside the numbers in force: nodes, those that a fence needs, backups that a primary waits for.
pub(super) fn sized(world: &World<PrimaryBackup>, key: &'static str) -> Text {
    let text = Text::key(key).with("total", number(world.node_count()));
    text.with("needed", number(fences_needed(world))).with("acks", number(backups_needed(world)))
}

pub(super) fn tally(world: &World<PrimaryBackup>, key: &'static str, count: usize) -> Text {
    sized(world, key).with("count", number(count))
}
