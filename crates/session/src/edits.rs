//! Commands to kernel edits, and what goes wrong with them in words.

use crate::api::{Disk, EditCommand};
use crate::error::Problem;
use crate::parameters;
use crate::scenario;
use consistory_kernel::{
    DiskFate, Edit, EditError, MS, MessageAct, OpKind, ProcessId, ProcessStatus, Setup, SetupError, World,
};
use consistory_protocols::{ClientOp, Spec};
use consistory_scene::{Arg, Text};

/// How far apart "spread timers" arms them: longer than a round trip of the default latency.
const SPREAD: u64 = 80 * MS;

/// The edits that a command stands for, at this instant.
pub(crate) fn of_command<P: Spec>(
    command: EditCommand,
    setup: &Setup<P>,
    world: &World<P>,
) -> Result<Vec<Edit<P>>, Problem> {
    let edit = match command {
        EditCommand::Crash(node, Disk::Kept) => Edit::Crash(node, DiskFate::Kept),
        EditCommand::Crash(node, Disk::Lost) => Edit::Crash(node, DiskFate::Lost),
        EditCommand::Restart(node) => Edit::Restart(node),
        EditCommand::Pause(node) => Edit::Pause(node),
        EditCommand::Resume(node) => Edit::Resume(node),
        EditCommand::TimeOut(node) => Edit::Rearm(node, 0),
        EditCommand::Skew(node, ppm) => Edit::Skew(node, ppm),
        EditCommand::SpreadTimers => return Ok(spread(world)),
        EditCommand::AlignTimers => return Ok(align(world)),
        EditCommand::Cut(from, to) => Edit::Cut(from, to),
        EditCommand::Mend(from, to) => Edit::Mend(from, to),
        EditCommand::Partition(groups) => Edit::Partition(groups),
        EditCommand::Heal => Edit::Heal,
        EditCommand::Drop(id) => Edit::Message(id, MessageAct::Drop),
        EditCommand::Hold(id) => Edit::Message(id, MessageAct::Hold),
        EditCommand::Release(id) => Edit::Message(id, MessageAct::Release),
        EditCommand::Delay(id, by) => Edit::Message(id, MessageAct::Delay(by)),
        EditCommand::Deliver(id) => Edit::Message(id, MessageAct::Deliver),
        EditCommand::Duplicate(id) => Edit::Message(id, MessageAct::Duplicate),
        EditCommand::Invoke { client, operation, target } => {
            Edit::Invoke { client, op: operation_of::<P>(&operation)?, target }
        }
        EditCommand::Set { name, value } => parameters::turn(&name, &value)?,
        EditCommand::Statement(text) => return scenario::edits_of_statement(setup, &text),
    };
    Ok(vec![edit])
}

/// Parses a client's operation.
pub(crate) fn operation_of<P: Spec>(text: &str) -> Result<P::Op, Problem> {
    P::Op::parse(text).ok_or_else(|| {
        let text = Text::key("problem.operation").with("operation", Arg::Plain(text.trim().to_owned()));
        Problem::new(text.with("forms", Arg::Plain(P::Op::FORMS.join(", "))))
    })
}

/// The nodes that wait for a time-out, by when theirs comes.
fn waiting<P: Spec>(world: &World<P>) -> Vec<(u64, ProcessId)> {
    let nodes = (0..world.node_count()).map(ProcessId);
    let up = nodes.filter(|id| world.process(*id).is_some_and(|process| process.status == ProcessStatus::Up));
    let timer = |id: ProcessId| {
        let armed = world.timers(id).iter().filter(|armed| P::times_out(armed.timer));
        armed.map(|armed| armed.fires_at).min().map(|fires_at| (fires_at, id))
    };
    let mut waiting: Vec<_> = up.filter_map(timer).collect();
    waiting.sort_unstable();
    waiting
}

/// Arms the time-outs far apart, in their present order.
pub(crate) fn spread<P: Spec>(world: &World<P>) -> Vec<Edit<P>> {
    let waiting = waiting(world);
    let first = waiting.first().map_or(0, |(fires_at, _)| fires_at.saturating_sub(world.time()));
    (0..).zip(waiting).map(|(place, (_, id))| Edit::Rearm(id, first + place * SPREAD)).collect()
}

/// Arms the time-outs for the instant of the first of them.
pub(crate) fn align<P: Spec>(world: &World<P>) -> Vec<Edit<P>> {
    let waiting = waiting(world);
    let first = waiting.first().map_or(0, |(fires_at, _)| fires_at.saturating_sub(world.time()));
    waiting.into_iter().map(|(_, id)| Edit::Rearm(id, first)).collect()
}

/// Why a run cannot start, in words.
pub(crate) fn unfit(error: SetupError) -> Problem {
    Problem::new(match error {
        SetupError::NoNodes | SetupError::TooManyProcesses => Text::key("problem.setup.processes"),
        SetupError::NoSuchNode(id) => Text::key("problem.setup.no_node").with("node", Arg::Process(id)),
        SetupError::OutOfRange => Text::key("problem.setup.out_of_range"),
    })
}

/// Why an edit is refused, in words.
pub(crate) fn refusal(error: EditError) -> Problem {
    let about = |key, id: ProcessId| Text::key(key).with("node", Arg::Process(id));
    let text = match error {
        EditError::NoSuchProcess(id) => about("problem.edit.no_process", id),
        EditError::NotANode(id) => about("problem.edit.not_a_node", id),
        EditError::NotAClient(id) => about("problem.edit.not_a_client", id),
        EditError::IsDown(id) => about("problem.edit.is_down", id),
        EditError::IsUp(id) => about("problem.edit.is_up", id),
        EditError::NotPaused(id) => about("problem.edit.not_paused", id),
        EditError::NoTimer(id) => about("problem.edit.no_timer", id),
        EditError::NoSuchMessage(id) => {
            Text::key("problem.edit.no_message").with("message", Arg::Plain(id.to_string()))
        }
        EditError::WrongHold(id) => Text::key("problem.edit.wrong_hold").with("message", Arg::Plain(id.to_string())),
        EditError::OutOfRange => Text::key("problem.edit.out_of_range"),
        EditError::NoSuchParameter(_) => Text::key("problem.edit.no_parameter"),
        EditError::TooManyWaiting(id) => about("problem.edit.too_many_waiting", id),
        EditError::NoSuchOperation(kind) => {
            let kind = match kind {
                OpKind::Read | OpKind::ReadList => "read",
                OpKind::Write => "write",
                OpKind::CompareAndSet => "cas",
                OpKind::Append => "append",
            };
            Text::key("problem.edit.no_operation").with("operation", Arg::Plain(kind.to_owned()))
        }
        EditError::Halted => Text::key("problem.edit.halted"),
    };
    Problem::new(text)
}
