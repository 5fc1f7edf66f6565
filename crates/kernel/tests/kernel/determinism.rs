//! The same setup and edits are the same run; the algorithms behind it are pinned.

use crate::bench::{Bench, id, letter};
use crate::sketch::{coordinator, gossip, probe};
use consistory_kernel::{
    Chooser, Digest, DiskFate, Edit, Journal, Latency, MS, Moment, Protocol, Purpose, Setup, StepId, World,
};

/// Runs and returns what every step looked like, and the digest after it.
fn trace<P: Protocol>(setup: &Setup<P>, edits: &[(u64, Edit<P>)], until: u64) -> Vec<(String, u64)> {
    let mut journal = Journal::from_step(StepId(0));
    let mut world = World::new(setup, &mut journal).expect("a setup that can run");
    let mut trace = Vec::new();
    for (time, edit) in edits {
        while world.is_due(Moment::after(*time)) && world.step(&mut journal) {
            trace.push((format!("{:?}", journal.steps().last()), world.digest()));
        }
        world.run_to(Moment::after(*time), &mut journal);
        world.apply(edit, &mut journal).expect("the edit is possible");
        trace.push((format!("{edit:?}"), world.digest()));
    }
    while world.is_due(Moment::after(until)) && world.step(&mut journal) {
        trace.push((format!("{:?}", journal.steps().last()), world.digest()));
    }
    trace
}

fn commits(seed: u64) -> Vec<(String, u64)> {
    let mut setup = coordinator::setup(4, seed);
    setup.network.loss = 50_000;
    setup.network.duplicate = 50_000;
    let invoke = || Edit::Invoke { client: id(4), op: (), target: None };
    let edits = [
        (0, invoke()),
        (300 * MS, Edit::Crash(id(0), DiskFate::Kept)),
        (350 * MS, invoke()),
        (500 * MS, Edit::Restart(id(0))),
        (600 * MS, Edit::Skew(id(1), 100_000)),
        (700 * MS, invoke()),
    ];
    trace(&setup, &edits, 2_000 * MS)
}

#[test]
fn the_same_setup_and_edits_are_the_same_run() {
    let (one, other) = (commits(3), commits(3));
    for (step, (left, right)) in one.iter().zip(&other).enumerate() {
        assert_eq!(left, right, "the first event that differs is number {step}");
    }
    assert_eq!(one.len(), other.len());
    assert!(one.len() > 50, "the run is long enough to mean something: {}", one.len());
}

#[test]
fn another_seed_is_another_run() {
    let digests: std::collections::BTreeSet<u64> =
        (0..20).map(|seed| commits(seed).last().expect("something happens").1).collect();
    assert_eq!(digests.len(), 20);
}

#[test]
fn every_edit_is_in_the_digest_even_before_it_has_consequences() {
    let digest_after = |edit: &Edit<probe::Probe>| {
        let mut bench = Bench::new(&probe::setup(3, 1));
        bench.run_to(5 * MS);
        bench.apply(edit);
        bench.world.digest()
    };
    let edits = [
        Edit::Crash(id(0), DiskFate::Kept),
        Edit::Crash(id(0), DiskFate::Lost),
        Edit::Pause(id(0)),
        Edit::Skew(id(0), 10),
        Edit::Skew(id(0), 11),
        Edit::Cut(id(0), id(1)),
        Edit::Mend(id(0), id(1)),
        Edit::Partition(vec![vec![id(0)], vec![id(1), id(2)]]),
        Edit::Partition(vec![vec![id(0), id(1)], vec![id(2)]]),
        Edit::Heal,
        Edit::Latency(Latency::Constant(1)),
        Edit::LinkLatency(id(0), id(1), Latency::Constant(1)),
        Edit::Loss(1),
        Edit::Duplication(1),
        Edit::Tune(0, consistory_kernel::Setting::Duration(7)),
        Edit::Invoke { client: id(3), op: letter(1, 1), target: None },
        Edit::Invoke { client: id(3), op: letter(1, 2), target: None },
    ];
    let digests: std::collections::BTreeSet<u64> = edits.iter().map(digest_after).collect();
    assert_eq!(digests.len(), edits.len());
}

#[test]
fn one_more_draw_in_one_stream_does_not_shift_the_others() {
    // A timer with a range draws from its own stream: the travel times of what follows stay the same.
    let arrivals = |draws: u8| {
        let mut setup = probe::setup(2, 1);
        setup.network.latency = Latency::Uniform(1, 1_000_000);
        let mut bench = Bench::new(&setup);
        for draw in 0..draws {
            bench.order(0, probe::Order::Arm { timer: 10 + draw, low: 10_000_000, high: 20_000_000 });
            bench.order(0, probe::Order::Choose("any", 1_000));
        }
        for tag in 0..20 {
            bench.order(0, letter(1, tag));
        }
        let mut arrivals: Vec<_> = bench.world.flights().map(|flight| (flight.id, flight.arrives_at)).collect();
        arrivals.sort_unstable();
        arrivals.into_iter().map(|(_, at)| at).collect::<Vec<_>>()
    };
    let undisturbed = arrivals(0);
    assert_eq!(undisturbed.len(), 20);
    assert_eq!(undisturbed, arrivals(1));
    assert_eq!(undisturbed, arrivals(5));
}

#[test]
fn the_streams_are_pinned() {
    let mut chooser = Chooser::seeded(42);
    let mut take = |purpose| (0..4).map(|_| chooser.range(purpose, 0, 999_999)).collect::<Vec<_>>();
    assert_eq!(take(Purpose::Network), [889_034, 172_549, 428_565, 164_007]);
    assert_eq!(take(Purpose::Timers), [502_438, 452_953, 594_140, 445_051]);
    assert_eq!(take(Purpose::Faults), [167_072, 977_838, 923_580, 184_043]);
    assert_eq!(take(Purpose::Protocol), [226_433, 156_573, 668_001, 575_119]);
    let wide: Vec<u64> = (0..2).map(|_| chooser.range(Purpose::Network, 0, u64::MAX - 1)).collect();
    assert_eq!(wide, [14_508_580_300_648_432_487, 9_753_103_775_807_126_072]);
}

#[test]
fn the_latencies_are_pinned() {
    let mut chooser = Chooser::seeded(42);
    let mut take = |latency: &Latency| (0..3).map(|_| chooser.latency(Purpose::Network, latency)).collect::<Vec<_>>();
    assert_eq!(take(&Latency::Uniform(10_000, 20_000)), [18_891, 11_725, 14_286]);
    assert_eq!(take(&Latency::Exponential(10_000)), [1_011, 2_955, 5_966]);
    assert_eq!(take(&Latency::Pareto { scale: 10_000, shape_milli: 1_500 }), [13_847, 12_820, 10_425]);
    let mixture = [(200_000, Latency::Constant(1)), (800_000, Latency::Exponential(1_000))];
    assert_eq!(take(&Latency::Mixture(mixture.into())), [3_499, 429, 1_875]);
}

#[test]
fn the_digest_of_words_is_pinned() {
    let mut digest = Digest::default();
    (0..10).for_each(|word| digest.word(word));
    assert_eq!(digest.value(), 16_582_121_498_970_576_901);
}

#[test]
fn the_digest_of_a_small_run_is_pinned() {
    let trace = commits(1);
    assert_eq!((trace.len(), trace.last().map(|step| step.1)), (72, Some(12_079_697_101_309_608_785)));
}

#[test]
fn a_rumour_reaches_a_thousand_nodes_in_the_same_way_each_time() {
    let run = |seed| {
        let mut journal = Journal::off();
        let mut world = World::new(&gossip::setup(1_000, seed), &mut journal).expect("a setup that can run");
        let edit = Edit::Invoke { client: id(1_000), op: 7, target: None };
        world.apply(&edit, &mut journal).expect("the client is there");
        world.run_to(Moment::after(3_000 * MS), &mut journal);
        assert_eq!(world.reached(), 1 << gossip::EVERYBODY_KNOWS, "{} know", world.monitor().count);
        assert!(world.findings().is_empty() && world.halted().is_none());
        (world.digest(), world.steps(), world.counters())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).0, run(2).0);
}
