//! Why a slot of a log is chosen or not, and applied or not.

use super::seen::{
    CHOOSING, LEARNING, SEQUENCES, accepts, has_promised, in_words, knows_up_to, leaderless, leading, log_of, quorum,
    sized, tally,
};
use crate::multi_paxos::MultiPaxos;
use crate::multi_paxos::log::{Log, Proposal};
use crate::multi_paxos::node::{Leading, Node, bit};
use crate::why::{about, alive, answer, names, nodes, number, obstacle, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// A slot as one node has it.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    world: &'a World<MultiPaxos>,
    pub(super) at: ProcessId,
    pub(super) slot: u32,
    proposal: Proposal,
    is_chosen: bool,
}

impl<'a> Held<'a> {
    pub(super) fn find(world: &'a World<MultiPaxos>, at: ProcessId, slot: u32) -> Option<Self> {
        let log = log_of(world, at)?;
        Some(Self { world, at, slot, proposal: log.proposal(slot)?, is_chosen: log.is_chosen(slot) })
    }

    pub(super) fn text(&self, key: &'static str) -> Text {
        about(key, self.at).with("slot", number(self.slot)).with("ballot", in_words(self.proposal.ballot))
    }

    /// Which nodes have the same value there.
    fn copies(&self) -> Text {
        let has_it = |id: &ProcessId| {
            let held = log_of(self.world, *id).and_then(|log| log.proposal(self.slot));
            held.is_some_and(|held| held.command == self.proposal.command)
        };
        let holders: Vec<ProcessId> = nodes(self.world).filter(has_it).collect();
        let text = tally(self.world, "multi-paxos.why.copies", holders.len()).with("slot", number(self.slot));
        text.with("nodes", names(self.world, &holders))
    }
}

/// Whether a slot is chosen, and whether its node has applied it.
pub(super) fn answers(world: &World<MultiPaxos>, id: ProcessId, slot: u32) -> Vec<Why> {
    let Some(log) = log_of(world, id).filter(|_| slot > 0) else { return Vec::new() };
    let first = match Held::find(world, id, slot) {
        Some(held) => choice(&held),
        None => hole(world, id, slot, log),
    };
    once(first).chain(world.node(id).map(|node| application(id, slot, node))).collect()
}

/// Why a node has nothing in a slot.
fn hole(world: &World<MultiPaxos>, id: ProcessId, slot: u32, log: &Log) -> Why {
    let has_something = |peer: &ProcessId| log_of(world, *peer).is_some_and(|log| log.proposal(slot).is_some());
    let holders: Vec<ProcessId> = nodes(world).filter(has_something).collect();
    let at = about("multi-paxos.why.accepted_by", id).with("slot", number(slot)).with("nodes", names(world, &holders));
    let mut facts = vec![at];
    match leading(world) {
        None => facts.extend(leaderless(world)),
        Some((leader, node)) => {
            facts.extend(next_slot(leader, node, slot));
            facts.extend(obstacles(world, leader, &[id]).into_iter().filter(|_| leader != id));
        }
    }
    let (key, rule) = if slot <= log.last() {
        ("multi-paxos.why.hole", "multi-paxos.why.rule.holes")
    } else {
        ("multi-paxos.why.absent", "multi-paxos.why.rule.propose")
    };
    answer(about(key, id).with("slot", number(slot)), Text::key(rule), SEQUENCES, facts)
}

/// That a leader has not come to a slot yet.
fn next_slot(leader: ProcessId, node: &Node, slot: u32) -> Option<Text> {
    let next = node.leading()?.next;
    (slot >= next).then(|| about("multi-paxos.why.next_slot", leader).with("next", number(next)))
}

fn application(id: ProcessId, slot: u32, node: &Node) -> Why {
    let is_applied = slot <= node.applied;
    let key = if is_applied { "multi-paxos.why.applied" } else { "multi-paxos.why.not_applied" };
    let mut facts = vec![knows_up_to(id, &node.log)];
    let first = node.applied + 1;
    if !is_applied && first < slot {
        let key = match node.log.proposal(first) {
            None => "multi-paxos.why.waits_for_hole",
            Some(_) => "multi-paxos.why.waits_for_slot",
        };
        facts.push(about(key, id).with("first", number(first)));
    }
    let claim = about(key, id).with("slot", number(slot));
    answer(claim, Text::key("multi-paxos.why.rule.apply"), SEQUENCES, facts)
}

/// Whether a slot is chosen: as its node knows, as another knows, or not as far as anybody knows.
pub(super) fn choice(held: &Held<'_>) -> Why {
    if held.is_chosen {
        let rule = sized(held.world, "multi-paxos.why.rule.chosen");
        return answer(held.text("multi-paxos.why.chosen"), rule, CHOOSING, vec![held.copies()]);
    }
    match alive(held.world).find(|(_, node)| node.log.is_chosen(held.slot)) {
        Some((other, node)) => unheard(held, other, node),
        None => open(held),
    }
}

/// Another node knows what is chosen in the slot.
fn unheard(held: &Held<'_>, other: ProcessId, informed: &Node) -> Why {
    let world = held.world;
    let chosen = informed.log.proposal(held.slot);
    let is_same = chosen.is_some_and(|chosen| chosen.command == held.proposal.command);
    let key = if is_same { "multi-paxos.why.chosen_unheard" } else { "multi-paxos.why.superseded" };
    let mut facts = vec![about("multi-paxos.why.knows_chosen", other).with("slot", number(held.slot))];
    facts.extend(log_of(world, held.at).map(|log| knows_up_to(held.at, log)));
    match leading(world) {
        None => facts.extend(leaderless(world)),
        Some((leader, node)) if leader == held.at => facts.extend(missing(held, leader, node)),
        Some((leader, node)) => {
            if held.proposal.ballot != node.promised {
                let text = held.text("multi-paxos.why.older_ballot").with("leader", Arg::Process(leader));
                facts.push(text.with("current", in_words(node.promised)));
            }
            facts.extend(obstacles(world, leader, &[held.at]));
        }
    }
    answer(held.text(key), Text::key("multi-paxos.why.rule.learn"), LEARNING, facts)
}

/// As far as anybody knows, nothing is chosen in the slot.
fn open(held: &Held<'_>) -> Why {
    let mut facts = vec![held.copies()];
    match leading(held.world) {
        None => facts.extend(leaderless(held.world)),
        Some((leader, node)) => facts.extend(missing(held, leader, node)),
    }
    let rule = sized(held.world, "multi-paxos.why.rule.chosen");
    answer(held.text("multi-paxos.why.unchosen"), rule, CHOOSING, facts)
}

/// What a leader lacks to have a slot chosen: who has accepted its proposal, and what keeps the others.
fn missing(held: &Held<'_>, leader: ProcessId, node: &Node) -> Vec<Text> {
    let world = held.world;
    let Some(accepted) = node.leading().and_then(|leading: &Leading| leading.flight.get(&held.slot)) else {
        let text = about("multi-paxos.why.not_proposed", leader).with("slot", number(held.slot));
        return vec![text.with("ballot", in_words(node.promised))];
    };
    let known = tally(world, "multi-paxos.why.accepted", accepted.count_ones() as usize);
    let known = known.with("leader", Arg::Process(leader)).with("slot", number(held.slot));
    let mut facts = vec![known.with("ballot", in_words(node.promised))];
    let behind: Vec<ProcessId> = nodes(world).filter(|id| accepted & bit(*id) == 0).collect();
    // The leader itself may be paused.
    facts.extend(obstacles(world, leader, &[leader]));
    facts.extend(obstacles(world, leader, &behind));
    let hears = |id: &&ProcessId| obstacle(world, leader, **id).is_none();
    let refuses = |id: &ProcessId| {
        let other = world.node(*id).filter(|_| !accepts(world, leader, node.promised, *id))?;
        Some(has_promised(*id, other.promised))
    };
    facts.extend(behind.iter().filter(hears).filter_map(refuses));
    let due = behind.iter().copied().filter(|id| accepts(world, leader, node.promised, *id));
    let due: Vec<ProcessId> = due.collect();
    if !due.is_empty() && (accepted.count_ones() as usize) < quorum(world) {
        let text = about("multi-paxos.why.unanswered", leader).with("slot", number(held.slot));
        facts.push(text.with("nodes", names(world, &due)));
    }
    facts
}
