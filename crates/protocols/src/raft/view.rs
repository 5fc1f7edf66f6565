//! The picture: a server's card, the messages' glyphs, the inspector's fields, the log matrix.

use super::log::{Command, Log};
use super::message::{Message, Outcome};
use super::node::{Durable, Node, Progress, Role};
use super::{Raft, Timer};
use crate::spec::{ClientOp, Glyph, process_name};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Matrix, MatrixRow, Shape, Sign, Status, Strip, Text, TimerArc, Tone,
};

/// Cells that a card shows; older ones are counted.
const STRIP: u32 = 8;

/// Columns that the log matrix shows.
const COLUMNS: u32 = 14;

pub(super) fn card(world: &World<Raft>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis) = match node.role {
        Role::Follower => ("raft.role.follower", Emphasis::Plain),
        Role::Candidate { .. } => ("raft.role.candidate", Emphasis::Tentative),
        Role::Leader { .. } => ("raft.role.leader", Emphasis::Strong),
    };
    Card {
        id,
        name: process_name(world.node_count(), id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: Tone::epoch(u64::from(node.term())),
        badge: Text::key("raft.term").with("term", number(node.term())),
        timer: timer(world, id),
        dots: dots(world, node),
        strip: Some(strip(&node.durable.log, node.commit, node.applied)),
        fields: node.store.values().map(|(key, value)| data(&key.to_string(), &value.to_string())).collect(),
        health: Health::default(),
    }
}

/// What a server that is down has on its disk: which of it is committed, it forgot.
pub(super) fn stored(disk: &Durable) -> Strip {
    strip(&disk.log, 0, 0)
}

fn strip(log: &Log, commit: u32, applied: u32) -> Strip {
    let first = log.last_index().saturating_sub(STRIP) + 1;
    Strip { hidden: first - 1, cells: cells(log, commit, applied, first) }
}

/// The timer that matters: the election timeout, or a leader's heartbeat.
fn timer(world: &World<Raft>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).iter().find(|armed| armed.timer != Timer::VoteRetry)?;
    let name = match armed.timer {
        Timer::Election => "raft.timer.election",
        Timer::Heartbeat => "raft.timer.heartbeat",
        Timer::VoteRetry => "raft.timer.vote_retry",
    };
    Some(TimerArc { name: Text::key(name), armed_at: armed.armed_at, fires_at: armed.fires_at })
}

fn dots(world: &World<Raft>, node: &Node) -> Option<Dots> {
    let Role::Candidate { votes, .. } = node.role else { return None };
    let total = world.node_count();
    let have = u16::try_from(votes.count_ones()).unwrap_or(0);
    Some(Dots { have, quorum: total / 2 + 1, total })
}

/// The entries from `first` on.
fn cells(log: &Log, commit: u32, applied: u32, first: u32) -> Vec<Cell> {
    (first..=log.last_index())
        .map(|index| {
            let term = log.term(index).unwrap_or(0);
            Cell {
                index,
                label: term.to_string(),
                tone: Tone::epoch(u64::from(term)),
                committed: index <= commit,
                applied: index <= applied,
                title: entry_title(log, index),
            }
        })
        .collect()
}

fn entry_title(log: &Log, index: u32) -> Text {
    match log.entry(index).map(|entry| entry.command) {
        Some(Command::Client { op, .. }) => op.label(),
        Some(Command::NoOp) | None => Text::key("raft.no_op"),
    }
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let tone = Tone::epoch(u64::from(message.term()));
    let (letter, shape, filled, sign) = match message {
        Message::RequestVote { .. } => ('V', Shape::Square, true, Sign::None),
        Message::Vote { granted, .. } => ('V', Shape::Square, false, sign(*granted)),
        Message::AppendEntries { entries, .. } if entries.is_empty() => ('H', Shape::Circle, true, Sign::None),
        Message::AppendEntries { .. } => ('A', Shape::Circle, true, Sign::None),
        Message::Appended { outcome, .. } => {
            ('A', Shape::Circle, false, sign(matches!(outcome, Outcome::Accepted { .. })))
        }
    };
    Glyph { letter, shape, filled, sign, tone }
}

fn sign(good: bool) -> Sign {
    if good { Sign::Plus } else { Sign::Minus }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let term = field("raft.field.term", &message.term().to_string());
    match message {
        Message::RequestVote { last, .. } => {
            vec![term, field("raft.field.last", &position(last.index, last.term))]
        }
        Message::Vote { granted, .. } => {
            let value = if *granted { "raft.granted" } else { "raft.denied" };
            vec![term, Field { name: Text::key("raft.field.vote"), value: Text::key(value) }]
        }
        Message::AppendEntries { previous, entries, commit, .. } => {
            let first = previous.index + 1;
            let listed = entries.iter().take(6).map(|entry| match entry.command {
                Command::NoOp => format!("({}) –", entry.term),
                Command::Client { op, .. } => format!("({}) {op}", entry.term),
            });
            let listed = listed.collect::<Vec<_>>().join(" · ");
            let entries_text = match entries.len() {
                0 => "–".to_owned(),
                1..=6 => listed,
                _ => format!("{listed} …"),
            };
            vec![
                term,
                field("raft.field.previous", &position(previous.index, previous.term)),
                field("raft.field.entries", &format!("{first}: {entries_text}")),
                field("raft.field.leader_commit", &commit.to_string()),
            ]
        }
        Message::Appended { outcome, .. } => match outcome {
            Outcome::Accepted { matched } => vec![
                term,
                Field { name: Text::key("raft.field.success"), value: Text::key("raft.accepted") },
                field("raft.field.matched", &matched.to_string()),
            ],
            Outcome::Rejected { previous, conflict, first } => vec![
                term,
                Field { name: Text::key("raft.field.success"), value: Text::key("raft.rejected") },
                field("raft.field.rejected", &previous.to_string()),
                field("raft.field.conflict", &conflict.map_or("–".to_owned(), |term| term.to_string())),
                field("raft.field.first", &first.to_string()),
            ],
            Outcome::Stale => {
                vec![term, Field { name: Text::key("raft.field.success"), value: Text::key("raft.stale") }]
            }
        },
    }
}

pub(super) fn node_fields(world: &World<Raft>, id: ProcessId, node: &Node) -> Vec<Field> {
    let nodes = world.node_count();
    let name = |process: Option<ProcessId>| process.map_or("–".to_owned(), |id| process_name(nodes, id));
    let last = node.durable.log.last();
    let mut fields = vec![
        field("raft.field.term", &node.term().to_string()),
        field("raft.field.voted_for", &name(node.durable.vote)),
        field("raft.field.leader", &name(node.leader)),
        field("raft.field.last", &position(last.index, last.term)),
        field("raft.field.commit", &node.commit.to_string()),
        field("raft.field.applied", &node.applied.to_string()),
    ];
    for armed in world.timers(id) {
        let key = match armed.timer {
            Timer::Election => "raft.timer.election",
            Timer::Heartbeat => "raft.timer.heartbeat",
            Timer::VoteRetry => "raft.timer.vote_retry",
        };
        let value = Text::key("raft.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(Field { name: Text::key(key), value });
    }
    fields
}

pub(super) fn matrix(world: &World<Raft>) -> Matrix {
    let seen = world.observation(ProcessId(0));
    let ids = || (0..world.node_count()).map(ProcessId);
    let longest = ids().filter_map(|id| world.disk(id)).map(|disk| disk.log.last_index()).max().unwrap_or(0);
    let first = longest.saturating_sub(COLUMNS) + 1;
    let leader = seen.up().filter(|(_, node)| node.is_leader()).max_by_key(|(_, node)| node.term());
    let progress = |id: ProcessId| -> Option<Progress> {
        let (leader, node) = leader?;
        match &node.role {
            Role::Leader { progress } if leader != id => progress.get(id.index()).copied(),
            Role::Leader { .. } | Role::Candidate { .. } | Role::Follower => None,
        }
    };
    let row = |id: ProcessId| {
        let cells = match world.node(id) {
            Some(node) => cells(&node.durable.log, node.commit, node.applied, first),
            None => world.disk(id).map(|disk| cells(&disk.log, 0, 0, first)).unwrap_or_default(),
        };
        let progress = progress(id);
        let number = |value: Option<u32>| value.map_or("–".to_owned(), |value| value.to_string());
        MatrixRow {
            id,
            name: process_name(world.node_count(), id),
            cells,
            extra: vec![number(progress.map(|about| about.next)), number(progress.map(|about| about.matched))],
        }
    };
    Matrix {
        first,
        columns: longest.saturating_sub(first) + u32::from(longest > 0),
        extra: vec![Text::key("raft.next_index"), Text::key("raft.match_index")],
        rows: ids().map(row).collect(),
    }
}

fn number(value: u32) -> Arg {
    Arg::Number(i64::from(value))
}

fn position(index: u32, term: u32) -> String {
    format!("({index}, {term})")
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}

fn data(name: &str, value: &str) -> Field {
    Field { name: Text::plain(name), value: Text::plain(value) }
}
