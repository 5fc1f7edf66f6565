//! Consistory in a browser, in the words that a visitor of the English page reads.

use serde_json::{Value, json};

use crate::browser::Browser;

/// The group of the buttons that move time; cards have a button “Pause” as well.
const PLAYBACK: &str = "Playback";

/// The page in a browser's window or frame.
pub struct Page<'browser> {
    browser: &'browser Browser,
}

/// Where a run stands that does not play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Virtual time in microseconds.
    pub time_us: u64,
    /// How many events happened.
    pub steps: u64,
    /// The digest of the run up to here.
    pub digest: String,
}

impl<'browser> Page<'browser> {
    /// Opens an address and waits until the page can be used.
    pub fn open(browser: &'browser Browser, address: &str) -> Self {
        browser.load(address);
        Self::here(browser)
    }

    /// The page that is open, or about to be, in the present window or frame.
    pub fn here(browser: &'browser Browser) -> Self {
        let page = Self { browser };
        browser.until("the page to be ready", || (page.fact("data-ready")? == "true").then_some(()));
        page
    }

    /// The browser around it.
    pub fn browser(&self) -> &'browser Browser {
        self.browser
    }

    /// An attribute of the root element.
    pub fn fact(&self, name: &str) -> Option<String> {
        let script = "return document.documentElement.getAttribute(arguments[0])";
        self.browser.script(script, &[json!(name)]).as_str().map(str::to_owned)
    }

    /// Where the run stands; waits until it rests.
    pub fn rest(&self) -> Rest {
        self.rest_where("the run to rest", |_| true)
    }

    /// The same, once it fulfils a condition.
    pub fn rest_where(&self, what: &str, is_it: impl Fn(&Rest) -> bool) -> Rest {
        let script = "const { time, steps, digest } = document.documentElement.dataset; return [time, steps, digest];";
        self.browser.until(what, || {
            let facts = self.browser.script(script, &[]);
            let number = |place: usize| facts[place].as_str()?.parse().ok();
            let rest = Rest { time_us: number(0)?, steps: number(1)?, digest: facts[2].as_str()?.to_owned() };
            is_it(&rest).then_some(rest)
        })
    }

    /// Opens the run of a fragment in the page as it is.
    pub fn go(&self, fragment: &str) {
        self.browser.script("location.hash = arguments[0]", &[json!(fragment)]);
    }

    /// Puts a scenario into the field of the dialog of links, in any language, once that was loaded.
    pub fn paste(&self, text: &str) {
        let script = "const field = document.getElementById('open-text');
            if (field) field.value = arguments[0];
            return Boolean(field);";
        self.browser.until("the field for a link or a scenario", || {
            (self.browser.script(script, &[json!(text)]) == json!(true)).then_some(())
        });
    }

    /// The name of each card: `n1, Leader, term 2`.
    pub fn cards(&self) -> Vec<String> {
        self.browser.names("article")
    }

    /// The nodes of that role or state, such as `Leader` or `Crashed`.
    pub fn nodes(&self, role: &str) -> Vec<String> {
        let of = |card: &String| {
            let mut parts = card.split(", ");
            let node = parts.next()?;
            (parts.next()? == role).then(|| node.to_owned())
        };
        self.cards().iter().filter_map(of).collect()
    }

    /// Waits for a leader other than those.
    pub fn leader_beside(&self, known: &[&str]) -> String {
        self.browser.until("a leader", || self.nodes("Leader").into_iter().find(|node| !known.contains(&node.as_str())))
    }

    /// Waits until a node is in a role or state.
    pub fn wait_for(&self, node: &str, role: &str) {
        self.browser
            .until(format!("{node} to be {role}"), || self.nodes(role).iter().any(|one| one == node).then_some(()));
    }

    /// Presses a button of a card, which shows while the pointer is on the card.
    pub fn press_on_card(&self, node: &str, button: &str) {
        self.browser.hover("article", &format!("{node}, *"));
        self.browser.click_inside("button", button, &format!("What to do to {node}"));
    }

    /// Whether time runs.
    pub fn plays(&self) -> bool {
        self.browser.has_inside("button", "Pause", PLAYBACK)
    }

    /// Starts to play, if it does not.
    pub fn play(&self) {
        if !self.plays() {
            self.browser.click_inside("button", "Play", PLAYBACK);
            self.browser.until("time to run", || self.fact("data-digest").is_none().then_some(()));
        }
    }

    /// Stops the time, if it runs, and says where.
    pub fn pause(&self) -> Rest {
        if self.plays() {
            self.browser.click_inside("button", "Pause", PLAYBACK);
        }
        self.rest()
    }

    /// The number of the branch that shows, counted from 1, and how many there are.
    pub fn branches(&self) -> [usize; 2] {
        let button = self.browser.names("button").into_iter().find(|name| name.starts_with("Branches: "));
        let mut numbers = button.iter().flat_map(|name| name.split(' ')).filter_map(|word| word.parse().ok());
        [numbers.next(), numbers.next()].map(|number| number.unwrap_or(0))
    }

    /// The sentences of all notices that complain.
    pub fn complaints(&self) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll('.notice-problem .notice-text')].map((one) => one.textContent)";
        texts(&self.browser.script(script, &[]))
    }

    /// The operations that a client shows, with the mark before each: `✓write x 1`.
    pub fn operations(&self, client: &str) -> Vec<String> {
        let script = "const clients = [...document.querySelectorAll('.client')];
            const client = clients.find((one) => one.getAttribute('aria-label') === arguments[0]);
            return [...(client?.querySelectorAll('.operation:not(.operation-none)') ?? [])].map((one) => one.textContent);";
        texts(&self.browser.script(script, &[json!(client)]))
    }

    /// Waits until a client's operation has come to that mark: `✓` done, `…` pending, `✗` failed, `?` unknown.
    pub fn wait_for_operation(&self, client: &str, mark: &str, operation: &str) {
        let begins = format!("{mark}{operation}");
        self.browser.until(format!("{client} to show {begins}"), || {
            self.operations(client).iter().any(|shown| shown.starts_with(&begins)).then_some(())
        });
    }

    /// Asserts that the error box for bugs of the page's own is not there, and that nothing complains.
    pub fn assert_well(&self) {
        let broken = self.browser.script("return document.getElementById('failure')?.hidden === false", &[]);
        assert_eq!(
            broken,
            json!(false),
            "{:?}: the page stopped: {:?}",
            self.browser.engine(),
            self.fact("data-failure")
        );
        assert_eq!(self.complaints(), [""; 0], "{:?}", self.browser.engine());
    }
}

/// The texts of a list.
pub(crate) fn texts(values: &Value) -> Vec<String> {
    let values = values.as_array().cloned().unwrap_or_default();
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
