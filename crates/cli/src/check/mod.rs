//! `consistory check`: whether a recorded history satisfies a consistency model.

mod edn;
mod jsonl;
mod record;
mod txn;

use crate::arguments::{Check, Format};
use crate::history::{parts, value_json};
use crate::output::{Complaint, Status, print, print_json};
use crate::source::read_text;
use consistory_checks::{Budget, Call, Case, History, Model, Object, Operation, Value, Verdict, Witness, judge};
use record::{Place, assemble};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

pub(crate) fn perform(arguments: &Check) -> Result<Status, Complaint> {
    require_model_of(arguments.object, arguments.model)?;
    let (name, text) = read_text(&arguments.file)?;
    let history = parse(&text, format(arguments), arguments.object);
    let history = history.map_err(|mistake| Complaint::new(format!("{name}:{mistake}")))?;
    let initial = match &arguments.initial {
        Some(text) => {
            let value = parse_value(text).and_then(|value| fitting(value, arguments.object));
            value.map_err(|told| Complaint::new(format!("--initial {text}: {told}")))?
        }
        None => arguments.object.initial(),
    };
    let case = Case { history: &history, object: arguments.object, initial: &initial };
    let verdict = judge(case, arguments.model, &mut Budget::default());
    if arguments.json {
        print_json(&as_json(&history, arguments.model, &verdict))?;
    } else {
        print(&in_words(&history, arguments.model, &verdict))?;
    }
    Ok(match verdict {
        Verdict::Valid { .. } => Status::Fine,
        Verdict::Invalid { .. } => Status::Violated,
        Verdict::Undecided => Status::Undecided,
    })
}

/// A value on the command line: as in JSON, or a text.
fn parse_value(text: &str) -> Result<Value, String> {
    if text == "nil" {
        return Ok(Value::Nil);
    }
    match serde_json::from_str(text) {
        Ok(json) => jsonl::value(&json, Place { line: 1, column: 1 }).map_err(|mistake| mistake.sentence),
        Err(_) => Ok(Value::text(text)),
    }
}

/// What an object may hold at first.
fn fitting(value: Value, object: Object) -> Result<Value, String> {
    if object != Object::Transactions || has_each_key_once(&value) {
        return Ok(value);
    }
    Err("transactions begin with a list of keys, each once with its value, such as [[\"x\",1],[\"y\",2]].".to_owned())
}

fn has_each_key_once(value: &Value) -> bool {
    let Value::List(pairs) = value else { return false };
    let key = |member: &Value| match member {
        Value::List(pair) if pair.len() == 2 => Some(pair[0].clone()),
        _ => None,
    };
    let keys: Option<BTreeSet<Value>> = pairs.iter().map(key).collect();
    keys.is_some_and(|keys| keys.len() == pairs.len())
}

fn require_model_of(object: Object, model: Model) -> Result<(), Complaint> {
    let models = Model::of(object);
    if models.contains(&model) {
        return Ok(());
    }
    let known = models.iter().copied().map(Model::id).collect::<Vec<_>>().join(", ");
    let (model, object) = (model.id(), object.id());
    Err(Complaint::new(format!("--model {model}: that is no model of --object {object}; choose one of {known}.")))
}

fn format(arguments: &Check) -> Format {
    let is_edn = Path::new(&arguments.file).extension().is_some_and(|extension| extension == "edn");
    arguments.format.unwrap_or(if is_edn { Format::JepsenEdn } else { Format::Jsonl })
}

fn parse(text: &str, format: Format, object: Object) -> Result<History, record::Mistake> {
    let records = match format {
        Format::Jsonl => jsonl::records(text)?,
        Format::JepsenEdn => edn::records(text)?,
    };
    assemble(&records, object)
}

fn as_json(history: &History, model: Model, verdict: &Verdict) -> Json {
    let operations = history.operations();
    let all = |places: &[usize]| places.iter().map(|place| operation_json(*place, &operations[*place])).collect();
    let (witness, conflict): (Vec<Json>, Vec<Json>) = match verdict {
        Verdict::Valid { witness } => (witness_json(witness, &all), Vec::new()),
        Verdict::Invalid { conflict } => (Vec::new(), all(conflict)),
        Verdict::Undecided => (Vec::new(), Vec::new()),
    };
    json!({
        "valid": verdict.is_valid(),
        "model": model.id(),
        "operations": operations.len(),
        "witness": witness,
        "conflict": conflict,
    })
}

/// One order for everybody is a list of operations; an order for each process is a list of those.
fn witness_json(witness: &[Witness], all: &dyn Fn(&[usize]) -> Vec<Json>) -> Vec<Json> {
    match witness {
        [Witness { process: None, order }] => all(order),
        views => {
            let view = |view: &Witness| json!({"process": view.process, "order": all(&view.order)});
            views.iter().map(view).collect()
        }
    }
}

fn operation_json(place: usize, operation: &Operation) -> Json {
    let (function, value) = parts(&operation.call, operation.returned());
    let mut json = json!({
        "index": place,
        "process": operation.process,
        "f": function,
        "key": value_json(&operation.key),
        "value": value_json(&value),
        "type": if operation.returned().is_some() { "ok" } else { "info" },
        "invoked": operation.invoked_at,
        "ended": operation.ended_at,
    });
    if let (Call::CompareAndSet(..) | Call::Contains(_), Some(result)) = (&operation.call, operation.returned()) {
        json["result"] = value_json(result);
    }
    json
}

fn in_words(history: &History, model: Model, verdict: &Verdict) -> String {
    let operations = history.operations();
    let count = operations.len();
    let model = model.id();
    let line = |place: &usize| {
        let operation = &operations[*place];
        let (function, value) = parts(&operation.call, operation.returned());
        let key = if operation.key == Value::Nil { String::new() } else { format!(" {}", operation.key) };
        let result = match operation.returned() {
            None => "  (unknown)",
            Some(Value::Bool(false)) => "  (no)",
            Some(_) => "",
        };
        format!("  process {:<4} {function}{key} {value}{result}", operation.process)
    };
    let mut told = match verdict {
        Verdict::Valid { .. } => format!("valid      {model}, {count} operations\n"),
        Verdict::Invalid { .. } => {
            format!("invalid    not {model}, {count} operations; these contradict each other:\n")
        }
        Verdict::Undecided => format!("undecided  whether {model}, {count} operations: the search was given up\n"),
    };
    if let Verdict::Invalid { conflict } = verdict {
        for place in conflict {
            // Writing to a string cannot fail.
            let _ = writeln!(told, "{}", line(place));
        }
    }
    told
}
