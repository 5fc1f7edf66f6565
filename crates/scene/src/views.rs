//! The panels around the stage: feed, timeline, checks, inspector, log matrix.

use crate::{Cell, Field, Text, Tone};
use consistory_kernel::{ProcessId, StepId, Time};

/// One line of the event feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLine {
    /// The step that it tells of.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// What happened, with the reason.
    pub text: Text,
    /// Whether the line is notable (elections, faults, findings) or a detail.
    pub notable: bool,
}

/// Marks above the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A leader or coordinator came to be.
    Leader,
    /// A crash, restart, pause or skew.
    Fault,
    /// A partition or a cut link, or its healing.
    Network,
    /// A client's operation that somebody ordered.
    Client,
    /// A property was violated, or a limit reached.
    Finding,
    /// Another turning point of the protocol.
    Milestone,
}

/// One mark above the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineMark {
    /// The step.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// Which kind.
    pub kind: MarkKind,
    /// A short label, for example `n3`.
    pub label: Text,
}

/// A stretch of the timeline in one term, ballot or epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Where it starts; it ends where the next begins.
    pub from: Time,
    /// Its tint.
    pub tone: Tone,
    /// For example "term 2".
    pub label: Text,
}

/// A branch of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchLine {
    /// Its number, from 0.
    pub id: u32,
    /// Where it left its parent.
    pub from: Time,
    /// How far it is known.
    pub until: Time,
    /// Whether the cursor is on it.
    pub current: bool,
    /// What was done differently at its start.
    pub label: Text,
}

/// The timeline at the foot of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineView {
    /// How far the current branch is known.
    pub until: Time,
    /// Steps on the current branch.
    pub steps: u32,
    /// Terms, as bands.
    pub bands: Vec<Band>,
    /// Notable events.
    pub marks: Vec<TimelineMark>,
    /// All branches.
    pub branches: Vec<BranchLine>,
}

/// What a property promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It holds at every step.
    Always,
    /// It is reached in some runs.
    Sometimes,
    /// It is reached once faults stop and a majority is connected.
    Eventually,
}

/// Where a property stands at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// `Always`: no violation so far.
    Holds,
    /// `Always`: broken.
    Violated {
        /// The step that broke it first.
        step: StepId,
        /// When.
        time: Time,
        /// The nodes that break it.
        nodes: Vec<ProcessId>,
    },
    /// `Sometimes` and `Eventually`: it has happened, or is so now.
    Reached,
    /// `Sometimes` and `Eventually`: not so far, or not now.
    NotYet,
}

/// A named property with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its id, for example `election-safety`.
    pub id: &'static str,
    /// Its name in the paper.
    pub name: Text,
    /// What it says, in a sentence.
    pub explanation: Text,
    /// The source, for example `§5.2`.
    pub source: &'static str,
    /// What it promises.
    pub expectation: Expectation,
    /// When the protocol does not keep it, by design; nothing if it always does.
    pub beyond: Option<Text>,
    /// Which part of consensus it is, for protocols that solve that.
    pub part: Option<Text>,
    /// Where it stands.
    pub state: CheckState,
}

/// What the inspector shows of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The heading, for example "`AppendEntries` n3 → n4".
    pub title: Text,
    /// Names and values.
    pub fields: Vec<Field>,
    /// Why it is as it is: the chain of causes, nearest first.
    pub causes: Vec<FeedLine>,
}

/// What stands in a log, and so what its cells say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogKind {
    /// Entries of a log that all nodes have in common: a label is a term, and entries are committed and applied.
    #[default]
    Entries,
    /// What a node notes for itself: a committed record is on its disk.
    Records,
}

/// The logs of all nodes, aligned by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// What stands in the logs.
    pub kind: LogKind,
    /// The index of the first column, from 1.
    pub first: u32,
    /// How many columns there are.
    pub columns: u32,
    /// Headings of the extra columns, for example `nextIndex`, `matchIndex`.
    pub extra: Vec<Text>,
    /// One row per node.
    pub rows: Vec<MatrixRow>,
}

/// One node's row of the [`Matrix`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// Which node.
    pub id: ProcessId,
    /// Its name.
    pub name: String,
    /// Its cells, from column `first` on; a cell's `index` says its column.
    pub cells: Vec<Cell>,
    /// Values of the extra columns; a dash where there is none.
    pub extra: Vec<String>,
}

/// An answer to "why?" or "why not?".
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What is so: "n3 is not the leader".
    pub claim: Text,
    /// The rule of the protocol that decides it.
    pub rule: Text,
    /// The numbers, and what is missing.
    pub facts: Vec<Text>,
    /// Where the source states the rule: "§5.2".
    pub source: &'static str,
    /// The step that made it so, where there is one.
    pub since: Option<StepId>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A node.
    Node(ProcessId),
    /// An entry of a node's log, counted from 1.
    Entry(ProcessId, u64),
    /// The operation that a client waits for.
    Operation(ProcessId),
}
