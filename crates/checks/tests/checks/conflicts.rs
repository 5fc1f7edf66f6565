//! The smallest contradiction of a history, and the order that explains one.

use crate::notation::{history, verdict};
use consistory_checks::{Model, Object, Verdict};

/// The operations that contradict each other, by their place in the order of invocation.
#[track_caller]
fn check(object: Object, model: Model, text: &str, expected: &[usize]) {
    let history = history(text, object);
    match verdict(&history, object, model) {
        Verdict::Invalid { conflict } => assert_eq!(conflict, expected, "of:\n{text}"),
        other => panic!("{other:?} of:\n{text}"),
    }
}

#[test]
fn a_stale_read_contradicts_the_read_before_it() {
    // The write and what else happened do not matter: whenever it took effect, these two disagree.
    let text = "
        c1 0..20 write 1
        c4 0..1 read -> nil
        c2 2..3 read -> 1
        c3 4..5 read -> nil
        c4 30..31 read -> 1";
    check(Object::Register, Model::Linearizable, text, &[2, 3]);
}

#[test]
fn a_read_that_misses_a_write_contradicts_it() {
    let text = "
        c1 0..1 write 1
        c2 2..3 write 2
        c3 4..5 read -> 1
        c1 6..7 write 3
        c3 8..9 read -> 3";
    check(Object::Register, Model::Linearizable, text, &[0, 1, 2]);
}

#[test]
fn a_value_that_nobody_wrote_contradicts_by_itself() {
    check(Object::Register, Model::Pram, "c1 0..1 write 1\nc2 2..3 read -> 7", &[1]);
}

#[test]
fn only_the_key_that_is_broken_is_named() {
    let text = "
        c1 0..1 write x 1
        c2 0..1 write y 1
        c1 2..3 write x 2
        c2 4..5 read y -> 1
        c3 6..7 read x -> nil";
    check(Object::KeyValue, Model::Linearizable, text, &[2, 4]);
}

#[test]
fn the_order_that_explains_a_history_joins_its_keys_in_real_time() {
    let text = "
        c1 0..9 write x 1
        c2 1..2 read x -> nil
        c2 3..4 write y 1
        c3 5..6 read y -> 1
        c3 7..8 read x -> 1";
    let history = history(text, Object::KeyValue);
    let Verdict::Valid { witness } = verdict(&history, Object::KeyValue, Model::Linearizable) else {
        panic!("it is linearizable");
    };
    assert_eq!(witness.len(), 1);
    assert_eq!(witness[0].order, [1, 0, 2, 3, 4]);
}
