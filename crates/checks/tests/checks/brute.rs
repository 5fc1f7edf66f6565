//! A judge that tries every order, straight from the definitions. For histories of a few operations.

use consistory_checks::{Call, Case, Operation, Outcome};
use std::collections::BTreeSet;

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

/// Performs the operations of a register per key in their order.
fn explains(case: Case<'_>, order: &[usize], judged: &dyn Fn(usize) -> bool) -> bool {
    let operations = case.history.operations();
    let mut values = std::collections::BTreeMap::new();
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
