//! Histories as text: `c1 0..10 write x 1`, `c2 5..? cas x 1 2`, `c3 11..12 read x -> 1`; spans are on one clock.
//! A transaction is `c1 0..10 txn r:x w:y:2 add:z:-10 -> [1]`, with what its reads saw; `-> aborted` is one that failed.

use consistory_checks::{Action, Budget, Call, Case, History, Model, Object, Recorder, Value, Verdict, judge};

/// A value: a number, `nil`, `true`, `false`, `[1,2]` or `{1,2}`.
pub(crate) fn value(text: &str) -> Value {
    let members = |inside: &str| inside.split(',').filter(|part| !part.is_empty()).map(value).collect::<Vec<_>>();
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Value::list(members(inside));
    }
    if let Some(inside) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return Value::set(members(inside));
    }
    match text {
        "nil" => Value::Nil,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        number => Value::Number(number.parse().unwrap_or_else(|_| panic!("{number} is no value"))),
    }
}

fn call(words: &[&str], object: Object) -> Call {
    match words {
        ["read"] => Call::Read,
        ["write", new] => Call::Write(value(new)),
        ["cas", expected, new] => Call::CompareAndSet(value(expected), value(new)),
        ["append", member] => Call::Append(value(member)),
        ["add", by] if object == Object::Counter => Call::Increment(by.parse().expect("a number")),
        ["add", member] => Call::Add(value(member)),
        ["remove", member] => Call::Remove(value(member)),
        ["contains", member] => Call::Contains(value(member)),
        ["enqueue", member] => Call::Enqueue(value(member)),
        ["dequeue"] => Call::Dequeue,
        ["acquire"] => Call::Acquire,
        ["release"] => Call::Release,
        ["txn", actions @ ..] => Call::Transaction(actions.iter().map(|text| action(text)).collect()),
        other => panic!("{other:?} is no operation"),
    }
}

fn action(text: &str) -> Action {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["r", key] => Action::Read(Value::text(key)),
        ["w", key, new] => Action::Write(Value::text(key), value(new)),
        ["add", key, by] => Action::Add(Value::text(key), by.parse().expect("a number")),
        other => panic!("{other:?} is no action"),
    }
}

enum Turn {
    Begin(Value, Call),
    End(Value),
    Abort,
}

/// The history of a text, a line an operation. Ends come before invocations of the same instant.
pub(crate) fn history(text: &str, object: Object) -> History {
    let mut turns: Vec<(u64, bool, u64, Turn)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (asked, returned) = line.split_once(" -> ").unwrap_or((line, ""));
        let mut words = asked.split_whitespace();
        let process: u64 =
            words.next().and_then(|name| name.strip_prefix('c')?.parse().ok()).expect("a client such as c1");
        let (from, to) = words.next().and_then(|span| span.split_once("..")).expect("a span such as 0..10");
        let mut words: Vec<&str> = words.collect();
        let is_key = |word: &&str| word.len() == 1 && word.chars().all(char::is_alphabetic);
        let key = words.iter().position(is_key).map(|place| Value::text(words.remove(place))).unwrap_or_default();
        let call = call(&words, object);
        let held = if matches!(call, Call::CompareAndSet(..)) { Value::Bool(true) } else { Value::Nil };
        let end = match returned {
            "" => Turn::End(held),
            "aborted" => Turn::Abort,
            returned => Turn::End(value(returned)),
        };
        turns.push((from.parse().expect("a time"), true, process, Turn::Begin(key, call)));
        if to != "?" {
            turns.push((to.parse().expect("a time"), false, process, end));
        }
    }
    turns.sort_by_key(|(time, begins, _, _)| (*time, *begins));
    let mut recorder = Recorder::default();
    for (time, _, process, turn) in turns {
        let done = match turn {
            Turn::Begin(key, call) => recorder.invoke(process, key, call, time),
            Turn::End(returned) => recorder.succeed(process, returned, time),
            Turn::Abort => recorder.fail(process),
        };
        done.unwrap_or_else(|misfit| panic!("{misfit} in:\n{text}"));
    }
    recorder.history()
}

/// The verdict of one model.
pub(crate) fn verdict(history: &History, object: Object, model: Model) -> Verdict {
    let initial = object.initial();
    judge(Case { history, object, initial: &initial }, model, &mut Budget::default())
}

/// Whether each model holds, as `linearizable:no sequential:yes`.
#[track_caller]
pub(crate) fn check(object: Object, text: &str, expected: &str) {
    let history = history(text, object);
    for word in expected.split_whitespace() {
        let (id, holds) = word.split_once(':').expect("a model and yes, no or open");
        let model = Model::of_id(id).unwrap_or_else(|| panic!("{id} is no model"));
        let found = verdict(&history, object, model);
        let told = match found.is_valid() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "open",
        };
        assert_eq!(told, holds, "{id} of:\n{text}\n{found:?}");
    }
}
