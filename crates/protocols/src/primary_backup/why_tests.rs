//! Situations of primaries, backups, logs and clients, and why they are as they are.

use super::why::why;
use super::{Directive, PrimaryBackup};
use crate::kv::Op;
use crate::spec::{ClientOp, Spec};
use crate::words;
use consistory_kernel::{
    DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, StepKind, StepRecord, Time, World,
};
use consistory_scene::{Arg, Subject, Text, Why};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const C1: ProcessId = ProcessId(3);
const C2: ProcessId = ProcessId(4);

struct Run {
    world: World<PrimaryBackup>,
    journal: Journal<PrimaryBackup>,
}

impl Run {
    /// Three nodes, 10 ms apart, of which n1 is primary. For 400 ms nobody suspects it.
    fn new(acks: u32, directives: Vec<(ProcessId, Directive)>) -> Self {
        let mut setup = PrimaryBackup::defaults();
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config.acks = acks;
        setup.config.suspect_after = (400 * MS, 800 * MS);
        setup.directives = directives;
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn edit(&mut self, edit: &Edit<PrimaryBackup>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    fn invoke(&mut self, client: ProcessId, op: &str, target: ProcessId) {
        let op = Op::parse(op).expect("an operation");
        self.edit(&Edit::Invoke { client, op, target: Some(target) });
    }

    /// The answers to a question that has so many.
    fn ask<const COUNT: usize>(&self, subject: Subject) -> [Why; COUNT] {
        why(&self.world, subject).try_into().expect("so many answers")
    }

    fn step(&self, why: &Why) -> &StepRecord {
        why.since.and_then(|step| self.journal.step(step)).expect("a step of the run")
    }
}

/// The backups have heard n1 for the last time at 110 ms, and are bound by its lease until 260 ms.
fn steady(acks: u32) -> Run {
    let mut run = Run::new(acks, Vec::new());
    run.until(115 * MS);
    run
}

/// As [`steady`]; then n1 is left with c1, whose write it appends at 125 ms, and n2 stands at 300 ms.
fn divided() -> Run {
    let mut run = steady(1);
    run.edit(&Edit::Partition(vec![vec![N1, C1], vec![N2, N3]]));
    run.invoke(C1, "write x 9", N1);
    run.until(300 * MS);
    run.edit(&Edit::Rearm(N2, 0));
    run.until(315 * MS);
    run
}

/// As [`divided`]; then n2 is primary from 320 ms on, and its mark is entry 1, acknowledged at 340 ms.
fn deposed() -> Run {
    let mut run = divided();
    run.until(350 * MS);
    run
}

/// n1 has shipped the write of c1, has heard of nobody that it is stored, and is down; n2 is primary since 320 ms.
fn inherited() -> Run {
    let mut run = steady(1);
    run.edit(&Edit::Cut(N2, N1));
    run.edit(&Edit::Cut(N3, N1));
    run.invoke(C1, "write x 9", N1);
    run.until(140 * MS);
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    run.until(300 * MS);
    run.edit(&Edit::Rearm(N2, 0));
    run.until(325 * MS);
    run
}

/// A key of these answers, or of all protocols' answers, without its beginning.
fn short(key: &'static str) -> &'static str {
    let of_all = || key.strip_prefix("why.");
    key.strip_prefix("primary-backup.why.").or_else(of_all).expect("a key of answers")
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
fn a_backup_hears_its_primary_and_is_bound_by_its_lease() {
    let run = steady(1);
    let [role, outlook] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&role), keys(&role)), ("backup", vec!["primary", "suspects"]));
    assert_eq!(said(&role, "primary", "node"), Arg::Process(N1));
    assert_eq!(said(&role, "suspects", "since"), Arg::Time(110 * MS));
    let heard = run.step(&role);
    assert_eq!((heard.kind, heard.actor, heard.time), (StepKind::Deliver, N2, 110 * MS));
    assert_eq!((claim(&outlook), keys(&outlook)), ("could_not_win", vec!["fenceable", "bound", "bound"]));
    assert_eq!(said(&outlook, "fenceable", "count"), number(1));
    assert_eq!(said(&outlook, "fenceable", "needed"), number(2));
    assert_eq!(said(&outlook, "bound", "time"), Arg::Time(260 * MS));
}

#[test]
fn a_primary_with_its_backups_acknowledges_and_reads() {
    let run = steady(1);
    let [role, acknowledges, reads] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&role), keys(&role)), ("primary", vec!["in_epoch"]));
    assert_eq!(said(&role, "in_epoch", "nodes"), names("n1, n2, n3"));
    assert_eq!((claim(&acknowledges), keys(&acknowledges)), ("can_acknowledge", vec!["stores", "progress"]));
    assert_eq!(said(&acknowledges, "progress", "nodes"), names("n2 0, n3 0"));
    assert_eq!((claim(&reads), keys(&reads)), ("reads", vec!["lease"]));
    assert_eq!(said(&reads, "lease", "time"), Arg::Time(200 * MS));
    assert_eq!(said(&reads, "lease", "count"), number(1));
}

#[test]
fn a_candidate_waits_for_a_promise_and_for_enough_nodes() {
    let mut run = steady(1);
    run.edit(&Edit::Rearm(N3, 0));
    run.until(115 * MS);
    let [bound] = run.ask(Subject::Node(N3));
    assert_eq!((claim(&bound), keys(&bound)), ("candidate", vec!["fences", "bound", "bound", "fenceable"]));
    assert_eq!(said(&bound, "fenceable", "count"), number(1));
    let mut run = steady(1);
    run.edit(&Edit::Partition(vec![vec![N2], vec![N1, N3]]));
    run.until(300 * MS);
    run.edit(&Edit::Rearm(N2, 0));
    run.until(305 * MS);
    let [alone] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&alone), keys(&alone)), ("candidate", vec!["fences", "cut_off", "fenceable"]));
    assert_eq!(said(&alone, "fences", "nodes"), names("n2"));
    assert_eq!(said(&alone, "cut_off", "nodes"), names("n1, n3"));
    assert_eq!((said(&alone, "fenceable", "count"), said(&alone, "fenceable", "needed")), (number(1), number(2)));
}

#[test]
fn a_fenced_node_waits_for_its_candidate() {
    let run = divided();
    let [role, _] = run.ask(Subject::Node(N3));
    assert_eq!((claim(&role), keys(&role)), ("fenced", vec!["fences", "suspects"]));
    assert_eq!(said(&role, "fences", "node"), Arg::Process(N2));
    assert_eq!(said(&role, "suspects", "since"), Arg::Time(310 * MS));
}

#[test]
fn a_deposed_primary_can_neither_acknowledge_nor_read() {
    let mut run = deposed();
    let [role, acknowledges, reads] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&role), keys(&role)), ("deposed", vec!["primary", "cut_off", "in_epoch"]));
    assert_eq!((said(&role, "primary", "node"), said(&role, "primary", "epoch")), (Arg::Process(N2), number(2)));
    assert_eq!(said(&role, "in_epoch", "nodes"), names("n1"));
    assert_eq!(claim(&acknowledges), "cannot_acknowledge");
    assert_eq!(keys(&acknowledges), ["stores", "progress", "cut_off"]);
    assert_eq!((said(&acknowledges, "stores", "count"), said(&acknowledges, "stores", "acks")), (number(0), number(1)));
    assert_eq!((claim(&reads), keys(&reads)), ("no_reads", vec!["lease", "promises_over"]));
    assert_eq!(said(&reads, "promises_over", "nodes"), names("n2, n3"));
    run.invoke(C2, "read x", N1);
    run.until(355 * MS);
    let [read] = run.ask(Subject::Operation(C2));
    assert_eq!(keys(&read), ["asked", "travels", "lease", "promises_over", "primary", "patience"]);
    assert_eq!(run.step(&read).kind, StepKind::Edit);
}

#[test]
fn what_a_deposed_primary_appended_gives_way() {
    let run = deposed();
    let [operation, entry] = run.ask(Subject::Operation(C1));
    assert_eq!((claim(&operation), keys(&operation)), ("no_answer", vec!["asked", "primary", "holds", "patience"]));
    assert_eq!((claim(&entry), keys(&entry)), ("gives_way", vec!["copies", "primary", "instead", "cut_off"]));
    assert_eq!((said(&entry, "copies", "count"), said(&entry, "copies", "acks")), (number(1), number(1)));
    assert_eq!(said(&entry, "instead", "epoch"), number(2));
    let [mark] = run.ask(Subject::Entry(N2, 1));
    assert_eq!((claim(&mark), keys(&mark)), ("acknowledged", vec!["copies"]));
    assert_eq!(said(&mark, "copies", "nodes"), names("n2, n3"));
    let [unheard] = run.ask(Subject::Entry(N3, 1));
    assert_eq!((claim(&unheard), keys(&unheard)), ("unheard", vec!["acknowledged_to"; 2]));
    assert_eq!(said(&unheard, "acknowledged_to", "node"), Arg::Process(N2));
}

#[test]
fn an_entry_waits_for_backups_and_for_the_mark_of_the_office() {
    let mut run = steady(2);
    run.edit(&Edit::Crash(N3, DiskFate::Kept));
    run.invoke(C1, "write x 9", N1);
    run.until(150 * MS);
    let [entry] = run.ask(Subject::Entry(N1, 1));
    assert_eq!((claim(&entry), keys(&entry)), ("unacknowledged", vec!["copies", "down"]));
    assert_eq!((said(&entry, "copies", "nodes"), said(&entry, "copies", "acks")), (names("n1, n2"), number(2)));
    let run = inherited();
    let [entry] = run.ask(Subject::Entry(N2, 1));
    assert_eq!(claim(&entry), "unacknowledged");
    assert_eq!(keys(&entry), ["copies", "old_epoch", "copies", "down", "unanswered"]);
    assert_eq!(said(&entry, "copies", "nodes"), names("n1, n2, n3"));
    assert_eq!((said(&entry, "old_epoch", "epoch"), said(&entry, "old_epoch", "mark")), (number(1), number(2)));
    assert_eq!((said(&entry, "down", "nodes"), said(&entry, "unanswered", "nodes")), (names("n1"), names("n3")));
}

#[test]
fn nobody_serves_while_there_is_no_primary() {
    let mut run = steady(1);
    run.edit(&Edit::Crash(N1, DiskFate::Kept));
    run.invoke(C1, "read x", N2);
    let [down] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&down), keys(&down)), ("is_down", vec!["log_ends", "no_primary", "suspects"]));
    assert_eq!(said(&down, "no_primary", "count"), number(2));
    let [role, _] = run.ask(Subject::Node(N2));
    assert_eq!(keys(&role), ["gone", "down", "suspects"]);
    let [read] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&read), ["asked", "travels", "redirects", "no_primary", "suspects", "patience"]);
    run.edit(&Edit::Pause(N2));
    let [paused, _, outlook] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&paused), claim(&outlook)), ("is_paused", "could_not_win"));
    assert_eq!(keys(&outlook), ["fenceable", "bound", "down", "paused"]);
}

#[test]
fn what_does_not_exist_has_no_reason() {
    let run = steady(1);
    for subject in [
        Subject::Node(C1),
        Subject::Entry(N1, 0),
        Subject::Entry(N1, u64::MAX),
        Subject::Entry(ProcessId(9), 1),
        Subject::Operation(N1),
        Subject::Operation(C1),
    ] {
        assert!(why(&run.world, subject).is_empty(), "{subject:?}");
    }
    let [absent] = run.ask(Subject::Entry(N2, 5));
    assert_eq!((claim(&absent), keys(&absent)), ("absent", vec!["log_ends"; 2]));
}

#[test]
fn every_answer_has_its_words() {
    let logs = vec![(N1, Directive::Log(vec![1])), (N2, Directive::Log(vec![1, 2]))];
    for run in [steady(0), steady(2), divided(), deposed(), inherited(), Run::new(1, logs)] {
        for id in run.world.process_ids() {
            let entries = (1..5).map(|index| Subject::Entry(id, index));
            for subject in entries.chain([Subject::Node(id), Subject::Operation(id)]) {
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
