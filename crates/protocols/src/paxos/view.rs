//! The picture: a node's card, the messages' glyphs, the inspector's fields.

use super::message::{Ballot, Message, Vote};
use super::node::Node;
use super::proposer::Phase;
use super::roles::{count_of, members};
use super::{Paxos, Timer};
use crate::consensus::Proposal;
use crate::spec::{Glyph, names_of};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Shape, Sign, Status, Strip, Text, TimerArc, Tone,
};

pub(super) fn card(world: &World<Paxos>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis) = role(id, node);
    let ballot = ballot_of(node);
    Card {
        id,
        name: names_of(world).name(id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: tone(ballot),
        badge: if ballot == Ballot::NONE { Text::plain("") } else { badge(ballot) },
        timer: timer(world, id),
        dots: dots(node),
        strip: node.roles.is_acceptor(id).then(|| strip(node.durable.accepted, node.learner.decided.is_some())),
        fields: brief(world, node),
        health: Health::default(),
    }
}

/// What a node does as a proposer; if nothing, what it is.
fn role(id: ProcessId, node: &Node) -> (&'static str, Emphasis) {
    let roles = node.roles;
    match node.proposer.attempt.map(|attempt| attempt.phase) {
        Some(Phase::Prepare { .. }) => ("paxos.role.preparing", Emphasis::Tentative),
        Some(Phase::Accept { .. }) => ("paxos.role.accepting", Emphasis::Strong),
        Some(Phase::Preempted { .. }) => ("paxos.role.preempted", Emphasis::Tentative),
        None if node.learner.decided.is_some() => ("paxos.role.knows", Emphasis::Plain),
        None if node.proposer.own.is_some() => ("paxos.role.waiting", Emphasis::Plain),
        None if roles.are_together() => ("paxos.role.node", Emphasis::Plain),
        None if roles.is_acceptor(id) => ("paxos.role.acceptor", Emphasis::Plain),
        None if roles.is_proposer(id) => ("paxos.role.proposer", Emphasis::Plain),
        None => ("paxos.role.learner", Emphasis::Plain),
    }
}

/// The ballot that a card shows: its proposer's, its acceptor's, or that of which its learner has heard most.
fn ballot_of(node: &Node) -> Ballot {
    let heard = || node.learner.leading().map(|(vote, _)| vote.ballot);
    let promised = Some(node.durable.promised).filter(|promised| *promised > Ballot::NONE);
    let attempt = node.proposer.attempt.map(|attempt| attempt.ballot);
    attempt.or(promised).or_else(heard).unwrap_or(Ballot::NONE)
}

/// Ballots of a round have its tint.
fn tone(ballot: Ballot) -> Tone {
    Tone::epoch(u64::from(ballot.round))
}

fn ballot_text(ballot: Ballot) -> Text {
    let text = Text::key("paxos.ballot").with("round", Arg::Number(i64::from(ballot.round)));
    text.with("proposer", Arg::Process(ballot.proposer))
}

/// The ballot in the corner of a card, which has little room.
fn badge(ballot: Ballot) -> Text {
    let text = Text::key("paxos.badge").with("round", Arg::Number(i64::from(ballot.round)));
    text.with("proposer", Arg::Process(ballot.proposer))
}

fn vote_text(vote: Vote) -> Text {
    let text = Text::key("paxos.vote").with("value", Arg::Number(vote.value.value));
    let text = text.with("round", Arg::Number(i64::from(vote.ballot.round)));
    text.with("proposer", Arg::Process(vote.ballot.proposer))
}

/// What an acceptor has accepted; solid once its node knows that it is chosen.
pub(super) fn strip(accepted: Option<Vote>, is_chosen: bool) -> Strip {
    let cell = |vote: Vote| Cell {
        index: 1,
        label: vote.value.value.to_string(),
        tone: tone(vote.ballot),
        committed: is_chosen,
        applied: is_chosen,
        title: vote_text(vote),
    };
    Strip { hidden: 0, cells: accepted.map(cell).into_iter().collect() }
}

/// The proposer's next ballot; else the learner's next question or announcement.
fn timer(world: &World<Paxos>, id: ProcessId) -> Option<TimerArc> {
    let shown = world.timers(id).iter().filter(|armed| armed.timer != Timer::Alive);
    let armed = shown.min_by_key(|armed| (armed.timer != Timer::Retry, armed.fires_at))?;
    let name = Text::key(timer_name(armed.timer));
    Some(TimerArc { name, armed_at: armed.armed_at, fires_at: armed.fires_at })
}

fn timer_name(timer: Timer) -> &'static str {
    match timer {
        Timer::Retry => "paxos.timer.retry",
        Timer::Ask => "paxos.timer.ask",
        Timer::Tell => "paxos.timer.tell",
        Timer::Alive => "paxos.timer.alive",
    }
}

/// Promises or acceptances of the node's ballot; of a node that only listens, the acceptances that it has heard of.
fn dots(node: &Node) -> Option<Dots> {
    let total = node.roles.acceptor_count();
    let (have, quorum) = match node.proposer.attempt.map(|attempt| attempt.phase) {
        Some(Phase::Prepare { promises, .. }) => (count_of(promises), node.quorums.phase1),
        Some(Phase::Accept { accepted, .. }) => (count_of(accepted), node.quorums.phase2),
        Some(Phase::Preempted { .. }) => return None,
        None => (node.learner.leading()?.1, node.quorums.phase2),
    };
    Some(Dots { have, quorum, total })
}

/// What a card has room for: what its node wants, and what is chosen, whether the node knows it or not.
fn brief(world: &World<Paxos>, node: &Node) -> Vec<Field> {
    let own = node.proposer.own.map(|own| field("paxos.field.own", value_text(own)));
    let chosen = world.monitor().chosen.map(|chosen| field("paxos.field.chosen", value_text(chosen.value)));
    let quorums = (!node.quorums.intersect(node.roles)).then(|| field("paxos.field.quorums", quorums_text(node)));
    own.into_iter().chain(chosen).chain(quorums).collect()
}

/// What the node has promised, accepted, wants and knows; and what is chosen, which it may not know.
fn facts(world: &World<Paxos>, id: ProcessId, node: &Node) -> Vec<Field> {
    let mut fields = Vec::new();
    if node.roles.is_acceptor(id) && node.durable.promised > Ballot::NONE {
        fields.push(field("paxos.field.promised", ballot_text(node.durable.promised)));
        fields.push(field("paxos.field.accepted", node.durable.accepted.map_or_else(dash, vote_text)));
    }
    if let Some(own) = node.proposer.own {
        fields.push(field("paxos.field.own", value_text(own)));
    }
    if let Some(decided) = node.learner.decided {
        fields.push(field("paxos.field.learned", value_text(decided)));
    }
    fields.extend(chosen(world));
    if !node.quorums.intersect(node.roles) {
        fields.push(field("paxos.field.quorums", quorums_text(node)));
    }
    fields
}

/// What is chosen, and who knows it: nobody can see this from inside.
fn chosen(world: &World<Paxos>) -> Option<Field> {
    let chosen = world.monitor().chosen?;
    let names = names_of(world);
    let seen = world.observation(ProcessId(0));
    let knowing = seen.up().filter(|(_, node)| node.learner.decided == Some(chosen.value));
    let knowing: Vec<String> = knowing.map(|(id, _)| names.name(id)).collect();
    let text = if knowing.is_empty() {
        Text::key("paxos.chosen_unknown")
    } else {
        Text::key("paxos.chosen_known").with("nodes", Arg::Plain(knowing.join(", ")))
    };
    Some(field("paxos.field.chosen", text.with("value", Arg::Number(chosen.value.value))))
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let (letter, shape, filled, sign) = match message {
        Message::Prepare { .. } => ('P', Shape::Square, true, Sign::None),
        Message::Promise { accepted, .. } => ('P', Shape::Square, false, sign(accepted.is_some())),
        Message::Accept(_) => ('A', Shape::Circle, true, Sign::None),
        Message::Accepted(_) => ('A', Shape::Circle, false, Sign::Plus),
        Message::Nack { .. } => ('N', Shape::Diamond, false, Sign::Minus),
        Message::Ask => ('?', Shape::Triangle, true, Sign::None),
        Message::Nothing => ('?', Shape::Triangle, false, Sign::Minus),
        Message::Urge => ('U', Shape::Triangle, true, Sign::None),
        Message::Chosen { .. } => ('!', Shape::Diamond, true, Sign::Plus),
        Message::Forward { .. } => ('F', Shape::Square, true, Sign::None),
        Message::Alive => ('H', Shape::Circle, true, Sign::None),
    };
    Glyph { letter, shape, filled, sign, tone: message.ballot().map_or(Tone::Neutral, tone) }
}

/// A promise that reports an accepted proposal has a sign.
fn sign(reports: bool) -> Sign {
    if reports { Sign::Plus } else { Sign::None }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let ballot = message.ballot().map(|ballot| field("paxos.field.ballot", ballot_text(ballot)));
    let mut fields: Vec<Field> = ballot.into_iter().collect();
    match message {
        Message::Promise { accepted, .. } => {
            fields.push(field("paxos.field.accepted", accepted.map_or_else(dash, vote_text)));
        }
        Message::Accept(vote) | Message::Accepted(vote) => fields.extend(value_fields(vote.value)),
        Message::Nack { promised, .. } => fields.push(field("paxos.field.promised", ballot_text(*promised))),
        Message::Chosen { value, known } => {
            fields.extend(value_fields(*value));
            fields.push(field("paxos.field.known", Text::plain(count_of(*known).to_string())));
        }
        Message::Forward { value } => fields.extend(value_fields(*value)),
        Message::Prepare { .. } | Message::Ask | Message::Nothing | Message::Urge | Message::Alive => {}
    }
    fields
}

fn value_fields(value: Proposal) -> [Field; 2] {
    let client = Text { key: "plain", args: vec![("text", Arg::Process(value.client))] };
    let client = if value.client == ProcessId(u16::MAX) { dash() } else { client };
    [field("paxos.field.value", value_text(value)), field("paxos.field.client", client)]
}

pub(super) fn node_fields(world: &World<Paxos>, id: ProcessId, node: &Node) -> Vec<Field> {
    let names = names_of(world);
    let listed = |set: u16| {
        let listed: Vec<String> = members(set).map(|member| names.name(member)).collect();
        Text::plain(if listed.is_empty() { "–".to_owned() } else { listed.join(" ") })
    };
    let mut fields = facts(world, id, node);
    if node.roles.is_proposer(id) {
        fields.push(field("paxos.field.round", Text::plain(node.durable.round.to_string())));
        fields.push(field("paxos.field.waiting", Text::plain(node.waiting.len().to_string())));
    }
    match node.proposer.attempt.map(|attempt| attempt.phase) {
        Some(Phase::Prepare { promises, highest }) => {
            fields.push(field("paxos.field.promises", listed(promises)));
            fields.push(field("paxos.field.highest", highest.map_or_else(dash, vote_text)));
        }
        Some(Phase::Accept { value, adopted, accepted }) => {
            fields.push(field("paxos.field.proposed", value_text(value)));
            fields.push(field("paxos.field.adopted", adopted.map_or_else(dash, ballot_text)));
            fields.push(field("paxos.field.acceptances", listed(accepted)));
        }
        Some(Phase::Preempted { by }) => fields.push(field("paxos.field.preempted", ballot_text(by))),
        None => {}
    }
    if node.learner.decided.is_some() {
        fields.push(field("paxos.field.known", listed(node.learner.known)));
    }
    for (ballot, (value, acceptors)) in node.learner.heard.iter().rev().take(4) {
        let heard = Text::key("paxos.heard").with("value", Arg::Number(value.value));
        let heard = heard.with("count", Arg::Number(i64::from(count_of(*acceptors))));
        fields.push(Field { name: ballot_text(*ballot), value: heard });
    }
    if node.quorums.intersect(node.roles) {
        fields.push(field("paxos.field.quorums", quorums_text(node)));
    }
    for armed in world.timers(id) {
        let value = Text::key("paxos.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(field(timer_name(armed.timer), value));
    }
    fields
}

/// The sizes of the quorums, and that they do not intersect where they do not.
fn quorums_text(node: &Node) -> Text {
    let key = if node.quorums.intersect(node.roles) { "paxos.quorums" } else { "paxos.quorums.disjoint" };
    let number = |count: u16| Arg::Number(i64::from(count));
    let text = Text::key(key).with("first", number(node.quorums.phase1)).with("second", number(node.quorums.phase2));
    text.with("total", number(node.roles.acceptor_count()))
}

fn value_text(value: Proposal) -> Text {
    Text::plain(value.value.to_string())
}

fn dash() -> Text {
    Text::plain("–")
}

fn field(name: &'static str, value: Text) -> Field {
    Field { name: Text::key(name), value }
}
