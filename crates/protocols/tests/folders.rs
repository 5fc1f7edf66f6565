//! The protocol folders: each is registered, and of its scenarios everything is bundled that is performed, and no transcript.

use consistory_protocols::scenarios::{self, ScenarioFile};
use consistory_protocols::{IDS, Spec, Visitor, visit};
use std::path::Path;

struct Bundled;

impl Visitor for Bundled {
    type Output = Vec<(ScenarioFile, &'static str)>;

    fn visit<P: Spec>(self) -> Self::Output {
        scenarios::of(P::ID).copied().zip(P::SCENARIOS.iter().copied()).collect()
    }
}

/// A folder that nobody registered would compile into words and scenarios that nobody can reach.
#[test]
fn every_folder_is_a_registered_protocol() {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("the crate has sources");
    // A folder without scenarios is what several protocols share.
    let has_scenarios = |entry: &std::fs::DirEntry| entry.path().join("scenarios").is_dir();
    let folders = entries.map(|entry| entry.expect("a readable folder")).filter(has_scenarios);
    let mut folders: Vec<_> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    folders.sort();
    let mut registered: Vec<_> = IDS.iter().map(|id| id.replace('-', "_")).collect();
    registered.sort_unstable();
    assert_eq!(
        folders, registered,
        "`registry! {{ … }}` in src/lib.rs names every folder, and a folder's name is its id with underscores"
    );
}

#[test]
fn scenarios_are_bundled_in_order_and_without_their_transcripts() {
    for id in IDS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(id.replace('-', "_")).join("scenarios");
        let files = std::fs::read_dir(&folder).expect("the protocol has scenarios");
        let mut files: Vec<_> = files.map(|file| file.expect("a readable folder").path()).collect();
        files.sort();
        let bundled = visit(id, Bundled).expect("it is registered");
        assert_eq!(bundled.len(), files.len(), "{id}");
        for (file, (ScenarioFile { protocol, name }, text)) in files.iter().zip(bundled) {
            let whole = std::fs::read_to_string(file).expect("a text file");
            let (performed, transcript) = whole.split_once("----\n").expect("a golden transcript");
            assert_eq!((protocol, text), (*id, performed), "{}", file.display());
            assert!(transcript.contains(" end events="), "{}", file.display());
            let stem = file.file_stem().expect("a file has a name").to_string_lossy();
            assert!(stem.ends_with(name) && !name.starts_with(|first: char| first.is_ascii_digit()), "{stem}: {name}");
        }
    }
}
