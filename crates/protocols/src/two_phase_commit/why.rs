//! Why a transaction is undecided, why a participant is blocked, who waits for whom, and why a record is or is not on
//! disk.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::node::{Coordination, Joined, Node, Phase};
use super::{COORDINATOR, Presume, Timer, TwoPhaseCommit};
use crate::transaction::site::Undecided;
use crate::transaction::why::{Rules, all_works, armed, at, entry, executes, is_down, of_node, of_operation, of_txn};
use crate::transaction::{Outcome, TxnId};
use crate::why::{about, answer, names, number, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};

/// Where the rules stand.
const TWO_PHASE: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.4";
/// Where the rules of the log stand.
pub(super) const PRESUMPTIONS: &str = "Mohan, Lindsay, Obermarck 1986";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<TwoPhaseCommit>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id, &Rules::of(TWO_PHASE), down, undecided),
        Subject::Entry(id, index) => entry(world, id, index).into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client, &Rules::of(TWO_PHASE), meant),
    }
}

fn down(world: &World<TwoPhaseCommit>, id: ProcessId) -> Why {
    let rule = match id {
        COORDINATOR => "two-phase-commit.why.rule.down_tm",
        ProcessId(_) => "two-phase-commit.why.rule.down_rm",
    };
    is_down(world, id, Text::key(rule), TWO_PHASE)
}

/// What there is to say of a node, the gravest first.
fn undecided(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node) -> Vec<Why> {
    let mut answers = doubts(world, id, node, &|_| true);
    answers.extend(node.coordinated.iter().map(|(txn, known)| coordinates(world, id, *txn, known)));
    answers.extend(node.site.running.keys().map(|txn| executes(world, id, node, *txn)));
    answers.extend(all_works(world, id, node));
    answers
}

/// What there is to say of the transactions that a client waits for.
fn meant(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node, is_meant: &dyn Fn(&TxnId) -> bool) -> Vec<Why> {
    let known = node.coordinated.iter().filter(|(txn, _)| is_meant(txn));
    let coordinated = known.map(|(txn, known)| coordinates(world, id, *txn, known));
    coordinated.chain(doubts(world, id, node, is_meant)).collect()
}

fn doubts(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node, is_meant: &dyn Fn(&TxnId) -> bool) -> Vec<Why> {
    let doubts = node.site.parts.iter().filter(|(txn, joined)| is_meant(txn) && joined.is_in_doubt());
    doubts.map(|(txn, joined)| in_doubt(world, id, *txn, joined)).collect()
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
        facts.push(about("transaction.why.asked", id).with("count", number(*asked)));
    }
    let timer = armed(world, id, Timer::Doubt(txn));
    facts.extend(timer.map(|armed| at("transaction.why.asks_next", id, armed)));
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
        Some(Some(outcome)) => of_txn("transaction.why.knows", id, txn).with("outcome", told(outcome)),
        Some(None) => of_txn("two-phase-commit.why.tells_later", id, txn),
        None if id == COORDINATOR => {
            of_txn("two-phase-commit.why.presumes", id, txn).with("outcome", told(world.config().presumed()))
        }
        None => match (node.site.parts.get(&txn), node.site.recorded(txn)) {
            (Some(joined), _) if joined.is_in_doubt() => of_txn("two-phase-commit.why.in_doubt", id, txn),
            (_, Some(outcome)) => of_txn("transaction.why.knows", id, txn).with("outcome", told(outcome)),
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
            facts.extend(timer.map(|armed| at("transaction.why.aborts_at", id, armed)));
            let rule = Text::key("two-phase-commit.why.rule.votes").with("count", number(members.len()));
            let since = timer.map(|armed| armed.cause);
            Why { since, ..answer(of_txn("transaction.why.collecting", id, txn), rule, TWO_PHASE, facts) }
        }
        Some((outcome, waiting)) => {
            let mut facts = vec![about("two-phase-commit.why.unacknowledged", id).with("nodes", names(world, waiting))];
            facts.extend(obstacles(world, id, waiting));
            let timer = armed(world, id, Timer::Resend(txn));
            facts.extend(timer.map(|armed| at("two-phase-commit.why.resends_at", id, armed)));
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
