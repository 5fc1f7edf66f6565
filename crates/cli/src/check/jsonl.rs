//! Histories with one JSON object a line.

use super::record::{Kind, Mistake, Place, Record};
use consistory_checks::Value;
use serde_json::Value as Json;

/// Reads a file; lines are put in the order of their times where all have one.
pub(super) fn records(text: &str) -> Result<Vec<Record>, Mistake> {
    let mut records = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if !line.trim().is_empty() {
            records.extend(record(line, index + 1)?);
        }
    }
    if records.iter().all(|record: &Record| record.time.is_some()) {
        records.sort_by_key(|record| record.time);
    }
    Ok(records)
}

/// A line; nothing where it is not about a client.
fn record(text: &str, line: usize) -> Result<Option<Record>, Mistake> {
    let json: Json = serde_json::from_str(text).map_err(|error| {
        let place = Place { line, column: error.column().max(1) };
        Mistake::at(place, format!("this is no JSON ({}); each line is one object.", without_place(&error)))
    })?;
    let column = text.len() - text.trim_start().len() + 1;
    let start = Place { line, column };
    let Json::Object(fields) = &json else {
        return Err(Mistake::at(
            start,
            "each line is one object, such as {\"process\":1,\"type\":\"invoke\",\"f\":\"read\"}.",
        ));
    };
    // The place of a field, as far as it can be found again in the text.
    let place = |name: &str| {
        let found = text.find(&format!("\"{name}\"")).map(|byte| text[..byte].chars().count() + 1);
        Place { line, column: found.unwrap_or(column) }
    };
    let process = match fields.get("process") {
        Some(Json::String(_)) => return Ok(None),
        Some(number) if number.is_u64() => number.as_u64().unwrap_or_default(),
        _ => return Err(Mistake::at(place("process"), "process is a whole number, one for each client.")),
    };
    let kind = fields.get("type").and_then(Json::as_str).and_then(Kind::of);
    let kind = kind.ok_or_else(|| Mistake::at(place("type"), "type is invoke, ok, fail or info."))?;
    let function = fields.get("f").and_then(Json::as_str);
    let function = function.ok_or_else(|| Mistake::at(place("f"), "f names the operation, such as read or write."))?;
    let at = |name: &str| fields.get(name).map(|json| value(json, place(name))).transpose();
    let time = match fields.get("time") {
        None | Some(Json::Null) => None,
        Some(time) => {
            let time = time.as_u64();
            Some(time.ok_or_else(|| Mistake::at(place("time"), "time is a whole number of nanoseconds."))?)
        }
    };
    let result = fields.get("result").and_then(Json::as_bool);
    let (key, value) = (at("key")?.unwrap_or_default(), at("value")?);
    Ok(Some(Record { place: start, process, kind, function: function.to_owned(), key, value, result, time }))
}

/// What is wrong, without where: the place is said first.
fn without_place(error: &serde_json::Error) -> String {
    let told = error.to_string();
    told.split_once(" at line ").map_or(told.clone(), |(what, _)| what.to_owned())
}

/// A value of a history.
pub(super) fn value(json: &Json, place: Place) -> Result<Value, Mistake> {
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(yes) => Value::Bool(*yes),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Number(number),
            None => {
                return Err(Mistake::at(place, format!("{number} is no whole number of 64 bits; write it as a text.")));
            }
        },
        Json::String(text) => Value::text(text),
        Json::Array(members) => {
            Value::list(members.iter().map(|member| value(member, place)).collect::<Result<Vec<_>, _>>()?)
        }
        Json::Object(_) => {
            return Err(Mistake::at(place, "a value is null, a number, a text, true, false, or a list of those."));
        }
    })
}
