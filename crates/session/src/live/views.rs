//! The panels of a live run: scene with clients' operations, timeline, checks, inspector.

use crate::api::{FindingLine, Selection};
use consistory_kernel::{
    Body, BranchInfo, Fact, Flight, Journal, MarkKind, MessageId, NoteRecord, OperationStage, Outcome, ProcessId,
    StepId, Timeline,
};
use consistory_protocols::{ClientOp, Part, Spec, feed, names_of, stage};
use consistory_scene::{
    Arg, Band, BranchLine, Check, CheckState, ClientOperation, Expectation, FeedLine, Field, Inspection,
    MarkKind as SceneMark, OperationState, Scene, Text, TimelineMark, TimelineView, Tone,
};

/// Operations that a client shows.
const OPERATIONS: usize = 3;

/// Causes that the inspector lists.
const CAUSES: usize = 8;

pub(super) fn scene<P: Spec>(timeline: &Timeline<P>) -> Scene {
    let mut scene = stage::scene(timeline.world());
    for client in &mut scene.clients {
        client.operations = operations(timeline, client.id);
    }
    scene
}

/// A client's last operations, oldest first.
fn operations<P: Spec>(timeline: &Timeline<P>, client: ProcessId) -> Vec<ClientOperation> {
    let steps = timeline.world().steps();
    let mut ended = Vec::new();
    let mut operations = Vec::new();
    let path = timeline.path();
    let events = path.iter().rev().flat_map(|segment| {
        let known = segment.until.min(steps);
        segment.journal.operations().iter().rev().filter(move |event| event.step < known)
    });
    for event in events.filter(|event| event.client == client) {
        match &event.stage {
            OperationStage::Ended(outcome) => ended.push((event.serial, event.time, outcome)),
            OperationStage::Invoked(op) => {
                let end = ended.iter().find(|(serial, _, _)| *serial == event.serial);
                let (state, label) = match end {
                    None => (OperationState::Pending, op.label()),
                    Some((_, _, Outcome::Ok(reply))) => {
                        // What was refused never took effect, as an aborted transaction.
                        let took_effect = P::Op::returned(reply).is_some();
                        let state = if took_effect { OperationState::Ok } else { OperationState::Failed };
                        (state, op.answered(reply))
                    }
                    Some((_, _, Outcome::Failed)) => (OperationState::Failed, op.label()),
                    Some((_, _, Outcome::Unknown)) => (OperationState::Unknown, op.label()),
                };
                let ended_at = end.map(|(_, time, _)| *time);
                operations.push(ClientOperation { label, invoked_at: event.time, ended_at, state });
                if operations.len() == OPERATIONS {
                    break;
                }
            }
        }
    }
    operations.reverse();
    operations
}

pub(super) fn timeline<P: Spec>(timeline: &Timeline<P>) -> TimelineView {
    let tip = timeline.tip();
    let path = timeline.path();
    let mut bands = vec![band::<P>(0, 0)];
    let mut marks = Vec::new();
    for segment in &path {
        for (time, step, epoch) in segment.journal.epochs() {
            if *step < segment.until {
                bands.push(band::<P>(*time, *epoch));
            }
        }
        for note in segment.journal.marked().filter(|note| note.step < segment.until) {
            if let Some(mark) = mark(timeline, note) {
                marks.push(mark);
            }
        }
    }
    let current = timeline.current();
    let branches = timeline.branches().map(|branch| branch_line(timeline, branch, branch.id == current));
    TimelineView { until: tip.time(), steps: tip.steps().0, bands, marks, branches: branches.collect() }
}

fn band<P: Spec>(from: u64, epoch: u64) -> Band {
    Band { from, tone: Tone::epoch(epoch), label: P::epoch_label(epoch) }
}

fn mark<P: Spec>(timeline: &Timeline<P>, note: &NoteRecord) -> Option<TimelineMark> {
    let journal = timeline.journal_of(note.step);
    let record = journal.step(note.step)?;
    let kind = match note.mark? {
        MarkKind::Leader => SceneMark::Leader,
        MarkKind::Fault => SceneMark::Fault,
        MarkKind::Network => SceneMark::Network,
        MarkKind::Client => SceneMark::Client,
        MarkKind::Finding => SceneMark::Finding,
        MarkKind::Milestone => SceneMark::Milestone,
    };
    let label = match kind {
        SceneMark::Finding => finding_label::<P>(journal, note),
        SceneMark::Client => {
            let invoked = journal.operations().iter().find(|event| event.step == note.step);
            match invoked.map(|event| &event.stage) {
                Some(OperationStage::Invoked(op)) => op.label(),
                Some(OperationStage::Ended(_)) | None => process_label(note.actor),
            }
        }
        SceneMark::Network => Text::plain(""),
        SceneMark::Leader | SceneMark::Fault | SceneMark::Milestone => process_label(note.actor),
    };
    Some(TimelineMark { step: note.step, time: record.time, kind, label })
}

/// The violated property's name; of a limit, what the note says.
fn finding_label<P: Spec>(journal: &Journal<P>, note: &NoteRecord) -> Text {
    let property = journal.facts_of(note).iter().find_map(|(name, fact)| match fact {
        Fact::Number(number) if *name == "property" => P::PROPERTIES.get(usize::try_from(*number).ok()?),
        Fact::Number(_) | Fact::Process(_) | Fact::Time(_) | Fact::Name(_) | Fact::Word(_) => None,
    });
    property.map_or_else(|| feed::note_text::<P>(journal, note), |property| Text::key(property.name))
}

fn process_label(id: ProcessId) -> Text {
    Text { key: "plain", args: vec![("text", Arg::Process(id))] }
}

fn branch_line<P: Spec>(timeline: &Timeline<P>, branch: BranchInfo, current: bool) -> BranchLine {
    let names = names_of(timeline.world());
    let label = match timeline.first_edit_of(branch.id).filter(|_| branch.parent.is_some()) {
        Some(edit) => feed::edit_text::<P>(edit, names),
        None => Text::key("timeline.original"),
    };
    BranchLine { id: branch.id.0, from: branch.forked_at, until: branch.until, current, label }
}

pub(super) fn checks<P: Spec>(timeline: &Timeline<P>) -> Vec<Check> {
    let world = timeline.world();
    let checks = P::PROPERTIES.iter().enumerate().map(|(number, property)| {
        let state = match property.expectation {
            Expectation::Always => {
                let finding = world.findings().iter().find(|finding| usize::from(finding.property) == number);
                finding.map_or(CheckState::Holds, |finding| CheckState::Violated {
                    step: finding.step,
                    time: finding.time,
                    nodes: finding.nodes.clone(),
                })
            }
            Expectation::Sometimes if world.reached() >> number & 1 == 1 => CheckState::Reached,
            Expectation::Eventually if P::eventually(world, number) => CheckState::Reached,
            Expectation::Sometimes | Expectation::Eventually => CheckState::NotYet,
        };
        Check {
            id: property.id,
            name: Text::key(property.name),
            explanation: Text::key(property.says),
            source: property.source,
            expectation: property.expectation,
            beyond: property.beyond.map(Text::key),
            // Where the protocol itself calls it so, it need not be said twice.
            part: property.part.map(Part::name).filter(|name| !name.ends_with(property.id)).map(Text::key),
            state,
        }
    });
    let limit = world.halted().map(|_| Check {
        id: "limit",
        name: Text::key("kernel.limit"),
        explanation: Text::key("kernel.limit.says"),
        source: "",
        expectation: Expectation::Always,
        beyond: None,
        part: None,
        state: CheckState::Violated {
            step: StepId(world.steps().0.saturating_sub(1)),
            time: world.time(),
            nodes: Vec::new(),
        },
    });
    checks.chain(limit).collect()
}

pub(super) fn findings<P: Spec>(timeline: &Timeline<P>) -> Vec<FindingLine> {
    let findings = timeline.world().findings().iter().filter_map(|finding| {
        let property = P::PROPERTIES.get(usize::from(finding.property))?;
        Some(FindingLine {
            property: property.id,
            step: finding.step,
            time: finding.time,
            nodes: finding.nodes.clone(),
        })
    });
    findings.collect()
}

pub(super) fn inspect<P: Spec>(timeline: &Timeline<P>, selection: Selection) -> Option<Inspection> {
    match selection {
        Selection::Process(id) => inspect_process(timeline, id),
        Selection::Message(id) => inspect_message(timeline, id),
        Selection::Step(step) => inspect_step(timeline, step),
        Selection::Entry(id, index) => inspect_entry(timeline, id, index),
    }
}

/// An entry of a log: the cell that the matrix shows.
fn inspect_entry<P: Spec>(timeline: &Timeline<P>, id: ProcessId, index: u32) -> Option<Inspection> {
    let matrix = P::matrix(timeline.world())?;
    let row = matrix.rows.iter().find(|row| row.id == id)?;
    let cell = row.cells.iter().find(|cell| cell.index == index)?;
    let title = Text::key("inspect.entry").with("index", Arg::Number(i64::from(index))).with("node", Arg::Process(id));
    let holds = Field { name: Text::key("inspect.holds"), value: cell.title.clone() };
    Some(Inspection { title, fields: vec![holds], causes: Vec::new() })
}

fn inspect_process<P: Spec>(timeline: &Timeline<P>, id: ProcessId) -> Option<Inspection> {
    let world = timeline.world();
    let title = Text { key: "plain", args: vec![("text", Arg::Process(id))] };
    let causes = last_of_process(timeline, id);
    if let Some(client) = world.client(id) {
        let target = Field { name: Text::key("inspect.asks"), value: process_label(client.target) };
        let serial = Field { name: Text::key("inspect.serial"), value: Text::plain(client.serial.to_string()) };
        let waiting = Field { name: Text::key("inspect.waiting"), value: Text::plain(client.queue.len().to_string()) };
        return Some(Inspection { title, fields: vec![target, serial, waiting], causes });
    }
    let fields = if let Some(node) = world.node(id) {
        P::node_fields(world, id, node)
    } else {
        world.disk(id)?;
        vec![Field { name: Text::key("inspect.status"), value: Text::key("kernel.status.crashed") }]
    };
    Some(Inspection { title, fields, causes })
}

/// The last notable facts at a process.
fn last_of_process<P: Spec>(timeline: &Timeline<P>, id: ProcessId) -> Vec<FeedLine> {
    let steps = timeline.world().steps();
    let mut lines = Vec::new();
    for step in (0..steps.0).rev().map(StepId) {
        if timeline.record(step).is_none_or(|record| record.actor != id) {
            continue;
        }
        lines.extend(feed::of_step(timeline, step).into_iter().rev());
        if lines.len() >= CAUSES {
            break;
        }
    }
    lines.truncate(CAUSES);
    lines
}

fn inspect_message<P: Spec>(timeline: &Timeline<P>, id: MessageId) -> Option<Inspection> {
    let flight = timeline.world().flights().find(|flight| flight.id == id)?;
    let mut fields = match &flight.body {
        Body::Peer(message) => P::message_fields(message),
        Body::Request(request) => {
            vec![
                Field { name: Text::key("inspect.operation"), value: request.op.label() },
                Field { name: Text::key("inspect.serial"), value: Text::plain(request.serial.to_string()) },
            ]
        }
        Body::Response { serial, answer } => response_fields::<P>(*serial, answer),
    };
    fields.push(time_field("inspect.sent", flight.sent_at));
    fields.push(time_field("inspect.arrives", flight.arrives_at));
    if let Some(original) = flight.copy_of {
        fields.push(Field { name: Text::key("inspect.copy_of"), value: Text::plain(original.to_string()) });
    }
    Some(Inspection { title: message_title::<P>(flight), fields, causes: chain(timeline, flight.cause) })
}

fn message_title<P: Spec>(flight: &Flight<P>) -> Text {
    let name = match &flight.body {
        Body::Peer(message) => {
            Arg::Plain(P::KINDS.get(usize::from(P::kind(message))).copied().unwrap_or("?").to_owned())
        }
        Body::Request(_) => Arg::Word("message.request"),
        Body::Response { .. } => Arg::Word("message.response"),
    };
    let title = Text::key("inspect.message").with("message", name).with("id", Arg::Plain(flight.id.to_string()));
    title.with("from", Arg::Process(flight.from)).with("to", Arg::Process(flight.to))
}

fn response_fields<P: Spec>(serial: u32, answer: &consistory_kernel::Answer<P::Reply>) -> Vec<Field> {
    use consistory_kernel::Answer;
    let value = match answer {
        Answer::Done(reply) => Text::plain(P::Op::reply_text(reply)),
        Answer::Redirect(Some(node)) => Text::key("inspect.redirect").with("node", Arg::Process(*node)),
        Answer::Redirect(None) => Text::key("inspect.redirect.nowhere"),
        Answer::Failed => Text::key("inspect.failed"),
    };
    vec![
        Field { name: Text::key("inspect.answer"), value },
        Field { name: Text::key("inspect.serial"), value: Text::plain(serial.to_string()) },
    ]
}

fn time_field(name: &'static str, time: u64) -> Field {
    Field { name: Text::key(name), value: Text { key: "plain", args: vec![("text", Arg::Time(time))] } }
}

fn inspect_step<P: Spec>(timeline: &Timeline<P>, step: StepId) -> Option<Inspection> {
    let record = timeline.record(step)?;
    let lines = feed::of_step(timeline, step);
    let title = lines.first().map_or_else(|| process_label(record.actor), |line| line.text.clone());
    let mut fields = vec![
        time_field("inspect.time", record.time),
        Field { name: Text::key("inspect.process"), value: process_label(record.actor) },
    ];
    for line in lines.iter().skip(1) {
        fields.push(Field { name: Text::key("inspect.fact"), value: line.text.clone() });
    }
    Some(Inspection { title, fields, causes: chain(timeline, record.cause) })
}

/// The chain of causes of a step, nearest first: a headline each.
fn chain<P: Spec>(timeline: &Timeline<P>, from: StepId) -> Vec<FeedLine> {
    let mut lines = Vec::new();
    let mut step = from;
    while lines.len() < CAUSES {
        let Some(record) = timeline.record(step) else { break };
        let of_step = feed::of_step(timeline, step);
        let best = of_step.iter().find(|line| line.notable).or_else(|| of_step.last());
        lines.extend(best.cloned());
        step = record.cause;
    }
    lines
}
