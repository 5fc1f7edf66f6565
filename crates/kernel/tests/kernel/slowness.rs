//! Slow nodes, slow disks, torn disks, wrong clocks, links that come and go, messages that are overtaken.

use crate::bench::{Bench, id, letter};
use crate::sketch::probe::{self, Heard, Order};
use consistory_kernel::{DiskFate, Edit, EditError, Latency, MS, MessageAct, Time};

fn bench(nodes: u16) -> Bench {
    Bench::new(&probe::setup(nodes, 1))
}

#[test]
fn what_reaches_a_slow_node_waits_its_turn() {
    let mut bench = bench(2);
    bench.apply(&Edit::Slow(id(1), 30 * MS));
    for tag in 1..=3 {
        bench.order(0, letter(1, tag));
    }
    bench.run_to(200 * MS);
    assert_eq!(bench.letters(1), [(40 * MS, 1), (70 * MS, 2), (100 * MS, 3)]);
    bench.apply(&Edit::Slow(id(1), 0));
    bench.order(0, letter(1, 4));
    bench.run_to(300 * MS);
    assert_eq!(bench.letters(1).last(), Some(&(210 * MS, 4)));
}

#[test]
fn timers_of_a_slow_node_wait_as_messages_do() {
    let mut bench = bench(2);
    bench.order(1, Order::Arm { timer: 7, low: 5 * MS, high: 5 * MS });
    bench.apply(&Edit::Slow(id(1), 30 * MS));
    bench.order(0, letter(1, 1));
    bench.run_to(200 * MS);
    assert_eq!(bench.timers(1), [(35 * MS, 7)]);
    assert_eq!(bench.letters(1), [(65 * MS, 1)]);
}

#[test]
fn what_waits_at_a_slow_node_is_lost_when_it_crashes() {
    let mut bench = bench(2);
    bench.apply(&Edit::Slow(id(1), 30 * MS));
    bench.order(0, letter(1, 1));
    bench.run_to(20 * MS);
    bench.apply(&Edit::Crash(id(1), DiskFate::Kept));
    bench.apply(&Edit::Restart(id(1)));
    bench.run_to(200 * MS);
    assert_eq!(bench.letters(1), []);
    assert_eq!(bench.world.flights().count(), 0);
}

#[test]
fn what_a_step_sends_waits_for_its_slow_write() {
    let mut bench = bench(2);
    bench.apply(&Edit::SlowDisk(id(0), 50 * MS));
    bench.order(0, Order::Several(vec![Order::Persist(4), letter(1, 1)]));
    bench.order(0, letter(1, 2));
    assert_eq!(bench.heard(0).len(), 1, "the node waits for its disk");
    bench.run_to(200 * MS);
    assert_eq!(bench.letters(1), [(60 * MS, 1), (60 * MS, 2)]);
    assert_eq!(bench.world.disk(id(0)), Some(&vec![4]));
}

#[test]
fn a_crash_undoes_a_write_that_is_not_done() {
    let mut bench = bench(2);
    bench.order(0, Order::Persist(3));
    bench.apply(&Edit::SlowDisk(id(0), 50 * MS));
    bench.order(0, Order::Several(vec![Order::Persist(4), letter(1, 1)]));
    bench.run_to(20 * MS);
    bench.apply(&Edit::Crash(id(0), DiskFate::Kept));
    assert_eq!(bench.world.disk(id(0)), Some(&vec![3]));
    bench.run_to(200 * MS);
    assert_eq!(bench.letters(1), [], "and what was to follow it");
}

#[test]
fn a_message_that_waits_for_a_disk_cannot_be_hurried_past_it() {
    for act in [MessageAct::Deliver, MessageAct::Delay(MS)] {
        let mut bench = bench(2);
        bench.apply(&Edit::SlowDisk(id(0), 50 * MS));
        bench.order(0, Order::Several(vec![Order::Persist(4), letter(1, 1)]));
        bench.act(1, act);
        bench.run_to(20 * MS);
        assert_eq!(bench.letters(1), []);
        bench.apply(&Edit::Crash(id(0), DiskFate::Kept));
        bench.run_to(200 * MS);
        assert_eq!(bench.letters(1), [], "{act:?}");
    }
}

#[test]
fn a_crash_can_tear_the_last_writes() {
    let mut bench = bench(1);
    let mut kept: Vec<u32> = (0..100).collect();
    for value in &kept {
        bench.order(0, Order::Persist(*value));
    }
    bench.apply(&Edit::Crash(id(0), DiskFate::Torn(16)));
    kept.truncate(84);
    assert_eq!(bench.world.disk(id(0)), Some(&kept));
    bench.apply(&Edit::Restart(id(0)));
    bench.order(0, Order::Persist(500));
    bench.apply(&Edit::Crash(id(0), DiskFate::Torn(1)));
    assert_eq!(bench.world.disk(id(0)), Some(&kept));
    bench.apply(&Edit::Restart(id(0)));
    let refused = bench.world.check(&Edit::Crash(id(0), DiskFate::Torn(17)));
    assert_eq!(refused, Err(EditError::OutOfRange));
}

#[test]
fn a_clock_that_jumps_does_not_move_timers() {
    let mut bench = bench(1);
    bench.run_to(10 * MS);
    bench.order(0, Order::Arm { timer: 7, low: 30 * MS, high: 30 * MS });
    bench.apply(&Edit::Jump(id(0), 100_000));
    bench.run_to(60 * MS);
    assert_eq!(bench.timers(0), [(140 * MS, 7)], "its own clock shows 100 ms more");
    assert_eq!(bench.world.time(), 60 * MS);
    bench.apply(&Edit::Jump(id(0), -1_000_000));
    bench.order(0, Order::Disarm(7));
    assert_eq!(bench.heard(0).last().map(|(time, _)| *time), Some(0), "no clock goes below 0");
}

/// The letters that pass a link, one sent every 10 ms.
fn passing(bench: &mut Bench, letters: u8) -> Vec<u8> {
    for tag in 0..letters {
        bench.run_to(Time::from(tag) * 10 * MS + MS);
        bench.order(0, letter(1, tag));
    }
    bench.run_to(Time::from(letters) * 10 * MS + 100 * MS);
    bench.letters(1).into_iter().map(|(_, tag)| tag).collect()
}

#[test]
fn a_flapping_link_comes_and_goes_until_it_is_mended() {
    let mut bench = bench(2);
    bench.apply(&Edit::Flap { from: id(0), to: id(1), up: 40 * MS, down: 60 * MS });
    assert_eq!(bench.world.network().flapping().collect::<Vec<_>>(), [(id(0), id(1))]);
    // Sent at 1, 11, 21, …; a letter passes if the link is open when it is sent and when it arrives, 10 ms later.
    assert_eq!(passing(&mut bench, 20), [6, 7, 8, 16, 17, 18]);
    bench.apply(&Edit::Mend(id(0), id(1)));
    assert_eq!(bench.world.network().flapping().count(), 0);
    let steps = bench.world.steps();
    bench.run_to(2_000 * MS);
    assert_eq!(bench.world.steps(), steps, "nothing is due any more");
}

#[test]
fn messages_can_be_overtaken() {
    let mut setup = probe::setup(2, 1);
    setup.network.latency = Latency::Constant(25 * MS);
    let mut bench = Bench::new(&setup);
    bench.apply(&Edit::Reordering(500_000));
    let order = passing(&mut bench, 40);
    assert_eq!(order.len(), 40);
    assert!(!order.is_sorted(), "{order:?}");
}

#[test]
fn calm_ends_every_fault() {
    let mut bench = bench(4);
    for edit in [
        Edit::Crash(id(0), DiskFate::Kept),
        Edit::Pause(id(1)),
        Edit::Slow(id(2), MS),
        Edit::SlowDisk(id(2), MS),
        Edit::Skew(id(3), 1_000),
        Edit::Cut(id(0), id(1)),
        Edit::Flap { from: id(2), to: id(1), up: MS, down: MS },
        Edit::Partition(vec![vec![id(0)], vec![id(1)]]),
    ] {
        bench.apply(&edit);
    }
    bench.run_to(5 * MS);
    bench.apply(&Edit::Calm);
    let network = bench.world.network();
    assert_eq!((network.cuts().count(), network.groups().len(), network.flapping().count()), (0, 0, 0));
    for node in 0..4 {
        let process = bench.world.process(id(node)).expect("it exists");
        let whole = (process.slow, process.disk_delay, process.skew_ppm);
        assert_eq!((process.status, whole), (consistory_kernel::ProcessStatus::Up, (0, 0, 0)));
    }
    let booted = bench.world.node(id(0)).expect("it is up").heard[0];
    assert_eq!(booted, (5 * MS, Heard::Booted(0)));
}
