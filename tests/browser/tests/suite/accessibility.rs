//! axe-core finds nothing at WCAG 2.2 AA.

use consistory_browser_tests::{Browser, Engine, Key, Page, sites, violations};

fn look(page: &Page, place: &str, found: &mut Vec<String>) {
    let wrong = violations(page.browser());
    found.extend(wrong.into_iter().map(|line| format!("{place}: {line}")));
}

/// The main state: a run with a leader, a selected node and every kind of mark.
pub(crate) fn nothing_is_found(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        let address = format!("{}?lang=en&autoplay=0&theme={theme}#/p/raft/stale-leader?t=600ms", site.address());
        let page = Page::open(&browser, &address);
        page.rest_where("the scenario", |rest| rest.steps > 10);
        look(&page, &format!("the start, {theme}"), &mut found);
    }
    assert!(found.is_empty(), "{engine:?}\n{}", found.join("\n"));
}

const DIALOGS: [[&str; 2]; 5] = [
    ["Share link", "分享链接"],
    ["Embed", "嵌入"],
    ["Help and keys", "帮助与按键"],
    ["Faults", "故障"],
    ["Request", "请求"],
];
const SECTIONS: [[&str; 2]; 3] = [["Links", "链路"], ["Partition", "分区"], ["Network", "网络"]];
const VIEWS: [[&str; 2]; 3] = [["Messages", "消息"], ["History", "历史"], ["Dials", "参数"]];
const MENUS: [[&str; 2]; 2] = [["Choose a scenario", "选择场景"], ["Branches: *", "分支: *"]];

/// Every dialog and view, in both themes and languages, and the sizes of tablet, phone and embedded frame.
pub(crate) fn nothing_is_found_in_any_dress(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let mut found = Vec::new();
    for (lang, theme, place) in [("en", "light", 0), ("zh", "dark", 1)] {
        browser.resize(1440, 900);
        let query = format!("?lang={lang}&theme={theme}&autoplay=0");
        let address = |more: &str| format!("{}{query}{more}#/p/raft/stale-leader?t=600ms", site.address());
        let page = Page::open(&browser, &address(""));
        page.rest_where("the scenario", |rest| rest.steps > 10);
        for view in VIEWS {
            browser.click("tab", view[place]);
            look(&page, &format!("{query} {}", view[place]), &mut found);
        }
        for menu in MENUS {
            browser.click("button", menu[place]);
            look(&page, &format!("{query} {}", menu[place]), &mut found);
            browser.key(&Key::Escape);
        }
        for dialog in DIALOGS {
            browser.click("button", dialog[place]);
            look(&page, &format!("{query} {}", dialog[place]), &mut found);
            if dialog[0] == "Faults" {
                for section in SECTIONS {
                    browser.click("tab", section[place]);
                    look(&page, &format!("{query} {}", section[place]), &mut found);
                }
            }
            browser.click("button", ["Close", "关闭"][place]);
        }
        for (width, height, more) in [(1024, 768, ""), (390, 844, ""), (640, 400, "&embed=1")] {
            browser.resize(width, height);
            let page = Page::open(&browser, &address(more));
            page.rest();
            look(&page, &format!("{query}{more} {width}×{height}"), &mut found);
        }
    }
    let damaged = Page::open(&browser, &format!("{}?lang=en#/s/1damaged", site.address()));
    look(&damaged, "a notice", &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
