//! What the share dialog offers as a file is the whole run.

use consistory_browser_tests::{Browser, Engine, Page, sites};
use serde_json::Value;

/// Keeps what becomes a file, and lets no file be saved.
const CATCH: &str = "
    window.files = [];
    URL.createObjectURL = (blob) => { blob.text().then((text) => window.files.push(text)); return '#'; };
    HTMLAnchorElement.prototype.click = () => {};";

/// Presses the button of a picture of pixels, and answers with the beginning of the address that is saved.
const PNG: &str = "
    const done = arguments[arguments.length - 1];
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
        HTMLAnchorElement.prototype.click = click;
        done(this.href.slice(0, 22));
    };
    [...document.querySelectorAll('button')].find((button) => button.textContent === 'Stage (PNG)').click();";

pub(crate) fn files_hold_the_run(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let address = format!("{}?lang=en&autoplay=0#/p/raft/stale-leader?t=900ms", site.address());
    let page = Page::open(&browser, &address);
    browser.click("button", "Share link");
    browser.until("the dialog", || browser.has("button", "Stage (PNG)").then_some(()));
    let png = browser.script_later(PNG, &[]);
    assert_eq!(png.as_str(), Some("data:image/png;base64,"), "a picture of pixels");
    browser.script(CATCH, &[]);
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
    let lines = file("JSON lines", 3);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap_or_default()).expect("a JSON object a line");
    assert_eq!((&first["step"], &first["process"]), (&Value::from(0), &Value::from("n1")));
    let stage = file("Stage (SVG)", 4);
    assert!(stage.contains("<svg") && stage.contains("class=\"card\"") && stage.contains(">n5<"), "{}", &stage[..200]);
    let picture = file("Space-time (SVG)", 5);
    assert!(picture.contains("<svg") && picture.contains("class=\"message\""), "{}", &picture[..200]);
    assert_eq!(browser.script("return window.files.length;", &[]), Value::from(5));
    page.assert_well();
}
