//! The picture: a process's card, the messages' glyphs, the inspector's fields.

use super::node::{Node, majority};
use super::{MajorityVote, Message};
use crate::consensus::Proposal;
use crate::spec::{Glyph, process_name};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Shape, Sign, Status, Strip, Text, TimerArc, Tone,
};

pub(super) fn card(world: &World<MajorityVote>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis) = match (node.decision, node.vote) {
        (Some(_), _) => ("majority-vote.role.decided", Emphasis::Strong),
        (None, Some(_)) => ("majority-vote.role.voted", Emphasis::Tentative),
        (None, None) => ("majority-vote.role.open", Emphasis::Plain),
    };
    let shown = node.decision.map(|decision| decision.value).or(node.vote.map(|vote| vote.value));
    Card {
        id,
        name: process_name(world.node_count(), id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: shown.map_or(Tone::Neutral, tone),
        badge: shown.map_or_else(|| Text::plain(""), |value| Text::plain(value.to_string())),
        timer: timer(world, id),
        dots: dots(world, node),
        strip: Some(strip(node.vote, node.decision.is_some())),
        fields: tally(world, node),
        health: Health::default(),
    }
}

/// Equal values have equal tints, so that votes can be followed from process to process.
fn tone(value: i64) -> Tone {
    Tone::epoch(value.unsigned_abs().saturating_add(1))
}

/// The vote; solid once its process has decided.
pub(super) fn strip(vote: Option<Proposal>, is_decided: bool) -> Strip {
    let cell = |vote: Proposal| Cell {
        index: 1,
        label: vote.value.to_string(),
        tone: tone(vote.value),
        committed: is_decided,
        applied: is_decided,
        title: Text::key("majority-vote.vote").with("value", Arg::Number(vote.value)),
    };
    Strip { hidden: 0, cells: vote.map(cell).into_iter().collect() }
}

fn timer(world: &World<MajorityVote>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).first()?;
    let name = Text::key("majority-vote.timer.remind");
    Some(TimerArc { name, armed_at: armed.armed_at, fires_at: armed.fires_at })
}

/// The votes for the number that leads, up to a majority.
fn dots(world: &World<MajorityVote>, node: &Node) -> Option<Dots> {
    let have = node.tally().into_values().max()?;
    let total = world.node_count();
    Some(Dots { have: u16::try_from(have).unwrap_or(0), quorum: majority(total), total })
}

/// Who has voted for what, as far as the process has heard.
fn tally(world: &World<MajorityVote>, node: &Node) -> Vec<Field> {
    let name = |id: &ProcessId| process_name(world.node_count(), *id);
    let of = |value: i64| {
        let voters = node.votes.iter().filter(|(_, vote)| vote.value == value).map(|(id, _)| name(id));
        voters.collect::<Vec<_>>().join(" ")
    };
    node.tally().into_keys().map(|value| data(&value.to_string(), &of(value))).collect()
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let (letter, shape) = match message {
        Message::Vote(_) => ('V', Shape::Circle),
        Message::Reminder(_) => ('R', Shape::Square),
    };
    Glyph { letter, shape, filled: true, sign: Sign::None, tone: tone(message.vote().value) }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    proposal_fields("majority-vote.field.vote", message.vote())
}

/// A proposal, and whose it is.
fn proposal_fields(name: &'static str, proposal: Proposal) -> Vec<Field> {
    let client = Text { key: "plain", args: vec![("text", Arg::Process(proposal.client))] };
    let client = Field { name: Text::key("majority-vote.field.client"), value: client };
    vec![field(name, proposal.value.to_string()), client]
}

pub(super) fn node_fields(world: &World<MajorityVote>, id: ProcessId, node: &Node) -> Vec<Field> {
    let number = |value: Option<i64>| value.map_or("–".to_owned(), |value| value.to_string());
    let mut fields = vec![
        field("majority-vote.field.vote", number(node.vote.map(|vote| vote.value))),
        field("majority-vote.field.decision", number(node.decision.map(|decision| decision.value))),
        field("majority-vote.field.heard", format!("{}/{}", node.votes.len(), world.node_count())),
        field("majority-vote.field.waiting", node.waiting.len().to_string()),
    ];
    fields.extend(tally(world, node));
    if let Some(timer) = timer(world, id) {
        let value = Text::key("majority-vote.at_time").with("time", Arg::Time(timer.fires_at));
        fields.push(Field { name: timer.name, value });
    }
    fields
}

fn field(name: &'static str, value: String) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}

fn data(name: &str, value: &str) -> Field {
    Field { name: Text::plain(name), value: Text::plain(value) }
}
