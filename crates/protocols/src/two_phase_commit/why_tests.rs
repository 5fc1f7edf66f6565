//! Situations of coordinators, participants and clients, and why they are as they are.

use super::{COORDINATOR, Config, TwoPhaseCommit};
use crate::transaction::rehearsal::{Run, claims, facts};
use consistory_kernel::{Edit, MS, ProcessId};
use consistory_scene::{Arg, Subject};

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);
const C1: ProcessId = ProcessId(3);

/// Two participants, 10 ms apart; c1 changes x and y: tm has the request at 10 ms, the work at 30 ms, the votes at
/// 50 ms.
fn begun(config: Config) -> Run<TwoPhaseCommit> {
    let mut run = Run::<TwoPhaseCommit>::of(3, config);
    run.invoke("txn write x 1, write y 1");
    run
}

#[test]
fn a_coordinator_lacks_votes() {
    let mut run = begun(Config::textbook());
    run.until(35 * MS);
    let answers = run.ask(Subject::Node(COORDINATOR));
    assert_eq!(claims(&answers), ["collecting"]);
    assert_eq!(facts(&answers[0]), ["have_voted", "have_not_voted", "aborts_at"]);
    let missing = answers[0].facts[1].args.iter().find(|(name, _)| *name == "nodes").map(|(_, arg)| arg.clone());
    assert_eq!(missing, Some(Arg::Plain("rm1, rm2".to_owned())));
}

#[test]
fn a_participant_is_blocked_while_the_coordinator_is_down() {
    let mut run = begun(Config::textbook());
    run.until(45 * MS);
    run.crash(COORDINATOR);
    run.until(100 * MS);
    assert_eq!(run.claims(Subject::Node(RM1)), ["in_doubt"]);
    run.until(450 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["blocked"]);
    assert_eq!(facts(&answers[0]), ["tells_nothing", "asks_nobody_else", "down", "asked", "asks_next"]);
    assert_eq!(run.claims(Subject::Node(COORDINATOR)), ["is_down"]);
}

#[test]
fn who_could_help_is_named() {
    let mut run = begun(Config { cooperative: true, ..Config::textbook() });
    run.until(45 * MS);
    run.crash(COORDINATOR);
    run.until(100 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(facts(&answers[0]), ["tells_nothing", "in_doubt", "down", "asked", "asks_next"]);
}

#[test]
fn who_waits_for_whom_is_told() {
    let mut run = begun(Config { lock_timeout: 5_000 * MS, work_timeout: 5_000 * MS, ..Config::textbook() });
    run.apply(&Edit::Cut(RM1, COORDINATOR));
    run.until(15 * MS);
    run.invoke_as(ProcessId(4), "txn read y");
    run.until(60 * MS);
    let answers = run.ask(Subject::Node(RM2));
    assert_eq!(claims(&answers), ["worked", "lacks_lock"]);
    assert_eq!(facts(&answers[1])[0], "waits");
    let of_client = run.ask(Subject::Operation(ProcessId(4)));
    assert_eq!(claims(&of_client), ["no_answer", "executing"]);
    assert!(facts(&of_client[1]).contains(&"waits"));
}

#[test]
fn a_record_says_whether_it_is_on_disk() {
    let mut run = begun(Config::textbook());
    run.until(45 * MS);
    assert_eq!(run.claims(Subject::Entry(COORDINATOR, 1)), ["buffered"]);
    assert_eq!(run.claims(Subject::Entry(RM1, 1)), ["stable"]);
    assert!(run.ask(Subject::Entry(RM1, 2)).is_empty() && run.ask(Subject::Entry(RM1, 0)).is_empty());
}

#[test]
fn a_coordinator_remembers_until_everybody_has_acknowledged() {
    let mut run = begun(Config::textbook());
    run.until(55 * MS);
    assert_eq!(run.claims(Subject::Node(COORDINATOR)), ["telling"]);
    run.until(200 * MS);
    for id in [COORDINATOR, RM1] {
        assert_eq!(run.claims(Subject::Node(id)), ["idle"]);
    }
    assert!(run.ask(Subject::Operation(C1)).is_empty());
}
