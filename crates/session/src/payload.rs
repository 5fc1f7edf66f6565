//! What a share link carries: frozen, versioned, integer-only types. A released version is never changed; a new one is added.

use crate::api::ViewState;
use crate::edits;
use crate::error::Problem;
use crate::parameters;
use crate::scenario;
use consistory_kernel::{
    DiskFate, Edit, Latency, MessageAct, MessageId, Moment, ProcessId, ScriptedChoice, Setting, Setup, Timeline,
};
use consistory_protocols::{ClientOp, Spec};
use consistory_scene::{Arg, Text};
use serde::{Deserialize, Serialize};

/// Version 1 of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunV1 {
    /// The protocol's id.
    pub protocol: String,
    /// The gallery scenario that it started from, or empty.
    pub scenario: String,
    /// Parameters that differ from the defaults, by name, in the scenario language.
    pub settings: Vec<(String, String)>,
    /// Rules that are switched off.
    pub mutants: u32,
    /// How nodes are prepared: node, keyword, arguments.
    pub directives: Vec<(u16, String, String)>,
    /// What was done, in order.
    pub edits: Vec<EditV1>,
    /// The cursor: time, and ties plus one or 0 for all.
    pub cursor: (u64, u32),
    /// The digest of the run at the cursor.
    pub digest: u64,
    /// Panel and speed.
    pub view: (u8, u8),
}

/// Version 1 of a contest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContestV1 {
    /// Its text, as it is printed.
    pub text: String,
}

/// Version 1 of an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EditV1 {
    /// Microseconds since the edit before.
    pub after: u64,
    /// Ties plus one; 0 for all.
    pub ties: u32,
    /// What was done.
    pub what: WhatV1,
}

/// Version 1 of what was done. Variants are only ever added at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum WhatV1 {
    /// Node, and whether its disk is lost.
    Crash(u16, bool),
    /// Node.
    Restart(u16),
    /// Node.
    Pause(u16),
    /// Node.
    Resume(u16),
    /// Node, parts per million.
    Skew(u16, i32),
    /// Node, microseconds from now.
    Rearm(u16, u64),
    /// From, to.
    Cut(u16, u16),
    /// From, to.
    Mend(u16, u16),
    /// Groups.
    Partition(Vec<Vec<u16>>),
    /// Nothing more.
    Heal,
    /// A distribution.
    Latency(LatencyV1),
    /// From, to, distribution.
    LinkLatency(u16, u16, LatencyV1),
    /// Parts per million.
    Loss(u32),
    /// Parts per million.
    Duplication(u32),
    /// Parameter number, value.
    Tune(u8, SettingV1),
    /// Message number, act.
    Message(u32, ActV1),
    /// From, to, kind, act.
    Next(u16, u16, Option<u8>, ActV1),
    /// Client, operation in the scenario language, node to ask first.
    Invoke(u16, String, Option<u16>),
    /// Anything else, as a statement of the scenario language.
    Statement(String),
    /// Parts per million.
    Reordering(u32),
}

/// Version 1 of a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LatencyV1 {
    /// Microseconds.
    Constant(u64),
    /// Microseconds, both ends included.
    Uniform(u64, u64),
    /// Mean in microseconds.
    Exponential(u64),
    /// Scale in microseconds, shape in thousandths.
    Pareto(u64, u32),
    /// Weights in parts per million; parts are not mixtures.
    Mixture(Vec<(u32, LatencyV1)>),
}

/// Version 1 of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SettingV1 {
    /// A number.
    Number(u32),
    /// Microseconds.
    Duration(u64),
    /// Microseconds.
    Range(u64, u64),
    /// Parts per million.
    Ratio(u32),
}

/// Version 1 of what is done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ActV1 {
    /// Lost.
    Drop,
    /// Stopped.
    Hold,
    /// Goes on.
    Release,
    /// Later by microseconds.
    Delay(u64),
    /// Now.
    Deliver,
    /// Copied.
    Duplicate,
}

/// The current branch of a timeline up to its cursor.
pub(crate) fn of_run<P: Spec>(
    setup: &Setup<P>,
    timeline: &Timeline<P>,
    scenario: Option<&str>,
    view: ViewState,
) -> RunV1 {
    let world = timeline.world();
    let mut last = 0;
    let edits = timeline.edits().filter_map(|(_, moment, edit)| {
        let what = what_of(setup, edit)?;
        let after = moment.time - last;
        last = moment.time;
        Some(EditV1 { after, ties: ties_code(moment), what })
    });
    let settings = parameters::differences(setup).into_iter().map(|(name, value)| (name.to_owned(), value));
    let directive = |(node, directive): &(ProcessId, P::Directive)| {
        let (keyword, arguments) = P::directive_text(directive);
        (node.0, keyword.to_owned(), arguments)
    };
    let cursor = world.moment();
    RunV1 {
        protocol: P::ID.to_owned(),
        scenario: scenario.unwrap_or_default().to_owned(),
        settings: settings.collect(),
        mutants: setup.mutants,
        directives: setup.directives.iter().map(directive).collect(),
        edits: edits.collect(),
        cursor: (cursor.time, ties_code(cursor)),
        digest: world.digest(),
        view: (view.panel, view.speed),
    }
}

/// The setup that a run starts from.
pub(crate) fn setup_of<P: Spec>(run: &RunV1) -> Result<Setup<P>, Problem> {
    let mut setup = P::defaults();
    for (name, value) in &run.settings {
        parameters::set(&mut setup, name, value)?;
    }
    let known = u32::MAX >> (32 - P::MUTANTS.len().clamp(1, 32));
    if run.mutants & !known != 0 {
        return Err(unknown("mutant"));
    }
    setup.mutants = run.mutants;
    for (node, keyword, arguments) in &run.directives {
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let directive =
            P::parse_directive(keyword, &words, P::names(setup.nodes, &setup.config)).filter(|_| *node < setup.nodes);
        setup.directives.push((ProcessId(*node), directive.ok_or_else(|| unknown(keyword))?));
    }
    Ok(setup)
}

/// The edits of a run with their moments.
pub(crate) fn edits_of<P: Spec>(setup: &Setup<P>, run: &RunV1) -> Result<Vec<(Moment, Edit<P>)>, Problem> {
    let mut time = 0_u64;
    let edit = |edit: &EditV1| {
        time = time.saturating_add(edit.after);
        Ok((moment(time, edit.ties), edit_of(setup, &edit.what)?))
    };
    run.edits.iter().map(edit).collect()
}

/// A moment from its two numbers.
pub(crate) fn moment(time: u64, ties_code: u32) -> Moment {
    Moment { time, ties: ties_code.checked_sub(1).unwrap_or(Moment::ALL) }
}

fn ties_code(moment: Moment) -> u32 {
    if moment.ties == Moment::ALL { 0 } else { moment.ties + 1 }
}

fn unknown(what: &str) -> Problem {
    Problem::new(Text::key("problem.link.unknown").with("what", Arg::Plain(what.to_owned())))
}

fn what_of<P: Spec>(setup: &Setup<P>, edit: &Edit<P>) -> Option<WhatV1> {
    Some(match edit {
        Edit::Crash(node, DiskFate::Kept) => WhatV1::Crash(node.0, false),
        Edit::Crash(node, DiskFate::Lost) => WhatV1::Crash(node.0, true),
        Edit::Restart(node) => WhatV1::Restart(node.0),
        Edit::Pause(node) => WhatV1::Pause(node.0),
        Edit::Resume(node) => WhatV1::Resume(node.0),
        Edit::Skew(node, ppm) => WhatV1::Skew(node.0, *ppm),
        Edit::Rearm(node, after) => WhatV1::Rearm(node.0, *after),
        Edit::Cut(from, to) => WhatV1::Cut(from.0, to.0),
        Edit::Mend(from, to) => WhatV1::Mend(from.0, to.0),
        Edit::Partition(groups) => {
            WhatV1::Partition(groups.iter().map(|group| group.iter().map(|id| id.0).collect()).collect())
        }
        Edit::Heal => WhatV1::Heal,
        Edit::Latency(latency) => WhatV1::Latency(latency_code(latency)),
        Edit::LinkLatency(from, to, latency) => WhatV1::LinkLatency(from.0, to.0, latency_code(latency)),
        Edit::Loss(ratio) => WhatV1::Loss(*ratio),
        Edit::Duplication(ratio) => WhatV1::Duplication(*ratio),
        Edit::Tune(parameter, setting) => WhatV1::Tune(*parameter, setting_code(setting)),
        Edit::Message(id, act) => WhatV1::Message(id.0, act_code(*act)),
        Edit::NextMessage { from, to, kind, act } => WhatV1::Next(from.0, to.0, *kind, act_code(*act)),
        Edit::Invoke { client, op, target } => WhatV1::Invoke(client.0, op.text(), target.map(|node| node.0)),
        Edit::Crash(_, DiskFate::Torn(_))
        | Edit::Slow(..)
        | Edit::SlowDisk(..)
        | Edit::Jump(..)
        | Edit::Flap { .. }
        | Edit::Calm
        | Edit::Storm(_)
        | Edit::Adversary(_)
        | Edit::Workload(..)
        | Edit::Patience(..) => WhatV1::Statement(scenario::statement(setup, edit)),
        Edit::Reordering(ratio) => WhatV1::Reordering(*ratio),
        // No protocol with such choices is released yet; version 1 has no code for them.
        Edit::Answer(ScriptedChoice { .. }) => return None,
    })
}

fn edit_of<P: Spec>(setup: &Setup<P>, what: &WhatV1) -> Result<Edit<P>, Problem> {
    let id = ProcessId;
    Ok(match what {
        WhatV1::Crash(node, lost) => Edit::Crash(id(*node), if *lost { DiskFate::Lost } else { DiskFate::Kept }),
        WhatV1::Restart(node) => Edit::Restart(id(*node)),
        WhatV1::Pause(node) => Edit::Pause(id(*node)),
        WhatV1::Resume(node) => Edit::Resume(id(*node)),
        WhatV1::Skew(node, ppm) => Edit::Skew(id(*node), *ppm),
        WhatV1::Rearm(node, after) => Edit::Rearm(id(*node), *after),
        WhatV1::Cut(from, to) => Edit::Cut(id(*from), id(*to)),
        WhatV1::Mend(from, to) => Edit::Mend(id(*from), id(*to)),
        WhatV1::Partition(groups) => {
            Edit::Partition(groups.iter().map(|group| group.iter().copied().map(id).collect()).collect())
        }
        WhatV1::Heal => Edit::Heal,
        WhatV1::Latency(latency) => Edit::Latency(latency_of(latency)?),
        WhatV1::LinkLatency(from, to, latency) => Edit::LinkLatency(id(*from), id(*to), latency_of(latency)?),
        WhatV1::Loss(ratio) => Edit::Loss(*ratio),
        WhatV1::Duplication(ratio) => Edit::Duplication(*ratio),
        WhatV1::Tune(parameter, setting) => {
            let setting = setting_of(*setting);
            let kind = P::PARAMETERS.get(usize::from(*parameter)).map(|parameter| parameter.kind);
            if !kind.is_some_and(|kind| kind.accepts(&setting)) {
                return Err(unknown("parameter"));
            }
            Edit::Tune(*parameter, setting)
        }
        WhatV1::Message(message, act) => Edit::Message(MessageId(*message), act_of(*act)),
        WhatV1::Next(from, to, kind, act) => {
            Edit::NextMessage { from: id(*from), to: id(*to), kind: *kind, act: act_of(*act) }
        }
        WhatV1::Invoke(client, operation, target) => {
            Edit::Invoke { client: id(*client), op: edits::operation_of::<P>(operation)?, target: target.map(id) }
        }
        WhatV1::Statement(text) => {
            let mut edits = scenario::edits_of_statement(setup, text)?.into_iter();
            match (edits.next(), edits.next()) {
                (Some(edit), None) => edit,
                _ => return Err(unknown("statement")),
            }
        }
        WhatV1::Reordering(ratio) => Edit::Reordering(*ratio),
    })
}

fn latency_code(latency: &Latency) -> LatencyV1 {
    match latency {
        Latency::Constant(time) => LatencyV1::Constant(*time),
        Latency::Uniform(low, high) => LatencyV1::Uniform(*low, *high),
        Latency::Exponential(mean) => LatencyV1::Exponential(*mean),
        Latency::Pareto { scale, shape_milli } => LatencyV1::Pareto(*scale, *shape_milli),
        Latency::Mixture(parts) => {
            LatencyV1::Mixture(parts.iter().map(|(weight, part)| (*weight, latency_code(part))).collect())
        }
    }
}

fn latency_of(latency: &LatencyV1) -> Result<Latency, Problem> {
    Ok(match latency {
        LatencyV1::Constant(time) => Latency::Constant(*time),
        LatencyV1::Uniform(low, high) => Latency::Uniform(*low, *high),
        LatencyV1::Exponential(mean) => Latency::Exponential(*mean),
        LatencyV1::Pareto(scale, shape_milli) => Latency::Pareto { scale: *scale, shape_milli: *shape_milli },
        LatencyV1::Mixture(parts) => {
            // A mixture of mixtures could nest without end.
            if parts.len() > 8 || parts.iter().any(|(_, part)| matches!(part, LatencyV1::Mixture(_))) {
                return Err(unknown("latency"));
            }
            let parts: Result<Vec<_>, Problem> =
                parts.iter().map(|(weight, part)| Ok((*weight, latency_of(part)?))).collect();
            Latency::Mixture(parts?.into())
        }
    })
}

fn setting_code(setting: &Setting) -> SettingV1 {
    match setting {
        Setting::Number(number) => SettingV1::Number(*number),
        Setting::Duration(time) => SettingV1::Duration(*time),
        Setting::Range(low, high) => SettingV1::Range(*low, *high),
        Setting::Ratio(ratio) => SettingV1::Ratio(*ratio),
    }
}

fn setting_of(setting: SettingV1) -> Setting {
    match setting {
        SettingV1::Number(number) => Setting::Number(number),
        SettingV1::Duration(time) => Setting::Duration(time),
        SettingV1::Range(low, high) => Setting::Range(low, high),
        SettingV1::Ratio(ratio) => Setting::Ratio(ratio),
    }
}

fn act_code(act: MessageAct) -> ActV1 {
    match act {
        MessageAct::Drop => ActV1::Drop,
        MessageAct::Hold => ActV1::Hold,
        MessageAct::Release => ActV1::Release,
        MessageAct::Delay(by) => ActV1::Delay(by),
        MessageAct::Deliver => ActV1::Deliver,
        MessageAct::Duplicate => ActV1::Duplicate,
    }
}

fn act_of(act: ActV1) -> MessageAct {
    match act {
        ActV1::Drop => MessageAct::Drop,
        ActV1::Hold => MessageAct::Hold,
        ActV1::Release => MessageAct::Release,
        ActV1::Delay(by) => MessageAct::Delay(by),
        ActV1::Deliver => MessageAct::Deliver,
        ActV1::Duplicate => MessageAct::Duplicate,
    }
}
