//! A run as points in space and time, with what happened before what: few bytes a point, for tens of thousands of them.

use crate::api::Selection;
use consistory_kernel::{Body, ProcessId, StepId, StepKind, Time, Timeline};
use consistory_protocols::Spec;

/// One event at a process, or between processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its number.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// The process that it happened at.
    pub process: ProcessId,
    /// What kind of event it was.
    pub kind: SpotKind,
    /// The event that sent the message or armed the timer; [`StepId::NONE`] if there is none.
    pub cause: StepId,
    /// Who sent the message; else the process itself.
    pub from: ProcessId,
    /// Whether it is a turning point: an election, a fault, what a client does.
    pub is_notable: bool,
}

/// What kind of event it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpotKind {
    /// A message between nodes arrived.
    Received,
    /// A request or a response arrived.
    Asked,
    /// A message was lost.
    Lost,
    /// A start or a timer.
    Local,
    /// What a client did, or that it lost patience.
    Client,
    /// Something was done to the run, by somebody or by a storm.
    Fault,
}

impl Spot {
    /// Whether a message ended here.
    pub fn ends_message(&self) -> bool {
        matches!(self.kind, SpotKind::Received | SpotKind::Asked | SpotKind::Lost)
    }
}

/// The events of a branch from some step on.
#[derive(Clone, Debug, PartialEq)]
pub struct Spots {
    /// The branch.
    pub branch: u32,
    /// The events, in order.
    pub list: Vec<Spot>,
}

/// The events of the current branch from a step on.
pub(crate) fn spots<P: Spec>(timeline: &Timeline<P>, from: StepId) -> Spots {
    let list = (from.0..timeline.tip().steps().0).filter_map(|step| spot(timeline, StepId(step))).collect();
    Spots { branch: timeline.current().0, list }
}

fn spot<P: Spec>(timeline: &Timeline<P>, step: StepId) -> Option<Spot> {
    let journal = timeline.journal_of(step);
    let record = journal.step(step)?;
    let of_clients = record.detail == Body::<P>::CLIENT_KIND;
    let kind = match record.kind {
        StepKind::Deliver if of_clients => SpotKind::Asked,
        StepKind::Deliver => SpotKind::Received,
        StepKind::Lose => SpotKind::Lost,
        StepKind::Boot | StepKind::Timer => SpotKind::Local,
        StepKind::Client => SpotKind::Client,
        StepKind::Edit | StepKind::Fault => SpotKind::Fault,
    };
    Some(Spot {
        step,
        time: record.time,
        process: record.actor,
        kind,
        cause: record.cause,
        from: record.peer,
        is_notable: record.kind == StepKind::Edit || journal.notes_of(step).iter().any(|note| note.mark.is_some()),
    })
}

/// What happened before an event, and after it because of it, as one step per process: everything at that process up to
/// the one, or from the other on. The relation is Lamport's: the order at a process, and from a send to its receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    /// The event itself.
    pub step: StepId,
    /// The process that it happened at.
    pub process: ProcessId,
    /// By process: the last event that happened before.
    past: Vec<Option<StepId>>,
    /// By process: the first event that happened after.
    future: Vec<Option<StepId>>,
}

/// How an event stands to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is that one.
    Same,
    /// It happened before.
    Before,
    /// It happened after.
    After,
    /// Neither knows of the other.
    Concurrent,
}

impl Cone {
    /// The cone of an event among those of its branch; `None` where there is no such event.
    pub fn of(spots: &[Spot], step: StepId, processes: usize) -> Option<Self> {
        let place = spots.binary_search_by_key(&step, |spot| spot.step).ok()?;
        let mut cone =
            Self { step, process: spots[place].process, past: vec![None; processes], future: vec![None; processes] };
        cone.look_back(&spots[..=place]);
        cone.look_ahead(&spots[place..]);
        Some(cone)
    }

    fn look_back(&mut self, spots: &[Spot]) {
        let process_of =
            |step: StepId| spots.binary_search_by_key(&step, |spot| spot.step).ok().map(|place| spots[place].process);
        let mut extend = |process: ProcessId, step: StepId| {
            if let Some(last) = self.past.get_mut(process.index()) {
                *last = (*last).max(Some(step));
            }
        };
        extend(self.process, self.step);
        for spot in spots.iter().rev() {
            let known = self.past.get(spot.process.index()).copied().flatten();
            if known.is_none_or(|last| spot.step > last) {
                continue;
            }
            if let Some(process) = process_of(spot.cause)
                && let Some(last) = self.past.get_mut(process.index())
            {
                *last = (*last).max(Some(spot.cause));
            }
        }
    }

    fn look_ahead(&mut self, spots: &[Spot]) {
        if let Some(first) = self.future.get_mut(self.process.index()) {
            *first = Some(self.step);
        }
        // By step: which process a cause happened at. A cause is never older than the event if it is in its future.
        for (place, spot) in spots.iter().enumerate() {
            let knows = |step: StepId, process: ProcessId| {
                self.future.get(process.index()).copied().flatten().is_some_and(|first| first <= step)
            };
            if knows(spot.step, spot.process) {
                continue;
            }
            let cause = spots[..place].binary_search_by_key(&spot.cause, |spot| spot.step).ok();
            if cause.is_some_and(|cause| knows(spots[cause].step, spots[cause].process))
                && let Some(first) = self.future.get_mut(spot.process.index())
            {
                *first = Some(spot.step);
            }
        }
    }

    /// How an event at a process stands to the cone's.
    pub fn relation(&self, step: StepId, process: ProcessId) -> Relation {
        let at = |list: &[Option<StepId>]| list.get(process.index()).copied().flatten();
        if step == self.step {
            Relation::Same
        } else if at(&self.past).is_some_and(|last| step <= last) {
            Relation::Before
        } else if at(&self.future).is_some_and(|first| step >= first) {
            Relation::After
        } else {
            Relation::Concurrent
        }
    }
}

/// The event that a selection is about: itself, the send of a message, the last one at a process.
pub(crate) fn step_of<P: Spec>(timeline: &Timeline<P>, selection: Selection) -> Option<StepId> {
    match selection {
        Selection::Step(step) => Some(step),
        Selection::Message(id) => timeline.world().flights().find(|flight| flight.id == id).map(|flight| flight.cause),
        Selection::Process(id) | Selection::Entry(id, _) => {
            let steps = (0..timeline.world().steps().0).rev().map(StepId);
            steps.into_iter().find(|step| timeline.record(*step).is_some_and(|record| record.actor == id))
        }
    }
}
