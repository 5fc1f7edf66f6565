//! The application: provides the store and lays out header, panels, stage and timeline.

use crate::embed;
use crate::keys;
use crate::later::{Piece, embedding, later};
use crate::listeners::Subscription;
use crate::panels::{BottomSheet, Header, LeftPanel, Notices, RightPanel, timeline_bar};
use crate::part::{Host, HostProps, Make, Page, Part, Reads, Seen, State, part};
use crate::router;
use crate::settings::{prefers, query};
use crate::soon;
use crate::stage::{Announcer, Stage};
use crate::store::{Layout, Store, ViewChange};
use consistory_session::Topics;
use consistory_session::words::Language;
use gloo::events::EventListener;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::Window;
use yew::prelude::*;

/// How the window is divided now.
pub(crate) fn layout_of(window: &Window) -> Layout {
    if prefers(window, "(max-width: 640px)") {
        Layout::Phone
    } else if prefers(window, "(max-width: 999px)") {
        Layout::Medium
    } else {
        Layout::Wide
    }
}

/// Puts the application in the place of the skeleton.
pub(crate) fn mount(window: &Window, store: Store) {
    let root = window.document().and_then(|document| document.get_element_by_id("app"));
    let Some(root) = root else { return };
    root.set_inner_html("");
    let make: Make = |page| Box::new(Shell::new(page));
    yew::Renderer::<Host>::with_root_and_props(root, HostProps { store, name: "shell", make }).render();
}

/// The areas of the page, and what listens to the world outside of them.
struct Shell {
    titled: Seen<Language>,
    /// Whether what the frame leaves room for is drawn too: at the start that is a task of its own.
    is_filled: State<bool>,
    listening: Option<Listening>,
}

impl Shell {
    fn new(page: &Page) -> Self {
        Self { titled: Seen::default(), is_filled: page.state(false), listening: None }
    }
}

/// What lasts as long as the page.
struct Listening {
    _address: Option<EventListener>,
    _keys: Option<EventListener>,
    _size: Option<EventListener>,
    _rest: Option<Subscription>,
    _parent: Parent,
}

/// The connection to the page around this one; it is there once its code was loaded.
type Parent = Rc<RefCell<Option<embed::Host>>>;

impl Listening {
    fn start(store: &Store) -> Self {
        Self {
            _address: router::listen(store),
            _keys: keys::listen(store),
            _size: listen_to_size(store),
            _rest: mark_rest(store),
            _parent: listen_to_parent(store),
        }
    }
}

fn listen_to_parent(store: &Store) -> Parent {
    let parent = Parent::default();
    if store.settings().embedded {
        let (store, parent) = (store.clone(), parent.clone());
        spawn_local(async move {
            let host = embedding(&store).await;
            parent.replace(host);
        });
    }
    parent
}

impl Part for Shell {
    fn reads(&self) -> Reads {
        // Another run tells every topic, and may be several.
        Reads::topics(Topics::DIALS).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let layout = page.look(|view| view.layout);
        let is_filled = self.is_filled.get();
        let is_contest = page.read(|session| session.as_contest().is_some());
        match (page.settings().embedded, is_contest) {
            (true, _) => embedded(page, is_filled, is_contest),
            (false, true) => beside(page, layout, is_filled),
            (false, false) => whole(page, layout, is_filled),
        }
    }

    fn drawn(&mut self, page: &Page) {
        if !self.is_filled.get() {
            let is_filled = self.is_filled.clone();
            return soon(move || is_filled.set(true));
        }
        self.listening.get_or_insert_with(|| Listening::start(page));
        let document = web_sys::window().and_then(|window| window.document());
        if self.titled.is_new(page.language())
            && let Some(document) = document
        {
            document.set_title(&page.word("app.title"));
        }
    }
}

fn embedded(page: &Page, is_filled: bool, is_contest: bool) -> Html {
    let shown = match (is_filled, is_contest) {
        (false, _) => Html::default(),
        (true, true) => later(page, Piece::Versus),
        (true, false) => part(page, "stage", |page| Box::new(Stage::new(page))),
    };
    html! {
        <div class="app app-embedded">
            <main class="app-stage">
                <h1 class="sr-only">{ page.word("app.heading") }</h1>
                { shown }
                { full_page(page) }
            </main>
            { timeline_bar(page) }
            if is_filled {
                { above(page) }
            }
        </div>
    }
}

/// Several runs: they take the place of the stage and of what explains a single one.
fn beside(page: &Page, layout: Layout, is_filled: bool) -> Html {
    let class = if layout == Layout::Phone { "app app-phone app-versus" } else { "app app-medium app-versus" };
    html! {
        <div {class}>
            <a class="skip-link" href="#stage" onclick={skip()}>{ page.word("app.skip") }</a>
            { part(page, "header", |_| Box::new(Header)) }
            <main class="app-stage" id="stage">
                if is_filled {
                    { later(page, Piece::Versus) }
                }
            </main>
            { timeline_bar(page) }
            if is_filled {
                { above(page) }
            }
        </div>
    }
}

fn whole(page: &Page, layout: Layout, is_filled: bool) -> Html {
    let class = match layout {
        Layout::Wide => "app app-wide",
        Layout::Medium => "app app-medium",
        Layout::Phone => "app app-phone",
    };
    html! {
        <div {class}>
            <a class="skip-link" href="#stage" onclick={skip()}>{ page.word("app.skip") }</a>
            { part(page, "header", |_| Box::new(Header)) }
            if is_filled {
                { part(page, "left", |_| Box::new(LeftPanel::default())) }
            }
            <main class="app-stage" id="stage">
                if layout != Layout::Wide {
                    <h1 class="sr-only">{ page.word("app.heading") }</h1>
                }
                if is_filled {
                    { part(page, "stage", |page| Box::new(Stage::new(page))) }
                }
            </main>
            if is_filled {
                { part(page, "right", |_| Box::new(RightPanel::default())) }
            }
            { timeline_bar(page) }
            if layout == Layout::Phone {
                { part(page, "sheet", |_| Box::new(BottomSheet)) }
            }
            if is_filled {
                { above(page) }
            }
        </div>
    }
}

/// What has no place of its own.
fn above(page: &Page) -> Html {
    html! {
        <>
            { later(page, Piece::Dialogs) }
            { part(page, "notices", |_| Box::new(Notices)) }
            { part(page, "announcer", |page| Box::new(Announcer::new(page))) }
        </>
    }
}

/// The link from an embedded run to the whole page, with the run as it is now.
fn full_page(page: &Page) -> Html {
    let store = page.store().clone();
    // The link is written when it is followed: keeping it up to date would encode the run at every step.
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(anchor) = event.target_dyn_into::<web_sys::Element>() {
            // An anchor takes any text as its address.
            let _ = anchor.set_attribute("href", &full_address(&store.link().unwrap_or_default()));
        }
    });
    html! {
        <a class="full-page" href={full_address("")} target="_blank" rel="noopener" {onclick}>
            { page.word("app.full-page") }
        </a>
    }
}

fn full_address(fragment: &str) -> String {
    let Some(window) = web_sys::window() else {
        return fragment.to_owned();
    };
    let path = window.location().pathname().unwrap_or_default();
    let lang = query(&window).and_then(|query| query.get("lang"));
    match lang {
        Some(lang) if lang.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') => {
            format!("{path}?lang={lang}{fragment}")
        }
        Some(_) | None => format!("{path}{fragment}"),
    }
}

/// The hash names a run, so the skip link moves the focus itself.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        let stage = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.query_selector("#stage .card").ok().flatten());
        keys::focus(stage);
    })
}

fn listen_to_size(store: &Store) -> Option<EventListener> {
    let window = web_sys::window()?;
    let store = store.clone();
    let measured = window.clone();
    Some(EventListener::new(&window, "resize", move |_| {
        let layout = layout_of(&measured);
        if store.look(|view| view.layout) != layout {
            store.change(ViewChange::Layout(layout));
        }
    }))
}

/// Keeps on the root element where the run stands while it rests, and that the page is ready: for scripts and tests.
/// While time runs these are absent, because they would be out of date.
fn mark_rest(store: &Store) -> Option<Subscription> {
    let root = web_sys::window()?.document()?.document_element()?;
    let mark = {
        let store = store.clone();
        move || {
            let playing = store.look(|view| view.playing);
            let (time, steps, digest) =
                store.read(|session| (session.now(), session.step().0, format!("{:016x}", session.digest())));
            let facts = [("data-time", time.to_string()), ("data-steps", steps.to_string()), ("data-digest", digest)];
            for (name, value) in facts {
                // Both fail only for an invalid name.
                let _ = if playing { root.remove_attribute(name) } else { root.set_attribute(name, &value) };
            }
            // As above.
            let _ = root.set_attribute("data-ready", "true");
        }
    };
    mark();
    Some(store.clock().on_reading(Rc::new(move |_| mark())))
}
