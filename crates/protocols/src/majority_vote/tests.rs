//! The majority vote on the kernel; random faults and mutants are tested in `crates/lab`.

use super::node::Node;
use super::properties::{AGREEMENT, INTEGRITY, ONE_VOTE, SPLIT};
use super::{Config, MajorityVote, Message};
use crate::consensus::{Proposal, Propose};
use crate::spec::{ClientOp, Picture, Spec};
use crate::stage::scene;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, Protocol, Setup, StepId, World};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);

struct Run {
    world: World<MajorityVote>,
    journal: Journal<MajorityVote>,
}

impl Run {
    /// So many processes, 10 ms apart.
    fn new(nodes: u16, durable: bool) -> Self {
        let mut setup = MajorityVote::defaults();
        setup.nodes = nodes;
        setup.config.durable = durable;
        setup.network.latency = Latency::Constant(10 * MS);
        Self::of(&setup)
    }

    fn of(setup: &Setup<MajorityVote>) -> Self {
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn edit(&mut self, edit: &Edit<MajorityVote>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn wait(&mut self, time: u64) {
        self.world.run_to(Moment::after(self.world.time() + time), &mut self.journal);
    }

    /// A client, numbered from 0, proposes at a process.
    fn propose(&mut self, client: u16, at: ProcessId, value: i64) {
        let client = ProcessId(self.world.node_count() + client);
        self.edit(&Edit::Invoke { client, op: Propose(value), target: Some(at) });
    }

    fn node(&self, id: ProcessId) -> &Node {
        self.world.node(id).expect("it is up")
    }

    fn decisions(&self) -> Vec<Option<i64>> {
        let ids = (0..self.world.node_count()).map(ProcessId);
        ids.map(|id| self.world.node(id)?.decision.map(|decision| decision.value)).collect()
    }

    fn broken(&self) -> Vec<u8> {
        let mut broken: Vec<u8> = self.world.findings().iter().map(|finding| finding.property).collect();
        broken.sort_unstable();
        broken
    }
}

#[test]
fn one_value_is_decided_everywhere_after_two_delays() {
    for nodes in 1..=5 {
        let mut run = Run::new(nodes, true);
        run.propose(0, N1, 7);
        run.wait(100 * MS);
        assert_eq!(run.decisions(), vec![Some(7); usize::from(nodes)]);
        assert_eq!(run.world.counters().operations_ok, 1);
        let expected: u64 = if nodes == 1 { 0 } else { 2 };
        assert_eq!(MajorityVote::metric(&run.world, 1), [expected]);
        assert!(run.broken().is_empty());
    }
}

/// Both hear of their own client's value first.
#[test]
fn two_of_two_do_not_decide() {
    let mut run = Run::new(2, true);
    run.propose(0, N1, 1);
    run.propose(1, N2, 2);
    run.wait(1_000 * MS);
    assert_eq!(run.decisions(), [None, None]);
    assert!(run.world.reached() >> SPLIT & 1 == 1);
    assert_eq!(MajorityVote::condition(&run.world, &["voted", "all"]), Some(true));
    assert!(run.broken().is_empty());
}

/// n1 and n2 have voted for 1 and decided, and n2 restarts where only n3 reaches it.
fn with_a_restart(durable: bool) -> Run {
    let mut run = Run::new(3, durable);
    let (c1, c2) = (ProcessId(3), ProcessId(4));
    run.edit(&Edit::Partition(vec![vec![N1, N2, c1], vec![N3, c2]]));
    run.propose(0, N1, 1);
    run.wait(100 * MS);
    run.edit(&Edit::Crash(N2, DiskFate::Kept));
    run.edit(&Edit::Restart(N2));
    run.edit(&Edit::Partition(vec![vec![N1, c1], vec![N2, N3, c2]]));
    run.propose(1, N3, 2);
    run.wait(100 * MS);
    run
}

#[test]
fn a_vote_that_is_on_disk_is_not_cast_twice() {
    let mut run = with_a_restart(true);
    assert_eq!(run.node(N2).vote.map(|vote| vote.value), Some(1));
    assert!(run.broken().is_empty());
    run.edit(&Edit::Heal);
    run.wait(1_000 * MS);
    assert_eq!(run.decisions(), [Some(1); 3]);
    assert!(run.broken().is_empty());
}

#[test]
fn a_vote_that_is_forgotten_is() {
    let run = with_a_restart(false);
    assert_eq!(run.decisions(), [Some(1), Some(2), Some(2)]);
    assert_eq!(run.broken(), [AGREEMENT, INTEGRITY, ONE_VOTE]);
}

/// A crash while the disk is busy undoes the vote, the decision and the answer alike: it was never made.
#[test]
fn what_a_busy_disk_loses_was_not_decided() {
    let mut run = Run::new(1, true);
    run.edit(&Edit::SlowDisk(N1, 50 * MS));
    run.propose(0, N1, 1);
    run.wait(20 * MS);
    assert_eq!(run.decisions(), [Some(1)]);
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    run.edit(&Edit::SlowDisk(N1, 0));
    run.edit(&Edit::Restart(N1));
    run.propose(1, N1, 2);
    run.wait(100 * MS);
    assert_eq!(run.decisions(), [Some(2)]);
    assert!(run.broken().is_empty());
}

#[test]
fn lost_votes_are_asked_for() {
    let mut run = Run::new(3, true);
    let alone = Edit::Partition(vec![vec![N1, ProcessId(3)], vec![N2, N3]]);
    run.edit(&alone);
    run.propose(0, N1, 7);
    run.wait(100 * MS);
    assert_eq!(run.decisions(), [None; 3]);
    assert_eq!(scene(&run.world).card(N1).expect("a card").dots.map(|dots| (dots.have, dots.quorum)), Some((1, 2)));
    run.edit(&Edit::Heal);
    run.wait(600 * MS);
    assert_eq!(run.decisions(), [Some(7); 3]);
}

#[test]
fn equal_numbers_count_together_and_belong_to_nobody() {
    let mut run = Run::new(3, true);
    run.propose(0, N1, 7);
    run.propose(1, N2, 7);
    run.wait(100 * MS);
    assert_eq!(run.decisions(), [Some(7); 3]);
    assert_eq!(run.world.counters().operations_ok, 2);
    assert_eq!(run.node(N2).decision.map(|decision| decision.proposal), Some(None));
}

#[test]
fn parameters_and_messages_are_described() {
    let mut config = Config { durable: true, repeat: 200 * MS };
    for (number, parameter) in (0_u8..).zip(MajorityVote::PARAMETERS) {
        let setting = MajorityVote::setting(&config, usize::from(number));
        assert!(parameter.kind.accepts(&setting), "{}", parameter.name);
        assert!(MajorityVote::tune(&mut config, number, &setting), "{}", parameter.name);
    }
    let vote = Proposal { value: 7, client: ProcessId(5), serial: 1 };
    for message in [Message::Vote(vote), Message::Reminder(vote)] {
        assert!(usize::from(MajorityVote::kind(&message)) < MajorityVote::KINDS.len());
        assert_eq!(MajorityVote::message_fields(&message).len(), 2);
    }
    assert_eq!(Propose::FORMS.iter().filter_map(|form| Propose::parse(form)).count(), 1);
}
