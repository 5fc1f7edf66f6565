//! Eventual convergence, as far as a finite history can tell.
//!
//! Once every write has ended, what each process reads last of an object must agree, on a state that some order of the
//! writes gives. A write whose outcome is unknown may still be on its way: where it explains a difference, nobody can tell.

use crate::conflict::{conflict, solve};
use crate::judge::Case;
use crate::search::{Budget, Found};
use crate::task::{Item, Relation, Role, Task};
use crate::{Operation, Outcome, Value, Verdict};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn eventual(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let keys: BTreeSet<&Value> = case.history.operations().iter().map(|operation| &operation.key).collect();
    let mut undecided = false;
    for key in keys {
        let task = last_reads(case, key);
        match solve(&task, budget) {
            Found::Order(order) => undecided |= arrives_between_reads(&task, &order),
            Found::Nothing { reached } => return Verdict::Invalid { conflict: conflict(&task, &reached) },
            Found::OutOfBudget => undecided = true,
        }
    }
    if undecided { Verdict::Undecided } else { Verdict::Valid { witness: Vec::new() } }
}

/// All writes of an object, and after them the last read of each process that began when they had ended.
fn last_reads<'h>(case: Case<'h>, key: &Value) -> Task<'h> {
    let operations = case.history.operations();
    let of_key = || operations.iter().enumerate().filter(|(_, operation)| operation.key == *key);
    let writes = || of_key().filter(|(_, operation)| !operation.only_observes());
    let settled = writes().filter(|(_, write)| write.outcome != Outcome::Unknown).map(|(_, write)| write.ended).max();
    let mut last: BTreeMap<u64, (usize, &Operation)> = BTreeMap::new();
    for (place, read) in of_key().filter(|(_, operation)| operation.only_observes() && !operation.tells_nothing()) {
        if settled.is_none_or(|settled| read.invoked > settled) {
            last.insert(read.process, (place, read));
        }
    }
    let mut relation = Relation::new(operations.len());
    for (read, _) in last.values() {
        for (write, _) in writes().filter(|(_, write)| write.outcome != Outcome::Unknown) {
            relation.add(write, *read);
        }
    }
    let writes = writes().map(|(place, write)| Item::new(place, write, 0, Role::Absorbed));
    let reads = last.values().map(|(place, read)| Item::new(*place, read, 0, Role::Judged));
    Task::ordered(case.object, case.initial, writes.chain(reads).collect(), &relation)
}

/// Whether a write of unknown outcome is needed after one of the reads.
fn arrives_between_reads(task: &Task<'_>, order: &[usize]) -> bool {
    let mut order = order.iter().map(|item| task.items[*item].role);
    order.any(|role| role == Role::Judged) && order.any(|role| role == Role::Optional)
}
