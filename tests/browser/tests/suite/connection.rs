//! A connection that fails after the page has opened: what is loaded later is asked for again, and nothing is lost.

use consistory_browser_tests::{Browser, Engine, Page, sites};
use serde_json::json;

/// The parts that are loaded later cannot be had for a while.
pub(crate) fn lost_after_the_start(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let block = |patterns: &[&str]| {
        browser.chromium("Network.enable", json!({}));
        browser.chromium("Network.setBlockedURLs", json!({ "urls": patterns }));
    };
    block(&["*split_*"]);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    browser.click("button", "Share link");
    browser.until("what is missing", || {
        let said = page.complaints();
        said.iter().any(|sentence| sentence.starts_with("A part of Consistory could not be loaded")).then_some(())
    });
    assert!(!browser.has("dialog", "Share this run"), "a dialog that is not there is not open");
    browser.click("button", "Dismiss");
    // Chinese is missing as well, and the page goes on in English.
    browser.click("button", "中文 (switch the page to Chinese)");
    browser.until("what is missing of the language", || (!page.complaints().is_empty()).then_some(()));
    assert!(browser.has("button", "Share link"), "the page still speaks English");
    browser.click("button", "Dismiss");
    // What needs nothing more still works.
    page.press_on_card("n1", "Crash");
    page.wait_for("n1", "Crashed");

    block(&[]);
    browser.click("button", "Share link");
    browser.until("the dialog", || browser.has("dialog", "Share this run").then_some(()));
}
