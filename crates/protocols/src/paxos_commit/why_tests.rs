//! Situations of leaders, RMs, acceptors and clients, and why they are as they are.

use super::{Config, MANAGER, PaxosCommit};
use crate::transaction::rehearsal::{Run, claims, facts};
use consistory_kernel::{Edit, MS, ProcessId};
use consistory_scene::{Arg, Subject};

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);
const A1: ProcessId = ProcessId(3);
const A2: ProcessId = ProcessId(4);
const A3: ProcessId = ProcessId(5);
const C1: ProcessId = ProcessId(6);

/// Two RMs and three acceptors, 10 ms apart; c1 changes x and y: tm has the request at 10 ms, the work at 30 ms, the
/// acceptors have the votes at 50 ms, tm has the bundles at 60 ms.
fn begun(config: Config) -> Run<PaxosCommit> {
    let mut run = Run::<PaxosCommit>::of(6, config);
    run.invoke("txn write x 1, write y 1");
    run
}

#[test]
fn a_leader_lacks_acceptors_and_an_acceptor_lacks_a_vote() {
    let mut run = begun(Config::usual());
    run.apply(&Edit::Cut(RM2, A1));
    run.until(65 * MS);
    let answers = run.ask(Subject::Node(MANAGER));
    assert_eq!(claims(&answers), ["collecting"]);
    assert_eq!(facts(&answers[0]), ["have_answered", "have_not_answered", "has_accepted", "next_ballot"]);
    let missing = answers[0].facts[1].args.iter().find(|(name, _)| *name == "nodes").map(|(_, arg)| arg.clone());
    assert_eq!(missing, Some(Arg::Plain("a1".to_owned())));
    let answers = run.ask(Subject::Node(A1));
    assert_eq!(claims(&answers), ["bundles"]);
    assert_eq!(facts(&answers[0]), ["have_not_proposed", "cut_off"]);
}

#[test]
fn an_rm_in_doubt_is_told_who_could_find_out() {
    let mut run = begun(Config::usual());
    run.until(55 * MS);
    run.crash(MANAGER);
    run.until(100 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["in_doubt"]);
    assert_eq!(
        facts(&answers[0]),
        ["has_accepted", "has_accepted", "down", "acceptors_up", "asked", "asks_next"],
        "a1 and a2 have accepted, a3 was not asked"
    );
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["is_down"]);
    // A question to tm and one to a1 later.
    run.until(452 * MS);
    let answers = run.ask(Subject::Node(A1));
    assert_eq!(claims(&answers), ["promises"]);
    assert_eq!(facts(&answers[0]), ["have_answered", "have_not_answered", "next_ballot"]);
    run.until(1_000 * MS);
    assert_eq!(run.claims(Subject::Node(RM1)), ["idle"]);
}

#[test]
fn an_rm_is_blocked_without_a_majority() {
    let mut run = begun(Config::usual());
    run.until(45 * MS);
    run.crash(A2);
    run.crash(A3);
    run.until(1_500 * MS);
    let answers = run.ask(Subject::Node(RM2));
    assert_eq!(claims(&answers), ["blocked"]);
    assert!(facts(&answers[0]).contains(&"is_leading") && facts(&answers[0]).contains(&"down"));
    assert_eq!(run.claims(Subject::Node(A3)), ["is_down"]);
    let of_client = run.claims(Subject::Operation(C1));
    assert!(of_client.starts_with(&["no_answer"]) && of_client.contains(&"blocked"), "{of_client:?}");
}

#[test]
fn who_waits_for_whom_is_told() {
    let mut run = begun(Config { lock_timeout: 5_000 * MS, work_timeout: 5_000 * MS, ..Config::usual() });
    run.apply(&Edit::Cut(RM1, MANAGER));
    run.until(15 * MS);
    run.invoke_as(ProcessId(7), "txn read y");
    run.until(60 * MS);
    let answers = run.ask(Subject::Node(RM2));
    assert_eq!(claims(&answers), ["worked", "lacks_lock"]);
    assert_eq!(facts(&answers[1])[0], "waits");
    let of_client = run.ask(Subject::Operation(ProcessId(7)));
    assert_eq!(claims(&of_client), ["no_answer", "executing"]);
    assert!(facts(&of_client[1]).contains(&"waits"));
}

#[test]
fn a_record_says_whether_it_is_on_disk() {
    let mut run = begun(Config::usual());
    run.until(75 * MS);
    assert_eq!(run.claims(Subject::Entry(MANAGER, 1)), ["buffered"]);
    assert_eq!(run.claims(Subject::Entry(RM1, 1)), ["stable"]);
    assert_eq!(run.claims(Subject::Entry(RM1, 2)), ["buffered"]);
    assert_eq!(run.claims(Subject::Entry(A1, 1)), ["stable"]);
    assert!(run.ask(Subject::Entry(A1, 2)).is_empty() && run.ask(Subject::Entry(A3, 1)).is_empty());
    for id in [MANAGER, RM1, A1] {
        assert_eq!(run.claims(Subject::Node(id)), ["idle"]);
    }
}
