//! What ends a search early, and what is said then.

use crate::naive::explored;
use crate::shapes::Graph;
use consistory_lab::explore::models::two_phase::{Mutant, TwoPhase};
use consistory_lab::explore::{Kind, Progress, Property, STATES_MAX, Space, explore, fingerprint};

/// Counts up from 0, for ever.
struct Count {
    bound: u64,
}

impl Space for Count {
    type State = u64;
    type Label = ();

    fn properties(&self) -> &[Property] {
        &[Property { id: "million", kind: Kind::Reachable }]
    }

    fn initial(&self, visit: &mut impl FnMut(u64)) {
        visit(0);
    }

    fn successors(&self, state: &u64, visit: &mut impl FnMut((), u64)) {
        visit((), state + 1);
    }

    fn fingerprint(&self, state: &u64) -> u64 {
        fingerprint(&[*state])
    }

    fn holds(&self, state: &u64, _: usize) -> bool {
        *state == 1_000_000
    }

    fn within(&self, state: &u64) -> bool {
        *state < self.bound
    }

    fn text(&self, state: &u64) -> String {
        state.to_string()
    }

    fn describe(&self, (): &()) -> String {
        "up".to_owned()
    }
}

/// A space of exactly as many states as are allowed is complete; one more would not have been.
#[test]
fn a_limit_of_states_ends_the_search() {
    let model = TwoPhase::new(3);
    let whole = explored(&model);
    assert_eq!(explore(&model, 288, &mut |_| true), whole);
    let most = explore(&model, 287, &mut |_| true);
    assert_eq!((most.distinct, most.complete, most.findings.len()), (287, false, 0));
    let one = explore(&model, 1, &mut |_| true);
    assert_eq!((one.distinct, one.generated, one.depth, one.complete), (1, 2, 1, false));
    let two = explore(&model, 2, &mut |_| true);
    assert_eq!((two.distinct, two.depth), (2, 2), "the level counts although nothing of it was expanded");
    assert_eq!(one.unreached, ["all-committed", "all-aborted"]);
    let endless = explore(&Count { bound: u64::MAX }, 500, &mut |_| true);
    assert_eq!((endless.distinct, endless.depth, endless.complete), (500, 500, false));
}

#[test]
fn a_state_outside_counts_and_ends_its_path() {
    let explored = explored(&Count { bound: 10 });
    assert_eq!((explored.distinct, explored.generated, explored.depth), (11, 11, 11));
    assert_eq!((explored.outside, explored.complete), (1, false));
    assert_eq!(explored.unreached, ["million"]);
}

#[test]
fn a_violation_ends_the_search_and_leaves_it_incomplete() {
    let broken = explored(&TwoPhase::new(3).mutated(Mutant::CommitAfterOne));
    assert_eq!((broken.complete, broken.findings.len()), (false, 1));
    assert_eq!(broken.depth, broken.findings[0].length + 1, "the level of the state that breaks it");
    let at_once = explored(&Graph { seed: 0, nodes: 1, degree: 3, bound: 1, forbidden: 0 });
    let finding = &at_once.findings[0];
    assert_eq!((at_once.distinct, finding.length, finding.state.as_str()), (1, 0, "0"));
    assert_eq!(finding.trace, ["0"]);
}

#[test]
fn a_caller_is_told_of_progress_and_can_end_the_search() {
    let mut reports: Vec<Progress> = Vec::new();
    let ended = explore(&Count { bound: u64::MAX }, STATES_MAX, &mut |progress| {
        reports.push(progress);
        reports.len() < 3
    });
    assert!(!ended.complete);
    assert_eq!(reports.len(), 3);
    assert!(reports.is_sorted_by(|before, after| before.distinct < after.distinct && before.depth < after.depth));
    assert!(reports.iter().all(|progress| progress.queue == 1));
}

#[test]
fn a_goal_far_away_is_reached() {
    let explored = explored(&Count { bound: 1_000_000 });
    assert_eq!(explored.reached, ["million"]);
    assert_eq!(explored.depth, 1_000_001);
}

/// Without initial states there is nothing to explore.
#[test]
fn an_empty_space_is_complete() {
    struct Nothing;
    impl Space for Nothing {
        type State = ();
        type Label = ();
        fn properties(&self) -> &[Property] {
            &[]
        }
        fn initial(&self, _: &mut impl FnMut(())) {}
        fn successors(&self, (): &(), _: &mut impl FnMut((), ())) {}
        fn fingerprint(&self, (): &()) -> u64 {
            0
        }
        fn holds(&self, (): &(), _: usize) -> bool {
            true
        }
        fn text(&self, (): &()) -> String {
            String::new()
        }
        fn describe(&self, (): &()) -> String {
            String::new()
        }
    }
    let explored = explored(&Nothing);
    assert_eq!((explored.distinct, explored.generated, explored.depth, explored.complete), (0, 0, 0, true));
}
