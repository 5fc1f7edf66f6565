//! Situations of leaders, RMs, acceptors and clients, and why they are as they are.

use super::why::why;
use super::{Config, MANAGER, PaxosCommit};
use crate::spec::{ClientOp, Spec};
use crate::transaction::op::Transaction;
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, Time, World};
use consistory_scene::{Arg, Subject, Text, Why};

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);
const A1: ProcessId = ProcessId(3);
const A2: ProcessId = ProcessId(4);
const A3: ProcessId = ProcessId(5);
const C1: ProcessId = ProcessId(6);

struct Run {
    world: World<PaxosCommit>,
    journal: Journal<PaxosCommit>,
}

impl Run {
    /// Two RMs and three acceptors, 10 ms apart; c1 changes x and y: tm has the request at 10 ms, the work at 30 ms,
    /// the acceptors have the votes at 50 ms, tm has the bundles at 60 ms.
    fn new(config: Config) -> Self {
        let mut setup = PaxosCommit::defaults();
        setup.nodes = 6;
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config = config;
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        let mut run = Self { world, journal };
        run.invoke(C1, "txn write x 1, write y 1");
        run
    }

    fn edit(&mut self, edit: &Edit<PaxosCommit>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn crash(&mut self, id: ProcessId) {
        self.edit(&Edit::Crash(id, DiskFate::Kept));
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    fn invoke(&mut self, client: ProcessId, op: &str) {
        let op = Transaction::parse(op).expect(op);
        self.edit(&Edit::Invoke { client, op, target: Some(MANAGER) });
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
    key.strip_prefix("paxos-commit.why.").or_else(shared).expect("a key of answers")
}

fn claims(answers: &[Why]) -> Vec<&'static str> {
    answers.iter().map(|answer| short(answer.claim.key)).collect()
}

fn keys(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| short(fact.key)).collect()
}

#[test]
fn a_leader_lacks_acceptors_and_an_acceptor_lacks_a_vote() {
    let mut run = Run::new(Config::usual());
    run.edit(&Edit::Cut(RM2, A1));
    run.until(65 * MS);
    let answers = run.ask(Subject::Node(MANAGER));
    assert_eq!(claims(&answers), ["collecting"]);
    assert_eq!(keys(&answers[0]), ["have_answered", "have_not_answered", "has_accepted", "next_ballot"]);
    let missing = answers[0].facts[1].args.iter().find(|(name, _)| *name == "nodes").map(|(_, arg)| arg.clone());
    assert_eq!(missing, Some(Arg::Plain("a1".to_owned())));
    let answers = run.ask(Subject::Node(A1));
    assert_eq!(claims(&answers), ["bundles"]);
    assert_eq!(keys(&answers[0]), ["have_not_proposed", "cut_off"]);
}

#[test]
fn an_rm_in_doubt_is_told_who_could_find_out() {
    let mut run = Run::new(Config::usual());
    run.until(55 * MS);
    run.crash(MANAGER);
    run.until(100 * MS);
    let answers = run.ask(Subject::Node(RM1));
    assert_eq!(claims(&answers), ["in_doubt"]);
    assert_eq!(
        keys(&answers[0]),
        ["has_accepted", "has_accepted", "down", "acceptors_up", "asked", "asks_next"],
        "a1 and a2 have accepted, a3 was not asked"
    );
    assert_eq!(claims(&run.ask(Subject::Node(MANAGER))), ["is_down"]);
    // A question to tm and one to a1 later.
    run.until(452 * MS);
    let answers = run.ask(Subject::Node(A1));
    assert_eq!(claims(&answers), ["promises"]);
    assert_eq!(keys(&answers[0]), ["have_answered", "have_not_answered", "next_ballot"]);
    run.until(1_000 * MS);
    assert_eq!(claims(&run.ask(Subject::Node(RM1))), ["idle"]);
}

#[test]
fn an_rm_is_blocked_without_a_majority() {
    let mut run = Run::new(Config::usual());
    run.until(45 * MS);
    run.crash(A2);
    run.crash(A3);
    run.until(1_500 * MS);
    let answers = run.ask(Subject::Node(RM2));
    assert_eq!(claims(&answers), ["blocked"]);
    assert!(keys(&answers[0]).contains(&"is_leading") && keys(&answers[0]).contains(&"down"));
    assert_eq!(claims(&run.ask(Subject::Node(A3))), ["is_down"]);
    let of_client = claims(&run.ask(Subject::Operation(C1)));
    assert!(of_client.starts_with(&["no_answer"]) && of_client.contains(&"blocked"), "{of_client:?}");
}

#[test]
fn who_waits_for_whom_is_told() {
    let mut run = Run::new(Config { lock_timeout: 5_000 * MS, work_timeout: 5_000 * MS, ..Config::usual() });
    run.edit(&Edit::Cut(RM1, MANAGER));
    run.until(15 * MS);
    run.invoke(ProcessId(7), "txn read y");
    run.until(60 * MS);
    let answers = run.ask(Subject::Node(RM2));
    assert_eq!(claims(&answers), ["worked", "waits"]);
    assert_eq!(keys(&answers[1])[0], "waits");
    let of_client = run.ask(Subject::Operation(ProcessId(7)));
    assert_eq!(claims(&of_client), ["no_answer", "executing"]);
    assert!(keys(&of_client[1]).contains(&"waits"));
}

#[test]
fn a_record_says_whether_it_is_on_disk() {
    let mut run = Run::new(Config::usual());
    run.until(75 * MS);
    assert_eq!(claims(&run.ask(Subject::Entry(MANAGER, 1))), ["buffered"]);
    assert_eq!(claims(&run.ask(Subject::Entry(RM1, 1))), ["stable"]);
    assert_eq!(claims(&run.ask(Subject::Entry(RM1, 2))), ["buffered"]);
    assert_eq!(claims(&run.ask(Subject::Entry(A1, 1))), ["stable"]);
    assert!(run.ask(Subject::Entry(A1, 2)).is_empty() && run.ask(Subject::Entry(A3, 1)).is_empty());
    for id in [MANAGER, RM1, A1] {
        assert_eq!(claims(&run.ask(Subject::Node(id))), ["idle"]);
    }
}
