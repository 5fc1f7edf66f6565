//! Storms of random faults: within their budget, the same for the same seed, and over when they are over.

use crate::bench::Bench;
use crate::sketch::probe;
use consistory_kernel::{Edit, MS, Moment, ProcessId, ProcessStatus, StepKind, Storm, Time};

const STORM: Storm =
    Storm { faults: 30, every: (20 * MS, 60 * MS), lasting: (20 * MS, 200 * MS), spares_majority: true };

fn raging(seed: u64, storm: Storm) -> Bench {
    let mut setup = probe::setup(5, 1);
    setup.seed = seed;
    let mut bench = Bench::new(&setup);
    bench.apply(&Edit::Storm(Some(storm)));
    bench
}

fn faults(bench: &Bench) -> Vec<(Time, u8)> {
    let faults = bench.journal.steps().iter().filter(|step| step.kind == StepKind::Fault);
    faults.map(|step| (step.time, step.detail)).collect()
}

/// Whether nothing is wrong any more.
fn is_whole(bench: &Bench) -> bool {
    let network = bench.world.network();
    let whole = |node| {
        bench
            .world
            .process(ProcessId(node))
            .is_some_and(|process| process.status == ProcessStatus::Up && process.slow == 0 && process.skew_ppm == 0)
    };
    network.cuts().count() == 0 && network.groups().is_empty() && network.loss == 0 && (0..5).all(whole)
}

#[test]
fn a_storm_keeps_to_its_budget_and_ends_by_itself() {
    for seed in 0..20 {
        let mut bench = raging(seed, STORM);
        bench.run_to(10_000 * MS);
        let faults = faults(&bench);
        let begun: Vec<Time> = faults.iter().filter(|(_, detail)| *detail == 0).map(|(time, _)| *time).collect();
        let ended = faults.iter().filter(|(_, detail)| *detail == 1).count();
        assert_eq!((begun.len(), ended), (30, 30));
        let gaps = begun.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.into_iter().all(|gap| (20 * MS..=60 * MS).contains(&gap)));
        assert!(is_whole(&bench), "seed {seed}");
    }
}

#[test]
fn the_seed_decides() {
    let run = |seed| {
        let mut bench = raging(seed, STORM);
        bench.run_to(3_000 * MS);
        bench.world.digest()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// The most nodes that were down, paused or apart at once.
fn worst(seed: u64, storm: Storm) -> usize {
    let mut bench = raging(seed, storm);
    let mut worst = 0;
    while bench.world.next_time().is_some_and(|next| next < 5_000 * MS) && bench.step() {
        let network = bench.world.network();
        let largest = network.groups().iter().max_by_key(|group| group.len());
        let unsound = (0..5).map(ProcessId).filter(|id| {
            let down = bench.world.process(*id).is_none_or(|process| process.status != ProcessStatus::Up);
            down || network.cuts().any(|(from, _)| from == *id) || largest.is_some_and(|group| !group.contains(id))
        });
        worst = worst.max(unsound.count());
    }
    worst
}

#[test]
fn a_storm_can_spare_a_majority() {
    let sparing = (0..40).map(|seed| worst(seed, STORM)).max();
    assert_eq!(sparing, Some(2));
    let merciless = Storm { spares_majority: false, ..STORM };
    assert!((0..40).map(|seed| worst(seed, merciless)).max() > Some(2));
}

#[test]
fn a_storm_that_is_ended_mends_what_it_broke() {
    for seed in 0..20 {
        let mut bench = raging(seed, Storm { faults: 1_000, ..STORM });
        bench.run_to(700 * MS);
        bench.apply(&Edit::Storm(None));
        assert!(is_whole(&bench), "seed {seed}");
        bench.world.run_to(Moment::after(5_000 * MS), &mut bench.journal);
        assert!(faults(&bench).iter().all(|(time, _)| *time <= 700 * MS));
    }
}
