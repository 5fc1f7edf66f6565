//! The stage: cards on a ring, messages between them, walls, clients, and what can be grabbed.
//!
//! Three layers: SVG by Yew for what changes with the topology, HTML by Yew for cards and clients, and one canvas above
//! them for all that moves. [`geometry`], [`route`], [`wall`] and [`grab`] decide; the components draw and forward.

mod announcer;
mod board;
pub(crate) mod canvas;
mod card;
mod client;
mod edges;
mod figures;
mod flights;
mod geometry;
mod grab;
mod hint;
mod menu;
mod painter;
pub(crate) mod palette;
mod pointer;
mod route;
mod roving;
#[cfg(test)]
mod tests;
mod toolbar;
mod wall;

pub(crate) use announcer::Announcer;
pub(crate) use flights::FlightList;

use crate::clock;
use crate::listeners::Subscription;
use crate::measure::Measure;
use crate::part::{Kept, Page, Part, Reads, Seen, State, class, when};
use crate::settings::Theme;
use crate::store::Store;
use crate::words::process_name;
use board::Board;
use card::node_card;
use client::client_chip;
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use consistory_scene::{Arg, Scene, Text};
use consistory_session::{Selection, Topics};
use edges::edges;
use figures::Tenths;
use geometry::Plan;
use gloo::events::EventListener;
use grab::{Gesture, Groups, Outcome};
use menu::{MenuFor, StageMenu};

use std::rc::Rc;
use toolbar::Toolbar;
use wall::{Wall, label_place, walls};
use web_sys::{Element, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

/// The stage.
pub(crate) struct Stage {
    root: NodeRef,
    canvas: NodeRef,
    size: State<(i32, i32)>,
    board: Board,
    gesture: State<Gesture>,
    reachable: State<Option<ProcessId>>,
    menu: StageMenu,
    toolbar: Toolbar,
    plan: Kept<PlanOf, Plan>,
    walls: Kept<(Rc<Plan>, Groups), Vec<Wall>>,
    arranged: Seen<Arrangement>,
    coloured: Seen<Theme>,
    mounted: Option<Mounted>,
}

/// What a plan is made of.
type PlanOf = (Vec<ProcessId>, Vec<ProcessId>, (i32, i32));

/// What the board knows: the plan, and the card that is being dragged with how far.
type Arrangement = (Rc<Plan>, Option<(ProcessId, Point)>);

/// What lasts from the first drawing of the stage to its end.
struct Mounted {
    _size: Measure,
    _frames: Subscription,
    _media: Vec<EventListener>,
}

impl Stage {
    /// A stage that was not drawn yet.
    pub(crate) fn new(page: &Page) -> Self {
        Self {
            root: NodeRef::default(),
            canvas: NodeRef::default(),
            size: page.state((0, 0)),
            board: Board::default(),
            gesture: page.state(Gesture::default()),
            reachable: page.state(None),
            menu: StageMenu::new(page),
            toolbar: Toolbar::default(),
            plan: Kept::default(),
            walls: Kept::default(),
            arranged: Seen::default(),
            coloured: Seen::default(),
            mounted: None,
        }
    }

    /// The plan, made anew only when the processes or the stage's size changed.
    fn plan(&mut self, scene: &Scene) -> Rc<Plan> {
        let cards: Vec<ProcessId> = scene.cards.iter().map(|card| card.id).collect();
        let clients: Vec<ProcessId> = scene.clients.iter().map(|client| client.id).collect();
        let (width, height) = self.size.get();
        let of = (cards, clients, (width, height));
        self.plan.get(of, |_| Plan::new(scene, f64::from(width), f64::from(height)))
    }

    fn division(&mut self, plan: &Rc<Plan>, scene: &Scene, gesture: Gesture) -> Division {
        let intended = match gesture.outcome(plan, scene) {
            Outcome::Divide(groups) => Some(groups),
            Outcome::Nothing | Outcome::Click(_) | Outcome::ClickNowhere | Outcome::Link(..) => None,
        };
        let preview = intended.is_some();
        let groups = intended.unwrap_or_else(|| scene.groups.clone());
        let walls = self.walls.get((plan.clone(), groups.clone()), |(plan, groups)| {
            if groups.is_empty() { Vec::new() } else { walls(plan, groups) }
        });
        Division { walls, groups, preview }
    }
}

impl Part for Stage {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view().and_clock()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        let selection = page.look(|view| view.selection);
        let gesture = self.gesture.get();
        let plan = self.plan(&scene);
        let division = self.division(&plan, &scene, gesture);
        let pointer = Rc::new(pointer::Pointer {
            store: page.store().clone(),
            board: self.board.clone(),
            plan: plan.clone(),
            root: self.root.clone(),
            gesture: self.gesture.clone(),
            menu: self.menu.open.clone(),
        });
        let line = match gesture {
            Gesture::Line { start, now } if gesture.is_drag() => Some((start, now)),
            Gesture::Line { .. } | Gesture::None | Gesture::Card { .. } => None,
        };
        let crowd = Crowd {
            page,
            scene: &scene,
            plan: &plan,
            selection,
            dragged: gesture.dragged(),
            first: self.reachable.get().or_else(|| scene.cards.first().map(|card| card.id)),
        };
        let (down, hover, up, cancel) = pointer::callbacks(&pointer);
        // Before the stage is measured nobody has a place, and whoever moves from one to another shifts the page.
        let is_measured = plan.width > 0.0;
        html! {
            <div
                ref={&self.root}
                class={class(&["stage", when(gesture.is_drag(), "stage-dragging")])}
                role="region"
                aria-label={page.word("stage.title")}
                onpointerdown={down}
                onpointermove={hover}
                onpointerup={up}
                onpointercancel={cancel}
                onkeydown={roving::on_key(page, &plan, &self.root)}
                onfocusin={roving::on_focus(&self.reachable)}
            >
                { edges(&plan, &scene, &division, line) }
                { division.label(page, &plan) }
                <div key="clients" class="clients">{ if is_measured { crowd.clients() } else { Html::default() } }</div>
                <div key="cards" class="cards" role="group" aria-label={page.word("stage.nodes")}>{ if is_measured { crowd.cards(&self.menu.open) } else { Html::default() } }</div>
                <canvas key="canvas" ref={&self.canvas} class="canvas" aria-hidden="true"></canvas>
                if let Some(Selection::Message(id)) = selection {
                    { self.toolbar.draw(page, &scene, id) }
                }
                { hint::hint(page, gesture) }
                { self.menu.draw(page, &scene) }
            </div>
        }
    }

    fn drawn(&mut self, page: &Page) {
        if self.mounted.is_none() {
            self.mounted = self.mount(page);
        }
        if self.coloured.is_new(page.settings().theme) {
            recolour(&self.board, &self.canvas, page);
        }
        let scene = page.read(|session| session.scene());
        let plan = self.plan(&scene);
        let dragged = self.gesture.get().dragged();
        if self.arranged.is_new((plan.clone(), dragged)) {
            self.board.arrange(plan, dragged);
            page.clock().moved(page);
        }
        self.menu.drawn();
        self.toolbar.drawn(page, &self.board);
    }
}

impl Stage {
    fn mount(&self, page: &Page) -> Option<Mounted> {
        self.board.mount(self.canvas.cast::<HtmlCanvasElement>()?);
        let frames = {
            let (store, board) = (page.store().clone(), self.board.clone());
            clock::subscribe(page, Rc::new(move |time| board.paint(&store, time)))
        };
        let media = {
            let (board, canvas, store) = (self.board.clone(), self.canvas.clone(), page.store().clone());
            on_media_changes(&Rc::new(move || recolour(&board, &canvas, &store)))
        };
        let size = Measure::of(&self.root, &self.size)?;
        Some(Mounted { _size: size, _frames: frames, _media: media })
    }
}

/// Takes the colours as they are now.
fn recolour(board: &Board, canvas: &NodeRef, store: &Store) {
    if let Some(canvas) = canvas.cast::<HtmlElement>() {
        board.recolour(&canvas);
        store.clock().moved(store);
    }
}

/// Everybody on the stage.
struct Crowd<'a> {
    page: &'a Page,
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
                { client_chip(self.page, client, *rect, self.plan.variant, self.is_selected(client.id)) }
            }
        }
    }

    fn cards(&self, menu: &State<Option<MenuFor>>) -> Html {
        let menu = menu.clone();
        let on_more = Callback::from(move |(node, button): (ProcessId, Element)| {
            let shown = button.get_bounding_client_rect();
            let place = Point { x: shown.left(), y: shown.bottom() + 4.0 };
            menu.set(Some(MenuFor { node, other: None, place }));
        });
        let by = |id: ProcessId| self.dragged.filter(|(dragged, _)| *dragged == id).map(|(_, by)| by);
        html! {
            for (card, (_, rect)) in self.scene.cards.iter().zip(&self.plan.cards) {
                { node_card(self.page, card, &card::Shown {
                    rect: by(card.id).map_or(*rect, |by| rect.moved(by)),
                    variant: self.plan.variant,
                    selected: self.is_selected(card.id),
                    dragged: by(card.id).is_some(),
                    reachable: self.first == Some(card.id),
                    room: self.plan.width,
                }, &on_more) }
            }
        }
    }
}

/// The walls of the partition in force, or of the one that letting go would make.
pub(crate) struct Division {
    /// The walls.
    pub(crate) walls: Rc<Vec<Wall>>,
    groups: Groups,
    /// Whether they are only what letting go would make.
    pub(crate) preview: bool,
}

/// Height of the wall's label and width of one of its letters, in CSS pixels, with some room.
const LABEL_HEIGHT: f64 = 26.0;
const LABEL_LETTER: f64 = 7.0;
const LABEL_ENDS: f64 = 28.0;

impl Division {
    /// The label of the partition in force, where it is best read.
    fn label(&self, page: &Page, plan: &Plan) -> Html {
        if self.groups.is_empty() || self.preview {
            return Html::default();
        }
        let names = |group: &Vec<ProcessId>| {
            let names: Vec<String> = group.iter().map(|id| process_name(page, *id)).collect();
            format!("{{{}}}", names.join(" "))
        };
        let groups: Vec<String> = self.groups.iter().map(names).collect();
        let label = page.text(&Text::key("stage.partition").with("groups", Arg::Plain(groups.join(" | "))));
        let letters = label.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum::<u32>();
        let width = f64::from(letters) * LABEL_LETTER + LABEL_ENDS;
        let Some(place) = label_place(plan, &self.walls, width, LABEL_HEIGHT) else {
            return Html::default();
        };
        let style = format!("transform:translate({}px,{}px) translate(-50%,-50%)", Tenths(place.x), Tenths(place.y));
        html! { <div key="wall-label" class="wall-label" {style}>{ label }</div> }
    }
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
