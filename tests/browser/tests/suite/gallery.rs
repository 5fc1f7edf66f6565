//! The same run has the same digest in every engine as it has natively.

use std::path::{Path, PathBuf};

use consistory_browser_tests::{Browser, Engine, Page, sites};

/// A scenario and the last line of its transcript.
struct Golden {
    id: String,
    /// As the line has it: `281.729ms`.
    time: String,
    events: u64,
    digest: String,
}

pub(crate) fn digests_are_the_golden_ones(engine: Engine) {
    let goldens = goldens();
    let site = sites::strict();
    let browser = Browser::start(engine);
    // In one window, one after the other: what one run leaves behind must not reach the next.
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    for Golden { id, time, events, digest } in &goldens {
        page.go(&format!("#/p/{id}?t={time}"));
        let time_us = microseconds(time);
        let rest = page.rest_where(&format!("{id} at {time}"), |rest| rest.time_us == time_us);
        assert_eq!((rest.steps, &rest.digest), (*events, digest), "{engine:?} {id} at {time}");
        page.assert_well();
    }
}

fn goldens() -> Vec<Golden> {
    let protocols = xtask::repository::root().join("crates/protocols/src");
    let mut goldens: Vec<Golden> = files(&protocols)
        .iter()
        .filter(|folder| folder.join("scenarios").is_dir())
        .flat_map(|folder| files(&folder.join("scenarios")))
        .filter(|file| file.extension().is_some_and(|extension| extension == "scn"))
        .map(|file| golden(&file))
        .collect();
    goldens.sort_by(|one, other| one.id.cmp(&other.id));
    assert!(!goldens.is_empty(), "no scenario below {}", protocols.display());
    goldens
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a folder can be listed").path()).collect()
}

/// `03-split-vote.scn` of the folder `raft/scenarios` is `raft/split-vote`.
fn golden(file: &Path) -> Golden {
    let name = file.file_stem().expect("it ends with .scn").to_string_lossy();
    let name = name.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_start_matches('-');
    let protocol = file.ancestors().nth(2).and_then(Path::file_name).expect("it lies below a protocol");
    let text = std::fs::read_to_string(file).expect("a scenario is a text");
    let last = text.lines().last().unwrap_or_default();
    let value = |key: &str| last.split_whitespace().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
    let parts =
        || Some((last.split_whitespace().next()?.to_owned(), value("events=")?.parse().ok()?, value("digest=")?));
    let (time, events, digest) =
        parts().unwrap_or_else(|| panic!("{} does not end with its digest: {last}", file.display()));
    let protocol = protocol.to_string_lossy().replace('_', "-");
    Golden { id: format!("{protocol}/{name}"), time, events, digest }
}

/// `281.729ms` or `1.08s` in microseconds.
fn microseconds(time: &str) -> u64 {
    let of = |text: &str, places: usize| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}{part:0<places$}").parse().unwrap_or_else(|_| panic!("{time} is no time"))
    };
    match time.strip_suffix("ms") {
        Some(text) => of(text, 3),
        None => of(time.strip_suffix('s').unwrap_or_else(|| panic!("{time} has no unit")), 6),
    }
}
