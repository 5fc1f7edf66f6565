//! Answers to "why" that the commit protocols share: why a transaction is not being committed yet, waits for a lock or
//! is not answered, and why a record is or is not on disk.

use super::TxnId;
use super::judge::{Judged, Standing};
use super::site::{Commit, Undecided, Wait};
use super::store;
use super::view::{Shown, log_of};
use crate::why::{about, alive, answer, is_paused, names, number, obstacles, waiting};
use consistory_kernel::{ArmedTimer, ProcessId, Protocol, World};
use consistory_scene::{Arg, Text, Why};

/// Where it stands who may abort by himself.
const TWO_PHASE_COMMIT: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.4";

/// Where the rule of locks stands.
const TWO_PHASE_LOCKING: &str = "Bernstein, Hadzilacos, Goodman 1987, §3.2";

/// The word keys of rules that are not the same for all protocols.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Where the protocol is described.
    pub source: &'static str,
    /// What a node does that is paused.
    pub paused: &'static str,
    /// How long a transaction is undecided at a node.
    pub idle: &'static str,
    /// When a client is answered.
    pub answer: &'static str,
}

impl Rules {
    /// The usual rules, for a protocol that is described there.
    pub const fn of(source: &'static str) -> Self {
        Self {
            source,
            paused: "transaction.why.rule.paused",
            idle: "transaction.why.rule.idle",
            answer: "transaction.why.rule.answer",
        }
    }
}

/// Why a node is as it is: that it is down, or paused; then what the protocol says of the transactions that it has not
/// ended, or else that there are none.
pub fn of_node<P: Shown>(
    world: &World<P>,
    id: ProcessId,
    rules: &Rules,
    down: impl FnOnce(&World<P>, ProcessId) -> Why,
    undecided: impl FnOnce(&World<P>, ProcessId, &P::Node) -> Vec<Why>,
) -> Vec<Why> {
    let Some(node) = world.node(id) else { return world.disk(id).map(|_| down(world, id)).into_iter().collect() };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        answers.push(answer(about("why.is_paused", id), Text::key(rules.paused), "", Vec::new()));
    }
    answers.extend(undecided(world, id, node));
    if answers.is_empty() {
        let claim = about("transaction.why.idle", id);
        answers.push(answer(claim, Text::key(rules.idle), rules.source, vec![logged(world, id)]));
    }
    answers
}

/// That a node is down, with the rule of what follows from that.
pub fn is_down<P: Shown>(world: &World<P>, id: ProcessId, rule: Text, source: &'static str) -> Why {
    answer(about("transaction.why.is_down", id), rule, source, vec![logged(world, id)])
}

/// How long a node's log is.
fn logged<P: Shown>(world: &World<P>, id: ProcessId) -> Text {
    let records = log_of(world, id).map_or(0, |log| log.len());
    about("transaction.why.logged", id).with("count", number(records))
}

/// Why a transaction that a node executes is not being committed yet.
pub fn executes<P: Commit>(world: &World<P>, id: ProcessId, node: &P::Node, txn: TxnId) -> Why {
    let execution = P::site(node).running.get(&txn);
    let missing: Vec<ProcessId> = execution.map(|execution| execution.missing().collect()).unwrap_or_default();
    let mut facts = vec![about("transaction.why.have_not_worked", id).with("nodes", names(world, &missing))];
    facts.extend(obstacles(world, id, &missing));
    for other in missing.iter().filter_map(|other| world.node(*other)) {
        facts.extend(waits(P::site(other)));
    }
    let timer = armed(world, id, P::timer(Wait::Work, txn));
    facts.extend(timer.map(|armed| at("transaction.why.aborts_at", id, armed)));
    let rule = Text::key("transaction.why.rule.executing");
    answer(of_txn("transaction.why.executing", id, txn), rule, TWO_PHASE_LOCKING, facts)
}

/// Why a transaction at a participant is promised nothing yet: who waits for whom.
pub fn works<P: Commit>(world: &World<P>, id: ProcessId, node: &P::Node, txn: TxnId, part: &P::Part) -> Why {
    let (site, home) = (P::site(node), part.home());
    let mut facts = waits(site);
    facts.push(of_txn("transaction.why.executed_by", home, txn));
    facts.extend(obstacles(world, id, &[home]));
    let (key, rule, source, wait) = if site.store.is_done(txn) {
        ("transaction.why.worked", "transaction.why.rule.unvoted", TWO_PHASE_COMMIT, Wait::Request)
    } else {
        ("transaction.why.lacks_lock", "transaction.why.rule.locks", TWO_PHASE_LOCKING, Wait::Lock)
    };
    let timer = armed(world, id, P::timer(wait, txn));
    facts.extend(timer.map(|armed| at("transaction.why.aborts_at", id, armed)));
    let since = timer.map(|armed| armed.cause);
    Why { since, ..answer(of_txn(key, id, txn), Text::key(rule), source, facts) }
}

/// [`works`] of every transaction for which a participant has promised nothing.
pub fn all_works<P: Commit>(world: &World<P>, id: ProcessId, node: &P::Node) -> Vec<Why> {
    let working = P::site(node).parts.iter().filter(|(_, part)| !part.is_in_doubt());
    working.map(|(txn, part)| works(world, id, node, *txn, part)).collect()
}

/// Why a record is on disk, or waits in memory.
pub fn entry<P: Shown>(world: &World<P>, id: ProcessId, index: u64) -> Option<Why> {
    let place = usize::try_from(index.checked_sub(1)?).ok()?;
    let log = log_of(world, id)?;
    let (record, is_stable) = log.iter_from(place).next()?;
    let look = P::look(record);
    let key = if is_stable { "transaction.why.stable" } else { "transaction.why.buffered" };
    let claim = about(key, id).with("record", Arg::Text(Box::new(look.title)));
    Some(answer(claim, Text::key(look.rule), look.source, Vec::new()))
}

/// Why a client has no answer: what it has asked, who executes it, and what the protocol says of its transaction at each
/// node that is up. Nothing if it waits for none.
pub fn of_operation<P: Shown>(
    world: &World<P>,
    client: ProcessId,
    rules: &Rules,
    undecided: impl Fn(&World<P>, ProcessId, &P::Node, &dyn Fn(&TxnId) -> bool) -> Vec<Why>,
) -> Vec<Why> {
    let Some(waiting) = waiting(world, client) else { return Vec::new() };
    let (state, since, mut facts) = (waiting.state, waiting.since, waiting.facts.clone());
    let home = P::terms(world.config(), world.node_count()).home(waiting.op);
    facts.push(about("transaction.why.home", home));
    facts.extend(obstacles(world, client, &[state.target]));
    if home != state.target {
        facts.extend(obstacles(world, client, &[home]));
    }
    let mut answers = vec![Why { since, ..answer(waiting.claim, Text::key(rules.answer), rules.source, facts) }];
    let is_meant = |txn: &TxnId| txn.client == client && txn.serial == state.serial;
    for (id, node) in alive(world) {
        let running = P::site(node).running.keys().filter(|txn| is_meant(txn));
        answers.extend(running.map(|txn| executes(world, id, node, *txn)));
        answers.extend(undecided(world, id, node, &is_meant));
    }
    answers
}

/// Why the transactions that wait at a node wait: who holds the lock, and whether that one is in doubt.
fn waits(node: &dyn Judged) -> Vec<Text> {
    let text = |wait: store::Wait| {
        let is_in_doubt = wait.on.iter().any(|txn| node.standing(*txn) == Standing::InDoubt);
        let key = if is_in_doubt { "transaction.why.waits_in_doubt" } else { "transaction.why.waits" };
        let on: Vec<String> = wait.on.iter().map(|txn| txn.name()).collect();
        let text = Text::key(key).with("txn", wait.txn.arg()).with("key", Arg::Plain(wait.key.to_string()));
        text.with("on", Arg::Plain(on.join(", ")))
    };
    node.store().waits().map(text).collect()
}

/// A timer of a node, if it is armed.
pub fn armed<P: Protocol>(world: &World<P>, id: ProcessId, timer: P::Timer) -> Option<&ArmedTimer<P::Timer>> {
    world.timers(id).iter().find(|armed| armed.timer == timer)
}

/// Something that happens when a timer fires.
pub fn at<T>(key: &'static str, id: ProcessId, armed: &ArmedTimer<T>) -> Text {
    about(key, id).with("time", Arg::Time(armed.fires_at))
}

/// A text about a node and a transaction.
pub fn of_txn(key: &'static str, id: ProcessId, txn: TxnId) -> Text {
    about(key, id).with("txn", txn.arg())
}
