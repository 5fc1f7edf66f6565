//! `sweep` and `sweep-merge`.

use crate::command::{keys, say, scratch};
use serde_json::json;

#[test]
fn a_sweep_has_the_shape_of_the_contract() {
    let line = "sweep raft --seeds 1..50 --metric time_to_leader_ms,latency_ms --at-most time_to_leader_ms=250";
    let said = say(&format!("{line} --json"));
    assert_eq!(said.status, 0);
    let swept = said.json();
    assert_eq!(keys(&swept), ["runs", "metrics", "undefined", "at_most"]);
    assert_eq!(swept["runs"], 50);
    assert_eq!(keys(&swept["metrics"]), ["time_to_leader_ms", "latency_ms"]);
    assert_eq!(keys(&swept["metrics"]["latency_ms"]), ["n", "mean", "min", "p50", "p90", "p99", "max"]);
    assert_eq!(swept["undefined"], json!({"time_to_leader_ms": 0, "latency_ms": 50}));
    assert_eq!(swept["metrics"]["latency_ms"]["n"], 0);
    let rows = say(&format!("{line} --csv")).out;
    let below = rows.lines().skip(1).filter(|row| {
        let cell = row.split(',').nth(1).expect("a cell");
        cell.parse::<f64>().expect("a number") <= 250.0
    });
    let fraction = swept["at_most"].as_f64().expect("a fraction");
    assert!((fraction - f64::from(u32::try_from(below.count()).expect("few")) / 50.0).abs() < 1e-12);
    assert!(fraction > 0.0 && fraction < 1.0, "the bound divides the runs");
}

#[test]
fn a_row_a_seed() {
    let said = say("sweep raft --seeds 3..12 --metric elections,commit_latency_ms --csv --until 5s");
    let mut rows = said.out.lines();
    assert_eq!(rows.next(), Some("seed,elections,commit_latency_ms"));
    let seeds: Vec<String> = rows.map(|row| row.split(',').next().expect("a seed").to_owned()).collect();
    assert_eq!(seeds, (3..=12).map(|seed| seed.to_string()).collect::<Vec<_>>());
}

#[test]
fn merged_shards_are_the_sweep_to_the_last_bit() {
    let line =
        "sweep raft --seeds 5..240 --metric time_to_leader_ms,messages,latency_ms --at-most messages=60 --until 400ms";
    for (form, of) in [("--json", 3), ("--csv", 2)] {
        let shards: Vec<String> = (1..=of)
            .map(|number| {
                let out = say(&format!("{line} {form} --shard {number}/{of}")).out;
                scratch(&format!("shard{form}-{number}-{of}"), &out)
            })
            .collect();
        let merged = say(&format!("sweep-merge {}", shards.join(" ")));
        assert_eq!(merged.status, 0, "{}", merged.err);
        assert_eq!(merged.out, say(&format!("{line} {form}")).out);
        let reversed: Vec<String> = shards.into_iter().rev().collect();
        assert_eq!(say(&format!("sweep-merge {}", reversed.join(" "))).out, merged.out, "in any order");
    }
}

#[test]
fn the_dissertations_figure_comes_out_of_the_gallery_scenario() {
    let swept = say("sweep raft/wide-area --seeds 1..1500 --metric time_to_leader_ms --until 10s --json").json();
    let mean = swept["metrics"]["time_to_leader_ms"]["mean"].as_f64().expect("a mean");
    assert!((mean / 430.0 - 1.0).abs() < 0.03, "mean {mean} ms, published 430.0 ms");
}
