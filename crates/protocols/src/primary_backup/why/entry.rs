//! Why an entry of a log is acknowledged or not, and whether it stays.

use super::seen::{ALSBERG_DAY, APPROACH, in_epoch, leading, log_ends, log_of, refusal, sized, takes, tally, vacancy};
use crate::primary_backup::PrimaryBackup;
use crate::primary_backup::log::{Epoch, Log, Position};
use crate::primary_backup::node::{Node, Role};
use crate::why::{about, alive, answer, names, nodes, number, obstacle, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// An entry as one node stores it.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    world: &'a World<PrimaryBackup>,
    pub(super) at: ProcessId,
    pub(super) index: u32,
    epoch: Epoch,
    chain: u64,
}

impl<'a> Stored<'a> {
    pub(super) fn find(world: &'a World<PrimaryBackup>, at: ProcessId, index: u32) -> Option<Self> {
        let log = log_of(world, at)?;
        Some(Self { world, at, index, epoch: log.entry(index)?.epoch, chain: log.chain(index) })
    }

    /// Whether a log has it, with the same entries before it.
    fn is_in(&self, log: &Log) -> bool {
        self.index <= log.last_index() && log.chain(self.index) == self.chain
    }

    /// Whether a node knows it to be acknowledged.
    fn is_known_to(&self, node: &Node) -> bool {
        node.acknowledged >= self.index && self.is_in(&node.durable.log)
    }

    /// Whether the node that stores it here knows that.
    fn is_known_here(&self) -> bool {
        self.world.node(self.at).is_some_and(|node| self.is_known_to(node))
    }

    pub(super) fn text(&self, key: &'static str) -> Text {
        in_epoch(key, self.at, self.epoch).with("index", number(self.index))
    }

    /// Which nodes have it on disk.
    fn copies(&self) -> Text {
        let has_it = |id: &ProcessId| log_of(self.world, *id).is_some_and(|log| self.is_in(log));
        let holders: Vec<ProcessId> = nodes(self.world).filter(has_it).collect();
        let text = tally(self.world, "primary-backup.why.copies", holders.len());
        let text = text.with("nodes", names(self.world, &holders));
        text.with("index", number(self.index)).with("epoch", number(self.epoch.round))
    }
}

/// Whether an entry is acknowledged, and whether it stays.
pub(super) fn answers(world: &World<PrimaryBackup>, id: ProcessId, index: u32) -> Vec<Why> {
    let Some(log) = log_of(world, id).filter(|_| index > 0) else { return Vec::new() };
    match Stored::find(world, id, index) {
        Some(entry) => vec![acknowledgement(&entry)],
        None => vec![absent(world, id, index, log.last())],
    }
}

fn absent(world: &World<PrimaryBackup>, id: ProcessId, index: u32, last: Position) -> Why {
    let mut facts = vec![log_ends(id, last)];
    match leading(world) {
        None => facts.extend(vacancy(world)),
        Some((primary, node)) if primary != id => {
            facts.push(log_ends(primary, node.durable.log.last()));
            facts.extend(obstacles(world, primary, &[id]));
        }
        Some(_) => {}
    }
    let claim = about("primary-backup.why.absent", id).with("index", number(index));
    answer(claim, Text::key("primary-backup.why.rule.ship"), ALSBERG_DAY, facts)
}

/// Whether an entry gives way to another; else whether it is acknowledged: as its node knows, as another knows, or not.
pub(super) fn acknowledgement(entry: &Stored<'_>) -> Why {
    let world = entry.world;
    if let Some((primary, node)) = leading(world)
        && primary != entry.at
        && !entry.is_in(&node.durable.log)
    {
        return gives_way(entry, primary, node);
    }
    if entry.is_known_here() {
        let claim = entry.text("primary-backup.why.acknowledged");
        let rule = sized(world, "primary-backup.why.rule.acknowledge");
        return answer(claim, rule, ALSBERG_DAY, vec![entry.copies()]);
    }
    match alive(world).find(|(_, node)| entry.is_known_to(node)) {
        Some((other, node)) => unheard(entry, other, node),
        None => unacknowledged(entry),
    }
}

/// The primary has something else in that place, or nothing.
fn gives_way(entry: &Stored<'_>, primary: ProcessId, node: &Node) -> Why {
    let log = &node.durable.log;
    let mut facts = vec![entry.copies()];
    // What no backup had to store, or what was acknowledged without fencing, may be lost all the same.
    if entry.is_known_here() {
        facts.push(entry.text("primary-backup.why.acknowledged"));
    }
    facts.push(in_epoch("primary-backup.why.primary", primary, node.epoch()));
    facts.push(match log.epoch(entry.index) {
        Some(epoch) => in_epoch("primary-backup.why.instead", primary, epoch).with("index", number(entry.index)),
        None => log_ends(primary, log.last()),
    });
    facts.extend(obstacles(entry.world, primary, &[entry.at]));
    let claim = entry.text("primary-backup.why.gives_way").with("primary", Arg::Process(primary));
    answer(claim, Text::key("primary-backup.why.rule.ship"), APPROACH, facts)
}

/// Another node knows that it is acknowledged.
fn unheard(entry: &Stored<'_>, other: ProcessId, informed: &Node) -> Why {
    let world = entry.world;
    let mut facts = vec![acknowledged_to(other, informed)];
    facts.extend(world.node(entry.at).map(|node| acknowledged_to(entry.at, node)));
    match leading(world) {
        None => facts.extend(vacancy(world)),
        Some((primary, node)) if primary == entry.at => facts.extend(missing(entry, primary, node)),
        Some((primary, _)) => facts.extend(obstacles(world, primary, &[entry.at])),
    }
    let claim = entry.text("primary-backup.why.unheard");
    answer(claim, Text::key("primary-backup.why.rule.ship"), ALSBERG_DAY, facts)
}

fn acknowledged_to(id: ProcessId, node: &Node) -> Text {
    about("primary-backup.why.acknowledged_to", id).with("index", number(node.acknowledged))
}

fn unacknowledged(entry: &Stored<'_>) -> Why {
    let world = entry.world;
    let mut facts = vec![entry.copies()];
    match leading(world) {
        None => facts.extend(vacancy(world)),
        Some((primary, node)) => facts.extend(missing(entry, primary, node)),
    }
    let claim = entry.text("primary-backup.why.unacknowledged");
    answer(claim, sized(world, "primary-backup.why.rule.acknowledge"), ALSBERG_DAY, facts)
}

/// What a primary lacks to acknowledge an entry of its log: that backups have stored it, or the first that counts.
fn missing(entry: &Stored<'_>, primary: ProcessId, node: &Node) -> Vec<Text> {
    let Role::Primary { since, peers } = &node.role else { return Vec::new() };
    let (world, epoch) = (entry.world, node.epoch());
    let mut facts = Vec::new();
    let mut decisive = *entry;
    if entry.epoch != epoch {
        let text = entry.text("primary-backup.why.old_epoch").with("primary", Arg::Process(primary));
        facts.push(text.with("current", number(epoch.round)).with("mark", number(*since)));
        let Some(mark) = Stored::find(world, primary, *since) else { return facts };
        facts.push(mark.copies());
        decisive = mark;
    }
    let behind = nodes(world).zip(peers).filter(|(id, known)| *id != primary && known.stored < decisive.index);
    let behind: Vec<ProcessId> = behind.map(|(id, _)| id).collect();
    // The primary itself may be paused.
    facts.extend(obstacles(world, primary, &once(primary).chain(behind.iter().copied()).collect::<Vec<_>>()));
    facts.extend(behind.iter().filter_map(|id| refusal(world, primary, epoch, *id)));
    let is_due = |id: &ProcessId| {
        obstacle(world, primary, *id).is_none() && world.node(*id).is_some_and(|other| takes(world, epoch, other))
    };
    let due: Vec<ProcessId> = behind.into_iter().filter(is_due).collect();
    if !due.is_empty() {
        let text = about("primary-backup.why.unanswered", primary).with("nodes", names(world, &due));
        facts.push(text.with("index", number(decisive.index)));
    }
    facts
}
