//! Why a transaction is undecided, why an RM is blocked, what a leader or an acceptor waits for, and why a record is or
//! is not on disk.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out.

use super::acceptor::Acceptance;
use super::ballot::Ballot;
use super::leader::{Lead, Stage};
use super::node::{Joined, Node, Phase};
use super::record::Record;
use super::view::{ballot_text, instances, record_look, record_text};
use super::{MANAGER, PaxosCommit, Timer};
use crate::spec::ClientOp;
use crate::transaction::TxnId;
use crate::transaction::why::{TWO_PHASE_LOCKING, waits};
use crate::why::{about, alive, answer, is_paused, names, number, obstacle, obstacles, under_way};
use consistory_kernel::{ArmedTimer, ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use core::iter::once;

/// Where the rules stand.
const PAXOS: &str = "Gray, Lamport 2006, §4.1";
const PAXOS_COMMIT: &str = "Gray, Lamport 2006, §4.2";
const COSTS: &str = "Gray, Lamport 2006, §4.3";

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<PaxosCommit>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id),
        Subject::Entry(id, index) => entry(world, id, index).into_iter().collect(),
        Subject::Operation(client) => of_operation(world, client),
    }
}

fn of_node(world: &World<PaxosCommit>, id: ProcessId) -> Vec<Why> {
    let Some(node) = world.node(id) else { return down(world, id).into_iter().collect() };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        let rule = Text::key("paxos-commit.why.rule.paused");
        answers.push(answer(about("why.is_paused", id), rule, "", Vec::new()));
    }
    let doubts = node.joined.iter().filter(|(_, joined)| joined.is_in_doubt());
    answers.extend(doubts.map(|(txn, joined)| in_doubt(world, id, *txn, joined)));
    answers.extend(node.leading.iter().map(|(txn, lead)| leads(world, id, *txn, lead)));
    answers.extend(node.running.keys().map(|txn| executes(world, id, node, *txn)));
    answers.extend(works(world, id, node));
    let collecting = node.ballots.iter().filter(|(_, known)| !known.pending.is_empty());
    answers.extend(collecting.map(|(txn, known)| collects(world, id, *txn, known)));
    if answers.is_empty() {
        let rule = Text::key("paxos-commit.why.rule.idle");
        answers.push(answer(about("paxos-commit.why.idle", id), rule, PAXOS_COMMIT, vec![logged(id, node.log.len())]));
    }
    answers
}

fn down(world: &World<PaxosCommit>, id: ProcessId) -> Option<Why> {
    let disk = world.disk(id)?;
    let roles = world.config().roles(world.node_count());
    let (rule, source) = match (id == MANAGER, roles.is_acceptor(id)) {
        (true, _) => ("paxos-commit.why.rule.down_manager", PAXOS_COMMIT),
        (false, true) => ("paxos-commit.why.rule.down_acceptor", PAXOS),
        (false, false) => ("paxos-commit.why.rule.down_rm", PAXOS_COMMIT),
    };
    let mut facts = vec![logged(id, disk.log.len())];
    facts.push(majority(world));
    Some(answer(about("paxos-commit.why.is_down", id), with_majority(world, rule), source, facts))
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
        facts.push(about("paxos-commit.why.asked", id).with("count", number(asked)));
    }
    let timer = armed(world, id, Timer::Doubt(txn));
    facts.extend(timer.map(|armed| at("paxos-commit.why.asks_next", id, armed)));
    let since = timer.map(|armed| armed.cause);
    let rule = with_majority(world, "paxos-commit.why.rule.in_doubt");
    Why { since, ..answer(of_txn(key, id, txn), rule, PAXOS_COMMIT, facts) }
}

/// What one that could lead knows or does about a transaction; nothing of one that is down.
fn could_tell(world: &World<PaxosCommit>, id: ProcessId, txn: TxnId) -> Option<Text> {
    let node = world.node(id)?;
    if let Some(outcome) = node.known(txn) {
        return Some(of_txn("paxos-commit.why.knows", id, txn).with("outcome", Arg::Word(outcome.word())));
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

/// Why a transaction that a node executes is not being committed yet.
fn executes(world: &World<PaxosCommit>, id: ProcessId, node: &Node, txn: TxnId) -> Why {
    let missing: Vec<ProcessId> =
        node.running.get(&txn).map(|execution| execution.missing().collect()).unwrap_or_default();
    let mut facts = vec![about("paxos-commit.why.have_not_worked", id).with("nodes", names(world, &missing))];
    facts.extend(obstacles(world, id, &missing));
    for other in missing.iter().filter_map(|other| world.node(*other)) {
        facts.extend(waits(other));
    }
    let timer = armed(world, id, Timer::Work(txn));
    facts.extend(timer.map(|armed| at("paxos-commit.why.aborts_at", id, armed)));
    let rule = Text::key("paxos-commit.why.rule.executing");
    answer(of_txn("paxos-commit.why.executing", id, txn), rule, TWO_PHASE_LOCKING, facts)
}

/// Why transactions at an RM are not prepared: who waits for whom.
fn works(world: &World<PaxosCommit>, id: ProcessId, node: &Node) -> Vec<Why> {
    let working = node.joined.iter().filter(|(_, joined)| !joined.is_in_doubt());
    let of_work = |(txn, joined): (&TxnId, &Joined)| {
        let mut facts = waits(node);
        facts.push(of_txn("paxos-commit.why.executed_by", joined.home, *txn));
        facts.extend(obstacles(world, id, &[joined.home]));
        let is_waiting = !node.store.is_done(*txn);
        let timer = if is_waiting { Timer::Lock(*txn) } else { Timer::Request(*txn) };
        let timer = armed(world, id, timer);
        facts.extend(timer.map(|armed| at("paxos-commit.why.aborts_at", id, armed)));
        let (key, rule) = if is_waiting {
            ("paxos-commit.why.waits", "paxos-commit.why.rule.locks")
        } else {
            ("paxos-commit.why.worked", "paxos-commit.why.rule.unprepared")
        };
        let since = timer.map(|armed| armed.cause);
        Why { since, ..answer(of_txn(key, id, *txn), Text::key(rule), TWO_PHASE_LOCKING, facts) }
    };
    working.map(of_work).collect()
}

/// Why a record is on disk, or waits in memory.
fn entry(world: &World<PaxosCommit>, id: ProcessId, index: u64) -> Option<Why> {
    let place = usize::try_from(index.checked_sub(1)?).ok()?;
    let (record, is_stable) = match world.node(id) {
        Some(node) => node.log.iter_from(place).next().map(|(record, stable)| (record.clone(), stable))?,
        None => (world.disk(id)?.log.get(place)?.clone(), true),
    };
    let (_, _, title) = record_look(&record);
    let key = if is_stable { "paxos-commit.why.stable" } else { "paxos-commit.why.buffered" };
    let claim = about(key, id).with("record", Arg::Text(Box::new(record_text(&record, title))));
    let (rule, source) = match record {
        Record::Prepared { .. } => ("paxos-commit.why.rule.prepared", PAXOS_COMMIT),
        Record::Learned { .. } => ("paxos-commit.why.rule.learned", COSTS),
        Record::Accepted { .. } => ("paxos-commit.why.rule.accepted", COSTS),
        Record::Promised { .. } => ("paxos-commit.why.rule.promised", PAXOS),
        Record::Decided { .. } => ("paxos-commit.why.rule.decided", COSTS),
    };
    Some(answer(claim, Text::key(rule), source, Vec::new()))
}

/// Why a client has no answer; nothing if it waits for none.
fn of_operation(world: &World<PaxosCommit>, client: ProcessId) -> Vec<Why> {
    let Some(state) = world.client(client) else { return Vec::new() };
    let Some(pending) = &state.pending else { return Vec::new() };
    let of_client = |key| Text::key(key).with("client", Arg::Process(client));
    let asked = of_client("why.asked").with("target", Arg::Process(state.target));
    let asked = asked.with("time", Arg::Time(pending.invoked_at)).with("attempts", number(pending.attempts));
    let mut facts = vec![asked];
    let (text, since) = under_way(world, client, state.serial).unzip();
    facts.extend(text);
    let home = world.config().home(world.node_count(), &pending.op);
    facts.push(about("paxos-commit.why.home", home));
    facts.extend(obstacles(world, client, &[state.target]));
    if obstacle(world, client, home).is_some() {
        facts.extend(obstacles(world, client, &[home]));
    }
    let claim = of_client("why.no_answer").with("operation", Arg::Text(Box::new(pending.op.label())));
    let rule = Text::key("paxos-commit.why.rule.answer");
    let first = Why { since, ..answer(claim, rule, PAXOS_COMMIT, facts) };
    let is_meant = |txn: TxnId| txn.client == client && txn.serial == state.serial;
    let mut more = Vec::new();
    for (id, node) in alive(world) {
        more.extend(node.running.keys().filter(|txn| is_meant(**txn)).map(|txn| executes(world, id, node, *txn)));
        let leading = node.leading.iter().filter(|(txn, _)| is_meant(**txn));
        more.extend(leading.map(|(txn, lead)| leads(world, id, *txn, lead)));
        let doubts = node.joined.iter().filter(|(txn, joined)| is_meant(**txn) && joined.is_in_doubt());
        more.extend(doubts.map(|(txn, joined)| in_doubt(world, id, *txn, joined)));
    }
    once(first).chain(more).collect()
}

fn armed(world: &World<PaxosCommit>, id: ProcessId, timer: Timer) -> Option<&ArmedTimer<Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == timer)
}

/// Something that happens when a timer fires.
fn at(key: &'static str, id: ProcessId, armed: &ArmedTimer<Timer>) -> Text {
    about(key, id).with("time", Arg::Time(armed.fires_at))
}

fn of_txn(key: &'static str, id: ProcessId, txn: TxnId) -> Text {
    about(key, id).with("txn", txn.arg())
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

/// How long a node's log is.
fn logged(id: ProcessId, records: usize) -> Text {
    about("paxos-commit.why.logged", id).with("count", number(records))
}
