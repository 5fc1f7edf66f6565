//! Why a process has not decided, and why a client has no answer: the votes, and whether those that are missing could
//! still decide.
//!
//! The answers look at the whole world, as no process can. That one reaches another means that both directions of the
//! link work and that the other runs; chance and latency are left out.

use super::mutants::Mutant;
use super::node::{Node, majority};
use super::{MajorityVote, Timer};
use crate::consensus::knows;
use crate::why::{about, answer, is_paused, names, nodes, number, obstacle, obstacles, waiting};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use core::iter::once;

/// Where the rules stand.
const GIFFORD: &str = "Gifford 1979";
const FLP: &str = "Fischer, Lynch, Paterson 1985";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<MajorityVote>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_process(world, id),
        Subject::Entry(id, index) => (index == 1).then(|| of_vote(world, id)).flatten().into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client),
    }
}

fn of_process(world: &World<MajorityVote>, id: ProcessId) -> Vec<Why> {
    if id.0 >= world.node_count() {
        return Vec::new();
    }
    let Some(node) = world.node(id) else {
        let (claim, rule) = (about("majority-vote.why.is_down", id), sized(world, "majority-vote.why.rule.down"));
        return vec![answer(claim, rule, "", vec![stored(world, id)])];
    };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        answers.push(answer(about("why.is_paused", id), sized(world, "majority-vote.why.rule.paused"), "", Vec::new()));
    }
    answers.push(match node.decision {
        Some(decision) => decided(world, id, node, decision.value),
        None => undecided(world, id, node),
    });
    answers
}

/// What a process that is down has on its disk.
fn stored(world: &World<MajorityVote>, id: ProcessId) -> Text {
    match world.disk(id).and_then(|disk| disk.vote) {
        Some(vote) => about("majority-vote.why.disk", id).with("value", Arg::Number(vote.value)),
        None => about("majority-vote.why.disk.empty", id),
    }
}

fn decided(world: &World<MajorityVote>, id: ProcessId, node: &Node, value: i64) -> Why {
    let facts = tally(world, node);
    answer(knows(id, value), sized(world, "majority-vote.why.rule.majority"), GIFFORD, facts)
}

/// Why a process has not decided: what it has heard, what is missing, and whether that could make a majority.
fn undecided(world: &World<MajorityVote>, id: ProcessId, node: &Node) -> Why {
    let mut facts = tally(world, node);
    let missing: Vec<ProcessId> = nodes(world).filter(|peer| !node.votes.contains_key(peer)).collect();
    let missing_others: Vec<ProcessId> = missing.iter().copied().filter(|peer| *peer != id).collect();
    if node.vote.is_none() {
        facts.push(about("majority-vote.why.no_vote", id));
    }
    if !missing_others.is_empty() {
        facts.push(about("majority-vote.why.missing", id).with("nodes", names(world, &missing_others)));
        facts.extend(obstacles(world, id, &missing_others));
    }
    let due = missing.iter().filter(|peer| **peer == id || obstacle(world, id, **peer).is_none()).count();
    let leading = node.tally().into_values().max().unwrap_or(0);
    let quorum = usize::from(majority(world.node_count()));
    let outlook = if leading + missing.len() < quorum {
        "majority-vote.why.never"
    } else if leading + due < quorum {
        "majority-vote.why.not_now"
    } else {
        "majority-vote.why.may"
    };
    facts.push(sized(world, outlook).with("count", number(leading)).with("missing", number(missing.len())));
    let reminder = world.timers(id).iter().find(|armed| armed.timer == Timer::Remind);
    let reminder = reminder.filter(|_| !missing_others.is_empty());
    facts.extend(reminder.map(|armed| about("majority-vote.why.reminds", id).with("time", Arg::Time(armed.fires_at))));
    let claim = about("majority-vote.why.undecided", id);
    answer(claim, sized(world, "majority-vote.why.rule.majority"), FLP, facts)
}

/// For each number, who has voted for it as far as a process has heard.
fn tally(world: &World<MajorityVote>, node: &Node) -> Vec<Text> {
    let of = |(value, count): (i64, usize)| {
        let voters = node.votes.iter().filter(|(_, vote)| vote.value == value).map(|(id, _)| *id);
        let voters: Vec<ProcessId> = voters.collect();
        let text = sized(world, "majority-vote.why.votes").with("value", Arg::Number(value));
        text.with("count", number(count)).with("nodes", names(world, &voters))
    };
    node.tally().into_iter().map(of).collect()
}

/// Why a process has voted as it did.
fn of_vote(world: &World<MajorityVote>, id: ProcessId) -> Option<Why> {
    let vote = world.node(id).map_or_else(|| world.disk(id)?.vote, |node| node.vote)?;
    let proposed = Text::key("majority-vote.why.proposed").with("client", Arg::Process(vote.client));
    let facts = vec![proposed.with("value", Arg::Number(vote.value))];
    let rule = if world.is_off(Mutant::VoteTwice.into()) {
        "majority-vote.why.rule.votes_twice"
    } else {
        "majority-vote.why.rule.votes_once"
    };
    let claim = about("majority-vote.why.has_voted", id).with("value", Arg::Number(vote.value));
    Some(answer(claim, sized(world, rule), GIFFORD, facts))
}

/// Why a client has no answer; nothing if it waits for none.
fn of_operation(world: &World<MajorityVote>, client: ProcessId) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (since, mut facts) = (waiting.since, waiting.facts.clone());
    facts.extend(obstacles(world, client, &[waiting.state.target]));
    let holders = nodes(world).filter(|id| world.node(*id).is_some_and(|node| node.waiting.contains_key(&client)));
    let holders: Vec<ProcessId> = holders.collect();
    if !holders.is_empty() {
        facts.push(Text::key("majority-vote.why.waits_at").with("nodes", names(world, &holders)));
    }
    facts.push(waiting.patience("consensus.why.patience"));
    let first = Why { since, ..answer(waiting.claim, sized(world, "majority-vote.why.rule.answer"), FLP, facts) };
    let stuck = holders.into_iter().filter_map(|id| Some(undecided(world, id, world.node(id)?)));
    once(first).chain(stuck).collect()
}

fn sized(world: &World<MajorityVote>, key: &'static str) -> Text {
    let quorum = majority(world.node_count());
    Text::key(key).with("total", number(world.node_count())).with("quorum", number(quorum))
}
