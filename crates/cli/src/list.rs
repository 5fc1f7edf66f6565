//! `consistory list`.

use crate::arguments::List;
use crate::explore;
use crate::output::{Complaint, Status, print, print_json};
use consistory_kernel::{Journal, World};
use consistory_protocols::{IDS, Spec, Visitor, visit};
use consistory_scene::{Expectation, Text};
use consistory_session::metrics::COMMON;
use consistory_session::words::{Language, sentence};
use consistory_session::{Dial, DialKind, gallery, parameters};
use serde_json::{Value, json};
use std::fmt::Write;

pub(crate) fn perform(arguments: &List) -> Result<Status, Complaint> {
    let protocols: Vec<Value> = IDS.iter().filter_map(|id| visit(id, Describe)).collect();
    let models = explore::models();
    if arguments.json {
        print_json(&json!({"protocols": protocols, "models": models}))?;
    } else {
        let told = protocols.iter().map(in_words).chain(models.iter().map(explore::model_in_words));
        print(&told.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(Status::Fine)
}

struct Describe;

impl Visitor for Describe {
    type Output = Value;

    fn visit<P: Spec>(self) -> Value {
        let title = |language| sentence(language, &Text::key(P::TITLE), &|id| id.to_string());
        let setup = P::defaults();
        let world = World::new(&setup, &mut Journal::off()).expect("a protocol can run with its defaults");
        let dials = parameters::dials(&setup, &world);
        let properties =
            P::PROPERTIES.iter().map(|property| json!({"id": property.id, "expect": expect(property.expectation)}));
        let mutants = P::MUTANTS.iter().map(|mutant| json!({"id": mutant.id, "breaks": mutant.breaks}));
        let scenarios = gallery().iter().filter(|item| item.protocol == P::ID).map(|item| item.id);
        let metrics = COMMON.into_iter().chain(P::METRICS.iter().map(|metric| metric.name));
        json!({
            "id": P::ID,
            "title": {"en": title(Language::English), "zh": title(Language::Chinese)},
            "params": dials.iter().map(parameter).collect::<Vec<_>>(),
            "properties": properties.collect::<Vec<_>>(),
            "mutants": mutants.collect::<Vec<_>>(),
            "scenarios": scenarios.collect::<Vec<_>>(),
            "metrics": metrics.collect::<Vec<_>>(),
        })
    }
}

fn expect(expectation: Expectation) -> &'static str {
    match expectation {
        Expectation::Always => "always",
        Expectation::Sometimes => "sometimes",
        Expectation::Eventually => "eventually",
    }
}

/// A default is written as `--set` takes it, its unit included.
fn parameter(dial: &Dial) -> Value {
    let (kind, unit) = match dial.kind {
        DialKind::Number { .. } => ("number", ""),
        DialKind::Ratio { .. } => ("ratio", "%"),
        DialKind::Duration { .. } => ("duration", "ms"),
        DialKind::Range { .. } => ("range", "ms"),
        DialKind::Latency => ("distribution", "ms"),
        DialKind::Choice { .. } => ("choice", ""),
    };
    json!({"name": dial.name, "kind": kind, "default": dial.value, "unit": unit})
}

fn in_words(protocol: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |key: &str| protocol[key].as_array().cloned().unwrap_or_default();
    let mut told = format!("{}  {}\n", text(&protocol["id"]), text(&protocol["title"]["en"]));
    let mut section = |name: &str, lines: Vec<String>| {
        // Writing to a string cannot fail.
        let _ = writeln!(told, "  {name}");
        for line in lines {
            let _ = writeln!(told, "    {line}");
        }
    };
    let pair = |one: &'static str, between: &'static str, other: &'static str| {
        move |value: &Value| format!("{}{between}{}", text(&value[one]), text(&value[other]))
    };
    section("parameters", list("params").iter().map(pair("name", "=", "default")).collect());
    section("properties", list("properties").iter().map(pair("id", ", ", "expect")).collect());
    section("rules to switch off", list("mutants").iter().map(pair("id", ", breaks ", "breaks")).collect());
    section("scenarios", list("scenarios").iter().map(text).collect());
    section("metrics", list("metrics").iter().map(text).collect());
    told
}
