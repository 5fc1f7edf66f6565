//! What somebody does to one run, as statements that all contestants understand: processes by their names.

use super::merge::name_on;
use crate::api::{Disk, EditCommand};
use crate::error::Problem;
use consistory_kernel::ProcessId;
use consistory_protocols::script::percent_text;
use consistory_scene::{Scene, Text};

/// The statements that say a command that was given on a stage.
pub(super) fn statements(scene: &Scene, command: &EditCommand) -> Result<Vec<String>, Problem> {
    let name = |id: &ProcessId| name_on(scene, *id);
    let said = match command {
        EditCommand::Crash(node, Disk::Kept) => format!("crash {}", name(node)),
        EditCommand::Crash(node, Disk::Lost) => format!("crash {} lose-disk", name(node)),
        EditCommand::Restart(node) => format!("restart {}", name(node)),
        EditCommand::Pause(node) => format!("pause {}", name(node)),
        EditCommand::Resume(node) => format!("resume {}", name(node)),
        EditCommand::TimeOut(node) => format!("timeout {}", name(node)),
        EditCommand::Skew(node, ppm) => {
            let sign = if *ppm < 0 { '-' } else { '+' };
            format!("skew {} {sign}{}", name(node), percent_text(ppm.unsigned_abs()))
        }
        EditCommand::SpreadTimers => "spread".to_owned(),
        EditCommand::AlignTimers => "align".to_owned(),
        EditCommand::Cut(from, to) => format!("cut {} -> {}", name(from), name(to)),
        EditCommand::Mend(from, to) => format!("mend {} -> {}", name(from), name(to)),
        EditCommand::Partition(groups) => {
            let group =
                |group: &Vec<ProcessId>| format!("{{{}}}", group.iter().map(name).collect::<Vec<_>>().join(" "));
            format!("partition {}", groups.iter().map(group).collect::<Vec<_>>().join(" "))
        }
        EditCommand::Heal => "heal".to_owned(),
        EditCommand::Invoke { client, operation, target } => {
            let via = target.as_ref().map(|node| format!(" via {}", name(node))).unwrap_or_default();
            format!("client {}{via} {operation}", name(client))
        }
        EditCommand::Set { name, value } => format!("set {name}={value}"),
        EditCommand::Statement(text) => text.clone(),
        // The messages of one run are not those of another.
        EditCommand::Drop(_)
        | EditCommand::Hold(_)
        | EditCommand::Release(_)
        | EditCommand::Delay(..)
        | EditCommand::Deliver(_)
        | EditCommand::Duplicate(_) => return Err(Problem::new(Text::key("problem.contest.message"))),
    };
    Ok(vec![said])
}
