//! The picture: a process's card, the messages' glyphs, the inspector's fields.

use super::node::{Durable, Node};
use super::{MajorityVote, Message, why};
use crate::consensus::Proposal;
use crate::picture::{
    arc, data_field, field, majority_dots, or_dash, plain_card, process_text, text_field, time_field, value_strip,
};
use crate::spec::{Glyph, Picture, process_name};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Emphasis, Field, Shape, Sign, Strip, Subject, Text, TimerArc, Tone, Why};

impl Picture for MajorityVote {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let (role, emphasis) = match (node.decision, node.vote) {
            (Some(_), _) => ("majority-vote.role.decided", Emphasis::Strong),
            (None, Some(_)) => ("majority-vote.role.voted", Emphasis::Tentative),
            (None, None) => ("majority-vote.role.open", Emphasis::Plain),
        };
        let shown = node.decision.map(|decision| decision.value).or(node.vote.map(|vote| vote.value));
        Card {
            tone: shown.map_or(Tone::Neutral, tone),
            badge: shown.map_or_else(|| Text::plain(""), |value| Text::plain(value.to_string())),
            timer: timer(world, id),
            // The votes for the number that leads.
            dots: node.tally().into_values().max().map(|have| majority_dots(world, have)),
            strip: Some(strip(node.vote, node.decision.is_some())),
            fields: tally(world, node),
            ..plain_card(world, id, role, emphasis)
        }
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(strip(disk.vote, false))
    }

    fn glyph(message: &Message) -> Glyph {
        let (letter, shape) = match message {
            Message::Vote(_) => ('V', Shape::Circle),
            Message::Reminder(_) => ('R', Shape::Square),
        };
        Glyph { letter, shape, filled: true, sign: Sign::None, tone: tone(message.vote().value) }
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        let vote = message.vote();
        vec![
            field("majority-vote.field.vote", vote.value),
            text_field("majority-vote.field.client", process_text(vote.client)),
        ]
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let mut fields = vec![
            field("majority-vote.field.vote", or_dash(node.vote.map(|vote| vote.value))),
            field("majority-vote.field.decision", or_dash(node.decision.map(|decision| decision.value))),
            field("majority-vote.field.heard", format!("{}/{}", node.votes.len(), world.node_count())),
            field("majority-vote.field.waiting", node.waiting.len()),
        ];
        fields.extend(tally(world, node));
        if let Some(timer) = timer(world, id) {
            fields.push(time_field("majority-vote.timer.remind", "majority-vote.at_time", timer.fires_at));
        }
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    /// There are no epochs, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("majority-vote.title")
    }
}

/// Equal values have equal tints, so that votes can be followed from process to process.
fn tone(value: i64) -> Tone {
    Tone::epoch(value.unsigned_abs().saturating_add(1))
}

/// The vote; solid once its process has decided.
fn strip(vote: Option<Proposal>, is_decided: bool) -> Strip {
    let title = |value: i64| Text::key("majority-vote.vote").with("value", Arg::Number(value));
    value_strip(vote.map(|vote| (vote.value, tone(vote.value), title(vote.value))), is_decided)
}

fn timer(world: &World<MajorityVote>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).first()?;
    Some(arc("majority-vote.timer.remind", armed))
}

/// Who has voted for what, as far as the process has heard.
fn tally(world: &World<MajorityVote>, node: &Node) -> Vec<Field> {
    let name = |id: &ProcessId| process_name(world.node_count(), *id);
    let of = |value: i64| {
        let voters = node.votes.iter().filter(|(_, vote)| vote.value == value).map(|(id, _)| name(id));
        voters.collect::<Vec<_>>().join(" ")
    };
    node.tally().into_keys().map(|value| data_field(value, of(value))).collect()
}
