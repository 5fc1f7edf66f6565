//! Primary-backup replication on the kernel; random faults and mutants are tested in `crates/lab`.

use super::log::{Epoch, Position};
use super::node::Node;
use super::{Config, Directive, PrimaryBackup};
use crate::kv::Op;
use crate::spec::{ClientOp, Picture, Spec};
use crate::stage::scene;
use consistory_kernel::{DiskFate, Edit, Journal, MS, Moment, ProcessId, Setup, StepId, Time, World};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
/// The first client, after three nodes.
const C1: ProcessId = ProcessId(3);

/// A run of three nodes, with its journal.
struct Run {
    world: World<PrimaryBackup>,
    journal: Journal<PrimaryBackup>,
}

impl Run {
    fn new(setup: &Setup<PrimaryBackup>) -> Self {
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn apply(&mut self, edit: &Edit<PrimaryBackup>) {
        self.world.apply(edit, &mut self.journal).expect("it can be done now");
    }

    fn wait(&mut self, time: Time) {
        self.world.run_to(Moment::after(self.world.time() + time), &mut self.journal);
    }

    /// The first client invokes an operation at a node, which gets time to complete it.
    fn invoke(&mut self, at: ProcessId, op: &str) {
        let op = Op::parse(op).expect("an operation");
        self.apply(&Edit::Invoke { client: C1, op, target: Some(at) });
        self.wait(150 * MS);
    }

    fn node(&self, id: ProcessId) -> &Node {
        self.world.node(id).expect("it is up")
    }

    /// What a node's store holds.
    fn values(&self, id: ProcessId) -> Vec<String> {
        self.node(id).store.values().map(|(key, value)| format!("{key}={value}")).collect()
    }

    fn is_so(&self, condition: &str) -> bool {
        let words: Vec<&str> = condition.split(' ').collect();
        PrimaryBackup::condition(&self.world, &words).expect("a condition")
    }
}

#[test]
fn a_write_is_stored_by_the_backups_and_read_at_the_primary() {
    let mut run = Run::new(&PrimaryBackup::defaults());
    run.invoke(N1, "write x 1");
    run.invoke(N3, "read x");
    assert_eq!(run.world.counters().operations_ok, 2, "the backup sends the client to the primary");
    for id in [N1, N2, N3] {
        assert_eq!(run.values(id), ["x=1"]);
    }
    assert!(run.is_so("primary n1") && run.is_so("acknowledged 1") && run.is_so("logs equal"));
    assert!(PrimaryBackup::eventually(&run.world, 10));
    assert!(run.world.findings().is_empty());
}

#[test]
fn a_backup_takes_over_with_what_was_acknowledged() {
    let mut run = Run::new(&PrimaryBackup::defaults());
    run.invoke(N1, "write x 1");
    run.apply(&Edit::Crash(N1, DiskFate::Kept));
    run.wait(1_000 * MS);
    assert!(run.is_so("epoch 2"));
    let primary = if run.node(N2).is_primary() { N2 } else { N3 };
    assert!(run.node(primary).is_primary());
    run.invoke(primary, "read x");
    assert_eq!(run.world.counters().operations_ok, 2);
    run.apply(&Edit::Restart(N1));
    run.wait(500 * MS);
    assert!(run.is_so("backup n1") && run.is_so("logs equal"));
    assert!(run.world.findings().is_empty());
}

/// The old primary is alone with a write that nobody else has; it comes back to another log.
#[test]
fn what_nobody_else_has_is_rolled_back() {
    let mut run = Run::new(&PrimaryBackup::defaults());
    run.invoke(N1, "write x 1");
    run.apply(&Edit::Partition(vec![vec![N1, C1], vec![N2, N3]]));
    run.invoke(N1, "write x 2");
    assert_eq!(run.node(N1).durable.log.last_index(), 2);
    assert_eq!((run.node(N1).acknowledged, run.values(N1)), (1, vec!["x=1".to_owned()]));
    run.wait(600 * MS);
    assert!(run.is_so("epoch 2") && run.is_so("acknowledged 2"));
    // Its client does not come back with the write.
    run.apply(&Edit::Partition(vec![vec![N1, N2, N3], vec![C1]]));
    run.wait(500 * MS);
    assert!(run.is_so("backup n1") && run.is_so("logs equal"));
    assert_eq!(run.values(N1), ["x=1"]);
    assert_eq!(run.world.monitor().rollbacks, 1);
    assert!(run.world.findings().is_empty());
}

/// n3 is ordered to take over while n1 lives: it waits until its own promise to n1 has ended, and then n1 gives way.
#[test]
fn a_candidate_waits_for_the_end_of_its_own_promise() {
    let mut run = Run::new(&PrimaryBackup::defaults());
    run.wait(400 * MS);
    run.apply(&Edit::Rearm(N3, 0));
    run.wait(0);
    let until = run.node(N3).promised_until;
    assert!(until > run.world.time() && run.node(N3).epoch() == Epoch { round: 2, node: N3 });
    run.world.run_to(Moment::after(until - 1), &mut run.journal);
    assert!(!run.node(N3).is_primary());
    run.wait(200 * MS);
    assert!(run.node(N3).is_primary() && run.is_so("backup n1") && run.is_so("logs equal"));
    assert!(run.world.findings().is_empty());
}

/// n3 lacks an entry that n2 has stored; n1 is gone, and n3 stands.
#[test]
fn a_candidate_takes_over_the_more_advanced_log() {
    let mut run = Run::new(&PrimaryBackup::defaults());
    run.apply(&Edit::Cut(N1, N3));
    run.invoke(N1, "write x 1");
    assert_eq!(run.world.counters().operations_ok, 1);
    run.apply(&Edit::Crash(N1, DiskFate::Kept));
    let behind = run.node(N3).durable.log.last();
    assert_eq!(behind, Position::default());
    run.apply(&Edit::Rearm(N3, 0));
    run.wait(600 * MS);
    assert!(run.is_so("primary n3") && run.is_so("logs equal"));
    assert_eq!(run.values(N3), ["x=1"]);
    assert!(run.world.findings().is_empty());
}

#[test]
fn fences_meet_every_set_that_acknowledges() {
    for nodes in 1..=7 {
        for acks in 0..=6 {
            let config = Config { acks, ..Config::semi_synchronous() };
            let (waits_for, fenced) = (config.acks_needed(nodes), config.fence_quorum(nodes));
            assert!((1..=nodes).contains(&fenced) && waits_for < nodes);
            assert!(waits_for == 0 || waits_for + 1 + fenced > nodes, "{acks} of {nodes}");
            assert!(waits_for > 0 || 2 * fenced > nodes, "{acks} of {nodes}");
        }
    }
}

#[test]
fn a_node_that_is_down_shows_what_its_disk_has() {
    let mut setup = PrimaryBackup::defaults();
    for id in [N1, N2, N3] {
        setup.directives.push((id, Directive::Log(vec![1, 1, 2])));
    }
    let mut run = Run::new(&setup);
    run.apply(&Edit::Crash(N2, DiskFate::Kept));
    run.apply(&Edit::Crash(N3, DiskFate::Lost));
    let scene = scene(&run.world);
    let shown = |id| {
        let strip = scene.card(id).and_then(|card| card.strip.as_ref()).expect("a log of every node");
        strip.cells.iter().map(|cell| (cell.label.as_str(), cell.committed)).collect::<Vec<_>>()
    };
    assert_eq!(shown(N2), [("1", false), ("1", false), ("2", false)]);
    assert_eq!(shown(N3), []);
    let matrix = PrimaryBackup::matrix(&run.world).expect("a node has a log");
    assert_eq!(matrix.rows[1].cells.len(), 3);
}
