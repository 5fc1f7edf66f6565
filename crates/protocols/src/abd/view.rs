//! The picture: a replica's card, the messages' glyphs, the inspector's fields.

use super::message::{Cause, Message, Tag, Version};
use super::node::{Node, Phase};
use super::{Abd, why};
use crate::kv::Key;
use crate::picture::{arc, data_field, field, majority_dots, plain_card, time_field, word_field};
use crate::spec::{Glyph, Picture, process_name};
use crate::why::number;
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Emphasis, Field, Shape, Sign, Subject, Text, TimerArc, Tone, Why};

impl Picture for Abd {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let operation = node.running.values().next();
        let (role, emphasis) = match operation.map(|operation| operation.phase) {
            None => ("abd.role.replica", Emphasis::Plain),
            Some(Phase::Query { .. }) => ("abd.role.querying", Emphasis::Tentative),
            Some(Phase::Update { .. }) => ("abd.role.updating", Emphasis::Strong),
        };
        let newest = node.durable.registers.values().map(|version| version.tag).max();
        Card {
            tone: newest.map_or(Tone::Neutral, tone),
            badge: newest.map_or_else(|| Text::plain(""), tag),
            timer: timer(world, id),
            // Who has answered in the present phase.
            dots: operation.map(|operation| majority_dots(world, operation.answered.count_ones())),
            fields: copies(node).map(|(name, value)| data_field(name, value)).collect(),
            ..plain_card(world, id, role, emphasis)
        }
    }

    fn glyph(message: &Message) -> Glyph {
        let (letter, shape, filled, tone) = match message {
            Message::Query { .. } => ('Q', Shape::Square, true, Tone::Neutral),
            Message::QueryReply { version, .. } => ('Q', Shape::Square, false, tone(version.tag)),
            Message::Update { cause: Cause::Write, version, .. } => ('U', Shape::Circle, true, tone(version.tag)),
            Message::Update { cause: Cause::Read, version, .. } => ('B', Shape::Circle, true, tone(version.tag)),
            Message::UpdateReply { .. } => ('U', Shape::Circle, false, Tone::Neutral),
        };
        Glyph { letter, shape, filled, sign: Sign::None, tone }
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        let mut fields = match message {
            Message::Query { key, .. } => vec![field("abd.field.register", key)],
            Message::QueryReply { key, version, .. } => version_fields(*key, *version),
            Message::Update { key, version, cause, .. } => {
                let mut fields = version_fields(*key, *version);
                let cause = match cause {
                    Cause::Write => "abd.cause.write",
                    Cause::Read => "abd.cause.read",
                };
                fields.push(word_field("abd.field.cause", cause));
                fields
            }
            Message::UpdateReply { .. } => Vec::new(),
        };
        let round = message.round();
        fields.push(field("abd.field.round", format!("({}, {})", round.life, round.number)));
        fields
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let copies: Vec<String> = copies(node).map(|(name, value)| format!("{name} = {value}")).collect();
        let mut fields = vec![
            field("abd.field.registers", listed(&copies)),
            field("abd.field.queries", listed(&operations(world, node, |phase| matches!(phase, Phase::Query { .. })))),
            field("abd.field.updates", listed(&operations(world, node, |phase| matches!(phase, Phase::Update { .. })))),
            field("abd.field.number", node.durable.number),
            field("abd.field.life", node.durable.life),
        ];
        if let Some(timer) = timer(world, id) {
            fields.push(time_field("abd.timer.retry", "abd.at_time", timer.fires_at));
        }
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    /// There are no epochs, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("abd.title")
    }
}

/// The next attempt of an operation that it coordinates.
fn timer(world: &World<Abd>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).iter().min_by_key(|armed| armed.fires_at)?;
    Some(arc("abd.timer.retry", armed))
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
    Text::key("abd.tag").with("number", number(tag.number)).with("writer", Arg::Process(tag.writer))
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

fn version_fields(key: Key, version: Version) -> Vec<Field> {
    vec![
        field("abd.field.register", key),
        field("abd.field.value", value_text(version)),
        field("abd.field.tag", tag_text(version.tag)),
    ]
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
