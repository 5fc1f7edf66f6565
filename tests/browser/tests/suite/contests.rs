//! Several runs on one clock: they move together, what is done is done to all, and the link holds it.

use consistory_browser_tests::{Browser, Engine, Key, Page, sites, untranslated, violations};
use serde_json::{Value, json};

/// The times that the stages show.
const TIMES: &str = "return [...document.querySelectorAll('.versus-time')].map((one) => one.textContent);";

/// The rows of the table of figures: each row's cells, its name first.
const FIGURES: &str = "return [...document.querySelectorAll('.versus-table tbody tr')]
    .map((row) => [...row.children].map((cell) => cell.textContent));";

/// How many cards stand on each stage.
const CARDS: &str = "return [...document.querySelectorAll('.versus-run')]
    .map((run) => run.querySelectorAll('.card').length);";

/// What is done, as the list says it.
const SCRIPT: &str = "return [...document.querySelectorAll('.versus-statement')].map((one) => one.textContent);";

fn list(browser: &Browser, script: &str) -> Vec<String> {
    let found = browser.script(script, &[]);
    let found = found.as_array().cloned().unwrap_or_default();
    found.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}

/// Waits for three stages with their cards.
fn wait_for_stages(browser: &Browser) {
    browser.until("three stages", || (browser.script(CARDS, &[]) == json!([5, 5, 5])).then_some(()));
}

/// All stages show the same time, which is that of the page.
fn assert_one_clock(page: &Page) -> u64 {
    let browser = page.browser();
    let rest = page.rest();
    let shown = browser.until("the stages to show the time", || {
        let times = list(browser, TIMES);
        let readout = list(browser, "return [document.querySelector('.readout').lastChild.textContent];");
        (times.len() == 3 && times.iter().all(|time| *time == readout[0])).then_some(times)
    });
    assert!(shown[0].ends_with("ms"), "{shown:?}");
    rest.time_us
}

/// The cells of a row of figures.
fn row(browser: &Browser, name: &str) -> Vec<String> {
    let rows = browser.script(FIGURES, &[]);
    let rows = rows.as_array().cloned().unwrap_or_default();
    let text = |cell: &Value| cell.as_str().unwrap_or_default().to_owned();
    let rows = rows.iter().map(|row| row.as_array().into_iter().flatten().map(text).collect::<Vec<_>>());
    rows.into_iter().find(|row| row.first().is_some_and(|first| first == name)).unwrap_or_default()
}

pub(crate) fn runs_stand_side_by_side(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    browser.resize(1440, 900);
    let start = format!("{}?lang=en&autoplay=0", site.address());
    let page = Page::open(&browser, &format!("{start}#/vs/partition"));
    wait_for_stages(&browser);
    assert_eq!(assert_one_clock(&page), 0);

    page.play();
    browser.until("time to pass", || (list(&browser, TIMES).first()? != "0.0 ms").then_some(()));
    page.pause();
    assert!(assert_one_clock(&page) > 0);
    page.go("#/vs/partition?t=900ms");
    page.rest_where("the partition", |rest| rest.time_us == 900_000);
    wait_for_stages(&browser);
    assert_eq!(assert_one_clock(&page), 900_000);
    browser.click("button", "One event forward");
    page.rest_where("the next event of any run", |rest| rest.time_us > 900_000);
    assert_one_clock(&page);

    // Figures, a column for each, and verdicts once they are found.
    browser.until("figures", || {
        let messages = row(&browser, "Messages between nodes");
        (messages.len() == 4 && messages[1..].iter().all(|cell| cell.starts_with(|first: char| first.is_ascii_digit())))
            .then_some(())
    });
    browser.until("verdicts", || {
        let verdicts = row(&browser, "Strongest model that holds");
        (verdicts.len() == 4 && !verdicts.iter().any(|cell| cell == "judging…")).then_some(())
    });
    page.assert_well();
    act_on_all(&page, &start);
}

/// By the form and on a stage; both are in the link.
fn act_on_all(page: &Page, start: &str) {
    let browser = page.browser();
    let crashed = |node: &str| page.nodes("Crashed").iter().filter(|name| *name == node).count();
    browser.choose("What", "Crash");
    browser.choose("Node", "n2");
    browser.click("button", "Do it in every run");
    browser.until("n2 to be down in every run", || (crashed("n2") == 3).then_some(()));
    browser.script("document.querySelector('.versus').scrollTop = 0;", &[]);
    page.press_on_card("n4", "Crash");
    browser.until("n4 to be down in every run", || (crashed("n4") == 3).then_some(()));
    let time = assert_one_clock(page);
    let statements = list(browser, SCRIPT);
    for said in ["crash n2", "crash n4", "heal"] {
        assert!(statements.iter().any(|statement| statement == said), "{said} in {statements:?}");
    }
    // What nobody can do is said, and changes nothing.
    browser.click("button", "Do it in every run");
    browser.until("a sentence", || {
        let said = list(browser, "return [document.querySelector('.versus .field-problem').textContent];");
        said.first()?.starts_with("n2 is down").then_some(())
    });
    let before = page.rest();
    let link = page.fact("data-link").unwrap_or_default();
    assert!(link.starts_with("#/v/1"), "{link}");
    let again = Page::open(browser, &format!("{start}{link}"));
    wait_for_stages(browser);
    assert_eq!(again.rest(), before, "the link opens the same");
    assert_eq!(assert_one_clock(&again), time);
    assert_eq!(crashed("n2") + crashed("n4"), 6);
    again.assert_well();

    // One of them alone, and back.
    browser.click_inside("link", "Open alone", "Raft");
    browser.until("the run alone", || {
        let cards = list(browser, "return [String(document.querySelectorAll('.card').length)];");
        (cards == ["5"] && browser.has("button", "Faults")).then_some(())
    });
    assert_eq!(again.rest().time_us, time);
    browser.script("history.back();", &[]);
    wait_for_stages(browser);
    browser.click("button", "One run alone");
    browser.until("the first scenario", || browser.has("button", "Faults").then_some(()));
    again.assert_well();
}

/// By how much the page is wider and higher than the window, the height of the lowest stage, and by how much one leaves
/// the window.
const SIZES: &str = "
    const root = document.scrollingElement;
    const stages = [...document.querySelectorAll('.versus-stage')].map((one) => one.getBoundingClientRect());
    return [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight,
      Math.min(...stages.map((one) => one.height)), Math.max(...stages.map((one) => one.right)) - innerWidth];";

/// In both languages and themes, on a desk, a tablet, a phone and in a frame.
pub(crate) fn contests_in_any_dress(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let mut found = Vec::new();
    for (lang, theme) in [("en", "light"), ("zh", "dark")] {
        for (width, height, more) in
            [(1440, 900, ""), (1024, 768, ""), (800, 900, ""), (390, 844, ""), (640, 400, "&embed=1")]
        {
            browser.resize(width, height);
            let query = format!("?lang={lang}&theme={theme}&autoplay=0{more}");
            let page = Page::open(&browser, &format!("{}{query}#/vs/partition?t=900ms", site.address()));
            wait_for_stages(&browser);
            assert_one_clock_anyhow(&page);
            browser.settle();
            let place = format!("{query} {width}×{height}");
            found.extend(violations(&browser).into_iter().map(|line| format!("{place}: {line}")));
            found.extend(untranslated(&browser).into_iter().map(|text| format!("{place}: {text}")));
            let sizes = browser.script(SIZES, &[]);
            let extent = |place: usize| sizes[place].as_f64().unwrap_or(f64::MAX);
            assert!(extent(0) <= 1.0 && extent(1) <= 1.0, "{place}: the page scrolls: {sizes}");
            assert!(extent(2) >= 300.0 && extent(3) <= 1.0, "{place}: a stage is too small or cut: {sizes}");
            let has_table = browser.script("return document.querySelector('.versus-table') !== null;", &[]);
            assert_eq!(has_table, json!(more.is_empty()), "{place}: a frame has stages and controls only");
            page.assert_well();
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// In any language.
fn assert_one_clock_anyhow(page: &Page) {
    let browser = page.browser();
    browser.until("one time on all stages", || {
        let times = list(browser, TIMES);
        (times.len() == 3 && times.iter().all(|time| *time == times[0] && time.contains("900"))).then_some(())
    });
}

/// From the menu of scenarios; nothing moves at rest.
pub(crate) fn the_menu_leads_to_contests(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    browser.click("button", "Choose a scenario");
    browser.click("button", "One partition, three ways to replicate*");
    wait_for_stages(&browser);
    assert_eq!(assert_one_clock(&page), 0);
    // The button of the menu has the focus, and takes the space bar.
    browser.script("document.activeElement.blur();", &[]);
    browser.key(&Key::Right);
    page.rest_where("an arrow key to step", |rest| rest.time_us > 0);
    let step = assert_one_clock(&page);
    browser.keys(" ");
    browser.until("the space bar to play", || page.plays().then_some(()));
    page.pause();
    assert!(assert_one_clock(&page) >= step);
    page.assert_well();
}
