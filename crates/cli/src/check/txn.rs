//! Transactions as Jepsen writes them: a list of micro-operations, each with its name, its key and a value.

use super::record::{Mistake, Record};
use consistory_checks::{Action, Value};

/// A transaction of a line.
pub(super) struct Txn {
    pub(super) actions: Vec<Action>,
    /// What stands in the places of its reads, in their order: what they saw, where it has ended.
    pub(super) seen: Vec<Value>,
}

/// Reads the value of a line.
pub(super) fn read(record: &Record) -> Result<Txn, Mistake> {
    let mistake = |sentence: String| Mistake::at(record.place, sentence);
    if record.key != Value::Nil {
        return Err(mistake("a txn has no key; each of its actions names its own.".to_owned()));
    }
    let Some(Value::List(list)) = &record.value else {
        let example = "[[\"r\",\"x\",null],[\"w\",\"y\",2]]";
        return Err(mistake(format!("the value of a txn is a list of actions, such as {example}.")));
    };
    let mut txn = Txn { actions: Vec::new(), seen: Vec::new() };
    for (place, action) in list.iter().enumerate() {
        let number = place + 1;
        let Some((name, key, value)) = parts(action) else {
            let forms = "[\"r\",key,null], [\"w\",key,value] or [\"add\",key,number]";
            return Err(mistake(format!("action {number} is none; write {forms}.")));
        };
        let action = match (name.trim_start_matches(':'), value) {
            ("r" | "read", seen) => {
                txn.seen.push(seen.clone());
                Action::Read(key.clone())
            }
            ("w" | "write", value) => Action::Write(key.clone(), value.clone()),
            ("add", Value::Number(by)) => Action::Add(key.clone(), *by),
            ("add", _) => return Err(mistake(format!("action {number} adds what is no whole number; write one."))),
            (other, _) => return Err(mistake(format!("{other} is no action; action {number} is r, w or add."))),
        };
        txn.actions.push(action);
    }
    Ok(txn)
}

/// The name, the key and the value of an action.
fn parts(action: &Value) -> Option<(&str, &Value, &Value)> {
    let Value::List(parts) = action else { return None };
    let [Value::Text(name), key, value] = &**parts else { return None };
    Some((&**name, key, value))
}
