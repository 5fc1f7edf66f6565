//! Why an entry of a log is committed or not, and applied or not.

use super::seen::{at_position, commit_index, is_off, leaderless, leading, log_of, quorum, tally};
use crate::raft::Raft;
use crate::raft::log::{Log, Position};
use crate::raft::mutants::Mutant;
use crate::raft::node::{Node, Role};
use crate::why::{about, alive, answer, names, nodes, number, obstacle, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// An entry as one server stores it.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    world: &'a World<Raft>,
    pub(super) at: ProcessId,
    pub(super) index: u32,
    term: u32,
    chain: u64,
}

impl<'a> Stored<'a> {
    pub(super) fn find(world: &'a World<Raft>, at: ProcessId, index: u32) -> Option<Self> {
        let log = log_of(world, at)?;
        Some(Self { world, at, index, term: log.entry(index)?.term, chain: log.chain(index) })
    }

    /// Whether a log has it, with the same entries before it.
    fn is_in(&self, log: &Log) -> bool {
        self.index <= log.last_index() && log.chain(self.index) == self.chain
    }

    fn holders(&self) -> Vec<ProcessId> {
        nodes(self.world).filter(|id| log_of(self.world, *id).is_some_and(|log| self.is_in(log))).collect()
    }

    pub(super) fn text(&self, key: &'static str) -> Text {
        about(key, self.at).with("index", number(self.index)).with("term", number(self.term))
    }

    fn copies(&self, key: &'static str) -> Text {
        let holders = self.holders();
        let text = tally(self.world, key, holders.len()).with("nodes", names(self.world, &holders));
        text.with("index", number(self.index)).with("term", number(self.term))
    }
}

/// Whether an entry is committed, and whether its server has applied it.
pub(super) fn answers(world: &World<Raft>, id: ProcessId, index: u32) -> Vec<Why> {
    let Some(log) = log_of(world, id).filter(|_| index > 0) else { return Vec::new() };
    let Some(entry) = Stored::find(world, id, index) else { return vec![absent(world, id, index, log.last())] };
    once(commitment(&entry)).chain(world.node(id).map(|node| application(&entry, node))).collect()
}

fn absent(world: &World<Raft>, id: ProcessId, index: u32, last: Position) -> Why {
    let mut facts = vec![at_position("raft.why.log_ends", id, last)];
    match leading(world) {
        None => facts.extend(leaderless(world)),
        Some((leader, node)) if leader != id => {
            facts.push(at_position("raft.why.log_ends", leader, node.durable.log.last()));
            facts.extend(obstacles(world, leader, &[id]));
        }
        Some(_) => {}
    }
    let claim = about("raft.why.absent", id).with("index", number(index));
    answer(claim, Text::key("raft.why.rule.append"), "§5.3", facts)
}

fn application(entry: &Stored<'_>, node: &Node) -> Why {
    let claim = if entry.index <= node.applied { "raft.why.applied" } else { "raft.why.not_applied" };
    let indices = entry.text("raft.why.indices").with("applied", number(node.applied));
    let facts = vec![indices.with("commit", number(node.commit))];
    answer(entry.text(claim), Text::key("raft.why.rule.apply"), "§5.3", facts)
}

/// Whether an entry is committed: as its server knows, as another knows, or not at all.
pub(super) fn commitment(entry: &Stored<'_>) -> Why {
    let world = entry.world;
    if let Some(node) = world.node(entry.at).filter(|node| node.commit >= entry.index) {
        let facts = vec![entry.copies("raft.why.copies"), commit_index(entry.at, node)];
        return answer(entry.text("raft.why.committed"), Text::key("raft.why.rule.commit"), "§5.3", facts);
    }
    let knows = |node: &Node| node.commit >= entry.index && entry.is_in(&node.durable.log);
    match alive(world).find(|(_, node)| knows(node)) {
        Some((other, node)) => unheard(entry, commit_index(other, node)),
        None => uncommitted(entry),
    }
}

fn unheard(entry: &Stored<'_>, informed: Text) -> Why {
    let world = entry.world;
    let mut facts = vec![informed];
    facts.extend(world.node(entry.at).map(|node| commit_index(entry.at, node)));
    match leading(world) {
        None => facts.extend(leaderless(world)),
        Some((leader, node)) if leader == entry.at => facts.extend(missing(entry, leader, node)),
        Some((leader, _)) => facts.extend(obstacles(world, leader, &[entry.at])),
    }
    answer(entry.text("raft.why.commit_unheard"), Text::key("raft.why.rule.commit_index"), "§5.3", facts)
}

fn uncommitted(entry: &Stored<'_>) -> Why {
    let mut facts = vec![entry.copies("raft.why.copies")];
    let claim = entry.text("raft.why.uncommitted");
    let Some((leader, node)) = leading(entry.world) else {
        facts.extend(leaderless(entry.world));
        return answer(claim, Text::key("raft.why.rule.commit"), "§5.3", facts);
    };
    if entry.is_in(&node.durable.log) {
        let (rule, source) = if is_of_old_term(entry, node) {
            ("raft.why.rule.old_term", "§5.4.2")
        } else {
            ("raft.why.rule.commit", "§5.3")
        };
        facts.extend(missing(entry, leader, node));
        return answer(claim, Text::key(rule), source, facts);
    }
    let log = &node.durable.log;
    let instead = match log.term(entry.index) {
        Some(term) => entry.text("raft.why.conflict").with("other_term", number(term)),
        None => Text::key("raft.why.beyond").with("last", number(log.last_index())),
    };
    facts.push(instead.with("leader", Arg::Process(leader)).with("current", number(node.term())));
    facts.extend(obstacles(entry.world, leader, &[entry.at]));
    answer(entry.text("raft.why.gives_way"), Text::key("raft.why.rule.leader_log"), "§5.3", facts)
}

/// What a leader lacks to commit an entry of its log: the acknowledgements of that entry, or of the first that counts.
fn missing(entry: &Stored<'_>, leader: ProcessId, node: &Node) -> Vec<Text> {
    let (world, log) = (entry.world, &node.durable.log);
    let mut facts = Vec::new();
    let mut decisive = *entry;
    if is_of_old_term(entry, node) {
        let text = entry.text("raft.why.old_term").with("leader", Arg::Process(leader));
        facts.push(text.with("current", number(node.term())));
        let first = Stored::find(world, leader, log.first_of_term_at(log.last_index()));
        let Some(first) = first.filter(|first| first.term == node.term()) else { return facts };
        facts.push(first.copies("raft.why.own_entry"));
        decisive = first;
    }
    let Role::Leader { progress } = &node.role else { return facts };
    let behind = nodes(world).zip(progress).filter(|(_, replica)| replica.matched < decisive.index);
    let behind: Vec<ProcessId> = behind.map(|(id, _)| id).filter(|id| *id != leader).collect();
    // The leader itself may be paused.
    facts.extend(obstacles(world, leader, &[leader]));
    facts.extend(obstacles(world, leader, &behind));
    let reached = behind.iter().copied().filter(|id| obstacle(world, leader, *id).is_none());
    let reached: Vec<ProcessId> = reached.collect();
    if !reached.is_empty() {
        let text = Text::key("raft.why.unanswered").with("leader", Arg::Process(leader));
        facts.push(text.with("nodes", names(world, &reached)).with("index", number(decisive.index)));
    }
    if decisive.holders().len() >= quorum(world) {
        let known = usize::from(world.node_count()) - behind.len();
        facts.push(tally(world, "raft.why.unacknowledged", known).with("leader", Arg::Process(leader)));
    }
    facts
}

/// Whether a leader may not commit an entry by counting its copies.
fn is_of_old_term(entry: &Stored<'_>, leader: &Node) -> bool {
    entry.term < leader.term() && !is_off(entry.world, Mutant::CountOldTerms)
}
