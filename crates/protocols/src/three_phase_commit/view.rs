//! The picture: a node's card, the messages' glyphs, the inspector's fields, the logs.

use super::message::{Message, State};
use super::node::{Lead, Node, Part, Stage};
use super::record::{Durable, Record};
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::spec::{Glyph, names_of};
use crate::transaction::costs::{Costs, Formula, Term, bit, nodes_of};
use crate::transaction::op::values_text;
use crate::transaction::view::{costs, entries, waits};
use crate::transaction::{Outcome, TxnId, Vote};
use crate::why::{listed, names};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, Health, Matrix, MatrixRow, Shape, Sign, Status, Strip, Text, TimerArc, Tone,
};

/// Records that a card shows; older ones are counted.
const STRIP: usize = 8;

/// Columns that the matrix of logs shows.
const COLUMNS: usize = 14;

pub(super) fn card(world: &World<ThreePhaseCommit>, id: ProcessId, node: &Node) -> Card {
    let (role, emphasis, tone) = role(id, node);
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
        dots: dots(id, node),
        strip: Some(strip(node.log.iter_from(node.log.len().saturating_sub(STRIP)), node.log.len())),
        fields: entries(&node.store),
        health: Health::default(),
    }
}

/// What a node is doing, the gravest first.
fn role(id: ProcessId, node: &Node) -> (&'static str, Emphasis, Tone) {
    if any(node, |part| part.has_failed) {
        return ("three-phase-commit.role.recovering", Emphasis::Tentative, Tone::Warning);
    }
    if any(node, |part| matches!(part.lead, Some(Lead::States { .. }))) {
        return ("three-phase-commit.role.new_coordinator", Emphasis::Strong, Tone::Warning);
    }
    if any(node, |part| matches!(part.lead, Some(Lead::Acks { .. }))) {
        return ("three-phase-commit.role.pre_commits", Emphasis::Strong, Tone::Neutral);
    }
    if any(node, |part| matches!(part.lead, Some(Lead::Votes(_)))) {
        return ("three-phase-commit.role.collecting", Emphasis::Strong, Tone::Neutral);
    }
    if any(node, |part| part.stage == Stage::Uncertain) {
        return ("three-phase-commit.role.uncertain", Emphasis::Tentative, Tone::Warning);
    }
    if any(node, |part| part.stage == Stage::Committable) {
        return ("three-phase-commit.role.committable", Emphasis::Tentative, Tone::Neutral);
    }
    if any(node, |part| part.stage == Stage::Working) {
        return ("three-phase-commit.role.working", Emphasis::Plain, Tone::Neutral);
    }
    if !node.running.is_empty() {
        return ("three-phase-commit.role.executing", Emphasis::Strong, Tone::Neutral);
    }
    let last = node.log.iter_from(node.log.len().saturating_sub(1)).find_map(|(record, _)| record.outcome());
    let tone = last.map_or(Tone::Neutral, outcome_tone);
    if id == MANAGER {
        ("three-phase-commit.role.coordinator", Emphasis::Strong, tone)
    } else {
        ("three-phase-commit.role.participant", Emphasis::Plain, tone)
    }
}

/// Whether a node has a transaction that is like that.
fn any(node: &Node, is_so: impl Fn(&Part) -> bool) -> bool {
    node.parts.values().any(is_so)
}

fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Commit => Tone::Good,
        Outcome::Abort => Tone::Bad,
    }
}

/// The transactions that are not ended at a node.
fn open(node: &Node) -> Vec<TxnId> {
    let mut open: Vec<TxnId> = node.parts.keys().chain(node.running.keys()).copied().collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// The time-out that comes first; the turns of a round are too short to be seen.
fn timer(world: &World<ThreePhaseCommit>, id: ProcessId) -> Option<TimerArc> {
    let shown = world.timers(id).iter().filter(|armed| !matches!(armed.timer, Timer::Next(_)));
    let armed = shown.min_by_key(|armed| armed.fires_at)?;
    Some(TimerArc { name: Text::key(timer_key(armed.timer)), armed_at: armed.armed_at, fires_at: armed.fires_at })
}

fn timer_key(timer: Timer) -> &'static str {
    match timer {
        Timer::Work(_) => "three-phase-commit.timer.work",
        Timer::Request(_) => "three-phase-commit.timer.request",
        Timer::Lock(_) => "three-phase-commit.timer.lock",
        Timer::Round(_) => "three-phase-commit.timer.round",
        Timer::Doubt(_) => "three-phase-commit.timer.doubt",
        Timer::Ask(_) => "three-phase-commit.timer.ask",
        Timer::Next(_) => "three-phase-commit.timer.next",
    }
}

/// What a coordinator has of what it waits for: votes, states or acknowledgements.
fn dots(id: ProcessId, node: &Node) -> Option<Dots> {
    let (part, lead) = node.parts.values().find_map(|part| Some((part, part.lead.as_ref()?)))?;
    let participants = part.group() & !bit(MANAGER);
    let (have, total) = match lead {
        Lead::Votes(yes) => (*yes, participants),
        Lead::Acks { waiting } => (participants & part.up & !waiting & !bit(id), participants & part.up & !bit(id)),
        Lead::States { waiting, .. } => (part.up & !waiting, part.up),
    };
    let count = |bits: u32| u16::try_from(bits.count_ones()).unwrap_or(u16::MAX);
    Some(Dots { have: count(have), quorum: count(total), total: count(total) })
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
        Record::Start { .. } => ("S", Tone::Neutral, "three-phase-commit.record.start"),
        Record::Yes { .. } => ("Y", Tone::Warning, "three-phase-commit.record.yes"),
        Record::PreCommit { .. } => ("P", Tone::Neutral, "three-phase-commit.record.pre_commit"),
        Record::View { .. } => ("V", Tone::Muted, "three-phase-commit.record.view"),
        Record::Decided { outcome: Outcome::Commit, .. } => ("C", Tone::Good, "three-phase-commit.record.commit"),
        Record::Decided { outcome: Outcome::Abort, .. } => ("A", Tone::Bad, "three-phase-commit.record.abort"),
    }
}

pub(super) fn glyph(message: &Message) -> Glyph {
    let neutral = Tone::Neutral;
    let (letter, shape, filled, sign, tone) = match message {
        Message::Work { .. } => ('W', Shape::Circle, true, Sign::None, Tone::Muted),
        Message::Worked { reads, .. } => ('W', Shape::Circle, false, sign(reads.is_some()), Tone::Muted),
        Message::VoteReq { .. } => ('V', Shape::Square, true, Sign::None, neutral),
        Message::Vote { vote, .. } => ('V', Shape::Square, false, sign(*vote != Vote::No), neutral),
        Message::PreCommit { .. } => ('P', Shape::Square, true, Sign::None, Tone::Good),
        Message::Ack { .. } => ('P', Shape::Square, false, Sign::Plus, Tone::Good),
        Message::Decision { outcome, .. } => {
            let is_commit = *outcome == Outcome::Commit;
            ('D', Shape::Diamond, true, sign(is_commit), outcome_tone(*outcome))
        }
        Message::Elected { .. } => ('E', Shape::Triangle, true, Sign::None, Tone::Warning),
        Message::StateReq { .. } => ('S', Shape::Triangle, true, Sign::None, Tone::Warning),
        Message::State { state, .. } => ('S', Shape::Triangle, false, state_sign(*state), Tone::Warning),
        Message::DecisionReq { .. } => ('?', Shape::Triangle, true, Sign::None, Tone::Muted),
        Message::Recovering { .. } => ('?', Shape::Triangle, false, Sign::None, Tone::Muted),
    };
    Glyph { letter, shape, filled, sign, tone }
}

fn sign(good: bool) -> Sign {
    if good { Sign::Plus } else { Sign::Minus }
}

fn state_sign(state: State) -> Sign {
    match state {
        State::Committable | State::Committed => Sign::Plus,
        State::Aborted => Sign::Minus,
        State::Uncertain | State::Failed => Sign::None,
    }
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let mut fields = vec![field("three-phase-commit.field.txn", &message.txn().name())];
    match message {
        Message::Work { actions, .. } => {
            let actions: Vec<String> = actions.iter().map(ToString::to_string).collect();
            fields.push(field("three-phase-commit.field.actions", &actions.join(", ")));
        }
        Message::Worked { life, reads, .. } => {
            let reads = reads.as_ref().map_or("✗".to_owned(), |reads| values_text(reads));
            fields.push(field("three-phase-commit.field.reads", &reads));
            fields.push(field("three-phase-commit.field.life", &life.to_string()));
        }
        Message::VoteReq { members, .. } => {
            fields.push(field("three-phase-commit.field.participants", &members.len().to_string()));
        }
        Message::Vote { vote, .. } => fields.push(word_field("three-phase-commit.field.vote", vote.word())),
        Message::Decision { outcome, .. } => {
            fields.push(word_field("three-phase-commit.field.decision", outcome.word()));
        }
        Message::State { state, .. } => fields.push(word_field("three-phase-commit.field.state", state.word())),
        Message::Recovering { report, .. } => {
            fields.push(word_field("three-phase-commit.field.state", stage_key(report.stage)));
            let coordinator = Text::key("three-phase-commit.process").with("node", Arg::Process(report.coordinator));
            fields.push(Field { name: Text::key("three-phase-commit.field.coordinator"), value: coordinator });
            fields.push(field("three-phase-commit.field.up", &report.up.count_ones().to_string()));
        }
        Message::PreCommit { .. }
        | Message::Ack { .. }
        | Message::Elected { .. }
        | Message::StateReq { .. }
        | Message::DecisionReq { .. } => {}
    }
    fields
}

/// The word key of how far a process is.
pub(super) fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Working => "three-phase-commit.stage.working",
        Stage::Uncertain => State::Uncertain.word(),
        Stage::Committable => State::Committable.word(),
    }
}

pub(super) fn node_fields(world: &World<ThreePhaseCommit>, id: ProcessId, node: &Node) -> Vec<Field> {
    let mut fields = Vec::new();
    for (txn, execution) in &node.running {
        let missing: Vec<ProcessId> = execution.missing().collect();
        let value = Text::key("three-phase-commit.executing").with("missing", names(world, &missing));
        fields.push(Field { name: Text::plain(txn.name()), value });
    }
    for (txn, part) in &node.parts {
        fields.push(Field { name: Text::plain(txn.name()), value: part_text(world, part) });
    }
    fields.extend(waits(&node.store));
    fields.push(field("three-phase-commit.field.life", &node.life.to_string()));
    for armed in world.timers(id) {
        let value = Text::key("three-phase-commit.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(Field { name: Text::key(timer_key(armed.timer)), value });
    }
    fields.extend(cost_fields(world, node));
    fields
}

/// How far a process is, whom it obeys, and whom it takes to be up.
fn part_text(world: &World<ThreePhaseCommit>, part: &Part) -> Text {
    let key = if part.has_failed { "three-phase-commit.part.failed" } else { "three-phase-commit.part" };
    let up: Vec<String> = nodes_of(part.up).into_iter().map(|id| names_of(world).name(id)).collect();
    let text = Text::key(key).with("stage", Arg::Word(stage_key(part.stage)));
    text.with("coordinator", Arg::Process(part.coordinator)).with("up", listed(up.into_iter()))
}

/// What a committed transaction costs where nothing fails: five rounds of N messages; start, PRE-COMMIT and decision at
/// the manager, yes, PRE-COMMIT and decision at each participant.
pub(super) fn formula(spent: &Costs) -> Option<Formula> {
    let count = spent.count();
    (spent.outcome != Some(Outcome::Abort)).then(|| Formula {
        messages: Term::linear(5, 0, count),
        forced: Term::linear(3, 3, count),
        delays: Term::constant(5),
    })
}

/// What the transactions have cost that are open at a node; where there is none, the last one of the run.
fn cost_fields(world: &World<ThreePhaseCommit>, node: &Node) -> Vec<Field> {
    let ledger = &world.monitor().judge.ledger;
    let open: Vec<_> = open(node).into_iter().filter_map(|txn| Some((txn, ledger.costs(txn)?))).collect();
    let shown = if open.is_empty() { ledger.last().into_iter().collect() } else { open };
    let fields = shown.into_iter().flat_map(|(txn, spent)| {
        let expected = formula(&spent).filter(|_| spent.is_complete());
        costs(txn, &spent, expected.as_ref())
    });
    fields.collect()
}

/// The logs side by side. Their records do not belong together by their places, as those of replicas would.
pub(super) fn matrix(world: &World<ThreePhaseCommit>) -> Matrix {
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
