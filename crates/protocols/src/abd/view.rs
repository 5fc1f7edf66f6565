//! The picture: a replica's card, the messages' glyphs, the inspector's fields.

use super::Abd;
use super::message::{Cause, Message, Tag, Version};
use super::node::{Node, Operation, Phase};
use crate::spec::{Glyph, process_name};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Dots, Emphasis, Field, Health, Shape, Sign, Status, Text, TimerArc, Tone};

pub(super) fn card(world: &World<Abd>, id: ProcessId, node: &Node) -> Card {
    let operation = node.running.values().next();
    let (role, emphasis) = match operation.map(|operation| operation.phase) {
        None => ("abd.role.replica", Emphasis::Plain),
        Some(Phase::Query { .. }) => ("abd.role.querying", Emphasis::Tentative),
        Some(Phase::Update { .. }) => ("abd.role.updating", Emphasis::Strong),
    };
    let newest = node.durable.registers.values().map(|version| version.tag).max();
    Card {
        id,
        name: process_name(world.node_count(), id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: newest.map_or(Tone::Neutral, tone),
        badge: newest.map_or_else(|| Text::plain(""), tag),
        timer: timer(world, id),
        dots: operation.map(|operation| dots(world, operation)),
        strip: None,
        fields: copies(node).map(|(name, value)| data(&name, &value)).collect(),
        health: Health::default(),
    }
}

/// The next attempt of an operation that it coordinates.
fn timer(world: &World<Abd>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).iter().min_by_key(|armed| armed.fires_at)?;
    let name = Text::key("abd.timer.retry");
    Some(TimerArc { name, armed_at: armed.armed_at, fires_at: armed.fires_at })
}

/// Who has answered in the present phase, up to a majority.
fn dots(world: &World<Abd>, operation: &Operation) -> Dots {
    let total = world.node_count();
    let have = u16::try_from(operation.answered.count_ones()).unwrap_or(0);
    Dots { have, quorum: total / 2 + 1, total }
}

/// The registers, each with its value and its tag.
fn copies(node: &Node) -> impl Iterator<Item = (String, String)> {
    node.durable.registers.iter().map(|(key, version)| (key.to_string(), version_text(*version)))
}

/// Equal tags have equal tints, so that versions can be followed from replica to replica.
fn tone(tag: Tag) -> Tone {
    Tone::epoch(u64::from(tag.number))
}

fn tag(tag: Tag) -> Text {
    let number = Arg::Number(i64::from(tag.number));
    Text::key("abd.tag").with("number", number).with("writer", Arg::Process(tag.writer))
}

fn version_text(version: Version) -> String {
    format!("{} {}", value_text(version), tag_text(version.tag))
}

fn value_text(version: Version) -> String {
    version.value.map_or("∅".to_owned(), |value| value.to_string())
}

/// `(3, n2)`; a writer is a node, whose name does not depend on how many there are.
fn tag_text(tag: Tag) -> String {
    if tag == Tag::INITIAL {
        return "–".to_owned();
    }
    format!("({}, {})", tag.number, process_name(u16::MAX, tag.writer))
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let (letter, shape, filled, tone) = match message {
        Message::Query { .. } => ('Q', Shape::Square, true, Tone::Neutral),
        Message::QueryReply { version, .. } => ('Q', Shape::Square, false, tone(version.tag)),
        Message::Update { cause: Cause::Write, version, .. } => ('U', Shape::Circle, true, tone(version.tag)),
        Message::Update { cause: Cause::Read, version, .. } => ('B', Shape::Circle, true, tone(version.tag)),
        Message::UpdateReply { .. } => ('U', Shape::Circle, false, Tone::Neutral),
    };
    Glyph { letter, shape, filled, sign: Sign::None, tone }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let mut fields = match message {
        Message::Query { key, .. } => vec![field("abd.field.register", &key.to_string())],
        Message::QueryReply { key, version, .. } => version_fields(&key.to_string(), *version),
        Message::Update { key, version, cause, .. } => {
            let mut fields = version_fields(&key.to_string(), *version);
            let cause = match cause {
                Cause::Write => "abd.cause.write",
                Cause::Read => "abd.cause.read",
            };
            fields.push(Field { name: Text::key("abd.field.cause"), value: Text::key(cause) });
            fields
        }
        Message::UpdateReply { .. } => Vec::new(),
    };
    let round = message.round();
    fields.push(field("abd.field.round", &format!("({}, {})", round.life, round.number)));
    fields
}

fn version_fields(key: &str, version: Version) -> Vec<Field> {
    vec![
        field("abd.field.register", key),
        field("abd.field.value", &value_text(version)),
        field("abd.field.tag", &tag_text(version.tag)),
    ]
}

pub(super) fn node_fields(world: &World<Abd>, id: ProcessId, node: &Node) -> Vec<Field> {
    let copies: Vec<String> = copies(node).map(|(name, value)| format!("{name} = {value}")).collect();
    let mut fields = vec![
        field("abd.field.registers", &listed(&copies)),
        field("abd.field.queries", &listed(&operations(world, node, |phase| matches!(phase, Phase::Query { .. })))),
        field("abd.field.updates", &listed(&operations(world, node, |phase| matches!(phase, Phase::Update { .. })))),
        field("abd.field.number", &node.durable.number.to_string()),
        field("abd.field.life", &node.durable.life.to_string()),
    ];
    if let Some(timer) = timer(world, id) {
        let value = Text::key("abd.at_time").with("time", Arg::Time(timer.fires_at));
        fields.push(Field { name: timer.name, value });
    }
    fields
}

/// The operations in such a phase: whose, what, and how many replicas have answered.
fn operations(world: &World<Abd>, node: &Node, is_meant: impl Fn(Phase) -> bool) -> Vec<String> {
    let total = world.node_count();
    let meant = node.running.values().filter(|operation| is_meant(operation.phase));
    let told = meant.map(|operation| {
        let client = process_name(total, operation.asked.client);
        format!("{client} {} ({}/{total})", operation.asked.op, operation.answered.count_ones())
    });
    told.collect()
}

fn listed(texts: &[String]) -> String {
    if texts.is_empty() { "–".to_owned() } else { texts.join(" · ") }
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}

fn data(name: &str, value: &str) -> Field {
    Field { name: Text::plain(name), value: Text::plain(value) }
}
