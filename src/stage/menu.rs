//! The menu of a node, and of the link between two nodes: a native popover near what it is about.

use super::figures::Tenths;
use crate::part::{Page, Seen, State};
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use consistory_scene::{Arg, Scene, Status, Text};
use consistory_session::{Disk, EditCommand};
use gloo::timers::callback::Timeout;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What a menu is about, and where it opens in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MenuFor {
    /// The node.
    pub(crate) node: ProcessId,
    /// The other end, where it is about one link.
    pub(crate) other: Option<ProcessId>,
    /// The corner at which it opens, in the window's pixels.
    pub(crate) place: Point,
}

/// Clock rates that the menu offers, as parts per million of difference from real time.
const SKEWS: [i32; 3] = [-100_000, 0, 100_000];
/// Room that is kept between the menu and the window's edge, and the menu's greatest size, in CSS pixels.
const EDGE: f64 = 8.0;

/// The one menu of the stage.
pub(crate) struct StageMenu {
    /// What it is about; none when it is closed.
    pub(crate) open: State<Option<MenuFor>>,
    node: NodeRef,
    shown: Seen<Option<MenuFor>>,
    opening: Option<Timeout>,
}

impl StageMenu {
    /// A closed menu.
    pub(crate) fn new(page: &Page) -> Self {
        Self { open: page.state(None), node: NodeRef::default(), shown: Seen::default(), opening: None }
    }

    /// Draws it; closed, it is an empty popover.
    pub(crate) fn draw(&self, page: &Page, scene: &Scene) -> Html {
        let ontoggle = {
            let (open, node) = (self.open.clone(), self.node.clone());
            Callback::from(move |_: Event| {
                let menu = node.cast::<HtmlElement>();
                if !menu.is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false)) {
                    open.set(None);
                }
            })
        };
        let open = self.open.get();
        let content = open.map(|open| match open.other {
            None => node_content(page, scene, open.node),
            Some(other) => link_row(page, scene, open.node, other),
        });
        let label = open.map(|open| page.text(&title(open)));
        html! {
            <div key="menu" ref={&self.node} class="stage-menu" popover="auto" role="dialog" aria-label={label.clone()} tabindex="-1" {ontoggle}>
                if let Some(label) = label {
                    <p class="stage-menu-title">{ label }</p>
                }
                { content.unwrap_or_default() }
            </div>
        }
    }

    /// Opens the popover of what was asked for.
    pub(crate) fn drawn(&mut self) {
        let open = self.open.get();
        if self.shown.is_new(open) {
            let open = open.and_then(|open| Some((open.place, self.node.cast::<HtmlElement>()?)));
            // The release that ends a drag would close at once what it opens: so it opens after it.
            self.opening = open.map(|(place, element)| Timeout::new(0, move || show(&element, place)));
        }
    }
}

fn title(open: MenuFor) -> Text {
    match open.other {
        None => Text::key("stage.menu").with("node", Arg::Process(open.node)),
        Some(other) => Text::key("stage.link").with("a", Arg::Process(open.node)).with("b", Arg::Process(other)),
    }
}

/// Opens the popover and moves it inside the window.
fn show(element: &HtmlElement, place: Point) {
    // It fails where it is open already, which is what is wanted.
    let _ = element.show_popover();
    let Some(window) = web_sys::window() else { return };
    let length = |value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let inside = |at: f64, own: i32, whole: f64| at.min(whole - f64::from(own) - EDGE).max(EDGE);
    let left = inside(place.x, element.offset_width(), length(window.inner_width()));
    let top = inside(place.y, element.offset_height(), length(window.inner_height()));
    // Lengths in pixels are valid values.
    let _ = element.style().set_property("left", &format!("{}px", Tenths(left)));
    let _ = element.style().set_property("top", &format!("{}px", Tenths(top)));
    crate::keys::focus(element.query_selector("button").ok().flatten());
}

fn button(page: &Page, label: String, pressed: Option<bool>, edit: EditCommand, accessible: Option<String>) -> Html {
    let key = accessible.clone().unwrap_or_else(|| label.clone());
    html! {
        <button key={key} type="button" class="button button-small" aria-label={accessible.clone()} title={accessible}
            aria-pressed={pressed.map(|pressed| pressed.to_string())}
            onclick={page.does(edit)}>
            { label }
        </button>
    }
}

fn node_content(page: &Page, scene: &Scene, id: ProcessId) -> Html {
    let Some(card) = scene.card(id) else {
        return Html::default();
    };
    let others = scene.cards.iter().map(|card| card.id).filter(|other| *other != id);
    html! {
        <>
            if card.status != Status::Crashed {
                <div class="stage-menu-row">
                    { button(page, page.word("stage.crash-lose-disk"), None, EditCommand::Crash(id, Disk::Lost), None) }
                </div>
            }
            <div class="stage-menu-row" role="group" aria-label={page.word("stage.clock")}>
                <span class="stage-menu-label">{ page.word("stage.clock") }</span>
                for ppm in SKEWS {
                    { skew(page, card.health.skew_ppm, ppm, id) }
                }
            </div>
            <p class="stage-menu-label">{ page.word("stage.cut") }</p>
            <div class="stage-menu-links">
                for other in others {
                    { link_row(page, scene, id, other) }
                }
            </div>
        </>
    }
}

fn skew(page: &Page, now: i32, ppm: i32, id: ProcessId) -> Html {
    let label = match ppm {
        0 => page.word("stage.exact"),
        _ => format!("{:+}%", ppm / 10_000),
    };
    button(page, label, Some(now == ppm), EditCommand::Skew(id, ppm), None)
}

/// Both directions of a link, each of which is pressed while it is cut.
fn link_row(page: &Page, scene: &Scene, a: ProcessId, b: ProcessId) -> Html {
    let one = |from: ProcessId, to: ProcessId| {
        let is_cut = scene.cuts.contains(&(from, to));
        let what = if is_cut { EditCommand::Mend(from, to) } else { EditCommand::Cut(from, to) };
        let label = Text::key("stage.direction").with("from", Arg::Process(from)).with("to", Arg::Process(to));
        let accessible = Text::key("stage.cut-direction").with("from", Arg::Process(from)).with("to", Arg::Process(to));
        button(page, page.text(&label), Some(is_cut), what, Some(page.text(&accessible)))
    };
    html! {
        <div key={format!("{}-{}", a.0, b.0)} class="stage-menu-row">{ one(a, b) }{ one(b, a) }</div>
    }
}
