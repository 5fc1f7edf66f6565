//! Raft on the kernel: elections, replication, and what the mutants break is tested in the crate's `tests`.

use super::Raft;
use crate::kv::Op;
use crate::spec::Spec;
use consistory_kernel::{Edit, Journal, MS, Moment, ProcessId, StepId, World};

#[test]
fn five_servers_elect_a_leader_and_commit_a_write() {
    let setup = Raft::defaults();
    let mut journal = Journal::from_step(StepId(0));
    let mut world = World::new(&setup, &mut journal);
    world.run_to(Moment::after(1_000 * MS), &mut journal);
    let leaders = (0..5).filter(|id| world.node(ProcessId(*id)).is_some_and(super::node::Node::is_leader)).count();
    assert_eq!(leaders, 1);
    let op = Op::parse("write x 1").expect("an operation");
    world.apply(&Edit::Invoke { client: ProcessId(5), op, target: None }, &mut journal).expect("c1 is idle");
    world.run_to(Moment::after(2_000 * MS), &mut journal);
    assert_eq!(world.counters().operations_ok, 1);
    for id in (0..5).map(ProcessId) {
        let node = world.node(id).expect("all are up");
        assert_eq!(node.store.values().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(), ["x=1"]);
    }
    assert!(world.findings().is_empty());
}
