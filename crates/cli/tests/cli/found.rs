//! `hunt`, `soak` and `bench`.

use crate::command::{consistory, keys, say, say_to};
use serde_json::json;

#[test]
fn a_hunt_gives_a_scenario_and_a_link_that_break_the_property_again() {
    let said = say("hunt raft --mutant forget-vote --json");
    assert_eq!(said.status, 1, "{}", said.err);
    let hunted = said.json();
    for key in ["found", "property", "runs", "steps", "seed", "link", "scenario"] {
        assert!(keys(&hunted).contains(&key), "{key}");
    }
    assert_eq!((&hunted["found"], &hunted["property"]), (&json!(true), &json!("election-safety")));
    let link = consistory(["run", hunted["link"].as_str().expect("a link"), "--json"]);
    assert_eq!(link.status, 1, "{}", link.err);
    let text = say_to("run - --json", hunted["scenario"].as_str().expect("a text"));
    assert_eq!(text.status, 1, "{}", text.err);
    for run in [link.json(), text.json()] {
        assert_eq!(run["findings"][0]["property"], "election-safety");
        assert_eq!(run["events"], hunted["steps"]);
        assert!(run.get("notes").is_none(), "{}", run["notes"]);
    }
}

#[test]
fn a_hunt_that_finds_nothing_is_undecided() {
    let said = say("hunt raft --runs 20 --json");
    assert_eq!(said.status, 3);
    let hunted = said.json();
    assert_eq!((&hunted["found"], &hunted["runs"], &hunted["link"]), (&json!(false), &json!(20), &json!(null)));
    assert_eq!(say("hunt raft --budget 10ms").status, 3);
}

/// Lost disks are beyond what Raft promises to survive: a hunt shows why.
#[test]
fn lost_disks_break_what_the_protocol_promises() {
    assert_eq!(say("hunt raft --lose-disk --json").status, 1);
}

#[test]
fn a_soak_passes() {
    let said = say("soak --protocol raft --seeds 1..50 --json");
    assert_eq!(said.status, 0);
    let soaked = said.json();
    assert_eq!((&soaked["passed"], &soaked["protocols"][0]["runs"]), (&json!(true), &json!(50)));
    assert_eq!(soaked["protocols"][0]["failure"], json!(null));
}

#[test]
fn figures_are_listed_without_being_measured() {
    let said = say("bench --list");
    assert_eq!(said.status, 0);
    let names: Vec<&str> = said.out.lines().collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(names.contains(&"timeline_bytes_per_event") && names.contains(&"digest_check"), "{names:?}");
    assert_eq!(say("bench seek_ms --list").out, "seek_ms\nseek_ms_median\n");
}

#[test]
fn a_figure_has_a_value_and_a_unit() {
    let figures = say("bench link_characters --json").json();
    assert_eq!(keys(&figures), ["link_characters_gallery", "link_characters_40_edits"]);
    for figure in figures.as_object().expect("figures").values() {
        assert_eq!(keys(figure), ["value", "unit"]);
        assert!(figure["value"].is_u64());
    }
}
