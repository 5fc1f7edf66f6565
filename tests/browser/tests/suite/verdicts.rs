//! What the clients saw is judged while the run goes on, and a verdict names the operations that contradict each other.

use consistory_browser_tests::{Browser, Engine, Page, sites};

/// A majority that is one too small: both sides of a partition go on, and a client reads what was overwritten.
const TWO_LEADERS: &str = "protocol raft
set nodes=4 clients=3 seed=3
mutant small-quorum
at 0ms timeout n1
await leader within 1s
client c1 via n1 write x 1
run 60ms
partition {n1 n2 c1} {n3 n4 c2 c3}
client c1 write x 2
run 10ms
timeout n3
await leader n3 within 1s
run 50ms
client c3 via n3 write x 3
run 120ms
client c1 read x
run 100ms
";

pub(crate) fn contradictions_are_named(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    browser.click("button", "Share link");
    page.paste(TWO_LEADERS);
    browser.click("button", "Open");
    browser.click("tab", "History");
    browser.focus("slider", "Time in the run");
    browser.key(&consistory_browser_tests::Key::End);
    let wait = |name: &str| browser.until(name, || browser.has("button", name).then_some(()));
    wait("✗Linearizable: fails");
    assert!(browser.has("button", "✓Sequential: holds"));
    browser.click("button", "✗Linearizable: fails");
    let lines = "return [...document.querySelectorAll('.model-told')].map((line) => line.textContent);";
    let lines = browser
        .until("the contradiction", || browser.script(lines, &[]).as_array().filter(|lines| lines.len() == 1).cloned());
    let told = lines[0].as_str().unwrap_or_default();
    for part in ["c1 did x → 2", "although", "c1 had done x ← 2", "c3 had done x ← 3"] {
        assert!(told.contains(part), "{told} does not tell {part}");
    }
    let marked = browser.script("return [document.querySelectorAll('tr.history-conflict').length, document.querySelectorAll('.bar.history-conflict').length];", &[]);
    assert_eq!(marked, serde_json::json!([3, 3]), "rows and bars of the contradiction");

    // An order that explains what holds can be played.
    browser.click("button", "✓Sequential: holds");
    browser.click("button", "Play the order");
    let played = "return document.querySelectorAll('tr.history-played').length;";
    browser.until("an operation of the order", || (browser.script(played, &[]) == 1).then_some(()));

    // An operation leads to the event that answered it, and to why it came out so.
    let press = "[...document.querySelectorAll('table.history .line-button')].find((button) => button.textContent === 'x → 2').click();";
    browser.script(press, &[]);
    let answers =
        "return [...document.querySelectorAll('.answers summary')].map((line) => line.textContent).join('|');";
    let told = browser.until("why it is so", || {
        browser.script(answers, &[]).as_str().filter(|told| !told.is_empty()).map(str::to_owned)
    });
    assert_eq!(told, "x → 2 of c1 is stale: the value had been replaced before it began");
    browser.click("button", "Show the event that made it so");
    let title = "return document.querySelector('#inspector-title').textContent;";
    browser.until("the event of the node that answered", || {
        browser.script(title, &[]).as_str().filter(|title| title.contains("n1")).map(|_| ())
    });

    // Before the second write the history is another one.
    browser.focus("slider", "Time in the run");
    browser.key(&consistory_browser_tests::Key::Home);
    browser.until("nothing to judge", || (!browser.has("button", "✗Linearizable: fails")).then_some(()));
    page.assert_well();
}
