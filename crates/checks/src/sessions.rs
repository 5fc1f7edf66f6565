//! The four session guarantees, each by itself.
//!
//! Terry et al. state them of replicas; here they are judged by what clients saw. Writes of one process to one object count
//! in its order, because otherwise nobody could say what going back means. For monotonic writes and writes follow reads,
//! two reads of a process contradict each other where no order that the guarantee permits lets it see them one after the
//! other: a third read does not matter, so that going back by itself is left to monotonic reads.

use crate::conflict::{conflict, solve};
use crate::judge::Case;
use crate::relations::{program_order, sources};
use crate::search::{Budget, Found};
use crate::task::{Item, Relation, Role, Task};
use crate::{Operation, Outcome, Value, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A read of a process, with its place.
type Read<'h> = (usize, &'h Operation);

pub(crate) fn read_your_writes(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let program = program_order(case.history);
    let mut sum = Sum::default();
    for (reader, reads) in reads(case) {
        for read in reads {
            let own = |operation: &Operation| operation.process == reader && operation.key == read.1.key;
            let mut earlier = program.before(read.0).iter().map(|place| &case.history.operations()[place]);
            if !earlier.any(|operation| own(operation) && !operation.only_observes()) {
                continue;
            }
            let keeps = |first: usize, second: usize| same_writer(case, first, second) || second == read.0;
            sum.add(&task(case, &[read], &restricted(&program, keeps)), budget);
            if sum.is_final() {
                return sum.verdict();
            }
        }
    }
    sum.verdict()
}

pub(crate) fn monotonic_reads(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let program = program_order(case.history);
    let is_write = |place: usize| !case.history.operations()[place].only_observes();
    let keeps = |first: usize, second: usize| same_writer(case, first, second) || !is_write(first) && !is_write(second);
    let relation = restricted(&program, keeps);
    let mut sum = Sum::default();
    for reads in reads(case).into_values() {
        let keys: BTreeSet<&Value> = reads.iter().map(|(_, read)| &read.key).collect();
        for key in keys {
            let of_key: Vec<Read<'_>> = reads.iter().copied().filter(|(_, read)| read.key == *key).collect();
            sum.add(&task(case, &of_key, &relation), budget);
            if sum.is_final() {
                return sum.verdict();
            }
        }
    }
    sum.verdict()
}

pub(crate) fn monotonic_writes(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let program = program_order(case.history);
    let is_write = |place: usize| !case.history.operations()[place].only_observes();
    let relation = restricted(&program, |first, second| is_write(first) == is_write(second));
    pairwise(case, &relation, budget)
}

pub(crate) fn writes_follow_reads(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let program = program_order(case.history);
    let operations = case.history.operations();
    let is_write = |place: usize| !operations[place].only_observes();
    let mut relation = restricted(&program, |first, second| !is_write(first) && !is_write(second));
    for source in sources(case.history, case.object, case.initial) {
        // What several can have written ties nobody to any of them.
        let [writer] = source.writers.as_slice() else { continue };
        let reader = source.reader;
        let later = (reader..operations.len()).filter(|place| program.has(reader, *place) || *place == reader);
        for write in later.filter(|place| is_write(*place)) {
            relation.add(*writer, write);
        }
    }
    pairwise(case, &relation, budget)
}

/// All reads of a process at once, which is quick where nothing is wrong; then every two of them.
fn pairwise(case: Case<'_>, relation: &Relation, budget: &mut Budget) -> Verdict {
    let mut sum = Sum::default();
    for reads in reads(case).into_values() {
        let whole = task(case, &reads, relation);
        if matches!(solve(&whole, &mut Budget::of(budget.left.min(20_000))), Found::Order(_)) {
            continue;
        }
        for (place, second) in reads.iter().enumerate() {
            for first in &reads[..=place] {
                sum.add(&task(case, &[*first, *second], relation), budget);
                if sum.is_final() {
                    return sum.verdict();
                }
            }
        }
    }
    sum.verdict()
}

/// What each process read and saw.
fn reads(case: Case<'_>) -> BTreeMap<u64, Vec<Read<'_>>> {
    let mut reads: BTreeMap<u64, Vec<Read<'_>>> = BTreeMap::new();
    for (place, operation) in case.history.operations().iter().enumerate() {
        if operation.only_observes() && operation.outcome != Outcome::Unknown {
            reads.entry(operation.process).or_default().push((place, operation));
        }
    }
    reads
}

/// These reads, with all writes of the objects that they read.
fn task<'h>(case: Case<'h>, reads: &[Read<'h>], relation: &Relation) -> Task<'h> {
    let mut cells: BTreeMap<&Value, usize> = BTreeMap::new();
    for (_, read) in reads {
        let next = cells.len();
        cells.entry(&read.key).or_insert(next);
    }
    let mut items = Vec::new();
    for (id, operation) in case.history.operations().iter().enumerate() {
        let Some(cell) = cells.get(&operation.key) else { continue };
        if reads.iter().any(|(place, _)| *place == id) {
            items.push(Item::new(id, operation, *cell, Role::Judged));
        } else if !operation.only_observes() {
            items.push(Item::new(id, operation, *cell, Role::Absorbed));
        }
    }
    Task::ordered(case.object, case.initial, items, relation)
}

/// Whether both are writes of one process to one object.
fn same_writer(case: Case<'_>, first: usize, second: usize) -> bool {
    let (first, second) = (&case.history.operations()[first], &case.history.operations()[second]);
    let writes = !first.only_observes() && !second.only_observes();
    writes && first.process == second.process && first.key == second.key
}

/// The pairs of a relation that are kept, and what follows from them.
fn restricted(relation: &Relation, keeps: impl Fn(usize, usize) -> bool) -> Relation {
    let mut kept = Relation::new(relation.len());
    for second in 0..relation.len() {
        for first in relation.before(second).iter().filter(|first| keeps(*first, second)) {
            kept.add(first, second);
        }
    }
    kept
}

/// The verdict of several tasks that must all have a solution.
#[derive(Default)]
struct Sum {
    conflict: Option<Vec<usize>>,
    undecided: bool,
}

impl Sum {
    fn add(&mut self, task: &Task<'_>, budget: &mut Budget) {
        match solve(task, budget) {
            Found::Order(_) => {}
            Found::Nothing { reached } => self.conflict = Some(conflict(task, &reached)),
            Found::OutOfBudget => self.undecided = true,
        }
    }

    fn is_final(&self) -> bool {
        self.conflict.is_some()
    }

    fn verdict(self) -> Verdict {
        match self.conflict {
            Some(conflict) => Verdict::Invalid { conflict },
            None if self.undecided => Verdict::Undecided,
            None => Verdict::Valid { witness: Vec::new() },
        }
    }
}
