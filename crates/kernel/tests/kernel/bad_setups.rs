//! A run that cannot start says why; a protocol that speaks to processes that do not exist is stopped where it does.

use crate::bench::{Bench, id, letter};
use crate::sketch::probe::{self, Order, Probe};
use consistory_kernel::{ClientPolicy, Journal, Latency, MS, PPM, Setup, SetupError, Timeline, World};

const DAY: u64 = 86_400_000 * MS;

fn check(expect: Result<(), SetupError>, change: impl FnOnce(&mut Setup<Probe>)) {
    let mut setup = probe::setup(3, 2);
    change(&mut setup);
    assert_eq!(setup.check(), expect);
    assert_eq!(World::new(&setup, &mut Journal::off()).map(|_| ()), expect);
    assert_eq!(Timeline::new(&setup).map(|_| ()), expect);
}

#[test]
fn a_run_has_nodes_and_not_too_many_processes() {
    check(Err(SetupError::NoNodes), |setup| setup.nodes = 0);
    check(Err(SetupError::NoNodes), |setup| (setup.nodes, setup.clients) = (0, 0));
    check(Ok(()), |setup| (setup.nodes, setup.clients) = (1, 0));
    check(Err(SetupError::TooManyProcesses), |setup| (setup.nodes, setup.clients) = (u16::MAX, 1));
    check(Err(SetupError::TooManyProcesses), |setup| (setup.nodes, setup.clients) = (1, u16::MAX));
    // Not run, because that takes a while.
    let most = Setup { nodes: u16::MAX - 2, ..probe::setup(3, 2) };
    assert_eq!(most.check(), Ok(()));
}

#[test]
fn only_nodes_that_exist_are_prepared() {
    check(Ok(()), |setup| setup.directives = vec![(id(0), 7), (id(2), 7)]);
    check(Err(SetupError::NoSuchNode(id(3))), |setup| setup.directives = vec![(id(0), 7), (id(3), 7)]);
    check(Err(SetupError::NoSuchNode(id(u16::MAX))), |setup| setup.directives = vec![(id(u16::MAX), 7)]);
}

#[test]
fn values_are_those_that_an_edit_could_set() {
    let policy = |retry_after, give_up_after| ClientPolicy { retry_after, give_up_after };
    check(Err(SetupError::OutOfRange), |setup| setup.network.latency = Latency::Uniform(2, 1));
    check(Err(SetupError::OutOfRange), |setup| setup.network.latency = Latency::Constant(DAY + 1));
    check(Ok(()), |setup| setup.network.latency = Latency::Constant(DAY));
    check(Err(SetupError::OutOfRange), |setup| {
        setup.network.link_latency.insert((id(0), id(1)), Latency::Exponential(u64::MAX));
    });
    check(Err(SetupError::OutOfRange), |setup| setup.network.loss = PPM + 1);
    check(Err(SetupError::OutOfRange), |setup| setup.network.duplicate = PPM + 1);
    check(Err(SetupError::OutOfRange), |setup| setup.policy = policy(u64::MAX, MS));
    check(Err(SetupError::OutOfRange), |setup| setup.policy = policy(MS, u64::MAX));
    check(Ok(()), |setup| setup.policy = policy(0, DAY));
}

#[test]
#[should_panic(expected = "p0 sends to p3, which is no node")]
fn a_message_to_a_client_is_a_mistake_of_the_protocol() {
    Bench::new(&probe::setup(3, 1)).order(0, letter(3, 1));
}

#[test]
#[should_panic(expected = "p0 answers p2, which is no client")]
fn an_answer_to_a_node_is_a_mistake_of_the_protocol() {
    Bench::new(&probe::setup(3, 1)).order(0, Order::Answer(2));
}

#[test]
#[should_panic(expected = "p0 answers p4, which is no client")]
fn an_answer_to_nobody_is_a_mistake_of_the_protocol() {
    Bench::new(&probe::setup(3, 1)).order(0, Order::Answer(4));
}
