//! The picture: a node's card, the messages' glyphs, the inspector's fields, the logs.

use super::formula::formula;
use super::message::Message;
use super::node::{Coordination, Joined, Node, Phase};
use super::record::{Durable, Record};
use super::{COORDINATOR, Timer, TwoPhaseCommit};
use crate::spec::{Glyph, names_of};
use crate::transaction::op::values_text;
use crate::transaction::view::{costs, entries, waits};
use crate::transaction::{Member, Outcome, TxnId, Vote};
use crate::why::{names, number};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Matrix, MatrixRow, Shape, Sign, Status, Strip, Text, TimerArc, Tone,
};

/// Records that a card shows; older ones are counted.
const STRIP: usize = 8;

/// Columns that the matrix of logs shows.
const COLUMNS: usize = 14;

pub(super) fn card(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis, tone) = role(world, id, node);
    let open = open(node);
    let badge = match (open.first(), open.len()) {
        (None, _) => Text::plain(""),
        (Some(first), 1) => Text::plain(first.name()),
        (Some(first), count) => Text::plain(format!("{} +{}", first.name(), count - 1)),
    };
    Card {
        id,
        name: names_of(world).name(id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone,
        badge,
        timer: timer(world, id),
        dots: dots(node),
        strip: Some(strip(node.log.iter_from(node.log.len().saturating_sub(STRIP)), node.log.len())),
        fields: entries(&node.store),
        health: Health::default(),
    }
}

/// What a node is doing, the gravest first: a doubt, votes that are missing, work, a decision that is not acknowledged.
fn role(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node) -> (&'static str, Emphasis, Tone) {
    let is_coordinator = id == COORDINATOR;
    if node.joined.values().any(Joined::is_blocked) {
        return ("two-phase-commit.role.blocked", Emphasis::Tentative, Tone::Warning);
    }
    if node.joined.values().any(Joined::is_in_doubt) {
        return ("two-phase-commit.role.in_doubt", Emphasis::Tentative, Tone::Warning);
    }
    if node.is_collecting() {
        return ("two-phase-commit.role.collecting", Emphasis::Strong, Tone::Neutral);
    }
    if !node.joined.is_empty() {
        return ("two-phase-commit.role.working", Emphasis::Plain, Tone::Neutral);
    }
    if !node.running.is_empty() {
        return ("two-phase-commit.role.executing", Emphasis::Strong, Tone::Neutral);
    }
    if let Some((outcome, _)) = node.coordinated.values().find_map(|known| known.decided.as_ref()) {
        return ("two-phase-commit.role.telling", Emphasis::Strong, outcome_tone(*outcome));
    }
    let last = node.log.iter_from(node.log.len().saturating_sub(1)).find_map(|(record, _)| record.outcome());
    let tone = last.map_or(Tone::Neutral, outcome_tone);
    match (is_coordinator, world.config().placement(world.node_count()).has(id)) {
        (true, true) => ("two-phase-commit.role.both", Emphasis::Strong, tone),
        (true, false) => ("two-phase-commit.role.coordinator", Emphasis::Strong, tone),
        (false, _) => ("two-phase-commit.role.participant", Emphasis::Plain, tone),
    }
}

fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Commit => Tone::Good,
        Outcome::Abort => Tone::Bad,
    }
}

/// The transactions that are not ended at a node.
fn open(node: &Node) -> Vec<TxnId> {
    let all = node.joined.keys().chain(node.coordinated.keys()).chain(node.running.keys());
    let mut open: Vec<TxnId> = all.copied().collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// The time-out that comes first; the turns of a round are too short to be seen.
fn timer(world: &World<TwoPhaseCommit>, id: ProcessId) -> Option<TimerArc> {
    let shown = world.timers(id).iter().filter(|armed| armed.timer != Timer::Outbox);
    let armed = shown.min_by_key(|armed| armed.fires_at)?;
    Some(TimerArc { name: Text::key(timer_key(armed.timer)), armed_at: armed.armed_at, fires_at: armed.fires_at })
}

fn timer_key(timer: Timer) -> &'static str {
    match timer {
        Timer::Work(_) => "two-phase-commit.timer.work",
        Timer::Request(_) => "two-phase-commit.timer.request",
        Timer::Lock(_) => "two-phase-commit.timer.lock",
        Timer::Votes(_) => "two-phase-commit.timer.votes",
        Timer::Doubt(_) => "two-phase-commit.timer.doubt",
        Timer::Resend(_) => "two-phase-commit.timer.resend",
        Timer::Outbox => "two-phase-commit.timer.outbox",
    }
}

/// The votes that a coordinator has, all of which it needs.
fn dots(node: &Node) -> Option<Dots> {
    let open = node.coordinated.values().find(|known| known.decided.is_none())?;
    let total = u16::try_from(open.members.len()).unwrap_or(u16::MAX);
    let have = open.votes.values().filter(|vote| **vote != Vote::No).count();
    Some(Dots { have: u16::try_from(have).unwrap_or(u16::MAX), quorum: total, total })
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
            title: Text::key(key).with("txn", record.txn().arg()),
        }
    };
    records.enumerate().map(cell).collect()
}

/// The letter, the tone and the name of a record.
pub(super) fn record_look(record: &Record) -> (&'static str, Tone, &'static str) {
    match record {
        Record::Start { .. } => ("S", Tone::Neutral, "two-phase-commit.record.start"),
        Record::Decided { outcome: Outcome::Commit, .. } => ("C", Tone::Good, "two-phase-commit.record.decided_commit"),
        Record::Decided { outcome: Outcome::Abort, .. } => ("A", Tone::Bad, "two-phase-commit.record.decided_abort"),
        Record::End { .. } => ("E", Tone::Muted, "two-phase-commit.record.end"),
        Record::Yes { .. } => ("Y", Tone::Warning, "two-phase-commit.record.yes"),
        Record::Learned { outcome: Outcome::Commit, .. } => ("c", Tone::Good, "two-phase-commit.record.commit"),
        Record::Learned { outcome: Outcome::Abort, .. } => ("a", Tone::Bad, "two-phase-commit.record.abort"),
    }
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let neutral = Tone::Neutral;
    let (letter, shape, filled, sign, tone) = match message {
        Message::Work { .. } => ('W', Shape::Circle, true, Sign::None, Tone::Muted),
        Message::Worked { reads, .. } => ('W', Shape::Circle, false, sign(reads.is_some()), Tone::Muted),
        Message::BeginCommit { .. } => ('B', Shape::Square, true, Sign::None, neutral),
        Message::Hello { .. } => ('L', Shape::Circle, false, Sign::None, Tone::Muted),
        Message::VoteReq { .. } => ('V', Shape::Square, true, Sign::None, neutral),
        Message::Vote { vote, .. } => ('V', Shape::Square, false, sign(*vote != Vote::No), neutral),
        Message::Decision { outcome, .. } => {
            let is_commit = *outcome == Outcome::Commit;
            ('D', Shape::Diamond, true, sign(is_commit), outcome_tone(*outcome))
        }
        Message::Ack { .. } => ('K', Shape::Diamond, false, Sign::None, Tone::Muted),
        Message::DecisionReq { .. } => ('?', Shape::Triangle, true, Sign::None, Tone::Warning),
        Message::Uncertain { .. } => ('?', Shape::Triangle, false, Sign::Minus, Tone::Warning),
    };
    Glyph { letter, shape, filled, sign, tone }
}

fn sign(good: bool) -> Sign {
    if good { Sign::Plus } else { Sign::Minus }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let mut fields: Vec<Field> = message.txn().map(txn_field).into_iter().collect();
    match message {
        Message::Work { actions, .. } => {
            let actions: Vec<String> = actions.iter().map(ToString::to_string).collect();
            fields.push(field("two-phase-commit.field.actions", &actions.join(", ")));
        }
        Message::Worked { life, reads, .. } => {
            let reads = reads.as_ref().map_or("✗".to_owned(), |reads| values_text(reads));
            fields.push(field("two-phase-commit.field.reads", &reads));
            fields.push(field("two-phase-commit.field.life", &life.to_string()));
        }
        Message::BeginCommit { members, vote, life, .. } => {
            fields.push(members_field(members));
            fields.extend(vote.map(|vote| word_field("two-phase-commit.field.vote", vote.word())));
            fields.push(field("two-phase-commit.field.life", &life.to_string()));
        }
        Message::VoteReq { members, .. } => fields.push(members_field(members)),
        Message::Vote { vote, .. } => fields.push(word_field("two-phase-commit.field.vote", vote.word())),
        Message::Decision { outcome, .. } => {
            fields.push(word_field("two-phase-commit.field.decision", outcome.word()));
        }
        Message::Hello { life } | Message::DecisionReq { life, .. } => {
            fields.push(field("two-phase-commit.field.life", &life.to_string()));
        }
        Message::Ack { .. } | Message::Uncertain { .. } => {}
    }
    fields
}

fn txn_field(txn: TxnId) -> Field {
    field("two-phase-commit.field.txn", &txn.name())
}

/// How many participants there are.
fn members_field(members: &[Member]) -> Field {
    field("two-phase-commit.field.participants", &members.len().to_string())
}

pub(super) fn node_fields(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node) -> Vec<Field> {
    let mut fields = Vec::new();
    for (txn, execution) in &node.running {
        let missing: Vec<ProcessId> = execution.missing().collect();
        let value = Text::key("two-phase-commit.state.executing").with("missing", names(world, &missing));
        fields.push(Field { name: Text::plain(txn.name()), value });
    }
    for (txn, known) in &node.coordinated {
        fields.push(Field { name: Text::plain(txn.name()), value: coordination_text(world, known) });
    }
    for (txn, joined) in &node.joined {
        fields.push(Field { name: Text::plain(txn.name()), value: joined_text(joined) });
    }
    fields.extend(waits(&node.store));
    fields.push(field("two-phase-commit.field.life", &node.life.to_string()));
    for armed in world.timers(id) {
        let value = Text::key("two-phase-commit.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(Field { name: Text::key(timer_key(armed.timer)), value });
    }
    fields.extend(cost_fields(world, node));
    fields
}

/// What the transactions have cost that are open at a node; where there is none, the last one of the run.
fn cost_fields(world: &World<TwoPhaseCommit>, node: &Node) -> Vec<Field> {
    let ledger = &world.monitor().judge.ledger;
    let open: Vec<_> = open(node).into_iter().filter_map(|txn| Some((txn, ledger.costs(txn)?))).collect();
    let shown = if open.is_empty() { ledger.last().into_iter().collect() } else { open };
    let fields = shown.into_iter().flat_map(|(txn, spent)| {
        let expected = formula(world.config(), world.node_count(), &spent).filter(|_| spent.is_complete());
        costs(txn, &spent, expected.as_ref())
    });
    fields.collect()
}

fn coordination_text(world: &World<TwoPhaseCommit>, known: &Coordination) -> Text {
    match &known.decided {
        None => {
            let voted = |id: &ProcessId| known.votes.contains_key(id);
            let missing: Vec<ProcessId> =
                known.members.iter().map(|member| member.id).filter(|id| !voted(id)).collect();
            Text::key("two-phase-commit.state.collecting").with("missing", names(world, &missing))
        }
        Some((outcome, waiting)) => {
            let text = Text::key("two-phase-commit.state.telling").with("outcome", Arg::Word(outcome.word()));
            text.with("waiting", names(world, waiting))
        }
    }
}

fn joined_text(joined: &Joined) -> Text {
    match &joined.phase {
        Phase::Working => Text::key("two-phase-commit.state.working").with("home", Arg::Process(joined.home)),
        Phase::Prepared { asked, .. } => Text::key("two-phase-commit.state.in_doubt").with("asked", number(*asked)),
    }
}

/// The logs side by side. Their records do not belong together by their places, as those of replicas would.
pub(super) fn matrix(world: &World<TwoPhaseCommit>) -> Matrix {
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

fn word_field(name: &'static str, value: &'static str) -> Field {
    Field { name: Text::key(name), value: Text::key(value) }
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}
