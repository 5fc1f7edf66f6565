//! Random edits at random moments: wherever the cursor goes, the world is the one that a fresh replay gives.

use crate::bench::{id, letter};
use crate::sketch::probe::{self, Notebook, Order, Probe};
use consistory_kernel::{
    BranchId, DiskFate, Edit, Journal, Latency, MS, MessageAct, Moment, Setup, StepId, Time, Timeline, World,
};
use proptest::prelude::*;

/// What is compared: the digest, the nodes' states, and the time of the step.
#[derive(Debug, PartialEq)]
struct Snapshot {
    digest: u64,
    nodes: Vec<Option<Notebook>>,
    network: consistory_kernel::Network,
    time: Time,
}

fn snapshot(world: &World<Probe>, time: Time) -> Snapshot {
    let nodes = world.process_ids().take(world.node_count().into()).map(|node| world.node(node).cloned()).collect();
    Snapshot { digest: world.digest(), nodes, network: world.network().clone(), time }
}

type Edits = Vec<(StepId, Moment, Edit<Probe>)>;

/// A fresh replay: the world after every step, by how many steps lie before it.
fn replay(setup: &Setup<Probe>, edits: &Edits, until: Time) -> Vec<Snapshot> {
    let mut journal = Journal::off();
    let mut world = World::new(setup, &mut journal).expect("a setup that can run");
    let boots = usize::from(world.node_count());
    let mut snapshots: Vec<_> = (0..=boots).map(|_| snapshot(&world, 0)).collect();
    for (step, moment, edit) in edits {
        while world.is_due(*moment) && world.step(&mut journal) {
            snapshots.push(snapshot(&world, world.time()));
        }
        world.run_to(*moment, &mut journal);
        assert_eq!(world.steps(), *step, "the moment of an edit is its step");
        world.apply(edit, &mut journal).expect("it was possible before");
        snapshots.push(snapshot(&world, world.time()));
    }
    while world.is_due(Moment::after(until)) && world.step(&mut journal) {
        snapshots.push(snapshot(&world, world.time()));
    }
    snapshots
}

/// How many steps of a replay lie before a moment.
fn steps_before(snapshots: &[Snapshot], moment: Moment, boots: usize) -> usize {
    let made = &snapshots[1..];
    let earlier = made.iter().take_while(|snapshot| snapshot.time < moment.time).count();
    let ties = made[earlier..].iter().take_while(|snapshot| snapshot.time == moment.time).count();
    (earlier + ties.min(moment.ties as usize)).max(boots)
}

#[derive(Clone, Debug)]
enum Action {
    Advance(Time),
    Seek(Time, u32),
    SeekStep(u32),
    Forward(u8),
    Back(u8),
    Switch(u32),
    Edit(u8, u16),
}

const END: Time = 200 * MS;

fn action() -> impl Strategy<Value = Action> {
    // Half of the times are round, where letters of constant latency meet.
    let time = || prop_oneof![0..END, (0..END / MS).prop_map(|ms| ms * MS)];
    let ties = prop_oneof![Just(Moment::ALL), 0..6_u32];
    prop_oneof![
        3 => (0..30 * MS).prop_map(Action::Advance),
        3 => (time(), ties).prop_map(|(time, ties)| Action::Seek(time, ties)),
        1 => (0..300_u32).prop_map(Action::SeekStep),
        1 => (0..8_u8).prop_map(Action::Forward),
        2 => (0..8_u8).prop_map(Action::Back),
        1 => (0..6_u32).prop_map(Action::Switch),
        6 => (0..18_u8, 0..4_u16).prop_map(|(what, node)| Action::Edit(what, node)),
    ]
}

fn edit(what: u8, node: u16) -> Edit<Probe> {
    let (one, other) = (id(node), id((node + 1) % 4));
    let next = |act| Edit::NextMessage { from: one, to: other, kind: None, act };
    match what {
        0 | 1 => Edit::Crash(one, if what == 0 { DiskFate::Kept } else { DiskFate::Lost }),
        2 | 3 => Edit::Restart(one),
        4 => Edit::Pause(one),
        5 => Edit::Resume(one),
        6 => Edit::Skew(one, 120_000),
        7 => Edit::Partition(vec![vec![one, other]]),
        8 => Edit::Heal,
        9 => Edit::Rearm(one, 3 * MS),
        10 => next(MessageAct::Hold),
        11 => next(MessageAct::Release),
        12 => next(MessageAct::Deliver),
        13 => next(MessageAct::Drop),
        14 => next(MessageAct::Delay(4 * MS)),
        15 => Edit::Latency(Latency::Constant(MS * u64::from(node))),
        16 => Edit::Loss(100_000 * u32::from(node)),
        _ => {
            let letters = (0..4).map(|tag| letter((node + 1) % 4, tag)).collect();
            Edit::Invoke { client: id(4), op: Order::Several(letters), target: Some(one) }
        }
    }
}

/// A timeline and what is expected of it.
struct Model {
    setup: Setup<Probe>,
    timeline: Timeline<Probe>,
    /// The edits on the path of each branch.
    edits: Vec<Edits>,
    expected: Vec<Snapshot>,
}

impl Model {
    fn new(seed: u64, interval: u32, budget: usize) -> Self {
        let mut setup = Setup { seed, config: 8 * MS, ..probe::setup(4, 1) };
        setup.network.duplicate = 100_000;
        let timeline = Timeline::with_budget(&setup, interval, budget).expect("a setup that can run");
        let expected = replay(&setup, &Vec::new(), 2 * END);
        Self { setup, timeline, edits: vec![Vec::new()], expected }
    }

    fn current(&self) -> usize {
        self.timeline.current().0 as usize
    }

    /// The cursor is where it should be, and the world there is the right one.
    fn check(&self, moment: Option<Moment>) {
        let world = self.timeline.world();
        let steps = world.steps().0 as usize;
        if let Some(moment) = moment {
            assert_eq!(steps, steps_before(&self.expected, moment, 4), "{moment:?}");
            assert_eq!(world.time(), moment.time);
        }
        let expected = &self.expected[steps];
        assert_eq!(&snapshot(world, expected.time), expected, "after {steps} steps");
        assert!(world.time() >= expected.time);
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Advance(by) => {
                let to = (self.timeline.world().time() + by).min(END);
                let to = to.max(self.timeline.world().time());
                self.timeline.advance(to);
                self.check(Some(Moment::after(to)));
            }
            Action::Seek(time, ties) => {
                self.timeline.seek(Moment { time, ties });
                self.check(Some(Moment { time, ties }));
            }
            Action::SeekStep(step) => {
                self.timeline.seek_step(StepId(step));
                let wanted = (step + 1).max(4).min(self.timeline.tip().steps().0);
                assert_eq!(self.timeline.world().steps().0, wanted);
                self.check(None);
            }
            Action::Forward(count) => self.forward(count),
            Action::Back(count) => self.back(count),
            Action::Switch(branch) => self.switch(branch),
            Action::Edit(what, node) => self.edit(edit(what, node)),
        }
    }

    fn forward(&mut self, count: u8) {
        for _ in 0..count {
            let steps = self.timeline.world().steps();
            if self.timeline.next_time().is_some_and(|next| next < END) {
                let next = self.timeline.next_time();
                assert!(self.timeline.step_forward());
                assert_eq!(self.timeline.world().steps(), StepId(steps.0 + 1));
                let record = self.timeline.record(steps).expect("it was just made");
                assert_eq!(Some(record.time), next);
                self.check(None);
            }
        }
    }

    fn back(&mut self, count: u8) {
        for _ in 0..count {
            let steps = self.timeline.world().steps();
            let digest = self.timeline.world().digest();
            if self.timeline.step_back() {
                self.check(None);
                assert!(self.timeline.step_forward(), "there and back again");
                assert_eq!((self.timeline.world().steps(), self.timeline.world().digest()), (steps, digest));
                assert!(self.timeline.step_back());
                assert_eq!(self.timeline.world().steps(), StepId(steps.0 - 1));
            } else {
                assert_eq!(steps, StepId(4));
            }
        }
    }

    fn switch(&mut self, branch: u32) {
        let time = self.timeline.world().time();
        assert_eq!(self.timeline.switch(BranchId(branch)), (branch as usize) < self.edits.len());
        if self.current() == branch as usize {
            self.expected = replay(&self.setup, &self.edits[self.current()], 2 * END);
            assert_eq!(self.timeline.world().time(), time.min(self.timeline.tip().time()));
        }
        self.check(None);
    }

    fn edit(&mut self, edit: Edit<Probe>) {
        let (before, known) = (self.current(), self.timeline.tip().steps());
        let (steps, moment) = (self.timeline.world().steps(), self.timeline.world().moment());
        if self.timeline.edit(edit.clone()).is_err() {
            assert_eq!((self.current(), self.timeline.world().steps()), (before, steps));
            return self.check(None);
        }
        let mut path = self.edits[before].clone();
        path.retain(|(step, ..)| *step < steps);
        path.push((steps, moment, edit));
        if steps == known {
            assert_eq!(self.current(), before, "at the tip the branch goes on");
            self.edits[before] = path;
        } else {
            assert_eq!(self.current(), self.edits.len(), "in the past a branch begins");
            self.edits.push(path);
        }
        self.expected = replay(&self.setup, &self.edits[self.current()], 2 * END);
        assert_eq!(self.timeline.world().steps(), StepId(steps.0 + 1));
        self.check(None);
    }

    /// The worlds of a branch are those of a fresh replay, also where the cursor is not; and the cursor stays there.
    fn check_worlds(&self, branch: BranchId, edits: &Edits) {
        let cursor = || (self.timeline.current(), self.timeline.world().moment(), self.timeline.world().digest());
        let before = cursor();
        let expected = replay(&self.setup, edits, 2 * END);
        let tip = self.timeline.tip_of(branch).expect("it is a branch");
        let known = tip.steps().0 as usize;
        for time in (0..=tip.time()).step_by(47_000) {
            for ties in [0, 2, Moment::ALL] {
                let moment = Moment { time, ties };
                let world = self.timeline.world_at(branch, moment).expect("it is known");
                let expected = &expected[steps_before(&expected, moment, 4).min(known)];
                assert_eq!(&snapshot(&world, expected.time), expected, "{branch:?} {moment:?}");
                assert_eq!(world.time(), time);
            }
        }
        assert!(self.timeline.world_at(branch, Moment::after(tip.time() + 1)).is_none(), "nobody knows that yet");
        assert_eq!(cursor(), before);
    }

    /// Every branch is still what it was, step by step, and its journal tells of the same steps.
    fn check_branches(&mut self) {
        for (number, edits) in (0..).zip(&self.edits) {
            self.check_worlds(BranchId(number), edits);
        }
        let after_the_last = BranchId(u32::try_from(self.edits.len()).expect("few"));
        assert!(self.timeline.world_at(after_the_last, Moment::after(0)).is_none());
        for branch in 0..self.edits.len() {
            assert!(self.timeline.switch(BranchId(u32::try_from(branch).expect("few"))));
            let path = &self.edits[branch];
            assert!(self.timeline.edits().map(|(step, moment, _)| (step, moment)).eq(path.iter().map(|e| (e.0, e.1))));
            self.expected = replay(&self.setup, path, 2 * END);
            let known = self.timeline.tip().steps();
            // The boots are not taken apart.
            for step in (4..known.0).step_by(37) {
                let world = self.timeline.world_after(StepId(step)).expect("it is known");
                let expected = &self.expected[step as usize + 1];
                assert_eq!(&snapshot(&world, expected.time), expected, "after step {step} of {branch}");
            }
            assert!(self.timeline.world_after(known).is_none());
            for steps in (4..=self.timeline.tip().steps().0).rev().step_by(3) {
                self.timeline.seek_step(StepId(steps - 1));
                assert_eq!(self.timeline.world().steps(), StepId(steps));
                self.check(None);
                let record = self.timeline.record(StepId(steps - 1)).expect("it is known");
                assert_eq!(record.time, self.expected[steps as usize].time);
            }
            self.check_path();
        }
    }

    /// The path's segments follow each other without a gap.
    fn check_path(&self) {
        let mut next = StepId(0);
        for segment in self.timeline.path() {
            assert_eq!(segment.journal.first(), next);
            assert!(segment.until >= next && segment.until <= segment.journal.end_step());
            next = segment.until;
        }
        assert_eq!(next, self.timeline.tip().steps());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_seek_gives_the_world_of_a_fresh_replay(
        seed in 0..1_000_u64,
        interval in prop_oneof![Just(1_u32), 2..40_u32, Just(2_048)],
        budget in prop_oneof![Just(0_usize), 5_000..200_000_usize, Just(48 << 20)],
        actions in prop::collection::vec(action(), 1..40),
    ) {
        let mut model = Model::new(seed, interval, budget);
        for action in &actions {
            model.act(action);
        }
        model.check_branches();
    }
}
