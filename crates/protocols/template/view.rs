//! The picture: a node's card, the messages' glyphs, the inspector's fields.

use super::node::Node;
use super::{Message, Newcomer, PRIMARY, Timer};
use crate::logs::DrawnLog;
use crate::picture::{arc, field, plain_card, store_fields, text_field};
use crate::spec::{ClientOp, Glyph, Picture};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Card, Cell, Emphasis, Field, Shape, Sign, Text, TimerArc, Tone};

impl Picture for Newcomer {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let (role, emphasis) = if id == PRIMARY {
            ("newcomer.role.primary", Emphasis::Strong)
        } else {
            ("newcomer.role.backup", Emphasis::Plain)
        };
        let cell = |index: u32| Cell {
            index,
            label: index.to_string(),
            tone: Tone::Neutral,
            committed: true,
            applied: true,
            title: node.entry(index).map_or_else(|| Text::plain(""), |entry| entry.op.label()),
        };
        Card {
            timer: timer(world, id),
            strip: Some(DrawnLog { last: node.have(), cell }.strip()),
            fields: store_fields(&node.store),
            ..plain_card(world, id, role, emphasis)
        }
    }

    fn glyph(message: &Message) -> Glyph {
        let (letter, shape, filled) = match message {
            Message::Fetch { .. } => ('F', Shape::Circle, true),
            Message::Copy { .. } => ('Y', Shape::Circle, false),
        };
        Glyph { letter, shape, filled, sign: Sign::None, tone: Tone::Neutral }
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        match message {
            Message::Fetch { have } => vec![field("newcomer.field.have", have)],
            Message::Copy { after, entry } => {
                vec![field("newcomer.field.after", after), text_field("newcomer.field.entry", entry.op.label())]
            }
        }
    }

    fn node_fields(_: &World<Self>, _: ProcessId, node: &Node) -> Vec<Field> {
        vec![field("newcomer.field.have", node.have())]
    }

    /// There are no terms, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("newcomer.title")
    }
}

/// A backup's next question.
fn timer(world: &World<Newcomer>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).iter().find(|armed| armed.timer == Timer::Fetch)?;
    Some(arc("newcomer.timer.fetch", armed))
}
