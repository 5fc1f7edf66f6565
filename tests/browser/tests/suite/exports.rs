//! What the share dialog offers as a file is the whole run.

use consistory_browser_tests::{Browser, Engine, Page, sites};
use serde_json::Value;

/// Keeps what becomes a file, and lets no file be saved.
const CATCH: &str = "
    window.files = [];
    URL.createObjectURL = (blob) => { blob.text().then((text) => window.files.push(text)); return '#'; };
    HTMLAnchorElement.prototype.click = () => {};";

pub(crate) fn files_hold_the_run(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let address = format!("{}?lang=en&autoplay=0#/p/raft/stale-leader?t=900ms", site.address());
    let page = Page::open(&browser, &address);
    browser.script(CATCH, &[]);
    browser.click("button", "Share link");
    let file = |button: &str, number: usize| {
        browser.click("button", button);
        let files = browser.until(button, || {
            browser.script("return window.files;", &[]).as_array().filter(|files| files.len() == number).cloned()
        });
        files[number - 1].as_str().map(str::to_owned).expect("a text")
    };
    let log = file("ShiViz log", 1);
    assert!(log.starts_with("n1 {\"n1\": 1}\nn1 starts\n"), "{}", &log[..80]);
    assert!(log.lines().count() > 300, "two lines for each event at a process");
    let diagram = file("Mermaid diagram", 2);
    assert!(diagram.starts_with("sequenceDiagram\n    participant n1\n"), "{}", &diagram[..80]);
    assert!(diagram.contains("    n1->>n2: ") && diagram.contains("Note over n1,c2: "));
    assert_eq!(browser.script("return window.files.length;", &[]), Value::from(2));
    page.assert_well();
}
