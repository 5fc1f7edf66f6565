//! What is recorded of a run: steps, facts with their reasons, operations. Flat vectors, no allocation per step.

use crate::{Outcome, ProcessId, Protocol, StepId, Time};

/// What kind of step it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A node booted at the start of the run.
    Boot,
    /// A message was delivered.
    Deliver,
    /// A message was lost.
    Lose,
    /// A timer fired.
    Timer,
    /// A client lost patience.
    Client,
    /// Somebody did something.
    Edit,
    /// A storm or a flapping link did something.
    Fault,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct StepRecord {
    /// When.
    pub time: Time,
    /// The step that sent the message or armed the timer.
    pub cause: StepId,
    /// What kind.
    pub kind: StepKind,
    /// The kind of the message, or [`crate::Body::CLIENT_KIND`].
    pub detail: u8,
    /// The process that it happened to.
    pub actor: ProcessId,
    /// The sender of the message; else the actor.
    pub peer: ProcessId,
    /// The number of the message, or of the edit on its branch.
    pub item: u32,
    notes_end: u32,
}

/// A detail of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A number.
    Number(i64),
    /// A process.
    Process(ProcessId),
    /// A time or duration in microseconds.
    Time(Time),
    /// A short name written by a user, padded with zeros.
    Name([u8; 8]),
    /// A word key.
    Word(&'static str),
}

/// A fact with its reason: a word key, and facts by name.
#[derive(Clone, Copy, Debug)]
pub struct NoteRecord {
    /// The word key.
    pub key: &'static str,
    /// The step that noted it.
    pub step: StepId,
    /// The process that noted it.
    pub actor: ProcessId,
    /// How it is marked on the timeline, if it is notable.
    pub mark: Option<MarkKind>,
    facts_start: u32,
    facts_end: u32,
}

/// How a notable note is marked on the timeline.
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

/// A turn in the life of an operation.
#[derive(Clone, Debug)]
pub struct OperationEvent<P: Protocol> {
    /// In which step.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// Whose.
    pub client: ProcessId,
    /// Which of its operations.
    pub serial: u32,
    /// Message delays between nodes on the way from the request to the answer; 0 where it begins.
    pub delays: u16,
    /// What happened.
    pub stage: OperationStage<P>,
}

/// What happened to an operation.
#[derive(Clone, Debug)]
pub enum OperationStage<P: Protocol> {
    /// It was invoked.
    Invoked(P::Op),
    /// It ended.
    Ended(Outcome<P::Reply>),
}

/// The record of a stretch of a run.
#[derive(Clone, Debug)]
pub struct Journal<P: Protocol> {
    on: bool,
    first: u32,
    steps: Vec<StepRecord>,
    notes: Vec<NoteRecord>,
    facts: Vec<(&'static str, Fact)>,
    /// Indices of the notes that carry a mark.
    marks: Vec<u32>,
    operations: Vec<OperationEvent<P>>,
    /// Where a new highest epoch was reached.
    epochs: Vec<(Time, StepId, u64)>,
}

impl<P: Protocol> Journal<P> {
    /// A journal whose first step will have that number.
    pub fn from_step(first: StepId) -> Self {
        Self {
            on: true,
            first: first.0,
            steps: Vec::new(),
            notes: Vec::new(),
            facts: Vec::new(),
            marks: Vec::new(),
            operations: Vec::new(),
            epochs: Vec::new(),
        }
    }

    /// A journal that records nothing, for replays.
    pub fn off() -> Self {
        Self { on: false, ..Self::from_step(StepId(0)) }
    }

    pub(crate) fn begin(&mut self, record: Begin) {
        if self.on {
            let Begin { time, cause, kind, detail, actor, peer, item } = record;
            let notes_end = u32::try_from(self.notes.len()).unwrap_or(u32::MAX);
            self.steps.push(StepRecord { time, cause, kind, detail, actor, peer, item, notes_end });
        }
    }

    /// Closes the step: the notes since its beginning are its own.
    #[inline]
    pub(crate) fn end(&mut self) {
        if let Some(last) = self.steps.last_mut() {
            last.notes_end = u32::try_from(self.notes.len()).unwrap_or(u32::MAX);
        }
    }

    pub(crate) fn note(
        &mut self,
        step: StepId,
        actor: ProcessId,
        mark: Option<MarkKind>,
        key: &'static str,
        facts: &[(&'static str, Fact)],
    ) {
        if !self.on {
            return;
        }
        let facts_start = u32::try_from(self.facts.len()).unwrap_or(u32::MAX);
        self.facts.extend_from_slice(facts);
        let facts_end = u32::try_from(self.facts.len()).unwrap_or(u32::MAX);
        if mark.is_some() {
            self.marks.push(u32::try_from(self.notes.len()).unwrap_or(u32::MAX));
        }
        self.notes.push(NoteRecord { key, step, actor, mark, facts_start, facts_end });
    }

    pub(crate) fn operation(&mut self, event: OperationEvent<P>) {
        if self.on {
            self.operations.push(event);
        }
    }

    pub(crate) fn epoch(&mut self, time: Time, step: StepId, epoch: u64) {
        if self.on {
            self.epochs.push((time, step, epoch));
        }
    }

    /// The number of the first step.
    pub fn first(&self) -> StepId {
        StepId(self.first)
    }

    /// The number after the last step.
    pub fn end_step(&self) -> StepId {
        StepId(self.first + u32::try_from(self.steps.len()).unwrap_or(0))
    }

    /// A step of this stretch.
    pub fn step(&self, step: StepId) -> Option<&StepRecord> {
        self.steps.get(step.0.checked_sub(self.first)? as usize)
    }

    /// The steps of this stretch, in order.
    pub fn steps(&self) -> &[StepRecord] {
        &self.steps
    }

    /// The notes of a step.
    pub fn notes_of(&self, step: StepId) -> &[NoteRecord] {
        let Some(index) = step.0.checked_sub(self.first).map(|index| index as usize) else { return &[] };
        let Some(record) = self.steps.get(index) else { return &[] };
        let start = index.checked_sub(1).map_or(0, |before| self.steps[before].notes_end);
        &self.notes[start as usize..record.notes_end as usize]
    }

    /// The facts of a note of this journal.
    pub fn facts_of(&self, note: &NoteRecord) -> &[(&'static str, Fact)] {
        &self.facts[note.facts_start as usize..note.facts_end as usize]
    }

    /// Every note, in order.
    pub fn notes(&self) -> &[NoteRecord] {
        &self.notes
    }

    /// The notes that carry a mark, in order.
    pub fn marked(&self) -> impl DoubleEndedIterator<Item = &NoteRecord> {
        self.marks.iter().map(|index| &self.notes[*index as usize])
    }

    /// The operations' turns, in order.
    pub fn operations(&self) -> &[OperationEvent<P>] {
        &self.operations
    }

    /// Where a new highest epoch was reached: time, step, epoch.
    pub fn epochs(&self) -> &[(Time, StepId, u64)] {
        &self.epochs
    }
}

/// What is known of a step when it begins.
#[derive(Clone, Copy)]
pub(crate) struct Begin {
    pub(crate) time: Time,
    pub(crate) cause: StepId,
    pub(crate) kind: StepKind,
    pub(crate) detail: u8,
    pub(crate) actor: ProcessId,
    pub(crate) peer: ProcessId,
    pub(crate) item: u32,
}
