//! Why a transaction is undecided, why a participant is blocked, who waits for whom, and why a record is or is not on
//! disk.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::node::{Coordination, Joined, Node, Phase};
use super::record::Record;
use super::view::record_look;
use super::{COORDINATOR, Presume, Timer, TwoPhaseCommit};
use crate::spec::ClientOp;
use crate::transaction::why::{TWO_PHASE_LOCKING, waits};
use crate::transaction::{Outcome, TxnId};
use crate::why::{about, alive, answer, is_paused, names, number, obstacle, obstacles, under_way};
use consistory_kernel::{ArmedTimer, ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use core::iter::once;

/// Where the rules stand.
const TWO_PHASE: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.4";
const PRESUMPTIONS: &str = "Mohan, Lindsay, Obermarck 1986";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<TwoPhaseCommit>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id),
        Subject::Entry(id, index) => entry(world, id, index).into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client),
    }
}

fn of_node(world: &World<TwoPhaseCommit>, id: ProcessId) -> Vec<Why> {
    let Some(node) = world.node(id) else { return down(world, id).into_iter().collect() };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        let rule = Text::key("two-phase-commit.why.rule.paused");
        answers.push(answer(about("why.is_paused", id), rule, "", Vec::new()));
    }
    let doubts = node.joined.iter().filter(|(_, joined)| joined.is_in_doubt());
    answers.extend(doubts.map(|(txn, joined)| in_doubt(world, id, *txn, joined)));
    answers.extend(node.coordinated.iter().map(|(txn, known)| coordinates(world, id, *txn, known)));
    answers.extend(node.running.keys().map(|txn| executes(world, id, node, *txn)));
    answers.extend(works(world, id, node));
    if answers.is_empty() {
        let rule = Text::key("two-phase-commit.why.rule.idle");
        answers.push(answer(about("two-phase-commit.why.idle", id), rule, TWO_PHASE, vec![logged(id, node.log.len())]));
    }
    answers
}

fn down(world: &World<TwoPhaseCommit>, id: ProcessId) -> Option<Why> {
    let disk = world.disk(id)?;
    let rule = match id {
        COORDINATOR => "two-phase-commit.why.rule.down_tm",
        ProcessId(_) => "two-phase-commit.why.rule.down_rm",
    };
    let facts = vec![logged(id, disk.log.len())];
    Some(answer(about("two-phase-commit.why.is_down", id), Text::key(rule), TWO_PHASE, facts))
}

/// Why a participant does not know what is decided, and whether anybody could tell.
fn in_doubt(world: &World<TwoPhaseCommit>, id: ProcessId, txn: TxnId, joined: &Joined) -> Why {
    let key = if joined.is_blocked() { "two-phase-commit.why.blocked" } else { "two-phase-commit.why.in_doubt" };
    let mut facts = vec![could_tell(world, COORDINATOR, txn)];
    let mut asked = vec![COORDINATOR];
    if world.config().cooperative {
        let others = joined.members.iter().map(|member| member.id).filter(|other| *other != id);
        let others: Vec<ProcessId> = others.filter(|other| *other != COORDINATOR).collect();
        facts.extend(others.iter().map(|other| could_tell(world, *other, txn)));
        asked.extend(others);
    } else {
        facts.push(Text::key("two-phase-commit.why.asks_nobody_else"));
    }
    facts.extend(obstacles(world, id, &asked));
    if let Phase::Prepared { asked, .. } = &joined.phase {
        facts.push(about("two-phase-commit.why.asked", id).with("count", number(*asked)));
    }
    let timer = armed(world, id, Timer::Doubt(txn));
    let next = |armed: &ArmedTimer<Timer>| Arg::Time(armed.fires_at);
    facts.extend(timer.map(|armed| about("two-phase-commit.why.asks_next", id).with("time", next(armed))));
    let rule = Text::key("two-phase-commit.why.rule.in_doubt");
    let since = timer.map(|armed| armed.cause);
    Why { since, ..answer(of_txn(key, id, txn), rule, TWO_PHASE, facts) }
}

/// What a node could tell somebody in doubt, if it heard the question.
fn could_tell(world: &World<TwoPhaseCommit>, id: ProcessId, txn: TxnId) -> Text {
    let Some(node) = world.node(id) else { return of_txn("two-phase-commit.why.tells_nothing", id, txn) };
    let known = node.coordinated.get(&txn).map(|known| known.decided.as_ref().map(|(outcome, _)| *outcome));
    let told = |outcome: Outcome| Arg::Word(outcome.word());
    match known {
        Some(Some(outcome)) => of_txn("two-phase-commit.why.tells", id, txn).with("outcome", told(outcome)),
        Some(None) => of_txn("two-phase-commit.why.tells_later", id, txn),
        None if id == COORDINATOR => {
            of_txn("two-phase-commit.why.presumes", id, txn).with("outcome", told(world.config().presumed()))
        }
        None => match (node.joined.get(&txn), node.recorded(txn)) {
            (Some(joined), _) if joined.is_in_doubt() => of_txn("two-phase-commit.why.in_doubt", id, txn),
            (_, Some(outcome)) => of_txn("two-phase-commit.why.tells", id, txn).with("outcome", told(outcome)),
            (_, None) => of_txn("two-phase-commit.why.has_not_voted", id, txn),
        },
    }
}

/// Why a coordinator has not decided, or still knows of what it has decided.
fn coordinates(world: &World<TwoPhaseCommit>, id: ProcessId, txn: TxnId, known: &Coordination) -> Why {
    match &known.decided {
        None => {
            let voted = |other: &ProcessId| known.votes.contains_key(other);
            let members: Vec<ProcessId> = known.members.iter().map(|member| member.id).collect();
            let (have, missing): (Vec<ProcessId>, Vec<ProcessId>) = members.iter().copied().partition(voted);
            let mut facts = vec![
                about("two-phase-commit.why.have_voted", id).with("nodes", names(world, &have)),
                about("two-phase-commit.why.have_not_voted", id).with("nodes", names(world, &missing)),
            ];
            facts.extend(obstacles(world, id, &missing));
            let timer = armed(world, id, Timer::Votes(txn));
            facts.extend(
                timer.map(|armed| about("two-phase-commit.why.aborts_at", id).with("time", Arg::Time(armed.fires_at))),
            );
            let rule = Text::key("two-phase-commit.why.rule.votes").with("count", number(members.len()));
            let since = timer.map(|armed| armed.cause);
            Why { since, ..answer(of_txn("two-phase-commit.why.collecting", id, txn), rule, TWO_PHASE, facts) }
        }
        Some((outcome, waiting)) => {
            let mut facts = vec![about("two-phase-commit.why.unacknowledged", id).with("nodes", names(world, waiting))];
            facts.extend(obstacles(world, id, waiting));
            let timer = armed(world, id, Timer::Resend(txn));
            facts.extend(
                timer.map(|armed| about("two-phase-commit.why.resends_at", id).with("time", Arg::Time(armed.fires_at))),
            );
            let claim = of_txn("two-phase-commit.why.telling", id, txn).with("outcome", Arg::Word(outcome.word()));
            answer(claim, Text::key(forgetting(world)), PRESUMPTIONS, facts)
        }
    }
}

/// The rule of what a coordinator may forget.
fn forgetting(world: &World<TwoPhaseCommit>) -> &'static str {
    match world.config().presume {
        Presume::Nothing => "two-phase-commit.why.rule.forget_nothing",
        Presume::Abort => "two-phase-commit.why.rule.forget_abort",
        Presume::Commit => "two-phase-commit.why.rule.forget_commit",
    }
}

/// Why a transaction that a node executes is not being committed yet.
fn executes(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node, txn: TxnId) -> Why {
    let missing: Vec<ProcessId> =
        node.running.get(&txn).map(|execution| execution.missing().collect()).unwrap_or_default();
    let mut facts = vec![about("two-phase-commit.why.have_not_worked", id).with("nodes", names(world, &missing))];
    facts.extend(obstacles(world, id, &missing));
    for other in missing.iter().filter_map(|other| world.node(*other)) {
        facts.extend(waits(other));
    }
    let timer = armed(world, id, Timer::Work(txn));
    facts
        .extend(timer.map(|armed| about("two-phase-commit.why.aborts_at", id).with("time", Arg::Time(armed.fires_at))));
    let rule = Text::key("two-phase-commit.why.rule.executing");
    answer(of_txn("two-phase-commit.why.executing", id, txn), rule, TWO_PHASE_LOCKING, facts)
}

/// Why transactions at a participant have not voted: who waits for whom.
fn works(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node) -> Vec<Why> {
    let working = node.joined.iter().filter(|(_, joined)| !joined.is_in_doubt());
    let of_work = |(txn, joined): (&TxnId, &Joined)| {
        let mut facts = waits(node);
        facts.push(of_txn("two-phase-commit.why.executed_by", joined.home, *txn));
        facts.extend(obstacles(world, id, &[joined.home]));
        let is_waiting = !node.store.is_done(*txn);
        let timer = if is_waiting { Timer::Lock(*txn) } else { Timer::Request(*txn) };
        let timer = armed(world, id, timer);
        facts.extend(
            timer.map(|armed| about("two-phase-commit.why.aborts_at", id).with("time", Arg::Time(armed.fires_at))),
        );
        let (key, rule) = if is_waiting {
            ("two-phase-commit.why.waits", "two-phase-commit.why.rule.locks")
        } else {
            ("two-phase-commit.why.worked", "two-phase-commit.why.rule.unvoted")
        };
        let since = timer.map(|armed| armed.cause);
        Why { since, ..answer(of_txn(key, id, *txn), Text::key(rule), TWO_PHASE_LOCKING, facts) }
    };
    working.map(of_work).collect()
}

/// Why a record is on disk, or waits in memory.
fn entry(world: &World<TwoPhaseCommit>, id: ProcessId, index: u64) -> Option<Why> {
    let place = usize::try_from(index.checked_sub(1)?).ok()?;
    let (record, is_stable) = match world.node(id) {
        Some(node) => node.log.iter_from(place).next().map(|(record, stable)| (record.clone(), stable))?,
        None => (world.disk(id)?.log.get(place)?.clone(), true),
    };
    let (_, _, title) = record_look(&record);
    let key = if is_stable { "two-phase-commit.why.stable" } else { "two-phase-commit.why.buffered" };
    let name = Text::key(title).with("txn", record.txn().arg());
    let claim = about(key, id).with("record", Arg::Text(Box::new(name)));
    let rule = match record {
        Record::Start { .. } => "two-phase-commit.why.rule.start",
        Record::Decided { .. } => "two-phase-commit.why.rule.decided",
        Record::End { .. } => "two-phase-commit.why.rule.end",
        Record::Yes { .. } => "two-phase-commit.why.rule.yes",
        Record::Learned { .. } => "two-phase-commit.why.rule.learned",
    };
    Some(answer(claim, Text::key(rule), PRESUMPTIONS, Vec::new()))
}

/// Why a client has no answer; nothing if it waits for none.
fn of_operation(world: &World<TwoPhaseCommit>, client: ProcessId) -> Vec<Why> {
    let Some(state) = world.client(client) else { return Vec::new() };
    let Some(pending) = &state.pending else { return Vec::new() };
    let of_client = |key| Text::key(key).with("client", Arg::Process(client));
    let asked = of_client("why.asked").with("target", Arg::Process(state.target));
    let asked = asked.with("time", Arg::Time(pending.invoked_at)).with("attempts", number(pending.attempts));
    let mut facts = vec![asked];
    let (text, since) = under_way(world, client, state.serial).unzip();
    facts.extend(text);
    let home = world.config().home(world.node_count(), &pending.op);
    facts.push(about("two-phase-commit.why.home", home));
    facts.extend(obstacles(world, client, &[state.target]));
    if obstacle(world, client, home).is_some() {
        facts.extend(obstacles(world, client, &[home]));
    }
    let claim = of_client("why.no_answer").with("operation", Arg::Text(Box::new(pending.op.label())));
    let rule = Text::key("two-phase-commit.why.rule.answer");
    let first = Why { since, ..answer(claim, rule, TWO_PHASE, facts) };
    let is_meant = |txn: TxnId| txn.client == client && txn.serial == state.serial;
    let mut more = Vec::new();
    for (id, node) in alive(world) {
        more.extend(node.running.keys().filter(|txn| is_meant(**txn)).map(|txn| executes(world, id, node, *txn)));
        let known = node.coordinated.iter().filter(|(txn, _)| is_meant(**txn));
        more.extend(known.map(|(txn, known)| coordinates(world, id, *txn, known)));
        let doubts = node.joined.iter().filter(|(txn, joined)| is_meant(**txn) && joined.is_in_doubt());
        more.extend(doubts.map(|(txn, joined)| in_doubt(world, id, *txn, joined)));
    }
    once(first).chain(more).collect()
}

fn armed(world: &World<TwoPhaseCommit>, id: ProcessId, timer: Timer) -> Option<&ArmedTimer<Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == timer)
}

fn of_txn(key: &'static str, id: ProcessId, txn: TxnId) -> Text {
    about(key, id).with("txn", txn.arg())
}

/// How long a node's log is.
fn logged(id: ProcessId, records: usize) -> Text {
    about("two-phase-commit.why.logged", id).with("count", number(records))
}
