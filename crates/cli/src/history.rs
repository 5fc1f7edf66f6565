//! The history of the clients' operations, one JSON object a line, as the contract has it.

use consistory_checks::{Action, Call, Value};
use consistory_kernel::{StepId, Timeline};
use consistory_protocols::Spec;
use consistory_session::history::{Stage, Turn, turns};
use serde_json::{Value as Json, json};

/// The lines of the current branch.
pub(crate) fn lines<P: Spec>(timeline: &Timeline<P>) -> String {
    let lines = turns(timeline, StepId::NONE).into_iter().map(|turn| format!("{}\n", line(&turn)));
    lines.collect()
}

fn line(turn: &Turn) -> Json {
    let (kind, returned) = match &turn.stage {
        Stage::Invoked => ("invoke", None),
        Stage::Ok(returned) => ("ok", Some(returned)),
        Stage::Failed => ("fail", None),
        Stage::Unknown => ("info", None),
    };
    let (function, value) = parts(&turn.call, returned);
    let (key, value) = (value_json(&turn.key), value_json(&value));
    let mut line = json!({"process": turn.process, "type": kind, "f": function, "key": key, "value": value});
    if returned == Some(&Value::Bool(false)) {
        line["result"] = json!(false);
    }
    line["time"] = json!(turn.time * 1_000);
    line
}

/// The name of an operation, and the value that its line in a history has.
pub(crate) fn parts(call: &Call, returned: Option<&Value>) -> (&'static str, Value) {
    let returned = || returned.cloned().unwrap_or_default();
    match call {
        Call::Read => ("read", returned()),
        Call::Write(value) => ("write", value.clone()),
        Call::CompareAndSet(expected, new) => ("cas", Value::list([expected.clone(), new.clone()])),
        Call::Append(value) => ("append", value.clone()),
        Call::Add(value) => ("add", value.clone()),
        Call::Remove(value) => ("remove", value.clone()),
        Call::Contains(value) => ("contains", value.clone()),
        Call::Increment(by) => ("add", Value::Number(*by)),
        Call::Enqueue(value) => ("enqueue", value.clone()),
        Call::Dequeue => ("dequeue", returned()),
        Call::Acquire => ("acquire", Value::Nil),
        Call::Release => ("release", Value::Nil),
        Call::Transaction(actions) => ("txn", micro_operations(actions, &returned())),
    }
}

/// A transaction as Jepsen writes it: for each action its name, its key, and what it read, wrote or added. What a read saw
/// is nil where that is unknown.
fn micro_operations(actions: &[Action], returned: &Value) -> Value {
    let mut seen = returned.members();
    let micro_operation = |action: &Action| {
        let (name, value) = match action {
            Action::Read(_) => ("r", seen.next().cloned().unwrap_or_default()),
            Action::Write(_, value) => ("w", value.clone()),
            Action::Add(_, by) => ("add", Value::Number(*by)),
        };
        Value::list([Value::text(name), action.key().clone(), value])
    };
    Value::list(actions.iter().map(micro_operation))
}

/// A value as JSON.
pub(crate) fn value_json(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(yes) => json!(yes),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(&**text),
        Value::List(_) | Value::Set(_) => Json::Array(value.members().map(value_json).collect()),
    }
}
