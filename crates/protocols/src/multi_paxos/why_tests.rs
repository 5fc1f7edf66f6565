//! Situations of ballots, slots, leases and clients, and why they are as they are.

use super::why::why;
use super::{Directive, MultiPaxos};
use crate::kv::Op;
use crate::spec::{ClientOp, Names, Spec};
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, Setup, StepId, Time, World};
use consistory_scene::{Arg, Subject, Text, Why};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const N4: ProcessId = ProcessId(3);
const N5: ProcessId = ProcessId(4);
const C1: ProcessId = ProcessId(5);
const C2: ProcessId = ProcessId(6);

struct Run {
    world: World<MultiPaxos>,
    journal: Journal<MultiPaxos>,
}

impl Run {
    /// Five nodes, 10 ms apart. For 400 ms nobody stands by itself, and there are no leases, unless that is changed.
    fn new(change: impl Fn(&mut Setup<MultiPaxos>)) -> Self {
        let mut setup = MultiPaxos::defaults();
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config.election_timeout = (400 * MS, 800 * MS);
        setup.config.lease = 0;
        change(&mut setup);
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn edit(&mut self, edit: &Edit<MultiPaxos>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    /// The answers to a question that has so many.
    fn ask<const COUNT: usize>(&self, subject: Subject) -> [Why; COUNT] {
        why(&self.world, subject).try_into().expect("so many answers")
    }
}

/// n1 stands at once, and leads round 1 from 20 ms on.
fn elected(change: impl Fn(&mut Setup<MultiPaxos>)) -> Run {
    let mut run = Run::new(change);
    run.edit(&Edit::Rearm(N1, 0));
    run.until(100 * MS);
    run
}

/// As [`elected`]; then n1 is left with n2 and c1, whose write is accepted in slot 1 by both.
fn divided() -> Run {
    let mut run = elected(|_| {});
    run.edit(&Edit::Partition(vec![vec![N1, N2, C1], vec![N3, N4, N5, C2]]));
    invoke(&mut run, C1, N1);
    run.until(135 * MS);
    run
}

/// As [`divided`]; then n3 leads round 2 on the other side, and c2's write is chosen there in slot 1.
fn superseded() -> Run {
    let mut run = divided();
    run.edit(&Edit::Rearm(N3, 0));
    run.until(160 * MS);
    invoke(&mut run, C2, N3);
    run.until(195 * MS);
    run
}

/// A log with a hole in slot 3, and nobody leads.
fn with_hole() -> Run {
    Run::new(|setup| {
        let words = ["1-2:1*", "3:-", "4:1"];
        let log = MultiPaxos::parse_directive("log", &words, Names::plain(5)).expect("a log");
        setup.directives.push((N3, log));
    })
}

fn invoke(run: &mut Run, client: ProcessId, target: ProcessId) {
    let op = Op::parse(if client == C1 { "write x 9" } else { "write x 8" }).expect("an operation");
    run.edit(&Edit::Invoke { client, op, target: Some(target) });
}

/// The keys of the facts, without what all have in common.
fn keys(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| short(fact.key)).collect()
}

fn short(key: &'static str) -> &'static str {
    key.strip_prefix("multi-paxos.why.").unwrap_or(key)
}

fn claim(why: &Why) -> &'static str {
    short(why.claim.key)
}

/// What the first fact with that key has for a hole.
fn said(why: &Why, key: &str, hole: &str) -> Arg {
    let fact = why.facts.iter().find(|fact| short(fact.key) == key).expect("a fact with that key");
    let arg = fact.args.iter().find(|(name, _)| *name == hole).expect("an argument of that name");
    arg.1.clone()
}

fn number(value: i64) -> Arg {
    Arg::Number(value)
}

fn names(names: &str) -> Arg {
    Arg::Plain(names.to_owned())
}

#[test]
fn a_follower_hears_its_leader_and_could_win_where_there_are_no_leases() {
    let run = elected(|_| {});
    let [role, outlook, promised] = run.ask(Subject::Node(N3));
    assert_eq!((claim(&role), keys(&role)), ("not_leader.follower", vec!["heard", "timeout"]));
    assert_eq!(said(&role, "heard", "leader"), Arg::Process(N1));
    assert_eq!((claim(&outlook), keys(&outlook)), ("could_win", vec!["promises_possible"]));
    assert_eq!(said(&outlook, "promises_possible", "count"), number(5));
    assert_eq!((claim(&promised), keys(&promised)), ("has_promised", vec![]));
}

#[test]
fn a_lease_keeps_everybody_from_promising() {
    let run = elected(|setup| setup.config.lease = 120 * MS);
    let [role, outlook, _] = run.ask(Subject::Node(N3));
    assert_eq!(keys(&role), ["heard", "bound", "timeout"]);
    let expected = ["promises_possible", "bound", "holds_lease", "bound", "bound", "bound"];
    assert_eq!((claim(&outlook), keys(&outlook)), ("could_not_win", expected.to_vec()));
    assert_eq!(said(&outlook, "promises_possible", "count"), number(1));
    let [leads, chooses, reads, _] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&leads), keys(&leads)), ("leads", vec!["promised_by", "led_since"]));
    assert_eq!((claim(&chooses), keys(&chooses)), ("can_choose", vec!["reaches"]));
    assert_eq!((claim(&reads), keys(&reads)), ("reads", vec!["lease"]));
    // Sent at 70 ms, and counted on for nine tenths of 120 ms.
    assert_eq!(said(&reads, "lease", "time"), Arg::Time(178 * MS));
}

#[test]
fn a_candidate_needs_a_majority_of_promises() {
    let mut run = Run::new(|setup| setup.directives.push((N2, promised(7))));
    run.edit(&Edit::Partition(vec![vec![N1, N2], vec![N3, N4, N5]]));
    run.edit(&Edit::Rearm(N1, 0));
    run.until(5 * MS);
    let [role, _] = run.ask(Subject::Node(N1));
    let expected = ["promises", "has_promised", "why.cut_off", "will_not_win", "stands_again"];
    assert_eq!((claim(&role), keys(&role)), ("not_leader.candidate", expected.to_vec()));
    assert_eq!(said(&role, "why.cut_off", "nodes"), names("n3, n4, n5"));
    assert_eq!(said(&role, "will_not_win", "count"), number(1));
    // The nack has deposed it.
    run.until(30 * MS);
    let [role, _, _] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&role), keys(&role)[0]), ("not_leader.follower", "heard.nobody"));
}

fn promised(round: u32) -> Directive {
    Directive::Promised(super::ballot::Ballot { round, node: N5 })
}

#[test]
fn a_slot_that_two_of_five_have_accepted_is_not_chosen() {
    let run = divided();
    let [slot, applied] = run.ask(Subject::Entry(N2, 1));
    assert_eq!((claim(&slot), keys(&slot)), ("unchosen", vec!["copies", "accepted", "why.cut_off"]));
    assert_eq!(said(&slot, "copies", "nodes"), names("n1, n2"));
    assert_eq!((said(&slot, "accepted", "count"), said(&slot, "accepted", "quorum")), (number(2), number(3)));
    assert_eq!((claim(&applied), keys(&applied)), ("not_applied", vec!["knows_up_to"]));
    let [operation, again] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["why.asked", "holds", "patience"]);
    assert_eq!(said(&operation, "holds", "slot"), number(1));
    assert_eq!(claim(&again), "unchosen");
    let [_, chooses, pipeline, _, _] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&chooses), keys(&chooses)), ("cannot_choose", vec!["reaches", "why.cut_off"]));
    assert_eq!((claim(&pipeline), keys(&pipeline)), ("pipeline", vec!["in_flight", "knows_up_to"]));
}

#[test]
fn another_value_may_be_chosen_where_nobody_knows() {
    let run = superseded();
    let [slot, _] = run.ask(Subject::Entry(N2, 1));
    let expected = ["knows_chosen", "knows_up_to", "older_ballot", "why.cut_off"];
    assert_eq!((claim(&slot), keys(&slot)), ("superseded", expected.to_vec()));
    let [slot, applied] = run.ask(Subject::Entry(N3, 1));
    assert_eq!((claim(&slot), keys(&slot)), ("chosen", vec!["copies"]));
    assert_eq!(said(&slot, "copies", "nodes"), names("n3, n4, n5"));
    assert_eq!(claim(&applied), "applied");
    let [slot, _] = run.ask(Subject::Entry(N4, 1));
    assert_eq!(claim(&slot), "chosen_unheard");
    let [_, chooses, _, _, _] = run.ask(Subject::Node(N1));
    assert_eq!(keys(&chooses), ["reaches", "why.cut_off", "leads_higher"]);
}

#[test]
fn an_operation_waits_for_the_window() {
    let mut run = elected(|setup| setup.config.window = 1);
    run.edit(&Edit::Partition(vec![vec![N1, N2, C1, C2], vec![N3, N4, N5]]));
    invoke(&mut run, C1, N1);
    invoke(&mut run, C2, N1);
    run.until(135 * MS);
    let [operation, window, slot] = run.ask(Subject::Operation(C2));
    assert_eq!(keys(&operation), ["why.asked", "queued", "patience"]);
    assert_eq!((claim(&window), keys(&window)), ("queued", vec!["window"]));
    let of_window = |hole| said(&window, "window", hole);
    assert_eq!((of_window("waiting"), of_window("slot"), of_window("last")), (number(1), number(2), number(1)));
    assert_eq!(claim(&slot), "unchosen");
}

#[test]
fn a_hole_keeps_what_follows_from_being_applied() {
    let run = with_hole();
    let [hole, _] = run.ask(Subject::Entry(N3, 3));
    assert_eq!((claim(&hole), keys(&hole)), ("hole", vec!["accepted_by", "no_leader", "next_timeout"]));
    assert_eq!(said(&hole, "accepted_by", "nodes"), names("–"));
    let [slot, applied] = run.ask(Subject::Entry(N3, 4));
    assert_eq!((claim(&slot), keys(&slot)), ("unchosen", vec!["copies", "no_leader", "next_timeout"]));
    assert_eq!((claim(&applied), keys(&applied)), ("not_applied", vec!["knows_up_to", "waits_for_hole"]));
    assert_eq!(said(&applied, "waits_for_hole", "first"), number(3));
}

#[test]
fn a_client_asks_a_follower_or_nobody() {
    let mut run = elected(|_| {});
    invoke(&mut run, C1, N2);
    run.until(105 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["why.asked", "why.travels", "redirects", "patience"]);
    assert_eq!(said(&operation, "redirects", "leader"), Arg::Process(N1));
    run.edit(&Edit::Crash(N2, DiskFate::Kept));
    run.until(115 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["why.asked", "why.down", "patience"]);
    let [down] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&down), keys(&down)), ("is_down", vec!["has_promised", "knows_up_to", "running"]));
}

#[test]
fn what_does_not_exist_has_no_reason() {
    let run = elected(|_| {});
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
    let [absent, _] = run.ask(Subject::Entry(N2, 5));
    assert_eq!((claim(&absent), keys(&absent)), ("absent", vec!["accepted_by", "next_slot"]));
}

#[test]
fn every_answer_has_its_words() {
    let leased = elected(|setup| setup.config.lease = 120 * MS);
    for run in [elected(|_| {}), leased, divided(), superseded(), with_hole()] {
        for id in run.world.process_ids() {
            let slots = (1..6).map(|slot| Subject::Entry(id, slot));
            for subject in slots.chain([Subject::Node(id), Subject::Operation(id)]) {
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
