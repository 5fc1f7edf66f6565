//! The events of a run with what caused them, free of protocol types: what diagrams and exports are made of.

use consistory_kernel::{Edit, MessageId, ProcessId, StepId, StepKind, Time, Timeline};
use consistory_protocols::{Spec, feed};
use consistory_scene::Text;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Its number.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// What kind.
    pub kind: HappeningKind,
    /// The process that it happened at; nobody for what is done to the network.
    pub process: Option<ProcessId>,
    /// The event that sent the message, or armed the timer.
    pub cause: Option<StepId>,
    /// What happened, a line each; the first is the event itself.
    pub lines: Vec<Text>,
    /// Whether it is a turning point: an election, a fault, what a client does.
    pub is_notable: bool,
}

/// What kind of event it was.
#[derive(Clone, Debug, PartialEq)]
pub enum HappeningKind {
    /// Nobody else had a part in it: a start, a timer, somebody's deed.
    Local,
    /// A message arrived.
    Received(Carried),
    /// A message was lost on its way to the process.
    Lost(Carried),
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Its number.
    pub id: MessageId,
    /// Who sent it.
    pub from: ProcessId,
    /// The name of its kind.
    pub name: Text,
}

/// The events of the current branch.
pub(crate) fn happenings<P: Spec>(timeline: &Timeline<P>) -> Vec<Happening> {
    let edits: Vec<(StepId, &Edit<P>)> = timeline.edits().map(|(step, _, edit)| (step, edit)).collect();
    (0..timeline.tip().steps().0).filter_map(|step| happening(timeline, &edits, StepId(step))).collect()
}

fn happening<P: Spec>(timeline: &Timeline<P>, edits: &[(StepId, &Edit<P>)], step: StepId) -> Option<Happening> {
    let record = timeline.record(step)?;
    let nodes = timeline.world().node_count();
    let carried = || Carried {
        id: MessageId(record.item),
        from: record.peer,
        name: Text { key: "plain", args: vec![("text", feed::kind_name::<P>(record.detail, record.actor.0 >= nodes))] },
    };
    let kind = match record.kind {
        StepKind::Deliver => HappeningKind::Received(carried()),
        StepKind::Lose => HappeningKind::Lost(carried()),
        StepKind::Boot | StepKind::Timer | StepKind::Client | StepKind::Edit | StepKind::Fault => HappeningKind::Local,
    };
    let edit = edits.binary_search_by_key(&step, |(step, _)| *step).ok().map(|place| edits[place].1);
    let process = edit.is_none_or(is_of_process).then_some(record.actor);
    let lines = feed::of_step(timeline, step);
    Some(Happening {
        step,
        time: record.time,
        kind,
        process,
        cause: (record.cause != StepId::NONE).then_some(record.cause),
        is_notable: lines.iter().any(|line| line.notable),
        lines: lines.into_iter().map(|line| line.text).collect(),
    })
}

/// Whether an edit happens at a process, and not between processes.
fn is_of_process<P: Spec>(edit: &Edit<P>) -> bool {
    match edit {
        Edit::Crash(..)
        | Edit::Restart(_)
        | Edit::Pause(_)
        | Edit::Resume(_)
        | Edit::Skew(..)
        | Edit::Rearm(..)
        | Edit::Slow(..)
        | Edit::SlowDisk(..)
        | Edit::Jump(..)
        | Edit::Workload(..)
        | Edit::Patience(..)
        | Edit::Invoke { .. }
        | Edit::Answer(_) => true,
        Edit::Cut(..)
        | Edit::Mend(..)
        | Edit::Partition(_)
        | Edit::Heal
        | Edit::Latency(_)
        | Edit::LinkLatency(..)
        | Edit::Loss(_)
        | Edit::Duplication(_)
        | Edit::Reordering(_)
        | Edit::Flap { .. }
        | Edit::Calm
        | Edit::Storm(_)
        | Edit::Adversary(_)
        | Edit::Tune(..)
        | Edit::Message(..)
        | Edit::NextMessage { .. } => false,
    }
}
