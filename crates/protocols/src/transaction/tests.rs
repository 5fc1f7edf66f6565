//! The shared parts by themselves: locks, undo, placement, texts, logs, counts.

use super::costs::{Ledger, Term};
use super::execution::{Admission, Execution, Past, Sessions};
use super::log::Log;
use super::op::{Reply, Transaction};
use super::outbox::Outbox;
use super::placement::Placement;
use super::store::Store;
use super::{Outcome, TxnId};
use crate::kv::Key;
use crate::spec::ClientOp;
use consistory_kernel::{Chunks, OpKind, ProcessId};

fn txn(serial: u32) -> TxnId {
    TxnId::new(5, ProcessId(5), serial, 1)
}

fn key(name: &str) -> Key {
    Key::parse(name).expect("a key")
}

fn op(text: &str) -> Transaction {
    Transaction::parse(text).expect(text)
}

/// A transaction begins at a store; returns whether it is done.
fn begin(store: &mut Store, serial: u32, text: &str) -> bool {
    store.begin(txn(serial), op(text).actions())
}

#[test]
fn readers_share_and_writers_wait_in_order() {
    let mut store = Store::default();
    assert!(begin(&mut store, 1, "txn read x") && begin(&mut store, 2, "txn read x"));
    assert!(!begin(&mut store, 3, "txn write x 3"));
    assert!(!begin(&mut store, 4, "txn read x"), "it would overtake the writer");
    let on: Vec<_> = store.waits().map(|wait| (wait.txn, wait.on)).collect();
    assert_eq!(on, [(txn(3), vec![txn(1), txn(2)]), (txn(4), vec![txn(1), txn(2), txn(3)])]);
    assert_eq!(store.commit(txn(1)), []);
    assert_eq!(store.commit(txn(2)), [txn(3)]);
    assert_eq!(store.commit(txn(3)), [txn(4)]);
    assert_eq!(store.reads(txn(4)), [Some(3)]);
}

#[test]
fn a_reader_that_writes_comes_before_the_queue_and_two_of_them_block_each_other() {
    let mut store = Store::default();
    assert!(begin(&mut store, 1, "txn read x"));
    assert!(!begin(&mut store, 2, "txn read x, write x 2"));
    assert!(!begin(&mut store, 3, "txn write x 3"));
    assert_eq!(store.commit(txn(1)), [txn(2)]);
    assert_eq!(store.commit(txn(2)), [txn(3)]);
    let mut store = Store::default();
    assert!(begin(&mut store, 1, "txn read x"));
    assert!(!begin(&mut store, 2, "txn read x, add x 1"));
    assert!(!begin(&mut store, 3, "txn read x, add x 1"));
    assert_eq!(store.abort(txn(3)), []);
    assert_eq!(store.abort(txn(1)), [txn(2)]);
    assert_eq!(store.value(key("x")), Some(1));
}

#[test]
fn an_abort_undoes_and_a_transaction_sees_its_own_changes() {
    let mut store = Store::default();
    assert!(begin(&mut store, 1, "txn write x 5, add y 2"));
    store.commit(txn(1));
    assert!(begin(&mut store, 2, "txn add x -3, read x, write x 9, write z 1, add y 1"));
    assert_eq!(store.reads(txn(2)), [Some(2)]);
    assert_eq!(store.changes(txn(2)), [(key("x"), 9), (key("z"), 1), (key("y"), 3)]);
    store.abort(txn(2));
    let left = ["x", "y", "z"].map(|name| store.value(key(name)));
    assert_eq!(left, [Some(5), Some(2), None]);
    assert!(store.works().is_empty() && store.entries().all(|(_, _, lock)| lock.is_none()));
}

#[test]
fn what_is_in_doubt_is_locked_again_and_can_still_be_undone() {
    let mut store = Store::default();
    store.redo(&[(key("x"), 1)]);
    store.restore(txn(1), &[(key("x"), 2), (key("y"), 7)]);
    assert_eq!(store.value(key("x")), Some(2));
    assert!(!begin(&mut store, 2, "txn read x, read y"));
    assert_eq!(store.abort(txn(1)), [txn(2)]);
    assert_eq!(store.reads(txn(2)), [Some(1), None]);
}

#[test]
fn keys_have_their_places() {
    let placement = Placement::new(ProcessId(1), 3);
    let holders = ["x", "y", "z", "u", "v", "w"].map(|name| placement.holder(key(name)).0);
    assert_eq!(holders, [1, 2, 3, 1, 2, 3]);
    assert!(placement.holders().all(|id| placement.has(id)) && !placement.has(ProcessId(0)));
    // 97 + 98 = 195, which three participants divide evenly.
    assert_eq!(placement.holder(key("ab")), ProcessId(1));
    assert_eq!(Placement::new(ProcessId(0), 0).holder(key("z")), ProcessId(0));
}

#[test]
fn reads_come_back_in_the_order_of_the_transaction() {
    let placement = Placement::new(ProcessId(1), 2);
    let mut execution = Execution::new(op("txn read y, write x 1, read x, read v, read z"), placement);
    assert_eq!(execution.missing().collect::<Vec<_>>(), [ProcessId(1), ProcessId(2)]);
    assert!(!execution.on_answer(ProcessId(2), 1, vec![Some(20)]));
    assert!(!execution.on_answer(ProcessId(2), 2, vec![None]), "only the first answer counts");
    assert!(execution.on_answer(ProcessId(1), 1, vec![Some(1), Some(50), None]));
    assert_eq!(execution.reads(), [Some(20), Some(1), Some(50), None]);
    assert!(execution.members().iter().all(|member| member.life == 1));
}

#[test]
fn a_request_is_admitted_once() {
    let mut sessions = Sessions::default();
    assert_eq!(sessions.admit(ProcessId(5), 1), Admission::New);
    sessions.begin(txn(1));
    assert_eq!(sessions.admit(ProcessId(5), 1), Admission::UnderWay);
    assert!(sessions.end(txn(1), Reply::Aborted));
    assert_eq!(sessions.admit(ProcessId(5), 1), Admission::Answered(Reply::Aborted));
    sessions.begin(txn(3));
    assert!(!sessions.end(txn(2), Reply::Aborted), "its client has gone on");
    assert_eq!(sessions.admit(ProcessId(5), 2), Admission::Outdated);
}

#[test]
fn a_late_message_begins_nothing() {
    let mut past = Past::default();
    assert!(past.begin(txn(2)) && !past.begin(txn(2)) && !past.begin(txn(1)));
    past.end(txn(2), Outcome::Commit);
    assert_eq!(past.ended(txn(2)), Some(Outcome::Commit));
    past.end(txn(4), Outcome::Abort);
    assert!(!past.begin(txn(4)) && !past.begin(txn(3)));
    assert_eq!((past.ended(txn(2)), past.ended(txn(4))), (None, Some(Outcome::Abort)));
}

#[test]
fn a_forced_record_takes_those_before_it_to_disk() {
    let mut disk = Chunks::default();
    let mut log = Log::recover(&disk);
    log.write(1);
    assert!(log.has_buffered());
    for record in log.force(2) {
        disk.push(record);
    }
    log.write(3);
    let records: Vec<_> = log.iter().map(|(record, stable)| (*record, stable)).collect();
    assert_eq!(records, [(1, true), (2, true), (3, false)]);
    assert_eq!(log.iter_from(2).count(), 1);
    assert_eq!(Log::recover(&disk).len(), 2, "a crash loses what waits");
}

#[test]
fn a_round_leaves_one_message_at_a_time() {
    let mut outbox = Outbox::default();
    assert!(outbox.put(ProcessId(1), 'a') && !outbox.put(ProcessId(2), 'b'));
    assert_eq!((outbox.take(), outbox.len()), (Some((ProcessId(1), 'a')), 1));
    outbox.take();
    assert!(outbox.is_empty() && outbox.take().is_none());
}

#[test]
fn costs_are_counted_until_everybody_knows() {
    let mut ledger = Ledger::default();
    ledger.begin(txn(1), 0b110, 2);
    ledger.message(txn(1));
    ledger.forced(txn(1));
    ledger.decided(txn(1), Outcome::Commit);
    ledger.learned(txn(1), ProcessId(1), Outcome::Commit, 5);
    assert!(ledger.last().is_none());
    ledger.learned(txn(1), ProcessId(2), Outcome::Commit, 6);
    ledger.message(txn(1));
    ledger.acknowledged(txn(1));
    let (_, costs) = ledger.last().expect("everybody knows");
    assert_eq!((costs.messages, costs.forced, costs.delays, costs.count()), (1, 1, 4, 2));
    assert_eq!((costs.later, costs.acknowledgements), (1, 1));
    assert_eq!(ledger.committed().count(), 1);
}

#[test]
fn formulas_read_as_in_the_papers() {
    let terms = [(3, -1), (1, 1), (2, 0), (0, 5)].map(|(per, plus)| Term::linear(per, plus, 4));
    let told = terms.map(|term| (term.text, term.value));
    let expected = [("3N − 1", 11), ("N + 1", 5), ("2N", 8), ("5", 5)];
    assert_eq!(told, expected.map(|(text, value)| (text.to_owned(), value)));
}

#[test]
fn texts_round_trip() {
    for text in ["txn read x", "txn read x, write y 2, add z -10", "txn write key_1 -3"] {
        assert_eq!(op(text).text(), text);
    }
    assert_eq!(op(" txn  read x ,add y 1").text(), "txn read x, add y 1");
    for text in ["", "txn", "txn ", "txnread x", "read x", "txn read", "txn read x,", "txn write x y"] {
        assert_eq!(Transaction::parse(text), None, "{text}");
    }
    let nine = ["read x"; 9].join(", ");
    assert_eq!(Transaction::parse(&format!("txn {nine}")), None, "too many actions");
    for kind in [OpKind::Read, OpKind::Write, OpKind::CompareAndSet, OpKind::Append, OpKind::ReadList] {
        let made = Transaction::of_kind(kind, 3, 7);
        assert_eq!(Transaction::parse(&made.text()), Some(made));
    }
}

#[test]
fn names_are_short() {
    assert_eq!(txn(3).name(), "T1.3");
    assert_eq!(TxnId::new(5, ProcessId(6), 12, 2).name(), "T2.12'");
    assert_eq!(TxnId::new(5, ProcessId(5), 3, 9).name(), "T1.3#9");
}
