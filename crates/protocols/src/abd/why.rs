//! Why a replica or an operation stands as it does: the rule, the numbers, and what is missing.
//!
//! The answers look at the whole world, as no replica can. That one reaches another means that both directions of the
//! link work and that the other runs; chance and latency are left out.

use super::message::{Tag, Version};
use super::mutants::Mutant;
use super::node::{Durable, Operation, Phase, bit};
use super::op::Op;
use super::{Abd, Timer, WRITER, Writers};
use crate::kv::Key;
use crate::spec::ClientOp;
use crate::why::{Obstacle, about, answer, names, nodes, number, obstacle, obstacles, waiting};
use consistory_kernel::{ClientState, ProcessId, StepId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use core::iter::once;
use std::collections::BTreeSet;

/// Where the rules stand: the two phases, and the first phase of writes.
const ABD: &str = "Attiya, Bar-Noy, Dolev 1995";
const MULTI_WRITER: &str = "Lynch, Shvartsman 1997";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<Abd>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_replica(world, id),
        // There is no log.
        Subject::Entry(..) => Vec::new(),
        Subject::Operation(client) => of_operation(world, client),
    }
}

/// What a replica coordinates; if nothing, what it stores.
fn of_replica(world: &World<Abd>, id: ProcessId) -> Vec<Why> {
    let Some(disk) = world.disk(id) else { return Vec::new() };
    let mut answers = Vec::new();
    let stopped = match obstacle(world, id, id) {
        Some(Obstacle::Down) => Some(("abd.why.is_down", "abd.why.rule.down")),
        Some(Obstacle::Paused) => Some(("why.is_paused", "abd.why.rule.paused")),
        Some(Obstacle::CutOff) | None => None,
    };
    if let Some((claim, rule)) = stopped {
        let running = nodes(world).filter(|peer| obstacle(world, *peer, *peer).is_none()).count();
        let facts = vec![tally(world, "abd.why.running", running)];
        answers.push(answer(about(claim, id), Text::key(rule), "", facts));
    }
    let running = world.node(id).into_iter().flat_map(|node| node.running.values());
    let waiting: Vec<Why> = running.map(|operation| waits(world, id, operation)).collect();
    if waiting.is_empty() {
        answers.push(copies(world, id, disk));
    }
    answers.extend(waiting);
    answers
}

/// Why an operation has not ended at its coordinator: who has answered in the present phase, and who has not.
fn waits(world: &World<Abd>, id: ProcessId, operation: &Operation) -> Why {
    let (asked, key) = (operation.asked, operation.asked.op.key());
    let (answered, missing): (Vec<ProcessId>, Vec<ProcessId>) =
        nodes(world).partition(|peer| operation.answered & bit(*peer) != 0);
    let mut facts = vec![tally(world, "abd.why.answered", answered.len()).with("nodes", names(world, &answered))];
    let (claim, rule, source) = match operation.phase {
        Phase::Query { greatest, .. } => {
            facts.push(version(Text::key("abd.why.greatest"), key, greatest));
            let source = if asked.op.is_write() { MULTI_WRITER } else { ABD };
            (Text::key("abd.why.querying"), "abd.why.rule.query", source)
        }
        Phase::Update { version: stored } => {
            (version(Text::key("abd.why.updating"), key, stored), "abd.why.rule.update", ABD)
        }
    };
    // The coordinator itself may be paused.
    facts.extend(obstacles(world, id, &once(id).chain(missing.iter().copied()).collect::<Vec<_>>()));
    let due: Vec<ProcessId> = missing.into_iter().filter(|peer| obstacle(world, id, *peer).is_none()).collect();
    if !due.is_empty() {
        facts.push(about("abd.why.due", id).with("nodes", names(world, &due)));
    }
    facts.push(tally(world, "abd.why.possible", answered.len() + due.len()));
    let retry = world.timers(id).iter().find(|armed| armed.timer == Timer::Retry(asked.client));
    facts.extend(retry.map(|armed| about("abd.why.asks_again", id).with("time", Arg::Time(armed.fires_at))));
    let claim = claim.with("node", Arg::Process(id)).with("client", Arg::Process(asked.client));
    let claim = claim.with("operation", Arg::Text(Box::new(asked.op.label())));
    answer(claim, sized(world, rule), source, facts)
}

/// What a replica stores, what is newer elsewhere, and what a read returns all the same.
fn copies(world: &World<Abd>, id: ProcessId, disk: &Durable) -> Why {
    let disks = nodes(world).filter_map(|peer| world.disk(peer));
    let keys: BTreeSet<Key> = disks.flat_map(|other| other.registers.keys().copied()).collect();
    let (mut older, mut current) = (Vec::new(), Vec::new());
    let mut outdated = 0_usize;
    for key in keys {
        let newest = newest(world, key);
        let held = disk.version(key);
        if held.tag >= newest.tag {
            current.push(spread(world, key, newest));
            continue;
        }
        outdated += 1;
        older.push(if held.tag == Tag::INITIAL {
            about("abd.why.lacks", id).with("key", name(key))
        } else {
            version(about("abd.why.older", id), key, held)
        });
        older.push(spread(world, key, newest));
    }
    let claim = if outdated == 0 {
        about("abd.why.idle", id).with("count", number(disk.registers.len()))
    } else {
        about("abd.why.outdated", id).with("count", number(outdated))
    };
    older.extend(current);
    answer(claim, sized(world, "abd.why.rule.copies"), ABD, older)
}

/// The version of a register with the greatest tag on any disk.
fn newest(world: &World<Abd>, key: Key) -> Version {
    let versions = nodes(world).filter_map(|id| Some(world.disk(id)?.version(key)));
    versions.max_by_key(|held| held.tag).unwrap_or(Version::INITIAL)
}

/// Who stores the newest version of a register, and whether they are so many that every quorum has one of them.
fn spread(world: &World<Abd>, key: Key, newest: Version) -> Text {
    let stores = |id: &ProcessId| world.disk(*id).is_some_and(|disk| disk.version(key).tag == newest.tag);
    let holders: Vec<ProcessId> = nodes(world).filter(stores).collect();
    let is_settled = holders.len() + quorum(world) > usize::from(world.node_count());
    let text = if is_settled { "abd.why.settled" } else { "abd.why.unsettled" };
    version(tally(world, text, holders.len()), key, newest).with("nodes", names(world, &holders))
}

/// Why a client has no answer; nothing if it waits for none.
fn of_operation(world: &World<Abd>, client: ProcessId) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (state, since, mut facts) = (waiting.state, waiting.since, waiting.facts.clone());
    facts.extend(unserved(world, client, state, *waiting.op, since));
    facts.push(waiting.patience("abd.why.patience"));
    let first = Why { since, ..answer(waiting.claim, sized(world, "abd.why.rule.answer"), ABD, facts) };
    let coordinators = nodes(world).filter_map(|id| Some((id, coordinated(world, id, client, state.serial)?)));
    once(first).chain(coordinators.map(|(id, operation)| waits(world, id, operation))).collect()
}

/// What keeps a replica from serving a client; `sent` is the step that sent what is under way.
fn unserved(
    world: &World<Abd>,
    client: ProcessId,
    state: &ClientState<Abd>,
    op: Op,
    sent: Option<StepId>,
) -> Vec<Text> {
    let (target, serial) = (state.target, state.serial);
    let mut facts = obstacles(world, client, &[target]);
    let told = |key| about(key, target).with("client", Arg::Process(client));
    if coordinated(world, target, client, serial).is_some() {
        return facts;
    }
    let answered = world.node(target).and_then(|node| node.answered.get(&client));
    let is_done = answered.is_some_and(|(last, _)| *last >= serial);
    let is_sole = world.config().writers == Writers::One;
    if is_done {
        facts.push(told("abd.why.done"));
    } else if is_sole && op.is_write() && target != WRITER {
        facts.push(told("abd.why.redirects").with("writer", Arg::Process(WRITER)));
    } else if sent.is_none() || world.node(target).is_none() {
        facts.push(told("abd.why.forgotten"));
    }
    facts
}

/// A client's operation that a replica coordinates.
fn coordinated(world: &World<Abd>, id: ProcessId, client: ProcessId, serial: u32) -> Option<&Operation> {
    world.node(id)?.running.get(&client).filter(|operation| operation.asked.serial == serial)
}

/// As `Node::quorum`, seen from outside.
fn quorum(world: &World<Abd>) -> usize {
    let majority = usize::from(world.node_count() / 2 + 1);
    if world.is_off(Mutant::SmallQuorum.into()) { (majority - 1).max(1) } else { majority }
}

/// A text about a version of a register.
fn version(text: Text, key: Key, version: Version) -> Text {
    let text = text.with("key", name(key)).with("value", version.value.map_or(Arg::Word("abd.nothing"), Arg::Number));
    text.with("number", number(version.tag.number)).with("writer", Arg::Process(version.tag.writer))
}

fn name(key: Key) -> Arg {
    Arg::Plain(key.to_string())
}

fn sized(world: &World<Abd>, key: &'static str) -> Text {
    Text::key(key).with("total", number(world.node_count())).with("quorum", number(quorum(world)))
}

/// A number of replicas, beside how many there are and how many make a quorum.
fn tally(world: &World<Abd>, key: &'static str, count: usize) -> Text {
    sized(world, key).with("count", number(count))
}
