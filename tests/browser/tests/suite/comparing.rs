//! Two instants, and two branches of a run, stand side by side; what differs is named.

use consistory_browser_tests::{Browser, Engine, Key, Page, sites};
use serde_json::{Value, json};

/// A leader, and two writes.
const RUN: &str = "protocol raft
set nodes=3 clients=1 seed=3
at 0ms timeout n1
await leader within 1s
client c1 via n1 write x 1
run 150ms
client c1 via n1 write x 2
run 250ms
";

/// The nodes of the table of differences.
const NODES: &str = "return [...document.querySelectorAll('.compare-node')].map((node) => node.textContent);";

/// What the panel says.
fn says(browser: &Browser, words: &str) {
    let script = "return document.querySelector('.comparison')?.textContent ?? '';";
    let said = || browser.script(script, &[]).as_str().is_some_and(|text| text.contains(words)).then_some(());
    browser.until(words, said);
}

fn differ(browser: &Browser, nodes: &Value) {
    browser.until(format!("{nodes} to differ"), || (browser.script(NODES, &[]) == *nodes).then_some(()));
}

pub(crate) fn futures_stand_side_by_side(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    browser.click("button", "Share link");
    page.paste(RUN);
    browser.click("button", "Open");
    browser.click("tab", "Compare");
    says(&browser, "This run has one branch.");
    assert!(!browser.has("combobox", "Compare"), "there are no branches to choose");

    // A pinned instant stays when other panels are looked at.
    browser.focus("slider", "Time in the run");
    browser.key(&Key::Home);
    browser.click("button", "Pin this instant");
    says(&browser, "No node differs.");
    browser.click("tab", "Log");
    browser.focus("slider", "Time in the run");
    browser.key(&Key::End);
    browser.click("tab", "Compare");
    differ(&browser, &json!(["n1", "n2", "n3"]));
    browser.click("button", "Let it go");
    says(&browser, "No instant is pinned.");

    let end = page.rest();
    browser.drag_along("slider", "Time in the run", [0.7, 0.4]);
    page.rest_where("the cursor to go back", |rest| rest.time_us > 0 && rest.time_us < end.time_us);
    page.press_on_card("n1", "Crash");
    browser.until("another branch", || (page.branches() == [2, 2]).then_some(()));
    browser.choose("Compare", "two branches");
    says(&browser, "Branch 2: n1 crashes");
    // What happened to both is judged while nobody waits.
    says(&browser, "Linearizable");
    differ(&browser, &json!(["n1"]));

    // The events at which the branches part are the ways to them.
    browser.script("document.querySelector('.compare-parting button').click();", &[]);
    browser.until("the first branch", || (page.branches() == [1, 2]).then_some(()));
    assert!(browser.has("combobox", "First branch") && browser.has("combobox", "Second branch"));
    browser.choose("Second branch", "1. the run as it was first");
    says(&browser, "Nothing differs, as far as both are known.");
    page.assert_well();
}
