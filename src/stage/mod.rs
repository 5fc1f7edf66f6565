//! The stage: cards on a ring, messages between them, walls, clients, and what can be grabbed.
//!
//! Three layers: SVG by Yew for what changes with the topology, HTML by Yew for cards and clients, and one canvas above
//! them for all that moves. [`geometry`], [`route`], [`wall`] and [`grab`] decide; the components draw and forward.

mod announcer;
mod board;
mod canvas;
mod card;
mod client;
mod edges;
mod flights;
mod geometry;
mod grab;
mod hint;
mod menu;
mod painter;
mod palette;
mod pointer;
mod route;
mod roving;
mod size;
#[cfg(test)]
mod tests;
mod toolbar;
mod wall;

pub(crate) use announcer::Announcer;
pub(crate) use flights::FlightList;

use crate::clock;
use crate::settings::Theme;
use crate::store::{Store, use_settings, use_store, use_topics, use_view};
use crate::words::{process_name, text, word};
use board::Board;
use card::NodeCard;
use client::ClientChip;
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use consistory_scene::{Arg, Scene, Text};
use consistory_session::{Selection, Topics};
use edges::Edges;
use geometry::Plan;
use gloo::events::EventListener;
use grab::{Gesture, Groups, Outcome};
use menu::{MenuFor, StageMenu};
use std::rc::Rc;
use toolbar::MessageToolbar;
use wall::{Wall, label_place, walls};
use web_sys::{Element, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

/// The stage.
#[component]
pub(crate) fn Stage() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let view = use_view(&store);
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    let root = use_node_ref();
    let canvas = use_node_ref();
    let size = size::use_size(&root);
    let board = use_state(Board::default);
    let gesture = use_state_eq(Gesture::default);
    let menu = use_state_eq(|| None::<MenuFor>);
    let reachable = use_state_eq(|| None::<ProcessId>);
    let plan = use_plan(&scene, size);
    let division = use_division(&plan, &scene, *gesture);
    use_painter(&store, &board, &canvas);
    {
        let (store, board) = (store.clone(), (*board).clone());
        use_effect_with((plan.clone(), gesture.dragged()), move |(plan, dragged)| {
            board.arrange(plan.clone(), *dragged);
            store.clock().moved(&store);
        });
    }
    let pointer = pointer::Pointer {
        store: store.clone(),
        board: (*board).clone(),
        plan: plan.clone(),
        root: root.clone(),
        gesture: gesture.clone(),
        menu: menu.setter(),
    };
    let line = match *gesture {
        Gesture::Line { start, now } if gesture.is_drag() => Some((start, now)),
        Gesture::Line { .. } | Gesture::None | Gesture::Card { .. } => None,
    };
    let first = reachable.or_else(|| scene.cards.first().map(|card| card.id));
    let crowd = Crowd { scene: &scene, plan: &plan, selection: view.selection, dragged: gesture.dragged(), first };
    let on_close = {
        let menu = menu.setter();
        Callback::from(move |()| menu.set(None))
    };
    html! {
        <div
            ref={&root}
            class={classes!("stage", gesture.is_drag().then_some("stage-dragging"))}
            role="region"
            aria-label={word(language, "stage.title")}
            onpointerdown={pointer.down()}
            onpointermove={pointer.hover()}
            onpointerup={pointer.up()}
            onpointercancel={pointer.cancel()}
            onkeydown={roving::on_key(&store, &plan, &root)}
            onfocusin={roving::on_focus(&reachable)}
        >
            <Edges plan={plan.clone()} cuts={scene.cuts.clone()} walls={division.walls.clone()} preview={division.preview} {line} />
            { division.label(&store, &plan) }
            <div key="clients" class="clients">{ crowd.clients() }</div>
            <div key="cards" class="cards" role="group" aria-label={word(language, "stage.nodes")}>{ crowd.cards(&menu) }</div>
            <canvas key="canvas" ref={&canvas} class="canvas" aria-hidden="true"></canvas>
            if let Some(Selection::Message(id)) = view.selection {
                <MessageToolbar key="toolbar" {id} board={(*board).clone()} />
            }
            { hint::hint(language, *gesture) }
            <StageMenu key="menu" open={*menu} {on_close} />
        </div>
    }
}

/// Everybody on the stage.
struct Crowd<'a> {
    scene: &'a Scene,
    plan: &'a Plan,
    selection: Option<Selection>,
    dragged: Option<(ProcessId, Point)>,
    /// The card in the Tab order.
    first: Option<ProcessId>,
}

impl Crowd<'_> {
    fn is_selected(&self, id: ProcessId) -> bool {
        self.selection == Some(Selection::Process(id))
    }

    fn clients(&self) -> Html {
        html! {
            for (client, (_, rect)) in self.scene.clients.iter().zip(&self.plan.clients) {
                <ClientChip
                    key={client.id.0}
                    client={client.clone()}
                    rect={*rect}
                    variant={self.plan.variant}
                    selected={self.is_selected(client.id)}
                />
            }
        }
    }

    fn cards(&self, menu: &UseStateHandle<Option<MenuFor>>) -> Html {
        let menu = menu.setter();
        let on_more = Callback::from(move |(node, button): (ProcessId, Element)| {
            let shown = button.get_bounding_client_rect();
            let place = Point { x: shown.left(), y: shown.bottom() + 4.0 };
            menu.set(Some(MenuFor { node, other: None, place }));
        });
        let by = |id: ProcessId| self.dragged.filter(|(dragged, _)| *dragged == id).map(|(_, by)| by);
        html! {
            for (card, (_, rect)) in self.scene.cards.iter().zip(&self.plan.cards) {
                <NodeCard
                    key={card.id.0}
                    card={card.clone()}
                    rect={by(card.id).map_or(*rect, |by| rect.moved(by))}
                    variant={self.plan.variant}
                    selected={self.is_selected(card.id)}
                    dragged={by(card.id).is_some()}
                    reachable={self.first == Some(card.id)}
                    on_more={on_more.clone()}
                />
            }
        }
    }
}

/// The plan, made anew only when the processes or the stage's size changed.
#[hook]
fn use_plan(scene: &Rc<Scene>, size: (i32, i32)) -> Rc<Plan> {
    let cards: Vec<ProcessId> = scene.cards.iter().map(|card| card.id).collect();
    let clients: Vec<ProcessId> = scene.clients.iter().map(|client| client.id).collect();
    let scene = scene.clone();
    use_memo((cards, clients, size), move |(_, _, (width, height))| {
        Plan::new(&scene, f64::from(*width), f64::from(*height))
    })
}

/// The walls of the partition in force, or of the one that letting go would make.
struct Division {
    walls: Rc<Vec<Wall>>,
    groups: Groups,
    preview: bool,
}

/// Height of the wall's label and width of one of its letters, in CSS pixels, with some room.
const LABEL_HEIGHT: f64 = 26.0;
const LABEL_LETTER: f64 = 7.0;
const LABEL_ENDS: f64 = 28.0;

impl Division {
    /// The label of the partition in force, where it is best read.
    fn label(&self, store: &Store, plan: &Plan) -> Html {
        if self.groups.is_empty() || self.preview {
            return Html::default();
        }
        let names = |group: &Vec<ProcessId>| {
            let names: Vec<String> = group.iter().map(|id| process_name(store, *id)).collect();
            format!("{{{}}}", names.join(" "))
        };
        let groups: Vec<String> = self.groups.iter().map(names).collect();
        let label = text(
            store.settings().language,
            &Text::key("stage.partition").with("groups", Arg::Plain(groups.join(" | "))),
        );
        let letters = label.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum::<u32>();
        let width = f64::from(letters) * LABEL_LETTER + LABEL_ENDS;
        let Some(place) = label_place(plan, &self.walls, width, LABEL_HEIGHT) else {
            return Html::default();
        };
        let style = format!("transform:translate({:.1}px,{:.1}px) translate(-50%,-50%)", place.x, place.y);
        html! { <div key="wall-label" class="wall-label" {style}>{ label }</div> }
    }
}

#[hook]
fn use_division(plan: &Rc<Plan>, scene: &Rc<Scene>, gesture: Gesture) -> Division {
    let intended = match gesture.outcome(plan, scene) {
        Outcome::Divide(groups) => Some(groups),
        Outcome::Nothing | Outcome::Click(_) | Outcome::ClickNowhere | Outcome::Link(..) => None,
    };
    let preview = intended.is_some();
    let groups = intended.unwrap_or_else(|| scene.groups.clone());
    let walls =
        use_memo(
            (plan.clone(), groups.clone()),
            |(plan, groups)| {
                if groups.is_empty() { Vec::new() } else { walls(plan, groups) }
            },
        );
    Division { walls, groups, preview }
}

/// Paints at every frame, and takes the colours again when the theme changes.
#[hook]
fn use_painter(store: &Store, board: &UseStateHandle<Board>, canvas: &NodeRef) {
    let theme = use_settings(store).theme;
    {
        let (board, canvas) = ((**board).clone(), canvas.clone());
        use_effect_with(store.clone(), move |store| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                board.mount(canvas);
            }
            let of = store.clone();
            let subscription = clock::subscribe(store, Rc::new(move |time| board.paint(&of, time)));
            move || drop(subscription)
        });
    }
    let (store, board, canvas) = (store.clone(), (**board).clone(), canvas.clone());
    use_effect_with(theme, move |_: &Theme| {
        let recolour = move || {
            if let Some(canvas) = canvas.cast::<HtmlElement>() {
                board.recolour(&canvas);
                store.clock().moved(&store);
            }
        };
        recolour();
        let listeners = on_media_changes(&Rc::new(recolour));
        move || drop(listeners)
    });
}

/// Calls back when the device changes between light and dark, or to colours of its own.
fn on_media_changes(then: &Rc<impl Fn() + 'static>) -> Vec<EventListener> {
    let media = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];
    let window = web_sys::window();
    let lists = media.iter().filter_map(|query| window.as_ref()?.match_media(query).ok().flatten());
    lists
        .map(|list| {
            let then = then.clone();
            EventListener::new(&list, "change", move |_| then())
        })
        .collect()
}
