//! A link that somebody cut, changed or made up gets one sentence and a working page.

use consistory_browser_tests::{Browser, Engine, Page, sites};

/// A bad address and how the sentence about it begins.
struct Bad {
    what: &'static str,
    fragment: String,
    says: &'static str,
}

const DAMAGED: &str = "This link is damaged";

fn bad(what: &'static str, fragment: impl Into<String>, says: &'static str) -> Bad {
    Bad { what, fragment: fragment.into(), says }
}

/// Ways to spoil a link that is right.
fn spoilt(good: &str) -> Vec<Bad> {
    let middle = good.len() / 2;
    let cut = &good[..good.len() - 7];
    let other = if good.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &good[..middle], &good[middle + 1..]);
    let newer = good.replacen("#/s/1", "#/s/9", 1);
    vec![
        bad("cut off", cut, DAMAGED),
        bad("one letter changed", changed, DAMAGED),
        bad("with a full stop from the sentence around it", format!("{good}."), DAMAGED),
        bad("of a newer version", newer, "This link was made by a newer version"),
        bad("empty", "#/s/", DAMAGED),
        bad("of nothing known", "#/x", "This address leads nowhere"),
        bad("hostile letters", "#/s/1<img src=x onerror=alert(1)>%00%ff\u{1f4a5}", DAMAGED),
        bad("far too long", format!("#/s/1{}", "A".repeat(20_000)), "This link is longer"),
        bad("no protocol", "#/p/nonsense/start", "There is no protocol"),
        bad("no scenario", "#/p/raft/nonsense", "There is no scenario"),
        bad("a parameter out of range", "#/p/raft/start?nodes=4000000000", "nodes cannot be"),
        bad("no parameter", "#/p/raft/start?nonsense=1", "There is no parameter"),
        bad("nothing known", "#nonsense", "This address leads nowhere"),
    ]
}

pub(crate) fn bad_links_get_one_sentence(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let start = format!("{}?lang=en&autoplay=0", site.address());
    let page = Page::open(&browser, &start);
    let good = edited_link(&page);
    for Bad { what, fragment, says } in spoilt(&good) {
        // As the first thing that this visitor opens.
        let fresh = Page::open(&browser, &format!("{start}{fragment}"));
        assert_one_sentence(&fresh, what, says);
        assert_works(&fresh);
    }
    // Typed over a run that is open: that run stays.
    let page = Page::open(&browser, &start);
    let fresh = page.rest();
    page.go(&good);
    let before = page.rest_where("the good link", |rest| *rest != fresh);
    for Bad { what, fragment, says } in spoilt(&good).into_iter().take(4) {
        page.go(&fragment);
        browser.until(what, || page.complaints().iter().any(|said| said.starts_with(says)).then_some(()));
        assert_eq!(page.rest(), before, "{what}");
        browser.click("button", "Dismiss");
        browser.until("the notice to go", || page.complaints().is_empty().then_some(()));
    }
}

/// The link of a run with an edit.
fn edited_link(page: &Page) -> String {
    page.browser().click("button", "Next notable event");
    page.rest_where("a step", |rest| rest.steps > 0);
    page.press_on_card("n1", "Crash");
    let browser = page.browser();
    browser.until("the edited run's link", || page.fact("data-link").filter(|link| link.starts_with("#/s/1")))
}

fn assert_one_sentence(page: &Page, what: &str, says: &str) {
    let browser = page.browser();
    let said = browser.until(format!("a sentence about a link {what}"), || {
        Some(page.complaints()).filter(|complaints| !complaints.is_empty())
    });
    assert_eq!(said.len(), 1, "{what}: {said:?}");
    assert!(said[0].starts_with(says), "{what}: {said:?}");
    assert!(said[0].ends_with('.') && said[0].chars().count() < 250, "{what}: {said:?}");
}

fn assert_works(page: &Page) {
    let before = page.rest();
    page.browser().click("button", "One event forward");
    page.rest_where("the page to work", |rest| rest.steps > before.steps);
}
