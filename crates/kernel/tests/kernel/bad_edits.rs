//! An edit that is not possible says why, and changes nothing.

use crate::bench::{Bench, NO_MESSAGE, id, letter};
use crate::sketch::probe::{self, Order, Probe};
use consistory_kernel::{DiskFate, Edit, EditError, Latency, MS, MessageAct, PPM, ScriptedChoice, Setting, Timeline};

/// Node 1 is down, node 2 is paused, letter 1 is held, letter 2 travels; process 4 is the client.
fn edits() -> Vec<Edit<Probe>> {
    vec![
        Edit::Invoke { client: id(4), op: Order::Several(vec![letter(3, 1), letter(3, 2)]), target: Some(id(0)) },
        Edit::Crash(id(1), DiskFate::Kept),
        Edit::Pause(id(2)),
    ]
}

fn bench() -> Bench {
    let mut bench = Bench::new(&probe::setup(4, 1));
    for edit in edits() {
        bench.apply(&edit);
    }
    bench.run_to(MS);
    bench.act(1, MessageAct::Hold);
    bench
}

fn check(edit: &Edit<Probe>, error: EditError) {
    let mut bench = bench();
    let before = (bench.world.digest(), bench.world.steps(), bench.world.edits(), bench.journal.steps().len());
    assert_eq!(bench.world.check(edit), Err(error), "{edit:?}");
    assert_eq!(bench.world.apply(edit, &mut bench.journal), Err(error), "{edit:?}");
    let after = (bench.world.digest(), bench.world.steps(), bench.world.edits(), bench.journal.steps().len());
    assert_eq!(after, before, "{edit:?}");
    let mut untouched = self::bench();
    bench.run_to(100 * MS);
    untouched.run_to(100 * MS);
    assert_eq!(bench.world.digest(), untouched.world.digest(), "{edit:?}");
}

#[test]
fn processes_that_do_not_exist_or_are_of_the_wrong_kind() {
    type OfNode = fn(consistory_kernel::ProcessId) -> Edit<Probe>;
    let of_node: [OfNode; 8] = [
        |node| Edit::Crash(node, DiskFate::Kept),
        Edit::Restart,
        Edit::Pause,
        Edit::Resume,
        |node| Edit::Skew(node, 1),
        |node| Edit::Rearm(node, 1),
        |node| Edit::Invoke { client: id(4), op: Order::Ignore, target: Some(node) },
        |node| Edit::Answer(ScriptedChoice { process: node, key: "a", option: 0 }),
    ];
    for edit in of_node {
        check(&edit(id(9)), EditError::NoSuchProcess(id(9)));
        check(&edit(id(4)), EditError::NotANode(id(4)));
    }
    let gone = EditError::NoSuchProcess(id(9));
    for (from, to) in [(9, 0), (0, 9)] {
        check(&Edit::Cut(id(from), id(to)), gone);
        check(&Edit::Mend(id(from), id(to)), gone);
        check(&Edit::LinkLatency(id(from), id(to), Latency::Constant(1)), gone);
        check(&Edit::NextMessage { from: id(from), to: id(to), kind: None, act: MessageAct::Hold }, gone);
    }
    check(&Edit::Partition(vec![vec![id(0)], vec![id(1), id(9)]]), gone);
    check(&Edit::Invoke { client: id(0), op: Order::Ignore, target: None }, EditError::NotAClient(id(0)));
    check(&Edit::Invoke { client: id(9), op: Order::Ignore, target: None }, EditError::NotAClient(id(9)));
}

#[test]
fn nodes_in_the_wrong_state() {
    check(&Edit::Crash(id(1), DiskFate::Lost), EditError::IsDown(id(1)));
    check(&Edit::Pause(id(1)), EditError::IsDown(id(1)));
    check(&Edit::Rearm(id(1), 1), EditError::IsDown(id(1)));
    check(&Edit::Restart(id(0)), EditError::IsUp(id(0)));
    check(&Edit::Restart(id(2)), EditError::IsUp(id(2)));
    check(&Edit::Resume(id(0)), EditError::NotPaused(id(0)));
    check(&Edit::Resume(id(1)), EditError::NotPaused(id(1)));
    check(&Edit::Rearm(id(0), 1), EditError::NoTimer(id(0)));
}

#[test]
fn messages_that_are_gone_or_in_the_wrong_state() {
    let (held, travelling) = (bench().flight(1).id, bench().flight(2).id);
    for act in [MessageAct::Drop, MessageAct::Hold, MessageAct::Release, MessageAct::Deliver, MessageAct::Duplicate] {
        check(&Edit::Message(NO_MESSAGE, act), EditError::NoSuchMessage(NO_MESSAGE));
    }
    check(&Edit::Message(held, MessageAct::Hold), EditError::WrongHold(held));
    check(&Edit::Message(travelling, MessageAct::Release), EditError::WrongHold(travelling));
    let mut bench = bench();
    bench.run_to(50 * MS);
    let edit = Edit::Message(travelling, MessageAct::Drop);
    assert_eq!(bench.world.check(&edit), Err(EditError::NoSuchMessage(travelling)), "it has arrived");
}

#[test]
fn values_out_of_range() {
    let day = 86_400_000 * MS;
    let link = bench().flight(2).id;
    let groups = |count: usize| vec![vec![id(0)]; count];
    let mixture = |weights: &[u32]| {
        let parts: Vec<_> = weights.iter().map(|weight| (*weight, Latency::Constant(1))).collect();
        Latency::Mixture(parts.into())
    };
    let bad: Vec<Edit<Probe>> = vec![
        Edit::Skew(id(0), 500_001),
        Edit::Skew(id(0), -500_001),
        Edit::Skew(id(0), i32::MIN),
        Edit::Loss(PPM + 1),
        Edit::Duplication(u32::MAX),
        Edit::Partition(Vec::new()),
        Edit::Partition(groups(31)),
        Edit::Latency(Latency::Constant(day + 1)),
        Edit::Latency(Latency::Exponential(u64::MAX)),
        Edit::Latency(Latency::Uniform(2, 1)),
        Edit::Latency(Latency::Uniform(0, u64::MAX)),
        Edit::Latency(Latency::Pareto { scale: 1, shape_milli: 0 }),
        Edit::Latency(Latency::Pareto { scale: day + 1, shape_milli: 1 }),
        Edit::Latency(mixture(&[])),
        Edit::Latency(mixture(&[500_000, 499_999])),
        Edit::Latency(mixture(&[u32::MAX, u32::MAX])),
        Edit::LinkLatency(id(0), id(1), Latency::Constant(u64::MAX)),
        Edit::LinkLatency(id(0), id(1), Latency::Mixture([(PPM, Latency::Uniform(2, 1))].into())),
        Edit::Message(link, MessageAct::Delay(day + 1)),
        Edit::NextMessage { from: id(0), to: id(1), kind: None, act: MessageAct::Delay(u64::MAX) },
    ];
    for edit in bad {
        check(&edit, EditError::OutOfRange);
    }
    for good in [Edit::Partition(groups(30)), Edit::Skew(id(0), -500_000), Edit::Loss(PPM), Edit::Skew(id(0), 500_000)]
    {
        assert_eq!(bench().world.check(&good), Ok(()), "{good:?}");
    }
}

#[test]
fn a_timer_is_not_rearmed_beyond_a_day() {
    let mut bench = bench();
    bench.order(0, Order::Arm { timer: 1, low: 5, high: 5 });
    assert_eq!(bench.world.check(&Edit::Rearm(id(0), u64::MAX)), Err(EditError::OutOfRange));
    assert_eq!(bench.world.check(&Edit::Rearm(id(0), 1)), Ok(()));
}

#[test]
fn parameters_that_do_not_exist() {
    check(&Edit::Tune(1, Setting::Duration(1)), EditError::NoSuchParameter(1));
    check(&Edit::Tune(0, Setting::Number(1)), EditError::NoSuchParameter(0));
    let mut bench = bench();
    bench.apply(&Edit::Tune(0, Setting::Duration(7)));
    assert_eq!(*bench.world.config(), 7);
}

#[test]
fn a_bad_edit_in_the_past_starts_no_branch() {
    let mut timeline = Timeline::new(&probe::setup(4, 1)).expect("a setup that can run");
    for edit in edits() {
        timeline.edit(edit).expect("the edit is possible");
    }
    timeline.advance(100 * MS);
    timeline.seek(consistory_kernel::Moment::after(5 * MS));
    let digest = timeline.world().digest();
    assert_eq!(timeline.edit(Edit::Restart(id(0))), Err(EditError::IsUp(id(0))));
    assert_eq!((timeline.branches().count(), timeline.world().digest()), (1, digest));
    assert_eq!(timeline.world().time(), 5 * MS);
}
