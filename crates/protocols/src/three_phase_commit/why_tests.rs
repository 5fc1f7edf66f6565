//! Situations of coordinators, participants and clients, and why they are as they are.

use super::why::why;
use super::{MANAGER, ThreePhaseCommit};
use crate::spec::{ClientOp, Spec};
use crate::transaction::op::Transaction;
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, Time, World};
use consistory_scene::{Subject, Text, Why};

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);
const C1: ProcessId = ProcessId(3);

struct Run {
    world: World<ThreePhaseCommit>,
    journal: Journal<ThreePhaseCommit>,
}

impl Run {
    /// Two participants, 10 ms apart; c1 changes x and y: votes are asked for from 30 ms on, all are in at 60 ms, and
    /// the acknowledgements at 90 ms.
    fn new() -> Self {
        let mut setup = ThreePhaseCommit::defaults();
        setup.nodes = 3;
        setup.network.latency = Latency::Constant(10 * MS);
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        let mut run = Self { world, journal };
        let op = Transaction::parse("txn write x 1, write y 1").expect("a transaction");
        run.edit(&Edit::Invoke { client: C1, op, target: Some(MANAGER) });
        run
    }

    fn edit(&mut self, edit: &Edit<ThreePhaseCommit>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    fn crash(&mut self, id: ProcessId) {
        self.edit(&Edit::Crash(id, DiskFate::Kept));
    }

    /// The answers to a question, all of which can be read in both languages.
    fn ask(&self, subject: Subject) -> Vec<Why> {
        let answers = why(&self.world, subject);
        for answer in &answers {
            for text in answer.facts.iter().chain([&answer.claim, &answer.rule]) {
                is_filled(text);
            }
        }
        answers
    }

    fn claims(&self, subject: Subject) -> Vec<&'static str> {
        self.ask(subject).iter().map(|answer| short(answer.claim.key)).collect()
    }
}

/// Every hole of a text has an argument.
fn is_filled(text: &Text) {
    for language in ["en", "zh"] {
        let template = words::template(language, text.key).unwrap_or_else(|| panic!("no word {}", text.key));
        for hole in template.split("%{").skip(1).filter_map(|rest| rest.split_once('}')) {
            let is_there = text.args.iter().any(|(name, _)| *name == hole.0);
            assert!(is_there, "{} lacks {}", text.key, hole.0);
        }
    }
}

fn short(key: &'static str) -> &'static str {
    let shared = || key.strip_prefix("transaction.why.").or_else(|| key.strip_prefix("why."));
    key.strip_prefix("three-phase-commit.why.").or_else(shared).expect("a key of answers")
}

fn keys(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| short(fact.key)).collect()
}

#[test]
fn each_phase_has_its_reason() {
    let mut run = Run::new();
    run.until(25 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["executing"]);
    assert_eq!(run.claims(Subject::Node(RM1)), ["worked"]);
    run.until(40 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["collecting"]);
    run.until(62 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["pre_committing"]);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(short(answers[0].claim.key), "obeys");
    assert_eq!(keys(&answers[0]), ["suspects_at", "then_itself", "up"]);
    assert_eq!(keys(&run.ask(Subject::Node(RM2))[0]), ["suspects_at", "then", "up"]);
    run.until(300 * MS);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["idle"]);
    assert!(run.ask(Subject::Operation(C1)).is_empty());
}

#[test]
fn a_new_coordinator_asks_for_states() {
    let mut run = Run::new();
    run.until(61 * MS);
    run.crash(MANAGER);
    run.until(447 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(short(answers[0].claim.key), "asks_states");
    assert_eq!(keys(&answers[0]), ["missing", "until"]);
    assert_eq!(run.claims(Subject::Node(MANAGER)), ["is_down"]);
    assert_eq!(run.claims(Subject::Operation(C1)), ["no_answer", "asks_states", "obeys"]);
}

#[test]
fn who_has_failed_needs_the_last_to_fail() {
    let mut run = Run::new();
    run.until(61 * MS);
    for id in [MANAGER, RM1, RM2] {
        run.crash(id);
    }
    run.edit(&Edit::Restart(MANAGER));
    run.edit(&Edit::Restart(RM1));
    run.until(150 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(short(answers[0].claim.key), "recovering");
    assert_eq!(keys(&answers[0]), ["failed_too", "needs", "down", "asks_at"]);
}

#[test]
fn a_record_says_why_it_is_on_disk() {
    let mut run = Run::new();
    run.until(62 * MS);
    for (id, index) in [(MANAGER, 1), (MANAGER, 2), (RM1, 1)] {
        assert_eq!(run.claims(Subject::Entry(id, index)), ["stable"]);
    }
    assert!(run.ask(Subject::Entry(RM1, 2)).is_empty());
}
