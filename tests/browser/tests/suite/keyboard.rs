//! Everything of the story with keys only, and the focus visible at every stop.

use consistory_browser_tests::{Browser, Engine, Key, Page, sites};

/// Stops of the Tab key before a control counts as out of reach.
const STOPS_MAX: usize = 120;

/// What has the focus: what it is called, and why that cannot be seen.
const FOCUS: &str = r"
    const element = document.activeElement;
    if (!element || element === document.body || !document.hasFocus()) return null;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const isRinged = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    const faults = [];
    if (!element.matches(':focus-visible')) faults.push('the browser does not mark it');
    if (!isRinged && style.boxShadow === 'none') faults.push(`no ring: outline ${style.outline}`);
    if (box.width === 0 || box.height === 0) faults.push('it takes no place');
    if (box.right < 0 || box.bottom < 0 || box.left > innerWidth || box.top > innerHeight) faults.push('it is outside the window');
    return [nameOf(element), faults.join(', ')];";

/// Keys on the page, and what has the focus.
struct Keyboard<'page> {
    page: &'page Page<'page>,
}

impl Keyboard<'_> {
    fn browser(&self) -> &Browser {
        self.page.browser()
    }

    fn press(&self, keys: &str) {
        self.browser().keys(keys);
    }

    fn key(&self, key: &Key) {
        self.browser().key(key);
    }

    /// The name of what has the focus, and why that cannot be seen; empty where it can.
    fn focus(&self) -> Option<(String, String)> {
        let focus = self.browser().in_words(FOCUS, &[]);
        Some((focus[0].as_str()?.to_owned(), focus[1].as_str()?.to_owned()))
    }

    fn has_focus(&self, name: &str) -> bool {
        let is_it = |focus: &str| name.strip_suffix('*').map_or(focus == name, |start| focus.starts_with(start));
        self.focus().is_some_and(|(focus, _)| is_it(&focus))
    }

    fn wait_for_focus(&self, name: &str) {
        self.browser().until(format!("the focus on “{name}”"), || self.has_focus(name).then_some(()));
    }

    /// Presses Tab until the control of that name has the focus.
    fn tab_to(&self, name: &str) {
        self.walk_to(name, || self.key(&Key::Tab));
    }

    /// The same in the other direction: past the last control some browsers go on to their own, and do not come back.
    fn tab_back_to(&self, name: &str) {
        self.walk_to(name, || self.browser().chord(&Key::Shift, &Key::Tab));
    }

    fn walk_to(&self, name: &str, step: impl Fn()) {
        let mut stops = Vec::new();
        for _ in 0..STOPS_MAX {
            step();
            if let Some((focus, invisible)) = self.focus() {
                assert_eq!(invisible, "", "{:?}: the focus on “{focus}”", self.browser().engine());
                stops.push(focus);
            }
            if self.has_focus(name) {
                return;
            }
        }
        panic!("{:?}: Tab does not reach “{name}”, only {stops:?}", self.browser().engine());
    }

    /// Goes to a card with the arrow keys and into its buttons.
    fn press_on_card(&self, node: &str, button: &str) {
        let cards = self.page.cards();
        let position =
            cards.iter().position(|card| card.starts_with(&format!("{node}, "))).expect("a card of the stage");
        self.key(&Key::Home);
        self.wait_for_focus(&cards[0]);
        for card in &cards[1..=position] {
            self.key(&Key::Right);
            self.wait_for_focus(&format!("{}*", &card[..4]));
        }
        self.key(&Key::Enter);
        while !self.has_focus(button) {
            self.key(&Key::Tab);
        }
        self.key(&Key::Enter);
    }
}

pub(crate) fn with_keys_only(engine: Engine) {
    let site = sites::strict();
    let browser = Browser::start(engine);
    let page = Page::open(&browser, &format!("{}?lang=en", site.address()));
    let keyboard = Keyboard { page: &page };

    // Space is for playing as long as nothing else has the focus.
    keyboard.press(" ");
    browser.until("the pause", || (!page.plays()).then_some(()));
    let paused = page.rest();
    keyboard.key(&Key::Right);
    let stepped = page.rest_where("a step", |rest| rest.steps > paused.steps);
    keyboard.key(&Key::Left);
    page.rest_where("a step back", |rest| rest.steps < stepped.steps);
    help(&keyboard);

    // From 1/100 to 1/10.
    keyboard.press("]]]");
    browser.until("the speed", || (browser.value("combobox", "Speed") == "6").then_some(()));
    keyboard.press(" ");
    let first = page.leader_beside(&[]);
    keyboard.press(" ");
    page.rest();

    browser.script("document.activeElement?.blur()", &[]);
    keyboard.tab_to("Skip to the nodes");
    keyboard.key(&Key::Enter);
    keyboard.wait_for_focus("n1, *");
    keyboard.press_on_card(&first, "Crash");
    page.wait_for(&first, "Crashed");

    divide(&keyboard, &first);
    keyboard.press(" ");
    let second = page.leader_beside(&[&first]);
    assert_ne!(first, second);
    keyboard.press("c");
    keyboard.wait_for_focus("Operation");
    keyboard.key(&Key::Enter);
    page.wait_for_operation("c1", "✓", "x ← 1");
    browser.until("the dialog to close", || (!browser.has("dialog", "Send a request")).then_some(()));
    keyboard.press(" ");
    let end = page.rest();

    scrub_and_branch(&keyboard, end.time_us);
    let there = page.rest();
    share(&keyboard, &there.digest);
    page.assert_well();

    // After somebody has chosen from the list, it would show its own choice rather than the run's.
    browser.choose("Speed", "1/500×");
    browser.script("document.activeElement?.blur()", &[]);
    keyboard.press("]");
    browser.until("the speed beside the list", || (browser.value("combobox", "Speed") == "2").then_some(()));
}

fn help(keyboard: &Keyboard) {
    let browser = keyboard.browser();
    keyboard.press("?");
    browser.until("the help", || browser.has("dialog", "Help").then_some(()));
    keyboard.key(&Key::Escape);
    browser.until("the help to close", || (!browser.has("dialog", "Help")).then_some(()));
}

/// Puts the crashed node into a group of its own.
fn divide(keyboard: &Keyboard, node: &str) {
    let browser = keyboard.browser();
    keyboard.tab_back_to("Faults");
    keyboard.key(&Key::Enter);
    browser.until("the faults", || browser.has("dialog", "Faults").then_some(()));
    keyboard.tab_to("Nodes");
    keyboard.key(&Key::Right);
    keyboard.wait_for_focus("Links");
    keyboard.key(&Key::Right);
    keyboard.wait_for_focus("Partition");
    let list = format!("Group of {node}");
    keyboard.tab_to(&list);
    keyboard.key(&Key::Down);
    browser.until("the group", || (browser.value("combobox", &list) == "2").then_some(()));
    keyboard.tab_to("Divide the network");
    keyboard.key(&Key::Enter);
    browser.until("the partition", || browser.has("button", "Heal the network").then_some(()));
    keyboard.key(&Key::Escape);
    browser.until("the dialog to close", || (!browser.has("dialog", "Faults")).then_some(()));
    keyboard.wait_for_focus("Faults");
    // Space would press the button again.
    browser.script("document.activeElement.blur()", &[]);
}

/// Goes back on the slider and crashes another node there.
fn scrub_and_branch(keyboard: &Keyboard, end_us: u64) {
    let (browser, page) = (keyboard.browser(), keyboard.page);
    keyboard.tab_to("Time in the run");
    keyboard.key(&Key::PageDown);
    keyboard.key(&Key::PageDown);
    let past = page.rest_where("the cursor to go back", |rest| rest.time_us < end_us);
    keyboard.key(&Key::Left);
    page.rest_where("one event back", |rest| rest.steps < past.steps);
    keyboard.tab_back_to("Skip to the nodes");
    keyboard.key(&Key::Enter);
    keyboard.wait_for_focus("n*");
    let node = page.nodes("Follower").into_iter().next().expect("somebody follows");
    let (before, branches) = (page.rest(), page.branches());
    keyboard.press_on_card(&node, "Crash");
    page.rest_where("the edit", |rest| rest.digest != before.digest);
    browser.until("another branch", || (page.branches() == [branches[1] + 1; 2]).then_some(()));
    keyboard.key(&Key::Escape);
}

fn share(keyboard: &Keyboard, digest: &str) {
    let browser = keyboard.browser();
    keyboard.tab_back_to("Share link");
    keyboard.key(&Key::Enter);
    keyboard.wait_for_focus("Copy the link");
    let link = browser.value("textbox", "Link");
    keyboard.key(&Key::Escape);
    let first = browser.open_window();
    assert_eq!(Page::open(browser, &link).rest().digest, digest);
    browser.close_window_for(first);
}
