//! The protocol on the kernel; random faults and mutants are for the generic tests of the registry.

use super::mutants::Mutant;
use super::properties::COPIES_FOLLOW;
use super::{Newcomer, PRIMARY};
use crate::kv::Op;
use crate::spec::{ClientOp, Spec};
use consistory_kernel::{DiskFate, Edit, Journal, MS, Moment, ProcessId, Setup, StepId, World};

/// A write, time for the copies, and a crash of the primary.
fn after_a_crash(setup: &Setup<Newcomer>) -> World<Newcomer> {
    let mut journal = Journal::from_step(StepId(0));
    let mut world = World::new(setup, &mut journal).expect("a setup that can run");
    let op = Op::parse("write x 1").expect("an operation");
    let client = ProcessId(setup.nodes);
    world.apply(&Edit::Invoke { client, op, target: None }, &mut journal).expect("c1 is idle");
    world.run_to(Moment::after(1_000 * MS), &mut journal);
    assert_eq!(world.counters().operations_ok, 1);
    assert_eq!(Newcomer::condition(&world, &["copied"]), Some(true));
    world.apply(&Edit::Crash(PRIMARY, DiskFate::Kept), &mut journal).expect("it is up");
    world.apply(&Edit::Restart(PRIMARY), &mut journal).expect("it is down");
    world
}

#[test]
fn the_primary_remembers_what_it_answered_for() {
    let world = after_a_crash(&Newcomer::defaults());
    assert_eq!(world.node(PRIMARY).expect("it is up").store.values().count(), 1);
    assert!(world.findings().is_empty());
}

#[test]
fn without_persisting_it_forgets() {
    let mut setup = Newcomer::defaults();
    setup.mutants = 1 << u8::from(Mutant::AnswerBeforePersisting);
    let world = after_a_crash(&setup);
    assert_eq!(world.findings().first().map(|finding| finding.property), Some(COPIES_FOLLOW));
}
