//! What somebody does to a chosen message, and what comes of it to the microsecond.

use crate::bench::{Bench, id, letter, tag_of};
use crate::sketch::probe::{self, Order};
use consistory_kernel::{Edit, Fate, MS, MessageAct};

/// Letter 1 left node 0 for node 1 at time 0 and arrives at 10 ms; it is 4 ms on its way now.
fn under_way() -> Bench {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.order(0, letter(1, 1));
    bench.run_to(4 * MS);
    bench
}

fn check(acts: &[(u64, MessageAct)], arrivals: &[u64]) {
    let mut bench = under_way();
    for (time, act) in acts {
        if *time > bench.world.time() {
            bench.run_to(*time);
        }
        bench.act(1, *act);
    }
    bench.run_to(1_000 * MS);
    let expected: Vec<_> = arrivals.iter().map(|at| (*at, 1)).collect();
    assert_eq!(bench.letters(1), expected, "{acts:?}");
    assert_eq!(bench.world.flights().count(), 0);
}

#[test]
fn every_act_has_its_timing() {
    use MessageAct::{Delay, Deliver, Drop, Duplicate, Hold, Release};
    check(&[], &[10 * MS]);
    check(&[(4 * MS, Drop)], &[]);
    check(&[(4 * MS, Deliver)], &[4 * MS]);
    check(&[(4 * MS, Delay(7 * MS))], &[17 * MS]);
    check(&[(4 * MS, Delay(7 * MS)), (15 * MS, Delay(MS))], &[18 * MS]);
    check(&[(4 * MS, Duplicate)], &[10 * MS, 14 * MS]);
    check(&[(4 * MS, Hold), (50 * MS, Release)], &[56 * MS]);
    check(&[(4 * MS, Hold), (20 * MS, Release), (22 * MS, Hold), (30 * MS, Release)], &[34 * MS]);
    check(&[(4 * MS, Hold), (20 * MS, Delay(5 * MS)), (50 * MS, Release)], &[61 * MS]);
    check(&[(4 * MS, Hold), (50 * MS, Deliver)], &[50 * MS]);
    check(&[(4 * MS, Hold), (50 * MS, Drop)], &[]);
    check(&[(4 * MS, Hold), (50 * MS, Duplicate), (70 * MS, Release)], &[60 * MS, 76 * MS]);
    check(&[(4 * MS, Drop), (4 * MS, Hold), (5 * MS, Release)], &[11 * MS]);
}

#[test]
fn a_held_message_stands_still() {
    let mut bench = under_way();
    bench.act(1, MessageAct::Hold);
    bench.run_to(500 * MS);
    assert_eq!(bench.flight(1).fate, Fate::Held { since: 4 * MS });
    assert_eq!(bench.world.next_time().filter(|next| *next < 1_000 * MS), None);
    bench.act(1, MessageAct::Release);
    let flight = bench.flight(1);
    assert_eq!(flight.fate, Fate::Travelling);
    assert_eq!((flight.departed_at, flight.arrives_at), (496 * MS, 506 * MS), "4 of 10 ms are behind it");
}

#[test]
fn a_delayed_message_does_not_jump() {
    let mut bench = under_way();
    bench.act(1, MessageAct::Delay(18 * MS));
    let flight = bench.flight(1);
    let (behind, ahead) = (4 * MS + 12 * MS, 24 * MS);
    assert_eq!((flight.departed_at, flight.arrives_at), (0, 4 * MS + ahead), "the start of the run cuts it off");
    assert_eq!(behind * 6, ahead * 4);
}

#[test]
fn a_message_that_will_be_lost_is_lost_at_the_same_place_when_delayed() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.apply(&Edit::Cut(id(0), id(1)));
    bench.run_to(50 * MS);
    bench.order(0, letter(1, 1));
    bench.run_to(52 * MS);
    assert_eq!(bench.flight(1).fate, Fate::Doomed { at: 55 * MS, wall: true });
    bench.act(1, MessageAct::Delay(8 * MS));
    // Of 8 ms to go it has 16 now; the wall was 3 ms ahead, and is 6 now.
    let flight = bench.flight(1);
    assert_eq!(flight.fate, Fate::Doomed { at: 58 * MS, wall: true });
    assert_eq!((flight.departed_at, flight.arrives_at), (48 * MS, 68 * MS));
    bench.run_to(58 * MS);
    assert_eq!(bench.last_notes(), ["kernel.lost.wall"]);
}

#[test]
fn delivering_does_not_pass_a_wall_but_saves_from_chance() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.apply(&Edit::Cut(id(0), id(1)));
    bench.order(0, letter(1, 1));
    bench.act(1, MessageAct::Deliver);
    bench.run_to(MS);
    assert_eq!(bench.letters(1), []);
    bench.apply(&Edit::Heal);
    bench.order(0, letter(1, 2));
    bench.act(2, MessageAct::Drop);
    assert_eq!(bench.flight(2).fate, Fate::Doomed { at: MS, wall: false });
    bench.act(2, MessageAct::Deliver);
    bench.run_to(2 * MS);
    assert_eq!(bench.letters(1), [(MS, 2)]);
}

fn next(act: MessageAct, kind: Option<u8>) -> Edit<probe::Probe> {
    Edit::NextMessage { from: id(0), to: id(1), kind, act }
}

#[test]
fn next_message_means_the_oldest_in_flight() {
    let mut bench = under_way();
    bench.order(0, letter(1, 2));
    bench.order(0, letter(1, 1));
    bench.apply(&next(MessageAct::Drop, Some(2)));
    bench.apply(&next(MessageAct::Deliver, None));
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(1), [(4 * MS, 1), (14 * MS, 1)]);
}

#[test]
fn next_message_waits_for_one_that_is_not_sent_yet() {
    let mut bench = Bench::new(&probe::setup(3, 1));
    bench.apply(&next(MessageAct::Hold, Some(2)));
    bench.apply(&next(MessageAct::Delay(5 * MS), None));
    bench.run_to(20 * MS);
    bench.order(1, letter(0, 2));
    bench.order(0, letter(2, 2));
    bench.order(0, letter(1, 1));
    bench.order(0, letter(1, 2));
    bench.order(0, letter(1, 2));
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(0).len() + bench.letters(2).len(), 2, "other links are left alone");
    assert_eq!(bench.letters(1), [(30 * MS, 2), (35 * MS, 1)], "each order is used up by one message");
    assert_eq!(bench.flight(2).fate, Fate::Held { since: 20 * MS });
}

#[test]
fn next_message_can_be_copied_and_dropped_when_it_is_sent() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.apply(&next(MessageAct::Duplicate, Some(1)));
    bench.apply(&next(MessageAct::Drop, Some(2)));
    bench.apply(&next(MessageAct::Deliver, Some(3)));
    bench.order(0, letter(1, 1));
    bench.order(0, letter(1, 2));
    bench.order(0, letter(1, 3));
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(1), [(0, 3), (10 * MS, 1), (10 * MS, 1)]);
}

#[test]
fn releasing_the_next_message_means_the_oldest_that_is_held() {
    let mut bench = under_way();
    bench.order(0, letter(1, 2));
    bench.act(1, MessageAct::Hold);
    bench.act(2, MessageAct::Hold);
    bench.run_to(50 * MS);
    bench.apply(&next(MessageAct::Release, None));
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(1), [(56 * MS, 1)]);
    bench.apply(&next(MessageAct::Release, Some(9)));
    bench.apply(&next(MessageAct::Hold, Some(9)));
    bench.order(0, letter(1, 9));
    assert_eq!(bench.flight(9).fate, Fate::Held { since: 100 * MS }, "a release of nothing is not kept for later");
}

#[test]
fn a_message_keeps_its_number_and_a_copy_gets_the_next() {
    let mut bench = under_way();
    let original = bench.flight(1).id;
    bench.act(1, MessageAct::Duplicate);
    let copy = bench.world.flights().find(|flight| flight.copy_of.is_some()).expect("the copy is in flight");
    assert_eq!((copy.copy_of, tag_of(copy)), (Some(original), Some(1)));
    assert!(copy.id > original);
    assert_eq!(copy.sent_at, 4 * MS);
}

#[test]
fn releasing_the_next_message_passes_over_those_that_travel() {
    let mut bench = under_way();
    bench.order(0, letter(1, 2));
    bench.act(2, MessageAct::Hold);
    bench.apply(&next(MessageAct::Release, None));
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(1), [(10 * MS, 1), (14 * MS, 2)]);
}

#[test]
fn the_oldest_message_is_the_one_sent_first_wherever_it_is_kept() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.order(0, Order::Several((0..6).map(|tag| letter(1, tag)).collect()));
    for tag in 0..5 {
        bench.act(tag, MessageAct::Deliver);
    }
    bench.run_to(MS);
    // Letters 0 to 4 have left their slots to these.
    for tag in 10..16 {
        bench.order(0, letter(1, tag));
    }
    bench.apply(&next(MessageAct::Drop, None));
    bench.run_to(100 * MS);
    assert!(bench.letters(1)[5..].iter().map(|(_, tag)| *tag).eq(10..16), "{:?}", bench.letters(1));
}
