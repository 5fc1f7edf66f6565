//! A judge that tries every order, straight from the definitions. For histories of a few operations.

use consistory_checks::{Action, Call, Case, Object, Operation, Outcome, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Whether some order of these operations, that `before` permits, explains what those in `judged` returned. Operations of
/// unknown outcome may be left out.
fn some_order(
    case: Case<'_>,
    items: &[usize],
    judged: &dyn Fn(usize) -> bool,
    before: &dyn Fn(usize, usize) -> bool,
) -> bool {
    let optional: Vec<usize> = items.iter().copied().filter(|item| is_optional(case, *item)).collect();
    (0..1_u32 << optional.len()).any(|choice| {
        let left_out = |item: usize| {
            optional.iter().position(|other| *other == item).is_some_and(|place| choice >> place & 1 == 0)
        };
        let chosen: Vec<usize> = items.iter().copied().filter(|item| !left_out(*item)).collect();
        extend(case, &mut Vec::new(), &chosen, judged, before)
    })
}

fn is_optional(case: Case<'_>, item: usize) -> bool {
    case.history.operations()[item].outcome == Outcome::Unknown
}

fn extend(
    case: Case<'_>,
    done: &mut Vec<usize>,
    items: &[usize],
    judged: &dyn Fn(usize) -> bool,
    before: &dyn Fn(usize, usize) -> bool,
) -> bool {
    if done.len() == items.len() {
        return explains(case, done, judged);
    }
    for item in items {
        let waits = items.iter().any(|other| !done.contains(other) && before(*other, *item));
        if done.contains(item) || waits {
            continue;
        }
        done.push(*item);
        let found = extend(case, done, items, judged, before);
        done.pop();
        if found {
            return true;
        }
    }
    false
}

/// Performs the operations of a register per key, or transactions, in their order.
fn explains(case: Case<'_>, order: &[usize], judged: &dyn Fn(usize) -> bool) -> bool {
    let operations = case.history.operations();
    if case.object == Object::Transactions {
        let mut values = BTreeMap::new();
        return order.iter().all(|item| transaction(&operations[*item], &mut values) || !judged(*item));
    }
    let mut values = BTreeMap::new();
    for item in order {
        let operation = &operations[*item];
        let value = values.entry(&operation.key).or_insert_with(|| case.initial.clone());
        match (&operation.call, operation.returned()) {
            (Call::Read, Some(seen)) if judged(*item) && seen != value => return false,
            (Call::Read, _) => {}
            (Call::Write(new), _) => *value = new.clone(),
            (other, _) => panic!("{other:?} is not tried here"),
        }
    }
    true
}

/// Performs a transaction on the values of keys; whether its reads saw what they returned. Only numbers are added to.
fn transaction<'h>(operation: &'h Operation, values: &mut BTreeMap<&'h Value, Value>) -> bool {
    let Call::Transaction(actions) = &operation.call else { panic!("{operation:?} is no transaction") };
    let mut seen = Vec::new();
    for action in &**actions {
        let held = values.get(action.key()).cloned().unwrap_or_default();
        let new = match (action, &held) {
            (Action::Read(_), _) => {
                seen.push(held.clone());
                held.clone()
            }
            (Action::Write(_, new), _) => new.clone(),
            (Action::Add(_, by), Value::Number(number)) => Value::Number(number + by),
            (Action::Add(_, by), _) => Value::Number(*by),
        };
        values.insert(action.key(), new);
    }
    operation.returned().is_none_or(|returned| *returned == Value::list(seen))
}

fn real_time(first: &Operation, second: &Operation) -> bool {
    first.outcome != Outcome::Unknown && first.ended < second.invoked
}

fn program(first: &Operation, second: &Operation) -> bool {
    first.process == second.process && real_time(first, second)
}

pub(crate) fn linearizable(case: Case<'_>) -> bool {
    let operations = case.history.operations();
    let items: Vec<usize> = (0..operations.len()).collect();
    some_order(case, &items, &|_| true, &|first, second| real_time(&operations[first], &operations[second]))
}

pub(crate) fn strict_serializable(case: Case<'_>) -> bool {
    linearizable(case)
}

pub(crate) fn serializable(case: Case<'_>) -> bool {
    let items: Vec<usize> = (0..case.history.operations().len()).collect();
    some_order(case, &items, &|_| true, &|_, _| false)
}

/// Whether this order has every operation of a known outcome, nothing twice, and explains what all returned.
pub(crate) fn is_explained_by(case: Case<'_>, order: &[usize]) -> bool {
    let distinct: BTreeSet<usize> = order.iter().copied().collect();
    let mut known = (0..case.history.operations().len()).filter(|item| !is_optional(case, *item));
    let has_all = known.all(|item| order.contains(&item));
    distinct.len() == order.len() && has_all && explains(case, order, &|_| true)
}

/// Whether an order keeps real time.
pub(crate) fn keeps_real_time(case: Case<'_>, order: &[usize]) -> bool {
    let operations = case.history.operations();
    order.iter().enumerate().all(|(place, item)| {
        let mut earlier = order[..place].iter();
        earlier.all(|other| !real_time(&operations[*item], &operations[*other]))
    })
}

pub(crate) fn sequential(case: Case<'_>) -> bool {
    let operations = case.history.operations();
    let items: Vec<usize> = (0..operations.len()).collect();
    some_order(case, &items, &|_| true, &|first, second| program(&operations[first], &operations[second]))
}

pub(crate) fn pram(case: Case<'_>) -> bool {
    let operations = case.history.operations();
    in_views(case, &|first, second| program(&operations[first], &operations[second]))
}

/// Causal memory, where each value is written once.
pub(crate) fn causal(case: Case<'_>) -> bool {
    let operations = case.history.operations();
    let count = operations.len();
    let wrote = |writer: usize, reader: usize| {
        let (writer, reader) = (&operations[writer], &operations[reader]);
        let Call::Write(value) = &writer.call else { return false };
        reader.call == Call::Read && writer.key == reader.key && reader.returned() == Some(value)
    };
    let mut before = vec![vec![false; count]; count];
    for (first, row) in before.iter_mut().enumerate() {
        for (second, cell) in row.iter_mut().enumerate() {
            *cell = program(&operations[first], &operations[second]) || wrote(first, second);
        }
    }
    for middle in 0..count {
        for first in 0..count {
            for second in 0..count {
                before[first][second] |= before[first][middle] && before[middle][second];
            }
        }
    }
    (0..count).all(|item| !before[item][item]) && in_views(case, &|first, second| before[first][second])
}

fn in_views(case: Case<'_>, before: &dyn Fn(usize, usize) -> bool) -> bool {
    let operations = case.history.operations();
    let processes: BTreeSet<u64> = operations.iter().map(|operation| operation.process).collect();
    processes.into_iter().all(|process| {
        let seen = |item: &usize| operations[*item].process == process || operations[*item].call != Call::Read;
        let items: Vec<usize> = (0..operations.len()).filter(seen).collect();
        some_order(case, &items, &|item| operations[item].process == process, before)
    })
}
