//! Clients ask one thing at a time, follow redirects, retry, and give up.

use crate::bench::{Bench, id};
use crate::sketch::probe::{self, Heard, Order, Probe};
use consistory_kernel::{
    ClientPolicy, DiskFate, Edit, Latency, MS, MessageAct, OperationStage, Outcome, Setup, StepKind,
};

fn invoke(client: u16, op: Order, target: Option<u16>) -> Edit<Probe> {
    Edit::Invoke { client: id(client), op, target: target.map(id) }
}

/// The orders that a node saw: when, from whom, with which serial number.
fn orders(bench: &Bench, node: u16) -> Vec<(u64, u16, u32)> {
    let orders = bench.heard(node).into_iter().filter_map(|(time, heard)| match heard {
        Heard::Order { client, serial } => Some((time, client, serial)),
        Heard::Booted(_) | Heard::Message { .. } | Heard::Timer(_) | Heard::Chosen(_) => None,
    });
    orders.collect()
}

/// When operations ended, of which client, with which serial number, and how.
fn ends(bench: &Bench) -> Vec<(u64, u16, u32, Outcome<u32>)> {
    let ends = bench.journal.operations().iter().filter_map(|event| match &event.stage {
        OperationStage::Ended(outcome) => Some((event.time, event.client.0, event.serial, outcome.clone())),
        OperationStage::Invoked(_) => None,
    });
    ends.collect()
}

#[test]
fn a_redirect_with_a_hint_is_followed_at_once() {
    let mut bench = Bench::new(&probe::setup(3, 1));
    bench.order(0, Order::Redirect(Some(2)));
    assert_eq!(orders(&bench, 0), [(0, 3, 1)]);
    assert_eq!(orders(&bench, 2), [(0, 3, 1)], "the same serial number");
    assert_eq!(ends(&bench), [(0, 3, 1, Outcome::Ok(2))]);
    bench.apply(&invoke(3, Order::Persist(1), None));
    bench.run_to(1);
    assert_eq!(orders(&bench, 2).len(), 2, "the client remembers whom it asked last");
}

#[test]
fn a_redirect_without_a_hint_waits_for_the_retry_and_asks_the_next() {
    let mut bench = Bench::new(&Setup { policy: policy(100, 10_000), ..probe::setup(3, 1) });
    bench.order(0, Order::Redirect(None));
    bench.run_to(1_000 * MS);
    let asked: Vec<_> = (0..3).flat_map(|node| orders(&bench, node).into_iter().map(move |o| (o.0, node))).collect();
    let mut asked: Vec<_> = asked.into_iter().filter(|(time, _)| *time <= 300 * MS).collect();
    asked.sort_unstable();
    // After a redirect the target is the next node; the retry moves on once more.
    assert_eq!(asked, [(0, 0), (100 * MS, 2), (200 * MS, 1), (300 * MS, 0)]);
}

#[test]
fn redirects_in_a_circle_are_paced_by_the_retry() {
    let mut bench = Bench::new(&Setup { policy: policy(100, 1_000), ..probe::setup(2, 1) });
    bench.order(0, Order::Several(vec![Order::Redirect(Some(9))]));
    bench.run_to(99 * MS);
    let asked = orders(&bench, 0).len() + orders(&bench, 1).len();
    assert_eq!(asked, 3, "as many redirects as there are nodes, then it waits");
    bench.run_to(199 * MS);
    let asked = orders(&bench, 0).len() + orders(&bench, 1).len();
    assert_eq!(asked, 6, "and again after the retry");
    bench.run_to(1_000 * MS);
    assert_eq!(ends(&bench), [(1_000 * MS, 2, 1, Outcome::Unknown)]);
}

fn policy(retry: u64, give_up: u64) -> ClientPolicy {
    ClientPolicy { retry_after: retry * MS, give_up_after: give_up * MS }
}

#[test]
fn a_retry_asks_the_next_node_with_the_same_serial_number_until_the_client_gives_up() {
    let mut bench = Bench::new(&Setup { policy: policy(100, 350), ..probe::setup(3, 1) });
    bench.order(1, Order::Ignore);
    assert_eq!(bench.world.client(id(3)).and_then(|client| client.pending.as_ref()).map(|op| op.attempts), Some(1));
    bench.run_to(1_000 * MS);
    assert_eq!(orders(&bench, 1), [(0, 3, 1), (300 * MS, 3, 1)]);
    assert_eq!(orders(&bench, 2), [(100 * MS, 3, 1)]);
    assert_eq!(orders(&bench, 0), [(200 * MS, 3, 1)]);
    assert_eq!(ends(&bench), [(350 * MS, 3, 1, Outcome::Unknown)]);
    assert_eq!(bench.world.counters().operations_unknown, 1);
    let patience: Vec<_> = bench.journal.steps().iter().filter(|step| step.kind == StepKind::Client).collect();
    assert_eq!(patience.iter().map(|step| step.time).collect::<Vec<_>>(), [100, 200, 300, 350].map(|at| at * MS));
    assert!(patience.iter().all(|step| bench.journal.step(step.cause).is_some()), "each has a cause");
}

#[test]
fn a_refusal_ends_the_operation() {
    let mut bench = Bench::new(&probe::setup(3, 1));
    bench.order(1, Order::Refuse);
    assert_eq!(ends(&bench), [(0, 3, 1, Outcome::Failed)]);
    assert_eq!(bench.world.counters().operations_failed, 1);
    bench.run_to(1_000 * MS);
    assert_eq!(orders(&bench, 0).len() + orders(&bench, 2).len(), 0, "it is not tried again");
}

#[test]
fn a_late_answer_is_ignored() {
    let mut setup = Setup { policy: policy(100, 150), ..probe::setup(2, 1) };
    setup.network.link_latency.insert((id(0), id(2)), Latency::Constant(400 * MS));
    setup.network.link_latency.insert((id(1), id(2)), Latency::Constant(400 * MS));
    let mut bench = Bench::new(&setup);
    bench.order(0, Order::Persist(1));
    bench.run_to(390 * MS);
    bench.order(0, Order::Ignore);
    bench.run_to(510 * MS);
    assert_eq!(ends(&bench), [(150 * MS, 2, 1, Outcome::Unknown)], "the answers to the first came after 400 ms");
    assert_eq!(bench.world.client(id(2)).map(|client| client.serial), Some(2));
    bench.run_to(2_000 * MS);
    assert_eq!(ends(&bench)[1..], [(540 * MS, 2, 2, Outcome::Unknown)]);
}

#[test]
fn a_second_answer_to_the_same_operation_is_ignored() {
    let mut bench = Bench::new(&probe::setup(2, 1));
    bench.apply(&Edit::NextMessage { from: id(0), to: id(2), kind: None, act: MessageAct::Duplicate });
    bench.order(0, Order::Persist(1));
    bench.run_to(2_500 * MS);
    assert_eq!(ends(&bench), [(0, 2, 1, Outcome::Ok(0))]);
    assert_eq!(bench.world.counters().delivered, 3);
}

#[test]
fn operations_of_a_client_follow_each_other_and_those_of_another_do_not_wait() {
    let mut setup = Setup { policy: policy(1_000, 100), ..probe::setup(2, 2) };
    setup.network.link_latency.clear();
    let mut bench = Bench::new(&setup);
    bench.apply(&invoke(2, Order::Persist(1), Some(0)));
    bench.apply(&invoke(2, Order::Ignore, Some(1)));
    bench.apply(&invoke(2, Order::Persist(3), Some(0)));
    bench.apply(&invoke(3, Order::Persist(4), Some(1)));
    assert_eq!(bench.world.client(id(2)).map(|client| client.queue.len()), Some(2));
    bench.run_to(500 * MS);
    assert_eq!(orders(&bench, 0), [(10 * MS, 2, 1), (130 * MS, 2, 3)]);
    assert_eq!(orders(&bench, 1), [(10 * MS, 3, 1), (30 * MS, 2, 2)]);
    let expected = [
        (20 * MS, 2, 1, Outcome::Ok(0)),
        (20 * MS, 3, 1, Outcome::Ok(1)),
        (120 * MS, 2, 2, Outcome::Unknown),
        (140 * MS, 2, 3, Outcome::Ok(0)),
    ];
    assert_eq!(ends(&bench), expected);
    let invoked: Vec<_> = bench.journal.operations().iter().filter(|event| event.client == id(2)).collect();
    assert!(invoked.chunks(2).all(|pair| matches!(pair[0].stage, OperationStage::Invoked(_))));
}

#[test]
fn a_client_survives_a_server_that_is_down() {
    let mut bench = Bench::new(&probe::setup(3, 1));
    bench.apply(&Edit::Crash(id(0), DiskFate::Kept));
    bench.order(0, Order::Persist(1));
    bench.run_to(1_000 * MS);
    assert_eq!(ends(&bench), [(250 * MS, 3, 1, Outcome::Ok(1))]);
}
