//! Orders that a history itself gives: each process's own, and what may have caused what.

use crate::task::Relation;
use crate::{Call, History, Object, Operation, Outcome, Value};
use std::collections::BTreeMap;

/// Each process's operations in their order. Nothing comes after one with an unknown outcome: it may be late.
pub(crate) fn program_order(history: &History) -> Relation {
    let operations = history.operations();
    let mut relation = Relation::new(operations.len());
    let mut last: BTreeMap<u64, usize> = BTreeMap::new();
    for (place, operation) in operations.iter().enumerate() {
        if let Some(before) = last.get(&operation.process) {
            relation.add(*before, place);
        }
        if operation.outcome != Outcome::Unknown {
            last.insert(operation.process, place);
        }
    }
    relation
}

/// An operation, and one that it must have learned from: exactly one of these did what it saw.
pub(crate) struct Source {
    pub(crate) reader: usize,
    pub(crate) writers: Vec<usize>,
}

/// For each thing that an operation saw, who can have done it. What was there at first has no source.
pub(crate) fn sources(history: &History, object: Object, initial: &Value) -> Vec<Source> {
    let operations = history.operations();
    let mut sources = Vec::new();
    for (reader, operation) in operations.iter().enumerate() {
        for seen in seen_by(operation, object) {
            if seen == *initial || initial.members().any(|member| *member == seen) {
                continue;
            }
            let did = |other: &Operation| other.key == operation.key && does(other, object, &seen);
            let writers = (0..operations.len()).filter(|other| *other != reader && did(&operations[*other]));
            let writers: Vec<usize> = writers.collect();
            sources.push(Source { reader, writers });
        }
    }
    sources
}

/// The things that an operation saw: values, or members of a list or set.
fn seen_by(operation: &Operation, object: Object) -> Vec<Value> {
    let Some(returned) = operation.returned() else { return Vec::new() };
    match (&operation.call, returned) {
        (Call::Read, Value::List(_) | Value::Set(_)) => returned.members().cloned().collect(),
        (Call::Read, _) if object != Object::Counter => vec![returned.clone()],
        (Call::CompareAndSet(expected, _), Value::Bool(true)) => vec![expected.clone()],
        (Call::Contains(member), Value::Bool(true)) => vec![member.clone()],
        (Call::Dequeue, taken) if *taken != Value::Nil => vec![taken.clone()],
        (_, _) => Vec::new(),
    }
}

/// Whether an operation may have made that visible.
fn does(operation: &Operation, object: Object, seen: &Value) -> bool {
    if operation.only_observes() {
        return false;
    }
    match &operation.call {
        Call::Write(value) | Call::CompareAndSet(_, value) => {
            value == seen || object == Object::KeyValue && value.members().any(|member| member == seen)
        }
        Call::Append(value) | Call::Add(value) | Call::Enqueue(value) => value == seen,
        Call::Read
        | Call::Remove(_)
        | Call::Contains(_)
        | Call::Increment(_)
        | Call::Dequeue
        | Call::Acquire
        | Call::Release
        | Call::Transaction(_) => false,
    }
}
