//! Raft on the kernel: elections, replication, and what the mutants break is tested in the crate's `tests`.

use super::{Directive, Raft, Timer};
use crate::kv::Op;
use crate::spec::{ClientOp, Picture, Spec};
use crate::stage::scene;
use consistory_kernel::{DiskFate, Edit, Journal, MS, Moment, ProcessId, StepId, World};

#[test]
fn five_servers_elect_a_leader_and_commit_a_write() {
    let setup = Raft::defaults();
    let mut journal = Journal::from_step(StepId(0));
    let mut world = World::new(&setup, &mut journal).expect("a setup that can run");
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

/// "Stepping down on a higher term does not re-arm the election timer; granting a vote or hearing the leader does."
#[test]
fn a_refused_candidate_does_not_delay_its_refuser() {
    let (refuser, candidate, voter) = (ProcessId(0), ProcessId(1), ProcessId(2));
    let mut setup = Raft::defaults();
    setup.directives.push((refuser, Directive::Log(vec![1, 1])));
    let mut journal = Journal::from_step(StepId(0));
    let mut world = World::new(&setup, &mut journal).expect("a setup that can run");
    let fires_at = |world: &World<Raft>, id| {
        let armed = world.timers(id).iter().find(|armed| armed.timer == Timer::Election);
        armed.map(|armed| armed.fires_at).expect("a follower waits for its time-out")
    };
    // The refuser starts in term 1, so that the candidate's second term is the higher one.
    for _ in 0..2 {
        world.apply(&Edit::Rearm(candidate, 0), &mut journal).expect("it is up");
        world.run_to(Moment::after(world.time()), &mut journal);
    }
    let before = (fires_at(&world, refuser), fires_at(&world, voter));
    world.run_to(Moment::after(25 * MS), &mut journal);
    let stepped_down = world.node(refuser).expect("it is up");
    assert_eq!((stepped_down.term(), stepped_down.durable.vote), (2, None), "it has stepped down and refused");
    assert_eq!(fires_at(&world, refuser), before.0);
    assert_eq!(world.node(voter).expect("it is up").durable.vote, Some(candidate));
    assert_ne!(fires_at(&world, voter), before.1, "whoever votes waits afresh");
}

#[test]
fn a_server_that_is_down_shows_what_its_disk_has() {
    let (kept, lost) = (ProcessId(1), ProcessId(2));
    let mut setup = Raft::defaults();
    for id in [kept, lost] {
        setup.directives.push((id, Directive::Log(vec![1, 1, 2])));
    }
    let mut journal = Journal::from_step(StepId(0));
    let mut world = World::new(&setup, &mut journal).expect("a setup that can run");
    world.apply(&Edit::Crash(kept, DiskFate::Kept), &mut journal).expect("it is up");
    world.apply(&Edit::Crash(lost, DiskFate::Lost), &mut journal).expect("it is up");
    let scene = scene(&world);
    let shown = |id| {
        let strip = scene.card(id).and_then(|card| card.strip.as_ref()).expect("a log of every server");
        let cells = &strip.cells;
        cells.iter().map(|cell| (cell.label.as_str(), cell.committed)).collect::<Vec<_>>()
    };
    assert_eq!(shown(kept), [("1", false), ("1", false), ("2", false)]);
    assert_eq!(shown(lost), []);
    let matrix = Raft::matrix(&world).expect("a server has a log");
    assert_eq!(matrix.rows[1].cells.len(), 3);
}
