//! [`LiveRun`]: a protocol's timeline behind the protocol-free [`Session`].

mod evidence;
mod views;

use crate::api::{
    Answered, Command, Dial, Direction, EditCommand, Selection, Session, Story, StoryLine, Topics, ViewState,
};
use crate::compare::{self, Comparison, Instant, NodeState};
use crate::error::Problem;
use crate::gallery::{self, GalleryItem};
use crate::happenings::{self, Happening};
use crate::history::{self, FaultTurn, Turn};
use crate::link::Codec;
use crate::open::Overrides;
use crate::payload::{self, RunV1};
use crate::scenario::{self, Script};
use crate::spacetime::{self, Spots};
use crate::{edits, parameters, trace};
use consistory_checks::Object;
use consistory_kernel::{BranchId, Counters, Journal, MS, Moment, Setup, StepId, Time, Timeline};
use consistory_protocols::script::duration_text;
use consistory_protocols::{ClientOp, Spec, Visitor, feed};
use consistory_scene::{Arg, Check, FeedLine, Inspection, Matrix, Scene, Subject, Text, TimelineView, Why};
use std::cell::RefCell;
use std::rc::Rc;

/// How far "next notable event" looks ahead in virtual time when nothing notable is known yet.
const HORIZON: Time = 5_000 * MS;

/// The timeline is announced anew when the run has grown by this much.
const GROWTH: Time = 50 * MS;

/// A live run of one protocol.
pub struct LiveRun<P: Spec> {
    setup: Setup<P>,
    timeline: Timeline<P>,
    origin: Origin,
    /// Narration of the scenario: when, and its word key.
    said: Vec<(Time, String)>,
    drawn: RefCell<Option<(BranchId, StepId, Rc<Scene>)>>,
}

/// What the run started from.
struct Origin {
    item: Option<&'static GalleryItem>,
    /// Parameters that replace the scenario's.
    overrides: Vec<(String, String)>,
    /// Edits of the scenario itself; a run with exactly these is the scenario unchanged.
    edits: usize,
    /// Where the cursor stood at first.
    cursor: Time,
}

/// What a picture depends on.
struct Mark {
    branch: BranchId,
    steps: StepId,
    /// Lines of narration up to the cursor.
    told: usize,
    growth: Time,
    /// Notes on the timeline.
    marks: usize,
}

impl<P: Spec> LiveRun<P> {
    /// A run of a scenario text.
    pub(crate) fn of_script(
        script: &Script<'_>,
        item: Option<&'static GalleryItem>,
        overrides: &Overrides,
    ) -> Result<(Self, Vec<Problem>), Problem> {
        let (setup, used) = scenario::start::<P>(script, overrides)?;
        let mut timeline = Timeline::new(&setup).map_err(edits::unfit)?;
        let performed = scenario::perform(&setup, &script.lines[used..], overrides.until, &mut timeline)?;
        let cursor = performed.cursor.unwrap_or(Moment::after(0));
        // The address of a gallery scenario has no words for mutants.
        let edits = if overrides.mutants.is_empty() { timeline.edits().count() } else { usize::MAX };
        timeline.seek(cursor);
        let origin = Origin { item, overrides: overrides.settings.clone(), edits, cursor: cursor.time };
        let run = Self { setup, timeline, origin, said: performed.said, drawn: RefCell::default() };
        Ok((run, performed.unmet))
    }

    /// A run from a link, and what its reader should know.
    pub(crate) fn of_payload(run: &RunV1, overrides: &Overrides) -> Result<(Self, Option<Problem>), Problem> {
        let mut setup = payload::setup_of::<P>(run)?;
        parameters::replace(&mut setup, overrides)?;
        let mut edits = payload::edits_of(&setup, run)?;
        let mut cursor = payload::moment(run.cursor.0, run.cursor.1);
        if let Some(until) = overrides.until {
            edits.retain(|(moment, _)| moment.time <= until);
            cursor = Moment::after(until);
        }
        if cursor.time.max(edits.last().map_or(0, |(moment, _)| moment.time)) > scenario::TIME_MAX {
            return Err(Problem::new(Text::key("problem.link.too_long")));
        }
        let mut timeline = Timeline::new(&setup).map_err(edits::unfit)?;
        let mut skipped = 0;
        for (moment, edit) in edits {
            timeline.seek(moment);
            skipped += i64::from(timeline.edit(edit).is_err());
        }
        timeline.seek(cursor);
        let item = gallery::find(&run.scenario).filter(|item| item.id == run.scenario);
        let said = item.map(|item| narration::<P>(item, &timeline)).unwrap_or_default();
        let notice = if !overrides.is_empty() {
            None
        } else if skipped > 0 {
            Some(Text::key("problem.link.skipped").with("count", Arg::Number(skipped)))
        } else if timeline.world().digest() != run.digest {
            Some(Text::key("problem.link.differs"))
        } else {
            None
        };
        // What comes from a link is shared as a link again, never as its scenario.
        let origin = Origin { item, overrides: Vec::new(), edits: usize::MAX, cursor: 0 };
        Ok((Self { setup, timeline, origin, said, drawn: RefCell::default() }, notice.map(Problem::new)))
    }

    /// A run that was made by hand, with its cursor where it is.
    pub(crate) fn of_timeline(setup: Setup<P>, timeline: Timeline<P>) -> Self {
        let origin = Origin { item: None, overrides: Vec::new(), edits: usize::MAX, cursor: 0 };
        Self { setup, timeline, origin, said: Vec::new(), drawn: RefCell::default() }
    }

    /// What the run started from.
    pub fn setup(&self) -> &Setup<P> {
        &self.setup
    }

    /// The run with its protocol's types.
    pub fn timeline(&self) -> &Timeline<P> {
        &self.timeline
    }

    fn jump(&mut self, direction: Direction) -> Result<(), Problem> {
        let steps = self.timeline.world().steps();
        match direction {
            Direction::Back => {
                let before = self.marked_before(steps);
                match before {
                    Some(step) => self.timeline.seek_step(step),
                    None => self.timeline.seek(Moment::after(0)),
                }
            }
            Direction::Forward => {
                if self.marked_from(steps).is_none() {
                    let ahead = self.marked_ahead().ok_or_else(nothing_ahead)?;
                    self.timeline.seek(Moment::after(ahead));
                }
                if let Some(step) = self.marked_from(steps) {
                    self.timeline.seek_step(step);
                }
            }
        }
        Ok(())
    }

    /// When something notable happens next after all that is known, tried in a copy: a run that only waits stays where
    /// it is.
    fn marked_ahead(&self) -> Option<Time> {
        let mut world = self.timeline.tip().clone();
        let limit = self.timeline.world().time() + HORIZON;
        let mut journal = Journal::from_step(world.steps());
        while world.next_time().is_some_and(|next| next <= limit) && world.step(&mut journal) {
            if journal.marked().next().is_some() {
                return Some(world.time());
            }
        }
        None
    }

    /// The last marked step whose effect the cursor does not stand right behind.
    fn marked_before(&self, steps: StepId) -> Option<StepId> {
        let path = self.timeline.path();
        path.iter().rev().find_map(|segment| {
            let marked = segment.journal.marked().rev().map(|note| note.step);
            marked.into_iter().find(|step| *step < segment.until && step.0 + 1 < steps.0)
        })
    }

    fn marked_from(&self, steps: StepId) -> Option<StepId> {
        let path = self.timeline.path();
        path.iter().find_map(|segment| {
            let mut marked = segment.journal.marked().map(|note| note.step);
            marked.find(|step| *step >= steps && *step < segment.until)
        })
    }

    fn edit(&mut self, command: EditCommand) -> Result<(), Problem> {
        for edit in edits::of_command(command, &self.setup, self.timeline.world())? {
            self.timeline.edit(edit).map_err(edits::refusal)?;
        }
        Ok(())
    }

    /// What must change on the screen: cheap to compare before and after a command.
    fn mark(&self) -> Mark {
        let journal = self.timeline.path();
        let marks = journal.iter().map(|segment| segment.journal.marked().count() + segment.journal.epochs().len());
        let now = self.now();
        Mark {
            branch: self.timeline.current(),
            steps: self.timeline.world().steps(),
            told: self.narration().take_while(|(time, _)| *time <= now).count(),
            growth: self.timeline.tip().time() / GROWTH,
            marks: marks.sum(),
        }
    }

    /// The narration of the current branch: a branch has that of the run as it was first, up to where it leaves it.
    fn narration(&self) -> impl Iterator<Item = &(Time, String)> {
        let branches: Vec<_> = self.timeline.branches().collect();
        let mut branch = self.timeline.current();
        let mut until = Time::MAX;
        // A branch is younger than the one that it left.
        for info in branches.iter().rev() {
            if let Some(parent) = info.parent.filter(|_| info.id == branch) {
                (branch, until) = (parent, info.forked_at);
            }
        }
        self.said.iter().take_while(move |(time, _)| *time <= until)
    }

    /// Whether nothing was done to the gallery's scenario, and its address can say where the cursor stands.
    fn is_pristine(&self) -> bool {
        let is_between_ties = self.timeline.world().moment().ties != Moment::ALL;
        let is_unchanged = self.timeline.current() == BranchId(0) && self.timeline.edits().count() == self.origin.edits;
        is_unchanged && !is_between_ties
    }
}

fn nothing_ahead() -> Problem {
    Problem::new(Text::key("problem.nothing_ahead").with("time", Arg::Time(HORIZON)))
}

/// The narration of a gallery scenario, as far as a run does what the scenario does.
fn narration<P: Spec>(item: &'static GalleryItem, timeline: &Timeline<P>) -> Vec<(Time, String)> {
    let Ok(script) = scenario::parse::parse(gallery::TextOf(item).visit::<P>()) else { return Vec::new() };
    let Ok((original, _)) = LiveRun::<P>::of_script(&script, Some(item), &Overrides::default()) else {
        return Vec::new();
    };
    let mine: Vec<Moment> = timeline.edits().map(|(_, moment, _)| moment).collect();
    let theirs: Vec<Moment> = original.timeline.edits().map(|(_, moment, _)| moment).collect();
    let parted = mine.iter().zip(&theirs).position(|(mine, theirs)| mine != theirs);
    let parted = parted.or((mine.len() != theirs.len()).then(|| mine.len().min(theirs.len())));
    let until = parted.map_or(Time::MAX, |place| {
        let times = [mine.get(place), theirs.get(place)];
        times.into_iter().flatten().map(|moment| moment.time).min().unwrap_or(Time::MAX)
    });
    original.said.into_iter().filter(|(time, _)| *time <= until).collect()
}

impl<P: Spec> Session for LiveRun<P> {
    fn protocol(&self) -> &'static str {
        P::ID
    }

    fn scenario(&self) -> Option<&'static str> {
        self.origin.item.map(|item| item.id)
    }

    fn apply(&mut self, command: Command) -> Result<Topics, Problem> {
        let before = self.mark();
        let mut always = Topics::NONE;
        match command {
            Command::Advance { to } => self.timeline.advance(to.min(scenario::TIME_MAX)),
            Command::Seek { to } => self.timeline.seek(Moment::after(to.min(scenario::TIME_MAX))),
            Command::SeekStep { step } => self.timeline.seek_step(step),
            Command::Step(Direction::Forward) => {
                self.timeline.step_forward();
            }
            Command::Step(Direction::Back) => {
                self.timeline.step_back();
            }
            Command::Jump(direction) => self.jump(direction)?,
            Command::SwitchBranch { branch } => {
                self.timeline.switch(BranchId(branch));
                always = Topics::ALL;
            }
            Command::Edit(edit) => {
                self.edit(edit)?;
                always = Topics::ALL;
            }
        }
        let after = self.mark();
        let mut topics = always;
        if (before.branch, before.steps) != (after.branch, after.steps) {
            topics = topics.and(Topics::SCENE).and(Topics::FEED);
        }
        if before.told != after.told {
            topics = topics.and(Topics::FEED);
        }
        if (before.branch, before.growth, before.marks) != (after.branch, after.growth, after.marks) {
            topics = topics.and(Topics::TIMELINE);
        }
        Ok(topics)
    }

    fn now(&self) -> Time {
        self.timeline.world().time()
    }

    fn step(&self) -> StepId {
        self.timeline.world().steps()
    }

    fn next_event(&self) -> Option<Time> {
        self.timeline.next_time()
    }

    fn digest(&self) -> u64 {
        self.timeline.world().digest()
    }

    fn here(&self) -> Instant {
        compare::here(&self.timeline)
    }

    fn scene(&self) -> Rc<Scene> {
        let key = (self.timeline.current(), self.timeline.world().steps());
        let mut drawn = self.drawn.borrow_mut();
        if let Some((branch, step, scene)) = drawn.as_ref()
            && (*branch, *step) == key
        {
            return Rc::clone(scene);
        }
        let scene = Rc::new(views::scene(&self.timeline));
        *drawn = Some((key.0, key.1, Rc::clone(&scene)));
        scene
    }

    fn feed(&self, limit: usize, details: bool) -> Vec<FeedLine> {
        let detail = if details { feed::Detail::Everything } else { feed::Detail::Facts };
        feed::lines(&self.timeline, self.timeline.world().steps(), limit, detail)
    }

    fn timeline(&self) -> TimelineView {
        views::timeline(&self.timeline)
    }

    fn checks(&self) -> Vec<Check> {
        views::checks(&self.timeline)
    }

    fn matrix(&self) -> Option<Matrix> {
        P::matrix(self.timeline.world())
    }

    fn turns(&self) -> Vec<Turn> {
        history::turns(&self.timeline, self.step())
    }

    fn happenings(&self) -> Vec<Happening> {
        happenings::happenings(&self.timeline)
    }

    fn spots(&self, from: StepId) -> Spots {
        spacetime::spots(&self.timeline, from)
    }

    fn step_of(&self, selection: Selection) -> Option<StepId> {
        spacetime::step_of(&self.timeline, selection)
    }

    fn object(&self) -> Object {
        P::Op::OBJECT
    }

    fn forms(&self) -> &'static [&'static str] {
        P::Op::FORMS
    }

    fn fault_turns(&self) -> Vec<FaultTurn> {
        history::fault_turns(&self.timeline)
    }

    fn states(&self, at: Instant) -> Option<Vec<NodeState>> {
        compare::states(&self.timeline, at)
    }

    fn compare(&self, one: u32, other: u32) -> Option<Comparison> {
        compare::compare(&self.timeline, BranchId(one), BranchId(other))
    }

    fn inspect(&self, selection: Selection) -> Option<Inspection> {
        views::inspect(&self.timeline, selection)
    }

    fn why(&self, subject: Subject) -> Vec<Why> {
        P::why(self.timeline.world(), subject)
    }

    fn why_broken(&self, step: StepId) -> Vec<Why> {
        evidence::broken(&self.timeline, step)
    }

    fn answered(&self, step: StepId) -> Option<Answered> {
        evidence::answered(&self.timeline, step)
    }

    fn dials(&self) -> Vec<Dial> {
        parameters::dials(&self.setup, self.timeline.world())
    }

    fn story(&self) -> Story {
        let item = self.origin.item;
        let lines = self.narration().map(|(time, key)| StoryLine {
            time: *time,
            text: gallery::narration::<P>(key).map_or_else(|| Text::plain(key.clone()), Text::key),
        });
        Story {
            title: Some(item.map_or_else(|| Text::key(P::TITLE), |item| item.title.clone())),
            summary: Some(item.map_or_else(|| Text::key(P::SUMMARY), |item| item.summary.clone())),
            hint: item.map(|item| item.hint.clone()),
            lines: lines.collect(),
        }
    }

    fn link(&self, view: ViewState, codec: Codec) -> String {
        match self.origin.item {
            Some(item) if self.is_pristine() => {
                let mut query: Vec<String> =
                    self.origin.overrides.iter().map(|(name, value)| format!("{name}={value}")).collect();
                if self.now() != self.origin.cursor {
                    query.push(format!("t={}", duration_text(self.now())));
                }
                let mark = if query.is_empty() { "" } else { "?" };
                format!("#/p/{}{mark}{}", item.id, query.join("&"))
            }
            item => {
                let scenario = item.map(|item| item.id);
                let run = payload::of_run(&self.setup, &self.timeline, scenario, view);
                format!("#/s/{}", codec.encode(&run))
            }
        }
    }

    fn scenario_text(&self) -> String {
        scenario::print(&self.setup, &self.timeline, &self.said)
    }

    fn trace(&self) -> String {
        trace::lines(&self.setup, &self.timeline)
    }

    fn transcript(&self) -> String {
        scenario::transcript(&self.setup, &self.timeline)
    }

    fn findings(&self) -> Vec<crate::api::FindingLine> {
        views::findings(&self.timeline)
    }

    fn seed(&self) -> u64 {
        self.setup.seed
    }

    fn counters(&self) -> Counters {
        self.timeline.world().counters()
    }
}
