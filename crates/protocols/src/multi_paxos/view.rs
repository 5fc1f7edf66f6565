//! The picture: a node's card, the messages' glyphs, the inspector's fields, the log matrix.

use super::ballot::Ballot;
use super::log::{Command, Entry, Log};
use super::message::Message;
use super::node::{Durable, Node, Role};
use super::{MultiPaxos, Timer, why};
use crate::logs::{self, DrawnLog};
use crate::picture::{
    LISTED, arc, field, majority_dots, or_dash, plain_card, store_fields, text_field, time_field, timer_fields,
};
use crate::spec::{ClientOp, Glyph, Picture, names_of};
use crate::why::{nodes, number};
use consistory_kernel::{ProcessId, Time, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Matrix, Shape, Sign, Strip, Subject, Text, TimerArc, Tone, Why,
};

/// The words for a time.
const TIME: &str = "multi-paxos.time";

/// How many nodes make a majority.
pub(super) fn quorum(world: &World<MultiPaxos>) -> usize {
    usize::from(world.node_count() / 2 + 1)
}

impl Picture for MultiPaxos {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let (role, emphasis) = match node.role {
            Role::Follower => ("multi-paxos.role.follower", Emphasis::Plain),
            Role::Candidate { .. } => ("multi-paxos.role.candidate", Emphasis::Tentative),
            Role::Leader(_) => ("multi-paxos.role.leader", Emphasis::Strong),
        };
        Card {
            tone: tone(node.promised),
            badge: badge(node.promised),
            timer: timer(world, id),
            dots: dots(world, node),
            strip: Some(drawn(&node.log, node.applied).strip()),
            fields: store_fields(&node.store),
            ..plain_card(world, id, role, emphasis)
        }
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(drawn(&disk.log, 0).strip())
    }

    fn glyph(message: &Message) -> Glyph {
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

    fn message_fields(message: &Message) -> Vec<Field> {
        match message {
            Message::Prepare { ballot, from } => {
                vec![ballot_field("multi-paxos.field.ballot", *ballot), field("multi-paxos.field.from", from)]
            }
            Message::Promise { ballot, chosen, accepted } => vec![
                ballot_field("multi-paxos.field.ballot", *ballot),
                field("multi-paxos.field.chosen", chosen),
                field("multi-paxos.field.accepted", last_entries(accepted)),
            ],
            Message::Accept { entry, chosen } => vec![
                ballot_field("multi-paxos.field.ballot", entry.ballot),
                field("multi-paxos.field.slot", entry.slot),
                text_field("multi-paxos.field.command", command_text(entry.command)),
                field("multi-paxos.field.chosen", chosen),
            ],
            Message::Accepted { ballot, slot } => {
                vec![ballot_field("multi-paxos.field.ballot", *ballot), field("multi-paxos.field.slot", slot)]
            }
            Message::Nack { refused, promised } => vec![
                ballot_field("multi-paxos.field.refused", *refused),
                ballot_field("multi-paxos.field.promised", *promised),
            ],
            Message::Heartbeat { ballot, chosen, stamp } => vec![
                ballot_field("multi-paxos.field.ballot", *ballot),
                field("multi-paxos.field.chosen", chosen),
                time_field("multi-paxos.field.stamp", TIME, *stamp),
            ],
            Message::HeartbeatReply { ballot, stamp } => vec![
                ballot_field("multi-paxos.field.ballot", *ballot),
                time_field("multi-paxos.field.stamp", TIME, *stamp),
            ],
            Message::CatchUp { from, to } => {
                vec![field("multi-paxos.field.from", from), field("multi-paxos.field.to", to)]
            }
            Message::Chosen { entries } => vec![field("multi-paxos.field.entries", last_entries(entries))],
        }
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let names = names_of(world);
        let mut fields = vec![
            ballot_field("multi-paxos.field.promised", node.promised),
            field("multi-paxos.field.leader", or_dash(node.leader.map(|leader| names.name(leader)))),
            field("multi-paxos.field.chosen", node.log.prefix()),
            field("multi-paxos.field.applied", node.applied),
            field("multi-paxos.field.last", node.log.last()),
        ];
        if let Some(leading) = node.leading() {
            fields.push(field("multi-paxos.field.in_flight", slots_text(leading.flight.keys())));
            fields.push(field("multi-paxos.field.queue", leading.queue.len()));
            let until = leading.lease_until(quorum(world));
            // A lease that needs nobody has no end to show.
            if world.config().lease > 0 && until > 0 && until < Time::MAX {
                fields.push(time_field("multi-paxos.field.lease_until", TIME, until));
            }
        }
        fields.extend(timer_fields(world, id, "multi-paxos.at_time", timer_key));
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        let names = names_of(world);
        let row = |id: ProcessId| {
            let log = log_of(world, id);
            let promised =
                world.node(id).map(|node| node.promised).or_else(|| world.disk(id).map(|disk| disk.promised));
            let promised = promised.filter(|ballot| *ballot > Ballot::NONE);
            let promised = promised.map(|ballot| format!("{} {}", ballot.round, names.name(ballot.node)));
            let chosen = log.map(|(log, _)| log.prefix());
            (log.map(|(log, applied)| drawn(log, applied)), [or_dash(promised), or_dash(chosen)])
        };
        let lengths = nodes(world).filter_map(|id| log_of(world, id)).map(|(log, _)| log.last());
        Some(logs::matrix(world, lengths, ["multi-paxos.promised", "multi-paxos.chosen_up_to"], row))
    }

    fn epoch_label(epoch: u64) -> Text {
        Text::key("multi-paxos.round").with("round", number(epoch))
    }
}

/// The timer that matters: a follower's and a candidate's election timeout, a leader's lease, or its heartbeat.
fn timer(world: &World<MultiPaxos>, id: ProcessId) -> Option<TimerArc> {
    let order = [Timer::Election, Timer::Lease, Timer::Heartbeat];
    let armed = order.iter().find_map(|timer| world.timers(id).iter().find(|armed| armed.timer == *timer))?;
    Some(arc(timer_key(armed.timer), armed))
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
    Some(majority_dots(world, nodes.count_ones()))
}

/// A log that is applied so far; a hole is a cell without a ballot.
fn drawn(log: &Log, applied: u32) -> DrawnLog<impl Fn(u32) -> Cell> {
    let cell = move |slot: u32| {
        let (label, tone, title) = match log.proposal(slot) {
            None => ("·".to_owned(), Tone::Muted, Text::key("multi-paxos.hole")),
            Some(held) => (held.ballot.round.to_string(), tone(held.ballot), command_text(held.command)),
        };
        Cell { index: slot, label, tone, committed: log.is_chosen(slot), applied: slot <= applied, title }
    };
    DrawnLog { last: log.last(), cell }
}

fn command_text(command: Command) -> Text {
    match command {
        Command::NoOp => Text::key("multi-paxos.no_op"),
        Command::Client { op, .. } | Command::Given(op) => op.label(),
    }
}

/// Entries in a row: slot, round, command. The last ones are those that are still open.
fn last_entries(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "–".to_owned();
    }
    let text = |entry: &Entry| match entry.command {
        Command::NoOp => format!("{} ({}) –", entry.slot, entry.ballot.round),
        Command::Client { op, .. } | Command::Given(op) => format!("{} ({}) {op}", entry.slot, entry.ballot.round),
    };
    let hidden = entries.len().saturating_sub(LISTED);
    let shown = entries[hidden..].iter().map(text).collect::<Vec<_>>().join(" · ");
    if hidden > 0 { format!("… {shown}") } else { shown }
}

fn slots_text<'a>(slots: impl Iterator<Item = &'a u32>) -> String {
    let slots: Vec<String> = slots.map(u32::to_string).collect();
    if slots.is_empty() { "–".to_owned() } else { slots.join(" ") }
}

/// The log of a node and how far it is applied; of one that is down, what its disk has.
fn log_of(world: &World<MultiPaxos>, id: ProcessId) -> Option<(&Log, u32)> {
    let running = world.node(id).map(|node| (&node.log, node.applied));
    running.or_else(|| world.disk(id).map(|disk| (&disk.log, 0)))
}

fn tone(ballot: Ballot) -> Tone {
    Tone::epoch(u64::from(ballot.round))
}

/// The ballot in the corner of a card, which has little room.
fn badge(ballot: Ballot) -> Text {
    if ballot == Ballot::NONE { Text::plain("") } else { in_words("multi-paxos.badge", ballot) }
}

/// A ballot in full: its round, and whose it is.
pub(super) fn ballot_text(ballot: Ballot) -> Text {
    if ballot == Ballot::NONE { Text::key("multi-paxos.no_ballot") } else { in_words("multi-paxos.ballot", ballot) }
}

fn in_words(key: &'static str, ballot: Ballot) -> Text {
    Text::key(key).with("round", number(ballot.round)).with("owner", Arg::Process(ballot.node))
}

fn ballot_field(name: &'static str, ballot: Ballot) -> Field {
    text_field(name, ballot_text(ballot))
}
