//! The same run has the same digest on every target: the gallery's golden digests, natively and in a browser.

use consistory_session::{gallery, open_scenario};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test(unsupported = test)]
fn every_gallery_scenario_has_its_golden_transcript() {
    assert!(gallery().len() >= 14);
    for item in gallery() {
        let (_, golden) = item.text.split_once("----\n").expect("a golden transcript");
        let opened = open_scenario(item.text).unwrap_or_else(|problem| panic!("{}: {problem:?}", item.id));
        assert_eq!(opened.session.transcript(), golden, "{}", item.id);
    }
}
