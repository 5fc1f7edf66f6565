//! One order for everybody: linearizable, sequentially consistent, and serializable.

use crate::conflict::{conflict, solve};
use crate::judge::Case;
use crate::model::Witness;
use crate::relations::program_order;
use crate::search::{Budget, Found};
use crate::task::{Item, Order, Relation, Role, Task};
use crate::{Operation, Value, Verdict};
use std::collections::BTreeMap;

/// Operations that tell something, with their places, and for each object's key a number.
fn telling(case: Case<'_>) -> (Vec<(usize, &Operation)>, BTreeMap<&Value, usize>) {
    let operations = case.history.operations().iter().enumerate();
    let telling: Vec<_> = operations.filter(|(_, operation)| !operation.tells_nothing()).collect();
    let mut cells = BTreeMap::new();
    for (_, operation) in &telling {
        let next = cells.len();
        cells.entry(&operation.key).or_insert(next);
    }
    (telling, cells)
}

/// What one object may cost at first: one that is clearly broken ends the matter before a hard one is thought through.
const FIRST_TRY: u64 = 20_000;

/// Linearizable exactly if each object is (Herlihy and Wing's locality), so that each key is judged by itself.
pub(crate) fn linearizable(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let (telling, cells) = telling(case);
    let task_of = |key: &Value| {
        let of_key = telling.iter().filter(|(_, operation)| operation.key == *key);
        let items = of_key.map(|(id, operation)| Item::new(*id, operation, 0, Role::Judged)).collect();
        Task { object: case.object, initial: case.initial.clone(), items, order: Order::RealTime, cells: 1 }
    };
    let mut open: Vec<Task<'_>> = cells.keys().map(|key| task_of(key)).collect();
    let mut points: Vec<(u32, usize)> = Vec::new();
    let mut allowed = FIRST_TRY;
    while !open.is_empty() && budget.left > 0 {
        let mut harder = Vec::new();
        for task in open {
            let mut attempt = Budget::of(allowed.min(budget.left));
            let found = solve(&task, &mut attempt);
            budget.left -= allowed.min(budget.left) - attempt.left;
            match found {
                Found::Order(order) => points.extend(in_real_time(&task, &order)),
                Found::Nothing { reached } => return Verdict::Invalid { conflict: conflict(&task, &reached) },
                Found::OutOfBudget => harder.push(task),
            }
        }
        open = harder;
        allowed = allowed.saturating_mul(10);
    }
    if !open.is_empty() {
        return Verdict::Undecided;
    }
    // Each object's order is kept, because its points never go back and the sort is stable.
    points.sort_by_key(|(point, _)| *point);
    let order = points.into_iter().map(|(_, id)| id).collect();
    Verdict::Valid { witness: vec![Witness { process: None, order }] }
}

/// For each operation a position at which it can have taken effect, so that their order is that.
fn in_real_time(task: &Task<'_>, order: &[usize]) -> Vec<(u32, usize)> {
    let items = order.iter().map(|item| &task.items[*item]);
    let points = items.scan(0, |point, item| {
        *point = item.since.max(*point);
        Some((*point, item.id))
    });
    points.collect()
}

/// Sequential consistency is not local: all objects are judged together.
pub(crate) fn sequential(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let (telling, cells) = telling(case);
    let items = telling.iter().map(|(id, operation)| Item::new(*id, operation, cells[&operation.key], Role::Judged));
    let task = Task::ordered(case.object, case.initial, items.collect(), &program_order(case.history));
    decide(&task, budget)
}

/// Serializable: some order of all transactions explains them.
pub(crate) fn serializable(case: Case<'_>, budget: &mut Budget) -> Verdict {
    let (telling, _) = telling(case);
    let items = telling.iter().map(|(id, operation)| Item::new(*id, operation, 0, Role::Judged));
    let items: Vec<Item<'_>> = items.collect();
    let of_updates = items.iter().map(|item| {
        let (since, until) = if item.operation.only_observes() { (0, u32::MAX) } else { (item.since, item.until) };
        Item { since, until, ..*item }
    });
    // An order that keeps real time, or that of all but stale reads, is found much sooner than one among all orders.
    for items in [items.clone(), of_updates.collect()] {
        let task = of_transactions(case, items, Order::RealTime);
        let allowed = FIRST_TRY.min(budget.left / 4);
        let mut attempt = Budget::of(allowed);
        let found = solve(&task, &mut attempt);
        budget.left -= allowed - attempt.left;
        if let Found::Order(order) = found {
            return explained(&task, &order);
        }
    }
    let any = Order::Before(Relation::new(items.len()));
    decide(&of_transactions(case, items, any), budget)
}

/// Transactions to be put into an order: all keys are one object.
fn of_transactions<'h>(case: Case<'h>, items: Vec<Item<'h>>, order: Order) -> Task<'h> {
    Task { object: case.object, initial: case.initial.clone(), items, order, cells: 1 }
}

/// The verdict of one order for everybody.
fn decide(task: &Task<'_>, budget: &mut Budget) -> Verdict {
    match solve(task, budget) {
        Found::Order(order) => explained(task, &order),
        Found::Nothing { reached } => Verdict::Invalid { conflict: conflict(task, &reached) },
        Found::OutOfBudget => Verdict::Undecided,
    }
}

/// Everybody sees this order of a task's items.
fn explained(task: &Task<'_>, order: &[usize]) -> Verdict {
    let order = order.iter().map(|item| task.items[*item].id).collect();
    Verdict::Valid { witness: vec![Witness { process: None, order }] }
}
