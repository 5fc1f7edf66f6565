//! The picture: a node's card, the messages' glyphs, the inspector's fields, the log matrix.

use super::log::{Command, Entry, Epoch, Log, Position};
use super::message::{FenceAnswer, Message, Outcome};
use super::node::{Durable, Node, Progress, Role};
use super::{PrimaryBackup, Timer, why};
use crate::logs::{self, DrawnLog};
use crate::picture::{
    arc, field, first_entries, or_dash, plain_card, sign, store_fields, text_field, time_field, timer_fields,
    word_field,
};
use crate::replicated_log::leader;
use crate::spec::{ClientOp, Glyph, Picture, process_name};
use crate::why::{nodes, number};
use consistory_kernel::{ProcessId, Time, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Matrix, Shape, Sign, Strip, Subject, Text, TimerArc, Tone, Why,
};

/// The words for a time.
const TIME: &str = "primary-backup.time";

impl Picture for PrimaryBackup {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let (role, emphasis) = match node.role {
            // It has promised a candidate to refuse the primary, and has not heard from a new one.
            Role::Backup if !node.durable.in_office => ("primary-backup.role.fenced", Emphasis::Plain),
            Role::Backup => ("primary-backup.role.backup", Emphasis::Plain),
            Role::Candidate { .. } => ("primary-backup.role.candidate", Emphasis::Tentative),
            Role::Primary { .. } => ("primary-backup.role.primary", Emphasis::Strong),
        };
        let round = u64::from(node.epoch().round);
        Card {
            tone: Tone::epoch(round),
            badge: Self::epoch_label(round),
            timer: timer(world, id),
            dots: dots(world, id, node),
            strip: Some(drawn(&node.durable.log, node.acknowledged, node.applied).strip()),
            fields: store_fields(&node.store),
            ..plain_card(world, id, role, emphasis)
        }
    }

    /// What of it is acknowledged, the node forgot.
    fn stored(disk: &Durable) -> Option<Strip> {
        Some(drawn(&disk.log, 0, 0).strip())
    }

    fn glyph(message: &Message) -> Glyph {
        let tone = Tone::epoch(u64::from(message.epoch().round));
        let (letter, shape, filled, sign) = match message {
            Message::Replicate(shipped) if shipped.entries.is_empty() => ('H', Shape::Circle, true, Sign::None),
            Message::Replicate(_) => ('R', Shape::Circle, true, Sign::None),
            Message::Stored { outcome, .. } => {
                ('R', Shape::Circle, false, sign(matches!(outcome, Outcome::Stored { .. })))
            }
            Message::Fence { .. } => ('F', Shape::Square, true, Sign::None),
            Message::Fenced { answer, .. } => {
                ('F', Shape::Square, false, sign(matches!(answer, FenceAnswer::Promised { .. })))
            }
        };
        Glyph { letter, shape, filled, sign, tone }
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        let mut fields = vec![epoch_field(message.epoch())];
        match message {
            Message::Replicate(shipped) => fields.extend([
                field("primary-backup.field.previous", position(shipped.previous)),
                field("primary-backup.field.entries", entries(shipped.previous, &shipped.entries)),
                field("primary-backup.field.acknowledged", shipped.acknowledged),
                time_field("primary-backup.field.stamp", TIME, shipped.stamp),
                time_field("primary-backup.field.lease", TIME, shipped.lease),
            ]),
            Message::Stored { outcome, granted, .. } => {
                fields.extend(outcome_fields(*outcome));
                if *granted > 0 {
                    fields.push(time_field("primary-backup.field.granted", TIME, *granted));
                }
            }
            Message::Fence { last, next, .. } => fields.extend([
                field("primary-backup.field.last", position(*last)),
                field("primary-backup.field.next", next),
            ]),
            Message::Fenced { answer, .. } => match answer {
                FenceAnswer::Promised { last, previous, entries: handed } => fields.extend([
                    word_field("primary-backup.field.outcome", "primary-backup.promised"),
                    field("primary-backup.field.last", position(*last)),
                    field("primary-backup.field.handed_over", entries(*previous, handed)),
                ]),
                FenceAnswer::Refused => {
                    fields.push(word_field("primary-backup.field.outcome", "primary-backup.refused"));
                }
            },
        }
        fields
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let primary = node.primary.map(|primary| process_name(world.node_count(), primary));
        let mut fields = vec![
            epoch_field(node.epoch()),
            field("primary-backup.field.primary", or_dash(primary)),
            field("primary-backup.field.last", position(node.durable.log.last())),
            field("primary-backup.field.acknowledged", node.acknowledged),
            field("primary-backup.field.applied", node.applied),
            time_field("primary-backup.field.promised_until", TIME, node.promised_until),
        ];
        // A lease that needs nobody has no end to show.
        if let Some(until) = node.lease_until(world.config()).filter(|until| *until < Time::MAX) {
            fields.push(time_field("primary-backup.field.lease_until", TIME, until));
        }
        fields.extend(timer_fields(world, id, "primary-backup.at_time", timer_key));
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        let primary = leader(world);
        let progress = |id: ProcessId| -> Option<Progress> {
            let (primary, node) = primary?;
            match &node.role {
                Role::Primary { peers, .. } if primary != id => peers.get(id.index()).copied(),
                Role::Primary { .. } | Role::Candidate { .. } | Role::Backup => None,
            }
        };
        let row = |id: ProcessId| {
            let log = match world.node(id) {
                Some(node) => Some(drawn(&node.durable.log, node.acknowledged, node.applied)),
                None => world.disk(id).map(|disk| drawn(&disk.log, 0, 0)),
            };
            let progress = progress(id);
            (log, [or_dash(progress.map(|about| about.next)), or_dash(progress.map(|about| about.stored))])
        };
        let lengths = nodes(world).filter_map(|id| world.disk(id)).map(|disk| disk.log.last_index());
        Some(logs::matrix(world, lengths, ["primary-backup.next", "primary-backup.stored_up_to"], row))
    }

    fn epoch_label(epoch: u64) -> Text {
        Text::key("primary-backup.epoch").with("epoch", number(epoch))
    }
}

/// The timer that matters; where only people order failovers, a backup has none that does.
fn timer(world: &World<PrimaryBackup>, id: ProcessId) -> Option<TimerArc> {
    let is_shown = |timer: Timer| timer != Timer::Suspect || world.config().automatic;
    let armed = world.timers(id).iter().find(|armed| is_shown(armed.timer))?;
    Some(arc(timer_key(armed.timer), armed))
}

fn timer_key(timer: Timer) -> &'static str {
    match timer {
        Timer::Suspect => "primary-backup.timer.suspect",
        Timer::Heartbeat => "primary-backup.timer.heartbeat",
        Timer::FenceRetry => "primary-backup.timer.fence_retry",
    }
}

/// The nodes that a candidate has fenced.
fn dots(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Option<Dots> {
    let total = world.node_count();
    let have = node.fence_count(id);
    (have > 0).then(|| Dots { have, quorum: world.config().fence_quorum(total), total })
}

/// A log of which so much is acknowledged and applied.
fn drawn(log: &Log, acknowledged: u32, applied: u32) -> DrawnLog<impl Fn(u32) -> Cell> {
    let cell = move |index: u32| {
        let round = log.epoch(index).unwrap_or(Epoch::NONE).round;
        Cell {
            index,
            label: round.to_string(),
            tone: Tone::epoch(u64::from(round)),
            committed: index <= acknowledged,
            applied: index <= applied,
            title: entry_title(log, index),
        }
    };
    DrawnLog { last: log.last_index(), cell }
}

fn entry_title(log: &Log, index: u32) -> Text {
    match log.entry(index).map(|entry| entry.command) {
        Some(Command::Client { op, .. }) => op.label(),
        Some(Command::NoOp) | None => Text::key("primary-backup.no_op"),
    }
}

fn outcome_fields(outcome: Outcome) -> Vec<Field> {
    match outcome {
        Outcome::Stored { last } => vec![
            word_field("primary-backup.field.outcome", "primary-backup.outcome.stored"),
            field("primary-backup.field.stored", last),
        ],
        Outcome::Mismatch { previous, conflict, first } => vec![
            word_field("primary-backup.field.outcome", "primary-backup.outcome.mismatch"),
            field("primary-backup.field.mismatch", previous),
            field("primary-backup.field.conflict", or_dash(conflict.map(|epoch| epoch.round))),
            field("primary-backup.field.first", first),
        ],
        Outcome::Refused => vec![word_field("primary-backup.field.outcome", "primary-backup.refused")],
    }
}

/// The entries that follow a position: the index of the first, then each with its round.
fn entries(previous: Position, entries: &[Entry]) -> String {
    let listed = first_entries(entries.iter().map(|entry| match entry.command {
        Command::NoOp => format!("({}) –", entry.epoch.round),
        Command::Client { op, .. } => format!("({}) {op}", entry.epoch.round),
    }));
    if entries.is_empty() { listed } else { format!("{}: {listed}", previous.index + 1) }
}

fn position(position: Position) -> String {
    format!("({}, {})", position.index, position.epoch.round)
}

/// An epoch in full: its round, and whose it is.
fn epoch_field(epoch: Epoch) -> Field {
    let value = Text::key("primary-backup.epoch_of").with("epoch", number(epoch.round));
    text_field("primary-backup.field.epoch", value.with("owner", Arg::Process(epoch.node)))
}
