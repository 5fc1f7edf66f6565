//! A run as text in the scenario language.

use crate::{orders, parameters};
use consistory_kernel::{Body, Edit, MessageAct, Moment, ProcessId, Setup, Time, Timeline};
use consistory_protocols::script::{duration_text, latency_text, percent_text};
use consistory_protocols::{ClientOp, Spec};
use std::fmt::Write;

/// The current branch as a scenario that performs the same run, up to the same time, with the same narration.
pub fn print<P: Spec>(setup: &Setup<P>, timeline: &Timeline<P>, said: &[(Time, String)]) -> String {
    let names = P::names(setup.nodes, &setup.config);
    let mut text = format!("protocol {}\n", P::ID);
    let settings = parameters::differences(setup);
    let settings: Vec<String> = settings.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    push(&mut text, &format!("set {}", settings.join(" ")));
    for (number, mutant) in P::MUTANTS.iter().enumerate() {
        if setup.mutants >> number & 1 == 1 {
            push(&mut text, &format!("mutant {}", mutant.id));
        }
    }
    for (node, directive) in &setup.directives {
        let (keyword, arguments) = P::directive_text(directive);
        push(&mut text, &format!("{keyword} {} {arguments}", names.name(*node)));
    }
    let (cursor, end) = (timeline.world().moment(), timeline.tip().moment());
    let last_said = said.last().map_or(0, |(time, _)| *time);
    let mut said = said.iter().peekable();
    for (_, moment, edit) in timeline.edits() {
        while let Some((time, key)) = said.next_if(|(time, _)| *time < moment.time) {
            push(&mut text, &format!("at {} say {key}", duration_text(*time)));
        }
        push(&mut text, &format!("at {} {}", moment_text(moment), statement(setup, edit)));
    }
    for (time, key) in said {
        let moment = if *time == end.time { end } else { Moment::after(*time) };
        push(&mut text, &format!("at {} say {key}", moment_text(moment)));
    }
    if cursor != Moment::after(0) {
        push(&mut text, &format!("cursor {}", moment_text(cursor)));
    }
    let last = timeline.edits().last().map_or(0, |(_, moment, _)| moment.time).max(last_said);
    // What happened at the very time of the last edit, but after it, happens only when somebody goes there.
    let goes_on = timeline.edits().last().is_some_and(|(step, _, _)| step.0 + 1 < timeline.tip().steps().0);
    if end.ties != Moment::ALL || end.time == last && goes_on {
        push(&mut text, &format!("at {} run 0ms", moment_text(end)));
    } else if end.time > last {
        push(&mut text, &format!("run {}", duration_text(end.time - last)));
    }
    text
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn moment_text(moment: Moment) -> String {
    let mut text = duration_text(moment.time);
    if moment.ties != Moment::ALL {
        // Writing to a string cannot fail.
        let _ = write!(text, "/{}", moment.ties);
    }
    text
}

/// An edit as a statement.
pub fn statement<P: Spec>(setup: &Setup<P>, edit: &Edit<P>) -> String {
    let names = P::names(setup.nodes, &setup.config);
    let name = |id: &ProcessId| names.name(*id);
    match edit {
        Edit::Crash(node, disk) => format!("crash {}{}", name(node), orders::disk_text(*disk)),
        Edit::Restart(node) => format!("restart {}", name(node)),
        Edit::Pause(node) => format!("pause {}", name(node)),
        Edit::Resume(node) => format!("resume {}", name(node)),
        Edit::Skew(node, ppm) => {
            let sign = if *ppm < 0 { '-' } else { '+' };
            format!("skew {} {sign}{}", name(node), percent_text(ppm.unsigned_abs()))
        }
        Edit::Rearm(node, 0) => format!("timeout {}", name(node)),
        Edit::Rearm(node, after) => format!("rearm {} {}", name(node), duration_text(*after)),
        Edit::Cut(from, to) => format!("cut {} -> {}", name(from), name(to)),
        Edit::Mend(from, to) => format!("mend {} -> {}", name(from), name(to)),
        Edit::Partition(groups) => {
            let group =
                |group: &Vec<ProcessId>| format!("{{{}}}", group.iter().map(name).collect::<Vec<_>>().join(" "));
            format!("partition {}", groups.iter().map(group).collect::<Vec<_>>().join(" "))
        }
        Edit::Heal => "heal".to_owned(),
        Edit::Latency(latency) => format!("set latency={}", latency_text(latency)),
        Edit::LinkLatency(from, to, latency) => {
            format!("latency {} -> {} {}", name(from), name(to), latency_text(latency))
        }
        Edit::Loss(ratio) => format!("set loss={}", percent_text(*ratio)),
        Edit::Duplication(ratio) => format!("set duplicate={}", percent_text(*ratio)),
        Edit::Tune(parameter, setting) => {
            let known = P::PARAMETERS.get(usize::from(*parameter));
            known.map_or_else(String::new, |known| {
                format!("set {}={}", known.name, parameters::value_text(known, setting))
            })
        }
        Edit::Message(id, act) => act_statement(*act, &id.to_string()),
        Edit::NextMessage { from, to, kind, act } => {
            let kind = match kind {
                None => String::new(),
                Some(kind) if *kind == Body::<P>::CLIENT_KIND => {
                    if to.0 >= setup.nodes { " response" } else { " request" }.to_owned()
                }
                Some(kind) => format!(" {}", P::KINDS.get(usize::from(*kind)).copied().unwrap_or("?")),
            };
            act_statement(*act, &format!("{} -> {}{kind}", name(from), name(to)))
        }
        Edit::Invoke { client, op, target } => {
            let via = target.as_ref().map(|node| format!(" via {}", name(node))).unwrap_or_default();
            format!("client {}{via} {}", name(client), op.text())
        }
        Edit::Answer(choice) => format!("# answer {} {} {}", name(&choice.process), choice.key, choice.option),
        Edit::Slow(node, time) => format!("slow {} {}", name(node), duration_text(*time)),
        Edit::SlowDisk(node, time) => format!("slow-disk {} {}", name(node), duration_text(*time)),
        Edit::Jump(node, by) => format!("jump {} {}", name(node), orders::signed_text(*by)),
        Edit::Flap { from, to, up, down } => {
            let (up, down) = (duration_text(*up), duration_text(*down));
            format!("flap {} -> {} up {up} down {down}", name(from), name(to))
        }
        Edit::Reordering(ratio) => format!("set reorder={}", percent_text(*ratio)),
        Edit::Calm => "heal all".to_owned(),
        Edit::Storm(None) => "storm off".to_owned(),
        Edit::Storm(Some(storm)) => format!("storm {}", orders::storm_text(storm)),
        Edit::Adversary(on) => format!("adversary {}", if *on { "on" } else { "off" }),
        Edit::Workload(client, None) => format!("workload {} off", name(client)),
        Edit::Workload(client, Some(workload)) => {
            format!("workload {} {}", name(client), orders::workload_text(workload, names))
        }
        Edit::Patience(client, policy) => format!("patience {} {}", name(client), orders::patience_text(*policy)),
    }
}

fn act_statement(act: MessageAct, what: &str) -> String {
    match act {
        MessageAct::Drop => format!("drop {what}"),
        MessageAct::Hold => format!("hold {what}"),
        MessageAct::Release => format!("release {what}"),
        MessageAct::Deliver => format!("deliver {what}"),
        MessageAct::Duplicate => format!("duplicate {what}"),
        MessageAct::Delay(by) => format!("delay {what} {}", duration_text(by)),
    }
}
