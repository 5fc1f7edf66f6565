//! Histories of the literature and of practice, and what each model says of them.

use crate::notation::check;
use consistory_checks::Object::{CasRegister, KeyValue, ListAppend, Register};

#[test]
fn a_read_that_overlaps_a_write_may_see_it_or_not() {
    let text = |seen| format!("c1 0..10 write 1\nc2 5..6 read -> {seen}");
    check(Register, &text("1"), "linearizable:yes eventual:yes");
    check(Register, &text("nil"), "linearizable:yes");
    check(Register, &text("2"), "linearizable:no sequential:no causal:no pram:no monotonic-reads:no");
}

#[test]
fn a_stale_read_is_sequential_and_not_linearizable() {
    let text = "
        c1 0..10 write 1
        c2 11..12 read -> nil";
    check(Register, text, "linearizable:no sequential:yes causal:yes pram:yes read-your-writes:yes eventual:no");
}

#[test]
fn new_then_old_is_not_linearizable_though_the_write_is_pending() {
    let text = "
        c1 0..20 write 1
        c2 1..2 read -> 1
        c3 3..4 read -> nil";
    check(Register, text, "linearizable:no sequential:yes");
}

#[test]
fn a_read_must_see_its_own_write() {
    let text = "
        c1 0..1 write 1
        c1 2..3 read -> nil";
    let expected = "linearizable:no sequential:no causal:no pram:no read-your-writes:no
        monotonic-reads:yes monotonic-writes:yes writes-follow-reads:yes";
    check(Register, text, expected);
}

#[test]
fn the_newest_of_its_own_writes_counts() {
    let text = "
        c1 0..1 write 1
        c1 2..3 write 2
        c1 4..5 read -> 1";
    check(Register, text, "read-your-writes:no monotonic-reads:yes pram:no");
    let overwritten = "
        c1 0..1 write 1
        c2 2..3 write 2
        c1 4..5 read -> 2";
    check(Register, overwritten, "read-your-writes:yes linearizable:yes");
}

#[test]
fn reads_do_not_go_back() {
    let text = "
        c1 0..1 write 1
        c1 2..3 write 2
        c2 4..5 read -> 2
        c2 6..7 read -> 1";
    check(Register, text, "monotonic-reads:no pram:no read-your-writes:yes writes-follow-reads:yes");
    let to_and_fro = "
        c1 0..1 write 1
        c3 0..1 write 2
        c2 4..5 read -> 1
        c2 6..7 read -> 2
        c2 8..9 read -> 1";
    let expected = "monotonic-reads:no monotonic-writes:yes writes-follow-reads:yes read-your-writes:yes pram:no";
    check(Register, to_and_fro, expected);
}

#[test]
fn writes_of_a_process_are_seen_in_their_order() {
    let text = "
        c1 0..1 write x 1
        c1 2..3 write y 1
        c2 4..5 read y -> 1
        c2 6..7 read x -> nil";
    let expected =
        "monotonic-writes:no monotonic-reads:yes read-your-writes:yes writes-follow-reads:yes pram:no causal:no";
    check(KeyValue, text, expected);
    let backwards = "
        c1 0..1 append x 1
        c1 2..3 append x 2
        c2 4..5 read x -> [2,1]";
    check(ListAppend, backwards, "monotonic-writes:no read-your-writes:yes pram:no");
}

#[test]
fn what_was_read_comes_before_what_is_written_after() {
    let text = "
        c1 0..1 write x 1
        c2 2..3 read x -> 1
        c2 4..5 write y 1
        c3 6..7 read y -> 1
        c3 8..9 read x -> nil";
    let expected =
        "writes-follow-reads:no causal:no pram:yes monotonic-writes:yes monotonic-reads:yes read-your-writes:yes";
    check(KeyValue, text, expected);
}

#[test]
fn processes_may_disagree_on_the_order_of_unrelated_writes() {
    let text = "
        c1 0..1 write 1
        c2 0..1 write 2
        c3 2..3 read -> 1
        c3 4..5 read -> 2
        c4 2..3 read -> 2
        c4 4..5 read -> 1";
    check(Register, text, "linearizable:no sequential:no causal:yes pram:yes monotonic-reads:yes eventual:no");
}

/// Lamport's mutual exclusion in small: both see the other not there.
#[test]
fn store_buffering_is_not_sequential() {
    let text = "
        c1 0..1 write x 1
        c1 2..3 read y -> nil
        c2 0..1 write y 1
        c2 2..3 read x -> nil";
    check(KeyValue, text, "sequential:no causal:yes linearizable:no");
}

/// Sequential consistency is not local: each key by itself is.
#[test]
fn keys_that_are_sequential_do_not_make_a_whole_that_is() {
    let text = "
        c1 0..1 write x 1
        c1 2..3 write y 1
        c1 4..5 read x -> 2
        c2 0..1 write y 2
        c2 2..3 write x 2
        c2 4..5 read y -> 1";
    let of = |key: &str| text.lines().filter(|line| line.contains(&format!(" {key} "))).collect::<Vec<_>>().join("\n");
    check(KeyValue, &of("x"), "sequential:yes");
    check(KeyValue, &of("y"), "sequential:yes");
    check(KeyValue, text, "sequential:yes");
    let crossed = "
        c1 0..1 write x 1
        c1 2..3 write y 1
        c2 4..5 read y -> 1
        c2 6..7 read x -> nil";
    check(KeyValue, crossed, "sequential:no");
}

#[test]
fn an_unknown_write_may_be_late_or_never_but_not_twice() {
    let seen = "
        c1 0..? write 1
        c2 5..6 read -> nil
        c2 7..8 read -> 1
        c2 9..10 read -> 1";
    check(Register, seen, "linearizable:yes sequential:yes causal:yes");
    check(Register, "c1 0..? write 1\nc2 5..6 read -> nil", "linearizable:yes eventual:yes");
    let twice = "
        c1 0..? write 1
        c2 5..6 read -> 1
        c3 7..8 write 2
        c2 9..10 read -> 2
        c2 11..12 read -> 1";
    check(Register, twice, "linearizable:no sequential:no");
    check(Register, "c2 0..1 read -> 1\nc1 2..? write 1", "linearizable:no sequential:yes");
}

#[test]
fn a_comparison_that_did_not_hold_is_an_observation() {
    let text = |held| format!("c1 0..1 write 1\nc2 2..3 cas 1 2 -> {held}\nc3 4..5 read -> 1");
    check(CasRegister, &text("false"), "linearizable:no");
    check(CasRegister, &text("true"), "linearizable:no");
    check(CasRegister, "c1 0..1 write 1\nc2 2..3 cas 1 2 -> false", "linearizable:no");
    check(CasRegister, "c1 0..1 write 1\nc2 2..3 cas 2 3 -> true", "linearizable:no sequential:no");
    check(CasRegister, "c1 0..1 write 1\nc2 2..3 cas 2 3 -> false\nc3 4..5 read -> 1", "linearizable:yes");
    check(CasRegister, "c1 0..1 write 1\nc2 2..? cas 1 2\nc3 4..5 read -> 1\nc3 6..7 read -> 2", "linearizable:yes");
}

#[test]
fn last_reads_agree_once_all_is_written() {
    let text = "
        c1 0..10 write 1
        c2 0..10 write 2
        c3 5..6 read -> 1
        c3 20..21 read -> 2
        c4 20..21 read -> 2";
    check(Register, text, "eventual:yes");
    check(Register, &text.replace("c4 20..21 read -> 2", "c4 20..21 read -> 1"), "eventual:no");
    check(Register, &text.replace("c4 20..21 read -> 2", "c4 20..21 read -> 3"), "eventual:no");
    let loose = "
        c1 0..10 write 1
        c2 0..? write 2
        c3 20..21 read -> 1
        c4 20..21 read -> 2";
    check(Register, loose, "eventual:open");
}

#[test]
fn what_has_an_order_for_everybody_is_causal_however_many_writes_a_read_can_have_seen() {
    let lines = (0..12).map(|at: u64| match at % 3 {
        0 => format!("c1 {}..{} write 1", 2 * at, 2 * at + 1),
        1 => format!("c2 {}..{} write 1", 2 * at, 2 * at + 1),
        _ => format!("c3 {}..{} read -> 1", 2 * at, 2 * at + 1),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    check(Register, &text, "linearizable:yes causal:yes");
    check(Register, &format!("{text}\nc3 90..91 read -> 2"), "causal:no");
}

#[test]
fn a_read_that_several_can_have_written_is_tried_with_each() {
    let text = "
        c1 0..1 write x 1
        c1 2..3 write y 1
        c2 0..1 write y 1
        c3 4..5 read y -> 1
        c3 6..7 read x -> nil";
    // From c2, who wrote nothing to x.
    check(KeyValue, text, "causal:yes");
    let both = text.replace("c2 0..1 write y 1", "c2 0..1 read x -> 1\nc2 2..3 write y 1");
    check(KeyValue, &both, "causal:no");
}
