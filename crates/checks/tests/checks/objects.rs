//! What each kind of object permits.

use crate::notation::check;
use consistory_checks::Object::{self, Counter, KeyValue, ListAppend, Lock, Queue, Set};

#[test]
fn ids_are_read_back() {
    for object in Object::ALL {
        assert_eq!(Object::of_id(object.id()), Some(object));
    }
    assert_eq!(Object::of_id("stack"), None);
}

#[test]
fn keys_are_independent() {
    let text = "
        c1 0..1 write x 1
        c2 2..3 read y -> nil
        c2 4..5 read x -> 1";
    check(KeyValue, text, "linearizable:yes");
    check(KeyValue, &text.replace("read x", "read y"), "linearizable:no");
}

#[test]
fn lists_keep_their_order() {
    let text = |seen| format!("c1 0..1 append x 1\nc2 2..3 append x 2\nc3 4..5 read x -> {seen}");
    check(ListAppend, &text("[1,2]"), "linearizable:yes");
    check(ListAppend, &text("[2,1]"), "linearizable:no sequential:yes");
    check(ListAppend, &text("[1]"), "linearizable:no sequential:yes");
    check(ListAppend, &text("[1,2,2]"), "linearizable:no sequential:no pram:no");
    check(ListAppend, "c1 0..1 read x -> nil\nc1 2..3 read x -> []", "linearizable:yes");
}

#[test]
fn sets_have_members_once() {
    let text = |seen| format!("c1 0..1 add 1\nc2 0..9 add 2\nc1 2..3 add 1\nc3 4..5 read -> {seen}");
    check(Set, &text("{1}"), "linearizable:yes");
    check(Set, &text("[2,1]"), "linearizable:yes");
    check(Set, &text("{2}"), "linearizable:no sequential:yes");
    check(Set, &text("[1,1]"), "linearizable:no");
    check(Set, "c1 0..1 add 1\nc1 2..3 remove 1\nc2 4..5 contains 1 -> true", "linearizable:no sequential:yes");
    check(Set, "c1 0..1 add 1\nc1 2..3 remove 1\nc2 4..5 contains 1 -> false", "linearizable:yes");
}

#[test]
fn counters_add_up() {
    let text = |seen| format!("c1 0..1 add 1\nc2 0..? add 2\nc3 2..3 read -> {seen}");
    for (seen, holds) in [("1", "yes"), ("3", "yes"), ("0", "no"), ("2", "no"), ("4", "no")] {
        check(Counter, &text(seen), &format!("linearizable:{holds}"));
    }
    check(Counter, "c1 0..1 add 5\nc1 2..3 add -5\nc2 4..5 read -> 0", "linearizable:yes");
}

#[test]
fn queues_are_first_in_first_out() {
    let text = |first, second| {
        format!("c1 0..1 enqueue 1\nc1 2..3 enqueue 2\nc2 4..5 dequeue -> {first}\nc3 6..7 dequeue -> {second}")
    };
    check(Queue, &text("1", "2"), "linearizable:yes");
    check(Queue, &text("2", "1"), "linearizable:no sequential:yes");
    check(Queue, &text("1", "1"), "linearizable:no sequential:no");
    check(Queue, "c1 0..1 dequeue -> nil\nc2 2..3 enqueue 1\nc1 4..5 dequeue -> 1", "linearizable:yes");
    check(Queue, "c2 0..1 enqueue 1\nc1 2..3 dequeue -> nil", "linearizable:no sequential:yes");
    check(Queue, "c2 0..1 enqueue 1\nc3 2..? dequeue\nc1 4..5 dequeue -> nil", "linearizable:yes");
}

#[test]
fn a_lock_has_one_holder() {
    check(Lock, "c1 0..1 acquire\nc2 2..3 acquire", "linearizable:no sequential:no");
    check(Lock, "c1 0..1 acquire\nc1 2..9 release\nc2 3..4 acquire", "linearizable:yes");
    check(Lock, "c1 0..1 acquire\nc1 2..? release\nc2 3..4 acquire", "linearizable:yes");
    check(Lock, "c1 0..1 release", "linearizable:no");
}
