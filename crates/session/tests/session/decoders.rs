//! Hostile input: arbitrary bytes and words never panic, and every problem has a sentence in both languages.

use consistory_session::words::{Language, sentence, template};
use consistory_session::{Problem, open, open_scenario, open_text};
use proptest::prelude::*;

/// A problem is a known word key, in both languages, with an argument for every hole.
pub(crate) fn check_words(problem: &Problem) {
    for language in [Language::English, Language::Chinese] {
        let key = problem.text.key;
        let template = template(language, key).unwrap_or_else(|| panic!("{key} has no words"));
        for hole in template.split("%{").skip(1).filter_map(|rest| rest.split_once('}')) {
            let known = problem.text.args.iter().any(|(name, _)| *name == hole.0);
            assert!(known, "{key}: nothing fills %{{{}}}", hole.0);
        }
        assert!(!sentence(language, &problem.text, &|id| id.to_string()).is_empty());
    }
}

fn try_scenario(text: &str) {
    if let Err(problem) = open_scenario(text) {
        check_words(&problem);
    }
}

/// Words that scenario lines are made of, right and wrong.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "at",
        "run",
        "await",
        "within",
        "expect",
        "not",
        "holds",
        "violated",
        "reached",
        "crash",
        "restart",
        "pause",
        "resume",
        "timeout",
        "rearm",
        "skew",
        "cut",
        "mend",
        "partition",
        "heal",
        "latency",
        "drop",
        "hold",
        "release",
        "deliver",
        "delay",
        "duplicate",
        "client",
        "via",
        "set",
        "mutant",
        "say",
        "cursor",
        "log",
        "term",
        "spread",
        "align",
        "lose-disk",
        "n1",
        "n2",
        "n5",
        "n6",
        "c1",
        "c3",
        "m3",
        "->",
        "--",
        "{",
        "}",
        "10ms",
        "1.5s",
        "500us",
        "+15%",
        "-200%",
        "2%",
        "AppendEntries",
        "write",
        "read",
        "x",
        "1",
        "99",
        "leader",
        "idle",
        "committed",
        "election-safety",
        "nodes=3",
        "loss=5%",
        "heartbeat=20ms",
        "nodes=",
        "=3",
        "count-old-terms",
        "50ms/2",
        "#",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_as_an_address(text in "\\PC{0,200}") {
        for prefix in ["", "#/s/", "#/s/1", "#/v/", "#/v/1", "#/vs/", "#/p/", "#/p/raft/", "#/p/raft/start?"] {
            if let Err(problem) = open(&format!("{prefix}{text}")) {
                check_words(&problem);
            }
        }
    }

    #[test]
    fn any_bytes_behind_a_right_checksum(bytes in prop::collection::vec(any::<u8>(), 0..300), flag in 0_u8..3) {
        let link = consistory_session::link_of_bytes(&bytes, flag);
        for link in [link.replace("#/s/", "#/v/"), link] {
            if let Err(problem) = open(&link) {
                check_words(&problem);
            }
        }
    }

    #[test]
    fn any_words_as_a_scenario(lines in prop::collection::vec(prop::collection::vec(word(), 0..7), 0..12)) {
        let lines: Vec<String> = lines.into_iter().map(|words| words.join(" ")).collect();
        try_scenario(&format!("protocol raft\n{}", lines.join("\n")));
    }

    #[test]
    fn any_words_as_a_contest(lines in prop::collection::vec(prop::collection::vec(word(), 0..7), 0..12)) {
        let lines: Vec<String> = lines.into_iter().map(|words| words.join(" ")).collect();
        if let Err(problem) = open_text(&format!("versus raft, primary-backup\n{}", lines.join("\n"))) {
            check_words(&problem);
        }
    }

    #[test]
    fn any_text_as_a_scenario(text in "\\PC{0,300}") {
        try_scenario(&text);
    }

    #[test]
    fn a_changed_link_of_a_real_run(place in 0_usize..400, replacement in "[A-Za-z0-9_-]") {
        let last = include_str!("golden-links.txt").lines().last().unwrap_or_default();
        let mut link = last.split_once(' ').map(|(_, link)| link.to_owned()).unwrap_or_default();
        let place = place % link.len().max(1);
        link.replace_range(place..=place, &replacement);
        if let Err(problem) = open(&link) {
            check_words(&problem);
        }
    }
}

#[test]
fn mistakes_are_placed() {
    for (text, line, column, key) in [
        ("", 1, 1, "problem.scenario.no_protocol"),
        ("set nodes=3", 1, 1, "problem.scenario.unexpected"),
        ("protocol chord", 1, 10, "problem.protocol"),
        ("protocol raft\ncrash", 2, 6, "problem.scenario.missing"),
        ("protocol raft\nrun 300", 2, 5, "problem.scenario.unexpected"),
        ("protocol raft\nset nodes=12", 2, 11, "problem.parameter.range"),
        ("protocol raft\n\ncrash n9", 3, 7, "problem.scenario.unexpected"),
        ("protocol raft\ncut n1 => n2", 2, 8, "problem.scenario.unexpected"),
        ("protocol raft\nheal now", 2, 6, "problem.scenario.surplus"),
        ("protocol raft\nat 50ms heal\nat 20ms heal", 3, 9, "problem.scenario.past"),
        ("protocol raft\nrun 5ms\nmutant vote-twice", 3, 8, "problem.scenario.too_late"),
        ("protocol raft\nmutant no-such-rule", 2, 8, "problem.scenario.unexpected"),
        ("protocol raft\nclient c1 sing", 2, 11, "problem.operation"),
        ("protocol raft\nrestart n1", 2, 1, "problem.edit.is_up"),
        ("protocol raft\npartition {n1 n2", 2, 17, "problem.scenario.missing"),
        ("protocol raft\nexpect joy holds", 2, 8, "problem.scenario.unexpected"),
        ("protocol raft\nlog n1 3 2 1", 2, 1, "problem.scenario.directive"),
        ("protocol raft\ndance n1", 2, 1, "problem.scenario.unexpected"),
    ] {
        let problem = open_scenario(text).err().unwrap_or_else(|| panic!("{text:?} is accepted"));
        assert_eq!((problem.line, problem.column, problem.text.key), (Some(line), Some(column), key), "{text:?}");
        check_words(&problem);
    }
}
