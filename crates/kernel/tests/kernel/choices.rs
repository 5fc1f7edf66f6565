//! Who decides: a tape repeats a run, a script prepares the protocol's choices.

use crate::bench::{Bench, id};
use crate::sketch::probe::{self, Heard, Order};
use consistory_kernel::{Chooser, Edit, Latency, MS, ScriptedChoice, Setup};
use std::rc::Rc;

fn lively(seed: u64) -> Setup<probe::Probe> {
    let mut setup = Setup { seed, config: 30 * MS, ..probe::setup(4, 1) };
    setup.network.latency = Latency::Uniform(5 * MS, 25 * MS);
    setup.network.loss = 100_000;
    setup.network.duplicate = 100_000;
    setup
}

fn run(setup: &Setup<probe::Probe>, chooser: Chooser) -> (u64, u32, Chooser) {
    let mut bench = Bench::with_chooser(setup, chooser);
    for round in 0..10 {
        bench.run_to(round * 100 * MS);
        bench.order(0, Order::Choose("any", 50));
    }
    bench.run_to(1_000 * MS);
    let (digest, steps) = (bench.world.digest(), bench.world.steps().0);
    (digest, steps, bench.world.into_chooser())
}

fn record(setup: &Setup<probe::Probe>) -> (u64, u32, Rc<[u64]>) {
    let (digest, steps, chooser) = run(setup, Chooser::recording(setup.seed));
    (digest, steps, chooser.into_tape().expect("it was recording"))
}

#[test]
fn recording_changes_nothing() {
    let (digest, steps, tape) = record(&lively(5));
    let (plain, plain_steps, _) = run(&lively(5), Chooser::seeded(5));
    assert_eq!((digest, steps), (plain, plain_steps));
    assert!(tape.len() > 100, "{}", tape.len());
}

#[test]
fn a_tape_repeats_its_run_under_another_seed() {
    let (digest, steps, tape) = record(&lively(5));
    let (again, again_steps, chooser) = run(&lively(6), Chooser::tape(6, tape));
    assert_eq!((again, again_steps), (digest, steps));
    assert!(!chooser.diverged());
    assert_ne!(run(&lively(6), Chooser::seeded(6)).0, digest, "the other seed would have decided otherwise");
}

#[test]
fn a_tape_of_another_run_is_noticed() {
    let (_, _, tape) = record(&lively(5));
    let other = Setup { config: 45 * MS, ..lively(5) };
    assert!(run(&other, Chooser::tape(5, Rc::clone(&tape))).2.diverged(), "another beat");
    let mut other = lively(5);
    other.network.latency = Latency::Constant(10 * MS);
    assert!(run(&other, Chooser::tape(5, tape)).2.diverged(), "another latency, that needs no draw");
}

#[test]
fn a_tape_that_is_too_short_goes_on_from_the_seed() {
    let (digest, _, tape) = record(&lively(5));
    let half: Rc<[u64]> = tape[..tape.len() / 2].into();
    let one = run(&lively(6), Chooser::tape(6, Rc::clone(&half)));
    let other = run(&lively(7), Chooser::tape(7, half));
    assert!(!one.2.diverged());
    assert_ne!(one.0, digest);
    assert_ne!(one.0, other.0);
}

fn chosen(bench: &Bench, node: u16) -> Vec<u32> {
    let chosen = bench.heard(node).into_iter().filter_map(|(_, heard)| match heard {
        Heard::Chosen(option) => Some(option),
        Heard::Booted(_) | Heard::Message { .. } | Heard::Timer(_) | Heard::Order { .. } => None,
    });
    chosen.collect()
}

fn choice(process: u16, key: &'static str, option: u32) -> ScriptedChoice {
    ScriptedChoice { process: id(process), key, option }
}

#[test]
fn a_script_answers_by_process_and_key_in_order() {
    let script = vec![choice(0, "b", 3), choice(1, "a", 7), choice(0, "a", 1), choice(0, "a", 2)];
    let mut bench = Bench::with_chooser(&probe::setup(2, 1), Chooser::scripted(1, script));
    for (node, key) in [(0, "a"), (1, "a"), (0, "a"), (0, "b")] {
        bench.order(node, Order::Choose(key, 1_000_000));
    }
    assert_eq!(chosen(&bench, 0), [1, 2, 3]);
    assert_eq!(chosen(&bench, 1), [7]);
    bench.order(1, Order::Choose("a", 1_000_000));
    let mut seeded = Chooser::seeded(1);
    assert_eq!(chosen(&bench, 1)[1], seeded.option(id(1), "a", 1_000_000), "past the script, the seed decides");
}

#[test]
fn an_option_that_does_not_exist_is_the_last_one() {
    let mut bench = Bench::with_chooser(&probe::setup(1, 1), Chooser::scripted(1, vec![choice(0, "a", 99)]));
    bench.order(0, Order::Choose("a", 3));
    assert_eq!(chosen(&bench, 0), [2]);
}

#[test]
fn an_answer_is_an_edit_and_leaves_a_recording_whole() {
    let setup = lively(5);
    let run = |chooser| {
        let mut bench = Bench::with_chooser(&setup, chooser);
        bench.run_to(200 * MS);
        bench.apply(&Edit::Answer(choice(2, "any", 17)));
        bench.order(2, Order::Choose("any", 1_000));
        bench.run_to(400 * MS);
        assert_eq!(chosen(&bench, 2), [17]);
        (bench.world.digest(), bench.world.into_chooser())
    };
    let (digest, recorder) = run(Chooser::recording(5));
    let tape = recorder.into_tape().expect("it is still recording");
    assert!(tape.len() > 20);
    let (again, player) = run(Chooser::tape(99, tape));
    assert_eq!(again, digest);
    assert!(!player.diverged());
    assert_eq!(run(Chooser::seeded(5)).0, digest);
}
