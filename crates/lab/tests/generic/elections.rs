//! The published figures of Raft's elections, each by a sweep: Ongaro's dissertation, chapter 9.

use consistory_lab::{Summary, Sweep, sample};
use consistory_session::{Overrides, Source};

/// Runs a text with the seeds from 1 on; gives the sweep, and the fraction of runs in which the metric is at most that.
fn sweep(text: &str, runs: u32, metric: &str, bound: f64) -> (Sweep, f64) {
    let metrics = [metric.to_owned()];
    let mut sweep = Sweep::of(&metrics);
    let mut at_most = 0;
    for seed in 1..=u64::from(runs) {
        let sample = sample(Source::Text(text), &Overrides::default(), seed, &metrics).expect("a good scenario");
        at_most += u32::from(!sample.values[0].is_empty() && sample.values[0].iter().all(|value| *value <= bound));
        sweep.add(&sample);
    }
    (sweep, f64::from(at_most) / f64::from(runs))
}

/// `crash n5`, `crash n4`, …: servers that are down from the start.
fn down(servers: u32) -> String {
    (0..servers).map(|place| format!("at 0ms crash n{}\n", 5 - place)).collect::<Vec<_>>().concat()
}

/// P = Σ C(s,k) l^k (1−l)^(s−k) over k from c−1 to s, with c = s − ⌊n/2⌋ + 1: so many servers time out within one
/// latency after the first that none of them finds a majority.
fn split_vote_probability(live: i32, servers: i32, latency: f64) -> f64 {
    let choose = |k: i32| (0..k).fold(1.0, |product, i| product * f64::from(live - i) / f64::from(i + 1));
    let needed = live - servers / 2;
    (needed..=live).map(|k| choose(k) * latency.powi(k) * (1.0 - latency).powi(live - k)).sum()
}

#[test]
fn the_closed_form_is_that_of_the_dissertation() {
    for (live, latency, published) in [(4, 0.01, 0.0006), (4, 0.1, 0.0523), (4, 0.2, 0.1808), (3, 0.2, 0.488)] {
        let probability = split_vote_probability(live, 5, latency);
        assert!((probability - published).abs() < 0.000_05, "{live} live, l={latency}: {probability}");
    }
}

/// The first election splits exactly when term 1 has no leader, which the metric counts when term 2 begins. The run
/// ends before anything could happen in term 2.
#[test]
fn first_elections_split_as_often_as_the_closed_form_says() {
    const RUNS: u32 = 20_000;
    for (crashed, live, latency) in [(1, 4, "1.5ms"), (1, 4, "15ms"), (1, 4, "30ms"), (2, 3, "30ms")] {
        let text = format!(
            "protocol raft\nset nodes=5 clients=0 latency=const:{latency} election_timeout=150ms..300ms\n{}run 640ms\n",
            down(crashed)
        );
        let (_, unsplit) = sweep(&text, RUNS, "split_votes", 0.0);
        let share = latency.trim_end_matches("ms").parse::<f64>().expect("milliseconds") / 150.0;
        let expected = split_vote_probability(live, 5, share);
        let error = (expected * (1.0 - expected) / f64::from(RUNS)).sqrt();
        let split = 1.0 - unsplit;
        let told = format!("{crashed} down, latency {latency}: {split} of the elections split, not {expected}");
        assert!((split - expected).abs() < 3.0 * error, "{told} ± {error}");
    }
}

/// Figure 9.9, `AvailSim` in a wide area: one-way latency 30 to 40 ms, election timeout 300 to 600 ms.
#[test]
fn leaders_are_elected_as_fast_as_in_the_dissertation() {
    const RUNS: u32 = 4_000;
    for (crashed, mean_ms, within_650_ms) in [(0, 430.0, 0.972), (1, 468.6, 0.909), (2, 631.6, 0.682)] {
        let text = format!(
            "protocol raft\nset nodes=5 clients=0 latency=30ms..40ms election_timeout=300ms..600ms heartbeat=150ms\n{}run 10s\n",
            down(crashed)
        );
        let (sweep, within) = sweep(&text, RUNS, "time_to_leader_ms", 650.0);
        let (_, pool) = &sweep.pools[0];
        assert_eq!(pool.undefined, 0, "every run elects a leader");
        let Summary { mean, .. } = pool.summary().expect("a sample");
        let close = |value: f64, published: f64| (value / published - 1.0).abs() < 0.03;
        assert!(close(mean, mean_ms), "{crashed} down: mean {mean} ms, published {mean_ms} ms");
        assert!(close(within, within_650_ms), "{crashed} down: {within} within 650 ms, published {within_650_ms}");
    }
}
