//! Why a transaction is undecided, who takes over and who does not, who waits for whom, and why a record is on disk.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::node::{Lead, Node, Part, Stage};
use super::record::Record;
use super::recovery::verdict_of_recovered;
use super::view::{record_look, stage_key};
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::spec::ClientOp;
use crate::transaction::TxnId;
use crate::transaction::costs::{bit, nodes_of};
use crate::transaction::why::{TWO_PHASE_LOCKING, waits};
use crate::why::{about, alive, answer, is_paused, names, number, obstacles, under_way};
use consistory_kernel::{ArmedTimer, ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use core::iter::once;

/// Where the rules stand.
const THREE_PHASE: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.5";
const LAST_TO_FAIL: &str = "Skeen 1985";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<ThreePhaseCommit>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id),
        Subject::Entry(id, index) => entry(world, id, index).into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client),
    }
}

fn of_node(world: &World<ThreePhaseCommit>, id: ProcessId) -> Vec<Why> {
    let Some(node) = world.node(id) else {
        let rule = Text::key("three-phase-commit.why.rule.down");
        let claim = about("three-phase-commit.why.is_down", id);
        return world.disk(id).map(|_| answer(claim, rule, THREE_PHASE, Vec::new())).into_iter().collect();
    };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        let rule = Text::key("three-phase-commit.why.rule.paused");
        answers.push(answer(about("why.is_paused", id), rule, "", Vec::new()));
    }
    answers.extend(node.parts.iter().map(|(txn, part)| of_part(world, id, *txn, part)));
    answers.extend(node.running.keys().map(|txn| executes(world, id, node, *txn)));
    if answers.is_empty() {
        let rule = Text::key("three-phase-commit.why.rule.idle");
        answers.push(answer(about("three-phase-commit.why.idle", id), rule, THREE_PHASE, Vec::new()));
    }
    answers
}

/// Why a process does not know what is decided.
fn of_part(world: &World<ThreePhaseCommit>, id: ProcessId, txn: TxnId, part: &Part) -> Why {
    if part.has_failed {
        return recovering(world, id, txn, part);
    }
    match (&part.lead, part.stage) {
        (Some(lead), _) => leads(world, id, txn, part, lead),
        (None, Stage::Working) => works(world, id, txn, part),
        (None, Stage::Uncertain | Stage::Committable) => obeys(world, id, txn, part),
    }
}

/// What a coordinator waits for.
fn leads(world: &World<ThreePhaseCommit>, id: ProcessId, txn: TxnId, part: &Part, lead: &Lead) -> Why {
    let (key, rule, missing) = match lead {
        Lead::Votes(yes) => {
            let missing = part.group() & !bit(MANAGER) & !yes;
            ("three-phase-commit.why.collecting", "three-phase-commit.why.rule.votes", missing)
        }
        Lead::Acks { waiting } => {
            ("three-phase-commit.why.pre_committing", "three-phase-commit.why.rule.acks", *waiting)
        }
        Lead::States { waiting, .. } => {
            ("three-phase-commit.why.asks_states", "three-phase-commit.why.rule.states", *waiting)
        }
    };
    let missing = nodes_of(missing);
    let mut facts = vec![about("three-phase-commit.why.missing", id).with("nodes", names(world, &missing))];
    facts.extend(obstacles(world, id, &missing));
    let timer = armed(world, id, Timer::Round(txn));
    facts.extend(timer.map(|armed| about("three-phase-commit.why.until", id).with("time", Arg::Time(armed.fires_at))));
    let since = timer.map(|armed| armed.cause);
    Why { since, ..answer(of_txn(key, id, txn), Text::key(rule), THREE_PHASE, facts) }
}

/// Why a participant that has voted yes waits, and what it will do.
fn obeys(world: &World<ThreePhaseCommit>, id: ProcessId, txn: TxnId, part: &Part) -> Why {
    let coordinator = Arg::Process(part.coordinator);
    let claim = of_txn("three-phase-commit.why.obeys", id, txn).with("coordinator", coordinator);
    let claim = claim.with("stage", Arg::Word(stage_key(part.stage)));
    let mut facts = obstacles(world, id, &[part.coordinator]);
    let timer = armed(world, id, Timer::Doubt(txn));
    facts.extend(timer.map(|armed| {
        let text = about("three-phase-commit.why.suspects_at", id).with("time", Arg::Time(armed.fires_at));
        text.with("coordinator", Arg::Process(part.coordinator))
    }));
    let left = part.up & !bit(part.coordinator);
    facts.push(match nodes_of(left).first() {
        Some(first) if *first != id => about("three-phase-commit.why.then", *first),
        Some(_) | None => about("three-phase-commit.why.then_itself", id),
    });
    facts.push(about("three-phase-commit.why.up", id).with("nodes", names(world, &nodes_of(part.up))));
    let rule = match part.stage {
        Stage::Committable => "three-phase-commit.why.rule.committable",
        Stage::Working | Stage::Uncertain => "three-phase-commit.why.rule.uncertain",
    };
    let since = timer.map(|armed| armed.cause);
    Why { since, ..answer(claim, Text::key(rule), THREE_PHASE, facts) }
}

/// Why a process that has recovered does not know, and whom it needs.
fn recovering(world: &World<ThreePhaseCommit>, id: ProcessId, txn: TxnId, part: &Part) -> Why {
    let claim = of_txn("three-phase-commit.why.recovering", id, txn).with("stage", Arg::Word(stage_key(part.stage)));
    let others: Vec<ProcessId> = nodes_of(part.group() & !bit(id));
    let mut facts = Vec::new();
    let is_active = |other: &ProcessId| {
        world.node(*other).and_then(|node| node.parts.get(&txn)).is_some_and(|known| !known.has_failed)
    };
    let active: Vec<ProcessId> = others.iter().copied().filter(is_active).collect();
    if !active.is_empty() {
        facts.push(about("three-phase-commit.why.will_tell", id).with("nodes", names(world, &active)));
    }
    let told: Vec<ProcessId> = part.reports.keys().copied().collect();
    facts.push(about("three-phase-commit.why.failed_too", id).with("nodes", names(world, &told)));
    let last = part.reports.values().fold(part.up, |bits, report| bits & report.up);
    let recovered = told.iter().fold(bit(id), |bits, other| bits | bit(*other));
    let needed = nodes_of(last & !recovered);
    if verdict_of_recovered(id, part).is_none() {
        facts.push(about("three-phase-commit.why.needs", id).with("nodes", names(world, &needed)));
    }
    facts.extend(obstacles(world, id, &others));
    let timer = armed(world, id, Timer::Ask(txn));
    facts
        .extend(timer.map(|armed| about("three-phase-commit.why.asks_at", id).with("time", Arg::Time(armed.fires_at))));
    answer(claim, Text::key("three-phase-commit.why.rule.recovering"), LAST_TO_FAIL, facts)
}

/// Why a transaction at a participant has not been voted on: who waits for whom.
fn works(world: &World<ThreePhaseCommit>, id: ProcessId, txn: TxnId, part: &Part) -> Why {
    let node = world.node(id);
    let mut facts = node.map(|node| waits(node)).unwrap_or_default();
    facts.extend(obstacles(world, id, &[part.coordinator]));
    let is_waiting = node.is_some_and(|node| !node.store.is_done(txn));
    let (key, rule, timer) = if is_waiting {
        ("three-phase-commit.why.waits", "three-phase-commit.why.rule.locks", Timer::Lock(txn))
    } else {
        ("three-phase-commit.why.worked", "three-phase-commit.why.rule.unvoted", Timer::Request(txn))
    };
    let timer = armed(world, id, timer);
    facts.extend(timer.map(|armed| about("three-phase-commit.why.until", id).with("time", Arg::Time(armed.fires_at))));
    answer(of_txn(key, id, txn), Text::key(rule), TWO_PHASE_LOCKING, facts)
}

/// Why a transaction that the manager executes is not being committed yet.
fn executes(world: &World<ThreePhaseCommit>, id: ProcessId, node: &Node, txn: TxnId) -> Why {
    let missing: Vec<ProcessId> =
        node.running.get(&txn).map(|execution| execution.missing().collect()).unwrap_or_default();
    let mut facts = vec![about("three-phase-commit.why.missing", id).with("nodes", names(world, &missing))];
    facts.extend(obstacles(world, id, &missing));
    for other in missing.iter().filter_map(|other| world.node(*other)) {
        facts.extend(waits(other));
    }
    let timer = armed(world, id, Timer::Work(txn));
    facts.extend(timer.map(|armed| about("three-phase-commit.why.until", id).with("time", Arg::Time(armed.fires_at))));
    let rule = Text::key("three-phase-commit.why.rule.executing");
    answer(of_txn("three-phase-commit.why.executing", id, txn), rule, TWO_PHASE_LOCKING, facts)
}

/// Why a record is on disk, or waits in memory.
fn entry(world: &World<ThreePhaseCommit>, id: ProcessId, index: u64) -> Option<Why> {
    let place = usize::try_from(index.checked_sub(1)?).ok()?;
    let (record, is_stable) = match world.node(id) {
        Some(node) => node.log.iter_from(place).next().map(|(record, stable)| (record.clone(), stable))?,
        None => (world.disk(id)?.log.get(place)?.clone(), true),
    };
    let (_, _, title) = record_look(&record);
    let key = if is_stable { "three-phase-commit.why.stable" } else { "three-phase-commit.why.buffered" };
    let name = Text::key(title).with("txn", record.txn().arg());
    let claim = about(key, id).with("record", Arg::Text(Box::new(name)));
    let rule = match record {
        Record::Start { .. } => "three-phase-commit.why.rule.start",
        Record::Yes { .. } => "three-phase-commit.why.rule.yes",
        Record::PreCommit { .. } => "three-phase-commit.why.rule.pre_commit",
        Record::View { .. } => "three-phase-commit.why.rule.view",
        Record::Decided { .. } => "three-phase-commit.why.rule.decided",
    };
    Some(answer(claim, Text::key(rule), THREE_PHASE, Vec::new()))
}

/// Why a client has no answer; nothing if it waits for none.
fn of_operation(world: &World<ThreePhaseCommit>, client: ProcessId) -> Vec<Why> {
    let Some(state) = world.client(client) else { return Vec::new() };
    let Some(pending) = &state.pending else { return Vec::new() };
    let of_client = |key| Text::key(key).with("client", Arg::Process(client));
    let asked = of_client("why.asked").with("target", Arg::Process(state.target));
    let asked = asked.with("time", Arg::Time(pending.invoked_at)).with("attempts", number(pending.attempts));
    let mut facts = vec![asked];
    let (text, since) = under_way(world, client, state.serial).unzip();
    facts.extend(text);
    facts.extend(obstacles(world, client, &[MANAGER]));
    let claim = of_client("why.no_answer").with("operation", Arg::Text(Box::new(pending.op.label())));
    let rule = Text::key("three-phase-commit.why.rule.answer");
    let first = Why { since, ..answer(claim, rule, THREE_PHASE, facts) };
    let is_meant = |txn: TxnId| txn.client == client && txn.serial == state.serial;
    let mut more = Vec::new();
    for (id, node) in alive(world) {
        more.extend(node.running.keys().filter(|txn| is_meant(**txn)).map(|txn| executes(world, id, node, *txn)));
        let parts = node.parts.iter().filter(|(txn, _)| is_meant(**txn));
        more.extend(parts.map(|(txn, part)| of_part(world, id, *txn, part)));
    }
    once(first).chain(more).collect()
}

fn armed(world: &World<ThreePhaseCommit>, id: ProcessId, timer: Timer) -> Option<&ArmedTimer<Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == timer)
}

fn of_txn(key: &'static str, id: ProcessId, txn: TxnId) -> Text {
    about(key, id).with("txn", txn.arg())
}
