//! The way in and the way out of a run, free of protocol types: [`Session`], [`Command`], [`Topics`].

use crate::compare::{Comparison, Instant, NodeState};
use crate::contest::ContestRun;
use crate::error::Problem;
use crate::happenings::Happening;
use crate::history::{FaultTurn, Turn};
use crate::link::Codec;
use crate::spacetime::Spots;
use consistory_checks::Object;
use consistory_kernel::{Counters, MessageId, Ppm, ProcessId, StepId, Time};
use consistory_protocols::Choice;
use consistory_scene::{Check, FeedLine, Inspection, Matrix, Scene, Subject, Text, TimelineView, Why};
use std::rc::Rc;

/// A live run: everything the page, a lesson, a test or an embedding host can see of it and do to it.
///
/// Between two commands a session is constant. Reading never changes it.
pub trait Session {
    /// The protocol's id, for example `raft`.
    fn protocol(&self) -> &'static str;
    /// The gallery scenario that the run started from, for example `raft/split-vote`, if any.
    fn scenario(&self) -> Option<&'static str>;
    /// Does something to the run or its cursor. The only way in.
    fn apply(&mut self, command: Command) -> Result<Topics, Problem>;

    /// Virtual time of the cursor, in microseconds.
    fn now(&self) -> Time;
    /// Steps before the cursor on the current branch.
    fn step(&self) -> StepId;
    /// When the next event on the current branch happens, if there is one. Playing up to it changes no picture.
    fn next_event(&self) -> Option<Time>;
    /// The digest of the run up to the cursor.
    fn digest(&self) -> u64;
    /// Where the cursor stands: on which branch, and between which of its events.
    fn here(&self) -> Instant;

    /// The stage at the cursor. The same `Rc` until a step changes it.
    fn scene(&self) -> Rc<Scene>;
    /// The last `limit` feed lines before the cursor, newest first; `details` includes those that are not notable.
    fn feed(&self, limit: usize, details: bool) -> Vec<FeedLine>;
    /// The timeline of the current branch, and the branches.
    fn timeline(&self) -> TimelineView;
    /// Every property with its state at the cursor.
    fn checks(&self) -> Vec<Check>;
    /// The log matrix at the cursor; `None` for protocols without logs.
    fn matrix(&self) -> Option<Matrix>;
    /// What the clients did and saw up to the cursor, turn by turn; [`ClientHistory::of`] makes a history of it.
    ///
    /// [`ClientHistory::of`]: crate::history::ClientHistory::of
    fn turns(&self) -> Vec<Turn>;
    /// The events of the current branch, with what caused them.
    fn happenings(&self) -> Vec<Happening>;
    /// The events of the current branch from a step on, as points in space and time.
    fn spots(&self, from: StepId) -> Spots;
    /// The event that a selection is about: itself, the send of a message, the last one at a process.
    fn step_of(&self, selection: Selection) -> Option<StepId>;
    /// What the clients share.
    fn object(&self) -> Object;
    /// An example of each operation that clients can ask, in the scenario language.
    fn forms(&self) -> &'static [&'static str];
    /// The faults that somebody made or mended before the cursor.
    fn fault_turns(&self) -> Vec<FaultTurn>;
    /// What the nodes know at an instant; `None` where there is no such branch, or it is not known so far.
    fn states(&self, at: Instant) -> Option<Vec<NodeState>>;
    /// Two branches side by side, up to the end of the one that is known less far; `None` where one does not exist.
    fn compare(&self, one: u32, other: u32) -> Option<Comparison>;
    /// What there is to know about a selection; `None` when it is gone.
    fn inspect(&self, selection: Selection) -> Option<Inspection>;
    /// Why something is so, or is not, at the cursor.
    fn why(&self, subject: Subject) -> Vec<Why>;
    /// What an event broke, and why: one answer a property.
    fn why_broken(&self, step: StepId) -> Vec<Why>;
    /// Where the answer came from that an event brought to a client; `None` where it brought none.
    fn answered(&self, step: StepId) -> Option<Answered>;
    /// The dials: parameters that can be turned while the run goes on, with their values now, and those fixed at its start.
    fn dials(&self) -> Vec<Dial>;
    /// The story of the run: narration lines up to the cursor, what to try.
    fn story(&self) -> Story;
    /// Violations up to the cursor.
    fn findings(&self) -> Vec<FindingLine>;
    /// The seed of the run.
    fn seed(&self) -> u64;
    /// What was counted up to the cursor.
    fn counters(&self) -> Counters;
    /// The contest, if this is several runs on one clock.
    fn as_contest(&self) -> Option<&ContestRun> {
        None
    }

    /// The share link's fragment (`#/s/…`; of a contest `#/v/…`) of the current branch: every edit, the cursor and the digest.
    fn link(&self, view: ViewState, codec: Codec) -> String;
    /// The current branch in the scenario language.
    fn scenario_text(&self) -> String;
    /// Every event of the current branch, one JSON object a line.
    fn trace(&self) -> String;
    /// What happened on the current branch, one fact a line.
    fn transcript(&self) -> String;
}

/// Where a client's answer came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The step in which a node sent it.
    pub step: StepId,
    /// What that node was then, whom it could not reach, and who else led.
    pub facts: Vec<Text>,
}

/// A violated property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLine {
    /// Its id.
    pub property: &'static str,
    /// The step that broke it first.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// The nodes that break it.
    pub nodes: Vec<ProcessId>,
}

/// What to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A node or a client.
    Process(ProcessId),
    /// A message.
    Message(MessageId),
    /// A step.
    Step(StepId),
    /// An entry of a node's log, counted from 1.
    Entry(ProcessId, u32),
}

/// The viewer's settings that travel in a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewState {
    /// The selected panel, by number.
    pub panel: u8,
    /// Playback speed as an index into the page's speeds.
    pub speed: u8,
}

/// Everything that can be done to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Moves the cursor forward to a time, running the simulation as needed. Playing is this, once a frame.
    Advance {
        /// The virtual time to reach.
        to: Time,
    },
    /// Moves the cursor to any time on the current branch, simulating ahead if it is not known yet.
    Seek {
        /// The virtual time to reach.
        to: Time,
    },
    /// Moves the cursor to just after a step of the current branch.
    SeekStep {
        /// The step.
        step: StepId,
    },
    /// Moves the cursor by one event.
    Step(Direction),
    /// Moves the cursor to the next or previous notable event.
    Jump(Direction),
    /// Puts the cursor on another branch, at its end or at the present time where that is earlier.
    SwitchBranch {
        /// The branch's number.
        branch: u32,
    },
    /// Does something to the run, at the cursor. In the past it grows a branch.
    Edit(EditCommand),
}

/// Forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Toward the start.
    Back,
    /// Toward the end.
    Forward,
}

/// What somebody does to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditCommand {
    /// Stops a node; `lose_disk` in [`Disk`] says what becomes of its stable storage.
    Crash(ProcessId, Disk),
    /// Boots a crashed node.
    Restart(ProcessId),
    /// Freezes a node, as a long garbage collection does.
    Pause(ProcessId),
    /// Ends a pause.
    Resume(ProcessId),
    /// Makes the node's next timer fire now.
    TimeOut(ProcessId),
    /// Sets a node's clock rate to real time plus this many parts per million.
    Skew(ProcessId, i32),
    /// Arms the election timers far apart, so that one node wins.
    SpreadTimers,
    /// Arms the election timers for the same instant, so that votes split.
    AlignTimers,
    /// Cuts the link in that direction.
    Cut(ProcessId, ProcessId),
    /// Mends the link in that direction.
    Mend(ProcessId, ProcessId),
    /// Divides the processes: a message passes only inside a group. Unnamed nodes form one more group; unnamed clients reach everyone.
    Partition(Vec<Vec<ProcessId>>),
    /// Ends the partition and mends every link.
    Heal,
    /// Drops a message.
    Drop(MessageId),
    /// Stops a message where it is, until released.
    Hold(MessageId),
    /// Lets a held message go on.
    Release(MessageId),
    /// Makes a message arrive that much later, in microseconds.
    Delay(MessageId, Time),
    /// Makes a message arrive now.
    Deliver(MessageId),
    /// A second copy of a message sets out.
    Duplicate(MessageId),
    /// A client invokes an operation, asking that node first if one is given.
    Invoke {
        /// Which client.
        client: ProcessId,
        /// In the scenario language's words: `read x`, `write x 1`, `cas x 1 2`, `append x 3`.
        operation: String,
        /// Which node it asks first.
        target: Option<ProcessId>,
    },
    /// Turns a dial: the parameter's name and its new value in the scenario language (`2%`, `10ms..20ms`).
    Set {
        /// The parameter's name, as in `set`.
        name: String,
        /// The value's text.
        value: String,
    },
    /// A statement of the scenario language that does something to the run, without a time: `slow n2 20ms`, `storm off`.
    Statement(String),
}

/// What a crash does to stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// Everything that was persisted survives.
    Kept,
    /// The node comes back empty.
    Lost,
}

/// A parameter with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Its name in the scenario language, for example `election_timeout`.
    pub name: &'static str,
    /// Its visible name.
    pub label: Text,
    /// Its value now, in the scenario language.
    pub value: String,
    /// What kind of value it takes.
    pub kind: DialKind,
    /// Whether it can be turned during the run; otherwise a new run starts with it.
    pub live: bool,
}

/// The kind of value a parameter takes, with its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialKind {
    /// One of these, by its name.
    Choice {
        /// What there is to choose from.
        choices: &'static [Choice],
    },
    /// A whole number in a range.
    Number {
        /// Least.
        min: u32,
        /// Greatest.
        max: u32,
    },
    /// A probability, as parts per million.
    Ratio {
        /// Greatest.
        max: Ppm,
    },
    /// A duration in microseconds.
    Duration {
        /// Least.
        min: Time,
        /// Greatest.
        max: Time,
    },
    /// A range of durations in microseconds.
    Range {
        /// Least.
        min: Time,
        /// Greatest.
        max: Time,
    },
    /// A latency distribution.
    Latency,
}

/// The story beside the stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// The title: the scenario's, or the protocol's.
    pub title: Option<Text>,
    /// What it is about.
    pub summary: Option<Text>,
    /// What to try.
    pub hint: Option<Text>,
    /// Narration with its time; the last one at or before the cursor is current.
    pub lines: Vec<StoryLine>,
}

/// One line of narration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLine {
    /// The event's time.
    pub time: Time,
    /// The words.
    pub text: Text,
}

/// What a command changed; panels that show nothing of it need no work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Topics(pub u8);

impl Topics {
    /// Nothing but the cursor's clock.
    pub const NONE: Self = Self(0);
    /// The scene: cards, flights, walls.
    pub const SCENE: Self = Self(1);
    /// The feed, the checks, and the line of narration that is current.
    pub const FEED: Self = Self(2);
    /// The timeline's marks, bands or branches.
    pub const TIMELINE: Self = Self(4);
    /// The parameters.
    pub const DIALS: Self = Self(8);
    /// Everything.
    pub const ALL: Self = Self(15);

    /// Whether any of the topics of `other` changed.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
