//! ABD on the kernel; random faults and mutants are tested in `crates/lab`.

use super::message::{Tag, Version};
use super::mutants::Mutant;
use super::node::Node;
use super::op::Op;
use super::properties::UNIQUE_TAGS;
use super::{Abd, Directive, WRITER, Writers};
use crate::kv::Key;
use crate::spec::{ClientOp, Names, Spec};
use crate::stage::scene;
use consistory_kernel::{DiskFate, Edit, Journal, MS, Moment, PPM, ProcessId, Setup, StepId, World};

/// The first client, after five replicas.
const CLIENT: ProcessId = ProcessId(5);

fn key() -> Key {
    Key::parse("x").expect("a key")
}

fn version(value: i64, number: u32, writer: ProcessId) -> Version {
    Version { tag: Tag { number, writer }, value: Some(value) }
}

/// A run, with its journal.
struct Run {
    world: World<Abd>,
    journal: Journal<Abd>,
}

impl Run {
    fn new(setup: &Setup<Abd>) -> Self {
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn apply(&mut self, edit: &Edit<Abd>) {
        self.world.apply(edit, &mut self.journal).expect("it can be done now");
    }

    fn wait(&mut self, time: u64) {
        self.world.run_to(Moment::after(self.world.time() + time), &mut self.journal);
    }

    /// The first client invokes an operation at a replica, which gets time to complete it.
    fn invoke(&mut self, at: ProcessId, op: &str) {
        let op = Op::parse(op).expect("an operation");
        self.apply(&Edit::Invoke { client: CLIENT, op, target: Some(at) });
        self.wait(300 * MS);
    }

    fn node(&self, id: ProcessId) -> &Node {
        self.world.node(id).expect("it is up")
    }

    /// The copies of the replicas, all of which are up.
    fn copies(&self) -> Vec<Version> {
        (0..self.world.node_count()).map(|id| self.node(ProcessId(id)).durable.version(key())).collect()
    }
}

#[test]
fn a_write_is_stored_everywhere_and_read_anywhere() {
    let mut run = Run::new(&Abd::defaults());
    run.invoke(ProcessId(1), "write x 1");
    run.invoke(ProcessId(3), "read x");
    assert_eq!(run.world.counters().operations_ok, 2);
    assert_eq!(run.copies(), [version(1, 1, ProcessId(1)); 5]);
    assert_eq!(run.node(ProcessId(3)).answered[&CLIENT].1.to_string(), "1");
    assert_eq!(Abd::condition(&run.world, &["quiet"]), Some(true));
    assert!(run.world.findings().is_empty());
}

/// The copy stands for a write whose coordinator has reached nobody else.
#[test]
fn a_read_writes_back_what_only_one_replica_has() {
    let holder = ProcessId(2);
    let mut setup = Abd::defaults();
    setup.directives.push((holder, Directive { key: key(), version: version(7, 4, holder) }));
    let mut run = Run::new(&setup);
    run.invoke(holder, "read x");
    assert_eq!(run.copies(), [version(7, 4, holder); 5]);
    run.invoke(ProcessId(0), "write x 8");
    assert_eq!(run.copies(), [version(8, 5, ProcessId(0)); 5]);
    assert!(run.world.findings().is_empty());
}

#[test]
fn a_request_that_arrives_twice_is_done_once() {
    let mut setup = Abd::defaults();
    setup.network.duplicate = PPM;
    let mut run = Run::new(&setup);
    run.invoke(ProcessId(0), "write x 1");
    assert_eq!(run.world.counters().operations_ok, 1);
    assert_eq!(run.node(ProcessId(0)).durable.number, 1);
    assert!(run.node(ProcessId(0)).running.is_empty());
}

#[test]
fn a_coordinator_asks_again_until_a_majority_answers() {
    let coordinator = ProcessId(0);
    let mut run = Run::new(&Abd::defaults());
    let minority = vec![coordinator, ProcessId(1), CLIENT];
    run.apply(&Edit::Partition(vec![minority]));
    run.invoke(coordinator, "write x 1");
    assert!(run.node(coordinator).is_querying());
    assert_eq!(scene(&run.world).card(coordinator).expect("a card").dots.map(|dots| dots.have), Some(2));
    run.apply(&Edit::Heal);
    run.wait(300 * MS);
    assert_eq!(run.world.counters().operations_ok, 1);
    assert_eq!(run.copies(), [version(1, 1, coordinator); 5]);
}

/// A single writer, asked by way of another replica, crashes between two writes.
fn two_writes_of_a_single_writer(mutants: u32) -> Run {
    let mut setup = Abd::defaults();
    setup.config.writers = Writers::One;
    setup.mutants = mutants;
    let mut run = Run::new(&setup);
    run.invoke(ProcessId(2), "write x 1");
    run.apply(&Edit::Crash(WRITER, DiskFate::Kept));
    run.apply(&Edit::Restart(WRITER));
    run.invoke(ProcessId(2), "write x 2");
    assert_eq!(run.world.counters().operations_ok, 2);
    run
}

#[test]
fn a_single_writer_goes_on_counting_after_a_restart() {
    let run = two_writes_of_a_single_writer(0);
    assert_eq!(run.copies(), [version(2, 2, WRITER); 5]);
    assert_eq!(run.world.client(CLIENT).map(|client| client.target), Some(WRITER));
    assert!(run.world.findings().is_empty());
}

#[test]
fn a_single_writer_that_forgets_uses_a_tag_twice() {
    let run = two_writes_of_a_single_writer(1 << u8::from(Mutant::ForgetNumber));
    assert_eq!(run.world.findings().first().map(|finding| finding.property), Some(UNIQUE_TAGS));
}

#[test]
fn texts_round_trip() {
    for text in ["read x", "write key_1 -3"] {
        assert_eq!(Op::parse(text).expect(text).to_string(), text);
    }
    for text in ["", "read", "write x", "write x y", "cas x 1 2", "append x 1"] {
        assert_eq!(Op::parse(text), None, "{text}");
    }
    let directive = Directive { key: key(), version: version(5, 3, ProcessId(1)) };
    assert_eq!(Abd::directive_text(&directive), ("register", "x 5 3 n2".to_owned()));
    assert_eq!(Abd::parse_directive("register", &["x", "5", "3", "n2"], Names::plain(5)), Some(directive));
    for words in [["x", "5", "0", "n2"], ["x", "5", "3", "n6"], ["x", "y", "3", "n2"], ["x!", "5", "3", "n2"]] {
        assert_eq!(Abd::parse_directive("register", &words, Names::plain(5)), None, "{words:?}");
    }
}
