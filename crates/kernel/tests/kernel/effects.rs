//! What a step does, and in which order.

use crate::bench::{Bench, id, letter};
use crate::sketch::probe::{self, Heard, Order};
use consistory_kernel::{DiskFate, Edit, Latency, MS, Setup, StepKind};

#[test]
fn a_write_is_done_before_a_message_of_the_same_step_can_arrive() {
    let mut setup = probe::setup(2, 1);
    setup.network.latency = Latency::Constant(0);
    let mut bench = Bench::new(&setup);
    bench.invoke(0, Order::Several(vec![letter(1, 1), Order::Persist(5)]));
    assert!(bench.step());
    assert_eq!(bench.world.disk(id(0)), Some(&vec![5]));
    assert_eq!(bench.letters(1), []);
    assert_eq!(bench.flight(1).arrives_at, 0);
    bench.apply(&Edit::Crash(id(0), DiskFate::Kept));
    bench.run_to(0);
    assert_eq!(bench.letters(1), [(0, 1)], "a crash right after the step takes neither back");
    assert_eq!(bench.world.disk(id(0)), Some(&vec![5]));
}

#[test]
fn effects_are_applied_as_writes_timers_messages_answers() {
    let mut setup = probe::setup(1, 1);
    setup.network.latency = Latency::Constant(0);
    let mut bench = Bench::new(&setup);
    let timer = Order::Arm { timer: 7, low: 0, high: 0 };
    bench.order(0, Order::Several(vec![letter(0, 1), Order::Persist(1), letter(0, 2), timer, Order::Persist(2)]));
    let kinds: Vec<_> = bench.heard(0).into_iter().skip(1).map(|(_, heard)| heard).collect();
    let letter = |tag| Heard::Message { from: 0, tag };
    assert_eq!(kinds, [Heard::Timer(7), letter(1), letter(2)]);
    let last = bench.journal.steps().last().expect("something happened");
    assert_eq!((last.kind, last.actor), (StepKind::Deliver, id(1)), "the answer reaches the client last");
    assert_eq!(bench.world.disk(id(0)), Some(&vec![1, 2]));
    assert_eq!(bench.world.counters().forced_writes, 2);
}

#[test]
fn setting_a_timer_again_replaces_it_and_cancelling_disarms_it() {
    let arm = |timer, after| Order::Arm { timer, low: after, high: after };
    let mut bench = Bench::new(&probe::setup(1, 1));
    bench.order(0, Order::Several(vec![arm(1, 10), arm(1, 30), arm(2, 20), Order::Disarm(2), arm(3, 5)]));
    bench.run_to(MS);
    assert_eq!(bench.timers(0), [(5, 3), (30, 1)]);
    bench.order(0, Order::Several(vec![Order::Disarm(4), arm(4, 20), Order::Disarm(5)]));
    bench.run_to(2 * MS);
    assert_eq!(bench.timers(0)[2..], [(MS + 20, 4)]);
}

#[test]
fn a_timer_range_is_drawn_within_its_ends() {
    let mut bench = Bench::new(&probe::setup(1, 1));
    let mut seen = [false; 4];
    for _ in 0..100 {
        let now = bench.world.time();
        bench.order(0, Order::Arm { timer: 1, low: 10, high: 13 });
        let after = bench.world.timers(id(0))[0].fires_at - now;
        seen[usize::try_from(after - 10).expect("not too early")] = true;
        bench.run_to(now + 20);
    }
    assert_eq!(seen, [true; 4]);
}

#[test]
fn events_at_the_same_instant_happen_in_the_order_of_scheduling() {
    let mut bench = Bench::new(&probe::setup(3, 1));
    bench.order(0, Order::Several((0..9).map(|tag| letter(1 + u16::from(tag) % 2, tag)).collect()));
    bench.order(1, letter(2, 100));
    bench.run_to(10 * MS);
    let order: Vec<_> = bench.journal.steps().iter().filter(|step| step.time == 10 * MS).collect();
    assert_eq!(order.len(), 10);
    assert!(order.is_sorted_by_key(|step| step.item));
    assert!(bench.letters(1).iter().map(|(_, tag)| *tag).eq([0, 2, 4, 6, 8]));
    assert!(bench.letters(2).iter().map(|(_, tag)| *tag).eq([1, 3, 5, 7, 100]));
}

#[test]
fn every_step_names_its_cause() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.order(0, Order::Several(vec![letter(1, 1), Order::Arm { timer: 1, low: 3, high: 3 }]));
    bench.run_to(20 * MS);
    let steps = bench.journal.steps();
    let find = |kind, actor| {
        let position = steps.iter().rposition(|step| step.kind == kind && step.actor == id(actor));
        position.expect("there is such a step")
    };
    let invoked = find(StepKind::Edit, 2);
    let obeyed = find(StepKind::Deliver, 0);
    assert_eq!(steps[obeyed].cause.0 as usize, invoked);
    assert_eq!(steps[find(StepKind::Deliver, 1)].cause.0 as usize, obeyed);
    assert_eq!(steps[find(StepKind::Timer, 0)].cause.0 as usize, obeyed);
    assert_eq!(steps[find(StepKind::Deliver, 2)].cause.0 as usize, obeyed);
}

#[test]
fn a_switched_off_rule_is_seen_by_the_protocol() {
    let mut bench = Bench::new(&Setup { mutants: 1 << probe::Mutant::Deaf as u8, ..probe::setup(2, 1) });
    bench.order(0, letter(1, 1));
    bench.run_to(20 * MS);
    assert_eq!(bench.letters(1), []);
    assert!(bench.world.is_off(0) && !bench.world.is_off(1));
}

#[test]
fn properties_are_judged_after_every_step_of_a_node() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    assert_eq!(bench.world.monitor().steps, 2, "the boots");
    bench.order(0, letter(1, 1));
    bench.run_to(20 * MS);
    assert_eq!(bench.world.monitor().steps, 4, "the order and the letter; the answer concerns only the client");
    bench.apply(&Edit::Crash(id(0), DiskFate::Kept));
    assert_eq!(bench.world.monitor().steps, 5);
}

#[test]
fn counters_count() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.order(0, Order::Several(vec![letter(1, 1), Order::Send { to: 1, tag: 2, bytes: 23 }]));
    bench.run_to(20 * MS);
    let counters = bench.world.counters();
    assert_eq!((counters.messages, counters.bytes), (2, 123));
    assert_eq!(counters.delivered, 4, "request and response, and two letters");
    assert_eq!((counters.dropped, counters.operations_ok), (0, 1));
}
