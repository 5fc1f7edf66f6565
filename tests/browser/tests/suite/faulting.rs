//! Faults and clients that work by themselves: said by forms, seen on the stage, kept in the link.

use consistory_browser_tests::{Browser, Engine, Page, sites};

/// The text of the stage's cards and of the feed.
fn shown(browser: &Browser, of: &str) -> String {
    let script = format!("return [...document.querySelectorAll('{of}')].map((each) => each.textContent).join('\\n');");
    browser.script(&script, &[]).as_str().unwrap_or_default().to_owned()
}

fn wait_for(browser: &Browser, of: &str, text: &str) {
    browser.until(text, || shown(browser, of).contains(text).then_some(()));
}

pub(crate) fn forms_say_what_the_run_keeps(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0#/p/raft/start?t=400ms", site.address()));
    browser.click("button", "Faults");
    browser.choose("Node", "n2");
    browser.fill("Milliseconds", "35");
    browser.click("button", "Apply");
    wait_for(&browser, ".card", "slow 35.0 ms");

    // What makes no sense is said, and nothing happens.
    browser.fill("Milliseconds", "much");
    browser.click("button", "Apply");
    wait_for(&browser, ".field-problem", "duration");

    browser.click("tab", "Partition");
    browser.choose("Shape", "A chain: chained connectivity");
    browser.click_inside("button", "Divide the network", "A known shape");
    wait_for(&browser, ".event", "{n1 n2} {n2 n3} {n3 n4} {n4 n5}");
    browser.click("tab", "Storm");
    browser.click("button", "Begin the storm");
    wait_for(&browser, ".event", "A storm begins: 20 random faults are to come");
    browser.click("button", "Heal everything");
    wait_for(&browser, ".event", "Everything is healed");
    assert!(!shown(&browser, ".card").contains("slow"), "nobody is slow any more");
    browser.click("button", "Close");

    browser.click("button", "Request");
    browser.click("tab", "Work by themselves");
    browser.click("button", "Start");
    wait_for(&browser, ".event", "c2 works by itself from now on");
    browser.click("button", "Close");
    let text = page.fact("link");
    browser.focus("slider", "Time in the run");
    let before = page.rest();
    browser.choose("Speed", "1×");
    page.play();
    browser.until("operations of both", || {
        (!page.operations("c1").is_empty() && !page.operations("c2").is_empty()).then_some(())
    });
    let after = page.pause();
    assert!(after.time_us > before.time_us, "{text:?}");
    page.assert_well();
}

pub(crate) fn what_led_there_lights_up(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0#/p/raft/leader-crash?t=600ms", site.address()));
    browser.click("tab", "Space-time");
    let canvas = "const canvas = document.querySelector('.diagram-canvas'); if (!canvas) return 0;
        const context = canvas.getContext('2d'); const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Set(); for (let at = 0; at < data.length; at += 4) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
        return seen.size;";
    browser.until("a picture", || (browser.script(canvas, &[]).as_u64() > Some(3)).then_some(()));
    // The keys go from event to event, and what the event is is said.
    browser.script("document.querySelector('.diagram-frame').focus(); return 0;", &[]);
    browser.key(&consistory_browser_tests::Key::Down);
    let told = |part: &str| browser.until(part, || shown(&browser, ".diagram-told").contains(part).then_some(()));
    told("n");
    let lit = "return document.querySelectorAll('.event.lit-before, .event.lit-after').length;";
    browser.until("lit events", || (browser.script(lit, &[]).as_u64() > Some(0)).then_some(()));
    browser.click("button", "Enlarge");
    browser.until("a large picture", || browser.has("dialog", "Space-time").then_some(()));
    browser.click("button", "Close");

    // An entry of a log says why it is as it is.
    browser.click("tab", "Log");
    let entry = "document.querySelector('.cell-button').click(); return 0;";
    browser.script(entry, &[]);
    browser.until("an answer", || shown(&browser, ".answer summary").contains("ntry 1").then_some(()));
    page.assert_well();
}
