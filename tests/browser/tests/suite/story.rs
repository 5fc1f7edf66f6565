//! What a visitor does with mouse or finger: watch, crash, divide, write, go back, do something else, share.

use consistory_browser_tests::{Browser, Engine, Page, sites};

pub(crate) fn with_the_pointer(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en", site.address()));
    assert!(page.plays(), "the page opens straight into a live run");
    browser.choose("Speed", "1/10×");

    let first = page.leader_beside(&[]);
    page.press_on_card(&first, "Crash");
    page.wait_for(&first, "Crashed");
    let second = page.leader_beside(&[&first]);
    // From here on what happens must not depend on how fast the browser is.
    page.pause();

    let apart = page.nodes("Follower").into_iter().next().expect("two of five are a leader and a crashed node");
    assert_ne!(apart, second);
    divide(&page, &[&first, &apart]);
    write(&page);
    page.play();
    page.wait_for_operation("c1", "✓", "x ← 1");

    let end = page.pause();
    browser.drag_along("slider", "Time in the run", [0.9, 0.2]);
    let past = page.rest_where("the cursor to go back", |rest| rest.time_us < end.time_us);
    assert!(past.time_us > 0 && past.steps < end.steps, "{past:?} after {end:?}");
    let branches = page.branches();

    let other = page.nodes("Follower").into_iter().next().expect("somebody follows at any time");
    page.press_on_card(&other, "Crash");
    browser.until("another branch", || (page.branches() == [branches[1] + 1; 2]).then_some(()));
    let edited = page.rest_where("the edit", |rest| rest.digest != past.digest);

    share_and_open(&page, &edited.digest);
    go_back_to_the_first_branch(&page);
    page.assert_well();
}

/// Puts these nodes into a group of their own, in the faults dialog.
fn divide(page: &Page, apart: &[&str]) {
    let browser = page.browser();
    browser.click("button", "Faults");
    browser.click("tab", "Partition");
    for node in apart {
        browser.choose(&format!("Group of {node}"), "Group 2");
    }
    browser.click("button", "Divide the network");
    browser.until("a way to heal", || browser.has("button", "Heal the network").then_some(()));
    browser.click("button", "Close");
}

fn write(page: &Page) {
    let browser = page.browser();
    browser.click("button", "Request");
    browser.fill("Operation", "write x 1");
    browser.click("button", "Send");
    browser.until("the client's operation", || (!page.operations("c1").is_empty()).then_some(()));
}

/// The link of the share dialog shows the same moment of the same run in another window.
fn share_and_open(page: &Page, digest: &str) {
    let browser = page.browser();
    browser.click("button", "Share link");
    let link = browser.value("textbox", "Link");
    assert!(link.contains("#/s/1"), "a run with edits is shared whole: {link}");
    assert!(link.chars().count() <= 2_000, "{} characters", link.chars().count());
    let chat = browser.value("textbox", "Link for chats");
    assert!(browser.value("textbox", "As a scenario").contains("crash "), "the text form tells what was done");
    browser.click("button", "Copy the link");
    browser.until("an answer to copying", || {
        browser
            .names("status")
            .iter()
            .any(|said| said == "Copied." || said.starts_with("The browser refused"))
            .then_some(())
    });
    browser.click("button", "Close");

    let first = browser.open_window();
    for address in [link, chat] {
        let there = Page::open(browser, &address);
        assert!(!there.plays(), "a shared run shows the moment at which it was shared");
        assert_eq!(there.rest().digest, digest, "{:?} {address}", browser.engine());
        there.assert_well();
        assert_eq!(browser.count("status", "i*"), 0, "no notice about another version");
    }
    browser.close_window_for(first);
}

fn go_back_to_the_first_branch(page: &Page) {
    let browser = page.browser();
    browser.click("button", "Branches: *");
    browser.click("button", "1. *");
    browser.until("the first branch", || (page.branches()[0] == 1).then_some(()));
}
