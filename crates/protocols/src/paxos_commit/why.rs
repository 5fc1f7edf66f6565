//! Why a transaction is undecided, why an RM is blocked, what a leader or an acceptor waits for, and why a record is or
//! is not on disk.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::acceptor::Acceptance;
use super::ballot::Ballot;
use super::leader::{Lead, Stage};
use super::node::{Joined, Node, Phase};
use super::view::{ballot_text, instances};
use super::{MANAGER, PaxosCommit, Timer};
use crate::transaction::TxnId;
use crate::transaction::site::Undecided;
use crate::transaction::why::{Rules, all_works, armed, at, entry, executes, is_down, of_node, of_operation, of_txn};
use crate::why::{about, answer, names, number, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};

/// Where the rules stand.
const PAXOS: &str = "Gray, Lamport 2006, §4.1";
const PAXOS_COMMIT: &str = "Gray, Lamport 2006, §4.2";
const COSTS: &str = "Gray, Lamport 2006, §4.3";

const RULES: Rules =
    Rules { idle: "paxos-commit.why.rule.idle", answer: "paxos-commit.why.rule.answer", ..Rules::of(PAXOS_COMMIT) };

/// A rule of what must be on disk, and where it stands.
type Rule = (&'static str, &'static str);

pub(super) const PREPARED: Rule = ("paxos-commit.why.rule.prepared", PAXOS_COMMIT);
pub(super) const LEARNED: Rule = ("paxos-commit.why.rule.learned", COSTS);
pub(super) const ACCEPTED: Rule = ("paxos-commit.why.rule.accepted", COSTS);
pub(super) const PROMISED: Rule = ("paxos-commit.why.rule.promised", PAXOS);
pub(super) const DECIDED: Rule = ("paxos-commit.why.rule.decided", COSTS);

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<PaxosCommit>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id, &RULES, down, undecided),
        Subject::Entry(id, index) => entry(world, id, index).into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client, &RULES, meant),
    }
}

/// What there is to say of a node, the gravest first.
fn undecided(world: &World<PaxosCommit>, id: ProcessId, node: &Node) -> Vec<Why> {
    let mut answers = doubts(world, id, node, &|_| true);
    answers.extend(node.leading.iter().map(|(txn, lead)| leads(world, id, *txn, lead)));
    answers.extend(node.site.running.keys().map(|txn| executes(world, id, node, *txn)));
    answers.extend(all_works(world, id, node));
    let collecting = node.ballots.iter().filter(|(_, known)| !known.pending.is_empty());
    answers.extend(collecting.map(|(txn, known)| collects(world, id, *txn, known)));
    answers
}

/// What there is to say of the transactions that a client waits for.
fn meant(world: &World<PaxosCommit>, id: ProcessId, node: &Node, is_meant: &dyn Fn(&TxnId) -> bool) -> Vec<Why> {
    let leading = node.leading.iter().filter(|(txn, _)| is_meant(txn));
    let leading = leading.map(|(txn, lead)| leads(world, id, *txn, lead));
    leading.chain(doubts(world, id, node, is_meant)).collect()
}

fn doubts(world: &World<PaxosCommit>, id: ProcessId, node: &Node, is_meant: &dyn Fn(&TxnId) -> bool) -> Vec<Why> {
    let doubts = node.site.parts.iter().filter(|(txn, joined)| is_meant(txn) && joined.is_in_doubt());
    doubts.map(|(txn, joined)| in_doubt(world, id, *txn, joined)).collect()
}

fn down(world: &World<PaxosCommit>, id: ProcessId) -> Why {
    let roles = world.config().roles(world.node_count());
    let (rule, source) = match (id == MANAGER, roles.is_acceptor(id)) {
        (true, _) => ("paxos-commit.why.rule.down_manager", PAXOS_COMMIT),
        (false, true) => ("paxos-commit.why.rule.down_acceptor", PAXOS),
        (false, false) => ("paxos-commit.why.rule.down_rm", PAXOS_COMMIT),
    };
    let mut why = is_down(world, id, with_majority(world, rule), source);
    why.facts.push(majority(world));
    why
}

/// Why an RM does not know what is decided, and who could find out.
fn in_doubt(world: &World<PaxosCommit>, id: ProcessId, txn: TxnId, joined: &Joined) -> Why {
    let roles = world.config().roles(world.node_count());
    let is_blocked = joined.is_blocked(roles.candidate_count());
    let key = if is_blocked { "paxos-commit.why.blocked" } else { "paxos-commit.why.in_doubt" };
    let candidates = roles.candidates();
    let mut facts: Vec<Text> = candidates.iter().filter_map(|other| could_tell(world, *other, txn)).collect();
    facts.extend(obstacles(world, id, &candidates));
    facts.push(majority(world));
    if let Phase::Prepared { asked } = joined.phase {
        facts.push(about("transaction.why.asked", id).with("count", number(asked)));
    }
    let timer = armed(world, id, Timer::Doubt(txn));
    facts.extend(timer.map(|armed| at("transaction.why.asks_next", id, armed)));
    let since = timer.map(|armed| armed.cause);
    let rule = with_majority(world, "paxos-commit.why.rule.in_doubt");
    Why { since, ..answer(of_txn(key, id, txn), rule, PAXOS_COMMIT, facts) }
}

/// What one that could lead knows or does about a transaction; nothing of one that is down.
fn could_tell(world: &World<PaxosCommit>, id: ProcessId, txn: TxnId) -> Option<Text> {
    let node = world.node(id)?;
    if let Some(outcome) = node.known(txn) {
        return Some(of_txn("transaction.why.knows", id, txn).with("outcome", Arg::Word(outcome.word())));
    }
    if let Some(lead) = node.leading.get(&txn) {
        let text = of_txn("paxos-commit.why.is_leading", id, txn);
        return Some(text.with("ballot", Arg::Text(Box::new(ballot_text(lead.ballot)))));
    }
    let known = node.ballots.get(&txn)?;
    Some(of_txn("paxos-commit.why.has_accepted", id, txn).with("votes", Arg::Plain(instances(world, known))))
}

/// Why a leader does not know the outcome.
fn leads(world: &World<PaxosCommit>, id: ProcessId, txn: TxnId, lead: &Lead) -> Why {
    let roles = world.config().roles(world.node_count());
    let have = lead.answered();
    let is_of_rms = lead.ballot == Ballot::ZERO;
    let asked: Vec<ProcessId> = if is_of_rms { roles.used().collect() } else { roles.acceptors().collect() };
    let missing: Vec<ProcessId> = asked.into_iter().filter(|acceptor| !have.contains(acceptor)).collect();
    let mut facts = vec![
        about("paxos-commit.why.have_answered", id).with("nodes", names(world, &have)),
        about("paxos-commit.why.have_not_answered", id).with("nodes", names(world, &missing)),
    ];
    facts.extend(obstacles(world, id, &missing));
    if is_of_rms {
        let acceptors = missing.iter().filter_map(|acceptor| Some((acceptor, world.node(*acceptor)?)));
        let waiting = acceptors.filter_map(|(acceptor, node)| Some((acceptor, node.ballots.get(&txn)?)));
        facts.extend(waiting.map(|(acceptor, known)| {
            let votes = Arg::Plain(instances(world, known));
            of_txn("paxos-commit.why.has_accepted", *acceptor, txn).with("votes", votes)
        }));
    }
    let timer = armed(world, id, Timer::Ballot(txn));
    facts.extend(timer.map(|armed| at("paxos-commit.why.next_ballot", id, armed)));
    let (key, rule) = match (&lead.stage, is_of_rms) {
        (Stage::Promises { .. }, _) => ("paxos-commit.why.promises", "paxos-commit.why.rule.promises"),
        (Stage::Acceptances { .. }, true) => ("paxos-commit.why.collecting", "paxos-commit.why.rule.collecting"),
        (Stage::Acceptances { .. }, false) => ("paxos-commit.why.acceptances", "paxos-commit.why.rule.acceptances"),
    };
    let claim = of_txn(key, id, txn).with("ballot", Arg::Text(Box::new(ballot_text(lead.ballot))));
    let since = timer.map(|armed| armed.cause);
    Why { since, ..answer(claim, with_majority(world, rule), PAXOS_COMMIT, facts) }
}

/// Why an acceptor has not told what RMs have proposed to it.
fn collects(world: &World<PaxosCommit>, id: ProcessId, txn: TxnId, known: &Acceptance) -> Why {
    let is_missing = |rm: &ProcessId| !known.accepted.contains_key(rm) && !known.pending.contains_key(rm);
    let missing: Vec<ProcessId> = known.head.ids().filter(is_missing).collect();
    let mut facts = vec![about("paxos-commit.why.have_not_proposed", id).with("nodes", names(world, &missing))];
    facts.extend(obstacles(world, id, &missing));
    let rule = Text::key("paxos-commit.why.rule.bundle");
    answer(of_txn("paxos-commit.why.bundles", id, txn), rule, COSTS, facts)
}

/// A rule that speaks of majorities.
fn with_majority(world: &World<PaxosCommit>, rule: &'static str) -> Text {
    let roles = world.config().roles(world.node_count());
    Text::key(rule).with("quorum", number(roles.quorum())).with("total", number(roles.acceptor_count()))
}

/// How many acceptors are up, and how many are needed.
fn majority(world: &World<PaxosCommit>) -> Text {
    let roles = world.config().roles(world.node_count());
    let up = roles.acceptors().filter(|acceptor| world.node(*acceptor).is_some()).count();
    with_majority(world, "paxos-commit.why.acceptors_up").with("count", number(up))
}
