//! The picture: a node's card, the messages' glyphs, the inspector's fields, the log matrix.

use super::log::{Command, Entry, Epoch, Log, Position};
use super::message::{FenceAnswer, Message, Outcome};
use super::node::{Durable, Node, Progress, Role};
use super::{PrimaryBackup, Timer};
use crate::spec::{ClientOp, Glyph, process_name};
use consistory_kernel::{ProcessId, Time, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Matrix, MatrixRow, Shape, Sign, Status, Strip, Text, TimerArc, Tone,
};

/// Cells that a card shows; older ones are counted.
const STRIP: u32 = 8;

/// Columns that the log matrix shows.
const COLUMNS: u32 = 14;

/// Entries that the inspector lists of a message.
const LISTED: usize = 6;

pub(super) fn card(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis) = match node.role {
        // It has promised a candidate to refuse the primary, and has not heard from a new one.
        Role::Backup if !node.durable.in_office => ("primary-backup.role.fenced", Emphasis::Plain),
        Role::Backup => ("primary-backup.role.backup", Emphasis::Plain),
        Role::Candidate { .. } => ("primary-backup.role.candidate", Emphasis::Tentative),
        Role::Primary { .. } => ("primary-backup.role.primary", Emphasis::Strong),
    };
    let round = node.epoch().round;
    Card {
        id,
        name: process_name(world.node_count(), id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: Tone::epoch(u64::from(round)),
        badge: Text::key("primary-backup.epoch").with("epoch", Arg::Number(i64::from(round))),
        timer: timer(world, id),
        dots: dots(world, id, node),
        strip: Some(strip(&node.durable.log, node.acknowledged, node.applied)),
        fields: node.store.values().map(|(key, value)| data(&key.to_string(), &value.to_string())).collect(),
        health: Health::default(),
    }
}

/// What a node that is down has on its disk: what of it is acknowledged, it forgot.
pub(super) fn stored(disk: &Durable) -> Strip {
    strip(&disk.log, 0, 0)
}

fn strip(log: &Log, acknowledged: u32, applied: u32) -> Strip {
    let first = log.last_index().saturating_sub(STRIP) + 1;
    Strip { hidden: first - 1, cells: cells(log, acknowledged, applied, first) }
}

/// The timer that matters; where only people order failovers, a backup has none that does.
fn timer(world: &World<PrimaryBackup>, id: ProcessId) -> Option<TimerArc> {
    let is_shown = |timer: Timer| timer != Timer::Suspect || world.config().automatic;
    let armed = world.timers(id).iter().find(|armed| is_shown(armed.timer))?;
    Some(TimerArc { name: Text::key(timer_key(armed.timer)), armed_at: armed.armed_at, fires_at: armed.fires_at })
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

/// The entries from `first` on.
fn cells(log: &Log, acknowledged: u32, applied: u32, first: u32) -> Vec<Cell> {
    (first..=log.last_index())
        .map(|index| {
            let round = log.epoch(index).unwrap_or(Epoch::NONE).round;
            Cell {
                index,
                label: round.to_string(),
                tone: Tone::epoch(u64::from(round)),
                committed: index <= acknowledged,
                applied: index <= applied,
                title: entry_title(log, index),
            }
        })
        .collect()
}

fn entry_title(log: &Log, index: u32) -> Text {
    match log.entry(index).map(|entry| entry.command) {
        Some(Command::Client { op, .. }) => op.label(),
        Some(Command::NoOp) | None => Text::key("primary-backup.no_op"),
    }
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let tone = Tone::epoch(u64::from(message.epoch().round));
    let (letter, shape, filled, sign) = match message {
        Message::Replicate(shipped) if shipped.entries.is_empty() => ('H', Shape::Circle, true, Sign::None),
        Message::Replicate(_) => ('R', Shape::Circle, true, Sign::None),
        Message::Stored { outcome, .. } => ('R', Shape::Circle, false, sign(matches!(outcome, Outcome::Stored { .. }))),
        Message::Fence { .. } => ('F', Shape::Square, true, Sign::None),
        Message::Fenced { answer, .. } => {
            ('F', Shape::Square, false, sign(matches!(answer, FenceAnswer::Promised { .. })))
        }
    };
    Glyph { letter, shape, filled, sign, tone }
}

fn sign(good: bool) -> Sign {
    if good { Sign::Plus } else { Sign::Minus }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let mut fields = vec![epoch_field(message.epoch())];
    match message {
        Message::Replicate(shipped) => fields.extend([
            field("primary-backup.field.previous", &position(shipped.previous)),
            field("primary-backup.field.entries", &entries(shipped.previous, &shipped.entries)),
            field("primary-backup.field.acknowledged", &shipped.acknowledged.to_string()),
            time_field("primary-backup.field.stamp", shipped.stamp),
            time_field("primary-backup.field.lease", shipped.lease),
        ]),
        Message::Stored { outcome, granted, .. } => {
            fields.extend(outcome_fields(*outcome));
            if *granted > 0 {
                fields.push(time_field("primary-backup.field.granted", *granted));
            }
        }
        Message::Fence { last, next, .. } => fields.extend([
            field("primary-backup.field.last", &position(*last)),
            field("primary-backup.field.next", &next.to_string()),
        ]),
        Message::Fenced { answer, .. } => match answer {
            FenceAnswer::Promised { last, previous, entries: handed } => fields.extend([
                word_field("primary-backup.field.outcome", "primary-backup.promised"),
                field("primary-backup.field.last", &position(*last)),
                field("primary-backup.field.handed_over", &entries(*previous, handed)),
            ]),
            FenceAnswer::Refused => fields.push(word_field("primary-backup.field.outcome", "primary-backup.refused")),
        },
    }
    fields
}

fn outcome_fields(outcome: Outcome) -> Vec<Field> {
    match outcome {
        Outcome::Stored { last } => vec![
            word_field("primary-backup.field.outcome", "primary-backup.outcome.stored"),
            field("primary-backup.field.stored", &last.to_string()),
        ],
        Outcome::Mismatch { previous, conflict, first } => vec![
            word_field("primary-backup.field.outcome", "primary-backup.outcome.mismatch"),
            field("primary-backup.field.mismatch", &previous.to_string()),
            field("primary-backup.field.conflict", &conflict.map_or("–".to_owned(), |epoch| epoch.round.to_string())),
            field("primary-backup.field.first", &first.to_string()),
        ],
        Outcome::Refused => vec![word_field("primary-backup.field.outcome", "primary-backup.refused")],
    }
}

pub(super) fn node_fields(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Vec<Field> {
    let primary = node.primary.map_or("–".to_owned(), |primary| process_name(world.node_count(), primary));
    let mut fields = vec![
        epoch_field(node.epoch()),
        field("primary-backup.field.primary", &primary),
        field("primary-backup.field.last", &position(node.durable.log.last())),
        field("primary-backup.field.acknowledged", &node.acknowledged.to_string()),
        field("primary-backup.field.applied", &node.applied.to_string()),
        time_field("primary-backup.field.promised_until", node.promised_until),
    ];
    // A lease that needs nobody has no end to show.
    if let Some(until) = node.lease_until(world.config()).filter(|until| *until < Time::MAX) {
        fields.push(time_field("primary-backup.field.lease_until", until));
    }
    for armed in world.timers(id) {
        let value = Text::key("primary-backup.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(Field { name: Text::key(timer_key(armed.timer)), value });
    }
    fields
}

pub(super) fn matrix(world: &World<PrimaryBackup>) -> Matrix {
    let seen = world.observation(ProcessId(0));
    let ids = || (0..world.node_count()).map(ProcessId);
    let longest = ids().filter_map(|id| world.disk(id)).map(|disk| disk.log.last_index()).max().unwrap_or(0);
    let first = longest.saturating_sub(COLUMNS) + 1;
    let primary = seen.up().filter(|(_, node)| node.is_primary()).max_by_key(|(_, node)| node.epoch());
    let progress = |id: ProcessId| -> Option<Progress> {
        let (primary, node) = primary?;
        match &node.role {
            Role::Primary { peers, .. } if primary != id => peers.get(id.index()).copied(),
            Role::Primary { .. } | Role::Candidate { .. } | Role::Backup => None,
        }
    };
    let row = |id: ProcessId| {
        let cells = match world.node(id) {
            Some(node) => cells(&node.durable.log, node.acknowledged, node.applied, first),
            None => world.disk(id).map(|disk| cells(&disk.log, 0, 0, first)).unwrap_or_default(),
        };
        let progress = progress(id);
        let number = |value: Option<u32>| value.map_or("–".to_owned(), |value| value.to_string());
        MatrixRow {
            id,
            name: process_name(world.node_count(), id),
            cells,
            extra: vec![number(progress.map(|about| about.next)), number(progress.map(|about| about.stored))],
        }
    };
    Matrix {
        first,
        columns: longest.saturating_sub(first) + u32::from(longest > 0),
        extra: vec![Text::key("primary-backup.next"), Text::key("primary-backup.stored_up_to")],
        rows: ids().map(row).collect(),
    }
}

/// The entries that follow a position: the index of the first, then each with its round.
fn entries(previous: Position, entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "–".to_owned();
    }
    let listed = entries.iter().take(LISTED).map(|entry| match entry.command {
        Command::NoOp => format!("({}) –", entry.epoch.round),
        Command::Client { op, .. } => format!("({}) {op}", entry.epoch.round),
    });
    let listed = listed.collect::<Vec<_>>().join(" · ");
    let more = if entries.len() > LISTED { " …" } else { "" };
    format!("{}: {listed}{more}", previous.index + 1)
}

fn position(position: Position) -> String {
    format!("({}, {})", position.index, position.epoch.round)
}

/// An epoch in full: its round, and whose it is.
fn epoch_field(epoch: Epoch) -> Field {
    let value = Text::key("primary-backup.epoch_of").with("epoch", Arg::Number(i64::from(epoch.round)));
    Field { name: Text::key("primary-backup.field.epoch"), value: value.with("owner", Arg::Process(epoch.node)) }
}

fn time_field(name: &'static str, time: Time) -> Field {
    Field { name: Text::key(name), value: Text::key("primary-backup.time").with("time", Arg::Time(time)) }
}

fn word_field(name: &'static str, value: &'static str) -> Field {
    Field { name: Text::key(name), value: Text::key(value) }
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}

fn data(name: &str, value: &str) -> Field {
    Field { name: Text::plain(name), value: Text::plain(value) }
}
