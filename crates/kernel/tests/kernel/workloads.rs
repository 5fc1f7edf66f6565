//! Clients that work by themselves: pace, mix, whom they ask, and how patient each is.

use crate::bench::{Bench, id};
use crate::sketch::probe::{self, Heard, Order};
use consistory_kernel::{
    ClientPolicy, Edit, EditError, Latency, MS, OpKind, OperationStage, Outcome, Pace, Target, Time, Workload,
};
use std::rc::Rc;

const CLIENT: u16 = 2;

/// Half reads, half writes; answered at once, because clients are near.
fn workload(pace: Pace) -> Workload {
    Workload { weights: [1, 1, 0, 0], keys: 2, pace, target: Target::Last, operations: None }
}

fn working(workload: Workload) -> Bench {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.apply(&Edit::Workload(id(CLIENT), Some(Rc::new(workload))));
    bench
}

fn invoked(bench: &Bench) -> Vec<(Time, Order)> {
    let events = bench.journal.operations().iter();
    let invoked = events.filter_map(|event| match &event.stage {
        OperationStage::Invoked(op) => Some((event.time, op.clone())),
        OperationStage::Ended(_) => None,
    });
    invoked.collect()
}

#[test]
fn a_closed_loop_thinks_between_operations() {
    let mut bench = working(workload(Pace::Think(Latency::Constant(30 * MS))));
    bench.apply(&Edit::Slow(id(0), 20 * MS));
    bench.apply(&Edit::Slow(id(1), 20 * MS));
    bench.run_to(170 * MS);
    let times: Vec<Time> = invoked(&bench).into_iter().map(|(time, _)| time).collect();
    assert_eq!(times, [30 * MS, 80 * MS, 130 * MS]);
}

#[test]
fn an_open_loop_does_not_wait() {
    let mut bench = working(workload(Pace::Every(Latency::Constant(30 * MS))));
    bench.apply(&Edit::Pause(id(0)));
    bench.run_to(100 * MS);
    let client = bench.world.client(id(CLIENT)).expect("it exists");
    assert_eq!((invoked(&bench).len(), client.queue.len()), (1, 2));
}

#[test]
fn values_are_unique_and_the_mix_is_drawn() {
    let mut bench = working(workload(Pace::Think(Latency::Constant(MS))));
    bench.run_to(1_000 * MS);
    let invoked = invoked(&bench);
    let written: Vec<u32> =
        invoked.iter().filter_map(|(_, op)| if let Order::Persist(value) = op { Some(*value) } else { None }).collect();
    assert!((400..600).contains(&written.len()) && invoked.len() > 900, "{} of {}", written.len(), invoked.len());
    assert!(written.is_sorted_by(|one, other| one < other));
    let keys = |wanted| invoked.iter().filter(|(_, op)| *op == Order::Disarm(wanted)).count();
    assert!(keys(0) > 150 && keys(1) > 150 && keys(2) == 0);
}

#[test]
fn it_asks_whom_it_is_told_to() {
    let asked = |target, node: u16| {
        let mut bench =
            working(Workload { target, operations: Some(40), ..workload(Pace::Think(Latency::Constant(MS))) });
        bench.run_to(500 * MS);
        bench.heard(node).iter().filter(|(_, heard)| matches!(heard, Heard::Order { .. })).count()
    };
    // The client's first target is the first node.
    assert_eq!((asked(Target::Node(id(1)), 0), asked(Target::Node(id(1)), 1)), (0, 40));
    assert_eq!((asked(Target::Last, 0), asked(Target::Last, 1)), (40, 0));
    assert!((10..30).contains(&asked(Target::Any, 0)));
}

#[test]
fn it_stops_when_its_count_is_reached_or_when_it_is_told() {
    let pace = Pace::Think(Latency::Constant(MS));
    let mut bench = working(Workload { operations: Some(3), ..workload(pace.clone()) });
    bench.run_to(100 * MS);
    assert_eq!(invoked(&bench).len(), 3);
    let mut bench = working(workload(pace));
    bench.run_to(10 * MS);
    let count = invoked(&bench).len();
    bench.apply(&Edit::Workload(id(CLIENT), None));
    bench.run_to(100 * MS);
    assert_eq!(invoked(&bench).len(), count);
}

#[test]
fn what_a_client_cannot_ask_is_refused() {
    let bench = Bench::new(&probe::setup(2, 1));
    let check = |workload| bench.world.check(&Edit::Workload(id(CLIENT), Some(Rc::new(workload))));
    let plain = workload(Pace::Think(Latency::Constant(MS)));
    assert_eq!(check(plain.clone()), Ok(()));
    let lists = Workload { weights: [1, 0, 0, 1], ..plain.clone() };
    assert_eq!(check(lists), Err(EditError::NoSuchOperation(OpKind::Append)));
    assert_eq!(check(Workload { weights: [0; 4], ..plain.clone() }), Err(EditError::OutOfRange));
    assert_eq!(check(Workload { keys: 0, ..plain.clone() }), Err(EditError::OutOfRange));
    assert_eq!(check(Workload { target: Target::Node(id(CLIENT)), ..plain }), Err(EditError::NotANode(id(CLIENT))));
}

#[test]
fn each_client_has_its_own_patience() {
    let mut bench = Bench::new(&probe::setup(2, 2));
    let policy = ClientPolicy { retry_after: 10_000 * MS, give_up_after: 50 * MS };
    bench.apply(&Edit::Patience(id(CLIENT), policy));
    bench.apply(&Edit::Pause(id(0)));
    bench.apply(&Edit::Pause(id(1)));
    for client in [CLIENT, CLIENT + 1] {
        bench.apply(&Edit::Invoke { client: id(client), op: Order::Persist(1), target: None });
    }
    bench.run_to(100 * MS);
    let ended = bench.journal.operations().iter().filter(|event| matches!(event.stage, OperationStage::Ended(_)));
    let ended: Vec<_> = ended.map(|event| (event.client, event.time, event.stage.clone())).collect();
    let [(client, time, OperationStage::Ended(outcome))] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!((*client, *time, outcome), (id(CLIENT), 50 * MS, &Outcome::Unknown));
}
