//! `consistory explore`.

use crate::arguments::Explore as Arguments;
use crate::output::{self, Complaint, Status, number, print, print_json};
use consistory_kernel::Setup;
use consistory_lab::explore::models::{MODELS, ModelInfo, Parameter, Values};
use consistory_lab::explore::{Bounds, Explored, Finding, Progress, Worlds, explore_worlds};
use consistory_lab::link_of;
use consistory_protocols::{IDS, Spec, Visitor, visit};
use consistory_session::parameters;
use consistory_session::words::{Language, sentence};
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Instant;

/// Distinct states that are kept without a limit of one's own: 26 bytes each at that number, and those that wait.
const STATES: u32 = 40_000_000;

/// What tells a protocol from a model of the same name.
const OF_PROTOCOLS: &str = "protocol:";

/// The same of protocols as they run, whose states are far larger.
const WORLDS: u32 = 2_000_000;

pub(crate) fn perform(arguments: &Arguments) -> Result<Status, Complaint> {
    let id = arguments.model.as_str();
    if let Some(model) = MODELS.into_iter().find(|model| model.id == id) {
        return of_model(model, arguments);
    }
    let protocol = id.strip_prefix(OF_PROTOCOLS).unwrap_or(id);
    visit(protocol, OfProtocol(arguments)).unwrap_or_else(|| Err(no_model(id)))
}

fn no_model(id: &str) -> Complaint {
    let known = MODELS.iter().map(|model| model.id).chain(IDS.iter().copied()).collect::<Vec<_>>().join(", ");
    Complaint::new(format!("MODEL {id}: there is no such model; known are {known}."))
}

fn of_model(model: &ModelInfo, arguments: &Arguments) -> Result<Status, Complaint> {
    let mut settings = model.defaults();
    for (name, value) in &arguments.settings {
        let set = settings.set(name, value);
        set.map_err(|error| Complaint::new(format!("--set {name}={value}: {error}")))?;
    }
    report(arguments, |max_states, go_on| (model.explore(&settings, max_states, go_on), None))
}

/// Explores a protocol as it runs.
struct OfProtocol<'a>(&'a Arguments);

impl Visitor for OfProtocol<'_> {
    type Output = Result<Status, Complaint>;

    fn visit<P: Spec>(self) -> Self::Output {
        let (bounds, setup) = bounded::<P>(self.0)?;
        report(self.0, |max_states, go_on| {
            let Worlds { explored, scenario } = explore_worlds(setup, bounds, max_states.min(WORLDS), go_on);
            (explored, scenario)
        })
    }
}

/// The bounds and the setup that `--set` asks for: names of bounds, `mutant`, and the parameters of a run.
fn bounded<P: Spec>(arguments: &Arguments) -> Result<(Bounds, Setup<P>), Complaint> {
    let mut bounds = Bounds::default();
    let mut setup = P::defaults();
    // The smallest cluster that has majorities is where most mistakes show.
    setup.nodes = setup.nodes.min(3);
    setup.clients = 1;
    for (name, value) in &arguments.settings {
        let wrong = |remedy: &str| Complaint::new(format!("--set {name}={value}: {remedy}"));
        let number = |most: u16| {
            let number = value.parse::<u16>().ok().filter(|number| *number <= most);
            number.ok_or_else(|| wrong(&format!("write a whole number from 0 to {most}.")))
        };
        let small = |most: u16| number(most).map(|number| u8::try_from(number).unwrap_or(u8::MAX));
        match name.as_str() {
            "timeouts" => bounds.timeouts = small(20)?,
            "crashes" => bounds.crashes = small(20)?,
            "operations" => bounds.operations = small(20)?,
            "messages" => bounds.messages = number(1_000)?,
            "mutant" => {
                let place = P::MUTANTS.iter().position(|mutant| mutant.id == value).ok_or_else(|| {
                    let known = P::MUTANTS.iter().map(|mutant| mutant.id).collect::<Vec<_>>().join(", ");
                    wrong(&format!("there is no such rule to switch off; known are {known}."))
                })?;
                setup.mutants |= 1 << place;
            }
            _ => parameters::set(&mut setup, name, value).map_err(|problem| {
                let said = sentence(Language::English, &problem.text, &|id| id.to_string());
                Complaint::new(format!(
                    "--set {name}={value}: {said} Bounds are timeouts, crashes, operations and messages; mutant names a rule."
                ))
            })?,
        }
    }
    Ok((bounds, setup))
}

/// Explores whatever it is, and says what came of it.
fn report(
    arguments: &Arguments,
    explore: impl FnOnce(u32, &mut dyn FnMut(Progress) -> bool) -> (Explored, Option<String>),
) -> Result<Status, Complaint> {
    let started = Instant::now();
    let (explored, scenario) = explore(arguments.max_states.unwrap_or(STATES), &mut |progress| {
        let Progress { distinct, queue, depth } = progress;
        output::progress(&format!("{distinct} states, {queue} of them waiting, depth {depth}"));
        true
    });
    let seconds = started.elapsed().as_secs_f64();
    output::progress_done();
    if arguments.json {
        print_json(&as_json(&explored, scenario.as_deref(), seconds))?;
    } else {
        print(&(in_words(&explored) + &scenario.map(|text| format!("\n{text}")).unwrap_or_default()))?;
    }
    Ok(status(&explored))
}

fn status(explored: &Explored) -> Status {
    if !explored.findings.is_empty() {
        Status::Violated
    } else if explored.complete {
        Status::Fine
    } else {
        Status::Undecided
    }
}

fn as_json(explored: &Explored, scenario: Option<&str>, seconds: f64) -> Value {
    let finding = |finding: &Finding| {
        let mut told = json!({
            "property": finding.property,
            "kind": finding.kind.id(),
            "length": finding.length,
            "trace": finding.trace,
            "state": finding.state,
        });
        // A model has no run that could be played.
        if let Some(text) = scenario {
            told["scenario"] = json!(text);
            told["link"] = json!(link_of(text).ok());
        }
        told
    };
    json!({
        "distinct": explored.distinct,
        "generated": explored.generated,
        "depth": explored.depth,
        "complete": explored.complete,
        "findings": explored.findings.iter().map(finding).collect::<Vec<_>>(),
        "seconds": number((seconds * 1_000.0).round() / 1_000.0),
        "reached": explored.reached,
        "unreached": explored.unreached,
        "outside": explored.outside,
    })
}

fn in_words(explored: &Explored) -> String {
    let Explored { distinct, generated, depth, .. } = explored;
    let extent = if explored.complete { "every reachable state" } else { "not every reachable state" };
    let mut told = format!("{distinct} distinct states, {generated} generated, depth {depth}: {extent}.\n");
    // Writing to a string cannot fail.
    for id in &explored.reached {
        let _ = writeln!(told, "{id} is reached.");
    }
    for id in &explored.unreached {
        let _ = writeln!(told, "{id} is not reached.");
    }
    for finding in &explored.findings {
        let _ = writeln!(told, "\n{} is violated after {} steps:\n", finding.property, finding.length);
        for line in finding.trace.iter().chain([&finding.state]) {
            let _ = writeln!(told, "{line}");
        }
    }
    told
}

/// The models as `list` prints them.
pub(crate) fn models() -> Vec<Value> {
    let model = |model: &ModelInfo| {
        let parameters = model.parameters.iter().map(parameter).collect::<Vec<_>>();
        json!({"id": model.id, "title": model.title, "params": parameters})
    };
    MODELS.into_iter().map(model).collect()
}

/// A default is written as `--set` takes it.
fn parameter(parameter: &Parameter) -> Value {
    let name = parameter.name;
    match parameter.values {
        Values::Number { min, max, default } => {
            json!({"name": name, "kind": "number", "default": default.to_string(), "unit": "", "min": min, "max": max})
        }
        Values::Choice(words) => {
            json!({"name": name, "kind": "choice", "default": words[0], "unit": "", "choices": words})
        }
    }
}

/// A model of [`models`] for the terminal.
pub(crate) fn model_in_words(model: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told = format!("{}  {}\n  parameters\n", text(&model["id"]), text(&model["title"]));
    for parameter in model["params"].as_array().into_iter().flatten() {
        let limits = match parameter["choices"].as_array() {
            Some(words) => words.iter().map(text).collect::<Vec<_>>().join(", "),
            None => format!("{} to {}", parameter["min"], parameter["max"]),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(told, "    {}={} ({limits})", text(&parameter["name"]), text(&parameter["default"]));
    }
    told
}
