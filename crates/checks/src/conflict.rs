//! The smallest set of operations that contradict each other: no one of them can be left out.

use crate::bits::Bits;
use crate::saturate::saturate;
use crate::search::{Budget, Found, search};
use crate::task::Task;

/// Places that one attempt to leave operations out may cost.
const ATTEMPT: u64 = 10_000;

/// Places that all of them may cost; what has not been tried then stays in the set.
const ALL_ATTEMPTS: u64 = 300_000;

/// An order that explains a task's operations, or that there is none.
pub(crate) fn solve(task: &Task<'_>, budget: &mut Budget) -> Found {
    let mut task = task.clone();
    saturate(&mut task);
    search(&task, budget)
}

/// Of a task without a solution, items that contradict each other: the operations' places in the history.
///
/// An operation that is left out is not removed but relaxed: it may have taken effect at any time. So what remains is a
/// contradiction whatever the others did.
pub(crate) fn conflict(task: &Task<'_>, reached: &[usize]) -> Vec<usize> {
    let mut budget = Budget::of(ALL_ATTEMPTS);
    let count = task.items.len();
    let mut strict = Bits::of(count, reached.iter().copied());
    if !contradicts(task, &strict, &mut budget) {
        strict = Bits::of(count, 0..count);
    }
    let mut size = strict.iter().count().div_ceil(2);
    while size > 0 {
        let items: Vec<usize> = strict.iter().collect();
        // The latest first: a contradiction is found where it ends.
        for chunk in items.rchunks(size) {
            let mut fewer = strict.clone();
            for item in chunk {
                fewer.remove(*item);
            }
            if contradicts(task, &fewer, &mut budget) {
                strict = fewer;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    strict.iter().map(|item| task.items[item].id).collect()
}

fn contradicts(task: &Task<'_>, strict: &Bits, budget: &mut Budget) -> bool {
    let allowed = budget.left.min(ATTEMPT);
    let mut attempt = Budget::of(allowed);
    let found = solve(&task.relaxed(strict), &mut attempt);
    budget.left -= allowed - attempt.left;
    matches!(found, Found::Nothing { .. })
}
