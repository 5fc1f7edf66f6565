//! Language and theme: from the address, from the last visit, by a button, and complete.

use consistory_browser_tests::{Browser, Engine, Page, sites, untranslated};
use serde_json::json;

const TO_CHINESE: &str = "中文 (switch the page to Chinese)";
const TO_ENGLISH: &str = "English（切换为英文页面）";

pub(crate) fn language_is_switched_and_kept(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?autoplay=0", site.address()));
    assert_language(&page, "en", "Share link");
    browser.click("button", TO_CHINESE);
    assert_language(&page, "zh-Hans", "分享链接");
    browser.reload();
    assert_language(&Page::here(&browser), "zh-Hans", "分享链接");
    // What the address asks for goes before what was stored, and is not stored itself.
    let asked = Page::open(&browser, &format!("{}?autoplay=0&lang=en", site.address()));
    assert_language(&asked, "en", "Share link");
    let page = Page::open(&browser, &format!("{}?autoplay=0", site.address()));
    assert_language(&page, "zh-Hans", "分享链接");
    browser.click("button", TO_ENGLISH);
    assert_language(&page, "en", "Share link");
    page.assert_well();
}

fn assert_language(page: &Page, lang: &str, share: &str) {
    let browser = page.browser();
    browser.until(format!("the page in {lang}"), || (page.fact("lang")? == lang).then_some(()));
    browser.until(share, || browser.has("button", share).then_some(()));
}

pub(crate) fn theme_is_switched_and_kept(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let address = format!("{}?autoplay=0&lang=en", site.address());
    let page = Page::open(&browser, &address);
    let paper = || browser.script("return getComputedStyle(document.body).backgroundColor", &[]);
    assert_eq!(page.fact("data-theme").as_deref(), Some("auto"));
    browser.click("button", "Theme: as the system. Change to light.");
    browser.until("the light theme", || (page.fact("data-theme")? == "light").then_some(()));
    let light = paper();
    browser.click("button", "Theme: light. Change to dark.");
    browser.until("the dark theme", || (page.fact("data-theme")? == "dark").then_some(()));
    browser.until("other colours", || (paper() != light).then_some(()));
    browser.reload();
    assert_eq!(Page::here(&browser).fact("data-theme").as_deref(), Some("dark"), "a choice is kept");
    let asked = Page::open(&browser, &format!("{address}&theme=light"));
    assert_eq!(asked.fact("data-theme").as_deref(), Some("light"), "the address goes first");
}

/// Dialogs by the English and Chinese names of what opens them.
const DIALOGS: [[&str; 2]; 5] = [
    ["Share link", "分享链接"],
    ["Embed", "嵌入"],
    ["Help and keys", "帮助与按键"],
    ["Faults", "故障"],
    ["Request", "请求"],
];
const VIEWS: [[&str; 2]; 4] = [["Log", "日志"], ["Messages", "消息"], ["History", "历史"], ["Dials", "参数"]];
const SECTIONS: [[&str; 2]; 4] = [["Nodes", "节点"], ["Links", "链路"], ["Partition", "分区"], ["Network", "网络"]];

pub(crate) fn every_word_is_translated(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    for (place, lang) in ["en", "zh"].into_iter().enumerate() {
        // Far enough for terms, votes, entries, operations and partitions.
        let address = format!("{}?lang={lang}&autoplay=0#/p/raft/stale-leader?t=600ms", site.address());
        let page = Page::open(&browser, &address);
        page.rest_where("the scenario", |rest| rest.steps > 10);
        assert_translated(&page, lang, "the start");
        let details = ["Every event", "全部事件"][place];
        browser.click("switch", details);
        assert_translated(&page, lang, details);
        for view in VIEWS {
            browser.click("tab", view[place]);
            assert_translated(&page, lang, view[place]);
        }
        // Explains the newest event.
        browser.click_inside("button", "*", ["Events", "事件"][place]);
        assert_translated(&page, lang, "an event");
        for dialog in DIALOGS {
            browser.click("button", dialog[place]);
            assert_translated(&page, lang, dialog[place]);
            if dialog[0] == "Faults" {
                for section in SECTIONS {
                    browser.click("tab", section[place]);
                    assert_translated(&page, lang, section[place]);
                }
            }
            browser.click("button", ["Close", "关闭"][place]);
        }
        page.assert_well();
    }
}

fn assert_translated(page: &Page, lang: &str, place: &str) {
    assert_eq!(untranslated(page.browser()), [""; 0], "{:?} in {lang}, {place}", page.browser().engine());
}

/// Elements whose letters have the colour of paper, and behind whose letters the browser would lay paper.
const HIDDEN_LETTERS: &str = "
    const paper = getComputedStyle(document.body).backgroundColor;
    return [...document.querySelectorAll('#app *')].filter((one) => {
      const style = getComputedStyle(one);
      const has_letters = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      const inherits = one.closest('svg') !== null;
      return has_letters && !inherits && style.color === paper && style.forcedColorAdjust !== 'none';
    }).map((one) => one.className);";

/// A device with colours of its own.
pub(crate) fn forced_colours_hide_no_letters(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    browser.chromium("Emulation.setEmulatedMedia", forced);
    let address = format!("{}?lang=en&autoplay=0#/p/raft/stale-leader?t=600ms", site.address());
    let page = Page::open(&browser, &address);
    page.wait_for("n1", "Leader");
    assert_eq!(browser.script("return matchMedia('(forced-colors: active)').matches", &[]), json!(true));
    assert_eq!(browser.script(HIDDEN_LETTERS, &[]), json!([]));
}
