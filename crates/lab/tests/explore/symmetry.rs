//! Symmetry: fewer states, the same verdicts, and as many as there are orbits.

use crate::naive::{check_violation, explored, naive};
use consistory_lab::explore::Space;
use consistory_lab::explore::models::paxos::{self, Paxos};
use consistory_lab::explore::models::transaction_commit::{self, TransactionCommit};
use consistory_lab::explore::models::two_phase::{self, TwoPhase};
use std::collections::BTreeSet;

/// `orbits` were counted by trying every permutation on every state.
fn check<S: Space<State: Ord + Clone>>(whole: &S, reduced: &S, orbits: u32) {
    let (whole_explored, reduced_explored) = (explored(whole), explored(reduced));
    assert_eq!(reduced_explored.distinct, orbits);
    assert!(reduced_explored.complete && reduced_explored.findings.is_empty());
    assert_eq!(reduced_explored.depth, whole_explored.depth);
    assert_eq!(reduced_explored.reached, whole_explored.reached);
    assert_eq!(reduced_explored.unreached, whole_explored.unreached);
    let orbits_of_all: BTreeSet<u64> = naive(whole).states.iter().map(|state| reduced.fingerprint(state)).collect();
    assert_eq!(orbits_of_all.len(), orbits as usize, "every state has its orbit's fingerprint");
}

/// The multisets of consistent states: of working, prepared and aborted ones, or of prepared and committed ones.
#[test]
fn transaction_commit() {
    for (managers, orbits) in [(2, 8), (3, 13), (4, 19), (5, 26)] {
        check(&TransactionCommit::new(managers), &TransactionCommit::new(managers).symmetric(), orbits);
    }
}

#[test]
fn two_phase() {
    for (managers, orbits) in [(1, 12), (2, 34), (3, 80), (4, 166), (5, 314)] {
        check(&TwoPhase::new(managers), &TwoPhase::new(managers).symmetric(), orbits);
    }
}

#[test]
fn paxos() {
    let sizes = [((1, 2, 2), 27), ((2, 2, 2), 56), ((3, 1, 2), 373), ((3, 2, 1), 15), ((3, 2, 2), 443)];
    for ((acceptors, values, ballots), orbits) in sizes {
        let model = Paxos::new(acceptors, values, ballots);
        check(&model, &model.clone().symmetric(), orbits);
    }
}

/// The counterexamples are as short, and can be walked, although most states were never kept as they are.
#[test]
fn violations_are_found_all_the_same() {
    let model = TransactionCommit::new(3).mutated(transaction_commit::Mutant::CommitAlone);
    check_violation(&model.symmetric(), "consistent", 3);
    check_violation(&TwoPhase::new(4).mutated(two_phase::Mutant::CommitAfterOne).symmetric(), "consistent", 5);
    let paxos = |mutant| Paxos::new(3, 2, 2).mutated(mutant).symmetric();
    check_violation(&paxos(paxos::Mutant::LoneQuorums), "agreement", 8);
    check_violation(&paxos(paxos::Mutant::AnyValue), "votes-safe", 10);
    check_violation(&paxos(paxos::Mutant::SecondProposal), "one-value-per-ballot", 7);
}
