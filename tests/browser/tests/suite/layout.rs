//! Nothing is cut, nothing overlaps, and the page never scrolls, at the sizes that people have.

use consistory_browser_tests::{Browser, Engine, Page, sites, violations};
use serde_json::Value;

/// Width, height, whether embedded.
const SIZES: [(u32, u32, bool); 4] = [(1440, 900, false), (1024, 768, false), (390, 844, false), (640, 400, true)];

/// Texts that are wider than the box which hides what does not fit, elements that leave the window, and a page that scrolls.
const CUT: &str = r"
    const found = [];
    const root = document.scrollingElement;
    if (root.scrollHeight > root.clientHeight + 1) found.push(`the page scrolls down: ${root.scrollHeight} > ${root.clientHeight}`);
    if (root.scrollWidth > root.clientWidth + 1) found.push(`the page scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
    const name = (element) => {
      const classes = [...element.classList].join('.');
      return `${element.tagName.toLowerCase()}${classes && '.' + classes} “${element.textContent.trim().slice(0, 40)}”`;
    };
    const scrolls = (element) => {
      for (let around = element; around; around = around.parentElement) {
        if (/auto|scroll/.test(getComputedStyle(around).overflowX)) return true;
      }
      return false;
    };
    const holdsText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    for (const element of document.body.querySelectorAll('*')) {
      if (!holdsText(element) || element.closest('.sr-only, .skip-link, svg, select, option, noscript')) continue;
      if (!element.getClientRects().length || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const style = getComputedStyle(element);
      if (style.overflowX !== 'visible' && !scrolls(element) && element.scrollWidth > element.clientWidth + 1) {
        found.push(`${name(element)} is cut: ${element.scrollWidth} > ${element.clientWidth}`);
      }
      const box = element.getBoundingClientRect();
      if (!scrolls(element) && (box.right > innerWidth + 1 || box.left < -1)) {
        found.push(`${name(element)} leaves the window: ${Math.round(box.left)} to ${Math.round(box.right)}`);
      }
    }
    return found;";

const OVERLAPS: &str = r"
    const cards = [...document.querySelectorAll('.card, .client')];
    const boxes = cards.map((card) => card.getBoundingClientRect());
    const stage = document.querySelector('.stage').getBoundingClientRect();
    const found = [];
    for (let one = 0; one < cards.length; one += 1) {
      const a = boxes[one];
      const name = (place) => cards[place].getAttribute('aria-label');
      const inside = a.left >= stage.left - 1 && a.right <= stage.right + 1 && a.top >= stage.top - 1 && a.bottom <= stage.bottom + 1;
      if (!inside) found.push(`${name(one)} leaves the stage`);
      for (let other = one + 1; other < cards.length; other += 1) {
        const b = boxes[other];
        const apart = a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
        if (!apart) found.push(`${name(one)} overlaps ${name(other)}`);
      }
    }
    return found;";

fn lines(found: &Value) -> Vec<String> {
    let found = found.as_array().expect("a list");
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Looks at every size in both languages, and gathers everything that is wrong before it complains.
fn look(browser: &Browser, site: &str, scenario: &str, script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (width, height, embedded) in SIZES {
        browser.resize(width, height);
        for lang in ["en", "zh"] {
            let embed = if embedded { "&embed=1" } else { "" };
            let address = format!("{site}?lang={lang}&autoplay=0{embed}#/p/raft/{scenario}");
            Page::open(browser, &address).rest();
            browser.settle();
            let wrong = lines(&browser.script(script, &[]));
            found.extend(wrong.into_iter().map(|line| format!("{width}×{height} {lang} {scenario}: {line}")));
        }
    }
    found
}

pub(crate) fn nothing_is_cut_at_any_size(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let found = ["start?t=300ms", "stale-leader?t=700ms", "cluster-of-nine?t=500ms"]
        .map(|scenario| look(&browser, &site.address(), scenario, CUT))
        .concat();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

pub(crate) fn cards_keep_apart(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let found = ["start?t=300ms", "stale-leader?t=700ms", "cluster-of-nine?t=500ms", "cluster-of-one?t=100ms"]
        .map(|scenario| look(&browser, &site.address(), scenario, OVERLAPS))
        .concat();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Dialogs by the English and Chinese names of what opens them.
const DIALOGS: [[&str; 2]; 5] = [
    ["Share link", "分享链接"],
    ["Embed", "嵌入"],
    ["Help and keys", "帮助与按键"],
    ["Faults", "故障"],
    ["Request", "请求"],
];

/// On a phone every dialog fits, and axe-core finds nothing in it.
pub(crate) fn dialogs_fit_a_phone(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let mut found = Vec::new();
    browser.resize(390, 844);
    for (place, lang) in ["en", "zh"].into_iter().enumerate() {
        let address = format!("{}?lang={lang}&autoplay=0#/p/raft/stale-leader?t=600ms", site.address());
        Page::open(&browser, &address).rest();
        for dialog in DIALOGS {
            browser.click("button", ["More", "更多"][place]);
            browser.click("button", dialog[place]);
            browser.settle();
            let wrong = [lines(&browser.script(CUT, &[])), violations(&browser)].concat();
            found.extend(wrong.into_iter().map(|line| format!("{}: {line}", dialog[place])));
            browser.click("button", ["Close", "关闭"][place]);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
