//! At rest the page uses no processor, and nothing moves by itself for somebody who wants less motion.

use consistory_browser_tests::{Browser, Engine, Launch, Page, sites};
use serde_json::{Value, json};

/// Put into the page itself: counts how often it asks for a frame or for a timer.
const COUNTER: &str = "
    const root = document.documentElement;
    root.dataset.asked = '0';
    for (const name of ['requestAnimationFrame', 'setTimeout', 'setInterval']) {
      const ask = window[name];
      window[name] = (...question) => {
        root.dataset.asked = String(Number(root.dataset.asked) + 1);
        return ask.apply(window, question);
      };
    }";

/// Adds a script element, because some engines run a driver's script in a world of its own.
fn put_into_page(browser: &Browser, source: &str) {
    let script = "const element = document.createElement('script');
        element.textContent = `(() => { ${arguments[0]} })()`;
        document.head.append(element);";
    browser.script(script, &[json!(source)]);
}

/// How many frames and timers the page asks for in half a second.
fn asked_for(browser: &Browser) -> u64 {
    let script = "const done = arguments[0];
        const root = document.documentElement;
        setTimeout(() => done(Number(root.dataset.asked)), 500);
        // The one above does not count.
        root.dataset.asked = '0';";
    browser.script_later(script, &[]).as_u64().expect("a count")
}

pub(crate) fn no_frame_is_asked_for_at_rest(engine: Engine) {
    let site = sites::plain();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en", site.address()));
    put_into_page(&browser, COUNTER);
    browser.until("frames while it plays", || (asked_for(&browser) > 3).then_some(()));
    page.pause();
    browser.until("no frame at rest", || (asked_for(&browser) == 0).then_some(()));
    // And it stays so: once more, and after something was done.
    assert_eq!(asked_for(&browser), 0);
    browser.click("button", "One event forward");
    page.press_on_card("n1", "Crash");
    browser.until("no frame after an edit", || (asked_for(&browser) == 0).then_some(()));
    // Somebody who returns to playing gets frames again.
    page.play();
    assert!(asked_for(&browser) > 0);
}

/// Another tab in front hides the page: its time does not run on.
pub(crate) fn a_hidden_page_stands_still(engine: Engine) {
    let site = sites::plain();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en", site.address()));
    put_into_page(&browser, COUNTER);
    assert!(page.plays());
    put_into_page(
        &browser,
        "window.seen = [];
         document.addEventListener('visibilitychange', () => {
           window.seen.push([document.hidden, Number(document.documentElement.dataset.asked)]);
         });",
    );
    let first = browser.open_tab();
    browser.script_later("setTimeout(arguments[0], 500)", &[]);
    browser.close_window_for(first);
    let seen = browser.until("the page to notice", || {
        let seen = browser.script("return window.seen", &[]);
        (seen.as_array().map_or(0, Vec::len) >= 2).then_some(seen)
    });
    let at = |place: usize| (seen[place][0] == Value::Bool(true), seen[place][1].as_u64().expect("a count"));
    let ((was_hidden, before), (is_hidden, after)) = (at(0), at(1));
    assert!(was_hidden && !is_hidden, "{seen}");
    assert!(after <= before + 1, "the page asked for {} frames or timers while it was hidden", after - before);
}

pub(crate) fn less_motion_means_no_autoplay(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start_as(engine, Launch::ReducedMotion);
    let page = Page::open(&browser, &format!("{}?lang=en", site.address()));
    assert_eq!(page.fact("data-motion").as_deref(), Some("reduced"));
    assert!(!page.plays(), "{engine:?}: nothing plays by itself");
    let before = page.rest();
    browser.script_later("setTimeout(arguments[0], 500)", &[]);
    assert_eq!(page.rest(), before);
    // Who asks for it gets it.
    page.play();
    assert!(page.plays());
    page.assert_well();
}
