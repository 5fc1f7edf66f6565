//! The menu of a node, and of the link between two nodes: a native popover near what it is about.

use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use consistory_scene::{Arg, Scene, Status, Text};
use consistory_session::words::Language;
use consistory_session::{Disk, EditCommand, Topics};
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

/// What [`StageMenu`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct StageMenuProps {
    /// What it is about; none when it is closed.
    pub(crate) open: Option<MenuFor>,
    /// It was closed.
    pub(crate) on_close: Callback<()>,
}

/// Clock rates that the menu offers, as parts per million of difference from real time.
const SKEWS: [i32; 3] = [-100_000, 0, 100_000];
/// Room that is kept between the menu and the window's edge, and the menu's greatest size, in CSS pixels.
const EDGE: f64 = 8.0;

/// The one menu of the stage.
#[component]
pub(crate) fn StageMenu(props: &StageMenuProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.open, move |open| {
            let open = open.and_then(|open| Some((open.place, node.cast::<HtmlElement>()?)));
            // The release that ends a drag would close at once what it opens: so it opens after it.
            let later = open.map(|(place, element)| Timeout::new(0, move || show(&element, place)));
            move || drop(later)
        });
    }
    let ontoggle = {
        let on_close = props.on_close.clone();
        let node = node.clone();
        Callback::from(move |_: Event| {
            let is_open = node.cast::<HtmlElement>().is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false));
            if !is_open {
                on_close.emit(());
            }
        })
    };
    let scene = store.read(|session| session.scene());
    let content = props.open.map(|open| match open.other {
        None => node_content(language, &scene, open.node, &edit_with(&store)),
        Some(other) => link_content(language, &scene, open.node, other, &edit_with(&store)),
    });
    let label = props.open.map(|open| title(language, open));
    html! {
        <div ref={node} class="stage-menu" popover="auto" role="dialog" aria-label={label.clone()} tabindex="-1" {ontoggle}>
            if let Some(label) = label {
                <p class="stage-menu-title">{ label }</p>
            }
            { content.unwrap_or_default() }
        </div>
    }
}

type Edit = Callback<EditCommand>;

fn edit_with(store: &crate::store::Store) -> Edit {
    let store = store.clone();
    Callback::from(move |edit| store.edit(edit))
}

fn title(language: Language, open: MenuFor) -> String {
    let text_of = match open.other {
        None => Text::key("stage.menu").with("node", Arg::Process(open.node)),
        Some(other) => Text::key("stage.link").with("a", Arg::Process(open.node)).with("b", Arg::Process(other)),
    };
    text(language, &text_of)
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
    let _ = element.style().set_property("left", &format!("{left}px"));
    let _ = element.style().set_property("top", &format!("{top}px"));
    crate::keys::focus(element.query_selector("button").ok().flatten());
}

fn button(label: String, pressed: Option<bool>, edit: &Edit, what: EditCommand, accessible: Option<String>) -> Html {
    let edit = edit.clone();
    let key = accessible.clone().unwrap_or_else(|| label.clone());
    html! {
        <button key={key} type="button" class="button button-small" aria-label={accessible.clone()} title={accessible}
            aria-pressed={pressed.map(|pressed| pressed.to_string())}
            onclick={Callback::from(move |_: MouseEvent| edit.emit(what.clone()))}>
            { label }
        </button>
    }
}

fn node_content(language: Language, scene: &Scene, id: ProcessId, edit: &Edit) -> Html {
    let Some(card) = scene.card(id) else {
        return Html::default();
    };
    let others = scene.cards.iter().map(|card| card.id).filter(|other| *other != id);
    html! {
        <>
            if card.status != Status::Crashed {
                <div class="stage-menu-row">
                    { button(word(language, "stage.crash-lose-disk"), None, edit, EditCommand::Crash(id, Disk::Lost), None) }
                </div>
            }
            <div class="stage-menu-row" role="group" aria-label={word(language, "stage.clock")}>
                <span class="stage-menu-label">{ word(language, "stage.clock") }</span>
                for ppm in SKEWS {
                    { skew(language, card.skew_ppm, ppm, edit, id) }
                }
            </div>
            <p class="stage-menu-label">{ word(language, "stage.cut") }</p>
            <div class="stage-menu-links">
                for other in others {
                    { link_row(language, scene, id, other, edit) }
                }
            </div>
        </>
    }
}

fn skew(language: Language, now: i32, ppm: i32, edit: &Edit, id: ProcessId) -> Html {
    let label = match ppm {
        0 => word(language, "stage.exact"),
        _ => format!("{:+}%", ppm / 10_000),
    };
    button(label, Some(now == ppm), edit, EditCommand::Skew(id, ppm), None)
}

fn link_content(language: Language, scene: &Scene, a: ProcessId, b: ProcessId, edit: &Edit) -> Html {
    link_row(language, scene, a, b, edit)
}

/// Both directions of a link, each of which is pressed while it is cut.
fn link_row(language: Language, scene: &Scene, a: ProcessId, b: ProcessId, edit: &Edit) -> Html {
    let one = |from: ProcessId, to: ProcessId| {
        let is_cut = scene.cuts.contains(&(from, to));
        let what = if is_cut { EditCommand::Mend(from, to) } else { EditCommand::Cut(from, to) };
        let label = Text::key("stage.direction").with("from", Arg::Process(from)).with("to", Arg::Process(to));
        let accessible = Text::key("stage.cut-direction").with("from", Arg::Process(from)).with("to", Arg::Process(to));
        button(text(language, &label), Some(is_cut), edit, what, Some(text(language, &accessible)))
    };
    html! {
        <div key={format!("{}-{}", a.0, b.0)} class="stage-menu-row">{ one(a, b) }{ one(b, a) }</div>
    }
}
