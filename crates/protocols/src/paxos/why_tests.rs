//! Situations of ballots, promises and clients, and why they are as they are.

use super::why::why;
use super::{Config, Paxos, Placement};
use crate::consensus::Propose;
use crate::spec::Spec;
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, Time, World};
use consistory_scene::{Arg, Subject, Text, Why};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const N5: ProcessId = ProcessId(4);
const C1: ProcessId = ProcessId(5);
const C2: ProcessId = ProcessId(6);

struct Run {
    world: World<Paxos>,
    journal: Journal<Paxos>,
}

impl Run {
    /// Five nodes, 10 ms apart; c1 proposes 7 at n1, which has the request at 10 ms, promises at 30 ms, acceptances at
    /// 50 ms.
    fn new(config: Config) -> Self {
        let mut setup = Paxos::defaults();
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config = config;
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        let mut run = Self { world, journal };
        run.edit(&Edit::Invoke { client: C1, op: Propose(7), target: Some(N1) });
        run
    }

    fn at(time: Time) -> Self {
        let mut run = Self::new(Config::usual());
        run.until(time * MS);
        run
    }

    fn edit(&mut self, edit: &Edit<Paxos>) {
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

/// A key of these answers, or of those that protocols share, without its beginning.
fn short(key: &'static str) -> &'static str {
    let prefixes = ["paxos.why.", "consensus.why.", "why."];
    prefixes.iter().find_map(|prefix| key.strip_prefix(prefix)).expect("a key of answers")
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

fn names(names: &str) -> Arg {
    Arg::Plain(names.to_owned())
}

#[test]
fn a_proposer_waits_for_promises() {
    let run = Run::at(15);
    let [preparing, learner, acceptor, choice] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&preparing), keys(&preparing)), ("preparing", vec!["answered", "may", "tries_again"]));
    assert_eq!(said(&preparing, "answered", "nodes"), names("n1"));
    assert_eq!((claim(&learner), keys(&learner)), ("does_not_know", vec![]));
    assert_eq!((claim(&acceptor), keys(&acceptor)), ("refuses", vec!["reports.nothing"]));
    assert_eq!((claim(&choice), keys(&choice)), ("nothing_chosen", vec!["proposing"]));
    assert_eq!(said(&choice, "proposing", "nodes"), names("n1"));
    let [learner, acceptor, _] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&learner), claim(&acceptor)), ("does_not_know", "refuses.nothing"));
}

#[test]
fn a_proposer_was_free_to_choose() {
    let run = Run::at(35);
    let [accepting, _, _, choice] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&accepting), keys(&accepting)), ("accepting", vec!["free", "answered", "may", "tries_again"]));
    assert_eq!(said(&accepting, "free", "client"), Arg::Process(C1));
    assert_eq!(keys(&choice), ["leads", "proposing"]);
    assert_eq!(said(&choice, "leads", "nodes"), names("n1"));
}

#[test]
fn a_value_is_chosen_and_comes_to_be_known() {
    let run = Run::at(45);
    let [learner, acceptor, choice] = run.ask(Subject::Node(N5));
    assert_eq!((claim(&learner), claim(&acceptor)), ("does_not_know", "refuses"));
    assert_eq!((claim(&choice), keys(&choice)), ("is_chosen", vec!["accepted_by", "known_to"]));
    assert_eq!(said(&choice, "known_to", "nodes"), names("–"));
    let [vote] = run.ask(Subject::Entry(N5, 1));
    assert_eq!((claim(&vote), keys(&vote)), ("has_accepted", vec!["accepted_by", "proposed", "same_as_chosen"]));
    let run = Run::at(55);
    let [learner, _, choice] = run.ask(Subject::Node(N5));
    assert_eq!((claim(&learner), keys(&learner)), ("knows", vec!["heard"]));
    assert_eq!(said(&choice, "known_to", "nodes"), names("n1, n2, n3, n4, n5"));
}

/// n5 begins a higher ballot while the proposal of n1 is under way.
#[test]
fn a_ballot_is_refused_and_given_up() {
    let mut run = Run::at(25);
    run.edit(&Edit::Cut(N1, N5));
    run.edit(&Edit::Invoke { client: C2, op: Propose(9), target: Some(N5) });
    run.until(36 * MS);
    let [preparing, ..] = run.ask::<4>(Subject::Node(N5));
    assert_eq!(claim(&preparing), "preparing");
    run.edit(&Edit::Partition(vec![vec![N1], vec![N2, N3, ProcessId(3), N5]]));
    run.until(58 * MS);
    run.edit(&Edit::Heal);
    let [accepting, .., choice] = run.ask::<4>(Subject::Node(N1));
    assert_eq!(keys(&accepting), ["free", "answered", "refusing", "will_not", "tries_again"]);
    assert_eq!(said(&accepting, "refusing", "nodes"), names("n2, n3, n4, n5"));
    assert_eq!(claim(&choice), "nothing_chosen");
    let [accepting, ..] = run.ask::<4>(Subject::Node(N5));
    assert_eq!((claim(&accepting), said(&accepting, "free", "client")), ("accepting", Arg::Process(C2)));
}

#[test]
fn who_is_down_remembers() {
    let mut run = Run::at(45);
    run.edit(&Edit::Crash(N2, DiskFate::Kept));
    let [down, _] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&down), keys(&down)), ("is_down", vec!["disk.accepted"]));
    run.edit(&Edit::Pause(N3));
    let [paused, ..] = run.ask::<4>(Subject::Node(N3));
    assert_eq!(claim(&paused), "is_paused");
}

#[test]
fn a_client_waits_for_its_proposer() {
    let run = Run::at(15);
    let [operation, preparing, choice] = run.ask(Subject::Operation(C1));
    assert_eq!((claim(&operation), keys(&operation)), ("no_answer", vec!["asked", "waits_at", "patience"]));
    assert_eq!((claim(&preparing), claim(&choice)), ("preparing", "nothing_chosen"));
    assert!(why(&run.world, Subject::Operation(C2)).is_empty(), "it has asked nothing");
}

#[test]
fn quorums_that_do_not_intersect_are_told() {
    let mut run = Run::new(Config { phase1_quorum: 2, phase2_quorum: 2, ..Config::usual() });
    run.until(15 * MS);
    let [.., choice] = run.ask::<4>(Subject::Node(N1));
    assert_eq!(keys(&choice), ["proposing", "disjoint"]);
}

#[test]
fn what_does_not_exist_has_no_reason() {
    let run = Run::at(5);
    for subject in [Subject::Node(C1), Subject::Entry(N1, 1), Subject::Entry(N1, 2), Subject::Operation(N1)] {
        assert!(why(&run.world, subject).is_empty(), "{subject:?}");
    }
}

#[test]
fn every_answer_has_its_words() {
    let apart = Config { placement: Placement::Apart, distinguished: true, ..Config::usual() };
    for config in [Config::usual(), apart, Config { phase1_quorum: 1, phase2_quorum: 1, ..Config::usual() }] {
        for time in [5, 15, 35, 45, 60, 500] {
            let mut run = Run::new(config.clone());
            run.edit(&Edit::Invoke { client: C2, op: Propose(9), target: Some(N2) });
            run.until(time * MS);
            let subjects = run
                .world
                .process_ids()
                .flat_map(|id| [Subject::Node(id), Subject::Entry(id, 1), Subject::Operation(id)]);
            for Why { claim, rule, facts, .. } in subjects.flat_map(|subject| why(&run.world, subject)) {
                facts.iter().chain([&claim, &rule]).for_each(check_words);
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
