//! What the clients of a run did and saw, in the form that judges take and that panels show.

use consistory_checks::{Call, History, Object, Recorder, Value};
use consistory_kernel::{BranchId, OperationStage, Outcome, ProcessId, StepId, Time, Timeline};
use consistory_protocols::{ClientOp, Spec};
use consistory_scene::{OperationState, Text};
use std::collections::BTreeMap;

/// One turn in the life of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// In which step.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// Whose.
    pub client: ProcessId,
    /// The client as a process of a history: whoever does not know how an operation ended goes on as a new one, because
    /// nobody knows whether the old one is still at work (as in Jepsen).
    pub process: u64,
    /// The object that the operation is about.
    pub key: Value,
    /// What it asks.
    pub call: Call,
    /// The operation, with its reply once there is one.
    pub label: Text,
    /// Message delays between nodes on the way from the request to the answer; 0 where it was invoked.
    pub delays: u16,
    /// What happened.
    pub stage: Stage,
}

/// What happened to an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// It was invoked.
    Invoked,
    /// It took effect and returned that.
    Ok(Value),
    /// It never took effect.
    Failed,
    /// Nobody knows.
    Unknown,
}

/// The turns on the current branch, up to a step.
pub fn turns<P: Spec>(timeline: &Timeline<P>, until: StepId) -> Vec<Turn> {
    turns_on(timeline, timeline.current(), until)
}

/// The turns on a branch, up to a step.
pub fn turns_on<P: Spec>(timeline: &Timeline<P>, branch: BranchId, until: StepId) -> Vec<Turn> {
    let world = timeline.tip();
    let nodes = world.node_count();
    let clients = world.process_ids().filter(|id| world.client(*id).is_some()).count() as u64;
    // By client: what it waits for, and how often it has gone on as a new process.
    let mut waiting: Vec<(Option<&P::Op>, u64)> = world.process_ids().map(|_| (None, 0)).collect();
    let mut turns = Vec::new();
    for segment in timeline.path_of(branch) {
        let known = segment.until.min(until);
        for event in segment.journal.operations().iter().take_while(|event| event.step < known) {
            let Some((invoked, life)) = waiting.get_mut(event.client.index()) else { continue };
            let process = u64::from(event.client.0 - nodes) + 1 + *life * clients;
            if let OperationStage::Invoked(op) = &event.stage {
                *invoked = Some(op);
            }
            let Some(op) = *invoked else { continue };
            let (stage, label) = match &event.stage {
                OperationStage::Invoked(_) => (Stage::Invoked, op.label()),
                OperationStage::Ended(Outcome::Failed) => (Stage::Failed, op.label()),
                OperationStage::Ended(Outcome::Unknown) => (Stage::Unknown, op.label()),
                OperationStage::Ended(Outcome::Ok(reply)) => {
                    (P::Op::returned(reply).map_or(Stage::Failed, Stage::Ok), op.answered(reply))
                }
            };
            if stage == Stage::Unknown {
                *life += 1;
            }
            let (key, call) = op.call();
            let (step, time, client, delays) = (event.step, event.time, event.client, event.delays);
            turns.push(Turn { step, time, client, process, key, call, label, delays, stage });
        }
    }
    turns
}

/// What the clients did and saw, and what was done to the run meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientHistory {
    /// The operations, in the order of invocation.
    pub operations: Vec<SeenOperation>,
    /// The same for the judges: without those that never took effect.
    pub history: History,
    /// What the clients share.
    pub object: Object,
    /// Faults, in the order in which they began.
    pub faults: Vec<FaultSpan>,
}

/// An operation as its client knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenOperation {
    /// Whose.
    pub client: ProcessId,
    /// What was asked, and where it is known what came back.
    pub label: Text,
    /// Where it stands.
    pub state: OperationState,
    /// When it was invoked.
    pub invoked_at: Time,
    /// When it ended, unless it is pending.
    pub ended_at: Option<Time>,
    /// The step that invoked it.
    pub step: StepId,
    /// The step that ended it, unless it is pending.
    pub last_step: Option<StepId>,
    /// Its place in the history; none if it never took effect.
    pub place: Option<usize>,
}

/// A stretch of time in which something was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultSpan {
    /// What.
    pub kind: FaultKind,
    /// With whom; the first end of a cut link, nobody for a partition.
    pub process: Option<ProcessId>,
    /// Since when.
    pub from: Time,
    /// Until when; none if it lasts.
    pub until: Option<Time>,
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A node was down.
    Crash,
    /// A node did not execute.
    Pause,
    /// The network was divided.
    Partition,
    /// A link was cut, at least one way.
    Cut,
    /// A node took its time over everything.
    Slow,
    /// A node's forced writes took their time.
    SlowDisk,
}

/// A turn in the life of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultTurn {
    /// When.
    pub time: Time,
    /// What.
    pub kind: FaultKind,
    /// With whom; the first end of a cut link, nobody for a partition.
    pub process: Option<ProcessId>,
    /// Whether it begins, or ends.
    pub begins: bool,
}

/// The faults that began or ended before the cursor, by hand, by a storm or by themselves.
pub(crate) fn fault_turns<P: Spec>(timeline: &Timeline<P>) -> Vec<FaultTurn> {
    let steps = timeline.world().steps();
    let mut turns = Vec::new();
    for segment in timeline.path() {
        let known = segment.until.min(steps);
        for note in segment.journal.notes().iter().take_while(|note| note.step < known) {
            let Some((kind, begins)) = fault_of(note.key) else { continue };
            let Some(record) = segment.journal.step(note.step) else { continue };
            let process = (kind != FaultKind::Partition).then_some(note.actor);
            let mut turn = |kind, process, begins| turns.push(FaultTurn { time: record.time, kind, process, begins });
            match (kind, begins) {
                // What is down is no longer paused.
                (FaultKind::Crash, true) => turn(FaultKind::Pause, process, false),
                // One partition takes the place of another.
                (FaultKind::Partition | FaultKind::Slow | FaultKind::SlowDisk, true) => turn(kind, process, false),
                // Healing mends the links of everybody.
                (FaultKind::Partition, false) if note.key == "kernel.healed" => turn(FaultKind::Cut, None, false),
                (_, _) => {}
            }
            turn(kind, process, begins);
        }
    }
    turns
}

/// Which fault a note tells of, and whether it begins.
fn fault_of(key: &str) -> Option<(FaultKind, bool)> {
    Some(match key {
        "kernel.crashed" | "kernel.crashed.disk_lost" | "kernel.crashed.disk_torn" => (FaultKind::Crash, true),
        "kernel.restarted" => (FaultKind::Crash, false),
        "kernel.paused" => (FaultKind::Pause, true),
        "kernel.resumed" => (FaultKind::Pause, false),
        "kernel.partitioned" => (FaultKind::Partition, true),
        "kernel.healed" | "kernel.united" => (FaultKind::Partition, false),
        "kernel.cut" => (FaultKind::Cut, true),
        "kernel.mended" => (FaultKind::Cut, false),
        "kernel.slow" => (FaultKind::Slow, true),
        "kernel.slow.ended" => (FaultKind::Slow, false),
        "kernel.slow_disk" => (FaultKind::SlowDisk, true),
        "kernel.slow_disk.ended" => (FaultKind::SlowDisk, false),
        _ => return None,
    })
}

impl ClientHistory {
    /// The position of the operation that has this place in the history for the judges.
    pub fn position(&self, place: usize) -> Option<usize> {
        self.operations.iter().position(|operation| operation.place == Some(place))
    }

    /// The history that these turns make.
    pub fn of(turns: Vec<Turn>, object: Object, faults: &[FaultTurn]) -> Self {
        let mut recorder = Recorder::default();
        let mut operations: Vec<SeenOperation> = Vec::new();
        let mut open: BTreeMap<ProcessId, usize> = BTreeMap::new();
        for turn in turns {
            let Turn { process, client, time, label, .. } = turn;
            let state = match &turn.stage {
                Stage::Invoked => OperationState::Pending,
                Stage::Ok(_) => OperationState::Ok,
                Stage::Failed => OperationState::Failed,
                Stage::Unknown => OperationState::Unknown,
            };
            // The kernel's clients do one thing at a time, so that nothing misfits.
            let _ = match turn.stage {
                Stage::Invoked => recorder.invoke(process, turn.key, turn.call, time),
                Stage::Ok(returned) => recorder.succeed(process, returned, time),
                Stage::Failed => recorder.fail(process),
                Stage::Unknown => recorder.lose(process, time),
            };
            if state == OperationState::Pending {
                open.insert(client, operations.len());
                let (invoked_at, step) = (time, turn.step);
                let (ended_at, last_step, place) = (None, None, None);
                operations.push(SeenOperation { client, label, state, invoked_at, ended_at, step, last_step, place });
            } else if let Some(operation) = open.remove(&client).and_then(|place| operations.get_mut(place)) {
                let (ended_at, last_step) = (Some(time), Some(turn.step));
                *operation = SeenOperation { label, state, ended_at, last_step, ..operation.clone() };
            }
        }
        let took_effect = operations.iter_mut().filter(|operation| operation.state != OperationState::Failed);
        for (place, operation) in took_effect.enumerate() {
            operation.place = Some(place);
        }
        Self { operations, history: recorder.history(), object, faults: spans(faults) }
    }
}

/// The stretches of time that turns of faults make.
fn spans(turns: &[FaultTurn]) -> Vec<FaultSpan> {
    let mut spans: Vec<FaultSpan> = Vec::new();
    for FaultTurn { time, kind, process, begins } in turns {
        if *begins {
            spans.push(FaultSpan { kind: *kind, process: *process, from: *time, until: None });
            continue;
        }
        // Healing mends the links of everybody.
        let ends = |span: &FaultSpan| span.kind == *kind && (process.is_none() || span.process == *process);
        for span in spans.iter_mut().filter(|span| span.until.is_none() && ends(span)) {
            span.until = Some(*time);
        }
    }
    spans
}
