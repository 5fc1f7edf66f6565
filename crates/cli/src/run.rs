//! `consistory run` and `consistory transcript`.

use crate::arguments::{Run, Scenario};
use crate::output::{Complaint, Status, number, print, print_json, words};
use crate::{history, source};
use consistory_kernel::{ProcessId, ProcessStatus, StepId};
use consistory_protocols::{Spec, names_of};
use consistory_scene::Field;
use consistory_session::metrics::{Measured, measure};
use consistory_session::words::{Language, sentence};
use consistory_session::{Command, LiveRun, Opened, RunVisitor, Session, ViewState, codec, open_with, visit_run};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

pub(crate) fn perform(arguments: &Run) -> Result<Status, Complaint> {
    let loaded = source::load(&arguments.course.scenario.name)?;
    let overrides = source::overrides_of(&arguments.course);
    let report = Report { trace: arguments.trace.is_some(), history: arguments.history.is_some() };
    let reported = visit_run(loaded.source(), &overrides, report);
    let reported = reported.map_err(|problem| loaded.complaint(&problem, &overrides))?;
    write(arguments.trace.as_deref(), &reported.trace)?;
    write(arguments.history.as_deref(), &reported.history)?;
    if arguments.json {
        print_json(&reported.value)?;
    } else {
        print(&in_words(&reported.value))?;
    }
    Ok(if reported.is_fine { Status::Fine } else { Status::Violated })
}

pub(crate) fn transcript(arguments: &Scenario) -> Result<Status, Complaint> {
    let loaded = source::load(&arguments.name)?;
    let overrides = source::overrides(arguments);
    let opened = open_with(loaded.source(), &overrides).map_err(|problem| loaded.complaint(&problem, &overrides))?;
    print(&opened.session.transcript())?;
    Ok(Status::Fine)
}

fn write(path: Option<&Path>, text: &str) -> Result<(), Complaint> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, text).map_err(|error| Complaint::about_file(path, &error))
}

/// What is wanted of a run besides its summary.
struct Report {
    trace: bool,
    history: bool,
}

struct Reported {
    value: Value,
    trace: String,
    history: String,
    is_fine: bool,
}

impl RunVisitor for Report {
    type Output = Reported;

    fn visit<P: Spec>(self, opened: Opened<LiveRun<P>>) -> Reported {
        let Opened { session: mut run, notice, unmet, .. } = opened;
        // The end of the run; a session has no limit there that it could refuse.
        let _ = run.apply(Command::SeekStep { step: StepId::NONE });
        let trace = if self.trace { run.trace() } else { String::new() };
        let history = if self.history { history::lines(run.timeline()) } else { String::new() };
        let notes: Vec<String> = notice.iter().chain(&unmet).map(words).collect();
        let is_fine = run.findings().is_empty() && unmet.is_empty() && run.timeline().tip().halted().is_none();
        Reported { value: summary(&run, &notes), trace, history, is_fine }
    }
}

fn summary<P: Spec>(run: &LiveRun<P>, told: &[String]) -> Value {
    let world = run.timeline().tip();
    let counters = world.counters();
    let name = |id: ProcessId| names_of(world).name(id);
    let findings = run.findings().into_iter().map(|finding| {
        let nodes: Vec<String> = finding.nodes.iter().map(|id| name(*id)).collect();
        json!({"property": finding.property, "at_us": finding.time, "nodes": nodes})
    });
    let nodes = (0..world.node_count()).map(|node| self::node(run, ProcessId(node)));
    let mut value = json!({
        "protocol": P::ID,
        "seed": run.seed(),
        "until_us": world.time(),
        "events": world.steps().0,
        "sent": counters.sent,
        "delivered": counters.delivered,
        "dropped": counters.dropped,
        "digest": format!("{:016x}", world.digest()),
        "findings": findings.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
        "metrics": metrics(&measure(run.timeline())),
        "link": run.link(ViewState::default(), codec()),
    });
    if !told.is_empty() {
        value["notes"] = json!(told);
    }
    if let Some(limit) = world.halted() {
        value["halted"] = json!(format!("{limit:?}").to_lowercase());
    }
    value
}

/// A metric that one run gives many values is their mean here; a sweep pools them.
fn metrics(measured: &[Measured]) -> Map<String, Value> {
    let value = |measured: &Measured| {
        let count = u32::try_from(measured.values.len()).unwrap_or(u32::MAX);
        let mean = measured.values.iter().sum::<f64>() / f64::from(count);
        if count == 0 { Value::Null } else { number(mean) }
    };
    measured.iter().map(|measured| (measured.name.to_owned(), value(measured))).collect()
}

fn node<P: Spec>(run: &LiveRun<P>, id: ProcessId) -> Value {
    let world = run.timeline().tip();
    let is_up = world.process(id).is_some_and(|process| process.status != ProcessStatus::Crashed);
    let fields = world.node(id).map(|node| P::node_fields(world, id, node)).unwrap_or_default();
    let named = |id: ProcessId| names_of(world).name(id);
    let fields: Map<String, Value> =
        fields.iter().map(|field| (field_name(P::ID, field), field_value(field, &named))).collect();
    json!({"id": named(id), "up": is_up, "fields": fields})
}

/// `raft.field.voted_for` is `voted_for`, `raft.timer.election` is `timer_election`.
fn field_name(protocol: &str, field: &Field) -> String {
    let key = field.name.key;
    let own = key.strip_prefix(protocol).map_or(key, |rest| rest.trim_start_matches('.'));
    own.strip_prefix("field.").unwrap_or(own).replace(['.', '-'], "_")
}

fn field_value(field: &Field, name: &dyn Fn(ProcessId) -> String) -> Value {
    let text = sentence(Language::English, &field.value, name);
    match text.parse::<i64>() {
        Ok(number) => json!(number),
        Err(_) if text == "–" => Value::Null,
        Err(_) => json!(text),
    }
}

fn in_words(value: &Value) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut told = String::new();
    // Writing to a string cannot fail.
    let mut line = |text: String| {
        let _ = writeln!(told, "{text}");
    };
    for name in ["protocol", "seed", "until_us", "events", "sent", "delivered", "dropped", "digest"] {
        line(format!("{name:<10} {}", plain(&value[name])));
    }
    for node in value["nodes"].as_array().into_iter().flatten() {
        let fields = node["fields"].as_object().into_iter().flatten();
        let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let state = if node["up"] == json!(true) { fields.join("  ") } else { "down".to_owned() };
        line(format!("{:<10} {state}", plain(&node["id"])));
    }
    for (name, metric) in value["metrics"].as_object().into_iter().flatten() {
        line(format!("{name:<20} {}", if metric.is_null() { "undefined".to_owned() } else { plain(metric) }));
    }
    for finding in value["findings"].as_array().into_iter().flatten() {
        let nodes: Vec<String> = finding["nodes"].as_array().into_iter().flatten().map(plain).collect();
        line(format!("violated   {} at {} µs by {}", plain(&finding["property"]), finding["at_us"], nodes.join(" ")));
    }
    for note in value["notes"].as_array().into_iter().flatten() {
        line(format!("note       {}", plain(note)));
    }
    line(format!("link       {}", plain(&value["link"])));
    told
}
