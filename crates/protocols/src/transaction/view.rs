//! Pictures of what the commit protocols share: values with their locks, and what a transaction has cost.

use super::TxnId;
use super::costs::{Costs, Formula, Term};
use super::store::{Lock, Mode, Store, Wait};
use crate::kv::Key;
use consistory_scene::{Arg, Field, Text};

/// What a participant's card shows of its database: each key with its value, who holds its lock (S shared, X exclusive)
/// and who waits for it.
pub fn entries(store: &Store) -> Vec<Field> {
    let field = |(key, value, lock): (Key, Option<i64>, Option<&Lock>)| {
        let value = value.map_or("∅".to_owned(), |value| value.to_string());
        let lock = lock.map(lock_text).unwrap_or_default();
        Field { name: Text::plain(key.to_string()), value: Text::plain(format!("{value}{lock}")) }
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

/// What the inspector shows of the database: which transaction waits for which.
pub fn waits(store: &Store) -> Vec<Field> {
    let field = |wait: Wait| {
        let on: Vec<String> = wait.on.iter().map(|txn| txn.name()).collect();
        let value = Text::key("transaction.waits").with("txn", wait.txn.arg());
        let value = value.with("key", Arg::Plain(wait.key.to_string())).with("on", Arg::Plain(on.join(", ")));
        Field { name: Text::key("transaction.field.waits"), value }
    };
    store.waits().map(field).collect()
}

/// What a transaction has cost, beside what the formula gives.
pub fn costs(txn: TxnId, costs: &Costs, formula: Option<&Formula>) -> Vec<Field> {
    let field = |name, count: u32, term: Option<&Term>| Field { name: Text::key(name), value: cost(count, term) };
    let participants = format!("{} (N = {})", txn.name(), costs.count());
    vec![
        Field { name: Text::key("transaction.field.costs"), value: Text::plain(participants) },
        field("transaction.field.messages", costs.messages, formula.map(|formula| &formula.messages)),
        field("transaction.field.forced", costs.forced, formula.map(|formula| &formula.forced)),
        field("transaction.field.delays", u32::from(costs.delays), formula.map(|formula| &formula.delays)),
        field("transaction.field.acknowledgements", costs.acknowledgements, None),
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
