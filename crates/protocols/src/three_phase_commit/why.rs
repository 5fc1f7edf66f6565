//! Why a transaction is undecided, who takes over and who does not, who waits for whom, and why a record is on disk.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::node::{Lead, Node, Part, Stage};
use super::recovery::verdict_of_recovered;
use super::view::stage_key;
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::transaction::TxnId;
use crate::transaction::costs::{bit, nodes_of};
use crate::transaction::why::{Rules, armed, at, entry, executes, is_down, of_node, of_operation, of_txn, works};
use crate::why::{about, answer, names, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};

/// Where the rules stand.
pub(super) const THREE_PHASE: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.5";
const LAST_TO_FAIL: &str = "Skeen 1985";

const RULES: Rules = Rules { paused: "three-phase-commit.why.rule.paused", ..Rules::of(THREE_PHASE) };

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<ThreePhaseCommit>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id, &RULES, down, undecided),
        Subject::Entry(id, index) => entry(world, id, index).into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client, &RULES, meant),
    }
}

fn down(world: &World<ThreePhaseCommit>, id: ProcessId) -> Why {
    is_down(world, id, Text::key("three-phase-commit.why.rule.down"), THREE_PHASE)
}

/// What there is to say of a node.
fn undecided(world: &World<ThreePhaseCommit>, id: ProcessId, node: &Node) -> Vec<Why> {
    let running = node.site.running.keys().map(|txn| executes(world, id, node, *txn));
    meant(world, id, node, &|_| true).into_iter().chain(running).collect()
}

/// What there is to say of the transactions that a client waits for.
fn meant(world: &World<ThreePhaseCommit>, id: ProcessId, node: &Node, is_meant: &dyn Fn(&TxnId) -> bool) -> Vec<Why> {
    let parts = node.site.parts.iter().filter(|(txn, _)| is_meant(txn));
    parts.map(|(txn, part)| of_part(world, id, node, *txn, part)).collect()
}

/// Why a process does not know what is decided.
fn of_part(world: &World<ThreePhaseCommit>, id: ProcessId, node: &Node, txn: TxnId, part: &Part) -> Why {
    if part.has_failed {
        return recovering(world, id, txn, part);
    }
    match (&part.lead, part.stage) {
        (Some(lead), _) => leads(world, id, txn, part, lead),
        (None, Stage::Working) => works(world, id, node, txn, part),
        (None, Stage::Uncertain | Stage::Committable) => obeys(world, id, txn, part),
    }
}

/// What a coordinator waits for.
fn leads(world: &World<ThreePhaseCommit>, id: ProcessId, txn: TxnId, part: &Part, lead: &Lead) -> Why {
    let (key, rule, missing) = match lead {
        Lead::Votes(yes) => {
            let missing = part.group() & !bit(MANAGER) & !yes;
            ("transaction.why.collecting", "three-phase-commit.why.rule.votes", missing)
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
    facts.extend(timer.map(|armed| at("three-phase-commit.why.until", id, armed)));
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
        let text = at("three-phase-commit.why.suspects_at", id, armed);
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
        world.node(*other).and_then(|node| node.site.parts.get(&txn)).is_some_and(|known| !known.has_failed)
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
    facts.extend(timer.map(|armed| at("three-phase-commit.why.asks_at", id, armed)));
    answer(claim, Text::key("three-phase-commit.why.rule.recovering"), LAST_TO_FAIL, facts)
}
