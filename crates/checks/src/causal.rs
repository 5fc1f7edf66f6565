//! One order for each process: causal memory and PRAM.

use crate::conflict::{conflict, solve};
use crate::judge::Case;
use crate::model::Witness;
use crate::relations::{program_order, sources};
use crate::search::{Budget, Found};
use crate::task::{Item, Relation, Role, Task};
use crate::total;
use crate::{Operation, Outcome, Value, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// So many combinations of what ambiguous reads may have seen are tried.
const COMBINATIONS_MAX: usize = 64;

/// Places that a look at a stronger model may cost.
const STRONGER: u64 = 100_000;

/// PRAM: the writes of each process in its order.
pub(crate) fn pram(case: Case<'_>, budget: &mut Budget) -> Verdict {
    in_every_view(case, &program_order(case.history), budget)
}

/// Causal memory: the writes in an order that keeps what may have caused what.
pub(crate) fn causal(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let (known, open) = learned(case);
    let combinations = open.iter().map(|(_, writers)| writers.len()).try_fold(1_usize, usize::checked_mul);
    let Some(combinations) = combinations.filter(|count| *count <= COMBINATIONS_MAX) else {
        return ambiguous(case, &known, budget);
    };
    let mut invalid = None;
    let mut undecided = false;
    for mut number in 0..combinations {
        let mut relation = known.clone();
        for (reader, writers) in &open {
            relation.add(writers[number % writers.len()], *reader);
            number /= writers.len();
        }
        match in_every_view(case, &relation, budget) {
            Verdict::Valid { witness } => return Verdict::Valid { witness },
            Verdict::Invalid { conflict } => {
                invalid.get_or_insert(conflict);
            }
            Verdict::Undecided => undecided = true,
        }
    }
    match invalid {
        Some(conflict) if !undecided => Verdict::Invalid { conflict },
        Some(_) | None => Verdict::Undecided,
    }
}

/// The verdict where reads may have seen too many writes to try each.
fn ambiguous(case: Case<'_>, known: &Relation, budget: &mut Budget) -> Verdict {
    // Without what the ambiguous reads may have caused: a contradiction is one all the same.
    if let Verdict::Invalid { conflict } = in_every_view(case, known, budget) {
        return Verdict::Invalid { conflict };
    }
    // One order for everybody is an order for each, whoever wrote what was read.
    let attempt = || Budget::of(STRONGER);
    for stronger in [total::linearizable(case, &mut attempt()), total::sequential(case, &mut attempt())] {
        if let Verdict::Valid { witness } = stronger {
            return Verdict::Valid { witness };
        }
    }
    Verdict::Undecided
}

/// Program order with what was read from whom, where only one can have written it; and the reads of which several can.
fn learned(case: Case<'_>) -> (Relation, Vec<(usize, Vec<usize>)>) {
    let mut relation = program_order(case.history);
    let mut open = Vec::new();
    for source in sources(case.history, case.object, case.initial) {
        match source.writers.as_slice() {
            [] => {}
            [writer] => {
                relation.add(*writer, source.reader);
            }
            _ => open.push((source.reader, source.writers)),
        }
    }
    (relation, open)
}

/// Whether each process's own operations, with all writes of the others, can be put into an order that keeps a relation.
fn in_every_view(case: Case<'_>, relation: &Relation, budget: &mut Budget) -> Verdict {
    if let Some(cycle) = cycle(relation) {
        return Verdict::Invalid { conflict: cycle };
    }
    let operations = case.history.operations();
    let processes: BTreeSet<u64> = operations.iter().map(|operation| operation.process).collect();
    let mut witness = Vec::new();
    let mut undecided = false;
    for process in processes {
        let Some(task) = view(case, relation, process) else { continue };
        match solve(&task, budget) {
            Found::Order(order) => {
                let order = order.into_iter().map(|item| task.items[item].id).collect();
                witness.push(Witness { process: Some(process), order });
            }
            Found::Nothing { reached } => return Verdict::Invalid { conflict: conflict(&task, &reached) },
            Found::OutOfBudget => undecided = true,
        }
    }
    if undecided { Verdict::Undecided } else { Verdict::Valid { witness } }
}

/// A process's own operations and everybody's writes; nothing where the process saw nothing.
fn view<'h>(case: Case<'h>, relation: &Relation, process: u64) -> Option<Task<'h>> {
    let operations = case.history.operations();
    // Nothing that a process only writes can contradict anything.
    let saw = |operation: &Operation| {
        let tells = operation.only_observes() || matches!(operation.returned(), Some(value) if *value != Value::Nil);
        operation.process == process && operation.outcome != Outcome::Unknown && tells
    };
    if !operations.iter().any(saw) {
        return None;
    }
    let mut cells: BTreeMap<&Value, usize> = BTreeMap::new();
    let mut items = Vec::new();
    for (id, operation) in operations.iter().enumerate() {
        let is_own = operation.process == process;
        if operation.tells_nothing() || operation.only_observes() && !is_own {
            continue;
        }
        let next = cells.len();
        let cell = *cells.entry(&operation.key).or_insert(next);
        items.push(Item::new(id, operation, cell, if is_own { Role::Judged } else { Role::Absorbed }));
    }
    Some(Task::ordered(case.object, case.initial, items, relation))
}

/// Operations that come before themselves, if there are any.
fn cycle(relation: &Relation) -> Option<Vec<usize>> {
    let first = (0..relation.len()).find(|item| relation.has(*item, *item))?;
    Some((0..relation.len()).filter(|item| relation.has(*item, first) && relation.has(first, *item)).collect())
}
