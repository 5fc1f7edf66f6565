//! Crashes, pauses and wrong clocks.

use crate::bench::{Bench, id, letter};
use crate::sketch::probe::{self, Heard, Order};
use consistory_kernel::{DiskFate, Edit, Fate, MS, MessageAct, ProcessStatus, StepKind};

fn bench(nodes: u16) -> Bench {
    Bench::new(&probe::setup(nodes, 1))
}

fn arm(timer: u8, after: u64) -> Order {
    Order::Arm { timer, low: after, high: after }
}

fn booted(bench: &Bench, node: u16) -> (u64, Heard) {
    bench.world.node(id(node)).expect("it is up").heard[0]
}

#[test]
fn a_crash_drops_what_is_volatile_and_keeps_what_is_durable() {
    let mut bench = bench(2);
    bench.order(0, Order::Several(vec![Order::Persist(4), Order::Persist(5), arm(1, 20 * MS)]));
    bench.order(1, letter(0, 1));
    bench.order(0, letter(1, 2));
    bench.run_to(5 * MS);
    bench.apply(&Edit::Crash(id(0), DiskFate::Kept));
    assert!(bench.world.node(id(0)).is_none());
    assert!(bench.world.timers(id(0)).is_empty());
    assert_eq!(bench.world.process(id(0)).expect("it is a process").status, ProcessStatus::Crashed);
    assert_eq!(bench.world.disk(id(0)), Some(&vec![4, 5]));
    bench.run_to(10 * MS);
    assert_eq!(bench.letters(1), [(10 * MS, 2)], "what it had sent goes on");
    let last = bench.journal.steps().iter().rfind(|step| step.actor == id(0)).expect("something reached it");
    assert_eq!((last.kind, last.time), (StepKind::Lose, 10 * MS), "what reaches a node that is down is lost");
    bench.run_to(30 * MS);
    bench.apply(&Edit::Restart(id(0)));
    assert_eq!(booted(&bench, 0), (30 * MS, Heard::Booted(2)));
    bench.run_to(100 * MS);
    assert_eq!(bench.heard(0), [], "its timer is gone");
}

#[test]
fn a_crash_can_take_the_disk() {
    let mut setup = probe::setup(2, 1);
    setup.directives = vec![(id(0), 9), (id(1), 8)];
    let mut bench = Bench::new(&setup);
    assert_eq!(booted(&bench, 0), (0, Heard::Booted(1)), "the node was prepared before its boot");
    bench.order(0, Order::Persist(4));
    assert_eq!(bench.world.disk(id(0)), Some(&vec![9, 4]));
    bench.apply(&Edit::Crash(id(0), DiskFate::Lost));
    assert_eq!(bench.world.disk(id(0)), Some(&vec![]));
    assert_eq!(bench.world.disk(id(1)), Some(&vec![8]), "the others' disks are whole");
    bench.apply(&Edit::Restart(id(0)));
    assert_eq!(booted(&bench, 0), (0, Heard::Booted(0)));
}

#[test]
fn a_message_to_a_node_that_is_back_in_time_arrives() {
    let mut bench = bench(2);
    bench.order(0, letter(1, 1));
    bench.apply(&Edit::Crash(id(1), DiskFate::Kept));
    bench.run_to(9 * MS);
    bench.apply(&Edit::Restart(id(1)));
    bench.run_to(20 * MS);
    assert_eq!(bench.letters(1), [(10 * MS, 1)]);
}

/// Letters 1 and 2 reach node 1 in the order 2, 1; its timers 3 and 4 fire in between and after.
fn paused() -> Bench {
    let mut bench = bench(2);
    bench.order(0, letter(1, 1));
    bench.order(1, Order::Several(vec![arm(3, 8 * MS), arm(4, 60 * MS)]));
    bench.order(0, letter(1, 2));
    bench.act(2, MessageAct::Deliver);
    bench.apply(&Edit::Pause(id(1)));
    bench
}

#[test]
fn a_pause_buffers_and_resume_delivers_in_the_order_of_arrival() {
    let mut bench = paused();
    bench.run_to(50 * MS);
    assert_eq!(bench.heard(1).len(), 1, "only the order that armed the timers");
    bench.apply(&Edit::Resume(id(1)));
    assert_eq!(bench.heard(1).len(), 1, "resuming is one step, what waited are others");
    assert_eq!(bench.world.next_time(), Some(50 * MS));
    bench.run_to(100 * MS);
    let letter = |tag| Heard::Message { from: 0, tag };
    let expected = [(50 * MS, letter(2)), (50 * MS, Heard::Timer(3)), (50 * MS, letter(1)), (60 * MS, Heard::Timer(4))];
    assert_eq!(bench.heard(1)[1..], expected);
}

#[test]
fn what_waited_comes_before_what_arrives_at_the_same_instant() {
    let mut bench = paused();
    bench.run_to(40 * MS);
    bench.order(0, letter(1, 5));
    bench.act(5, MessageAct::Deliver);
    bench.apply(&Edit::Resume(id(1)));
    bench.run_to(40 * MS);
    assert_eq!(bench.letters(1), [(40 * MS, 2), (40 * MS, 1), (40 * MS, 5)]);
}

#[test]
fn what_is_not_due_at_the_end_of_a_pause_is_not_early() {
    let mut bench = bench(2);
    bench.order(0, letter(1, 1));
    bench.order(1, arm(3, 80 * MS));
    bench.apply(&Edit::Pause(id(1)));
    bench.run_to(5 * MS);
    bench.apply(&Edit::Resume(id(1)));
    bench.run_to(100 * MS);
    assert_eq!((bench.letters(1), bench.timers(1)), (vec![(10 * MS, 1)], vec![(80 * MS, 3)]));
}

#[test]
fn a_crash_ends_a_pause_and_loses_only_what_has_arrived() {
    let mut bench = paused();
    bench.run_to(5 * MS);
    let dropped = bench.world.counters().dropped;
    bench.apply(&Edit::Crash(id(1), DiskFate::Kept));
    assert_eq!(bench.world.counters().dropped - dropped, 1, "letter 2 waited at the node");
    bench.apply(&Edit::Restart(id(1)));
    bench.run_to(100 * MS);
    assert_eq!(bench.heard(1), [(10 * MS, Heard::Message { from: 0, tag: 1 })]);
}

#[test]
fn a_message_that_waits_at_a_paused_node_is_still_at_hand() {
    let cases: [(&[MessageAct], &[u64]); 7] = [
        (&[], &[50]),
        (&[MessageAct::Drop], &[]),
        (&[MessageAct::Hold], &[]),
        (&[MessageAct::Hold, MessageAct::Release], &[50]),
        (&[MessageAct::Delay(35 * MS)], &[65]),
        (&[MessageAct::Delay(5 * MS)], &[50]),
        (&[MessageAct::Deliver], &[50]),
    ];
    for (acts, arrivals) in cases {
        let mut bench = bench(2);
        bench.order(0, letter(1, 1));
        bench.apply(&Edit::Pause(id(1)));
        bench.run_to(30 * MS);
        for act in acts {
            bench.act(1, *act);
        }
        bench.run_to(50 * MS);
        bench.apply(&Edit::Resume(id(1)));
        bench.run_to(200 * MS);
        let expected: Vec<_> = arrivals.iter().map(|at| (at * MS, 1)).collect();
        assert_eq!(bench.letters(1), expected, "{acts:?}");
    }
}

#[test]
fn a_stale_place_in_a_backlog_does_not_touch_the_message_that_took_it_over() {
    for crash in [true, false] {
        let mut bench = bench(3);
        bench.order(0, letter(1, 1));
        bench.apply(&Edit::Pause(id(1)));
        bench.run_to(20 * MS);
        bench.act(1, MessageAct::Drop);
        bench.run_to(20 * MS);
        // The slot of the dropped letter is free again, and this one takes it.
        bench.order(0, Order::Several((0..5).map(|tag| letter(2, tag)).collect()));
        bench.apply(&if crash { Edit::Crash(id(1), DiskFate::Kept) } else { Edit::Resume(id(1)) });
        bench.run_to(29 * MS);
        assert_eq!(bench.letters(2), []);
        bench.run_to(30 * MS);
        assert_eq!(bench.letters(2).len(), 5, "crash: {crash}");
    }
}

#[test]
fn a_held_message_survives_the_crash_of_the_paused_node_it_waited_at() {
    let mut bench = bench(2);
    bench.order(0, letter(1, 1));
    bench.apply(&Edit::Pause(id(1)));
    bench.run_to(20 * MS);
    bench.act(1, MessageAct::Hold);
    bench.apply(&Edit::Crash(id(1), DiskFate::Kept));
    bench.apply(&Edit::Restart(id(1)));
    assert_eq!(bench.flight(1).fate, Fate::Held { since: 20 * MS });
    bench.act(1, MessageAct::Release);
    assert_eq!(bench.flight(1).arrives_at, 20 * MS, "not in the past");
    bench.run_to(30 * MS);
    assert_eq!(bench.letters(1), [(20 * MS, 1)]);
}

#[test]
fn what_is_lost_on_its_way_to_a_paused_node_is_lost_in_time() {
    let mut bench = bench(2);
    bench.apply(&Edit::Pause(id(1)));
    bench.apply(&Edit::Cut(id(0), id(1)));
    bench.order(0, letter(1, 1));
    bench.run_to(20 * MS);
    let last = bench.journal.steps().last().expect("it was lost");
    assert_eq!((last.kind, last.time), (StepKind::Lose, 5 * MS));
}

#[test]
fn rearm_moves_the_timer_that_means_a_time_out() {
    let mut bench = bench(1);
    bench.order(0, Order::Several(vec![arm(3, 10 * MS), arm(1, 90 * MS), arm(4, 5 * MS)]));
    bench.apply(&Edit::Rearm(id(0), 7 * MS));
    bench.run_to(200 * MS);
    assert_eq!(bench.timers(0), [(5 * MS, 4), (7 * MS, 1), (10 * MS, 3)]);
    let (rearm, fired) = {
        let steps = bench.journal.steps();
        let rearm = steps.iter().rposition(|step| step.kind == StepKind::Edit).expect("it was an edit");
        (rearm, *steps.iter().find(|step| step.kind == StepKind::Timer && step.time == 7 * MS).expect("it fired"))
    };
    assert_eq!(fired.cause.0 as usize, rearm, "the edit is its cause");
}

#[test]
fn rearm_at_a_paused_node_counts_from_when_it_was_ordered() {
    for (after, fires) in [(7, 50), (45, 75)] {
        let mut bench = bench(1);
        bench.order(0, arm(1, 10 * MS));
        bench.apply(&Edit::Pause(id(0)));
        bench.run_to(30 * MS);
        bench.apply(&Edit::Rearm(id(0), after * MS));
        bench.run_to(50 * MS);
        bench.apply(&Edit::Resume(id(0)));
        bench.run_to(200 * MS);
        assert_eq!(bench.timers(0), [(fires * MS, 1)]);
    }
}

#[test]
fn a_fast_clock_fires_early_and_shows_its_own_time() {
    let mut bench = bench(2);
    bench.run_to(100 * MS);
    bench.apply(&Edit::Skew(id(0), 150_000));
    bench.order(0, arm(1, 150 * MS));
    let fires_at = bench.world.timers(id(0))[0].fires_at;
    assert_eq!(fires_at, 100 * MS + 130_435, "150 ms / 1.15");
    bench.run_to(400 * MS);
    let (shown, _) = bench.timers(0)[0];
    assert_eq!(shown, 100 * MS + 150 * MS, "its own clock has advanced by what the timer was set to");
    let clock = bench.world.process(id(0)).expect("it is a process");
    assert_eq!(clock.local(400 * MS), 100 * MS + 345 * MS);
    assert_eq!(bench.world.process(id(1)).expect("it is a process").local(400 * MS), 400 * MS);
}

#[test]
fn a_slow_clock_fires_late_and_never_before_its_own_time() {
    for (ppm, set) in [(-500_000, 150 * MS), (-333_333, 99_999), (499_999, 100_001), (-7, 3)] {
        let mut bench = bench(1);
        bench.apply(&Edit::Skew(id(0), ppm));
        bench.order(0, arm(1, set));
        bench.run_to(1_000 * MS);
        let (shown, _) = bench.timers(0)[0];
        assert!((set..=set + 1).contains(&shown), "{ppm} ppm: {shown} for {set}");
    }
}

#[test]
fn a_change_of_rate_takes_along_the_timers_that_are_armed() {
    let mut bench = bench(1);
    bench.order(0, Order::Several(vec![arm(1, 100 * MS), arm(2, 10 * MS)]));
    bench.run_to(50 * MS);
    bench.apply(&Edit::Skew(id(0), 250_000));
    assert_eq!(bench.world.timers(id(0))[0].fires_at, 90 * MS, "the last 50 ms take 40");
    bench.run_to(70 * MS);
    bench.apply(&Edit::Skew(id(0), 0));
    bench.run_to(200 * MS);
    assert_eq!(bench.timers(0), [(10 * MS, 2), (100 * MS, 1)]);
    assert_eq!(bench.journal.steps().last().map(|step| step.time), Some(95 * MS));
}
