//! Every scenario of the gallery meets its expectations, and its transcript is the golden one after `----`.
//! `UPDATE_EXPECT=1 cargo test -p consistory-session` rewrites the transcripts; read the diff.

use consistory_session::words::{Language, sentence};
use consistory_session::{gallery, open_scenario};
use std::path::PathBuf;

fn file_of(id: &str) -> PathBuf {
    let (protocol, name) = id.split_once('/').expect("an id has two parts");
    let folder = protocol.replace('-', "_");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../protocols/src/{folder}/scenarios"));
    let files = std::fs::read_dir(&folder).expect("the protocol has scenarios");
    let mut files = files.map(|file| file.expect("a readable folder").path());
    let is_meant = |path: &PathBuf| {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        stem.trim_start_matches(|letter: char| letter.is_ascii_digit()).strip_prefix('-') == Some(name)
    };
    let named = files.find(is_meant);
    named.unwrap_or_else(|| panic!("no file for {id}"))
}

#[test]
fn every_scenario_is_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut failures = Vec::new();
    for item in gallery() {
        let opened = open_scenario(item.text()).unwrap_or_else(|problem| panic!("{}: {problem:?}", item.id));
        for problem in &opened.unmet {
            let words = sentence(Language::English, &problem.text, &|id| id.to_string());
            failures.push(format!("{} line {:?}: {words}", item.id, problem.line));
        }
        let transcript = opened.session.transcript();
        let file = file_of(item.id);
        let text = std::fs::read_to_string(&file).expect("a text file");
        let (script, golden) = text.split_once("----\n").unwrap_or((&text, ""));
        assert_eq!(script, item.text(), "{}: the page has another text than the file", item.id);
        if golden == transcript {
            continue;
        }
        if update {
            std::fs::write(&file, format!("{script}----\n{transcript}")).expect("a writable checkout");
        } else {
            let differs = golden.lines().zip(transcript.lines()).find(|(golden, now)| golden != now);
            failures.push(format!("{}: the transcript differs, first in {differs:?}", item.id));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
