//! Why a server, an entry or an operation stands as it does: the rule, the numbers, and what is missing.
//!
//! The answers look at the whole world, as no server can. That one reaches another means that both directions of the
//! link work and that the other runs; chance and latency are left out. Here are the answers about servers; [`entry`]
//! and [`operation`] have the others, [`seen`] what they all look at.

mod entry;
mod operation;
mod seen;

use super::Raft;
use super::mutants::Mutant;
use super::node::{Durable, Node, Role, bit};
use crate::why::{about, alive, answer, is_paused, names, nodes, number, obstacle, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use seen::{at_position, is_off, log_of, quorum, running, sized, tally, timeout};

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<Raft>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_server(world, id),
        Subject::Entry(id, index) => {
            u32::try_from(index).map(|index| entry::answers(world, id, index)).unwrap_or_default()
        }
        Subject::Operation(client) => operation::answers(world, client),
    }
}

fn of_server(world: &World<Raft>, id: ProcessId) -> Vec<Why> {
    let Some(disk) = world.disk(id) else { return Vec::new() };
    let Some(node) = world.node(id) else { return vec![down(world, id, disk)] };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        let facts = vec![running(world, "raft.why.running")];
        answers.push(answer(about("why.is_paused", id), Text::key("raft.why.rule.paused"), "", facts));
    }
    match &node.role {
        Role::Follower => answers.extend([follower(world, id, node), election(world, id, node)]),
        Role::Candidate { votes, answered } => answers.push(candidate(world, id, node, *votes, *answered)),
        Role::Leader { .. } => answers.extend([leader(world, id, node), commits(world, id, node)]),
    }
    answers.push(in_term(world, id, node));
    answers
}

fn down(world: &World<Raft>, id: ProcessId, disk: &Durable) -> Why {
    let kept = at_position("raft.why.disk", id, disk.log.last()).with("term", number(disk.term));
    let facts = vec![kept, running(world, "raft.why.running")];
    answer(about("raft.why.is_down", id), Text::key("raft.why.rule.down"), "§5.5", facts)
}

/// Why a follower does not stand for election.
fn follower(world: &World<Raft>, id: ProcessId, node: &Node) -> Why {
    let mut facts = vec![heard(world, id, node)];
    let timeout = timeout(world, id);
    facts.extend(timeout.map(|armed| {
        let text = about("raft.why.timeout", id).with("since", Arg::Time(armed.armed_at));
        text.with("time", Arg::Time(armed.fires_at))
    }));
    let claim = about("raft.why.not_leader.follower", id);
    let since = timeout.map(|armed| armed.cause);
    Why { since, ..answer(claim, Text::key("raft.why.rule.stands"), "§5.2", facts) }
}

/// What became of the leader that a follower knows.
fn heard(world: &World<Raft>, id: ProcessId, node: &Node) -> Text {
    let text = |key| about(key, id).with("term", number(node.term()));
    let Some(leader) = node.leader else { return text("raft.why.heard.nobody") };
    let leads = world.node(leader).is_some_and(|other| other.is_leader() && other.term() == node.term());
    let arrives = !is_paused(world, leader) && world.network().passes(leader, id);
    let key = match (leads, arrives) {
        (true, true) => "raft.why.heard",
        (true, false) => "raft.why.heard.silent",
        (false, _) => "raft.why.heard.over",
    };
    text(key).with("leader", Arg::Process(leader))
}

/// Whether a follower would win if it stood now, and who would refuse it.
fn election(world: &World<Raft>, id: ProcessId, node: &Node) -> Why {
    let term = node.term().saturating_add(1);
    let (votes, reasons) = poll(world, id, term, bit(id), bit(id));
    let wins = votes >= quorum(world) && !is_paused(world, id);
    let claim = about(if wins { "raft.why.could_win" } else { "raft.why.could_not_win" }, id);
    let mut facts = vec![tally(world, "raft.why.votes_possible", votes)];
    facts.extend(reasons);
    // The follower itself may be paused.
    facts.extend(obstacles(world, id, &[id]));
    answer(claim.with("term", number(term)), sized(world, "raft.why.rule.votes"), "§5.4.1", facts)
}

/// Why a candidate has not won, and whether it still can.
fn candidate(world: &World<Raft>, id: ProcessId, node: &Node, votes: u16, answered: u16) -> Why {
    let (possible, reasons) = poll(world, id, node.term(), votes, answered);
    let mut facts = vec![tally(world, "raft.why.votes", size_of_set(votes))];
    facts.extend(reasons);
    let mut due = outstanding(world, id, answered);
    due.retain(|peer| obstacle(world, id, *peer).is_none());
    if !due.is_empty() {
        facts.push(about("raft.why.votes_due", id).with("nodes", names(world, &due)));
    }
    let outlook = if possible >= quorum(world) { "raft.why.may_win" } else { "raft.why.will_not_win" };
    facts.push(tally(world, outlook, possible));
    let timeout = timeout(world, id);
    facts.extend(timeout.map(|armed| {
        let text = about("raft.why.stands_again", id).with("time", Arg::Time(armed.fires_at));
        text.with("term", number(node.term().saturating_add(1)))
    }));
    let claim = about("raft.why.not_leader.candidate", id).with("term", number(node.term()));
    // Standing for election has armed the timer.
    let since = timeout.map(|armed| armed.cause);
    Why { since, ..answer(claim, sized(world, "raft.why.rule.votes"), "§5.2", facts) }
}

/// How many votes a candidate of that term has or can still get, and what keeps it from the others. Votes and answers
/// are sets of servers, as in [`Role::Candidate`].
fn poll(world: &World<Raft>, id: ProcessId, term: u32, votes: u16, answered: u16) -> (usize, Vec<Text>) {
    let outstanding = outstanding(world, id, answered);
    let reached = |peer: ProcessId| obstacle(world, id, peer).is_none();
    let grants = |peer: &&ProcessId| reached(**peer) && refusal(world, id, term, **peer).is_none();
    let possible = size_of_set(votes) + outstanding.iter().filter(grants).count();
    let withheld = nodes(world).filter(|peer| *peer != id && votes & bit(*peer) == 0);
    let spoken = withheld.filter(|peer| answered & bit(*peer) != 0 || reached(*peer));
    let mut reasons: Vec<Text> = spoken.filter_map(|peer| refusal(world, id, term, peer)).collect();
    reasons.extend(obstacles(world, id, &outstanding));
    (possible, reasons)
}

/// The servers that have not answered a candidate.
fn outstanding(world: &World<Raft>, id: ProcessId, answered: u16) -> Vec<ProcessId> {
    nodes(world).filter(|peer| *peer != id && answered & bit(*peer) == 0).collect()
}

/// Why a server that hears a candidate of that term does not vote for it, by the rules of `RequestVote` in their order.
fn refusal(world: &World<Raft>, candidate: ProcessId, term: u32, peer: ProcessId) -> Option<Text> {
    let node = world.node(peer)?;
    let text = |key| Text::key(key).with("peer", Arg::Process(peer)).with("term", number(term));
    if node.term() > term {
        return Some(text("raft.why.refuses.term").with("higher", number(node.term())));
    }
    let taken = node.durable.vote.filter(|vote| *vote != candidate && node.term() == term);
    if let Some(vote) = taken.filter(|_| !is_off(world, Mutant::VoteTwice)) {
        return Some(text("raft.why.refuses.voted").with("vote", Arg::Process(vote)));
    }
    let (own, asking) = (node.durable.log.last(), log_of(world, candidate)?.last());
    if (own.term, own.index) <= (asking.term, asking.index) || is_off(world, Mutant::SkipLogCheck) {
        return None;
    }
    let text = text("raft.why.refuses.log").with("my_index", number(own.index)).with("my_term", number(own.term));
    Some(text.with("index", number(asking.index)).with("log_term", number(asking.term)))
}

/// What made a server leader. Its own count of votes is gone; the disks still have them.
fn leader(world: &World<Raft>, id: ProcessId, node: &Node) -> Why {
    let elects = |disk: &Durable| disk.term == node.term() && disk.vote == Some(id);
    let voters: Vec<ProcessId> = nodes(world).filter(|peer| world.disk(*peer).is_some_and(elects)).collect();
    let cast = tally(world, "raft.why.voters", voters.len()).with("nodes", names(world, &voters));
    let mut facts = vec![cast.with("term", number(node.term()))];
    if voters.len() < quorum(world) {
        facts.push(about("raft.why.votes_gone", id));
    }
    let won_at = world.monitor().won_at.get(&id);
    facts.extend(won_at.map(|time| about("raft.why.led_since", id).with("time", Arg::Time(*time))));
    let claim = about("raft.why.leads", id).with("term", number(node.term()));
    answer(claim, sized(world, "raft.why.rule.votes"), "§5.2", facts)
}

/// Whether a leader can commit: whoever has gone on to a higher term rejects what it sends.
fn commits(world: &World<Raft>, id: ProcessId, node: &Node) -> Why {
    let accepts = |peer: &ProcessId| {
        let obeys = world.node(*peer).is_some_and(|other| other.term() <= node.term());
        obeys && obstacle(world, id, *peer).is_none()
    };
    let accepting = nodes(world).filter(|peer| *peer != id).filter(accepts).count() + 1;
    let able = accepting >= quorum(world) && !is_paused(world, id);
    let mut facts = vec![tally(world, "raft.why.reaches", accepting)];
    facts.extend(obstacles(world, id, &nodes(world).collect::<Vec<_>>()));
    facts.extend(ahead(world, node.term()));
    let claim = about(if able { "raft.why.can_commit" } else { "raft.why.cannot_commit" }, id);
    answer(claim, Text::key("raft.why.rule.commit"), "§5.3", facts)
}

fn in_term(world: &World<Raft>, id: ProcessId, node: &Node) -> Why {
    let mut facts = vec![match node.durable.vote {
        Some(vote) if vote == id => about("raft.why.voted.itself", id),
        Some(vote) => about("raft.why.voted", id).with("vote", Arg::Process(vote)),
        None => about("raft.why.voted.nobody", id),
    }];
    let since = match node.role {
        Role::Follower | Role::Leader { .. } => None,
        Role::Candidate { .. } => timeout(world, id).map(|armed| armed.cause),
    };
    // Of a leader, the answer whether it can commit says it.
    facts.extend(ahead(world, node.term()).filter(|_| !node.is_leader()));
    let claim = about("raft.why.in_term", id).with("term", number(node.term()));
    Why { since, ..answer(claim, Text::key("raft.why.rule.terms"), "§5.1", facts) }
}

/// Who is in a higher term; a leader rather than others.
fn ahead(world: &World<Raft>, term: u32) -> Option<Text> {
    let higher = alive(world).filter(|(_, node)| node.term() > term);
    let (other, node) = higher.max_by_key(|(_, node)| (node.is_leader(), node.term()))?;
    let key = if node.is_leader() { "raft.why.leads_higher" } else { "raft.why.in_higher" };
    Some(Text::key(key).with("other", Arg::Process(other)).with("term", number(node.term())))
}

fn size_of_set(servers: u16) -> usize {
    servers.count_ones() as usize
}
