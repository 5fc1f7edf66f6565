//! Performs a script on a timeline.

use super::parse::{Action, Condition, Expected, Line, Script, Setting, Statement, Token, parse_action};
use crate::Problem;
use crate::edits;
use crate::open::Overrides;
use crate::orders;
use crate::parameters;
use consistory_kernel::{Body, Edit, MessageAct, MessageId, Moment, ProcessId, Setup, Time, Timeline, Workload, World};
use consistory_protocols::Spec;
use consistory_protocols::script::parse_latency;
use consistory_scene::{Arg, Text};
use std::rc::Rc;

/// No run is longer than this virtual time, in microseconds.
pub const TIME_MAX: Time = 3_600_000_000;
/// A script has at most so many edits.
const EDITS_MAX: u32 = 20_000;

/// What came of a script.
#[derive(Clone, Debug, Default)]
pub struct Performed {
    /// Narration: when, and its word key.
    pub said: Vec<(Time, String)>,
    /// Expectations that were not met, and conditions that did not come true in time.
    pub unmet: Vec<Problem>,
    /// Where the page opens the run.
    pub cursor: Option<Moment>,
    /// Whether the run was to end before the script does.
    pub stopped: bool,
}

/// The setup of a script: what comes before anything happens, with what replaces it. Returns how many lines that are.
pub fn start<P: Spec>(script: &Script<'_>, overrides: &Overrides) -> Result<(Setup<P>, usize), Problem> {
    let mut setup = P::defaults();
    let mut directives = Vec::new();
    let mut used = 0;
    for line in &script.lines {
        match &line.statement {
            Statement::Set(settings) if line.at.is_none() => {
                for (name, value) in settings {
                    parameters::set(&mut setup, name.text, value.text).map_err(|problem| placed(problem, *value))?;
                }
            }
            Statement::Mutant(token) => setup.mutants |= 1 << mutant::<P>(*token)?,
            Statement::Directive(keyword, arguments) if P::DIRECTIVES.contains(&keyword.text) => {
                directives.push((*keyword, arguments.clone()));
            }
            _ => break,
        }
        used += 1;
    }
    parameters::replace(&mut setup, overrides)?;
    for (keyword, arguments) in directives {
        let Some((node, rest)) = arguments.split_first() else { return Err(keyword.unexpected("expected.node")) };
        let id = process(&setup, *node)?;
        let words: Vec<&str> = rest.iter().map(|token| token.text).collect();
        let directive = P::parse_directive(keyword.text, &words, P::names(setup.nodes, &setup.config));
        let directive = directive.ok_or_else(|| {
            let text = Text::key("problem.scenario.directive").with("keyword", Arg::Plain(keyword.text.to_owned()));
            keyword.problem(text)
        })?;
        if id.0 >= setup.nodes {
            return Err(node.unexpected("expected.node"));
        }
        setup.directives.push((id, directive));
    }
    Ok((setup, used))
}

/// Performs the lines after the setup; if the run is to end at a certain time, up to then and no less.
pub fn perform<P: Spec>(
    setup: &Setup<P>,
    lines: &[Line<'_>],
    until: Option<Time>,
    timeline: &mut Timeline<P>,
) -> Result<Performed, Problem> {
    let mut performed = Performed::default();
    let limit = until.unwrap_or(TIME_MAX).min(TIME_MAX);
    for line in lines {
        if let Some(moment) = line.at {
            let now = timeline.world().time();
            if moment.time < now || moment.time > TIME_MAX {
                let time = Arg::Time(now);
                return Err(line.token.problem(Text::key("problem.scenario.past").with("time", time)));
            }
            if moment.time > limit {
                break;
            }
            timeline.seek(moment);
        }
        statement(setup, line, limit, timeline, &mut performed)?;
        if performed.stopped {
            break;
        }
        if timeline.world().edits() > EDITS_MAX {
            return Err(line.token.problem(Text::key("problem.scenario.too_long")));
        }
    }
    if until.is_some() {
        timeline.advance(limit);
    }
    Ok(performed)
}

fn statement<P: Spec>(
    setup: &Setup<P>,
    line: &Line<'_>,
    limit: Time,
    timeline: &mut Timeline<P>,
    performed: &mut Performed,
) -> Result<(), Problem> {
    let now = timeline.world().time();
    match &line.statement {
        Statement::Set(settings) => {
            for (name, value) in settings {
                let edit = parameters::turn(name.text, value.text).map_err(|problem| placed(problem, *value))?;
                apply(timeline, edit, line.token)?;
            }
        }
        Statement::Act(action) => {
            for edit in edits_of(setup, action, timeline.world())? {
                apply(timeline, edit, line.token)?;
            }
        }
        Statement::Run(duration) => {
            performed.stopped = limit < TIME_MAX && now + duration > limit;
            // `run 0ms` stays where it is, between two events of one time.
            if *duration > 0 {
                timeline.advance((now + duration).min(limit));
            }
        }
        Statement::Await(condition, within) => {
            let deadline = (now + within).min(limit);
            if !wait(timeline, condition, deadline)? {
                performed.stopped = limit < TIME_MAX && now + within > limit;
                performed.unmet.push(unmet("problem.scenario.await", condition, line));
            }
        }
        Statement::Expect(expected) => {
            if let Some(problem) = disappointment(timeline, expected, line)? {
                performed.unmet.push(problem);
            }
        }
        Statement::Say(key) => performed.said.push((now, key.text.to_owned())),
        Statement::Cursor(moment) => performed.cursor = Some(*moment),
        Statement::Mutant(token) => return Err(token.problem(Text::key("problem.scenario.too_late"))),
        Statement::Directive(keyword, _) if P::DIRECTIVES.contains(&keyword.text) => {
            return Err(keyword.problem(Text::key("problem.scenario.too_late")));
        }
        Statement::Directive(keyword, _) => return Err(keyword.unexpected("expected.statement")),
    }
    Ok(())
}

fn apply<P: Spec>(timeline: &mut Timeline<P>, edit: Edit<P>, token: Token<'_>) -> Result<(), Problem> {
    timeline.edit(edit).map_err(|error| placed(edits::refusal(error), token))
}

/// Runs until a condition holds; `false` when it does not by the deadline.
fn wait<P: Spec>(timeline: &mut Timeline<P>, condition: &Condition<'_>, deadline: Time) -> Result<bool, Problem> {
    loop {
        if is_so(timeline.world(), condition)? {
            return Ok(true);
        }
        match timeline.next_time() {
            Some(next) if next <= deadline => {
                timeline.step_forward();
            }
            _ => {
                timeline.advance(deadline);
                return is_so(timeline.world(), condition);
            }
        }
    }
}

/// Whether a condition holds: one of every run, or one of the protocol.
fn is_so<P: Spec>(world: &World<P>, condition: &Condition<'_>) -> Result<bool, Problem> {
    let words: Vec<&str> = condition.iter().map(|token| token.text).collect();
    let so = match words.as_slice() {
        ["idle"] => Some(world.process_ids().all(|id| world.client(id).is_none_or(|client| client.pending.is_none()))),
        ["operations", "ok", count] => count.parse().ok().map(|count: u64| world.counters().operations_ok >= count),
        _ => P::condition(world, &words),
    };
    let first = condition.first().copied();
    so.ok_or_else(|| match first {
        Some(token) => token.unexpected("expected.condition"),
        None => Problem::new(Text::key("problem.scenario.no_protocol")),
    })
}

fn disappointment<P: Spec>(
    timeline: &Timeline<P>,
    expected: &Expected<'_>,
    line: &Line<'_>,
) -> Result<Option<Problem>, Problem> {
    let world = timeline.world();
    let violated = |property: u8| world.findings().iter().any(|finding| finding.property == property);
    let (met, key, subject) = match expected {
        Expected::Holds(token) => (!violated(property::<P>(*token)?), "problem.scenario.expect_holds", vec![*token]),
        Expected::Violated(token) => {
            (violated(property::<P>(*token)?), "problem.scenario.expect_violated", vec![*token])
        }
        Expected::Reached(token) => {
            let number = property::<P>(*token)?;
            let reached = world.reached() >> number & 1 == 1 || P::eventually(world, usize::from(number));
            (reached, "problem.scenario.expect_reached", vec![*token])
        }
        Expected::So(condition) => (is_so(world, condition)?, "problem.scenario.expect_so", condition.clone()),
        Expected::Not(condition) => (!is_so(world, condition)?, "problem.scenario.expect_not", condition.clone()),
    };
    Ok((!met).then(|| unmet(key, &subject, line)))
}

fn unmet(key: &'static str, subject: &[Token<'_>], line: &Line<'_>) -> Problem {
    let words: Vec<&str> = subject.iter().map(|token| token.text).collect();
    line.token.problem(Text::key(key).with("subject", Arg::Plain(words.join(" "))))
}

/// The edits that an action stands for, at this instant.
pub(crate) fn edits_of<P: Spec>(
    setup: &Setup<P>,
    action: &Action<'_>,
    world: &World<P>,
) -> Result<Vec<Edit<P>>, Problem> {
    match action {
        Action::Spread => Ok(edits::spread(world)),
        Action::Align => Ok(edits::align(world)),
        other => timeless_edits_of(setup, other),
    }
}

/// The edits that one statement stands for.
pub(crate) fn edits_of_statement<P: Spec>(setup: &Setup<P>, text: &str) -> Result<Vec<Edit<P>>, Problem> {
    timeless_edits_of(setup, &parse_action(text)?)
}

/// The edits that an action stands for at any instant; none for those that depend on one.
fn timeless_edits_of<P: Spec>(setup: &Setup<P>, action: &Action<'_>) -> Result<Vec<Edit<P>>, Problem> {
    let id = |token: &Token<'_>| process(setup, *token);
    let edit = match action {
        Action::Spread | Action::Align => return Ok(Vec::new()),
        Action::Crash(node, disk) => Edit::Crash(id(node)?, *disk),
        Action::Restart(node) => Edit::Restart(id(node)?),
        Action::Pause(node) => Edit::Pause(id(node)?),
        Action::Resume(node) => Edit::Resume(id(node)?),
        Action::Rearm(node, after) => Edit::Rearm(id(node)?, *after),
        Action::Skew(node, ppm) => Edit::Skew(id(node)?, *ppm),
        Action::Cut(from, to, both) => return Ok(directions(id(from)?, id(to)?, *both, Edit::Cut)),
        Action::Mend(from, to, both) => return Ok(directions(id(from)?, id(to)?, *both, Edit::Mend)),
        Action::Partition(groups) => {
            let group = |group: &Vec<Token<'_>>| group.iter().map(id).collect::<Result<Vec<_>, _>>();
            Edit::Partition(groups.iter().map(group).collect::<Result<_, _>>()?)
        }
        Action::Heal => Edit::Heal,
        Action::LinkLatency(from, to, latency) => {
            let parsed = parse_latency(latency.text).ok_or_else(|| latency.unexpected("expected.latency"))?;
            Edit::LinkLatency(id(from)?, id(to)?, parsed)
        }
        Action::Message(message, act) => Edit::Message(message_id(*message)?, *act),
        Action::Next { from, to, kind, act } => next_message(setup, (from, to), *kind, *act)?,
        Action::Client { client, via, operation } => {
            let words: Vec<&str> = operation.iter().map(|token| token.text).collect();
            let op = edits::operation_of::<P>(&words.join(" "));
            let first = operation.first().copied().unwrap_or(*client);
            let op = op.map_err(|problem| placed(problem, first))?;
            Edit::Invoke { client: id(client)?, op, target: via.as_ref().map(id).transpose()? }
        }
        Action::Slow(node, time) => Edit::Slow(id(node)?, *time),
        Action::SlowDisk(node, time) => Edit::SlowDisk(id(node)?, *time),
        Action::Jump(node, by) => Edit::Jump(id(node)?, *by),
        Action::Flap { from, to, both, up, down } => {
            let (up, down) = (*up, *down);
            return Ok(directions(id(from)?, id(to)?, *both, |from, to| Edit::Flap { from, to, up, down }));
        }
        Action::Calm => Edit::Calm,
        Action::Storm(storm) => Edit::Storm(*storm),
        Action::Adversary(on) => Edit::Adversary(*on),
        Action::Workload(client, parts) => Edit::Workload(id(client)?, workload(setup, parts)?),
        Action::Patience(client, parts) => {
            let mut policy = setup.policy;
            for (name, value) in parts {
                let set = orders::set_patience(&mut policy, name.text, value.text);
                set.ok_or_else(|| name.unexpected("expected.patience"))?;
            }
            Edit::Patience(id(client)?, policy)
        }
    };
    Ok(vec![edit])
}

/// The workload that these parts make; none if there are none.
fn workload<P: Spec>(setup: &Setup<P>, parts: &[Setting<'_>]) -> Result<Option<Rc<Workload>>, Problem> {
    let mut workload = orders::default_workload();
    for (name, value) in parts {
        let set = orders::set_workload(&mut workload, P::names(setup.nodes, &setup.config), name.text, value.text);
        set.ok_or_else(|| name.unexpected("expected.workload"))?;
    }
    Ok((!parts.is_empty()).then(|| Rc::new(workload)))
}

fn next_message<P: Spec>(
    setup: &Setup<P>,
    (from, to): (&Token<'_>, &Token<'_>),
    kind: Option<Token<'_>>,
    act: MessageAct,
) -> Result<Edit<P>, Problem> {
    let number = |token: Token<'_>| match token.text {
        "request" | "response" => Ok(Body::<P>::CLIENT_KIND),
        name => {
            let known = (0_u8..).zip(P::KINDS).find(|(_, kind)| **kind == name);
            known.map(|(number, _)| number).ok_or_else(|| token.unexpected("expected.kind"))
        }
    };
    let kind = kind.map(number).transpose()?;
    Ok(Edit::NextMessage { from: process(setup, *from)?, to: process(setup, *to)?, kind, act })
}

fn directions<P: Spec>(
    from: ProcessId,
    to: ProcessId,
    both: bool,
    edit: impl Fn(ProcessId, ProcessId) -> Edit<P>,
) -> Vec<Edit<P>> {
    if both { vec![edit(from, to), edit(to, from)] } else { vec![edit(from, to)] }
}

fn process<P: Spec>(setup: &Setup<P>, token: Token<'_>) -> Result<ProcessId, Problem> {
    P::names(setup.nodes, &setup.config)
        .parse(setup.clients, token.text)
        .ok_or_else(|| token.unexpected("expected.process"))
}

fn message_id(token: Token<'_>) -> Result<MessageId, Problem> {
    let number = token.text.strip_prefix('m').and_then(|number| number.parse().ok());
    number.map(MessageId).ok_or_else(|| token.unexpected("expected.message"))
}

fn mutant<P: Spec>(token: Token<'_>) -> Result<u8, Problem> {
    let found = (0..).zip(P::MUTANTS).find(|(_, mutant)| mutant.id == token.text);
    found.map(|(number, _)| number).ok_or_else(|| token.unexpected("expected.mutant"))
}

fn property<P: Spec>(token: Token<'_>) -> Result<u8, Problem> {
    let found = (0..).zip(P::PROPERTIES).find(|(_, property)| property.id == token.text);
    found.map(|(number, _)| number).ok_or_else(|| token.unexpected("expected.property"))
}

/// A problem at a word, unless it has a place already.
pub(crate) fn placed(problem: Problem, token: Token<'_>) -> Problem {
    if problem.line.is_some() { problem } else { problem.at(token.line, token.column) }
}
