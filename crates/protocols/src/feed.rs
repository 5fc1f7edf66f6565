//! The event feed: what happened, with the reason, as word keys with arguments.

use crate::script::{duration_text, latency_shown, percent_text};
use crate::spec::{ClientOp, Names, Spec, names_of};
use consistory_kernel::{
    Body, BranchId, DiskFate, Edit, Fact, Journal, MarkKind, MessageAct, NoteRecord, OperationStage, Outcome,
    ProcessId, StepId, StepKind, StepRecord, Timeline,
};
use consistory_scene::{Arg, FeedLine, Text};

/// Which lines a feed has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Only elections, faults, findings, what clients do, and what protocols mark.
    Notable,
    /// Also every fact that a protocol notes.
    Facts,
    /// Also every delivery, timer and loss.
    Everything,
}

/// The last `limit` lines up to and without step `until`, newest first.
pub fn lines<P: Spec>(timeline: &Timeline<P>, until: StepId, limit: usize, detail: Detail) -> Vec<FeedLine> {
    let mut lines = Vec::new();
    let mut of_step = Vec::new();
    for step in (0..until.0).rev().map(StepId) {
        if lines.len() >= limit {
            break;
        }
        of_step.clear();
        tell_step(timeline, timeline.current(), step, detail, &mut of_step);
        lines.extend(of_step.drain(..).rev());
    }
    lines.truncate(limit);
    lines
}

/// The lines of one step, in order.
pub fn of_step<P: Spec>(timeline: &Timeline<P>, step: StepId) -> Vec<FeedLine> {
    of_step_on(timeline, timeline.current(), step)
}

/// The lines of one step of a branch, in order.
pub fn of_step_on<P: Spec>(timeline: &Timeline<P>, branch: BranchId, step: StepId) -> Vec<FeedLine> {
    let mut lines = Vec::new();
    tell_step(timeline, branch, step, Detail::Everything, &mut lines);
    lines
}

fn tell_step<P: Spec>(
    timeline: &Timeline<P>,
    branch: BranchId,
    step: StepId,
    detail: Detail,
    lines: &mut Vec<FeedLine>,
) {
    let Some(journal) = timeline.journal_on(branch, step) else { return };
    let Some(record) = journal.step(step) else { return };
    let names = names_of(timeline.world());
    let mut add = |text: Text, notable: bool| lines.push(FeedLine { step, time: record.time, text, notable });
    if let Some((text, notable)) = headline(timeline.edit_on(branch, step), record, names)
        && (notable || detail == Detail::Everything)
    {
        add(text, notable);
    }
    for note in journal.notes_of(step) {
        let finding = note.mark == Some(MarkKind::Finding);
        if note.key.starts_with("kernel.") && !finding && record.kind == StepKind::Edit {
            continue;
        }
        let notable = note.mark.is_some();
        if notable || detail != Detail::Notable {
            add(note_text::<P>(journal, note), notable);
        }
    }
    let start = journal.operations().partition_point(|event| event.step < step);
    for event in journal.operations()[start..].iter().take_while(|event| event.step == step) {
        if let Some(text) = operation_text(timeline, branch, event.client, event.serial, &event.stage) {
            add(text, true);
        }
    }
}

/// What kind of step it was, as a line of its own; notes and operations follow it.
fn headline<P: Spec>(edit: Option<&Edit<P>>, record: &StepRecord, names: Names) -> Option<(Text, bool)> {
    let actor = Arg::Process(record.actor);
    match record.kind {
        StepKind::Boot => Some((Text::key("feed.booted").with("node", actor), false)),
        StepKind::Deliver => {
            let message = kind_name::<P>(record.detail, record.actor.0 >= names.nodes());
            let text = Text::key("feed.delivered").with("node", actor).with("message", message);
            Some((text.with("from", Arg::Process(record.peer)), false))
        }
        StepKind::Timer => Some((Text::key("feed.timer").with("node", actor), false)),
        StepKind::Client if record.item == 0 => Some((Text::key("feed.retry").with("client", actor), false)),
        // The note of a loss or a fault, or the operation of a client, says it.
        StepKind::Lose | StepKind::Client | StepKind::Fault => None,
        StepKind::Edit => {
            let edit = edit?;
            // The operation's own line follows.
            if matches!(edit, Edit::Invoke { .. }) { None } else { Some((edit_text::<P>(edit, names), true)) }
        }
    }
}

/// The name of a kind of message.
pub fn kind_name<P: Spec>(kind: u8, to_client: bool) -> Arg {
    if kind == Body::<P>::CLIENT_KIND {
        return Arg::Word(if to_client { "message.response" } else { "message.request" });
    }
    Arg::Plain(P::KINDS.get(usize::from(kind)).copied().unwrap_or("?").to_owned())
}

/// A note as a text: its facts, and the process that noted it as `node`.
pub fn note_text<P: Spec>(journal: &Journal<P>, note: &NoteRecord) -> Text {
    let mut text = Text::key(note.key).with("node", Arg::Process(note.actor));
    for (name, fact) in journal.facts_of(note) {
        let arg = match *fact {
            Fact::Number(number) if *name == "property" => {
                let property = usize::try_from(number).ok().and_then(|number| P::PROPERTIES.get(number));
                Arg::Word(property.map_or("kernel.limit", |property| property.name))
            }
            Fact::Number(number) => Arg::Number(number),
            Fact::Process(process) => Arg::Process(process),
            Fact::Time(time) => Arg::Time(time),
            Fact::Word(key) => Arg::Word(key),
            Fact::Name(name) => {
                let bytes = name.iter().take_while(|byte| **byte != 0);
                Arg::Plain(bytes.map(|byte| char::from(*byte)).collect())
            }
        };
        text.args.retain(|(existing, _)| existing != name);
        text = text.with(name, arg);
    }
    text
}

/// A turn of an operation as a text.
fn operation_text<P: Spec>(
    timeline: &Timeline<P>,
    branch: BranchId,
    client: ProcessId,
    serial: u32,
    stage: &OperationStage<P>,
) -> Option<Text> {
    let (key, label) = match stage {
        OperationStage::Invoked(op) => ("feed.invoked", op.label()),
        OperationStage::Ended(outcome) => {
            let op = invoked(timeline, branch, client, serial)?;
            match outcome {
                Outcome::Ok(reply) => ("feed.ok", op.answered(reply)),
                Outcome::Failed => ("feed.failed", op.label()),
                Outcome::Unknown => ("feed.unknown", op.label()),
            }
        }
    };
    Some(Text::key(key).with("client", Arg::Process(client)).with("operation", Arg::Text(Box::new(label))))
}

/// The operation of that client and serial number, on a branch's path.
fn invoked<P: Spec>(timeline: &Timeline<P>, branch: BranchId, client: ProcessId, serial: u32) -> Option<&P::Op> {
    timeline.path_of(branch).into_iter().rev().find_map(|segment| {
        segment.journal.operations().iter().rev().find_map(|event| match &event.stage {
            OperationStage::Invoked(op) if event.client == client && event.serial == serial => Some(op),
            OperationStage::Invoked(_) | OperationStage::Ended(_) => None,
        })
    })
}

/// An edit as a text.
pub fn edit_text<P: Spec>(edit: &Edit<P>, names: Names) -> Text {
    let process = |key, id: ProcessId| Text::key(key).with("node", Arg::Process(id));
    let link = |key, from: ProcessId, to: ProcessId| {
        Text::key(key).with("from", Arg::Process(from)).with("to", Arg::Process(to))
    };
    let value = |key, value: String| Text::key(key).with("value", Arg::Plain(value));
    match edit {
        Edit::Crash(node, DiskFate::Kept) => process("edit.crash", *node),
        Edit::Crash(node, DiskFate::Lost) => process("edit.crash.lose_disk", *node),
        Edit::Restart(node) => process("edit.restart", *node),
        Edit::Pause(node) => process("edit.pause", *node),
        Edit::Resume(node) => process("edit.resume", *node),
        Edit::Skew(node, ppm) => process("edit.skew", *node).with("percent", Arg::Plain(signed_percent(*ppm))),
        Edit::Rearm(node, 0) => process("edit.timeout", *node),
        Edit::Rearm(node, after) => process("edit.rearm", *node).with("after", Arg::Time(*after)),
        Edit::Cut(from, to) => link("edit.cut", *from, *to),
        Edit::Mend(from, to) => link("edit.mend", *from, *to),
        Edit::Partition(groups) => {
            let name = |group: &Vec<ProcessId>| {
                let members: Vec<String> = group.iter().map(|id| names.name(*id)).collect();
                format!("{{{}}}", members.join(" "))
            };
            let groups: Vec<String> = groups.iter().map(name).collect();
            Text::key("edit.partition").with("groups", Arg::Plain(groups.join(" ")))
        }
        Edit::Heal => Text::key("edit.heal"),
        Edit::Latency(latency) => value("edit.latency", latency_shown(latency)),
        Edit::LinkLatency(from, to, latency) => {
            link("edit.link_latency", *from, *to).with("value", Arg::Plain(latency_shown(latency)))
        }
        Edit::Loss(ratio) => value("edit.loss", percent_text(*ratio)),
        Edit::Duplication(ratio) => value("edit.duplicate", percent_text(*ratio)),
        Edit::Tune(parameter, setting) => {
            let label = P::PARAMETERS.get(usize::from(*parameter)).map_or("kernel.limit", |parameter| parameter.label);
            value("edit.set", crate::script::setting_text(setting)).with("name", Arg::Word(label))
        }
        Edit::Message(id, act) => {
            act_text(MESSAGE_ACTS, *act).with("message", Arg::Plain(crate::spec::message_name(*id)))
        }
        Edit::NextMessage { from, to, kind, act } => {
            let message = kind.map_or(Arg::Word("message.any"), |kind| kind_name::<P>(kind, to.0 >= names.nodes()));
            let text = act_text(NEXT_ACTS, *act).with("message", message);
            text.with("from", Arg::Process(*from)).with("to", Arg::Process(*to))
        }
        Edit::Invoke { client, op, .. } => {
            let label = Arg::Text(Box::new(op.label()));
            Text::key("feed.invoked").with("client", Arg::Process(*client)).with("operation", label)
        }
        Edit::Answer(choice) => process("edit.answer", choice.process),
        Edit::Crash(node, DiskFate::Torn(writes)) => {
            process("edit.crash.tear_disk", *node).with("writes", Arg::Number(i64::from(*writes)))
        }
        Edit::Slow(node, 0) => process("kernel.slow.ended", *node),
        Edit::Slow(node, time) => process("kernel.slow", *node).with("time", Arg::Time(*time)),
        Edit::SlowDisk(node, 0) => process("kernel.slow_disk.ended", *node),
        Edit::SlowDisk(node, time) => process("kernel.slow_disk", *node).with("time", Arg::Time(*time)),
        Edit::Jump(node, by) => {
            let key = if *by < 0 { "kernel.jumped.back" } else { "kernel.jumped" };
            process(key, *node).with("time", Arg::Time(by.unsigned_abs()))
        }
        Edit::Flap { from, to, up, down } => {
            link("edit.flap", *from, *to).with("up", Arg::Time(*up)).with("down", Arg::Time(*down))
        }
        Edit::Reordering(ratio) => value("edit.reorder", percent_text(*ratio)),
        Edit::Calm => Text::key("edit.calm"),
        Edit::Adversary(true) => Text::key("kernel.adversary"),
        Edit::Adversary(false) => Text::key("kernel.adversary.ended"),
        Edit::Storm(None) => Text::key("kernel.storm.ended"),
        Edit::Storm(Some(storm)) => Text::key("kernel.storm").with("faults", Arg::Number(i64::from(storm.faults))),
        Edit::Workload(client, None) => process("edit.workload.ended", *client),
        Edit::Workload(client, Some(_)) => process("edit.workload", *client),
        Edit::Patience(client, policy) => {
            let text = process("edit.patience", *client).with("retry", Arg::Time(policy.retry_after));
            text.with("give_up", Arg::Time(policy.give_up_after))
        }
    }
}

/// The word keys of what is done to a message, in the order of [`MessageAct`].
const MESSAGE_ACTS: [&str; 6] =
    ["edit.drop", "edit.hold", "edit.release", "edit.delay", "edit.deliver", "edit.duplicate_message"];
const NEXT_ACTS: [&str; 6] = [
    "edit.next.drop",
    "edit.next.hold",
    "edit.next.release",
    "edit.next.delay",
    "edit.next.deliver",
    "edit.next.duplicate",
];

fn act_text(keys: [&'static str; 6], act: MessageAct) -> Text {
    match act {
        MessageAct::Drop => Text::key(keys[0]),
        MessageAct::Hold => Text::key(keys[1]),
        MessageAct::Release => Text::key(keys[2]),
        MessageAct::Delay(by) => Text::key(keys[3]).with("by", Arg::Plain(duration_text(by))),
        MessageAct::Deliver => Text::key(keys[4]),
        MessageAct::Duplicate => Text::key(keys[5]),
    }
}

fn signed_percent(ppm: i32) -> String {
    let sign = if ppm < 0 { "-" } else { "+" };
    format!("{sign}{}", percent_text(ppm.unsigned_abs()))
}
