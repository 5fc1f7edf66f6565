//! The picture: a node's card, the messages' glyphs, the inspector's fields.

use super::node::{Entry, Node};
use super::{Message, Newcomer, PRIMARY, Timer};
use crate::spec::{ClientOp, Glyph, process_name};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Card, Cell, Emphasis, Field, Health, Shape, Sign, Status, Strip, Text, TimerArc, Tone};

/// Cells that a card shows; older ones are counted.
const STRIP: u32 = 8;

pub(super) fn card(world: &World<Newcomer>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis) = if id == PRIMARY {
        ("newcomer.role.primary", Emphasis::Strong)
    } else {
        ("newcomer.role.backup", Emphasis::Plain)
    };
    let hidden = node.have().saturating_sub(STRIP);
    let entries = (hidden + 1..).zip(node.durable.log.iter_from(hidden as usize));
    Card {
        id,
        name: process_name(world.node_count(), id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: Tone::Neutral,
        badge: Text::plain(""),
        timer: timer(world, id),
        dots: None,
        strip: Some(Strip { hidden, cells: entries.map(|(index, entry)| cell(index, entry)).collect() }),
        fields: node.store.values().map(|(key, value)| data(&key.to_string(), &value.to_string())).collect(),
        health: Health::default(),
    }
}

/// A backup's next question.
fn timer(world: &World<Newcomer>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).iter().find(|armed| armed.timer == Timer::Fetch)?;
    let name = Text::key("newcomer.timer.fetch");
    Some(TimerArc { name, armed_at: armed.armed_at, fires_at: armed.fires_at })
}

fn cell(index: u32, entry: &Entry) -> Cell {
    Cell {
        index,
        label: index.to_string(),
        tone: Tone::Neutral,
        committed: true,
        applied: true,
        title: entry.op.label(),
    }
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let (letter, shape, filled) = match message {
        Message::Fetch { .. } => ('F', Shape::Circle, true),
        Message::Copy { .. } => ('Y', Shape::Circle, false),
    };
    Glyph { letter, shape, filled, sign: Sign::None, tone: Tone::Neutral }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    match message {
        Message::Fetch { have } => vec![field("newcomer.field.have", &have.to_string())],
        Message::Copy { after, entry } => vec![
            field("newcomer.field.after", &after.to_string()),
            Field { name: Text::key("newcomer.field.entry"), value: entry.op.label() },
        ],
    }
}

pub(super) fn node_fields(node: &Node) -> Vec<Field> {
    vec![field("newcomer.field.have", &node.have().to_string())]
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}

fn data(name: &str, value: &str) -> Field {
    Field { name: Text::plain(name), value: Text::plain(value) }
}
