//! The picture: a node's card, its log, the logs of all.

use super::acceptor::Acceptance;
use super::ballot::{Ballot, Value};
use super::leader::Lead;
use super::node::{Joined, Node};
use super::record::{Durable, Record};
use super::roles::{Layout, Roles};
use super::{MANAGER, PaxosCommit, Timer};
use crate::spec::names_of;
use crate::transaction::view::entries;
use crate::transaction::{Outcome, TxnId};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Matrix, MatrixRow, Status, Strip, Text, TimerArc, Tone,
};
use std::collections::BTreeMap;

/// Records that a card shows; older ones are counted.
const STRIP: usize = 8;

/// Columns that the matrix of logs shows.
const COLUMNS: usize = 14;

pub(super) fn card(world: &World<PaxosCommit>, id: ProcessId, node: &Node) -> Card {
    let roles = world.config().roles(world.node_count());
    let (role, emphasis, tone) = role(roles, id, node);
    let open = open(node);
    let badge = match (open.first(), open.len()) {
        (None, _) => Text::plain(""),
        (Some(first), 1) => Text::plain(first.name()),
        (Some(first), count) => Text::plain(format!("{} +{}", first.name(), count - 1)),
    };
    let mut fields = entries(&node.store);
    fields.extend(newest(node).into_iter().map(|known| acceptance_field(world, known)));
    Card {
        id,
        name: names_of(world).name(id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone,
        badge,
        timer: timer(world, id),
        dots: dots(roles, node),
        strip: Some(strip(node.log.iter_from(node.log.len().saturating_sub(STRIP)), node.log.len())),
        fields,
        health: Health::default(),
    }
}

/// What a node is doing, the gravest first: a doubt, a ballot of its own, votes that are missing, work.
fn role(roles: Roles, id: ProcessId, node: &Node) -> (&'static str, Emphasis, Tone) {
    let is_blocked = |joined: &Joined| joined.is_blocked(roles.candidate_count());
    if node.joined.values().any(is_blocked) {
        return ("paxos-commit.role.blocked", Emphasis::Tentative, Tone::Warning);
    }
    if let Some(lead) = node.leading.values().max_by_key(|lead| lead.ballot) {
        let tone = Tone::epoch(u64::from(lead.ballot.round));
        let is_own = lead.ballot > Ballot::ZERO;
        let key = if is_own { "paxos-commit.role.new_leader" } else { "paxos-commit.role.collecting" };
        return (key, Emphasis::Strong, tone);
    }
    if node.joined.values().any(Joined::is_in_doubt) {
        return ("paxos-commit.role.in_doubt", Emphasis::Tentative, Tone::Warning);
    }
    if !node.joined.is_empty() {
        return ("paxos-commit.role.working", Emphasis::Plain, Tone::Neutral);
    }
    if !node.running.is_empty() {
        return ("paxos-commit.role.executing", Emphasis::Strong, Tone::Neutral);
    }
    let last = node.log.iter_from(node.log.len().saturating_sub(1)).find_map(|(record, _)| record.outcome());
    let tone = last.map_or(Tone::Neutral, outcome_tone);
    (role_at_rest(roles, id), if id == MANAGER { Emphasis::Strong } else { Emphasis::Plain }, tone)
}

/// What a node is that has nothing to do.
fn role_at_rest(roles: Roles, id: ProcessId) -> &'static str {
    match (roles.layout(), id == MANAGER, roles.is_acceptor(id)) {
        (Layout::Apart, true, _) => "paxos-commit.role.manager",
        (Layout::Leader, true, _) => "paxos-commit.role.manager_acceptor",
        (Layout::Together, true, _) => "paxos-commit.role.everything",
        (Layout::Apart | Layout::Leader, false, true) => "paxos-commit.role.acceptor",
        (Layout::Together, false, true) => "paxos-commit.role.rm_acceptor",
        (_, false, false) => "paxos-commit.role.rm",
    }
}

pub(super) fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Commit => Tone::Good,
        Outcome::Abort => Tone::Bad,
    }
}

/// The transactions that are not ended at a node.
pub(super) fn open(node: &Node) -> Vec<TxnId> {
    let all = node.joined.keys().chain(node.leading.keys()).chain(node.running.keys());
    let mut open: Vec<TxnId> = all.copied().collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// Of each client the last transaction that an acceptor knows of.
fn newest(node: &Node) -> Vec<&Acceptance> {
    let mut newest: BTreeMap<ProcessId, &Acceptance> = BTreeMap::new();
    for (txn, known) in &node.ballots {
        newest.insert(txn.client, known);
    }
    newest.into_values().collect()
}

/// `rm1 ✓ rm2 (✓) rm3 ·`: accepted, heard of, nothing known; with the highest ballot that is promised.
fn acceptance_field(world: &World<PaxosCommit>, known: &Acceptance) -> Field {
    let name = Text::plain(known.head.txn.name());
    let votes = instances(world, known);
    let value = if known.promised == Ballot::ZERO {
        Text::plain(votes)
    } else {
        let text = Text::key("paxos-commit.instances").with("votes", Arg::Plain(votes));
        text.with("ballot", Arg::Text(Box::new(ballot_text(known.promised))))
    };
    Field { name, value }
}

/// The instances of a transaction at an acceptor, each with a sign.
pub(super) fn instances(world: &World<PaxosCommit>, known: &Acceptance) -> String {
    let names = names_of(world);
    let instance = |id: ProcessId| {
        let (accepted, pending) = (known.accepted.get(&id), known.pending.get(&id));
        let state = match (accepted, pending) {
            (Some((_, value)), _) => value_sign(*value).to_owned(),
            (None, Some(value)) => format!("({})", value_sign(*value)),
            (None, None) => "·".to_owned(),
        };
        format!("{} {state}", names.name(id))
    };
    known.head.ids().map(instance).collect::<Vec<_>>().join(", ")
}

fn value_sign(value: Value) -> &'static str {
    match value {
        Value::Prepared => "✓",
        Value::Aborted => "✗",
    }
}

/// A ballot by its name.
pub(super) fn ballot_text(ballot: Ballot) -> Text {
    if ballot == Ballot::ZERO {
        return Text::key("paxos-commit.ballot_zero");
    }
    let text = Text::key("paxos-commit.ballot").with("round", Arg::Number(i64::from(ballot.round)));
    text.with("leader", Arg::Process(ballot.leader))
}

/// The time-out that comes first; the turns of a round are too short to be seen.
fn timer(world: &World<PaxosCommit>, id: ProcessId) -> Option<TimerArc> {
    let shown = world.timers(id).iter().filter(|armed| armed.timer != Timer::Outbox);
    let armed = shown.min_by_key(|armed| armed.fires_at)?;
    Some(TimerArc { name: Text::key(timer_key(armed.timer)), armed_at: armed.armed_at, fires_at: armed.fires_at })
}

pub(super) fn timer_key(timer: Timer) -> &'static str {
    match timer {
        Timer::Work(_) => "paxos-commit.timer.work",
        Timer::Request(_) => "paxos-commit.timer.request",
        Timer::Lock(_) => "paxos-commit.timer.lock",
        Timer::Ballot(_) => "paxos-commit.timer.ballot",
        Timer::Doubt(_) => "paxos-commit.timer.doubt",
        Timer::Outbox => "paxos-commit.timer.outbox",
    }
}

/// At a leader the acceptors that have answered, of which it needs a majority; at an acceptor the RMs that it has heard
/// from, of which it needs all.
fn dots(roles: Roles, node: &Node) -> Option<Dots> {
    let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    if let Some(answered) = node.leading.values().max_by_key(|lead| lead.ballot).map(Lead::answered) {
        let (quorum, total) = (roles.quorum(), roles.acceptor_count());
        return Some(Dots { have: count(answered.len()), quorum, total });
    }
    let waiting = node.ballots.values().find(|known| !known.pending.is_empty())?;
    let total = waiting.head.members.len();
    Some(Dots { have: count(total - waiting.missing()), quorum: count(total), total: count(total) })
}

/// What a node that is down has on its disk.
pub(super) fn stored(disk: &Durable) -> Strip {
    let length = disk.log.len();
    let last = disk.log.iter_from(length.saturating_sub(STRIP)).map(|record| (record, true));
    strip(last, length)
}

fn strip<'a>(last: impl Iterator<Item = (&'a Record, bool)>, length: usize) -> Strip {
    let hidden = length.saturating_sub(STRIP);
    Strip { hidden: u32::try_from(hidden).unwrap_or(u32::MAX), cells: cells(last, hidden) }
}

/// The records after the first `before`: forced ones are solid, those that wait for the next forced write dashed.
fn cells<'a>(records: impl Iterator<Item = (&'a Record, bool)>, before: usize) -> Vec<Cell> {
    let cell = |(place, (record, is_stable)): (usize, (&Record, bool))| {
        let (label, tone, key) = record_look(record);
        Cell {
            index: u32::try_from(before + place + 1).unwrap_or(u32::MAX),
            label: label.to_owned(),
            tone,
            committed: is_stable,
            applied: false,
            title: record_text(record, key),
        }
    };
    records.enumerate().map(cell).collect()
}

/// The letter, the tone and the name of a record.
pub(super) fn record_look(record: &Record) -> (&'static str, Tone, &'static str) {
    match record {
        Record::Prepared { .. } => ("P", Tone::Warning, "paxos-commit.record.prepared"),
        Record::Learned { outcome: Outcome::Commit, .. } => ("c", Tone::Good, "paxos-commit.record.commit"),
        Record::Learned { outcome: Outcome::Abort, .. } => ("a", Tone::Bad, "paxos-commit.record.abort"),
        Record::Accepted { ballot, .. } => ("V", Tone::epoch(u64::from(ballot.round)), "paxos-commit.record.accepted"),
        Record::Promised { ballot, .. } => ("B", Tone::epoch(u64::from(ballot.round)), "paxos-commit.record.promised"),
        Record::Decided { outcome: Outcome::Commit, .. } => ("C", Tone::Good, "paxos-commit.record.decided_commit"),
        Record::Decided { outcome: Outcome::Abort, .. } => ("A", Tone::Bad, "paxos-commit.record.decided_abort"),
    }
}

/// A record as a text.
pub(super) fn record_text(record: &Record, key: &'static str) -> Text {
    let text = Text::key(key).with("txn", record.txn().arg());
    match record {
        Record::Accepted { ballot, .. } | Record::Promised { ballot, .. } => {
            text.with("ballot", Arg::Text(Box::new(ballot_text(*ballot))))
        }
        Record::Prepared { .. } | Record::Learned { .. } | Record::Decided { .. } => text,
    }
}

/// The logs side by side. Their records do not belong together by their places, as those of replicas would.
pub(super) fn matrix(world: &World<PaxosCommit>) -> Matrix {
    let ids = || (0..world.node_count()).map(ProcessId);
    let length = |id: ProcessId| match world.node(id) {
        Some(node) => node.log.len(),
        None => world.disk(id).map_or(0, |disk| disk.log.len()),
    };
    let longest = ids().map(length).max().unwrap_or(0);
    let first = longest.saturating_sub(COLUMNS);
    let row = |id: ProcessId| {
        let cells = match (world.node(id), world.disk(id)) {
            (Some(node), _) => cells(node.log.iter_from(first), first),
            (None, Some(disk)) if disk.log.len() > first => {
                cells(disk.log.iter_from(first).map(|record| (record, true)), first)
            }
            (None, _) => Vec::new(),
        };
        MatrixRow { id, name: names_of(world).name(id), cells, extra: Vec::new() }
    };
    Matrix {
        first: u32::try_from(first + 1).unwrap_or(u32::MAX),
        columns: u32::try_from(longest - first).unwrap_or(u32::MAX),
        extra: Vec::new(),
        rows: ids().map(row).collect(),
    }
}
