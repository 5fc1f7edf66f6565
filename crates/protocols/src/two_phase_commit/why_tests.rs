//! Situations of coordinators, participants and clients, and why they are as they are.

use super::why::why;
use super::{COORDINATOR, Config, TwoPhaseCommit};
use crate::spec::{ClientOp, Spec};
use crate::transaction::op::Transaction;
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, Time, World};
use consistory_scene::{Arg, Subject, Text, Why};

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);
const C1: ProcessId = ProcessId(3);

struct Run {
    world: World<TwoPhaseCommit>,
    journal: Journal<TwoPhaseCommit>,
}

impl Run {
    /// Two participants, 10 ms apart; c1 changes x and y: tm has the request at 10 ms, the work at 30 ms, the votes at
    /// 50 ms.
    fn new(config: Config) -> Self {
        let mut setup = TwoPhaseCommit::defaults();
        setup.nodes = 3;
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config = config;
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        let mut run = Self { world, journal };
        run.invoke(C1, "txn write x 1, write y 1");
        run
    }

    fn edit(&mut self, edit: &Edit<TwoPhaseCommit>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    fn invoke(&mut self, client: ProcessId, op: &str) {
        let op = Transaction::parse(op).expect(op);
        self.edit(&Edit::Invoke { client, op, target: Some(COORDINATOR) });
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
    key.strip_prefix("two-phase-commit.why.").or_else(shared).expect("a key of answers")
}

fn claims(answers: &[Why]) -> Vec<&'static str> {
    answers.iter().map(|answer| short(answer.claim.key)).collect()
}

fn keys(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| short(fact.key)).collect()
}

#[test]
fn a_coordinator_lacks_votes() {
    let mut run = Run::new(Config::textbook());
    run.until(35 * MS);
    let answers = run.ask(Subject::Node(COORDINATOR));
    assert_eq!(claims(&answers), ["collecting"]);
    assert_eq!(keys(&answers[0]), ["have_voted", "have_not_voted", "aborts_at"]);
    let missing = answers[0].facts[1].args.iter().find(|(name, _)| *name == "nodes").map(|(_, arg)| arg.clone());
    assert_eq!(missing, Some(Arg::Plain("rm1, rm2".to_owned())));
}

#[test]
fn a_participant_is_blocked_while_the_coordinator_is_down() {
    let mut run = Run::new(Config::textbook());
    run.until(45 * MS);
    run.edit(&Edit::Crash(COORDINATOR, DiskFate::Kept));
    run.until(100 * MS);
    assert_eq!(claims(&run.ask(Subject::Node(RM1))), ["in_doubt"]);
    run.until(450 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["blocked"]);
    assert_eq!(keys(&answers[0]), ["tells_nothing", "asks_nobody_else", "down", "asked", "asks_next"]);
    assert_eq!(claims(&run.ask(Subject::Node(COORDINATOR))), ["is_down"]);
}

#[test]
fn who_could_help_is_named() {
    let mut run = Run::new(Config { cooperative: true, ..Config::textbook() });
    run.until(45 * MS);
    run.edit(&Edit::Crash(COORDINATOR, DiskFate::Kept));
    run.until(100 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(keys(&answers[0]), ["tells_nothing", "in_doubt", "down", "asked", "asks_next"]);
}

#[test]
fn who_waits_for_whom_is_told() {
    let mut run = Run::new(Config { lock_timeout: 5_000 * MS, work_timeout: 5_000 * MS, ..Config::textbook() });
    run.edit(&Edit::Cut(RM1, COORDINATOR));
    run.until(15 * MS);
    run.invoke(ProcessId(4), "txn read y");
    run.until(60 * MS);
    let answers = run.ask(Subject::Node(RM2));
    assert_eq!(claims(&answers), ["worked", "waits"]);
    assert_eq!(keys(&answers[1])[0], "waits");
    let of_client = run.ask(Subject::Operation(ProcessId(4)));
    assert_eq!(claims(&of_client), ["no_answer", "executing"]);
    assert!(keys(&of_client[1]).contains(&"waits"));
}

#[test]
fn a_record_says_whether_it_is_on_disk() {
    let mut run = Run::new(Config::textbook());
    run.until(45 * MS);
    assert_eq!(claims(&run.ask(Subject::Entry(COORDINATOR, 1))), ["buffered"]);
    assert_eq!(claims(&run.ask(Subject::Entry(RM1, 1))), ["stable"]);
    assert!(run.ask(Subject::Entry(RM1, 2)).is_empty() && run.ask(Subject::Entry(RM1, 0)).is_empty());
}

#[test]
fn a_coordinator_remembers_until_everybody_has_acknowledged() {
    let mut run = Run::new(Config::textbook());
    run.until(55 * MS);
    let answers = run.ask(Subject::Node(COORDINATOR));
    assert_eq!(claims(&answers), ["telling"]);
    run.until(200 * MS);
    for id in [COORDINATOR, RM1] {
        assert_eq!(claims(&run.ask(Subject::Node(id))), ["idle"]);
    }
    assert!(run.ask(Subject::Operation(C1)).is_empty());
}
