//! Why a client has no answer yet.

use super::entry::{Stored, commitment};
use super::seen::{leaderless, leading, log_of};
use crate::raft::Raft;
use crate::why::{about, answer, nodes, obstacles, waiting};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// Why a client has no answer; nothing if it waits for none.
pub(super) fn answers(world: &World<Raft>, client: ProcessId) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (state, since, mut facts) = (waiting.state, waiting.since, waiting.facts.clone());
    facts.extend(unserved(world, client, state.target));
    let entry = placed(world, client, state.target, state.serial);
    let is_done = |entry: &Stored<'_>| world.node(entry.at).is_some_and(|node| node.applied >= entry.index);
    match entry {
        Some(entry) if is_done(&entry) => facts.push(entry.text("raft.why.done")),
        Some(entry) => facts.push(entry.text("raft.why.holds")),
        None if leading(world).is_none() => facts.extend(leaderless(world)),
        None => {}
    }
    facts.push(waiting.patience("raft.why.patience"));
    let first = Why { since, ..answer(waiting.claim, Text::key("raft.why.rule.answer"), "§8", facts) };
    once(first).chain(entry.filter(|entry| !is_done(entry)).map(|entry| commitment(&entry))).collect()
}

/// What keeps a server from serving a client.
fn unserved(world: &World<Raft>, client: ProcessId, target: ProcessId) -> Vec<Text> {
    let stops = obstacles(world, client, &[target]);
    let idle = world.node(target).filter(|node| stops.is_empty() && !node.is_leader());
    let Some(node) = idle else { return stops };
    let text = match node.leader {
        Some(leader) => about("raft.why.redirects", target).with("leader", Arg::Process(leader)),
        None => about("raft.why.redirects.nowhere", target),
    };
    vec![text.with("client", Arg::Process(client))]
}

/// The entry that holds an operation: in the leader's log, else where the client asks, else anywhere.
fn placed(world: &World<Raft>, client: ProcessId, target: ProcessId, serial: u32) -> Option<Stored<'_>> {
    let leader = leading(world).map(|(id, _)| id);
    let mut order = leader.into_iter().chain([target]).chain(nodes(world));
    order.find_map(|id| {
        let log = log_of(world, id)?;
        let index = (1..=log.last_index()).rev().find(|index| log.holds_request(*index, client, serial))?;
        Stored::find(world, id, index)
    })
}
