//! Paxos on the kernel; random faults and mutants are tested in `crates/lab`.

use super::message::{Ballot, Message, Vote};
use super::properties::{AGREEMENT, CHOSEN_IS_KEPT, PROMISE_KEPT};
use super::roles::{Quorums, Roles};
use super::{Backoff, Config, Learning, Paxos, Placement};
use crate::consensus::{Proposal, Propose};
use crate::spec::{ClientOp, Spec};
use crate::stage::scene;
use consistory_kernel::{
    ClientPolicy, DiskFate, Edit, Journal, Latency, MS, MessageAct, Moment, ProcessId, Protocol, Setup, StepId, World,
};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);

/// The kind of [`Message::Accept`].
const ACCEPT: Option<u8> = Some(2);

struct Run {
    world: World<Paxos>,
    journal: Journal<Paxos>,
}

impl Run {
    /// So many nodes with all roles, 10 ms apart.
    fn new(nodes: u16) -> Self {
        Self::with(nodes, |_| {})
    }

    fn with(nodes: u16, change: impl FnOnce(&mut Config)) -> Self {
        let mut setup = Paxos::defaults();
        setup.nodes = nodes;
        setup.network.latency = Latency::Constant(10 * MS);
        change(&mut setup.config);
        Self::of(&setup)
    }

    fn of(setup: &Setup<Paxos>) -> Self {
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn edit(&mut self, edit: &Edit<Paxos>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn wait(&mut self, time: u64) {
        self.world.run_to(Moment::after(self.world.time() + time), &mut self.journal);
    }

    /// A client, numbered from 0, proposes at a node.
    fn propose(&mut self, client: u16, at: ProcessId, value: i64) {
        let client = ProcessId(self.world.node_count() + client);
        self.edit(&Edit::Invoke { client, op: Propose(value), target: Some(at) });
    }

    fn drop_accept(&mut self, from: ProcessId, to: ProcessId) {
        self.edit(&Edit::NextMessage { from, to, kind: ACCEPT, act: MessageAct::Drop });
    }

    fn bounce(&mut self, node: ProcessId) {
        self.edit(&Edit::Crash(node, DiskFate::Kept));
        self.edit(&Edit::Restart(node));
    }

    /// What each node has learned.
    fn learned(&self) -> Vec<Option<i64>> {
        let ids = (0..self.world.node_count()).map(ProcessId);
        ids.map(|id| self.world.node(id)?.learner.decided.map(|value| value.value)).collect()
    }

    fn chosen(&self) -> Option<i64> {
        self.world.monitor().chosen.map(|chosen| chosen.value.value)
    }

    fn broken(&self) -> Vec<u8> {
        let mut broken: Vec<u8> = self.world.findings().iter().map(|finding| finding.property).collect();
        broken.sort_unstable();
        broken
    }

    fn so(&self, words: &[&str]) -> bool {
        Paxos::condition(&self.world, words).expect("a condition")
    }
}

/// Request at 10 ms, accepted at 40 ms, learned at 50 ms.
#[test]
fn a_value_is_chosen_in_one_round_and_learned_after_four_delays() {
    for nodes in [1, 2, 3, 5] {
        let mut run = Run::new(nodes);
        run.propose(0, N1, 7);
        run.wait(100 * MS);
        assert_eq!(run.chosen(), Some(7));
        assert_eq!(run.learned(), vec![Some(7); usize::from(nodes)]);
        let delays = if nodes == 1 { 0 } else { 4 };
        assert_eq!(Paxos::metric(&run.world, 2), [delays]);
        assert_eq!(Paxos::metric(&run.world, 1), [1]);
        assert_eq!(run.world.counters().operations_ok, 1);
        assert!(run.broken().is_empty());
    }
}

#[test]
fn stable_storage_is_written_once_a_promise_and_once_an_acceptance() {
    let mut run = Run::new(5);
    let boots = run.world.counters().forced_writes;
    run.propose(0, N1, 7);
    run.wait(100 * MS);
    assert_eq!(run.world.counters().forced_writes - boots, 1 + 5 + 5);
}

#[test]
fn a_distinguished_learner_costs_one_delay_and_saves_messages() {
    let messages = |learning| {
        let mut run = Run::with(5, |config| config.learning = learning);
        run.propose(0, N2, 7);
        run.wait(100 * MS);
        assert_eq!(run.learned(), [Some(7); 5]);
        (run.world.counters().messages, Paxos::metric(&run.world, 2))
    };
    let (to_all, delays) = messages(Learning::All);
    assert_eq!(delays, [4]);
    let (to_one, delays) = messages(Learning::Distinguished);
    assert_eq!(delays, [5]);
    assert!(to_one < to_all, "{to_one} messages, not fewer than {to_all}");
}

/// n1 dies when three have accepted its value, of which nobody is told.
#[test]
fn the_next_proposer_adopts_what_may_be_chosen() {
    let mut run = Run::new(5);
    run.propose(0, N1, 1);
    run.wait(40 * MS);
    assert_eq!((run.chosen(), run.so(&["decided", "any"])), (Some(1), false));
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    run.edit(&Edit::Partition((1..5).map(|id| vec![ProcessId(id)]).collect()));
    run.wait(15 * MS);
    run.edit(&Edit::Heal);
    run.propose(1, ProcessId(4), 2);
    run.wait(100 * MS);
    assert_eq!(run.learned(), [None, Some(1), Some(1), Some(1), Some(1)]);
    assert!(run.so(&["accepted", "n5", "1"]));
    run.edit(&Edit::Restart(N1));
    run.wait(1_000 * MS);
    assert_eq!(run.learned(), [Some(1); 5]);
    assert!(Paxos::eventually(&run.world, usize::from(super::properties::TERMINATION)));
    assert!(run.broken().is_empty());
}

/// As the scenarios, for longer.
#[test]
fn fixed_times_can_duel_for_ever_and_random_ones_do_not() {
    let duel = |backoff| {
        let mut run = Run::with(6, |config| {
            config.placement = Placement::Apart;
            config.learners = 1;
            config.retry = (36 * MS, 72 * MS);
            config.backoff = backoff;
        });
        run.propose(0, N1, 1);
        run.wait(18 * MS);
        run.propose(1, N2, 2);
        run.wait(3_000 * MS);
        run
    };
    let run = duel(Backoff::Fixed);
    assert_eq!(run.chosen(), None);
    assert!(run.so(&["round", "80"]), "{:?}", Paxos::metric(&run.world, 1));
    let run = duel(Backoff::Random);
    assert!(run.chosen().is_some() && run.so(&["decided", "all"]));
    assert!(run.broken().is_empty());
}

/// n1 has proposed 1 to nobody but itself, n2 has promised n3's ballot, and restarts before n1's proposal arrives.
fn with_a_late_proposal(mutants: u32) -> Run {
    let mut setup = Paxos::defaults();
    setup.nodes = 3;
    setup.network.latency = Latency::Constant(10 * MS);
    setup.mutants = mutants;
    let mut run = Run::of(&setup);
    run.edit(&Edit::NextMessage { from: N1, to: N2, kind: ACCEPT, act: MessageAct::Hold });
    run.propose(0, N1, 1);
    run.wait(25 * MS);
    run.edit(&Edit::Cut(N1, N3));
    run.wait(5 * MS);
    run.propose(1, N3, 2);
    run.wait(20 * MS);
    assert!(run.so(&["promised", "n2", "2"]));
    run.bounce(N2);
    run.edit(&Edit::NextMessage { from: N1, to: N2, kind: ACCEPT, act: MessageAct::Release });
    run.wait(60 * MS);
    run
}

#[test]
fn a_promise_survives_a_restart() {
    let run = with_a_late_proposal(0);
    assert_eq!(run.chosen(), Some(2));
    assert!(run.broken().is_empty());
}

#[test]
fn a_promise_that_is_not_on_disk_does_not() {
    let run = with_a_late_proposal(1 << u8::from(super::mutants::Mutant::ForgetPromise));
    assert_eq!(run.broken(), [AGREEMENT, PROMISE_KEPT, CHOSEN_IS_KEPT]);
}

/// With a quorum of phase 1 of one, a proposer promises and accepts in a single step, which a busy disk can lose.
#[test]
fn what_a_busy_disk_loses_was_not_accepted() {
    let mut run = Run::with(3, |config| (config.phase1_quorum, config.phase2_quorum) = (1, 3));
    run.edit(&Edit::SlowDisk(N1, 50 * MS));
    run.propose(0, N1, 1);
    run.wait(20 * MS);
    assert!(run.so(&["accepted", "n1", "1"]));
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    run.edit(&Edit::SlowDisk(N1, 0));
    run.edit(&Edit::Restart(N1));
    run.propose(1, N1, 2);
    run.wait(200 * MS);
    assert_eq!(run.chosen(), Some(2));
    assert_eq!(run.learned(), [Some(2); 3]);
    assert!(run.broken().is_empty());
}

/// Everybody has accepted, every message about it is lost, and the proposer is gone.
#[test]
fn learners_ask_when_nobody_tells_them() {
    let mut run = Run::new(5);
    run.propose(0, N1, 7);
    run.wait(40 * MS);
    run.edit(&Edit::Partition((0..5).map(|id| vec![ProcessId(id)]).collect()));
    run.wait(15 * MS);
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    run.edit(&Edit::Heal);
    assert_eq!(run.learned(), [None; 5]);
    run.wait(900 * MS);
    assert_eq!(run.learned(), [None, Some(7), Some(7), Some(7), Some(7)]);
    assert_eq!(Paxos::metric(&run.world, 1), [1], "nobody had to propose");
}

/// Only n1 has accepted, in its own ballot, and nobody proposes any more: n1 proposes to find out.
#[test]
fn a_learner_that_cannot_tell_has_a_proposal_issued() {
    let mut setup = Paxos::defaults();
    setup.nodes = 3;
    setup.network.latency = Latency::Constant(10 * MS);
    setup.policy = ClientPolicy { retry_after: 60_000 * MS, give_up_after: 60_000 * MS };
    let mut run = Run::of(&setup);
    run.drop_accept(N1, N2);
    run.drop_accept(N1, N3);
    run.propose(0, N1, 7);
    run.wait(35 * MS);
    run.bounce(N1);
    assert_eq!(run.chosen(), None);
    run.wait(3_000 * MS);
    assert_eq!((run.chosen(), run.learned()), (Some(7), vec![Some(7); 3]));
    assert!(run.broken().is_empty());
}

#[test]
fn a_cluster_that_has_nothing_to_decide_comes_to_rest() {
    let mut run = Run::new(3);
    run.bounce(N2);
    run.wait(5_000 * MS);
    assert!(run.world.timers(N2).is_empty());
    assert!(run.world.next_time().is_none());
    assert!(Paxos::eventually(&run.world, usize::from(super::properties::TERMINATION)));
}

#[test]
fn lost_and_repeated_messages_do_no_harm() {
    for seed in 1..=20 {
        let mut setup = Paxos::defaults();
        setup.seed = seed;
        (setup.network.loss, setup.network.duplicate) = (300_000, 300_000);
        let mut run = Run::of(&setup);
        run.propose(0, N1, 1);
        run.propose(1, N3, 2);
        run.wait(20_000 * MS);
        assert!(run.so(&["decided", "all"]), "seed {seed}: {:?}", run.learned());
        assert!(run.broken().is_empty(), "seed {seed}");
    }
}

#[test]
fn every_role_has_a_node() {
    let roles = |nodes, proposers, learners| {
        let config = Config { placement: Placement::Apart, proposers, learners, ..Config::usual() };
        let roles = Roles::new(nodes, &config);
        (roles.proposers().count(), roles.acceptors().count(), roles.learners().count())
    };
    assert_eq!(roles(6, 2, 1), (2, 3, 1));
    assert_eq!(roles(5, 4, 4), (3, 1, 1));
    assert_eq!(roles(4, 2, 4), (2, 1, 1));
    assert_eq!(roles(3, 1, 1), (1, 1, 1));
    assert_eq!(roles(2, 1, 1), (2, 2, 2), "two nodes have all roles");
    let names = Paxos::names(6, &Config { placement: Placement::Apart, ..Config::usual() });
    let names: Vec<String> = (0..6).map(|id| names.name(ProcessId(id))).collect();
    assert_eq!(names, ["p1", "p2", "a1", "a2", "a3", "l1"]);
}

#[test]
fn quorums_intersect_if_they_add_up() {
    for (phase1, phase2, are_safe) in [(0, 0, true), (4, 2, true), (2, 4, true), (2, 3, false), (1, 0, false)] {
        let config = Config { phase1_quorum: phase1, phase2_quorum: phase2, ..Config::usual() };
        let roles = Roles::new(5, &config);
        assert_eq!(Quorums::new(roles, &config).intersect(roles), are_safe, "{phase1}, {phase2}");
        assert!(!Quorums::too_small(roles).intersect(roles));
        let mut setup = Paxos::defaults();
        setup.config = config;
        assert_eq!(Paxos::promises(&setup), are_safe);
    }
}

#[test]
fn parameters_and_messages_are_described() {
    let mut config = Config::usual();
    for (number, parameter) in (0_u8..).zip(Paxos::PARAMETERS) {
        let setting = Paxos::setting(&config, usize::from(number));
        assert!(parameter.kind.accepts(&setting), "{}", parameter.name);
        assert!(Paxos::tune(&mut config, number, &setting), "{}", parameter.name);
    }
    assert_eq!(config, Config::usual());
    let value = Proposal { value: 7, client: ProcessId(5), serial: 1 };
    let ballot = Ballot { round: 1, proposer: N1 };
    let vote = Vote { ballot, value };
    let messages = [
        Message::Prepare { ballot },
        Message::Promise { ballot, accepted: Some(vote) },
        Message::Accept(vote),
        Message::Accepted(vote),
        Message::Nack { ballot, promised: ballot },
        Message::Ask,
        Message::Nothing,
        Message::Urge,
        Message::Chosen { value, known: 1 },
        Message::Forward { value },
        Message::Alive,
    ];
    let kinds: Vec<u8> = messages.iter().map(Paxos::kind).collect();
    assert!(kinds.iter().copied().eq(0..u8::try_from(Paxos::KINDS.len()).expect("few kinds")));
    assert_eq!(Paxos::KINDS[usize::from(ACCEPT.expect("a kind"))], "Accept");
    assert_eq!(Propose::FORMS.len(), 1);
}

#[test]
fn every_card_shows_what_is_chosen() {
    let mut run = Run::new(5);
    run.propose(0, N1, 7);
    run.wait(30 * MS);
    let dots = |run: &Run, id| scene(&run.world).card(id).expect("a card").dots.map(|dots| (dots.have, dots.quorum));
    assert_eq!(dots(&run, N1), Some((1, 3)), "its own acceptance");
    run.wait(10 * MS);
    let shown = |field: &consistory_scene::Field| field.name.key == "paxos.field.chosen";
    let scene = scene(&run.world);
    assert!(scene.cards.iter().all(|card| card.fields.iter().any(shown)));
}
