//! Why a node, a slot or an operation stands as it does: the rule, the numbers, and what is missing.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the
//! link work and that the other runs; chance and latency are left out. Here are the answers about nodes; [`slot`] and
//! [`operation`] have the others, [`seen`] what they all look at.

mod operation;
mod seen;
mod slot;

use super::MultiPaxos;
use super::ballot::Ballot;
use super::node::{Durable, Leading, Node, Role, bit};
use crate::why::{about, answer, is_paused, listed, names, nodes, number, obstacle, obstacles};
use consistory_kernel::{ProcessId, Time, World};
use consistory_scene::{Arg, Subject, Text, Why};
use seen::{
    CHOOSING, LEARNING, LEASES, PROGRESS, SEQUENCES, STORAGE, accepts, ahead, bond, clock, election, has_lease,
    has_promised, in_words, knows_up_to, leading, quorum, refusal, running, sized, tally,
};

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<MultiPaxos>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id),
        Subject::Entry(id, index) => {
            u32::try_from(index).map(|index| slot::answers(world, id, index)).unwrap_or_default()
        }
        Subject::Operation(client) => operation::answers(world, client),
    }
}

fn of_node(world: &World<MultiPaxos>, id: ProcessId) -> Vec<Why> {
    let Some(disk) = world.disk(id) else { return Vec::new() };
    let Some(node) = world.node(id) else { return vec![down(world, id, disk)] };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        let facts = vec![running(world, "multi-paxos.why.running")];
        answers.push(answer(about("why.is_paused", id), Text::key("multi-paxos.why.rule.paused"), "", facts));
    }
    match &node.role {
        Role::Follower => answers.extend([follower(world, id, node), outlook(world, id, node)]),
        Role::Candidate { promises, .. } => answers.push(candidate(world, id, node, *promises)),
        Role::Leader(leading) => {
            answers.extend([leads(world, id, node), chooses(world, id, node)]);
            answers.extend(pipeline(world, id, node, leading));
            answers.push(reads(world, id, node, leading));
        }
    }
    answers.extend(behind(world, id, node));
    answers.push(promised(world, id, node));
    answers
}

fn down(world: &World<MultiPaxos>, id: ProcessId, disk: &Durable) -> Why {
    let kept = has_promised(id, disk.promised);
    let facts = vec![kept, knows_up_to(id, &disk.log), running(world, "multi-paxos.why.running")];
    answer(about("multi-paxos.why.is_down", id), Text::key("multi-paxos.why.rule.down"), STORAGE, facts)
}

/// Why a follower does not stand.
fn follower(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Why {
    let mut facts = vec![heard(world, id, node)];
    facts.extend(bond(world, id, node));
    if node.eager {
        facts.push(about("multi-paxos.why.eager", id));
    }
    let timeout = election(world, id);
    facts.extend(timeout.map(|armed| {
        let text = about("multi-paxos.why.timeout", id).with("since", Arg::Time(armed.armed_at));
        text.with("time", Arg::Time(armed.fires_at))
    }));
    let claim = about("multi-paxos.why.not_leader.follower", id);
    let since = timeout.map(|armed| armed.cause);
    Why { since, ..answer(claim, Text::key("multi-paxos.why.rule.stands"), PROGRESS, facts) }
}

/// What became of the leader that a follower knows.
fn heard(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Text {
    let text = |key| about(key, id).with("ballot", in_words(node.promised));
    let Some(leader) = node.leader else { return text("multi-paxos.why.heard.nobody") };
    let leads = world.node(leader).is_some_and(|other| other.leads() == Some(node.promised));
    let arrives = !is_paused(world, leader) && world.network().passes(leader, id);
    let key = match (leads, arrives) {
        (true, true) => "multi-paxos.why.heard",
        (true, false) => "multi-paxos.why.heard.silent",
        (false, _) => "multi-paxos.why.heard.over",
    };
    text(key).with("leader", Arg::Process(leader))
}

/// Whether a follower would become leader if it stood now, and who would not promise.
fn outlook(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Why {
    let ballot = Ballot { round: node.highest.round.saturating_add(1), node: id };
    let (possible, reasons) = poll(world, id, ballot, bit(id));
    let own = bond(world, id, node);
    let wins = possible >= quorum(world) && own.is_none() && !is_paused(world, id);
    let key = if wins { "multi-paxos.why.could_win" } else { "multi-paxos.why.could_not_win" };
    let mut facts = vec![tally(world, "multi-paxos.why.promises_possible", possible)];
    facts.extend(own);
    facts.extend(reasons);
    // The follower itself may be paused.
    facts.extend(obstacles(world, id, &[id]));
    let claim = about(key, id).with("ballot", in_words(ballot));
    answer(claim, sized(world, "multi-paxos.why.rule.promises"), CHOOSING, facts)
}

/// Why a candidate does not lead, and whether it still can.
fn candidate(world: &World<MultiPaxos>, id: ProcessId, node: &Node, promises: u16) -> Why {
    let (possible, reasons) = poll(world, id, node.promised, promises);
    let mut facts = vec![tally(world, "multi-paxos.why.promises", size_of_set(promises))];
    facts.extend(reasons);
    let is_due = |peer: &ProcessId| {
        promises & bit(*peer) == 0
            && obstacle(world, id, *peer).is_none()
            && refusal(world, node.promised, *peer).is_none()
    };
    let due: Vec<ProcessId> = nodes(world).filter(is_due).collect();
    if !due.is_empty() {
        facts.push(about("multi-paxos.why.promises_due", id).with("nodes", names(world, &due)));
    }
    let may_win = possible >= quorum(world);
    let key = if may_win { "multi-paxos.why.may_win" } else { "multi-paxos.why.will_not_win" };
    facts.push(tally(world, key, possible));
    let timeout = election(world, id);
    let again = |time| about("multi-paxos.why.stands_again", id).with("time", Arg::Time(time));
    facts.extend(timeout.map(|armed| again(armed.fires_at)));
    let claim = about("multi-paxos.why.not_leader.candidate", id).with("ballot", in_words(node.promised));
    // Standing has armed the timer.
    let since = timeout.map(|armed| armed.cause);
    Why { since, ..answer(claim, sized(world, "multi-paxos.why.rule.promises"), CHOOSING, facts) }
}

/// How many promises a ballot has or can still get, and what keeps it from the others. Promises are a set of nodes,
/// as in [`Role::Candidate`].
fn poll(world: &World<MultiPaxos>, id: ProcessId, ballot: Ballot, promises: u16) -> (usize, Vec<Text>) {
    let open: Vec<ProcessId> = nodes(world).filter(|peer| promises & bit(*peer) == 0).collect();
    let reached: Vec<ProcessId> = open.iter().copied().filter(|peer| obstacle(world, id, *peer).is_none()).collect();
    let mut reasons: Vec<Text> = reached.iter().filter_map(|peer| refusal(world, ballot, *peer)).collect();
    let possible = size_of_set(promises) + reached.len() - reasons.len();
    reasons.extend(obstacles(world, id, &open));
    (possible, reasons)
}

/// What made a node leader. Its own count of promises is gone; the disks still have them.
fn leads(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Why {
    let holders = nodes(world).filter(|peer| world.disk(*peer).is_some_and(|disk| disk.promised == node.promised));
    let holders: Vec<ProcessId> = holders.collect();
    let held = tally(world, "multi-paxos.why.promised_by", holders.len()).with("nodes", names(world, &holders));
    let mut facts = vec![held.with("ballot", in_words(node.promised))];
    let won_at = world.monitor().won_at.get(&id);
    facts.extend(won_at.map(|time| about("multi-paxos.why.led_since", id).with("time", Arg::Time(*time))));
    let claim = about("multi-paxos.why.leads", id).with("ballot", in_words(node.promised));
    answer(claim, sized(world, "multi-paxos.why.rule.promises"), CHOOSING, facts)
}

/// Whether what a leader proposes now can be chosen: whoever has promised a higher ballot refuses.
fn chooses(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Why {
    let accepting = nodes(world).filter(|peer| *peer != id && accepts(world, id, node.promised, *peer)).count() + 1;
    let able = accepting >= quorum(world) && !is_paused(world, id);
    let mut facts = vec![tally(world, "multi-paxos.why.reaches", accepting)];
    facts.extend(obstacles(world, id, &nodes(world).collect::<Vec<_>>()));
    facts.extend(ahead(world, node.promised));
    let key = if able { "multi-paxos.why.can_choose" } else { "multi-paxos.why.cannot_choose" };
    answer(about(key, id), sized(world, "multi-paxos.why.rule.chosen"), CHOOSING, facts)
}

/// What a leader has in flight, and what waits for it.
fn pipeline(world: &World<MultiPaxos>, id: ProcessId, node: &Node, leading: &Leading) -> Option<Why> {
    let (first, _) = leading.flight.first_key_value()?;
    let slots = listed(leading.flight.keys().map(u32::to_string));
    let mut facts = vec![about("multi-paxos.why.in_flight", id).with("slots", slots)];
    facts.push(knows_up_to(id, &node.log));
    if !leading.queue.is_empty() {
        facts.push(window(world, id, node, leading));
    }
    let claim = about("multi-paxos.why.pipeline", id).with("slot", number(*first));
    Some(answer(claim, window_rule(world), SEQUENCES, facts))
}

/// That the window has no room for more.
fn window(world: &World<MultiPaxos>, id: ProcessId, node: &Node, leading: &Leading) -> Text {
    let last = node.log.prefix().saturating_add(world.config().window);
    let text = about("multi-paxos.why.window", id).with("waiting", number(leading.queue.len()));
    text.with("slot", number(leading.next)).with("last", number(last))
}

fn window_rule(world: &World<MultiPaxos>) -> Text {
    Text::key("multi-paxos.why.rule.window").with("window", number(world.config().window))
}

/// Whether a leader answers reads by itself: it holds the lease, and knows everything that was acknowledged before.
fn reads(world: &World<MultiPaxos>, id: ProcessId, node: &Node, leading: &Leading) -> Why {
    let mut facts = lease(world, id, leading);
    if node.applied < leading.recovered {
        let text = about("multi-paxos.why.recovering", id).with("slot", number(leading.recovered));
        facts.push(text.with("applied", number(node.applied)));
    }
    // The leader itself may be paused.
    facts.extend(obstacles(world, id, &[id]));
    let able = has_lease(world, id, node) && node.applied >= leading.recovered && !is_paused(world, id);
    let key = if able { "multi-paxos.why.reads" } else { "multi-paxos.why.no_reads" };
    answer(about(key, id), Text::key("multi-paxos.why.rule.reads"), LEASES, facts)
}

/// Until when a leader's lease runs, and whose grants it has run out of.
fn lease(world: &World<MultiPaxos>, id: ProcessId, leading: &Leading) -> Vec<Text> {
    if world.config().lease == 0 {
        return vec![Text::key("multi-paxos.why.no_lease")];
    }
    let until = leading.lease_until(quorum(world));
    if until == Time::MAX {
        return Vec::new();
    }
    let shows = clock(world, id);
    let text = about("multi-paxos.why.lease", id).with("time", Arg::Time(until)).with("clock", Arg::Time(shows));
    let over = nodes(world).zip(&leading.granted).filter(|(peer, granted)| *peer != id && **granted <= shows);
    let over: Vec<ProcessId> = over.map(|(peer, _)| peer).collect();
    let ended = (until <= shows).then(|| about("multi-paxos.why.grants_over", id).with("nodes", names(world, &over)));
    core::iter::once(text).chain(ended).collect()
}

/// Why a node lacks slots that are chosen.
fn behind(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Option<Why> {
    let first = node.log.prefix() + 1;
    if first > node.heard || node.is_leader() {
        return None;
    }
    let mut facts = vec![knows_up_to(id, &node.log)];
    if let Some((leader, other)) = leading(world) {
        facts.push(knows_up_to(leader, &other.log));
        facts.extend(obstacles(world, id, &[leader]));
    }
    if node.fetching {
        facts.push(about("multi-paxos.why.fetching", id));
    }
    let claim = about("multi-paxos.why.behind", id).with("slot", number(first)).with("last", number(node.heard));
    Some(answer(claim, Text::key("multi-paxos.why.rule.catch_up"), LEARNING, facts))
}

fn promised(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Why {
    let mut facts: Vec<Text> = bond(world, id, node).into_iter().collect();
    // Of a leader, the answer whether it can choose says it.
    facts.extend(ahead(world, node.promised).filter(|_| !node.is_leader()));
    let claim = has_promised(id, node.promised);
    answer(claim, Text::key("multi-paxos.why.rule.promise"), CHOOSING, facts)
}

fn size_of_set(nodes: u16) -> usize {
    nodes.count_ones() as usize
}
