//! Pictures of what the commit protocols share: cards, values with their locks, logs, and what a transaction has cost.

use super::costs::{Costs, Formula, Term};
use super::log::{Durable, Log};
use super::op::{Action, values_text};
use super::site::{Commit, Logged};
use super::store::{Lock, Mode, Store, Wait};
use super::{Outcome, TxnId};
use crate::kv::Key;
use crate::picture::{arc, data_field, field, plain_card, text_field, timer_fields, word_field};
use crate::spec::names_of;
use crate::why::{names, nodes};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{
    Arg, Card, Cell, Dots, Emphasis, Field, LogKind, Matrix, MatrixRow, Strip, Text, TimerArc, Tone,
};

/// Records that a card shows; older ones are counted.
const STRIP: usize = 8;

/// Columns that the matrix of logs shows.
const COLUMNS: usize = 14;

/// The word key of the timer of a round's next message: its turns are too short to be seen on a card.
pub const NEXT: &str = "transaction.timer.next";

/// A commit protocol whose nodes, logs and costs are shown.
pub trait Shown: Commit {
    /// What a node's disk has.
    fn disk(disk: &Self::Durable) -> &Durable<Self::Record>;
    /// How a record of the log looks.
    fn look(record: &Self::Record) -> Look;
    /// The word key of a timer.
    fn timer_key(timer: Self::Timer) -> &'static str;
    /// What a transaction should have cost.
    fn formula(world: &World<Self>, spent: &Costs) -> Option<Formula>;
}

/// How a record of the log looks, and why it is on disk or is not.
#[derive(Clone, Debug)]
pub struct Look {
    /// What its cell shows.
    pub label: &'static str,
    /// Its tint.
    pub tone: Tone,
    /// What it says.
    pub title: Text,
    /// The word key of the rule by which it is forced to disk, or need not be.
    pub rule: &'static str,
    /// Where that rule stands.
    pub source: &'static str,
}

/// What a node is doing: the word key, and how its card says it.
pub type Role = (&'static str, Emphasis, Tone);

/// A node that is up, as a card.
pub fn card<P: Shown>(
    world: &World<P>,
    id: ProcessId,
    node: &P::Node,
    (role, emphasis, tone): Role,
    dots: Option<Dots>,
) -> Card {
    let open = open::<P>(node);
    let badge = match (open.first(), open.len()) {
        (None, _) => Text::plain(""),
        (Some(first), 1) => Text::plain(first.name()),
        (Some(first), count) => Text::plain(format!("{} +{}", first.name(), count - 1)),
    };
    let site = P::site(node);
    Card {
        tone,
        badge,
        timer: timer(world, id),
        dots,
        strip: Some(strip::<P>(&site.log)),
        fields: entries(&site.store),
        ..plain_card(world, id, role, emphasis)
    }
}

/// The transactions that are not ended at a node.
fn open<P: Commit>(node: &P::Node) -> Vec<TxnId> {
    let site = P::site(node);
    let coordinated = P::coordinated(node).into_iter().map(|(txn, _)| txn);
    let mut open: Vec<TxnId> = site.parts.keys().chain(site.running.keys()).copied().chain(coordinated).collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// The time-out that comes first.
fn timer<P: Shown>(world: &World<P>, id: ProcessId) -> Option<TimerArc> {
    let shown = world.timers(id).iter().filter(|armed| P::timer_key(armed.timer) != NEXT);
    let armed = shown.min_by_key(|armed| armed.fires_at)?;
    Some(arc(P::timer_key(armed.timer), armed))
}

/// The tone of a node that is at rest: that of what it has logged last, if that is a decision.
pub fn tone_at_rest<P: Commit>(node: &P::Node) -> Tone {
    let log = &P::site(node).log;
    let last = log.iter_from(log.len().saturating_sub(1)).find_map(|(record, _)| record.outcome());
    last.map_or(Tone::Neutral, outcome_tone)
}

/// The tone of a decision.
pub fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Commit => Tone::Good,
        Outcome::Abort => Tone::Bad,
    }
}

/// The letter and the name of the record of what a participant has learned.
pub fn learned(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Commit => ("c", "transaction.record.commit"),
        Outcome::Abort => ("a", "transaction.record.abort"),
    }
}

/// What a node that is down has on its disk.
pub fn stored<P: Shown>(disk: &P::Durable) -> Strip {
    strip::<P>(&Log::recover(&P::disk(disk).log))
}

fn strip<P: Shown>(log: &Log<P::Record>) -> Strip {
    let hidden = log.len().saturating_sub(STRIP);
    Strip { hidden: u32::try_from(hidden).unwrap_or(u32::MAX), cells: cells::<P>(log, hidden) }
}

/// The records after the first `before`: forced ones are solid, those that wait for the next forced write dashed.
fn cells<P: Shown>(log: &Log<P::Record>, before: usize) -> Vec<Cell> {
    let cell = |(place, (record, is_stable)): (usize, (&P::Record, bool))| {
        let Look { label, tone, title, .. } = P::look(record);
        let index = u32::try_from(before + place + 1).unwrap_or(u32::MAX);
        Cell { index, label: label.to_owned(), tone, committed: is_stable, applied: false, title }
    };
    log.iter_from(before).enumerate().map(cell).collect()
}

/// The log of a node; of one that is down, what is on its disk.
pub(super) fn log_of<P: Shown>(world: &World<P>, id: ProcessId) -> Option<Log<P::Record>> {
    match world.node(id) {
        Some(node) => Some(P::site(node).log.clone()),
        None => world.disk(id).map(|disk| Log::recover(&P::disk(disk).log)),
    }
}

/// The logs side by side. Their records do not belong together by their places, as those of replicas would.
pub fn matrix<P: Shown>(world: &World<P>) -> Matrix {
    let logs: Vec<(ProcessId, Log<P::Record>)> = nodes(world).filter_map(|id| Some((id, log_of(world, id)?))).collect();
    let longest = logs.iter().map(|(_, log)| log.len()).max().unwrap_or(0);
    let first = longest.saturating_sub(COLUMNS);
    let row = |(id, log): &(ProcessId, Log<P::Record>)| {
        let name = names_of(world).name(*id);
        MatrixRow { id: *id, name, cells: cells::<P>(log, first), extra: Vec::new() }
    };
    Matrix {
        kind: LogKind::Records,
        first: u32::try_from(first + 1).unwrap_or(u32::MAX),
        columns: u32::try_from(longest - first).unwrap_or(u32::MAX),
        extra: Vec::new(),
        rows: logs.iter().map(row).collect(),
    }
}

/// What a participant's card shows of its database: each key with its value, who holds its lock (S shared, X exclusive)
/// and who waits for it.
fn entries(store: &Store) -> Vec<Field> {
    let field = |(key, value, lock): (Key, Option<i64>, Option<&Lock>)| {
        let value = value.map_or("∅".to_owned(), |value| value.to_string());
        let lock = lock.map(lock_text).unwrap_or_default();
        data_field(key, format!("{value}{lock}"))
    };
    store.entries().map(field).collect()
}

/// ` X T1.1 ← T2.1`.
fn lock_text(lock: &Lock) -> String {
    let mode = |mode: Mode| match mode {
        Mode::Shared => 'S',
        Mode::Exclusive => 'X',
    };
    let holders = lock.holders().iter().map(|(txn, held)| format!(" {} {}", mode(*held), txn.name()));
    let waiting: Vec<String> = lock.queue().map(|(txn, _)| txn.name()).collect();
    let mut text = holders.collect::<Vec<_>>().concat();
    if !waiting.is_empty() {
        text.push_str(" ← ");
        text.push_str(&waiting.join(", "));
    }
    text
}

/// A field about a transaction.
pub fn of_txn(txn: TxnId, value: Text) -> Field {
    Field { name: Text::plain(txn.name()), value }
}

/// What the inspector shows of the transactions that a node executes.
pub fn running_fields<P: Commit>(world: &World<P>, node: &P::Node) -> Vec<Field> {
    let running = P::site(node).running.iter().map(|(txn, execution)| {
        let missing: Vec<ProcessId> = execution.missing().collect();
        let value = Text::key("transaction.executing").with("missing", names(world, &missing));
        of_txn(*txn, value)
    });
    running.collect()
}

/// What the inspector shows of the database: which transaction waits for which.
pub fn waits(store: &Store) -> Vec<Field> {
    let field = |wait: Wait| {
        let on: Vec<String> = wait.on.iter().map(|txn| txn.name()).collect();
        let value = Text::key("transaction.waits").with("txn", wait.txn.arg());
        let value = value.with("key", Arg::Plain(wait.key.to_string())).with("on", Arg::Plain(on.join(", ")));
        text_field("transaction.field.waits", value)
    };
    store.waits().map(field).collect()
}

/// What the inspector shows of a node's life and of its timers.
pub fn life_fields<P: Shown>(world: &World<P>, id: ProcessId, node: &P::Node) -> Vec<Field> {
    let timers = timer_fields(world, id, "transaction.at_time", P::timer_key);
    core::iter::once(life_field(P::site(node).life)).chain(timers).collect()
}

/// The transactions whose costs a node's inspector shows: those that are open there, or else the last one of the run.
pub fn spent<P: Commit>(world: &World<P>, node: &P::Node) -> Vec<(TxnId, Costs)> {
    let ledger = &P::judge(world.monitor()).ledger;
    let of_open: Vec<_> = open::<P>(node).into_iter().filter_map(|txn| Some((txn, ledger.costs(txn)?))).collect();
    if of_open.is_empty() { ledger.last().into_iter().collect() } else { of_open }
}

/// What a transaction has cost, beside what the formula gives once everybody knows the outcome.
pub fn costs<P: Shown>(world: &World<P>, txn: TxnId, costs: &Costs) -> Vec<Field> {
    let formula = P::formula(world, costs).filter(|_| costs.is_complete());
    let formula = formula.as_ref();
    let line = |name, count: u32, term: Option<&Term>| text_field(name, cost(count, term));
    let participants = format!("{} (N = {})", txn.name(), costs.count());
    vec![
        field("transaction.field.costs", participants),
        line("transaction.field.messages", costs.messages, formula.map(|formula| &formula.messages)),
        line("transaction.field.forced", costs.forced, formula.map(|formula| &formula.forced)),
        line("transaction.field.delays", u32::from(costs.delays), formula.map(|formula| &formula.delays)),
        line("transaction.field.acknowledgements", costs.acknowledgements, None),
    ]
}

/// `11 = 3N − 1`, or `12 (3N − 1 = 11)` where it is not what the formula gives.
fn cost(count: u32, term: Option<&Term>) -> Text {
    match term {
        Some(term) if term.value == count => Text::plain(format!("{count} = {}", term.text)),
        Some(term) => Text::plain(format!("{count} ({} = {})", term.text, term.value)),
        None => Text::plain(count.to_string()),
    }
}

/// The transaction that a message is about.
pub fn txn_field(txn: TxnId) -> Field {
    field("transaction.field.txn", txn.name())
}

/// What a participant is to do.
pub fn work_field(actions: &[Action]) -> Field {
    let actions: Vec<String> = actions.iter().map(ToString::to_string).collect();
    field("transaction.field.actions", actions.join(", "))
}

/// What a participant has done, and in which life.
pub fn worked_fields(life: u32, reads: Option<&[Option<i64>]>) -> [Field; 2] {
    [field("transaction.field.reads", reads.map_or("✗".to_owned(), values_text)), life_field(life)]
}

/// How often a node had booted.
pub fn life_field(life: u32) -> Field {
    field("transaction.field.life", life)
}

/// What is decided.
pub fn decision_field(outcome: Outcome) -> Field {
    word_field("transaction.field.decision", outcome.word())
}
