//! Why a client has no answer yet.

use super::seen::{SEQUENCES, ahead, leaderless, leading, log_of};
use super::slot::{Held, choice};
use super::{window, window_rule};
use crate::multi_paxos::MultiPaxos;
use crate::why::{about, answer, nodes, obstacles, waiting};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// Why a client has no answer; nothing if it waits for none.
pub(super) fn answers(world: &World<MultiPaxos>, client: ProcessId) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (state, since, mut facts) = (waiting.state, waiting.since, waiting.facts.clone());
    facts.extend(unserved(world, client, state.target));
    let queued = queued(world, client, state.serial);
    let held = placed(world, client, state.target, state.serial);
    let is_done = |held: &Held<'_>| world.node(held.at).is_some_and(|node| node.applied >= held.slot);
    match (&queued, &held) {
        (Some((leader, _)), _) => facts.push(about("multi-paxos.why.queued", *leader)),
        (None, Some(held)) if is_done(held) => facts.push(held.text("multi-paxos.why.done")),
        (None, Some(held)) => facts.push(held.text("multi-paxos.why.holds")),
        (None, None) if leading(world).is_none() => facts.extend(leaderless(world)),
        (None, None) => {}
    }
    facts.push(waiting.patience("multi-paxos.why.patience"));
    let first = Why { since, ..answer(waiting.claim, Text::key("multi-paxos.why.rule.answer"), SEQUENCES, facts) };
    let blocked: Vec<Why> = match queued {
        Some((leader, full)) => once(full).chain(first_open(world, leader)).collect(),
        None => held.filter(|held| !is_done(held)).map(|held| waits(world, &held)).unwrap_or_default(),
    };
    once(first).chain(blocked).collect()
}

/// What keeps a node from serving a client.
fn unserved(world: &World<MultiPaxos>, client: ProcessId, target: ProcessId) -> Vec<Text> {
    let stops = obstacles(world, client, &[target]);
    let Some(node) = world.node(target).filter(|_| stops.is_empty()) else { return stops };
    if node.is_leader() {
        // It may be a leader that does not know that a higher ballot has begun.
        return ahead(world, node.promised).into_iter().collect();
    }
    let text = match node.leader {
        Some(leader) => about("multi-paxos.why.redirects", target).with("leader", Arg::Process(leader)),
        None => about("multi-paxos.why.redirects.nowhere", target),
    };
    vec![text.with("client", Arg::Process(client))]
}

/// The leader at which an operation waits for the window, and that the window is full.
fn queued(world: &World<MultiPaxos>, client: ProcessId, serial: u32) -> Option<(ProcessId, Why)> {
    let (leader, node) = leading(world)?;
    let kept = node.leading()?;
    kept.queue.iter().find(|command| command.is_request(client, serial))?;
    let claim = about("multi-paxos.why.queued", leader);
    Some((leader, answer(claim, window_rule(world), SEQUENCES, vec![window(world, leader, node, kept)])))
}

/// The slot that everything after it waits for, at a leader.
fn first_open(world: &World<MultiPaxos>, leader: ProcessId) -> Option<Why> {
    let slot = world.node(leader)?.log.prefix() + 1;
    Held::find(world, leader, slot).map(|held| choice(&held))
}

/// Why an operation that has its slot is not applied: its slot is not chosen, or an earlier one is not.
fn waits(world: &World<MultiPaxos>, held: &Held<'_>) -> Vec<Why> {
    let applied = world.node(held.at).map_or(0, |node| node.applied);
    let earlier = Held::find(world, held.at, applied + 1).filter(|first| first.slot < held.slot);
    once(choice(held)).chain(earlier.map(|first| choice(&first))).collect()
}

/// The slot that holds an operation: in the leader's log, else where the client asks, else anywhere.
fn placed(world: &World<MultiPaxos>, client: ProcessId, target: ProcessId, serial: u32) -> Option<Held<'_>> {
    let leader = leading(world).map(|(id, _)| id);
    let mut order = leader.into_iter().chain([target]).chain(nodes(world));
    order.find_map(|id| {
        let log = log_of(world, id)?;
        let slot = (1..=log.last()).rev().find(|slot| log.holds_request(*slot, client, serial))?;
        Held::find(world, id, slot)
    })
}
