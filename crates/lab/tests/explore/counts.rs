//! The counts that are published with the specifications: `manifest.json` beside each in tlaplus/Examples.

use crate::naive::{check_agreement, explored};
use consistory_lab::explore::Space;
use consistory_lab::explore::models::MODELS;
use consistory_lab::explore::models::chang_roberts::ChangRoberts;
use consistory_lab::explore::models::paxos::Paxos;
use consistory_lab::explore::models::transaction_commit::TransactionCommit;
use consistory_lab::explore::models::two_phase::TwoPhase;

/// Distinct states, generated ones, depth.
fn check(space: &impl Space, distinct: u32, generated: u64, depth: u32) {
    let explored = explored(space);
    assert_eq!((explored.distinct, explored.generated, explored.depth), (distinct, generated, depth));
    assert!(explored.complete);
    assert!(explored.findings.is_empty(), "{:?}", explored.findings);
    assert_eq!(explored.unreached, [""; 0]);
}

/// `TCommit.cfg`
#[test]
fn transaction_commit() {
    check(&TransactionCommit::new(3), 34, 94, 7);
}

/// `TwoPhase.cfg`
#[test]
fn two_phase() {
    check(&TwoPhase::new(3), 288, 1_146, 11);
}

/// The last comment of `TwoPhase.tla` names the distinct states.
#[test]
fn two_phase_of_six() {
    let explored = explored(&TwoPhase::new(6));
    assert_eq!((explored.distinct, explored.complete), (50_816, true));
}

/// `specifications/PaxosHowToWinATuringAward/MCPaxosTiny.cfg`
#[test]
fn paxos_of_three() {
    check(&Paxos::new(3, 2, 2), 3_921, 23_563, 17);
}

/// `specifications/Paxos/MCPaxos.cfg`, whose symmetry sets have one member each.
#[test]
fn paxos_of_one() {
    check(&Paxos::new(1, 1, 2), 25, 82, 9);
    check(&Paxos::new(1, 1, 2).symmetric(), 25, 82, 9);
}

/// `MCChangRoberts.cfg`
#[test]
fn chang_roberts() {
    check(&ChangRoberts::new(3), 137, 227, 10);
}

#[test]
fn the_search_agrees_with_a_naive_one() {
    for managers in 1..=5 {
        check_agreement(&TransactionCommit::new(managers));
    }
    for managers in 1..=4 {
        check_agreement(&TwoPhase::new(managers));
        check_agreement(&ChangRoberts::new(managers));
    }
    for (acceptors, values, ballots) in [(1, 1, 1), (1, 3, 2), (2, 2, 2), (2, 2, 3), (3, 1, 2), (3, 2, 2), (1, 2, 4)] {
        check_agreement(&Paxos::new(acceptors, values, ballots));
    }
}

/// What the registry explores by default is what is published.
#[test]
fn the_registry_opens_the_models() {
    let counts = MODELS.map(|model| {
        let explored = model.explore(&model.defaults(), 1_000_000, &mut |_| true);
        (model.id, explored.distinct, explored.complete)
    });
    let published = [
        ("transaction-commit", 34, true),
        ("two-phase", 288, true),
        ("paxos", 3_921, true),
        ("chang-roberts", 137, true),
    ];
    assert_eq!(counts, published);
}

/// Every parameter reaches its model.
#[test]
fn settings_make_a_difference() {
    let count = |id: &str, settings: &[(&str, &str)]| {
        let model = MODELS.into_iter().find(|model| model.id == id).expect("it is registered");
        let mut chosen = model.defaults();
        for (name, value) in settings {
            chosen.set(name, value).expect("within its limits");
        }
        let explored = model.explore(&chosen, 1_000_000, &mut |_| true);
        (explored.distinct, explored.findings.first().map(|finding| finding.property))
    };
    assert_eq!(count("transaction-commit", &[("resource_managers", "5")]), (274, None));
    assert_eq!(count("transaction-commit", &[("symmetry", "on")]), (13, None));
    assert_eq!(count("two-phase", &[("resource_managers", "4"), ("symmetry", "on")]), (166, None));
    assert_eq!(count("paxos", &[("acceptors", "1"), ("values", "1")]), (25, None));
    assert_eq!(count("paxos", &[("ballots", "1")]), (73, None));
    assert_eq!(count("paxos", &[("symmetry", "on")]), (443, None));
    assert_eq!(count("chang-roberts", &[("nodes", "5")]), (5_455, None));
    let broken = |id: &str, mutant: &str| count(id, &[("mutant", mutant)]).1;
    assert_eq!(broken("transaction-commit", "commit-alone"), Some("consistent"));
    assert_eq!(broken("two-phase", "commit-after-one"), Some("consistent"));
    assert_eq!(broken("paxos", "lone-quorums"), Some("agreement"));
    assert_eq!(broken("paxos", "any-value"), Some("votes-safe"));
    assert_eq!(broken("paxos", "second-proposal"), Some("one-value-per-ballot"));
    assert_eq!(broken("chang-roberts", "forward-larger"), Some("correctness"));
}
