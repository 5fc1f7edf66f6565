//! Says turning points of the run to screen readers: at most one every two seconds, the latest.

use crate::listeners::Subscription;
use crate::part::{Page, Part, Reads, State};
use crate::store::Store;
use consistory_session::Topics;
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// Least real time between two announcements, in milliseconds.
const PAUSE_MS: u32 = 2_000;

/// A live region.
pub(crate) struct Announcer {
    said: State<String>,
    /// Not among what it reads: it listens to news of the feed alone, which a drawing could not tell from its own words.
    _told: Subscription,
}

impl Announcer {
    /// Says nothing before the first pause has passed.
    pub(crate) fn new(page: &Page) -> Self {
        let said = page.state(String::new());
        let soon = Rc::new(Soon { store: page.store().clone(), said: said.clone(), timer: RefCell::default() });
        soon.wait();
        let told = page.on_topics(Rc::new(move |changed| {
            if changed.has(Topics::FEED) {
                soon.wait();
            }
        }));
        Self { said, _told: told }
    }
}

impl Part for Announcer {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, _: &Page) -> Html {
        html! { <div class="sr-only" role="status" aria-live="polite">{ self.said.get() }</div> }
    }
}

/// What is said when the pause has passed.
struct Soon {
    store: Store,
    said: State<String>,
    timer: RefCell<Option<Timeout>>,
}

impl Soon {
    fn wait(self: &Rc<Self>) {
        let mut timer = self.timer.borrow_mut();
        if timer.is_some() {
            return;
        }
        // The timer ends with the announcer, which it does not keep.
        let soon = Rc::downgrade(self);
        *timer = Some(Timeout::new(PAUSE_MS, move || {
            if let Some(soon) = soon.upgrade() {
                soon.say();
            }
        }));
    }

    fn say(&self) {
        self.timer.replace(None);
        let latest = self.store.read(|session| session.feed(1, false)).into_iter().next();
        if let Some(line) = latest {
            self.said.set(self.store.text(&line.text));
        }
    }
}
