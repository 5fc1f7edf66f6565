//! Situations of coordinators, copies and clients, and why they are as they are.

use super::message::{Tag, Version};
use super::op::Op;
use super::why::why;
use super::{Abd, Directive, WRITER, Writers};
use crate::kv::Key;
use crate::spec::{ClientOp, Spec};
use crate::words;
use consistory_kernel::{
    DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, StepKind, StepRecord, Time, World,
};
use consistory_scene::{Arg, Subject, Text, Why};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const N4: ProcessId = ProcessId(3);
const C1: ProcessId = ProcessId(5);

struct Run {
    world: World<Abd>,
    journal: Journal<Abd>,
}

impl Run {
    /// Five replicas, 10 ms apart, some of which hold something.
    fn new(writers: Writers, directives: Vec<(ProcessId, Directive)>) -> Self {
        let mut setup = Abd::defaults();
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config.writers = writers;
        setup.directives = directives;
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn edit(&mut self, edit: &Edit<Abd>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    fn invoke(&mut self, op: &str, target: ProcessId) {
        let op = Op::parse(op).expect("an operation");
        self.edit(&Edit::Invoke { client: C1, op, target: Some(target) });
    }

    /// The answers to a question that has so many.
    fn ask<const COUNT: usize>(&self, subject: Subject) -> [Why; COUNT] {
        why(&self.world, subject).try_into().expect("so many answers")
    }

    fn step(&self, why: &Why) -> &StepRecord {
        why.since.and_then(|step| self.journal.step(step)).expect("a step of the run")
    }
}

/// c1 writes at n1, which has the request at 10 ms, a majority's answers at 30 ms, and the last ones at 50 ms.
fn writing(time: Time) -> Run {
    let mut run = Run::new(Writers::Many, Vec::new());
    run.invoke("write x 1", N1);
    run.until(time);
    run
}

/// As [`writing`], but n1 reaches only n2.
fn divided() -> Run {
    let mut run = Run::new(Writers::Many, Vec::new());
    run.edit(&Edit::Partition(vec![vec![N1, N2, C1]]));
    run.invoke("write x 1", N1);
    run.until(35 * MS);
    run
}

/// n2 has written x: its number 3 is still at n1, its number 5 at n2, n3 and n4. Of y only n3 has something.
fn prepared() -> Run {
    let copy = |id: ProcessId, key: &str, value: i64, number: u32, writer: ProcessId| {
        let version = Version { tag: Tag { number, writer }, value: Some(value) };
        (id, Directive { key: Key::parse(key).expect("a key"), version })
    };
    let newest = [N2, N3, N4].map(|id| copy(id, "x", 50, 5, N2));
    let others = [copy(N1, "x", 30, 3, N2), copy(N3, "y", 7, 6, N3)];
    Run::new(Writers::Many, newest.into_iter().chain(others).collect())
}

/// A key of these answers, or of all protocols' answers, without its beginning.
fn short(key: &'static str) -> &'static str {
    let of_all = || key.strip_prefix("why.");
    key.strip_prefix("abd.why.").or_else(of_all).expect("a key of answers")
}

fn keys(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| short(fact.key)).collect()
}

fn claim(why: &Why) -> &'static str {
    short(why.claim.key)
}

/// What the first fact with that key has for a hole.
fn said(why: &Why, key: &str, hole: &str) -> Arg {
    let place = keys(why).iter().position(|known| *known == key).expect("a fact with that key");
    let arg = why.facts[place].args.iter().find(|(name, _)| *name == hole).expect("an argument of that name");
    arg.1.clone()
}

fn number(value: i64) -> Arg {
    Arg::Number(value)
}

fn names(names: &str) -> Arg {
    Arg::Plain(names.to_owned())
}

#[test]
fn a_coordinator_without_a_majority_waits() {
    let run = divided();
    let [query] = run.ask(Subject::Node(N1));
    assert_eq!(claim(&query), "querying");
    assert_eq!(keys(&query), ["answered", "greatest", "cut_off", "possible", "asks_again"]);
    assert_eq!((said(&query, "answered", "nodes"), said(&query, "answered", "quorum")), (names("n1, n2"), number(3)));
    assert_eq!(said(&query, "greatest", "value"), Arg::Word("abd.nothing"));
    assert_eq!(said(&query, "cut_off", "nodes"), names("n3, n4, n5"));
    assert_eq!(said(&query, "possible", "count"), number(2));
    assert_eq!(said(&query, "asks_again", "time"), Arg::Time(110 * MS));
    let [operation, phase] = run.ask(Subject::Operation(C1));
    assert_eq!((claim(&operation), keys(&operation)), ("no_answer", vec!["asked", "patience"]));
    assert_eq!((claim(&phase), phase.facts), ("querying", query.facts));
}

#[test]
fn a_majority_stores_what_is_written() {
    let run = writing(45 * MS);
    let [update] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&update), keys(&update)), ("updating", vec!["answered", "due", "possible", "asks_again"]));
    assert_eq!(said(&update, "answered", "nodes"), names("n1"));
    assert_eq!(said(&update, "due", "nodes"), names("n2, n3, n4, n5"));
    assert_eq!(said(&update, "possible", "count"), number(5));
    let [copies] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&copies), keys(&copies)), ("idle", vec!["settled"]));
    assert_eq!((said(&copies, "settled", "count"), said(&copies, "settled", "value")), (number(5), number(1)));
}

#[test]
fn an_old_copy_does_no_harm() {
    let run = prepared();
    let [copies] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&copies), keys(&copies)), ("outdated", vec!["older", "settled", "lacks", "unsettled"]));
    assert_eq!((said(&copies, "older", "value"), said(&copies, "older", "number")), (number(30), number(3)));
    assert_eq!(
        (said(&copies, "settled", "number"), said(&copies, "settled", "nodes")),
        (number(5), names("n2, n3, n4"))
    );
    assert_eq!((said(&copies, "lacks", "key"), said(&copies, "unsettled", "nodes")), (names("y"), names("n3")));
    let [copies] = run.ask(Subject::Node(N3));
    assert_eq!((claim(&copies), keys(&copies)), ("idle", vec!["settled", "unsettled"]));
}

#[test]
fn a_coordinator_that_is_down_has_forgotten() {
    let mut run = writing(5 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["asked", "travels", "patience"]);
    assert_eq!(said(&operation, "travels", "time"), Arg::Time(10 * MS));
    assert_eq!(run.step(&operation).kind, StepKind::Edit);
    run.until(15 * MS);
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["asked", "down", "forgotten", "patience"]);
    let [down, copies] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&down), said(&down, "running", "count")), ("is_down", number(4)));
    assert_eq!((claim(&copies), copies.facts.len()), ("idle", 0));
    run.edit(&Edit::Restart(N1));
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["asked", "forgotten", "patience"]);
}

#[test]
fn a_coordinator_that_is_paused_or_has_answered() {
    let mut run = writing(45 * MS);
    run.edit(&Edit::Pause(N1));
    let [paused, update] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&paused), claim(&update)), ("is_paused", "updating"));
    assert_eq!(keys(&update), ["answered", "paused", "due", "possible", "asks_again"]);
    let run = writing(55 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["asked", "travels", "done", "patience"]);
    assert_eq!(said(&operation, "travels", "time"), Arg::Time(60 * MS));
}

#[test]
fn only_the_single_writer_writes() {
    let mut run = Run::new(Writers::One, Vec::new());
    run.invoke("write x 1", N3);
    run.until(5 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["asked", "travels", "redirects", "patience"]);
    assert_eq!(said(&operation, "redirects", "writer"), Arg::Process(WRITER));
}

#[test]
fn what_does_not_exist_has_no_reason() {
    let run = prepared();
    for subject in [Subject::Node(C1), Subject::Entry(N1, 1), Subject::Operation(N1), Subject::Operation(C1)] {
        assert!(why(&run.world, subject).is_empty(), "{subject:?}");
    }
}

#[test]
fn every_answer_has_its_words() {
    for run in [divided(), prepared(), writing(5 * MS), writing(45 * MS), writing(55 * MS)] {
        for id in run.world.process_ids() {
            for subject in [Subject::Node(id), Subject::Operation(id)] {
                for Why { claim, rule, facts, .. } in why(&run.world, subject) {
                    facts.iter().chain([&claim, &rule]).for_each(check_words);
                }
            }
        }
    }
}

/// Both languages have the sentence, and every hole of it is filled.
fn check_words(text: &Text) {
    for language in ["en", "zh"] {
        let template = words::template(language, text.key).unwrap_or_else(|| panic!("{}: {language}", text.key));
        let holes = template.split("%{").skip(1).filter_map(|rest| rest.split_once('}'));
        for (hole, _) in holes {
            assert!(text.args.iter().any(|(name, _)| *name == hole), "{}: {hole}", text.key);
        }
    }
}
