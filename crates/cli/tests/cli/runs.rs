//! `list`, `run`, `transcript` and `link`.

use crate::command::{Said, consistory, keys, say, say_to, scratch};
use serde_json::{Value, json};

#[test]
fn list_has_the_shape_of_the_contract() {
    let listed = say("list --json").json();
    assert_eq!(keys(&listed), ["protocols", "models"]);
    let raft = &listed["protocols"][0];
    assert_eq!(keys(raft), ["id", "title", "params", "properties", "mutants", "scenarios", "metrics"]);
    assert_eq!(raft["id"], "raft");
    assert_eq!(keys(&raft["title"]), ["en", "zh"]);
    assert_eq!(keys(&raft["params"][0]), ["name", "kind", "default", "unit"]);
    assert_eq!(raft["properties"][0], json!({"id": "election-safety", "expect": "always"}));
    assert_eq!(raft["mutants"][0], json!({"id": "vote-twice", "breaks": "election-safety"}));
    let names = |list: &Value| list.as_array().expect("a list").clone();
    assert!(names(&raft["scenarios"]).contains(&json!("raft/split-vote")));
    assert!(names(&raft["metrics"]).contains(&json!("time_to_leader_ms")));
    assert_eq!(say("list").status, 0);
}

#[test]
fn run_has_the_shape_of_the_contract() {
    let run = say("run raft/leader-crash --json").json();
    let expected = [
        "protocol",
        "seed",
        "until_us",
        "events",
        "sent",
        "delivered",
        "dropped",
        "digest",
        "findings",
        "nodes",
        "metrics",
        "link",
    ];
    assert_eq!(keys(&run), expected);
    assert_eq!(keys(&run["nodes"][0]), ["id", "up", "fields"]);
    assert!(run["nodes"][0]["fields"]["term"].is_u64());
    assert!(run["metrics"]["messages"].is_u64());
    assert!(run["link"].as_str().expect("text").starts_with("#/p/raft/leader-crash"));
}

#[test]
fn a_violation_is_reported_with_exit_status_1() {
    let text = "protocol raft\nset seed=1 latency=const:10ms\nat 1ms timeout n5\nat 1ms timeout n1\nrun 100ms\n";
    assert_eq!(say_to("run - --json", text).status, 0);
    let said = say_to("run - --json --mutant vote-twice", text);
    assert_eq!(said.status, 1);
    let finding = &said.json()["findings"][0];
    assert_eq!(keys(finding), ["property", "at_us", "nodes"]);
    assert_eq!(finding["property"], "election-safety");
    assert_eq!(finding["nodes"], json!(["n1", "n5"]));
}

#[test]
fn an_expectation_that_is_not_met_is_reported_with_exit_status_1() {
    let said = say_to("run - --json", "protocol raft\nrun 1ms\nexpect leader\n");
    assert_eq!(said.status, 1);
    assert!(said.json()["notes"][0].as_str().expect("a sentence").contains("leader"));
}

#[test]
fn every_way_to_name_a_scenario_gives_the_same_run() {
    let digest = |said: Said| {
        assert_eq!(said.status, 0, "{}", said.err);
        said.json()["digest"].clone()
    };
    let by_id = digest(say("run raft/split-vote --json"));
    let link = say("run raft/split-vote --json").json()["link"].as_str().expect("a link").to_owned();
    assert_eq!(digest(consistory(["run", &link, "--json"])), by_id, "the link that `run` gives");
    let whole = format!("https://example.org/consistory/?lang=zh{link}");
    assert_eq!(digest(consistory(["run", &whole, "--json"])), by_id, "a whole address");
    let text = say("link decode #/p/raft/split-vote").out;
    assert_eq!(digest(say_to("run - --json", &text)), by_id, "standard input");
    let file = scratch("split.scn", &text);
    assert_eq!(digest(say(&format!("run {file} --json"))), by_id, "a file");
    let fragment = say(&format!("link encode {file}")).out.trim().to_owned();
    assert!(fragment.starts_with("#/s/1"), "{fragment}");
    let payload = fragment.trim_start_matches("#/s/");
    let bare = digest(consistory(["run", payload, "--json", "--until", "414.714ms"]));
    let query = format!("https://example.org/?s={payload}");
    assert_eq!(digest(consistory(["run", &query, "--json", "--until", "414.714ms"])), bare, "?s=");
    assert_eq!(digest(consistory(["run", &file, "--json", "--until", "414.714ms"])), bare, "the file again");
    let decoded = consistory(["link", "decode", &fragment]).out;
    assert_eq!(say_to("link encode -", &decoded).out.trim(), fragment, "decoding and encoding again changes nothing");
}

#[test]
fn what_replaces_parts_of_a_run_does() {
    let run = say("run raft --json --seed 9 --set nodes=3 --set election_timeout=20ms..40ms --until 2s").json();
    assert_eq!((&run["seed"], &run["until_us"]), (&json!(9), &json!(2_000_000)));
    assert_eq!(run["nodes"].as_array().expect("nodes").len(), 3);
    let long = say("run raft/leader-crash --json").json();
    let short = say("run raft/leader-crash --json --until 50ms").json();
    assert_eq!(short["until_us"], 50_000);
    assert!(short["events"].as_u64() < long["events"].as_u64());
    let same = say("run raft/leader-crash --json --seed 77").json();
    assert_eq!(say(&format!("run {} --json", same["link"].as_str().expect("a link"))).json()["digest"], same["digest"]);
}

#[test]
fn trace_and_history_are_json_lines() {
    let (trace, history) = (scratch("trace.jsonl", ""), scratch("history.jsonl", ""));
    let text = "protocol raft\nset clients=2 seed=3 client_give_up=300ms\nawait leader within 2s\nclient c1 write x 1\n\
                await operations ok 1 within 1s\nclient c2 cas x 5 6\nawait operations ok 2 within 1s\n\
                client c1 append x 1\nclient c1 read x\nclient c1 append l 4\nclient c1 read l\nrun 600ms\n\
                partition {c2} {n1 n2 n3 n4 n5}\nclient c2 write x 2\nclient c2 read x\nrun 400ms\n";
    let said = say_to(&format!("run - --json --trace {trace} --history {history}"), text);
    assert_eq!(said.status, 0, "{}", said.err);
    let lines = |path: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(path).expect("it was written");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let events = lines(&trace);
    assert_eq!(events.len() as u64, said.json()["events"].as_u64().expect("a number"));
    assert_eq!(&keys(&events[0])[..4], ["step", "time_us", "kind", "process"]);
    assert!(events.iter().any(|event| event["edit"] == "client c1 write x 1"));
    let told: Vec<String> = lines(&history)
        .iter()
        .map(|line| {
            assert!(line["time"].as_u64().expect("nanoseconds").is_multiple_of(1_000));
            let result = line.get("result").map(|result| format!(" {result}")).unwrap_or_default();
            let text = |key: &str| line[key].as_str().expect("text");
            let (process, value) = (&line["process"], &line["value"]);
            format!("{process} {} {} {} {value}{result}", text("type"), text("f"), text("key"))
        })
        .collect();
    let expected = [
        "1 invoke write x 1",
        "1 ok write x 1",
        "2 invoke cas x [5,6]",
        "2 ok cas x [5,6] false",
        "1 invoke append x 1",
        "1 fail append x 1",
        "1 invoke read x null",
        "1 ok read x 1",
        "1 invoke append l 4",
        "1 ok append l 4",
        "1 invoke read l null",
        "1 ok read l [4]",
        "2 invoke write x 2",
        "2 info write x 2",
        "4 invoke read x null",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_transcript_is_the_golden_text() {
    let golden = include_str!("../../../protocols/src/raft/scenarios/03-split-vote.scn");
    let (_, transcript) = golden.split_once("----\n").expect("it has a transcript");
    assert_eq!(say("transcript raft/split-vote").out, transcript);
}

#[test]
fn two_calls_print_the_same_bytes() {
    for line in [
        "list",
        "list --json",
        "run raft/lossy-network",
        "run raft/lossy-network --json --seed 5",
        "transcript raft/figure-8",
        "sweep raft --seeds 1..700 --metric time_to_leader_ms,commit_latency_ms --json",
        "sweep raft --seeds 1..700 --metric time_to_leader_ms,commit_latency_ms --csv",
        "hunt raft --mutant forget-vote --runs 500 --json",
        "soak --seeds 1..40 --json",
    ] {
        let (one, two) = (say(line), say(line));
        assert_eq!((one.status, &one.out, &one.err), (two.status, &two.out, &two.err), "{line}");
        assert!(!one.out.is_empty(), "{line}: {}", one.err);
    }
}
