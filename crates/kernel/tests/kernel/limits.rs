//! Reaching a limit ends the run with a finding that can be seen, and never hangs.

use crate::bench::{Bench, id, letter};
use crate::sketch::probe::{self, Order, Probe};
use consistory_kernel::{
    ClientPolicy, DiskFate, Edit, EditError, Fact, Latency, Limit, Limits, MS, MarkKind, Moment, Setup, StepId,
    Timeline,
};

fn limited(limits: Limits) -> Setup<Probe> {
    Setup { limits, ..probe::setup(3, 1) }
}

/// The run has ended, says so once, and only time goes on.
fn check_ended(bench: &mut Bench, limit: Limit, word: &'static str) {
    assert_eq!(bench.world.halted(), Some(limit));
    let (digest, steps) = (bench.world.digest(), bench.world.steps());
    assert!(!bench.step());
    assert_eq!(bench.world.next_time(), None);
    bench.run_to(10_000_000 * MS);
    assert_eq!((bench.world.digest(), bench.world.steps()), (digest, steps));
    let edit = Edit::Crash(id(0), DiskFate::Kept);
    assert_eq!(bench.world.apply(&edit, &mut bench.journal), Err(EditError::Halted));
    let told: Vec<_> = bench.journal.marked().filter(|note| note.mark == Some(MarkKind::Finding)).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].key, told[0].step), ("kernel.halted", StepId(steps.0 - 1)));
    assert_eq!(bench.journal.facts_of(told[0]), [("limit", Fact::Word(word))]);
    assert_eq!(bench.last_notes().last(), Some(&"kernel.halted"), "it belongs to the last step");
}

#[test]
fn steps() {
    let mut bench = Bench::new(&Setup { config: MS, ..limited(Limits { steps: 500, ..Limits::default() }) });
    bench.run_to(10_000_000 * MS);
    assert_eq!(bench.world.steps(), StepId(500));
    check_ended(&mut bench, Limit::Steps, "kernel.limit.steps");
}

#[test]
fn steps_when_no_time_passes() {
    let mut setup = limited(Limits { steps: 500, ..Limits::default() });
    setup.policy = ClientPolicy { retry_after: 0, give_up_after: MS };
    let mut bench = Bench::new(&setup);
    bench.invoke(0, Order::Ignore);
    bench.run_to(MS);
    check_ended(&mut bench, Limit::Steps, "kernel.limit.steps");
}

#[test]
fn scheduled() {
    let mut bench = Bench::new(&limited(Limits { scheduled: 100, ..Limits::default() }));
    bench.apply(&Edit::Latency(Latency::Constant(1_000 * MS)));
    for _ in 0..20 {
        if bench.world.halted().is_none() {
            bench.order(0, Order::Several(vec![letter(1, 1); 9]));
        }
    }
    check_ended(&mut bench, Limit::Scheduled, "kernel.limit.scheduled");
}

#[test]
fn scheduled_at_a_node_that_does_not_wake_up() {
    let mut setup = limited(Limits { scheduled: 100, ..Limits::default() });
    setup.config = 5 * MS;
    let mut bench = Bench::new(&setup);
    bench.apply(&Edit::Pause(id(1)));
    bench.run_to(10_000_000 * MS);
    assert!(bench.world.steps().0 < 2_000, "{:?}", bench.world.steps());
    check_ended(&mut bench, Limit::Scheduled, "kernel.limit.scheduled");
}

#[test]
fn effects() {
    let mut bench = Bench::new(&limited(Limits { effects: 10, ..Limits::default() }));
    bench.order(0, Order::Several(vec![letter(1, 1); 9]));
    assert_eq!(bench.world.halted(), None, "with the answer these are ten");
    bench.order(0, Order::Several(vec![letter(1, 1); 10]));
    check_ended(&mut bench, Limit::Effects, "kernel.limit.effects");
}

#[test]
fn waiting_operations_are_refused() {
    let mut bench = Bench::new(&limited(Limits { waiting: 2, ..Limits::default() }));
    let invoke = Edit::Invoke { client: id(3), op: Order::Ignore, target: None };
    (0..3).for_each(|_| bench.apply(&invoke));
    let digest = bench.world.digest();
    assert_eq!(bench.world.apply(&invoke, &mut bench.journal), Err(EditError::TooManyWaiting(id(3))));
    assert_eq!((bench.world.digest(), bench.world.halted()), (digest, None), "the run goes on");
}

#[test]
fn a_timeline_ends_at_a_limit_and_can_be_scrubbed() {
    let setup = Setup { config: MS, ..limited(Limits { steps: 500, ..Limits::default() }) };
    let mut timeline = Timeline::new(&setup).expect("a setup that can run");
    timeline.advance(1_000_000 * MS);
    assert_eq!(timeline.world().halted(), Some(Limit::Steps));
    assert_eq!(timeline.world().time(), 1_000_000 * MS);
    assert!(!timeline.step_forward());
    assert_eq!(timeline.edit(Edit::Heal), Err(EditError::Halted));
    assert!(timeline.step_back());
    assert_eq!((timeline.world().steps(), timeline.world().halted()), (StepId(499), None));
    timeline.seek(Moment::after(20 * MS));
    timeline.edit(Edit::Crash(id(0), DiskFate::Kept)).expect("the past can be changed");
    timeline.advance(30 * MS);
    assert_eq!((timeline.world().halted(), timeline.branches().count()), (None, 2));
}
