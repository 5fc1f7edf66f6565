//! Pictures of the states that VISUAL.md names, for a person to look at: sizes, themes, languages.
//!
//! `CONSISTORY_SHOTS=folder cargo test --package consistory-browser-tests --test shots -- --ignored`, with the variables
//! that `cargo xtask test --only browsers` sets. Every picture is a PNG named for what it shows.

use std::path::{Path, PathBuf};

use consistory_browser_tests::{Browser, Engine, Page, sites};

/// Name, width, height.
const SIZES: [(&str, u32, u32); 3] = [("desktop", 1440, 900), ("tablet", 1024, 768), ("phone", 390, 844)];

/// States by the address that shows them.
const STATES: [(&str, &str); 4] = [
    ("start", "#/p/raft/start?t=100ms"),
    ("election", "#/p/raft/split-vote?t=135ms"),
    ("running", "#/p/raft/start?t=262ms"),
    ("partition", "#/p/raft/stale-leader?t=600ms"),
];

/// Two nodes win the same term, because each voter votes twice.
const VIOLATED: &str = "protocol raft
set nodes=5 seed=3
mutant vote-twice
cursor 160ms
at 120ms timeout n1
at 121ms timeout n3
run 200ms
";

#[test]
#[ignore = "pictures for a person; CONSISTORY_SHOTS names the folder"]
fn shots() {
    let folder = PathBuf::from(std::env::var_os("CONSISTORY_SHOTS").expect("CONSISTORY_SHOTS names a folder"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let site = sites::strict();
    let browser = Browser::start(Engine::Chromium);
    for (lang, theme) in [("en", "light"), ("en", "dark"), ("zh", "light"), ("zh", "dark")] {
        let query = format!("{}?lang={lang}&theme={theme}&autoplay=0", site.address());
        for (size, width, height) in SIZES {
            browser.resize(width, height);
            for (state, fragment) in STATES {
                let page = Page::open(&browser, &format!("{query}{fragment}"));
                take(&page, &folder, &format!("{state}-{size}-{lang}-{theme}"));
            }
            take(&violated(&browser, &query, lang), &folder, &format!("violated-{size}-{lang}-{theme}"));
        }
        browser.resize(640, 400);
        let page = Page::open(&browser, &format!("{query}&embed=1#/p/raft/stale-leader?t=600ms"));
        take(&page, &folder, &format!("embedded-{lang}-{theme}"));
        browser.resize(1440, 900);
        dialogs(&browser, &query, lang, &folder, theme);
    }
}

/// A run with a broken property, opened as a visitor opens a text.
fn violated<'browser>(browser: &'browser Browser, query: &str, lang: &str) -> Page<'browser> {
    let page = Page::open(browser, query);
    let [share, more, open] =
        if lang == "en" { ["Share link", "More", "Open"] } else { ["分享链接", "更多", "打开"] };
    if browser.has("button", share) {
        browser.click("button", share);
    } else {
        browser.click("button", more);
        browser.click("button", share);
    }
    page.paste(VIOLATED);
    browser.click("button", open);
    page.rest_where("the mutant's run", |rest| rest.steps > 20);
    page
}

fn dialogs(browser: &Browser, query: &str, lang: &str, folder: &Path, theme: &str) {
    let names = [
        ["Share link", "分享链接"],
        ["Embed", "嵌入"],
        ["Help and keys", "帮助与按键"],
        ["Faults", "故障"],
        ["Request", "请求"],
    ];
    let place = usize::from(lang == "zh");
    let page = Page::open(browser, &format!("{query}#/p/raft/stale-leader?t=600ms"));
    for name in names {
        browser.click("button", name[place]);
        take(&page, folder, &format!("dialog-{}-{lang}-{theme}", name[0].to_lowercase().replace(' ', "-")));
        browser.click("button", ["Close", "关闭"][place]);
    }
}

fn take(page: &Page, folder: &Path, name: &str) {
    page.rest();
    page.browser().settle();
    let path = folder.join(format!("{name}.png"));
    std::fs::write(&path, page.browser().picture()).expect("the folder can be written");
}
