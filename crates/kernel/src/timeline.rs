//! [`Timeline`]: a recorded run that can be scrubbed, and that grows a branch when somebody acts in the past.
//!
//! Nothing is ever removed. Seeking clones the nearest keyframe and replays from there, which is exact,
//! because a world is deterministic.

mod recorded;

pub use recorded::{BranchInfo, Segment};

use crate::journal::Journal;
use crate::{Chooser, Edit, EditError, Moment, Protocol, Question, Setup, SetupError, StepId, Time, World};

/// The number of a branch; 0 is the run as it was first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId(pub u32);

/// Steps between keyframes at first; doubled when the keyframes outgrow their budget.
const INTERVAL: u32 = 2_048;

/// Bytes that keyframes may weigh, by a rough measure that ignores sharing.
const BUDGET: usize = 48 << 20;

/// A recorded run.
pub struct Timeline<P: Protocol> {
    branches: Vec<Branch<P>>,
    current: BranchId,
    /// The world at the cursor; `None` while the cursor is at the tip of its branch.
    here: Option<World<P>>,
    interval: u32,
    budget: usize,
    weight: usize,
    /// What a person must answer before the tip can go on.
    asked: Option<Question>,
}

struct Branch<P: Protocol> {
    /// The branch that it left, and the number of its own first step.
    parent: Option<(BranchId, StepId)>,
    forked_at: Time,
    journal: Journal<P>,
    edits: Vec<Recorded<P>>,
    keyframes: Vec<World<P>>,
    tip: World<P>,
}

#[derive(Clone, Debug)]
struct Recorded<P: Protocol> {
    step: StepId,
    moment: Moment,
    edit: Edit<P>,
}

impl<P: Protocol> Timeline<P> {
    /// A run at its start.
    pub fn new(setup: &Setup<P>) -> Result<Self, SetupError> {
        Self::with_chooser(setup, Chooser::seeded(setup.seed))
    }

    /// As [`Timeline::new`], with keyframes every `interval` steps at first, and fewer once they weigh more than
    /// `budget` bytes by a rough measure. Seeks give the same worlds with any of them; only their speed differs.
    pub fn with_budget(setup: &Setup<P>, interval: u32, budget: usize) -> Result<Self, SetupError> {
        Ok(Self { interval: interval.max(1), budget, ..Self::new(setup)? })
    }

    /// A run at its start, with another source of decisions. If a person decides, the run stands still before a step
    /// that asks, until [`Timeline::asked`] is answered by [`Edit::Answer`].
    pub fn with_chooser(setup: &Setup<P>, chooser: Chooser) -> Result<Self, SetupError> {
        let mut journal = Journal::from_step(StepId(0));
        let tip = World::with_chooser(setup, chooser, &mut journal)?;
        let keyframes = vec![tip.clone()];
        let weight = tip.weight();
        let root = Branch { parent: None, forked_at: 0, journal, edits: Vec::new(), keyframes, tip };
        Ok(Self {
            branches: vec![root],
            current: BranchId(0),
            here: None,
            interval: INTERVAL,
            budget: BUDGET,
            weight,
            asked: None,
        })
    }

    /// Moves the cursor forward to a time, simulating what is not known yet.
    pub fn advance(&mut self, to: Time) {
        self.go_to(Moment::after(to.max(self.world().time())));
    }

    /// Moves the cursor to a moment of the current branch.
    pub fn seek(&mut self, moment: Moment) {
        let steps = self.steps_before(self.current, moment);
        let world = self.world();
        if self.here.is_some() || steps < world.steps() || moment.time < world.time() {
            self.place(steps, moment.time);
        }
        self.go_to(moment);
    }

    /// Moves the cursor to just after a step of the current branch; past the last one, to the tip. The boots at the
    /// start of the run are not taken apart.
    pub fn seek_step(&mut self, step: StepId) {
        match self.record(step).map(|record| record.time) {
            Some(time) => self.place(StepId(step.0 + 1), time),
            None => self.here = None,
        }
    }

    /// Moves the cursor past the next event; `false` when nothing more happens.
    pub fn step_forward(&mut self) -> bool {
        let next = self.world().steps();
        if next < self.tip().steps() {
            self.seek_step(next);
            return true;
        }
        let extended = self.extend_one();
        if extended {
            self.here = None;
        }
        extended
    }

    /// Moves the cursor before the last event; `false` at the start.
    pub fn step_back(&mut self) -> bool {
        let steps = self.world().steps().0;
        if steps <= self.boots() {
            return false;
        }
        self.seek_step(StepId(steps.saturating_sub(2)));
        true
    }

    /// Puts the cursor on another branch, at the same time or at that branch's end where it is earlier.
    pub fn switch(&mut self, branch: BranchId) -> bool {
        let Some(target) = self.branches.get(branch.0 as usize) else { return false };
        let time = self.world().time().min(target.tip.time());
        self.current = branch;
        let steps = self.steps_before(branch, Moment::after(time));
        self.here = None;
        self.asked = None;
        self.place(steps, time);
        true
    }

    /// Does something at the cursor. If the branch goes on after it, a new branch begins here.
    pub fn edit(&mut self, edit: Edit<P>) -> Result<(), EditError> {
        self.world().check(&edit)?;
        if let Some(here) = self.here.take() {
            if here.steps() == self.tip().steps() {
                self.branch_mut().tip = here;
            } else {
                self.fork(here);
            }
        }
        let branch = self.branch_mut();
        let (step, moment) = (branch.tip.steps(), branch.tip.moment());
        branch.tip.apply(&edit, &mut branch.journal)?;
        branch.edits.push(Recorded { step, moment, edit });
        self.asked = None;
        Ok(())
    }

    fn fork(&mut self, here: World<P>) {
        let first = here.steps();
        // The cursor may stand before the first step of the current branch.
        let parent = BranchId(count(self.owner(self.current, StepId(first.0.saturating_sub(1)))));
        self.weight += here.weight();
        let branch = Branch {
            parent: Some((parent, first)),
            forked_at: here.time(),
            journal: Journal::from_step(first),
            edits: Vec::new(),
            keyframes: vec![here.clone()],
            tip: here,
        };
        self.current = BranchId(u32::try_from(self.branches.len()).unwrap_or(u32::MAX));
        self.branches.push(branch);
    }

    /// Moves the cursor so that so many steps of the current branch lie before it, and its clock shows that time.
    /// The last of these steps must not be later, and the next one not earlier.
    fn place(&mut self, steps: StepId, time: Time) {
        let steps = steps.max(StepId(self.boots()));
        if steps >= self.tip().steps() && time >= self.tip().time() {
            self.here = None;
            return;
        }
        let nearby = self.here.take().filter(|here| here.steps() <= steps && here.time() <= time);
        let keyframe = self.keyframe_before(self.current, steps, time);
        let mut world = match nearby {
            Some(here) if keyframe.is_none_or(|keyframe| here.steps() >= keyframe.steps()) => here,
            _ => match keyframe {
                Some(keyframe) => keyframe.clone(),
                None => return,
            },
        };
        while world.steps() < steps && self.replay_one(self.current, &mut world) {}
        world.idle_until(time.max(world.time()));
        self.here = Some(world);
    }

    /// How many steps the start of the run takes.
    fn boots(&self) -> u32 {
        u32::from(self.tip().node_count())
    }

    /// Moves the cursor forward to a moment at or after it.
    fn go_to(&mut self, moment: Moment) {
        if let Some(mut here) = self.here.take() {
            let known = self.tip().steps();
            while here.steps() < known && self.is_next_due(&here, moment) && self.replay_one(self.current, &mut here) {}
            if here.steps() < known || moment.time < self.tip().time() {
                here.idle_until(moment.time.max(here.time()));
                self.here = Some(here);
                return;
            }
        }
        while self.tip().is_due(moment) && self.extend_one() {}
        let tip = &mut self.branch_mut().tip;
        let time = moment.time.max(tip.time());
        if tip.next_time().is_none_or(|next| next >= time) {
            tip.idle_until(time);
        }
    }

    /// Simulates one more event at the tip, with a keyframe now and then.
    fn extend_one(&mut self) -> bool {
        if self.tip().decided_by_person() {
            let mut trial = self.tip().clone();
            if trial.step(&mut Journal::off()) && trial.asked().is_some() {
                self.asked = trial.asked();
                return false;
            }
        }
        let interval = self.interval;
        let branch = self.branch_mut();
        if !branch.tip.step(&mut branch.journal) {
            return false;
        }
        let last = branch.keyframes.last().map_or(branch.journal.first(), World::steps);
        if branch.tip.steps().0 - last.0 >= interval {
            let keyframe = branch.tip.clone();
            let weight = keyframe.weight();
            branch.keyframes.push(keyframe);
            self.weight += weight;
            if self.weight > self.budget {
                self.thin_out();
            }
        }
        true
    }

    /// Drops every other keyframe, except each branch's first.
    fn thin_out(&mut self) {
        self.interval = self.interval.saturating_mul(2);
        for branch in &mut self.branches {
            let mut number = 0;
            branch.keyframes.retain(|_| {
                number += 1;
                number % 2 == 1
            });
        }
        self.weight = self.branches.iter().flat_map(|branch| &branch.keyframes).map(World::weight).sum();
    }

    /// Performs the next step of a branch's path on a world of that path.
    fn replay_one(&self, branch: BranchId, world: &mut World<P>) -> bool {
        let mut journal = Journal::off();
        match self.edit_at(branch, world.steps()) {
            Some(recorded) => {
                world.idle_until(recorded.moment.time.max(world.time()));
                world.apply(&recorded.edit, &mut journal).is_ok()
            }
            None => world.step(&mut journal),
        }
    }

    fn is_next_due(&self, world: &World<P>, moment: Moment) -> bool {
        match self.edit_at(self.current, world.steps()) {
            Some(recorded) => {
                let time = recorded.moment.time;
                time < moment.time
                    || time == moment.time && (moment.ties == Moment::ALL || world.ties_at(time) < moment.ties)
            }
            None => world.is_due(moment),
        }
    }

    fn edit_at(&self, branch: BranchId, step: StepId) -> Option<&Recorded<P>> {
        let edits = &self.branches[self.owner(branch, step)].edits;
        let position = edits.partition_point(|recorded| recorded.step < step);
        edits.get(position).filter(|recorded| recorded.step == step)
    }

    /// The index of the branch on the path of another one that records a step.
    fn owner(&self, branch: BranchId, step: StepId) -> usize {
        let mut index = branch.0 as usize;
        while let Some((parent, first)) = self.branches[index].parent
            && step < first
        {
            index = parent.0 as usize;
        }
        index
    }

    /// The last keyframe of a branch's path that is not past a position.
    fn keyframe_before(&self, branch: BranchId, steps: StepId, time: Time) -> Option<&World<P>> {
        let mut index = branch.0 as usize;
        let mut limit = steps;
        loop {
            let branch = &self.branches[index];
            let count =
                branch.keyframes.partition_point(|keyframe| keyframe.steps() <= limit && keyframe.time() <= time);
            if let Some(position) = count.checked_sub(1) {
                return branch.keyframes.get(position);
            }
            let (parent, first) = branch.parent?;
            index = parent.0 as usize;
            limit = limit.min(first);
        }
    }

    /// How many steps of a branch's path lie before a moment.
    fn steps_before(&self, branch: BranchId, moment: Moment) -> StepId {
        let mut before = 0;
        for segment in self.path_of(branch) {
            let (first, steps) = (segment.journal.first().0, segment.journal.steps());
            let known = &steps[..(segment.until.0 - first) as usize];
            before = first + count(known.partition_point(|record| record.time < moment.time));
            if before < segment.until.0 {
                break;
            }
        }
        let known = self.tip_of(branch).map_or(StepId(0), World::steps);
        let at_time = |step: StepId| self.journal_on(branch, step).and_then(|journal| journal.step(step));
        let same_time = (before..known.0)
            .take_while(|step| at_time(StepId(*step)).is_some_and(|record| record.time == moment.time));
        let ties = count(same_time.count());
        StepId(before + ties.min(moment.ties))
    }

    /// The world at the cursor.
    pub fn world(&self) -> &World<P> {
        self.here.as_ref().unwrap_or_else(|| self.tip())
    }

    /// The end of the current branch, as far as it is known.
    pub fn tip(&self) -> &World<P> {
        &self.branches[self.current.0 as usize].tip
    }

    /// The end of a branch, as far as it is known; `None` where there is no such branch.
    pub fn tip_of(&self, branch: BranchId) -> Option<&World<P>> {
        self.branches.get(branch.0 as usize).map(|branch| &branch.tip)
    }

    /// The world as it was at a moment of a branch; `None` where there is no such branch or the moment is past its end.
    /// The cursor stays where it is, and nothing is recorded.
    pub fn world_at(&self, branch: BranchId, moment: Moment) -> Option<World<P>> {
        let tip = self.tip_of(branch).filter(|tip| moment.time <= tip.time())?;
        let steps = self.steps_before(branch, moment).max(StepId(self.boots()));
        if steps >= tip.steps() && moment.time >= tip.time() {
            return Some(tip.clone());
        }
        let mut world = self.replayed(branch, steps, moment.time)?;
        world.idle_until(moment.time.max(world.time()));
        Some(world)
    }

    /// The world just after a step of the current branch; `None` where there is no such step. The cursor stays where it
    /// is, and nothing is recorded.
    pub fn world_after(&self, step: StepId) -> Option<World<P>> {
        let time = self.record(step)?.time;
        self.replayed(self.current, StepId(step.0 + 1), time)
    }

    fn replayed(&self, branch: BranchId, steps: StepId, time: Time) -> Option<World<P>> {
        let mut world = self.keyframe_before(branch, steps, time)?.clone();
        while world.steps() < steps && self.replay_one(branch, &mut world) {}
        Some(world)
    }

    fn branch_mut(&mut self) -> &mut Branch<P> {
        &mut self.branches[self.current.0 as usize]
    }

    /// When the next thing happens on the current branch: an event, or an edit that was made before.
    pub fn next_time(&self) -> Option<Time> {
        let world = self.world();
        match self.edit_at(self.current, world.steps()) {
            Some(recorded) if self.here.is_some() => Some(recorded.moment.time),
            _ => world.next_time(),
        }
    }

    /// What a person must answer, by [`Edit::Answer`] at the tip, before the current branch can go on.
    pub fn asked(&self) -> Option<Question> {
        self.asked
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
