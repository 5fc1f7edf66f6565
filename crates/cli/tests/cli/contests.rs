//! `versus`: contests by every name, their figures, and mistakes in them.

use crate::command::{consistory, keys, say, say_to, scratch};
use serde_json::json;

const TEXT: &str = "versus raft, primary-backup acks=0
set nodes=3 seed=4
at 100ms workload c1 read=1 write=1 every=50ms
at 400ms crash n3
run 600ms
";

#[test]
fn versus_has_the_shape_of_the_contract() {
    let said = say_to("versus - --json", TEXT);
    assert_eq!(said.status, 0, "{}", said.err);
    let contest = said.json();
    assert_eq!(keys(&contest), ["until_us", "digest", "contestants", "link"]);
    assert_eq!(contest["until_us"], 1_000_000);
    let sides = contest["contestants"].as_array().expect("a list");
    assert_eq!(sides.len(), 2);
    for side in sides {
        let expected = ["protocol", "settings", "left_out", "figures", "strongest", "violated", "given_up", "link"];
        assert_eq!(keys(side), expected);
        assert!(side["figures"]["messages"].as_u64().is_some_and(|messages| messages > 0));
        assert!(side["figures"]["latency_median_ms"].as_f64().is_some_and(|latency| latency > 1.0));
        assert!(side["link"].as_str().is_some_and(|link| link.starts_with("#/s/1")));
    }
    assert_eq!((&sides[1]["protocol"], &sides[1]["settings"]), (&json!("primary-backup"), &json!({"acks": "0"})));
    assert_eq!(sides[0]["strongest"], json!(["linearizable"]));
    assert_eq!(say_to("versus - --json", TEXT).out, said.out, "the same bytes twice");
}

#[test]
fn every_way_to_name_a_contest_gives_the_same_one() {
    let first = say_to("versus - --json", TEXT).json();
    let file = scratch("contest.vs", TEXT);
    assert_eq!(say(&format!("versus {file} --json")).json(), first);
    let link = first["link"].as_str().expect("a link");
    assert!(link.starts_with("#/v/1"), "{link}");
    assert_eq!(consistory(["versus", link, "--json"]).json()["digest"], first["digest"]);
    let chat = format!("https://example.org/?s={}", link.trim_start_matches("#/"));
    assert_eq!(consistory(["versus", &chat, "--json"]).json()["digest"], first["digest"]);
    let by_id = say("versus partition --json").json();
    assert!(by_id["link"].as_str().is_some_and(|link| link.starts_with("#/vs/partition?t=")), "{by_id}");
    let address = "https://example.org/consistory/?lang=zh#/vs/partition";
    assert_eq!(consistory(["versus", address, "--json"]).json()["digest"], by_id["digest"]);
}

#[test]
fn the_table_has_a_column_for_each_contestant() {
    let said = say_to("versus -", TEXT);
    assert_eq!(said.status, 0, "{}", said.err);
    let head = said.out.lines().next().unwrap_or_default();
    assert!(head.trim_start().starts_with("raft") && head.ends_with("primary-backup acks=0"), "{}", said.out);
    let row = said.out.lines().find(|line| line.starts_with("delays_median")).expect("a row");
    assert!(row.contains("0 *"), "the best is marked: {row}");
}

#[test]
fn mistakes_get_a_line() {
    let check = |said: crate::command::Said, words: &[&str]| {
        assert_eq!((said.status, said.out.as_str(), said.err.lines().count()), (2, "", 1), "{}", said.err);
        for word in words {
            assert!(said.err.contains(word), "{word} is missing: {}", said.err);
        }
    };
    check(say("versus"), &["CONTEST", "--help"]);
    check(say("versus no-such-thing"), &["CONTEST no-such-thing", "partition"]);
    check(say("versus https://example.org/#/v/1AAAA"), &["CONTEST", "damaged"]);
    check(say("run https://example.org/#/vs/partition"), &["versus"]);
    check(say_to("versus -", "versus raft, raft\nat 5ms crash tm\n"), &["standard input:2:14:", "tm"]);
    let file = scratch("mistake.vs", "versus raft, raft\nexpect leader\n");
    check(say(&format!("versus {file}")), &["mistake.vs:2:1:", "expect"]);
}
