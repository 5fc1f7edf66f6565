//! [`ContestRun`]: several runs as one [`Session`], with one clock and one script.

use super::read::read;
use super::{Contest, Contestant, enter, merge, moves, statement};
use crate::api::{
    Answered, Command, Dial, Direction, EditCommand, FindingLine, Selection, Session, Story, Topics, ViewState,
};
use crate::compare::{Comparison, Instant, NodeState};
use crate::error::Problem;
use crate::happenings::Happening;
use crate::history::{FaultTurn, Turn};
use crate::link::{self, Codec};
use crate::payload::ContestV1;
use crate::spacetime::Spots;
use consistory_checks::Object;
use consistory_kernel::{Counters, Digest, StepId, Time};
use consistory_protocols::script::duration_text;
use consistory_scene::{Check, FeedLine, Inspection, Matrix, Scene, Subject, Text, TimelineView, Why};
use std::cell::{Ref, RefCell};
use std::rc::Rc;

/// A run that a contest moves, and that somebody else may show.
pub type Shared = Rc<RefCell<Box<dyn Session>>>;

/// A contestant with its run.
pub struct Entry {
    /// Its protocol, and the parameters of its own.
    pub name: Text,
    /// What it is.
    pub contestant: Contestant,
    /// Its run. Acting on a contest puts another one in its place.
    pub session: Shared,
    /// How many acts of the script it could not do.
    pub left_out: usize,
}

/// The gallery's contest that a run started from.
pub(super) struct Origin {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    /// Parameters that its address replaces.
    pub(super) settings: Vec<(String, String)>,
    /// Where the cursor stood at first.
    pub(super) cursor: Time,
    /// Whether somebody has acted since, so that its address no longer says what happens.
    pub(super) is_changed: bool,
}

/// A contest that goes on.
///
/// As a session it moves all of its runs, and merges what they tell. What only one run can answer, such as which nodes
/// a form may name, the first one answers. Its steps are instants: the number of one is its time in microseconds.
pub struct ContestRun {
    contest: Contest,
    entries: Vec<Entry>,
    origin: Option<Origin>,
}

impl ContestRun {
    /// Opens a text; every problem is placed in it.
    pub fn of_text(text: &str) -> Result<Self, Problem> {
        let draft = read(text)?;
        Ok(Self { contest: Contest::of(&draft), entries: enter::enter(&draft)?, origin: None })
    }

    /// Opens a contest from somewhere else than a text: problems have no place.
    pub(super) fn of_contest(contest: &Contest, origin: Option<Origin>) -> Result<Self, Problem> {
        let run = Self::of_text(&contest.print()).map_err(|problem| Problem::new(problem.text))?;
        Ok(Self { origin, ..run })
    }

    /// The script, and who takes part.
    pub fn contest(&self) -> &Contest {
        &self.contest
    }

    /// The contestants with their runs, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The run of a contestant alone, in the scenario language; `None` where there is no such place.
    pub fn scenario_of(&self, place: usize) -> Option<String> {
        self.entries.get(place).map(|entry| entry.session.borrow().scenario_text())
    }

    /// The statements by which a command that was given on a contestant's stage is done to all.
    pub fn statements(&self, place: usize, command: &EditCommand) -> Result<Vec<String>, Problem> {
        let scene = self.entries.get(place).map(|entry| entry.session.borrow().scene()).unwrap_or_default();
        statement::statements(&scene, command)
    }

    /// Does something to all contestants at the present time, by performing the script anew with it.
    fn act(&mut self, statements: &[String]) -> Result<(), Problem> {
        let now = self.now();
        let mut contest = self.contest.clone();
        for statement in statements {
            contest.add(now, statement)?;
        }
        contest.cursor = Some(now);
        let text = contest.print();
        let entries = read(&text).and_then(|draft| enter::enter(&draft));
        for (entry, performed) in self.entries.iter_mut().zip(entries.map_err(|problem| Problem::new(problem.text))?) {
            entry.session.swap(&performed.session);
            entry.left_out = performed.left_out;
        }
        self.contest = contest;
        if let Some(origin) = &mut self.origin {
            origin.is_changed = true;
        }
        Ok(())
    }

    /// Does the same to the cursor of every run.
    fn move_all(&self, command: &Command) -> Result<Topics, Problem> {
        let mut topics = Topics::NONE;
        for entry in &self.entries {
            topics = topics.and(entry.session.borrow_mut().apply(command.clone())?);
        }
        Ok(topics)
    }

    /// Takes all cursors to a time, from wherever they were meanwhile.
    fn travel(&self, to: Time) -> Result<Topics, Problem> {
        self.move_all(&Command::Seek { to })?;
        Ok(Topics::SCENE.and(Topics::FEED).and(Topics::TIMELINE))
    }

    /// The run whose words stand for all. A contest has at least two.
    fn first(&self) -> Ref<'_, Box<dyn Session>> {
        self.entries[0].session.borrow()
    }

    fn sum(&self, of: impl Fn(&dyn Session) -> u64) -> u64 {
        self.entries.iter().map(|entry| of(&**entry.session.borrow())).sum()
    }

    /// What every run tells, one after the other.
    fn gather<T>(&self, of: impl Fn(&dyn Session) -> Vec<T>) -> Vec<T> {
        self.entries.iter().flat_map(|entry| of(&**entry.session.borrow())).collect()
    }

    /// The same of texts.
    fn texts(&self, of: impl Fn(&dyn Session) -> String) -> String {
        self.entries.iter().map(|entry| of(&**entry.session.borrow())).collect()
    }

    /// The contest as it is shared: opened where its cursor is.
    fn text_here(&self) -> String {
        let now = self.now();
        Contest { cursor: (now > 0).then_some(now), ..self.contest.clone() }.print()
    }
}

impl Session for ContestRun {
    fn protocol(&self) -> &'static str {
        self.first().protocol()
    }

    fn scenario(&self) -> Option<&'static str> {
        self.origin.as_ref().map(|origin| origin.id)
    }

    fn apply(&mut self, command: Command) -> Result<Topics, Problem> {
        match command {
            Command::Advance { .. } | Command::Seek { .. } => self.move_all(&command),
            Command::SeekStep { step: StepId::NONE } => self.travel(self.contest.until),
            Command::SeekStep { step } => self.travel(merge::time_of(step)),
            Command::Step(Direction::Forward) => match moves::next_event(&self.entries) {
                Some(to) => self.travel(to),
                None => Ok(Topics::NONE),
            },
            Command::Step(Direction::Back) => self.travel(moves::step_back(&self.entries, self.now())?),
            Command::Jump(direction) => self.travel(moves::jump(&self.entries, self.now(), direction)?),
            // Acting performs the script anew, so that there are no branches.
            Command::SwitchBranch { .. } => Ok(Topics::NONE),
            Command::Edit(edit) => {
                self.act(&self.statements(0, &edit)?)?;
                Ok(Topics::ALL)
            }
        }
    }

    fn now(&self) -> Time {
        self.first().now()
    }

    fn step(&self) -> StepId {
        let steps = self.sum(|session| u64::from(session.step().0));
        StepId(u32::try_from(steps).unwrap_or(u32::MAX - 1))
    }

    fn next_event(&self) -> Option<Time> {
        moves::next_event(&self.entries)
    }

    fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        for entry in &self.entries {
            digest.word(entry.session.borrow().digest());
        }
        digest.value()
    }

    fn here(&self) -> Instant {
        self.first().here()
    }

    fn scene(&self) -> Rc<Scene> {
        self.first().scene()
    }

    fn feed(&self, limit: usize, details: bool) -> Vec<FeedLine> {
        merge::feed(&self.entries, limit, details)
    }

    fn timeline(&self) -> TimelineView {
        merge::timeline(&self.entries)
    }

    fn checks(&self) -> Vec<Check> {
        self.gather(|session| session.checks())
    }

    fn matrix(&self) -> Option<Matrix> {
        None
    }

    fn turns(&self) -> Vec<Turn> {
        self.first().turns()
    }

    fn happenings(&self) -> Vec<Happening> {
        self.first().happenings()
    }

    /// None: those of several runs are not in one space.
    fn spots(&self, _: StepId) -> Spots {
        Spots { branch: 0, list: Vec::new() }
    }

    fn step_of(&self, _: Selection) -> Option<StepId> {
        None
    }

    fn object(&self) -> Object {
        self.first().object()
    }

    fn forms(&self) -> &'static [&'static str] {
        self.first().forms()
    }

    fn fault_turns(&self) -> Vec<FaultTurn> {
        self.first().fault_turns()
    }

    fn states(&self, at: Instant) -> Option<Vec<NodeState>> {
        self.first().states(at)
    }

    fn compare(&self, _: u32, _: u32) -> Option<Comparison> {
        None
    }

    fn inspect(&self, _: Selection) -> Option<Inspection> {
        None
    }

    fn why(&self, _: Subject) -> Vec<Why> {
        Vec::new()
    }

    fn why_broken(&self, _: StepId) -> Vec<Why> {
        Vec::new()
    }

    fn answered(&self, _: StepId) -> Option<Answered> {
        None
    }

    fn dials(&self) -> Vec<Dial> {
        self.first().dials()
    }

    fn story(&self) -> Story {
        let own = || self.contest.about.first().map(|line| Text::plain(line.clone()));
        let origin = self.origin.as_ref();
        Story {
            title: origin.map(|origin| Text::key(origin.title)).or_else(own),
            summary: origin.map(|origin| Text::key(origin.summary)),
            hint: None,
            lines: Vec::new(),
        }
    }

    fn findings(&self) -> Vec<FindingLine> {
        self.gather(|session| session.findings())
    }

    fn seed(&self) -> u64 {
        self.first().seed()
    }

    fn counters(&self) -> Counters {
        self.first().counters()
    }

    fn as_contest(&self) -> Option<&ContestRun> {
        Some(self)
    }

    fn link(&self, _: ViewState, _: Codec) -> String {
        let Some(origin) = self.origin.as_ref().filter(|origin| !origin.is_changed) else {
            return format!("#/v/{}", link::encode_contest(&ContestV1 { text: self.text_here() }));
        };
        let mut query: Vec<String> = origin.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if self.now() != origin.cursor {
            query.push(format!("t={}", duration_text(self.now())));
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("#/vs/{}{mark}{}", origin.id, query.join("&"))
    }

    fn scenario_text(&self) -> String {
        self.text_here()
    }

    fn trace(&self) -> String {
        self.texts(|session| session.trace())
    }

    fn transcript(&self) -> String {
        self.texts(|session| session.transcript())
    }
}
