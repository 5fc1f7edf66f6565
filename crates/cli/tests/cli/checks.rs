//! `consistory check`: histories in both formats, verdicts, and what a bad file gets.

use crate::command::{keys, say, say_to, scratch};
use serde_json::json;

/// A write that is acknowledged, and a later read of another process that misses it.
const STALE: &str = r#"{"process":1,"type":"invoke","f":"write","key":"x","value":1,"time":0}
{"process":1,"type":"ok","f":"write","key":"x","value":1,"time":10}
{"process":2,"type":"invoke","f":"read","key":"x","value":null,"time":20}
{"process":2,"type":"ok","f":"read","key":"x","value":null,"time":30}
"#;

/// Two transactions that both see 10 and both write what follows: an update is lost. Then one that is aborted.
const LOST: &str = r#"{"process":1,"type":"invoke","f":"txn","value":[["r","x",null],["w","x",11]],"time":0}
{"process":2,"type":"invoke","f":"txn","value":[["r","x",null],["add","x",2]],"time":1}
{"process":1,"type":"ok","f":"txn","value":[["r","x",10],["w","x",11]],"time":2}
{"process":2,"type":"ok","f":"txn","value":[["r","x",10],["add","x",2]],"time":3}
{"process":3,"type":"invoke","f":"txn","value":[["w","x",7]],"time":4}
{"process":3,"type":"fail","f":"txn","value":[["w","x",7]],"time":5}
"#;

/// The arguments for transactions that begin with 10 in x.
const TEN: &str = "--object transactions --initial [[\"x\",10]]";

#[track_caller]
fn check(arguments: &str, history: &str, status: i32) -> serde_json::Value {
    let said = say_to(&format!("check - {arguments} --json"), history);
    assert_eq!(said.status, status, "{arguments} of:\n{history}\n{}{}", said.out, said.err);
    said.json()
}

#[test]
fn a_verdict_has_the_shape_of_the_contract() {
    let invalid = check("--model linearizable --object register", STALE, 1);
    assert_eq!(keys(&invalid), ["valid", "model", "operations", "witness", "conflict"]);
    assert_eq!(invalid["valid"], json!(false));
    let conflict: Vec<_> =
        invalid["conflict"].as_array().expect("a list").iter().map(|one| one["process"].clone()).collect();
    assert_eq!(conflict, [1, 2]);
    let valid = check("--model sequential --object register", STALE, 0);
    assert_eq!(valid["valid"], json!(true));
    let witness: Vec<_> = valid["witness"].as_array().expect("a list").iter().map(|one| one["f"].clone()).collect();
    assert_eq!(witness, ["read", "write"]);
    assert_eq!(
        check(
            "--model linearizable --object register --initial 1",
            &STALE.replace("null,\"time\":30", "1,\"time\":30"),
            0
        )["operations"],
        2
    );
}

#[test]
fn lines_are_put_in_the_order_of_their_times() {
    let lines: Vec<&str> = STALE.lines().collect();
    let mixed = [lines[2], lines[3], lines[0], lines[1]].join("\n");
    check("--model linearizable --object register", &mixed, 1);
    // Without times the order of the lines is that of real time.
    let untimed = mixed.lines().map(|line| format!("{}}}\n", line.rsplit_once(",\"time\"").expect("a time").0));
    check("--model linearizable --object register", &untimed.collect::<String>(), 0);
}

#[test]
fn what_failed_never_took_effect_and_what_is_unknown_may_have() {
    let text = |kind: &str| STALE.replace("\"ok\",\"f\":\"write\"", &format!("\"{kind}\",\"f\":\"write\""));
    check("--model linearizable --object register", &text("fail"), 0);
    check("--model linearizable --object register", &text("info"), 0);
    let seen = |kind: &str| text(kind).replace("null,\"time\":30", "1,\"time\":30");
    check("--model linearizable --object register", &seen("fail"), 1);
    check("--model linearizable --object register", &seen("info"), 0);
}

#[test]
fn a_comparison_that_did_not_hold_is_an_observation() {
    let text = |result: &str| {
        format!(
            "{STALE}{}\n{}\n",
            r#"{"process":3,"type":"invoke","f":"cas","key":"x","value":[1,2],"time":40}"#,
            r#"{"process":3,"type":"ok","f":"cas","key":"x","value":[1,2],RESULT"time":50}"#.replace("RESULT", result)
        )
        .replace("null,\"time\":30", "1,\"time\":30")
    };
    check("--model linearizable --object kv", &text(""), 0);
    check("--model linearizable --object kv", &text("\"result\":false,"), 1);
}

#[test]
fn edn_is_a_vector_or_a_map_a_line() {
    let lines = "{:process 0, :type :invoke, :f :write, :value 4}
        {:process :nemesis, :type :info, :f :start, :value nil}
        ; nobody has answered yet
        {:process 1, :type :invoke, :f :read, :value nil}
        {:process 1, :type :ok, :f :read, :value 4}
        {:process 0, :type :ok, :f :write, :value 4}";
    let arguments = "--model linearizable --object cas-register --format jepsen-edn";
    assert_eq!(check(arguments, lines, 0)["operations"], 2);
    check(arguments, &format!("[{lines}]"), 0);
    check(arguments, &format!("({lines})\n"), 0);
    check(arguments, &lines.replace(":ok, :f :read, :value 4", ":ok, :f :read, :value 5"), 1);
    let file = scratch("history.edn", lines);
    assert_eq!(say(&format!("check {file} --model linearizable --object register")).status, 0);
}

#[test]
fn pairs_are_keys_and_values_where_every_line_has_one() {
    let lines = "{:process 0, :type :invoke, :f :write, :value [1 4]}
        {:process 0, :type :ok, :f :write, :value [1 4]}
        {:process 1, :type :invoke, :f :read, :value [2 nil]}
        {:process 1, :type :ok, :f :read, :value [2 nil]}";
    let arguments = "--model linearizable --object kv --format jepsen-edn";
    check(arguments, lines, 0);
    check(arguments, &lines.replace("[2 nil]", "[1 nil]"), 1);
    let lists = "{:process 0, :type :invoke, :f :append, :value 1}
        {:process 0, :type :ok, :f :append, :value 1}
        {:process 0, :type :invoke, :f :append, :value 2}
        {:process 0, :type :ok, :f :append, :value 2}
        {:process 1, :type :invoke, :f :read, :value nil}
        {:process 1, :type :ok, :f :read, :value [1 2]}";
    check("--model linearizable --object list-append --format jepsen-edn", lists, 0);
}

#[test]
fn transactions_are_lists_of_actions() {
    let invalid = check(&format!("--model serializable {TEN}"), LOST, 1);
    assert_eq!(keys(&invalid), ["valid", "model", "operations", "witness", "conflict"]);
    assert_eq!((&invalid["model"], &invalid["operations"]), (&json!("serializable"), &json!(2)));
    let conflict = invalid["conflict"].as_array().expect("a list");
    assert_eq!(conflict.len(), 2);
    assert_eq!(conflict[0]["f"], json!("txn"));
    assert_eq!(conflict[0]["key"], json!(null));
    assert_eq!(conflict[1]["value"], json!([["r", "x", 10], ["add", "x", 2]]));
    let later = LOST.replace(r#"["r","x",10],["add""#, r#"["r","x",11],["add""#);
    let valid = check(&format!("--model strict-serializable {TEN}"), &later, 0);
    let witness: Vec<_> =
        valid["witness"].as_array().expect("a list").iter().map(|one| one["process"].clone()).collect();
    assert_eq!(witness, [1, 2]);
    // What was aborted never took effect; what is unknown may have.
    let seen = r#"{"process":4,"type":"invoke","f":"txn","value":[["r","x",null]],"time":6}
{"process":4,"type":"ok","f":"txn","value":[["r","x",7]],"time":7}"#;
    check(&format!("--model serializable {TEN}"), &format!("{later}{seen}"), 1);
    let unknown = later.replace("\"fail\"", "\"info\"");
    check(&format!("--model serializable {TEN}"), &format!("{unknown}{seen}"), 0);
    let said = say_to(&format!("check - --model serializable {TEN}"), LOST);
    assert!(said.out.starts_with("invalid    not serializable, 2 operations"), "{}", said.out);
    assert!(said.out.contains(r#"txn [["r" "x" 10] ["w" "x" 11]]"#), "{}", said.out);
}

#[test]
fn transactions_in_edn_may_be_stale() {
    // Two actions are no pair of a key and a value.
    let lines = "{:process 0, :type :invoke, :f :txn, :value [[:w :x 1] [:w :y 1]]}
        {:process 0, :type :ok, :f :txn, :value [[:w :x 1] [:w :y 1]]}
        {:process 1, :type :invoke, :f :txn, :value [[:r :x nil] [:r :y nil]]}
        {:process 1, :type :ok, :f :txn, :value [[:r :x 1] [:r :y 1]]}";
    let judged = |model: &str, text: &str, status: i32| {
        check(&format!("--model {model} --object transactions --format jepsen-edn"), text, status);
    };
    let stale = lines.replace("[:r :x 1] [:r :y 1]", "[:r :x nil] [:r :y nil]");
    let fractured = lines.replace("[:r :x 1] [:r :y 1]", "[:r :x 1] [:r :y nil]");
    for (text, strict, plain) in [(lines, 0, 0), (stale.as_str(), 1, 0), (fractured.as_str(), 1, 1)] {
        judged("strict-serializable", text, strict);
        judged("serializable", text, plain);
    }
}

#[test]
fn models_are_of_objects() {
    let refuses = |model: &str, object: &str, known: &str| {
        let said = say(&format!("check - --model {model} --object {object}"));
        assert_eq!((said.status, said.out.as_str(), said.err.lines().count()), (2, "", 1), "{}", said.err);
        let told = [format!("--model {model}"), format!("--object {object}"), format!("choose one of {known}")];
        assert!(told.iter().all(|words| said.err.contains(words)), "{}", said.err);
    };
    refuses("linearizable", "transactions", "strict-serializable, serializable.");
    refuses("serializable", "kv", "linearizable, sequential, ");
    refuses("strict-serializable", "register", "linearizable, sequential, ");
    let said = say("check - --model quick --object transactions");
    assert!(said.status == 2 && said.err.contains("strict-serializable"), "{}", said.err);
    for initial in ["5", "[5]", "[[\"x\"]]", "[[\"x\",1],[\"x\",2]]"] {
        let said = say_to(&format!("check - --model serializable --object transactions --initial {initial}"), LOST);
        assert_eq!((said.status, said.err.lines().count()), (2, 1), "{}", said.err);
        let told = format!("--initial {initial}: ");
        assert!(said.err.contains(&told) && said.err.contains("each once"), "{}", said.err);
    }
}

#[test]
fn a_mistake_in_a_transaction_is_placed() {
    let complains = |text: &str, start: &str, word: &str| {
        let said = say_to("check - --model serializable --object transactions", text);
        assert_eq!((said.status, said.out.as_str(), said.err.lines().count()), (2, "", 1), "{text}{}", said.err);
        let start = format!("consistory: standard input:{start}: ");
        assert!(said.err.starts_with(&start) && said.err.contains(word), "{start}…{word}: {}", said.err);
    };
    let edited = |from: &str, to: &str| LOST.replacen(from, to, 1);
    complains(&edited(r#"[["r","x",null],["w","x",11]]"#, "null"), "1:1", "a list of actions");
    complains(&edited(r#"["w","x",11]"#, r#"["w","x"]"#), "1:1", "action 2");
    complains(&edited(r#"["w","x",11]"#, r#"["append","x",11]"#), "1:1", "append");
    complains(&edited(r#"["add","x",2]"#, r#"["add","x","2"]"#), "2:1", "no whole number");
    complains(&edited(r#""f":"txn","#, r#""f":"txn","key":"x","#), "1:1", "has no key");
    complains(&edited(r#""f":"txn""#, r#""f":"read""#), "1:1", "a history of transactions has no read; it has txn");
    complains(&edited(r#""f":"txn""#, r#""f":"dance""#), "1:1", "dance");
    complains(&edited(r#"["w","x",11]],"time":2"#, r#"["w","x",12]],"time":2"#), "3:1", "repeat the actions");
    complains(&edited(r#"["r","x",10]"#, r#"["r","y",10]"#), "3:1", "repeat the actions");
    let said = say_to("check - --model linearizable --object register", LOST);
    assert!(said.status == 2 && said.err.contains("1:1: txn is no operation"), "{}", said.err);
}

#[test]
fn the_history_of_a_run_can_be_judged() {
    let file = scratch("run-history.jsonl", "");
    let said = say(&format!("run raft/stale-leader --history {file}"));
    assert_eq!(said.status, 0, "{}", said.err);
    let said = say(&format!("check {file} --model linearizable --object kv --json"));
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(said.json()["operations"].as_u64() > Some(1));
}

#[test]
fn a_mistake_in_a_file_is_placed() {
    let complains = |format: &str, text: &str, start: &str, word: &str| {
        let said = say_to(&format!("check - --model linearizable --object register --format {format}"), text);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{text}");
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
        let start = format!("consistory: standard input:{start}: ");
        assert!(
            said.err.starts_with(&start) && said.err.contains(word),
            "{text} should give {start}…{word}: {}",
            said.err
        );
    };
    let edited = |from: &str, to: &str| STALE.replacen(from, to, 1);
    complains("jsonl", "\n{\"process\":1,", "2:13", "JSON");
    complains("jsonl", "  [1]", "1:3", "object");
    complains("jsonl", &edited("\"process\":1", "\"process\":-1"), "1:2", "process");
    complains("jsonl", &edited("invoke", "begin"), "1:14", "type");
    complains("jsonl", &edited("\"f\":\"write\"", "\"f\":\"dance\""), "1:1", "dance");
    complains("jsonl", &edited("\"f\":\"write\"", "\"f\":\"cas\""), "1:1", "[expected, new]");
    complains("jsonl", &edited("\"f\":\"write\"", "\"f\":\"append\""), "1:1", "a register has no append");
    complains("jsonl", &edited("\"value\":1", "\"value\":1.5"), "1:52", "1.5");
    complains("jsonl", &edited("\"type\":\"invoke\"", "\"type\":\"ok\""), "1:1", "never invoked");
    complains("jsonl", &edited("\"type\":\"ok\"", "\"type\":\"invoke\""), "2:1", "has not ended");
    complains("jsonl", &edited("\"ok\",\"f\":\"write\"", "\"ok\",\"f\":\"read\""), "2:1", "another operation");
    complains(
        "jsonl",
        &edited("\"key\":\"x\",\"value\":null,\"time\":30", "\"key\":\"x\",\"time\":30"),
        "4:1",
        "ok read",
    );
    complains("jepsen-edn", "[{:process 1, :type :invoke, :f :read}", "1:39", "ends");
    complains("jepsen-edn", "{:process 1 :type :invoke", "1:26", "ends");
    complains("jepsen-edn", "\n {:process x :type :invoke :f :read}{:type :ok}", "2:37", ":process");
    complains("jepsen-edn", "{:process 1, :type :invoke, :f :read, :value {:a 1}}", "1:1", "map");
    complains("jepsen-edn", "[] 3", "1:4", "follows");
}

#[test]
fn names_that_do_not_exist() {
    let said = say("check - --model quick --object register");
    assert!(said.status == 2 && said.err.contains("writes-follow-reads"), "{}", said.err);
    let said = say("check - --model linearizable --object stack");
    assert!(said.status == 2 && said.err.contains("list-append"), "{}", said.err);
    let said = say("check no-such-file --model linearizable --object kv");
    assert!(said.status == 2 && said.err.contains("no-such-file"), "{}", said.err);
    let said = say_to("check - --model linearizable --object kv --initial 1.5", STALE);
    assert!(said.status == 2 && said.err.contains("--initial 1.5"), "{}", said.err);
}
