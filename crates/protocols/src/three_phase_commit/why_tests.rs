//! Situations of coordinators, participants and clients, and why they are as they are.

use super::{Config, MANAGER, ThreePhaseCommit};
use crate::transaction::rehearsal::{Run, claims, facts};
use consistory_kernel::{Edit, MS, ProcessId};
use consistory_scene::Subject;

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);
const C1: ProcessId = ProcessId(3);

/// Two participants, 10 ms apart; c1 changes x and y: votes are asked for from 30 ms on, all are in at 60 ms, and the
/// acknowledgements at 90 ms.
fn begun() -> Run<ThreePhaseCommit> {
    let mut run = Run::<ThreePhaseCommit>::of(3, Config::textbook());
    run.invoke("txn write x 1, write y 1");
    run
}

#[test]
fn each_phase_has_its_reason() {
    let mut run = begun();
    run.until(25 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["executing"]);
    assert_eq!(run.claims(Subject::Node(RM1)), ["worked"]);
    run.until(40 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["collecting"]);
    run.until(62 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["pre_committing"]);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["obeys"]);
    assert_eq!(facts(&answers[0]), ["suspects_at", "then_itself", "up"]);
    assert_eq!(facts(&run.ask(Subject::Node(RM2))[0]), ["suspects_at", "then", "up"]);
    run.until(300 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["idle"]);
    assert!(run.ask(Subject::Operation(C1)).is_empty());
}

#[test]
fn a_new_coordinator_asks_for_states() {
    let mut run = begun();
    run.until(61 * MS);
    run.crash(MANAGER);
    run.until(447 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["asks_states"]);
    assert_eq!(facts(&answers[0]), ["missing", "until"]);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["is_down"]);
    assert_eq!(run.claims(Subject::Operation(C1)), ["no_answer", "asks_states", "obeys"]);
}

#[test]
fn who_has_failed_needs_the_last_to_fail() {
    let mut run = begun();
    run.until(61 * MS);
    for id in [MANAGER, RM1, RM2] {
        run.crash(id);
    }
    run.apply(&Edit::Restart(MANAGER));
    run.apply(&Edit::Restart(RM1));
    run.until(150 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["recovering"]);
    assert_eq!(facts(&answers[0]), ["failed_too", "needs", "down", "asks_at"]);
}

#[test]
fn a_record_says_why_it_is_on_disk() {
    let mut run = begun();
    run.until(62 * MS);
    for (id, index) in [(MANAGER, 1), (MANAGER, 2), (RM1, 1)] {
        assert_eq!(run.claims(Subject::Entry(id, index)), ["stable"]);
    }
    assert!(run.ask(Subject::Entry(RM1, 2)).is_empty());
}
