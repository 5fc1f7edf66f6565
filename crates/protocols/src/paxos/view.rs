//! The picture: a node's card, the messages' glyphs, the inspector's fields.

use super::message::{Ballot, Message, Vote};
use super::node::{Durable, Node};
use super::proposer::Phase;
use super::roles::{count_of, members};
use super::{Paxos, Timer, why};
use crate::consensus::Proposal;
use crate::picture::{arc, field, plain_card, process_text, text_field, timer_fields, value_strip};
use crate::spec::{Glyph, Picture, names_of};
use crate::why::number;
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Dots, Emphasis, Field, Shape, Sign, Strip, Subject, Text, TimerArc, Tone, Why};

impl Picture for Paxos {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let (role, emphasis) = role(id, node);
        let ballot = ballot_of(node);
        Card {
            tone: tone(ballot),
            badge: if ballot == Ballot::NONE { Text::plain("") } else { badge(ballot) },
            timer: timer(world, id),
            dots: dots(node),
            strip: node.roles.is_acceptor(id).then(|| strip(node.durable.accepted, node.learner.decided.is_some())),
            fields: brief(world, node),
            ..plain_card(world, id, role, emphasis)
        }
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(strip(disk.accepted, false))
    }

    fn glyph(message: &Message) -> Glyph {
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

    fn message_fields(message: &Message) -> Vec<Field> {
        let ballot = message.ballot().map(|ballot| text_field("paxos.field.ballot", ballot_text(ballot)));
        let mut fields: Vec<Field> = ballot.into_iter().collect();
        match message {
            Message::Promise { accepted, .. } => {
                fields.push(text_field("paxos.field.accepted", accepted.map_or_else(dash, vote_text)));
            }
            Message::Accept(vote) | Message::Accepted(vote) => fields.extend(value_fields(vote.value)),
            Message::Nack { promised, .. } => fields.push(text_field("paxos.field.promised", ballot_text(*promised))),
            Message::Chosen { value, known } => {
                fields.extend(value_fields(*value));
                fields.push(field("paxos.field.known", count_of(*known)));
            }
            Message::Forward { value } => fields.extend(value_fields(*value)),
            Message::Prepare { .. } | Message::Ask | Message::Nothing | Message::Urge | Message::Alive => {}
        }
        fields
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let names = names_of(world);
        let listed = |set: u16| {
            let listed: Vec<String> = members(set).map(|member| names.name(member)).collect();
            if listed.is_empty() { "–".to_owned() } else { listed.join(" ") }
        };
        let mut fields = facts(world, id, node);
        if node.roles.is_proposer(id) {
            fields.push(field("paxos.field.round", node.durable.round));
            fields.push(field("paxos.field.waiting", node.waiting.len()));
        }
        match node.proposer.attempt.map(|attempt| attempt.phase) {
            Some(Phase::Prepare { promises, highest }) => {
                fields.push(field("paxos.field.promises", listed(promises)));
                fields.push(text_field("paxos.field.highest", highest.map_or_else(dash, vote_text)));
            }
            Some(Phase::Accept { value, adopted, accepted }) => {
                fields.push(field("paxos.field.proposed", value.value));
                fields.push(text_field("paxos.field.adopted", adopted.map_or_else(dash, ballot_text)));
                fields.push(field("paxos.field.acceptances", listed(accepted)));
            }
            Some(Phase::Preempted { by }) => fields.push(text_field("paxos.field.preempted", ballot_text(by))),
            None => {}
        }
        if node.learner.decided.is_some() {
            fields.push(field("paxos.field.known", listed(node.learner.known)));
        }
        for (ballot, (value, acceptors)) in node.learner.heard.iter().rev().take(4) {
            let heard = Text::key("paxos.heard").with("value", Arg::Number(value.value));
            let heard = heard.with("count", number(count_of(*acceptors)));
            fields.push(Field { name: ballot_text(*ballot), value: heard });
        }
        if node.quorums.intersect(node.roles) {
            fields.push(text_field("paxos.field.quorums", quorums_text(node)));
        }
        fields.extend(timer_fields(world, id, "paxos.at_time", timer_name));
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn epoch_label(epoch: u64) -> Text {
        Text::key("paxos.round").with("round", number(epoch))
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
    let text = Text::key("paxos.ballot").with("round", number(ballot.round));
    text.with("proposer", Arg::Process(ballot.proposer))
}

/// The ballot in the corner of a card, which has little room.
fn badge(ballot: Ballot) -> Text {
    let text = Text::key("paxos.badge").with("round", number(ballot.round));
    text.with("proposer", Arg::Process(ballot.proposer))
}

fn vote_text(vote: Vote) -> Text {
    let text = Text::key("paxos.vote").with("value", Arg::Number(vote.value.value));
    let text = text.with("round", number(vote.ballot.round));
    text.with("proposer", Arg::Process(vote.ballot.proposer))
}

/// What an acceptor has accepted; solid once its node knows that it is chosen.
fn strip(accepted: Option<Vote>, is_chosen: bool) -> Strip {
    value_strip(accepted.map(|vote| (vote.value.value, tone(vote.ballot), vote_text(vote))), is_chosen)
}

/// The proposer's next ballot; else the learner's next question or announcement.
fn timer(world: &World<Paxos>, id: ProcessId) -> Option<TimerArc> {
    let shown = world.timers(id).iter().filter(|armed| armed.timer != Timer::Alive);
    let armed = shown.min_by_key(|armed| (armed.timer != Timer::Retry, armed.fires_at))?;
    Some(arc(timer_name(armed.timer), armed))
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
    let own = node.proposer.own.map(|own| field("paxos.field.own", own.value));
    let chosen = world.monitor().chosen.map(|chosen| field("paxos.field.chosen", chosen.value.value));
    let quorums = (!node.quorums.intersect(node.roles)).then(|| text_field("paxos.field.quorums", quorums_text(node)));
    own.into_iter().chain(chosen).chain(quorums).collect()
}

/// What the node has promised, accepted, wants and knows; and what is chosen, which it may not know.
fn facts(world: &World<Paxos>, id: ProcessId, node: &Node) -> Vec<Field> {
    let mut fields = Vec::new();
    if node.roles.is_acceptor(id) && node.durable.promised > Ballot::NONE {
        fields.push(text_field("paxos.field.promised", ballot_text(node.durable.promised)));
        fields.push(text_field("paxos.field.accepted", node.durable.accepted.map_or_else(dash, vote_text)));
    }
    if let Some(own) = node.proposer.own {
        fields.push(field("paxos.field.own", own.value));
    }
    if let Some(decided) = node.learner.decided {
        fields.push(field("paxos.field.learned", decided.value));
    }
    fields.extend(chosen(world));
    if !node.quorums.intersect(node.roles) {
        fields.push(text_field("paxos.field.quorums", quorums_text(node)));
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
    Some(text_field("paxos.field.chosen", text.with("value", Arg::Number(chosen.value.value))))
}

/// A promise that reports an accepted proposal has a sign.
fn sign(reports: bool) -> Sign {
    if reports { Sign::Plus } else { Sign::None }
}

/// The sizes of the quorums, and that they do not intersect where they do not.
fn quorums_text(node: &Node) -> Text {
    let key = if node.quorums.intersect(node.roles) { "paxos.quorums" } else { "paxos.quorums.disjoint" };
    let text = Text::key(key).with("first", number(node.quorums.phase1)).with("second", number(node.quorums.phase2));
    text.with("total", number(node.roles.acceptor_count()))
}

/// A proposal, and whose it is.
fn value_fields(value: Proposal) -> [Field; 2] {
    let client = if value.client == ProcessId(u16::MAX) { dash() } else { process_text(value.client) };
    [field("paxos.field.value", value.value), text_field("paxos.field.client", client)]
}

fn dash() -> Text {
    Text::plain("–")
}
