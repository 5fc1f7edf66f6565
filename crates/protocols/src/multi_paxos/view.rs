//! The picture: a node's card, the messages' glyphs, the inspector's fields, the log matrix.

use super::ballot::Ballot;
use super::log::{Command, Entry, Log};
use super::message::Message;
use super::node::{Durable, Node, Role};
use super::{MultiPaxos, Timer};
use crate::spec::{ClientOp, Glyph, names_of};
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

/// How many nodes make a majority.
pub(super) fn quorum(world: &World<MultiPaxos>) -> usize {
    usize::from(world.node_count() / 2 + 1)
}

pub(super) fn card(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis) = match node.role {
        Role::Follower => ("multi-paxos.role.follower", Emphasis::Plain),
        Role::Candidate { .. } => ("multi-paxos.role.candidate", Emphasis::Tentative),
        Role::Leader(_) => ("multi-paxos.role.leader", Emphasis::Strong),
    };
    Card {
        id,
        name: names_of(world).name(id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: tone(node.promised),
        badge: badge(node.promised),
        timer: timer(world, id),
        dots: dots(world, node),
        strip: Some(strip(&node.log, node.applied)),
        fields: node.store.values().map(|(key, value)| data(&key.to_string(), &value.to_string())).collect(),
        health: Health::default(),
    }
}

/// What a node that is down has on its disk.
pub(super) fn stored(disk: &Durable) -> Strip {
    strip(&disk.log, 0)
}

fn strip(log: &Log, applied: u32) -> Strip {
    let first = log.last().saturating_sub(STRIP) + 1;
    Strip { hidden: first - 1, cells: cells(log, applied, first) }
}

/// The timer that matters: a follower's and a candidate's election timeout, a leader's lease, or its heartbeat.
fn timer(world: &World<MultiPaxos>, id: ProcessId) -> Option<TimerArc> {
    let order = [Timer::Election, Timer::Lease, Timer::Heartbeat];
    let armed = order.iter().find_map(|timer| world.timers(id).iter().find(|armed| armed.timer == *timer))?;
    Some(TimerArc { name: Text::key(timer_key(armed.timer)), armed_at: armed.armed_at, fires_at: armed.fires_at })
}

fn timer_key(timer: Timer) -> &'static str {
    match timer {
        Timer::Election => "multi-paxos.timer.election",
        Timer::Heartbeat => "multi-paxos.timer.heartbeat",
        Timer::PrepareRetry => "multi-paxos.timer.prepare_retry",
        Timer::Lease => "multi-paxos.timer.lease",
        Timer::Grant => "multi-paxos.timer.grant",
        Timer::CatchUp => "multi-paxos.timer.catch_up",
    }
}

/// The promises of a candidate; at a leader, who has accepted its first slot in flight.
fn dots(world: &World<MultiPaxos>, node: &Node) -> Option<Dots> {
    let nodes = match &node.role {
        Role::Follower => return None,
        Role::Candidate { promises, .. } => *promises,
        Role::Leader(leading) => leading.flight.first_key_value().map(|(_, nodes)| *nodes)?,
    };
    let total = world.node_count();
    Some(Dots { have: u16::try_from(nodes.count_ones()).unwrap_or(0), quorum: total / 2 + 1, total })
}

/// The slots from `first` on; a hole is a cell without a ballot.
fn cells(log: &Log, applied: u32, first: u32) -> Vec<Cell> {
    let cell = |slot: u32| {
        let (label, tone, title) = match log.proposal(slot) {
            None => ("·".to_owned(), Tone::Muted, Text::key("multi-paxos.hole")),
            Some(held) => (held.ballot.round.to_string(), tone(held.ballot), command_text(held.command)),
        };
        Cell { index: slot, label, tone, committed: log.is_chosen(slot), applied: slot <= applied, title }
    };
    (first..=log.last()).map(cell).collect()
}

fn command_text(command: Command) -> Text {
    match command {
        Command::NoOp => Text::key("multi-paxos.no_op"),
        Command::Client { op, .. } | Command::Given(op) => op.label(),
    }
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let (letter, shape, filled, sign) = match message {
        Message::Prepare { .. } => ('P', Shape::Square, true, Sign::None),
        Message::Promise { .. } => ('P', Shape::Square, false, Sign::Plus),
        Message::Accept { .. } => ('A', Shape::Circle, true, Sign::None),
        Message::Accepted { .. } => ('A', Shape::Circle, false, Sign::Plus),
        Message::Nack { .. } => ('N', Shape::Square, false, Sign::Minus),
        Message::Heartbeat { .. } => ('H', Shape::Circle, true, Sign::None),
        Message::HeartbeatReply { .. } => ('H', Shape::Circle, false, Sign::Plus),
        Message::CatchUp { .. } => ('U', Shape::Diamond, true, Sign::None),
        Message::Chosen { .. } => ('U', Shape::Diamond, false, Sign::Plus),
    };
    Glyph { letter, shape, filled, sign, tone: message.ballot().map_or(Tone::Neutral, tone) }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let number = |name, value: u32| field(name, &value.to_string());
    match message {
        Message::Prepare { ballot, from } => {
            vec![ballot_field("multi-paxos.field.ballot", *ballot), number("multi-paxos.field.from", *from)]
        }
        Message::Promise { ballot, chosen, accepted } => vec![
            ballot_field("multi-paxos.field.ballot", *ballot),
            number("multi-paxos.field.chosen", *chosen),
            field("multi-paxos.field.accepted", &listed(accepted)),
        ],
        Message::Accept { entry, chosen } => vec![
            ballot_field("multi-paxos.field.ballot", entry.ballot),
            number("multi-paxos.field.slot", entry.slot),
            Field { name: Text::key("multi-paxos.field.command"), value: command_text(entry.command) },
            number("multi-paxos.field.chosen", *chosen),
        ],
        Message::Accepted { ballot, slot } => {
            vec![ballot_field("multi-paxos.field.ballot", *ballot), number("multi-paxos.field.slot", *slot)]
        }
        Message::Nack { refused, promised } => vec![
            ballot_field("multi-paxos.field.refused", *refused),
            ballot_field("multi-paxos.field.promised", *promised),
        ],
        Message::Heartbeat { ballot, chosen, stamp } => vec![
            ballot_field("multi-paxos.field.ballot", *ballot),
            number("multi-paxos.field.chosen", *chosen),
            time_field("multi-paxos.field.stamp", *stamp),
        ],
        Message::HeartbeatReply { ballot, stamp } => {
            vec![ballot_field("multi-paxos.field.ballot", *ballot), time_field("multi-paxos.field.stamp", *stamp)]
        }
        Message::CatchUp { from, to } => {
            vec![number("multi-paxos.field.from", *from), number("multi-paxos.field.to", *to)]
        }
        Message::Chosen { entries } => vec![field("multi-paxos.field.entries", &listed(entries))],
    }
}

/// Entries in a row: slot, round, command.
fn listed(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "–".to_owned();
    }
    let text = |entry: &Entry| match entry.command {
        Command::NoOp => format!("{} ({}) –", entry.slot, entry.ballot.round),
        Command::Client { op, .. } | Command::Given(op) => format!("{} ({}) {op}", entry.slot, entry.ballot.round),
    };
    // The last ones are those that are still open.
    let hidden = entries.len().saturating_sub(LISTED);
    let shown = entries[hidden..].iter().map(text).collect::<Vec<_>>().join(" · ");
    if hidden > 0 { format!("… {shown}") } else { shown }
}

pub(super) fn node_fields(world: &World<MultiPaxos>, id: ProcessId, node: &Node) -> Vec<Field> {
    let names = names_of(world);
    let leader = node.leader.map_or("–".to_owned(), |leader| names.name(leader));
    let mut fields = vec![
        ballot_field("multi-paxos.field.promised", node.promised),
        field("multi-paxos.field.leader", &leader),
        field("multi-paxos.field.chosen", &node.log.prefix().to_string()),
        field("multi-paxos.field.applied", &node.applied.to_string()),
        field("multi-paxos.field.last", &node.log.last().to_string()),
    ];
    if let Some(leading) = node.leading() {
        fields.push(field("multi-paxos.field.in_flight", &slots_text(leading.flight.keys())));
        fields.push(field("multi-paxos.field.queue", &leading.queue.len().to_string()));
        let until = leading.lease_until(quorum(world));
        // A lease that needs nobody has no end to show.
        if world.config().lease > 0 && until > 0 && until < Time::MAX {
            fields.push(time_field("multi-paxos.field.lease_until", until));
        }
    }
    for armed in world.timers(id) {
        let value = Text::key("multi-paxos.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(Field { name: Text::key(timer_key(armed.timer)), value });
    }
    fields
}

fn slots_text<'a>(slots: impl Iterator<Item = &'a u32>) -> String {
    let slots: Vec<String> = slots.map(u32::to_string).collect();
    if slots.is_empty() { "–".to_owned() } else { slots.join(" ") }
}

pub(super) fn matrix(world: &World<MultiPaxos>) -> Matrix {
    let ids = || (0..world.node_count()).map(ProcessId);
    let logs = ids().filter_map(|id| log_of(world, id).map(|(log, _)| log.last()));
    let longest = logs.max().unwrap_or(0);
    let first = longest.saturating_sub(COLUMNS) + 1;
    let row = |id: ProcessId| {
        let (cells, chosen) = match log_of(world, id) {
            Some((log, applied)) => (cells(log, applied, first), log.prefix().to_string()),
            None => (Vec::new(), "–".to_owned()),
        };
        let promised = world.node(id).map(|node| node.promised).or_else(|| world.disk(id).map(|disk| disk.promised));
        let promised = promised.filter(|ballot| *ballot > Ballot::NONE);
        let promised = promised
            .map_or("–".to_owned(), |ballot| format!("{} {}", ballot.round, names_of(world).name(ballot.node)));
        MatrixRow { id, name: names_of(world).name(id), cells, extra: vec![promised, chosen] }
    };
    Matrix {
        first,
        columns: longest.saturating_sub(first) + u32::from(longest > 0),
        extra: vec![Text::key("multi-paxos.promised"), Text::key("multi-paxos.chosen_up_to")],
        rows: ids().map(row).collect(),
    }
}

/// The log of a node and how far it is applied; of one that is down, what its disk has.
fn log_of(world: &World<MultiPaxos>, id: ProcessId) -> Option<(&Log, u32)> {
    let running = world.node(id).map(|node| (&node.log, node.applied));
    running.or_else(|| world.disk(id).map(|disk| (&disk.log, 0)))
}

fn tone(ballot: Ballot) -> Tone {
    Tone::epoch(u64::from(ballot.round))
}

/// A ballot in full: its round, and whose it is.
/// The ballot in the corner of a card, which has little room.
fn badge(ballot: Ballot) -> Text {
    if ballot == Ballot::NONE {
        return Text::plain("");
    }
    let text = Text::key("multi-paxos.badge").with("round", Arg::Number(i64::from(ballot.round)));
    text.with("owner", Arg::Process(ballot.node))
}

pub(super) fn ballot_text(ballot: Ballot) -> Text {
    if ballot == Ballot::NONE {
        return Text::key("multi-paxos.no_ballot");
    }
    let text = Text::key("multi-paxos.ballot").with("round", Arg::Number(i64::from(ballot.round)));
    text.with("owner", Arg::Process(ballot.node))
}

fn ballot_field(name: &'static str, ballot: Ballot) -> Field {
    Field { name: Text::key(name), value: ballot_text(ballot) }
}

fn time_field(name: &'static str, time: Time) -> Field {
    Field { name: Text::key(name), value: Text::key("multi-paxos.time").with("time", Arg::Time(time)) }
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}

fn data(name: &str, value: &str) -> Field {
    Field { name: Text::plain(name), value: Text::plain(value) }
}
