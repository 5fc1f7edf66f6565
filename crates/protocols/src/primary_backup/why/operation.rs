//! Why a client has no answer yet.

use super::entry::{Stored, acknowledgement};
use super::seen::{APPROACH, has_lease, higher, leading, lease, log_of, open_mark, vacancy};
use super::{mark, may_read};
use crate::kv::Op;
use crate::primary_backup::PrimaryBackup;
use crate::primary_backup::node::Node;
use crate::why::{about, answer, nodes, obstacles, waiting};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// Why a client has no answer; nothing if it waits for none.
pub(super) fn answers(world: &World<PrimaryBackup>, client: ProcessId) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (state, since, mut facts) = (waiting.state, waiting.since, waiting.facts.clone());
    facts.extend(unserved(world, client, state.target, *waiting.op));
    let entry = placed(world, client, state.target, state.serial);
    let is_done = |entry: &Stored<'_>| world.node(entry.at).is_some_and(|node| node.acknowledged >= entry.index);
    match entry {
        Some(entry) if is_done(&entry) => facts.push(entry.text("primary-backup.why.done")),
        Some(entry) => facts.push(entry.text("primary-backup.why.holds")),
        None if leading(world).is_none() => facts.extend(vacancy(world)),
        None => {}
    }
    facts.push(waiting.patience("primary-backup.why.patience"));
    let first = Why { since, ..answer(waiting.claim, Text::key("primary-backup.why.rule.answer"), APPROACH, facts) };
    let open = entry.filter(|entry| !is_done(entry)).or_else(|| awaited(world, state.target, *waiting.op));
    once(first).chain(open.map(|entry| acknowledgement(&entry))).collect()
}

/// What keeps a node from serving a client.
fn unserved(world: &World<PrimaryBackup>, client: ProcessId, target: ProcessId, op: Op) -> Vec<Text> {
    let stops = obstacles(world, client, &[target]);
    let hears = world.node(target).filter(|_| stops.is_empty());
    let Some(node) = hears else { return stops };
    if is_read(op) && world.config().reads_anywhere {
        return stops;
    }
    if !node.is_primary() {
        let text = match node.primary {
            Some(primary) => about("primary-backup.why.redirects", target).with("primary", Arg::Process(primary)),
            None => about("primary-backup.why.redirects.nowhere", target),
        };
        return vec![text.with("client", Arg::Process(client))];
    }
    let mut facts = withheld(world, target, node, op);
    // It may be a primary that does not know that its office is over.
    facts.extend(higher(world, node.epoch()).map(|(_, text)| text));
    facts
}

/// What a primary lacks to serve a client, beside backups that store: of a read its mark and its lease; of a write its
/// lease, where it would acknowledge the write alone.
fn withheld(world: &World<PrimaryBackup>, id: ProcessId, node: &Node, op: Op) -> Vec<Text> {
    let is_alone = world.config().acks_needed(world.node_count()) == 0;
    let mut facts = Vec::new();
    if is_read(op) && !may_read(world, id, node) {
        facts.extend(open_mark(node).map(|index| mark(id, index)));
    }
    if (is_read(op) || is_alone) && !has_lease(world, id, node) {
        facts.extend(lease(world, id, node));
    }
    facts
}

/// The mark that a read waits for, at the primary that it asks.
fn awaited(world: &World<PrimaryBackup>, target: ProcessId, op: Op) -> Option<Stored<'_>> {
    let node = world.node(target).filter(|_| is_read(op) && !world.config().reads_anywhere)?;
    Stored::find(world, target, open_mark(node)?)
}

/// The entry that holds an operation: in the primary's log, else where the client asks, else anywhere.
fn placed(world: &World<PrimaryBackup>, client: ProcessId, target: ProcessId, serial: u32) -> Option<Stored<'_>> {
    let primary = leading(world).map(|(id, _)| id);
    let mut order = primary.into_iter().chain([target]).chain(nodes(world));
    order.find_map(|id| {
        let log = log_of(world, id)?;
        let index = (1..=log.last_index()).rev().find(|index| log.holds_request(*index, client, serial))?;
        Stored::find(world, id, index)
    })
}

fn is_read(op: Op) -> bool {
    matches!(op, Op::Read(_))
}
