//! The same run has the same digest on every target: the gallery's golden digests, natively and in a browser.

use consistory_session::{gallery, open_scenario};
use include_dir::{Dir, include_dir};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The folders of all protocols: a browser cannot read files, and the gallery has its scenarios without transcripts.
static PROTOCOLS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../protocols/src");

fn golden(id: &str) -> &'static str {
    let (protocol, name) = id.split_once('/').expect("an id has two parts");
    let folder = protocol.replace('-', "_");
    let scenarios = PROTOCOLS.get_dir(format!("{folder}/scenarios")).expect("the protocol has scenarios");
    let ending = format!("-{name}.scn");
    let file = scenarios.files().find(|file| file.path().to_string_lossy().ends_with(&ending));
    let text = file.and_then(|file| file.contents_utf8()).unwrap_or_else(|| panic!("no file for {id}"));
    text.split_once("----\n").expect("a golden transcript").1
}

#[wasm_bindgen_test(unsupported = test)]
fn every_gallery_scenario_has_its_golden_transcript() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        // They are being rewritten on disk; what this test carries is as old as its binary.
        return;
    }
    assert!(gallery().len() >= 14);
    for item in gallery() {
        let opened = open_scenario(item.text()).unwrap_or_else(|problem| panic!("{}: {problem:?}", item.id));
        assert_eq!(opened.session.transcript(), golden(item.id), "{}", item.id);
    }
}
