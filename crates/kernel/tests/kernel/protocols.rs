//! The sketch of two-phase commit behaves as the papers say, so the trait carries a real protocol.

use crate::bench::id;
use crate::sketch::coordinator::{self, Commit, Entry, Mutant};
use consistory_kernel::{
    Chooser, DiskFate, Edit, Journal, MS, MessageAct, Moment, OperationStage, Outcome, ScriptedChoice, Setup, StepId,
    World,
};

fn start(setup: &Setup<Commit>, chooser: Chooser) -> (World<Commit>, Journal<Commit>) {
    let mut journal = Journal::from_step(StepId(0));
    (World::with_chooser(setup, chooser, &mut journal).expect("a setup that can run"), journal)
}

fn invoke() -> Edit<Commit> {
    Edit::Invoke { client: id(3), op: (), target: None }
}

fn votes(options: &[u32]) -> Chooser {
    let vote = |(process, option): (u16, &u32)| ScriptedChoice { process: id(process), key: "vote", option: *option };
    Chooser::scripted(1, (1..).zip(options).map(vote).collect())
}

fn outcomes(journal: &Journal<Commit>) -> Vec<Outcome<()>> {
    let ended = journal.operations().iter().filter_map(|event| match &event.stage {
        OperationStage::Ended(outcome) => Some(outcome.clone()),
        OperationStage::Invoked(()) => None,
    });
    ended.collect()
}

#[test]
fn all_yes_commits_everywhere_and_one_no_aborts_everywhere() {
    for (options, entry, outcome) in
        [([0, 0], Entry::Committed, Outcome::Ok(())), ([0, 3], Entry::Aborted, Outcome::Failed)]
    {
        let (mut world, mut journal) = start(&coordinator::setup(3, 1), votes(&options));
        world.apply(&invoke(), &mut journal).expect("the client is there");
        world.run_to(Moment::after(200 * MS), &mut journal);
        for node in (0..3).map(id) {
            assert_eq!(world.disk(node).and_then(|disk| disk.get(&(id(3), 1))), Some(&entry), "{node}");
        }
        assert_eq!(outcomes(&journal), [outcome]);
        assert_eq!(world.counters().forced_writes, if entry == Entry::Committed { 5 } else { 4 });
    }
}

#[test]
fn an_answer_tells_how_many_messages_it_took() {
    let (mut world, mut journal) = start(&coordinator::setup(3, 1), votes(&[0, 0]));
    world.apply(&invoke(), &mut journal).expect("the client is there");
    world.run_to(Moment::after(200 * MS), &mut journal);
    let delays: Vec<u16> = journal.operations().iter().map(|event| event.delays).collect();
    assert_eq!(delays, [0, 2], "a request to vote and a vote, before the client knows");
}

#[test]
fn an_adversary_keeps_anything_from_being_decided_and_loses_nothing() {
    for adversary in [false, true] {
        let (mut world, mut journal) = start(&coordinator::setup(3, 1), votes(&[0, 0]));
        world.apply(&Edit::Adversary(adversary), &mut journal).expect("at any time");
        world.apply(&invoke(), &mut journal).expect("the client is there");
        world.run_to(Moment::after(1_000 * MS), &mut journal);
        assert_eq!(world.reached() >> coordinator::COMMITTED & 1 == 1, !adversary);
        assert_eq!(outcomes(&journal), [if adversary { Outcome::Failed } else { Outcome::Ok(()) }]);
        let counters = world.counters();
        assert_eq!((counters.dropped, counters.sent - counters.delivered), (0, 0), "every message has arrived");
    }
}

#[test]
fn whom_an_adversary_leaves_alone_decides() {
    let (mut world, mut journal) = start(&coordinator::setup(3, 1), votes(&[0, 0]));
    for adversary in [Edit::Adversary(true), Edit::Adversary(false)] {
        world.apply(&adversary, &mut journal).expect("at any time");
    }
    world.apply(&invoke(), &mut journal).expect("the client is there");
    world.run_to(Moment::after(1_000 * MS), &mut journal);
    assert_eq!(outcomes(&journal), [Outcome::Ok(())]);
}

#[test]
fn an_adversary_that_comes_too_late_delays_nothing() {
    let run = |adversary: bool| {
        let (mut world, mut journal) = start(&coordinator::setup(3, 1), votes(&[0, 0]));
        world.apply(&invoke(), &mut journal).expect("the client is there");
        while world.reached() >> coordinator::COMMITTED & 1 == 0 {
            assert!(world.step(&mut journal));
        }
        world.apply(&Edit::Adversary(adversary), &mut journal).expect("at any time");
        world.run_to(Moment::after(1_000 * MS), &mut journal);
        let ends = journal.operations().iter().map(|event| event.time).collect::<Vec<_>>();
        (world.counters(), ends)
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn a_participant_in_doubt_asks_until_the_coordinator_is_back() {
    let (mut world, mut journal) = start(&coordinator::setup(3, 1), votes(&[0, 0]));
    world.apply(&invoke(), &mut journal).expect("the client is there");
    while !world.disk(id(1)).expect("it is a node").contains_key(&(id(3), 1)) {
        assert!(world.step(&mut journal));
    }
    world.apply(&Edit::Crash(id(0), DiskFate::Kept), &mut journal).expect("it is up");
    world.run_to(Moment::after(1_000 * MS), &mut journal);
    assert_eq!(world.node(id(1)).expect("it is up").log[&(id(3), 1)], Entry::Prepared, "it may not decide alone");
    world.apply(&Edit::Restart(id(0)), &mut journal).expect("it is down");
    world.run_to(Moment::after(1_900 * MS), &mut journal);
    let decided = world.node(id(1)).expect("it is up").log[&(id(3), 1)];
    assert_ne!(decided, Entry::Prepared);
    assert!((0..3).all(|node| world.node(id(node)).expect("it is up").log[&(id(3), 1)] == decided));
}

#[test]
fn whatever_is_lost_or_crashes_nobody_commits_what_another_aborts() {
    let mut reached = 0;
    for seed in 0..60 {
        let mut setup = coordinator::setup(3, seed);
        setup.network.loss = 100_000;
        setup.network.duplicate = 100_000;
        let (mut world, mut journal) = start(&setup, Chooser::seeded(seed));
        for round in 0..8_u64 {
            let at = 400 * MS * round;
            world.run_to(Moment::after(at), &mut journal);
            world.apply(&invoke(), &mut journal).expect("the client is there");
            let victim = id(u16::try_from((seed + round) % 3).expect("small"));
            world.run_to(Moment::after(at + (seed * 7 + round * 11) % 80 * MS), &mut journal);
            world.apply(&Edit::Crash(victim, DiskFate::Kept), &mut journal).expect("it is up");
            world.run_to(Moment::after(at + 200 * MS), &mut journal);
            world.apply(&Edit::Restart(victim), &mut journal).expect("it is down");
        }
        world.run_to(Moment::after(8_000 * MS), &mut journal);
        assert_eq!(world.findings(), [], "seed {seed}");
        reached |= world.reached();
    }
    assert_eq!(reached, 1 << coordinator::COMMITTED | 1 << coordinator::ABORTED, "both outcomes were met");
}

#[test]
fn a_vote_that_is_not_forced_to_disk_breaks_atomicity() {
    let mut finding = None;
    for mutants in [0, 1 << Mutant::VoteNotForced as u8] {
        let setup = Setup { mutants, ..coordinator::setup(3, 1) };
        // The second participant would answer the copy of its Prepare otherwise.
        let (mut world, mut journal) = start(&setup, votes(&[0, 0]));
        world.apply(&Edit::Answer(ScriptedChoice { process: id(2), key: "vote", option: 3 }), &mut journal).expect("");
        world.apply(&invoke(), &mut journal).expect("the client is there");
        let copy = |act| Edit::NextMessage { from: id(0), to: id(2), kind: Some(0), act };
        world.apply(&copy(MessageAct::Duplicate), &mut journal).expect("both are nodes");
        while world.reached() & 1 << coordinator::COMMITTED == 0 {
            hold_copy(&mut world, &mut journal);
            assert!(world.step(&mut journal));
        }
        world.apply(&Edit::Crash(id(2), DiskFate::Kept), &mut journal).expect("it is up");
        world.apply(&Edit::Restart(id(2)), &mut journal).expect("it is down");
        world.apply(&copy(MessageAct::Release), &mut journal).expect("both are nodes");
        world.apply(&copy(MessageAct::Deliver), &mut journal).expect("both are nodes");
        world.run_to(Moment::after(300 * MS), &mut journal);
        finding = world.findings().first().map(|finding| (mutants, finding.property));
    }
    assert_eq!(finding, Some((1, coordinator::ATOMICITY)), "and only the mutant breaks it");
}

/// The copy of the Prepare stands still until it is wanted.
fn hold_copy(world: &mut World<Commit>, journal: &mut Journal<Commit>) {
    let copy = world.flights().find(|flight| {
        flight.copy_of.is_some() && flight.to == id(2) && !matches!(flight.fate, consistory_kernel::Fate::Held { .. })
    });
    if let Some(id) = copy.map(|flight| flight.id) {
        world.apply(&Edit::Message(id, MessageAct::Hold), journal).expect("it is in flight");
    }
}
