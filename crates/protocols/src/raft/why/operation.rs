//! Why a client has no answer yet.

use super::entry::{Stored, commitment};
use super::seen::{leaderless, leading, log_of};
use crate::raft::Raft;
use crate::spec::ClientOp;
use crate::why::{about, answer, nodes, number, obstacles, under_way};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// Why a client has no answer; nothing if it waits for none.
pub(super) fn answers(world: &World<Raft>, client: ProcessId) -> Vec<Why> {
    let Some(state) = world.client(client) else { return Vec::new() };
    let Some(pending) = &state.pending else { return Vec::new() };
    let of_client = |key| Text::key(key).with("client", Arg::Process(client));
    let asked = of_client("why.asked").with("target", Arg::Process(state.target));
    let asked = asked.with("time", Arg::Time(pending.invoked_at)).with("attempts", number(pending.attempts));
    let mut facts = vec![asked];
    let (text, since) = under_way(world, client, state.serial).unzip();
    facts.extend(text);
    facts.extend(unserved(world, client, state.target));
    let entry = placed(world, client, state.target, state.serial);
    let is_done = |entry: &Stored<'_>| world.node(entry.at).is_some_and(|node| node.applied >= entry.index);
    match entry {
        Some(entry) if is_done(&entry) => facts.push(entry.text("raft.why.done")),
        Some(entry) => facts.push(entry.text("raft.why.holds")),
        None if leading(world).is_none() => facts.extend(leaderless(world)),
        None => {}
    }
    let patience = of_client("raft.why.patience").with("retry", Arg::Time(state.policy.retry_after));
    facts.push(patience.with("give_up", Arg::Time(state.policy.give_up_after)));
    let claim = of_client("why.no_answer").with("operation", Arg::Text(Box::new(pending.op.label())));
    let first = Why { since, ..answer(claim, Text::key("raft.why.rule.answer"), "§8", facts) };
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
