//! A person decides: the step that asks does not stand until the question is answered.

use crate::bench::{Bench, id};
use crate::sketch::probe::{self, Heard, Order, Probe};
use consistory_kernel::{Chooser, Edit, Journal, MS, Moment, Question, ScriptedChoice, Timeline, World};

fn ask(keys: &[&'static str]) -> Edit<Probe> {
    let op = Order::Several(keys.iter().map(|key| Order::Choose(key, 10)).collect());
    Edit::Invoke { client: id(2), op, target: Some(id(0)) }
}

fn choices(world: &World<Probe>) -> Vec<u32> {
    let heard = world.node(id(0)).expect("it is up").heard.iter().filter_map(|(_, heard)| match heard {
        Heard::Chosen(option) => Some(*option),
        Heard::Booted(_) | Heard::Message { .. } | Heard::Timer(_) | Heard::Order { .. } => None,
    });
    heard.collect()
}

fn question(key: &'static str) -> Question {
    Question { process: id(0), key, options: 10 }
}

fn answer(key: &'static str, option: u32) -> Edit<Probe> {
    Edit::Answer(ScriptedChoice { process: id(0), key, option })
}

#[test]
fn a_world_that_asks_is_discarded_and_its_clone_goes_on_with_the_answer() {
    let mut bench = Bench::with_chooser(&probe::setup(2, 1), Chooser::human(1, Vec::new()));
    bench.apply(&ask(&["a", "b", "a"]));
    for (key, option) in [("a", 4), ("b", 5), ("a", 6)] {
        let mut trial = bench.world.clone();
        assert!(trial.step(&mut Journal::off()));
        assert_eq!(trial.asked(), Some(question(key)), "questions come in the order in which the step asks");
        bench.apply(&answer(key, option));
        assert_eq!(bench.world.asked(), None);
    }
    bench.run_to(1);
    assert_eq!(bench.world.asked(), None);
    assert_eq!(choices(&bench.world), [4, 5, 6]);
}

#[test]
fn a_question_that_nobody_answered_is_not_asked_by_later_steps() {
    let mut bench = Bench::with_chooser(&probe::setup(2, 1), Chooser::human(1, Vec::new()));
    bench.order(0, Order::Several(vec![Order::Choose("a", 10), Order::Arm { timer: 3, low: 5, high: 5 }]));
    assert_eq!(choices(&bench.world), [0], "the first option stands in");
    bench.run_to(MS);
    assert_eq!(bench.timers(0), [(5, 3)]);
    assert_eq!(bench.world.asked(), None);
}

#[test]
fn everything_but_choices_comes_from_the_seed() {
    let run = |chooser| {
        let mut bench = Bench::with_chooser(&probe::setup(2, 1), chooser);
        bench.order(0, Order::Arm { timer: 3, low: 0, high: 1_000_000 });
        bench.world.digest()
    };
    assert_eq!(run(Chooser::human(8, Vec::new())), run(Chooser::seeded(8)));
    assert_ne!(run(Chooser::human(8, Vec::new())), run(Chooser::seeded(9)));
}

#[test]
fn a_timeline_stands_still_before_a_step_that_asks() {
    let mut timeline =
        Timeline::with_chooser(&probe::setup(2, 1), Chooser::human(1, Vec::new())).expect("a setup that can run");
    timeline.advance(10 * MS);
    timeline.edit(ask(&["a", "b"])).expect("the client is there");
    for (key, option) in [("a", 4), ("b", 5)] {
        timeline.advance(50 * MS);
        assert_eq!(timeline.world().time(), 10 * MS, "the clock waits for the answer too");
        assert_eq!(timeline.asked(), Some(question(key)));
        assert!(!timeline.step_forward());
        assert!(choices(timeline.world()).is_empty());
        timeline.edit(answer(key, option)).expect("the node is there");
        assert_eq!(timeline.asked(), None);
    }
    timeline.advance(50 * MS);
    assert_eq!((timeline.asked(), timeline.world().time()), (None, 50 * MS));
    assert_eq!(choices(timeline.world()), [4, 5]);
    assert_eq!(timeline.branches().count(), 1, "answering is not acting in the past");
    let digest = timeline.world().digest();
    timeline.seek(Moment::after(0));
    timeline.seek(Moment::after(50 * MS));
    assert_eq!(timeline.world().digest(), digest);
}
