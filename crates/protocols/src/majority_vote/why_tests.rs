//! Situations of votes and clients, and why they are as they are.

use super::MajorityVote;
use super::why::why;
use crate::consensus::Propose;
use crate::spec::Spec;
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, Time, World};
use consistory_scene::{Arg, Subject, Text, Why};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const N4: ProcessId = ProcessId(3);
const C1: ProcessId = ProcessId(4);
const C2: ProcessId = ProcessId(5);

struct Run {
    world: World<MajorityVote>,
    journal: Journal<MajorityVote>,
}

impl Run {
    /// Four processes, 10 ms apart; c1 proposes 1 at n1, and what n3 sends is at n4 first.
    fn new() -> Self {
        let mut setup = MajorityVote::defaults();
        setup.nodes = 4;
        setup.network.latency = Latency::Constant(10 * MS);
        setup.network.link_latency.insert((N3, N4), Latency::Constant(5 * MS));
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        let mut run = Self { world, journal };
        run.edit(&Edit::Invoke { client: C1, op: Propose(1), target: Some(N1) });
        run
    }

    /// The same, and c2 proposes 2 at n3.
    fn split() -> Self {
        let mut run = Self::new();
        run.edit(&Edit::Invoke { client: C2, op: Propose(2), target: Some(N3) });
        run
    }

    fn edit(&mut self, edit: &Edit<MajorityVote>) {
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
    let prefixes = ["majority-vote.why.", "consensus.why.", "why."];
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

#[test]
fn a_process_lacks_votes() {
    let mut run = Run::new();
    run.until(15 * MS);
    let [undecided] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&undecided), keys(&undecided)), ("undecided", vec!["votes", "missing", "may", "reminds"]));
    assert_eq!(said(&undecided, "votes", "nodes"), Arg::Plain("n1".to_owned()));
    assert_eq!(said(&undecided, "missing", "nodes"), Arg::Plain("n2, n3, n4".to_owned()));
    let [undecided] = run.ask(Subject::Node(N2));
    assert_eq!(keys(&undecided), ["no_vote", "missing", "may"]);
    let [operation, stuck] = run.ask(Subject::Operation(C1));
    assert_eq!((claim(&operation), keys(&operation)), ("no_answer", vec!["asked", "waits_at", "patience"]));
    assert_eq!(claim(&stuck), "undecided");
}

#[test]
fn a_split_vote_is_for_ever() {
    let mut run = Run::split();
    run.until(100 * MS);
    let [undecided] = run.ask(Subject::Node(N2));
    assert_eq!(keys(&undecided), ["votes", "votes", "never"]);
    assert_eq!(said(&undecided, "never", "count"), Arg::Number(2));
    let [vote] = run.ask(Subject::Entry(N4, 1));
    assert_eq!((claim(&vote), said(&vote, "proposed", "client")), ("has_voted", Arg::Process(C2)));
}

#[test]
fn those_who_are_down_may_have_voted() {
    let mut run = Run::new();
    run.edit(&Edit::Crash(N3, DiskFate::Kept));
    run.edit(&Edit::Crash(N4, DiskFate::Kept));
    run.until(100 * MS);
    let [undecided] = run.ask(Subject::Node(N1));
    assert_eq!(keys(&undecided), ["votes", "missing", "down", "not_now", "reminds"]);
    assert_eq!(said(&undecided, "down", "nodes"), Arg::Plain("n3, n4".to_owned()));
    let [down] = run.ask(Subject::Node(N4));
    assert_eq!((claim(&down), keys(&down)), ("is_down", vec!["disk.empty"]));
}

#[test]
fn a_process_has_decided_or_is_paused() {
    let mut run = Run::new();
    run.until(100 * MS);
    run.edit(&Edit::Pause(N2));
    let [decided] = run.ask(Subject::Node(N1));
    assert_eq!((claim(&decided), keys(&decided)), ("knows", vec!["votes"]));
    let [paused, decided] = run.ask(Subject::Node(N2));
    assert_eq!((claim(&paused), claim(&decided)), ("is_paused", "knows"));
}

#[test]
fn what_does_not_exist_has_no_reason() {
    let run = Run::new();
    for subject in [Subject::Node(C1), Subject::Entry(N1, 1), Subject::Entry(N1, 2), Subject::Operation(C2)] {
        assert!(why(&run.world, subject).is_empty(), "{subject:?}");
    }
}

#[test]
fn every_answer_has_its_words() {
    for time in [5, 15, 35, 100] {
        for mut run in [Run::new(), Run::split()] {
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
