//! The lines of a history file, whatever its format, and the history that they make.

use super::txn;
use consistory_checks::{Call, History, Object, Recorder, Value};
use std::fmt;

/// A place in a file, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What is wrong with a file, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) place: Place,
    pub(super) sentence: String,
}

impl Mistake {
    pub(super) fn at(place: Place, sentence: impl Into<String>) -> Self {
        Self { place, sentence: sentence.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.place.line, self.place.column, self.sentence)
    }
}

/// What a line tells of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Invoke,
    Ok,
    Fail,
    Info,
}

impl Kind {
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "invoke" => Some(Self::Invoke),
            "ok" => Some(Self::Ok),
            "fail" => Some(Self::Fail),
            "info" => Some(Self::Info),
            _ => None,
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) place: Place,
    pub(super) process: u64,
    pub(super) kind: Kind,
    /// What is done: `read`, `write`, …
    pub(super) function: String,
    pub(super) key: Value,
    /// Nothing where the line has none.
    pub(super) value: Option<Value>,
    /// Whether a comparison held.
    pub(super) result: Option<bool>,
    /// Nanoseconds.
    pub(super) time: Option<u64>,
}

/// The history that records in the order of real time make.
pub(super) fn assemble(records: &[Record], object: Object) -> Result<History, Mistake> {
    let mut recorder = Recorder::default();
    // A transaction names its keys itself: a list of two actions is no pair of a key and a value.
    let records = if object == Object::Transactions { records.to_vec() } else { with_keys(records) };
    for (number, record) in records.iter().enumerate() {
        add(&mut recorder, record, number, object)?;
    }
    Ok(recorder.history())
}

fn add(recorder: &mut Recorder, record: &Record, number: usize, object: Object) -> Result<(), Mistake> {
    let misfit = |misfit: consistory_checks::Misfit| Mistake::at(record.place, format!("{misfit}."));
    let time = record.time.unwrap_or(number as u64);
    let process = record.process;
    if record.kind == Kind::Invoke {
        let (key, call) = call(record, object)?;
        return recorder.invoke(process, key, call, time).map_err(misfit);
    }
    let Some(pending) = recorder.pending(process) else {
        return match record.kind {
            // Jepsen's nemesis and similar processes tell things without invoking them.
            Kind::Info => Ok(()),
            Kind::Invoke | Kind::Ok | Kind::Fail => Err(misfit(consistory_checks::Misfit::NothingInvoked { process })),
        };
    };
    match record.kind {
        Kind::Invoke | Kind::Info => recorder.lose(process, time).map_err(misfit),
        Kind::Fail => recorder.fail(process).map_err(misfit),
        Kind::Ok => {
            let (_, ended) = call(record, object)?;
            if let Some(remedy) = difference(&ended, &pending.call) {
                let sentence = format!("process {process} ends another operation than it invoked; {remedy}.");
                return Err(Mistake::at(record.place, sentence));
            }
            let returned = returned(record, &pending.call)?;
            recorder.succeed(process, returned, time).map_err(misfit)
        }
    }
}

/// What to do where an operation does not end as the one that it was invoked as.
fn difference(ended: &Call, invoked: &Call) -> Option<&'static str> {
    if core::mem::discriminant(ended) != core::mem::discriminant(invoked) {
        return Some("write both with the same f");
    }
    let is_transaction = matches!(invoked, Call::Transaction(_));
    (is_transaction && ended != invoked).then_some("repeat the actions of the txn, with what its reads saw")
}

/// What is asked, and of which object.
fn call(record: &Record, object: Object) -> Result<(Value, Call), Mistake> {
    let mistake = |sentence: String| Mistake::at(record.place, sentence);
    let value = || record.value.clone().unwrap_or_default();
    let call = match record.function.as_str() {
        "read" | "get" | "r" => Call::Read,
        "write" | "put" | "set" | "w" => Call::Write(value()),
        "cas" | "compare-and-set" => match value() {
            Value::List(pair) if pair.len() == 2 => Call::CompareAndSet(pair[0].clone(), pair[1].clone()),
            _ => return Err(mistake("a cas has the value [expected, new].".to_owned())),
        },
        "append" => Call::Append(value()),
        "add" | "increment" if object == Object::Counter => match value() {
            Value::Number(by) => Call::Increment(by),
            Value::Nil => Call::Increment(1),
            Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Set(_) => {
                return Err(mistake("a counter is added a whole number to.".to_owned()));
            }
        },
        "add" => Call::Add(value()),
        "remove" => Call::Remove(value()),
        "contains" => Call::Contains(value()),
        "enqueue" => Call::Enqueue(value()),
        "dequeue" => Call::Dequeue,
        "acquire" | "lock" => Call::Acquire,
        "release" | "unlock" => Call::Release,
        "txn" if object == Object::Transactions => Call::Transaction(txn::read(record)?.actions.into()),
        other => return Err(mistake(format!("{other} is no operation; {} has {}.", named(object), known(object)))),
    };
    if !object.knows(&call) {
        let sentence = format!("{} has no {}; it has {}.", named(object), record.function, known(object));
        return Err(mistake(sentence));
    }
    Ok((record.key.clone(), call))
}

/// The kind of object with its article.
fn named(object: Object) -> String {
    match object {
        Object::Transactions => "a history of transactions".to_owned(),
        Object::Register
        | Object::CasRegister
        | Object::KeyValue
        | Object::ListAppend
        | Object::Set
        | Object::Counter
        | Object::Queue
        | Object::Lock => format!("a {}", object.id()),
    }
}

/// Jepsen's independent keys: every line has a pair of key and value in the place of its value, a read's invocation too.
fn with_keys(records: &[Record]) -> Vec<Record> {
    let pair = |record: &Record| match &record.value {
        Some(Value::List(pair)) if pair.len() == 2 && record.key == Value::Nil => {
            Some((pair[0].clone(), pair[1].clone()))
        }
        _ => None,
    };
    let is_plain = |record: &Record| record.function != "cas" && record.function != "compare-and-set";
    let has_keys = records.iter().all(|record| pair(record).is_some()) && records.iter().any(is_plain);
    let with_key = |record: &Record| match pair(record).filter(|_| has_keys) {
        Some((key, value)) => Record { key, value: Some(value), ..record.clone() },
        None => record.clone(),
    };
    records.iter().map(with_key).collect()
}

fn returned(record: &Record, call: &Call) -> Result<Value, Mistake> {
    match call {
        Call::Read | Call::Dequeue => record.value.clone().ok_or_else(|| {
            let sentence =
                format!("an ok {} tells the value that it returned; null where there was none.", record.function);
            Mistake::at(record.place, sentence)
        }),
        Call::CompareAndSet(..) => Ok(Value::Bool(record.result.unwrap_or(true))),
        Call::Contains(_) => match record.result {
            Some(result) => Ok(Value::Bool(result)),
            None => Err(Mistake::at(record.place, "an ok contains tells its result, true or false.")),
        },
        Call::Transaction(_) => Ok(Value::list(txn::read(record)?.seen)),
        Call::Write(_)
        | Call::Append(_)
        | Call::Add(_)
        | Call::Remove(_)
        | Call::Increment(_)
        | Call::Enqueue(_)
        | Call::Acquire
        | Call::Release => Ok(Value::Nil),
    }
}

fn known(object: Object) -> &'static str {
    match object {
        Object::Register => "read and write",
        Object::CasRegister => "read, write and cas",
        Object::KeyValue => "read, write, cas and append",
        Object::ListAppend => "read and append",
        Object::Set => "add, remove, contains and read",
        Object::Counter => "add and read",
        Object::Queue => "enqueue and dequeue",
        Object::Lock => "acquire and release",
        Object::Transactions => "txn",
    }
}
