//! `consistory export`: what other tools must be able to read.

use crate::command::say;
use std::collections::BTreeMap;

/// The run that is exported: a partition, lost messages, clients.
const RUN: &str = "raft/stale-leader";

#[test]
fn a_shiviz_log_has_vector_clocks_that_fit_together() {
    let said = say(&format!("export {RUN} --format shiviz"));
    assert_eq!(said.status, 0, "{}", said.err);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines.len() > 100 && lines.len().is_multiple_of(2), "two lines an event, {} lines", lines.len());
    let mut reached: BTreeMap<String, u64> = BTreeMap::new();
    let mut crossings = 0;
    for pair in lines.chunks(2) {
        let (host, clock) = pair[0].split_once(' ').expect("a host and its clock");
        let clock: BTreeMap<String, u64> = serde_json::from_str(clock).expect("the clock is JSON");
        let own = reached.entry(host.to_owned()).or_default();
        *own += 1;
        assert_eq!(clock[host], *own, "a host counts its own events: {}", pair[0]);
        for (other, count) in &clock {
            assert!(count <= reached.get(other).unwrap_or(&0), "{other} had not come so far: {}", pair[0]);
        }
        crossings += usize::from(clock.len() > 1);
        assert!(!pair[1].trim().is_empty(), "an event has words");
    }
    assert!(crossings > 20, "messages carry clocks");
    assert_eq!(reached.keys().map(String::as_str).collect::<Vec<_>>(), ["c1", "c2", "n1", "n2", "n3", "n4", "n5"]);
}

#[test]
fn a_mermaid_diagram_has_its_participants_and_every_message() {
    let said = say(&format!("export {RUN} --format mermaid"));
    let (lines, participants) = (said.out.lines().collect::<Vec<_>>(), ["n1", "n2", "n3", "n4", "n5", "c1", "c2"]);
    assert_eq!(lines[0], "sequenceDiagram");
    for (line, name) in lines[1..].iter().zip(participants) {
        assert_eq!(*line, format!("    participant {name}"));
    }
    let run = say(&format!("run {RUN} --json")).json();
    let count = |arrow: &str| lines.iter().filter(|line| line.contains(arrow)).count() as u64;
    assert_eq!(count("->>"), run["delivered"].as_u64().expect("a number"));
    assert_eq!(count("-x"), run["dropped"].as_u64().expect("a number"));
    assert!(count("Note over n1,c2: ") >= 2, "the partition and its end are everybody's");
    let is_statement = |line: &&str| {
        let text = line.trim_start();
        let arrow = text.contains("->>") || text.contains("-x");
        text.starts_with("participant ") || text.starts_with("Note over ") || arrow && text.contains(": ")
    };
    assert!(lines[1..].iter().all(is_statement), "{}", said.out);
    assert!(!said.out.contains(';'), "a semicolon would end a statement");
}

#[test]
fn json_lines_are_those_of_a_trace() {
    let lines = say(&format!("export {RUN} --format jsonl"));
    let run = say(&format!("run {RUN} --json")).json();
    assert_eq!(lines.out.lines().count() as u64, run["events"].as_u64().expect("a number"));
    let said = say(&format!("export {RUN} --format pdf"));
    assert!(said.status == 2 && said.err.contains("shiviz"), "{}", said.err);
}
