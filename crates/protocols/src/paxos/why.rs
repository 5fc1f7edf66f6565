//! Why nothing is chosen, why a proposer took the value that it proposes, why a ballot is refused, why a client waits.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::message::{Ballot, Vote};
use super::node::{Durable, Node};
use super::properties::Chosen;
use super::proposer::{Attempt, Phase};
use super::roles::{count_of, members};
use super::{Paxos, Timer};
use crate::consensus::knows;
use crate::why::{about, alive, answer, is_paused, names, nodes, number, obstacle, obstacles, waiting};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use core::iter::once;

/// Where the rules stand.
const PHASES: &str = "Lamport 2001, §2.2";
const LEARNING: &str = "Lamport 2001, §2.3";
const PROGRESS: &str = "Lamport 2001, §2.4";
const MEMORY: &str = "Lamport 2001, §2.5";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<Paxos>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id),
        Subject::Entry(id, index) => (index == 1).then(|| of_vote(world, id)).flatten().into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client),
    }
}

fn of_node(world: &World<Paxos>, id: ProcessId) -> Vec<Why> {
    let Some(disk) = world.disk(id) else { return Vec::new() };
    let Some(node) = world.node(id) else {
        let (claim, rule) = (about("paxos.why.is_down", id), Text::key("paxos.why.rule.down"));
        return vec![answer(claim, rule, MEMORY, vec![remembered(id, disk)]), choice(world)];
    };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        answers.push(answer(about("why.is_paused", id), Text::key("paxos.why.rule.paused"), "", Vec::new()));
    }
    answers.extend(proposes(world, id, node));
    answers.extend(learned(world, id, node));
    if node.roles.is_acceptor(id) {
        answers.push(accepts(id, disk));
    }
    answers.push(choice(world));
    answers
}

/// What is on a disk.
fn remembered(id: ProcessId, disk: &Durable) -> Text {
    let text = match disk.accepted {
        Some(vote) => with_vote(about("paxos.why.disk.accepted", id), vote),
        None => with_ballot(about("paxos.why.disk", id), disk.promised),
    };
    with_other(text, disk.promised)
}

/// Why a proposer's ballot has not come further; nothing if it proposes nothing.
fn proposes(world: &World<Paxos>, id: ProcessId, node: &Node) -> Option<Why> {
    let Some(attempt) = node.proposer.attempt else { return waits(world, id, node) };
    let ballot = attempt.ballot;
    let of_ballot = |key| with_ballot(about(key, id), ballot);
    let (claim, rule, source, facts) = match attempt.phase {
        Phase::Prepare { promises, highest } => {
            let mut facts = progress(world, id, node, attempt, (promises, node.quorums.phase1));
            facts.extend(highest.map(|vote| with_vote(about("paxos.why.reported", id), vote)));
            (of_ballot("paxos.why.preparing"), "paxos.why.rule.prepare", PHASES, facts)
        }
        Phase::Accept { value, adopted, accepted } => {
            let mut facts = vec![match adopted {
                Some(from) => with_other(about("paxos.why.adopted", id), from),
                None => about("paxos.why.free", id).with("client", Arg::Process(value.client)),
            }];
            facts.extend(progress(world, id, node, attempt, (accepted, node.quorums.phase2)));
            let claim = of_ballot("paxos.why.accepting").with("value", Arg::Number(value.value));
            (claim, "paxos.why.rule.accept", PHASES, facts)
        }
        Phase::Preempted { by } => {
            let facts = next_ballot(world, id).into_iter().collect();
            let claim = with_other(of_ballot("paxos.why.preempted"), by);
            (claim, "paxos.why.rule.preempted", PROGRESS, facts)
        }
    };
    Some(answer(claim, sized(node, rule), source, facts))
}

/// Why a proposer with a value has no ballot: another one proposes.
fn waits(world: &World<Paxos>, id: ProcessId, node: &Node) -> Option<Why> {
    let own = node.proposer.own?;
    let facts = next_ballot(world, id).into_iter().collect();
    let claim = about("paxos.why.hands_on", id).with("value", Arg::Number(own.value));
    Some(answer(claim, Text::key("paxos.why.rule.distinguished"), PROGRESS, facts))
}

/// Who has answered a ballot, who will not, who cannot, and whether a quorum still can.
fn progress(
    world: &World<Paxos>,
    id: ProcessId,
    node: &Node,
    attempt: Attempt,
    (answered, quorum): (u16, u16),
) -> Vec<Text> {
    let ballot = attempt.ballot;
    let has: Vec<ProcessId> = members(answered).collect();
    let tally = |key, count: usize| {
        let text = Text::key(key).with("count", number(count)).with("quorum", number(quorum));
        text.with("total", number(node.roles.acceptor_count()))
    };
    let mut facts = vec![tally("paxos.why.answered", has.len()).with("nodes", names(world, &has))];
    let missing = node.roles.acceptors().filter(|acceptor| !has.contains(acceptor));
    let (refusing, missing): (Vec<ProcessId>, Vec<ProcessId>) =
        missing.partition(|acceptor| world.disk(*acceptor).is_some_and(|disk| disk.promised > ballot));
    if !refusing.is_empty() {
        facts.push(Text::key("paxos.why.refusing").with("nodes", names(world, &refusing)));
    }
    facts.extend(obstacles(world, id, &missing));
    let reachable = missing.iter().filter(|acceptor| obstacle(world, id, **acceptor).is_none()).count();
    let key = if has.len() + reachable >= usize::from(quorum) { "paxos.why.may" } else { "paxos.why.will_not" };
    facts.push(tally(key, has.len() + reachable));
    facts.extend(next_ballot(world, id));
    facts
}

/// When a proposer tries again.
fn next_ballot(world: &World<Paxos>, id: ProcessId) -> Option<Text> {
    let armed = world.timers(id).iter().find(|armed| armed.timer == Timer::Retry)?;
    Some(about("paxos.why.tries_again", id).with("time", Arg::Time(armed.fires_at)))
}

/// What a node knows of what is chosen; nothing of a node that need not know.
fn learned(world: &World<Paxos>, id: ProcessId, node: &Node) -> Option<Why> {
    if !node.roles.is_informed(id) {
        return None;
    }
    let quorum = number(node.quorums.phase2);
    let heard = node.learner.leading().map(|(vote, count)| {
        let text = with_vote(about("paxos.why.heard", id), vote);
        text.with("count", number(count)).with("quorum", quorum)
    });
    let mut facts: Vec<Text> = heard.into_iter().collect();
    let rule = sized(node, "paxos.why.rule.learn");
    if let Some(value) = node.learner.decided {
        return Some(answer(knows(id, value.value), rule, LEARNING, facts));
    }
    let ask = world.timers(id).iter().find(|armed| armed.timer == Timer::Ask);
    facts.extend(ask.map(|armed| about("paxos.why.asks", id).with("time", Arg::Time(armed.fires_at))));
    Some(answer(about("paxos.why.does_not_know", id), rule, LEARNING, facts))
}

/// What an acceptor refuses, and what it would report.
fn accepts(id: ProcessId, disk: &Durable) -> Why {
    let facts = vec![match disk.accepted {
        Some(vote) => with_vote(about("paxos.why.reports", id), vote),
        None => about("paxos.why.reports.nothing", id),
    }];
    let (claim, rule) = (about("paxos.why.refuses", id), Text::key("paxos.why.rule.promise"));
    if disk.promised == Ballot::NONE {
        return answer(about("paxos.why.refuses.nothing", id), rule, PHASES, facts);
    }
    answer(with_ballot(claim, disk.promised), rule, PHASES, facts)
}

/// Whether a value is chosen, and what speaks for and against it.
fn choice(world: &World<Paxos>) -> Why {
    let monitor = world.monitor();
    let Some(node) = alive(world).map(|(_, node)| node).next() else {
        return answer(Text::key("paxos.why.all_down"), Text::key("paxos.why.rule.choose.any"), PHASES, Vec::new());
    };
    let rule = sized(node, "paxos.why.rule.choose");
    if let Some(Chosen { ballot, value, .. }) = monitor.chosen {
        let acceptors: Vec<ProcessId> = members(monitor.acceptors_of(ballot)).collect();
        let knowing = alive(world).filter(|(_, node)| node.learner.decided == Some(value)).map(|(id, _)| id);
        let knowing: Vec<ProcessId> = knowing.collect();
        let facts = vec![
            Text::key("paxos.why.accepted_by").with("nodes", names(world, &acceptors)),
            Text::key("paxos.why.known_to").with("nodes", names(world, &knowing)),
        ];
        return answer(with_vote(Text::key("paxos.why.is_chosen"), Vote { ballot, value }), rule, PHASES, facts);
    }
    let mut facts = Vec::new();
    if let Some(vote) = monitor.leading() {
        let acceptors = monitor.acceptors_of(vote.ballot);
        let text = with_vote(Text::key("paxos.why.leads"), vote).with("count", number(count_of(acceptors)));
        facts.push(text.with("nodes", names(world, &members(acceptors).collect::<Vec<_>>())));
        let has_gone_on = |id: &ProcessId| world.disk(*id).is_some_and(|disk| disk.promised > vote.ballot);
        let beyond: Vec<ProcessId> = node.roles.acceptors().filter(has_gone_on).collect();
        if !beyond.is_empty() {
            facts.push(Text::key("paxos.why.gone_on").with("nodes", names(world, &beyond)));
        }
    }
    let proposing = alive(world).filter(|(_, node)| node.proposer.attempt.is_some()).map(|(id, _)| id);
    let proposing: Vec<ProcessId> = proposing.collect();
    facts.push(Text::key("paxos.why.proposing").with("nodes", names(world, &proposing)));
    if !node.quorums.intersect(node.roles) {
        facts.push(sized(node, "paxos.why.disjoint"));
    }
    answer(Text::key("paxos.why.nothing_chosen"), rule, PHASES, facts)
}

/// Why an acceptor holds what it has accepted.
fn of_vote(world: &World<Paxos>, id: ProcessId) -> Option<Why> {
    let vote = world.node(id).map_or_else(|| world.disk(id)?.accepted, |node| node.durable.accepted)?;
    let acceptors: Vec<ProcessId> = members(world.monitor().acceptors_of(vote.ballot)).collect();
    let mut facts = vec![Text::key("paxos.why.accepted_by").with("nodes", names(world, &acceptors))];
    if vote.value.serial > 0 && world.client(vote.value.client).is_some() {
        let proposed = Text::key("paxos.why.proposed").with("client", Arg::Process(vote.value.client));
        facts.push(proposed.with("value", Arg::Number(vote.value.value)));
    }
    let chosen = world.monitor().chosen;
    let key = match chosen {
        Some(chosen) if chosen.value == vote.value => "paxos.why.same_as_chosen",
        Some(_) => "paxos.why.not_chosen",
        None => "paxos.why.may_be_chosen",
    };
    facts.push(Text::key(key));
    let claim = with_vote(about("paxos.why.has_accepted", id), vote);
    Some(answer(claim, Text::key("paxos.why.rule.promise"), PHASES, facts))
}

/// Why a client has no answer; nothing if it waits for none.
fn of_operation(world: &World<Paxos>, client: ProcessId) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (since, mut facts) = (waiting.since, waiting.facts.clone());
    facts.extend(obstacles(world, client, &[waiting.state.target]));
    let holders = nodes(world).filter(|id| world.node(*id).is_some_and(|node| node.waiting.contains_key(&client)));
    let holders: Vec<ProcessId> = holders.collect();
    if !holders.is_empty() {
        facts.push(Text::key("paxos.why.waits_at").with("nodes", names(world, &holders)));
    }
    facts.push(waiting.patience("consensus.why.patience"));
    let first = Why { since, ..answer(waiting.claim, Text::key("paxos.why.rule.answer"), LEARNING, facts) };
    let ballots = holders.into_iter().filter_map(|id| proposes(world, id, world.node(id)?));
    once(first).chain(ballots).chain(once(choice(world))).collect()
}

fn with_ballot(text: Text, ballot: Ballot) -> Text {
    text.with("round", number(ballot.round)).with("proposer", Arg::Process(ballot.proposer))
}

/// Another ballot beside the first.
fn with_other(text: Text, ballot: Ballot) -> Text {
    text.with("other_round", number(ballot.round)).with("other_proposer", Arg::Process(ballot.proposer))
}

fn with_vote(text: Text, vote: Vote) -> Text {
    with_ballot(text, vote.ballot).with("value", Arg::Number(vote.value.value))
}

/// A text with the sizes of the quorums.
fn sized(node: &Node, key: &'static str) -> Text {
    let text = Text::key(key).with("first", number(node.quorums.phase1)).with("second", number(node.quorums.phase2));
    text.with("total", number(node.roles.acceptor_count()))
}
