//! The picture: a server's card, the messages' glyphs, the inspector's fields, the log matrix.

use super::log::{Command, Log};
use super::message::{Message, Outcome};
use super::node::{Durable, Node, Progress, Role};
use super::{Raft, Timer, why};
use crate::logs::{self, DrawnLog};
use crate::picture::{
    arc, field, first_entries, majority_dots, or_dash, plain_card, sign, store_fields, timer_fields, word_field,
};
use crate::replicated_log::leader;
use crate::spec::{ClientOp, Glyph, Picture, process_name};
use crate::why::{nodes, number};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Card, Cell, Dots, Emphasis, Field, Matrix, Shape, Sign, Strip, Subject, Text, TimerArc, Tone, Why,
};

impl Picture for Raft {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let (role, emphasis) = match node.role {
            Role::Follower => ("raft.role.follower", Emphasis::Plain),
            Role::Candidate { .. } => ("raft.role.candidate", Emphasis::Tentative),
            Role::Leader { .. } => ("raft.role.leader", Emphasis::Strong),
        };
        Card {
            tone: Tone::epoch(u64::from(node.term())),
            badge: Self::epoch_label(u64::from(node.term())),
            timer: timer(world, id),
            dots: dots(world, node),
            strip: Some(drawn(&node.durable.log, node.commit, node.applied).strip()),
            fields: store_fields(&node.store),
            ..plain_card(world, id, role, emphasis)
        }
    }

    /// Which of it is committed, the server forgot.
    fn stored(disk: &Durable) -> Option<Strip> {
        Some(drawn(&disk.log, 0, 0).strip())
    }

    fn glyph(message: &Message) -> Glyph {
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

    fn message_fields(message: &Message) -> Vec<Field> {
        let term = field("raft.field.term", message.term());
        match message {
            Message::RequestVote { last, .. } => {
                vec![term, field("raft.field.last", position(last.index, last.term))]
            }
            Message::Vote { granted, .. } => {
                vec![term, word_field("raft.field.vote", if *granted { "raft.granted" } else { "raft.denied" })]
            }
            Message::AppendEntries { previous, entries, commit, .. } => {
                let listed = first_entries(entries.iter().map(|entry| match entry.command {
                    Command::NoOp => format!("({}) –", entry.term),
                    Command::Client { op, .. } => format!("({}) {op}", entry.term),
                }));
                vec![
                    term,
                    field("raft.field.previous", position(previous.index, previous.term)),
                    field("raft.field.entries", format!("{}: {listed}", previous.index + 1)),
                    field("raft.field.leader_commit", commit),
                ]
            }
            Message::Appended { outcome, .. } => match outcome {
                Outcome::Accepted { matched } => {
                    vec![term, word_field("raft.field.success", "raft.accepted"), field("raft.field.matched", matched)]
                }
                Outcome::Rejected { previous, conflict, first } => vec![
                    term,
                    word_field("raft.field.success", "raft.rejected"),
                    field("raft.field.rejected", previous),
                    field("raft.field.conflict", or_dash(*conflict)),
                    field("raft.field.first", first),
                ],
                Outcome::Stale => vec![term, word_field("raft.field.success", "raft.stale")],
            },
        }
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let name = |process: Option<ProcessId>| or_dash(process.map(|id| process_name(world.node_count(), id)));
        let last = node.durable.log.last();
        let mut fields = vec![
            field("raft.field.term", node.term()),
            field("raft.field.voted_for", name(node.durable.vote)),
            field("raft.field.leader", name(node.leader)),
            field("raft.field.last", position(last.index, last.term)),
            field("raft.field.commit", node.commit),
            field("raft.field.applied", node.applied),
        ];
        fields.extend(timer_fields(world, id, "raft.at_time", timer_key));
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        let leader = leader(world);
        let progress = |id: ProcessId| -> Option<Progress> {
            let (leader, node) = leader?;
            match &node.role {
                Role::Leader { progress } if leader != id => progress.get(id.index()).copied(),
                Role::Leader { .. } | Role::Candidate { .. } | Role::Follower => None,
            }
        };
        let row = |id: ProcessId| {
            let log = match world.node(id) {
                Some(node) => Some(drawn(&node.durable.log, node.commit, node.applied)),
                None => world.disk(id).map(|disk| drawn(&disk.log, 0, 0)),
            };
            let progress = progress(id);
            (log, [or_dash(progress.map(|about| about.next)), or_dash(progress.map(|about| about.matched))])
        };
        let lengths = nodes(world).filter_map(|id| world.disk(id)).map(|disk| disk.log.last_index());
        Some(logs::matrix(world, lengths, ["raft.next_index", "raft.match_index"], row))
    }

    fn epoch_label(epoch: u64) -> Text {
        Text::key("raft.term").with("term", number(epoch))
    }
}

/// The timer that matters: the election timeout, or a leader's heartbeat.
fn timer(world: &World<Raft>, id: ProcessId) -> Option<TimerArc> {
    let armed = world.timers(id).iter().find(|armed| armed.timer != Timer::VoteRetry)?;
    Some(arc(timer_key(armed.timer), armed))
}

fn timer_key(timer: Timer) -> &'static str {
    match timer {
        Timer::Election => "raft.timer.election",
        Timer::Heartbeat => "raft.timer.heartbeat",
        Timer::VoteRetry => "raft.timer.vote_retry",
    }
}

fn dots(world: &World<Raft>, node: &Node) -> Option<Dots> {
    let Role::Candidate { votes, .. } = node.role else { return None };
    Some(majority_dots(world, votes.count_ones()))
}

/// A log of which so much is committed and applied.
fn drawn(log: &Log, commit: u32, applied: u32) -> DrawnLog<impl Fn(u32) -> Cell> {
    let cell = move |index: u32| {
        let term = log.term(index).unwrap_or(0);
        Cell {
            index,
            label: term.to_string(),
            tone: Tone::epoch(u64::from(term)),
            committed: index <= commit,
            applied: index <= applied,
            title: entry_title(log, index),
        }
    };
    DrawnLog { last: log.last_index(), cell }
}

fn entry_title(log: &Log, index: u32) -> Text {
    match log.entry(index).map(|entry| entry.command) {
        Some(Command::Client { op, .. }) => op.label(),
        Some(Command::NoOp) | None => Text::key("raft.no_op"),
    }
}

fn position(index: u32, term: u32) -> String {
    format!("({index}, {term})")
}
