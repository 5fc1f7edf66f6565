//! Each rule that can be switched off breaks its property, and the counterexample is a shortest one.

use crate::naive::{check_violation, explored};
use consistory_lab::explore::models::chang_roberts::{self, ChangRoberts};
use consistory_lab::explore::models::paxos::{self, Paxos};
use consistory_lab::explore::models::transaction_commit::{self, TransactionCommit};
use consistory_lab::explore::models::two_phase::{self, TwoPhase};

/// One aborts; the other prepares and commits alone.
#[test]
fn a_resource_manager_that_commits_alone() {
    let model = TransactionCommit::new(3).mutated(transaction_commit::Mutant::CommitAlone);
    check_violation(&model, "consistent", 3);
}

/// One aborts; the other prepares, is counted, and commits with the transaction manager.
#[test]
fn a_transaction_manager_that_commits_after_one() {
    for managers in 2..=4 {
        let model = TwoPhase::new(managers).mutated(two_phase::Mutant::CommitAfterOne);
        check_violation(&model, "consistent", 5);
    }
    let explored = explored(&TwoPhase::new(2).mutated(two_phase::Mutant::CommitAfterOne));
    let trace = &explored.findings[0].trace;
    assert_eq!(trace[0], "rmState = [rm1: working, rm2: working], tmState = init, tmPrepared = {}, msgs = {}");
    for action in ["RMChooseToAbort(", "RMPrepare(", "TMRcvPrepared(", "TMCommit", "RMRcvCommitMsg("] {
        assert_eq!(trace[1..].iter().filter(|step| step.starts_with(action)).count(), 1, "{action} in {trace:?}");
    }
}

/// Each of two leaders has a quorum of its own.
#[test]
fn quorums_that_do_not_meet() {
    check_violation(&Paxos::new(3, 2, 2).mutated(paxos::Mutant::LoneQuorums), "agreement", 8);
    check_violation(&Paxos::new(2, 2, 2).mutated(paxos::Mutant::LoneQuorums), "agreement", 8);
}

#[test]
fn a_leader_that_does_not_heed_reported_votes() {
    check_violation(&Paxos::new(3, 2, 2).mutated(paxos::Mutant::AnyValue), "votes-safe", 10);
}

#[test]
fn a_leader_that_proposes_twice() {
    check_violation(&Paxos::new(3, 2, 2).mutated(paxos::Mutant::SecondProposal), "one-value-per-ballot", 7);
}

/// Without a second value nothing can be broken: it is what is proposed that matters.
#[test]
fn one_value_alone_is_always_agreed_on() {
    for mutant in [paxos::Mutant::LoneQuorums, paxos::Mutant::AnyValue, paxos::Mutant::SecondProposal] {
        let explored = explored(&Paxos::new(3, 1, 2).mutated(mutant));
        assert!(explored.complete && explored.findings.is_empty(), "{mutant:?}");
    }
}

/// The larger identity comes home before the smaller one arrives.
#[test]
fn a_candidate_that_forwards_larger_identities() {
    for (nodes, length) in [(2, 4), (3, 6), (4, 8), (5, 10)] {
        let model = ChangRoberts::new(nodes).mutated(chang_roberts::Mutant::ForwardLarger);
        check_violation(&model, "correctness", length);
    }
}
