//! `explore`: exit statuses, the shape of its JSON, mistakes.

use crate::command::{keys, say, say_to};
use serde_json::{Value, json};
use std::fmt::Write;

/// One line that holds each of these words, and exit status 2.
fn check_refused(line: &str, words: &[&str]) {
    let said = say(line);
    assert_eq!((said.status, said.out.as_str()), (2, ""), "{line}: {}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{line} says more than a line: {}", said.err);
    for word in words {
        assert!(said.err.contains(word), "{line} does not say {word}: {}", said.err);
    }
}

/// All but the time that it took, which differs from call to call.
fn without_seconds(mut explored: Value) -> Value {
    let seconds = explored.as_object_mut().expect("an object").remove("seconds").expect("it is told");
    assert!(seconds.as_f64().expect("a number") >= 0.0);
    explored
}

#[test]
fn a_model_that_keeps_its_properties_is_fine() {
    let said = say("explore two-phase --json");
    assert_eq!(said.status, 0, "{}", said.err);
    let explored = said.json();
    let expected =
        ["distinct", "generated", "depth", "complete", "findings", "seconds", "reached", "unreached", "outside"];
    assert_eq!(keys(&explored), expected);
    let told = json!({
        "distinct": 288,
        "generated": 1_146,
        "depth": 11,
        "complete": true,
        "findings": [],
        "reached": ["all-committed", "all-aborted"],
        "unreached": [],
        "outside": 0,
    });
    assert_eq!(without_seconds(explored), told);
    assert_eq!(without_seconds(say("explore two-phase --json").json()), told);
}

#[test]
fn the_terminal_is_told_the_same() {
    let said = say("explore chang-roberts");
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    assert_eq!(said.out, "137 distinct states, 227 generated, depth 10: every reachable state.\nwon is reached.\n");
    let said = say("explore two-phase --set resource_managers=2 --set mutant=commit-after-one");
    assert_eq!((said.status, said.err.as_str()), (1, ""));
    assert!(said.out.contains("\nconsistent is violated after 5 steps:\n\nrmState = [rm1: working"), "{}", said.out);
    assert!(said.out.contains("\nTMCommit\n"), "{}", said.out);
    assert_eq!(say("explore two-phase --set resource_managers=2 --set mutant=commit-after-one").out, said.out);
}

#[test]
fn a_violation_has_a_shortest_run_and_exit_status_1() {
    let said = say("explore paxos --set mutant=lone-quorums --json");
    assert_eq!(said.status, 1, "{}", said.err);
    let explored = said.json();
    assert_eq!(explored["complete"], json!(false));
    let findings = explored["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1);
    let finding = &findings[0];
    assert_eq!(keys(finding), ["property", "kind", "length", "trace", "state"]);
    assert_eq!((&finding["property"], &finding["kind"]), (&json!("agreement"), &json!("always")));
    assert_eq!(finding["length"], json!(8));
    let trace = finding["trace"].as_array().expect("a list");
    assert_eq!(trace.len(), 9);
    assert!(trace.iter().all(Value::is_string));
    let state = finding["state"].as_str().expect("text");
    assert!(state.contains("2b(") && state.contains(", 0, v") && state.contains(", 1, v"), "{state}");
}

#[test]
fn a_limit_of_states_leaves_it_undecided_with_exit_status_3() {
    let said = say("explore paxos --max-states 1000 --json");
    assert_eq!(said.status, 3, "{}", said.err);
    let explored = said.json();
    assert_eq!((&explored["distinct"], &explored["complete"]), (&json!(1_000), &json!(false)));
    assert_eq!(explored["findings"], json!([]));
    assert_eq!(say("explore paxos --max-states 3921").status, 0);
    assert_eq!(say("explore paxos --max-states 3920").status, 3);
    // What is found within the limit counts all the same.
    assert_eq!(say("explore paxos --set mutant=lone-quorums --max-states 3000").status, 1);
}

#[test]
fn parameters_choose_the_space() {
    let distinct = |line: &str| {
        let said = say(line);
        assert_eq!(said.status, 0, "{line}: {}", said.err);
        said.json()["distinct"].clone()
    };
    assert_eq!(distinct("explore transaction-commit --json"), 34);
    assert_eq!(distinct("explore transaction-commit --set resource_managers=5 --json"), 274);
    assert_eq!(distinct("explore two-phase --set symmetry=on --json"), 80);
    assert_eq!(distinct("explore paxos --set acceptors=1 --set values=1 --json"), 25);
    assert_eq!(distinct("explore paxos --set acceptors=5 --set acceptors=1 --set values=1 --json"), 25);
    assert_eq!(distinct("explore chang-roberts --set nodes=4 --json"), 823);
}

#[test]
fn mistakes_name_the_argument_and_the_remedy() {
    check_refused("explore", &["MODEL", "--help"]);
    check_refused("explore three-phase", &["MODEL three-phase", "two-phase", "chang-roberts"]);
    check_refused("explore paxos --set acceptors=9", &["--set acceptors=9", "1 to 5"]);
    check_refused("explore paxos --set acceptors=0", &["--set acceptors=0", "1 to 5"]);
    check_refused("explore paxos --set acceptors=x", &["--set acceptors=x", "1 to 5"]);
    check_refused("explore paxos --set quorum=2", &["--set quorum=2", "acceptors, values, ballots, symmetry"]);
    check_refused("explore paxos --set symmetry=yes", &["--set symmetry=yes", "off, on"]);
    check_refused("explore chang-roberts --set symmetry=on", &["--set symmetry=on", "nodes"]);
    check_refused("explore paxos --set acceptors", &["--set", "resource_managers=4"]);
    check_refused("explore paxos --max-states 0", &["--max-states", "1 to 4294967294"]);
    check_refused("explore paxos --max-states many", &["--max-states", "many"]);
    check_refused("explore paxos --states 5", &["--states"]);
}

#[test]
fn list_names_the_models() {
    let listed = say("list --json").json();
    let models = listed["models"].as_array().expect("a list");
    let ids: Vec<&str> = models.iter().filter_map(|model| model["id"].as_str()).collect();
    assert_eq!(ids, ["transaction-commit", "two-phase", "paxos", "chang-roberts"]);
    let parameters = models[1]["params"].as_array().expect("a list");
    let first = json!({
        "name": "resource_managers",
        "kind": "number",
        "default": "3",
        "unit": "",
        "min": 1,
        "max": 12,
    });
    assert_eq!(parameters[0], first);
    assert_eq!(parameters[1]["choices"], json!(["off", "on"]));
    // Each model runs as it is listed.
    for model in models {
        let id = model["id"].as_str().expect("text");
        let mut line = format!("explore {id}");
        for parameter in model["params"].as_array().expect("a list") {
            let text = |key: &str| parameter[key].as_str().expect("text");
            let _ = write!(line, " --set {}={}", text("name"), text("default"));
        }
        let said = say(&line);
        assert_eq!(said.status, 0, "{id}: {}", said.err);
    }
    assert!(say("list").out.contains("paxos  Single-decree Paxos\n"));
}

#[test]
fn a_protocol_that_breaks_comes_with_a_scenario_that_breaks_it_again() {
    let said = say("explore raft --set mutant=vote-twice --json");
    assert_eq!(said.status, 1, "{}", said.err);
    let explored = said.json();
    let finding = &explored["findings"][0];
    let link = finding["link"].as_str().expect("a link");
    assert!(link.starts_with("#/s/"), "{link}");
    for run in
        [say_to("run - --json", finding["scenario"].as_str().expect("a scenario")), say(&format!("run {link} --json"))]
    {
        assert_eq!(run.status, 1, "{}", run.err);
        assert_eq!(run.json()["findings"][0]["property"], json!("election-safety"));
    }
}

#[test]
fn a_model_hides_a_protocol_of_its_name_unless_that_is_asked_for() {
    let model = say("explore paxos --set acceptors=3 --json").json();
    let protocol = say("explore protocol:paxos --set timeouts=0 --json").json();
    assert_ne!(model["distinct"], protocol["distinct"]);
    check_refused("explore protocol:paxos --set acceptors=3", &["--set acceptors=3", "phase1_quorum", "timeouts"]);
    check_refused("explore raft --set timeouts=many", &["--set timeouts=many", "0 to 20"]);
}
