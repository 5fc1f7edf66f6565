//! The space-time diagram: time downward, a column per process, a line per message; what is pointed at lights up what
//! happened before and after it.

mod paint;
mod plot;

use super::pieces::{button, row, symbol_button};
use crate::listeners::Subscription;
use crate::measure::Measure;
use crate::part::{Page, Part, Reads, Seen, State, truth};
use crate::settings::Theme;
use crate::stage::palette::Palette;
use crate::store::{Dialog, Store, ViewChange};
use crate::words::{milliseconds, process_name};
use consistory_kernel::{ProcessId, StepId, Time};
use consistory_session::{Command, Selection, Topics};
use gloo::events::{EventListener, EventListenerOptions};
use paint::{Lights, Painter};
use plot::{Axis, Filter, Plot};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlElement, WheelEvent};
use yew::prelude::*;

/// How near a pointer must come to an event.
const REACH: f64 = 14.0;
/// What a key moves by, in pixels.
const PAGE_PX: f64 = 240.0;

/// What the panel paints, shared with its listeners.
struct Board {
    plot: RefCell<Plot>,
    painter: RefCell<Option<Painter>>,
    names: RefCell<Vec<String>>,
    /// The run, the branch and the events that are in the plot.
    taken: Cell<(u32, u32, usize)>,
    /// Where a drag is, and how far it has gone.
    drag: Cell<Option<(f64, f64)>>,
}

impl Board {
    fn paint(&self, store: &Store) {
        let painter = self.painter.borrow();
        let Some(painter) = &*painter else { return };
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let cone = store.cone();
        let (steps, now) = store.read(|session| (session.step(), session.now()));
        let language = store.settings().language;
        let time = move |time: Time| milliseconds(language, time);
        let names = self.names.borrow();
        let lights = Lights { cone: cone.as_deref(), steps, now, time: &time, names: &names };
        painter.paint(&self.plot.borrow(), &lights, density);
    }

    /// Takes what is new; `true` when it was something else than before.
    fn refresh(&self, store: &Store) {
        let processes = processes(store);
        store.with_spots(|spots| {
            let (run, branch, known) = self.taken.get();
            let same = (run, branch) == (store.runs(), spots.branch) && known <= spots.list.len();
            let from = if same { known } else { 0 };
            self.plot.borrow_mut().take(from, &spots.list[from..], processes);
            self.taken.set((store.runs(), spots.branch, spots.list.len()));
        });
    }

    fn near(&self, event: &PointerEvent) -> Option<StepId> {
        self.plot.borrow().near(f64::from(event.offset_x()), f64::from(event.offset_y()), REACH)
    }
}

fn processes(store: &Store) -> u16 {
    store.read(|session| {
        let scene = session.scene();
        u16::try_from(scene.cards.len() + scene.clients.len()).unwrap_or(u16::MAX)
    })
}

/// The diagram.
pub(crate) struct Diagram {
    board: Rc<Board>,
    filter: State<Filter>,
    axis: State<Axis>,
    canvas: NodeRef,
    size: State<(i32, i32)>,
    coloured: Seen<Theme>,
    revealed: Seen<Option<StepId>>,
    followed: Seen<StepId>,
    is_large: bool,
    mounted: Option<Mounted>,
}

/// What lasts from the first drawing to the end.
struct Mounted {
    _size: Option<Measure>,
    _wheel: Option<EventListener>,
    _frames: Subscription,
}

impl Diagram {
    /// A diagram in a panel.
    pub(crate) fn new(page: &Page) -> Self {
        Self::of_size(page, false)
    }

    /// A diagram in a dialog of its own.
    pub(crate) fn large(page: &Page) -> Self {
        Self::of_size(page, true)
    }

    fn of_size(page: &Page, is_large: bool) -> Self {
        let board = Board {
            plot: RefCell::new(Plot::new()),
            painter: RefCell::default(),
            names: RefCell::default(),
            taken: Cell::new((u32::MAX, 0, 0)),
            drag: Cell::new(None),
        };
        Self {
            board: Rc::new(board),
            filter: page.state(Filter::ALL),
            axis: page.state(Axis::Order),
            canvas: NodeRef::default(),
            size: page.state((0, 0)),
            coloured: Seen::default(),
            revealed: Seen::default(),
            followed: Seen::default(),
            is_large,
            mounted: None,
        }
    }

    fn mount(&self, page: &Page) -> Option<Mounted> {
        let canvas = self.canvas.cast::<HtmlCanvasElement>()?;
        self.board.painter.replace(Painter::new(canvas.clone()));
        let (board, store) = (self.board.clone(), page.store().clone());
        let options = EventListenerOptions::enable_prevent_default();
        let wheel = EventListener::new_with_options(&canvas, "wheel", options, move |event| {
            let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
            event.prevent_default();
            if event.ctrl_key() || event.meta_key() {
                let by = (-event.delta_y() / 240.0).exp();
                board.plot.borrow_mut().zoom(by, f64::from(event.offset_y()));
            } else {
                board.plot.borrow_mut().pan(event.delta_y());
            }
            board.paint(&store);
        });
        let weak = Rc::downgrade(&self.board);
        let store = page.store().downgrade();
        let frames = page.clock().on_reading(Rc::new(move |_| {
            if let (Some(board), Some(store)) = (weak.upgrade(), store.upgrade()) {
                board.paint(&store);
            }
        }));
        Some(Mounted { _size: Measure::of(&self.canvas, &self.size), _wheel: Some(wheel), _frames: frames })
    }

    fn recolour(&self) {
        let (Some(window), Some(probe)) = (web_sys::window(), self.canvas.cast::<HtmlElement>()) else { return };
        if let Some(painter) = &mut *self.board.painter.borrow_mut() {
            painter.recolour(Palette::read(&window, &probe));
        }
    }

    /// Switches for what is shown, and buttons.
    fn controls(&self, page: &Page) -> Html {
        let filter = self.filter.get();
        let switch = |title: &'static str, on: bool, changed: Filter| {
            let state = self.filter.clone();
            let onclick = Callback::from(move |_: MouseEvent| state.set(changed));
            html! {
                <button key={title} type="button" class="button button-small" aria-pressed={truth(on)} {onclick}>
                    { page.word(title) }
                </button>
            }
        };
        let axis = self.axis.get();
        let turn = {
            let state = self.axis.clone();
            let next = if axis == Axis::Order { Axis::Time } else { Axis::Order };
            Callback::from(move |_: MouseEvent| state.set(next))
        };
        let zoom = |by: f64| {
            let (board, store) = (self.board.clone(), page.store().clone());
            Callback::from(move |_: MouseEvent| {
                let middle = board.plot.borrow().size.1 / 2.0;
                board.plot.borrow_mut().zoom(by, middle);
                board.paint(&store);
            })
        };
        let symbol = |title, symbol: &'static str, does| {
            symbol_button(page, "button button-small", title, None, html! { { symbol } }, does)
        };
        let mut buttons = vec![
            html! {
                <button key="axis" type="button" class="button button-small" aria-pressed={truth(axis == Axis::Time)} onclick={turn}>
                    { page.word("diagram.true-time") }
                </button>
            },
            switch("diagram.local", filter.local, Filter { local: !filter.local, ..filter }),
            switch("diagram.messages", filter.messages, Filter { messages: !filter.messages, ..filter }),
            switch("diagram.clients", filter.clients, Filter { clients: !filter.clients, ..filter }),
            symbol("diagram.nearer", "+", zoom(1.5)),
            symbol("diagram.farther", "−", zoom(1.0 / 1.5)),
        ];
        if !self.is_large {
            buttons.push(button(
                page,
                "button button-small",
                "diagram.enlarge",
                page.does(ViewChange::Open(Dialog::Diagram)),
            ));
        }
        html! { <div class="actions diagram-controls">{ row(buttons) }</div> }
    }

    /// The processes as switches: whose column is shown.
    fn columns(&self, page: &Page) -> Html {
        let filter = self.filter.get();
        let toggle = |number: u16| {
            let id = ProcessId(number);
            let state = self.filter.clone();
            let changed = Filter { hidden: filter.hidden ^ 1 << number.min(127), ..filter };
            let onclick = Callback::from(move |_: MouseEvent| state.set(changed));
            html! {
                <button key={number} type="button" class="button button-small" aria-pressed={truth(filter.has(id))} {onclick}>
                    { process_name(page, id) }
                </button>
            }
        };
        html! {
            <div class="actions diagram-controls" role="group" aria-label={page.word("diagram.columns")}>
                { for (0..processes(page)).map(toggle) }
            </div>
        }
    }

    fn pointer(&self, page: &Page) -> [Callback<PointerEvent>; 4] {
        let made = |act: fn(&Board, &Store, &PointerEvent)| {
            let (board, store) = (self.board.clone(), page.store().clone());
            Callback::from(move |event: PointerEvent| act(&board, &store, &event))
        };
        [
            made(|board, _, event| {
                board.drag.set(Some((f64::from(event.client_y()), 0.0)));
                if let Some(canvas) = event.target_dyn_into::<HtmlElement>() {
                    // Without a capture the drag ends at the edge.
                    let _ = canvas.set_pointer_capture(event.pointer_id());
                }
            }),
            made(|board, store, event| {
                if let Some((last, far)) = board.drag.get() {
                    let y = f64::from(event.client_y());
                    board.drag.set(Some((y, far + (y - last).abs())));
                    board.plot.borrow_mut().pan(last - y);
                    board.paint(store);
                } else {
                    store.change(ViewChange::Point(board.near(event).map(Selection::Step)));
                }
            }),
            made(|board, store, event| {
                let dragged = board.drag.take().is_some_and(|(_, far)| far > 4.0);
                if !dragged {
                    store.change(ViewChange::Select(board.near(event).map(Selection::Step)));
                }
            }),
            made(|board, store, _| {
                board.drag.set(None);
                store.change(ViewChange::Point(None));
            }),
        ]
    }

    /// Arrow keys go from event to event, Enter takes the cursor there.
    fn on_key(&self, page: &Page) -> Callback<KeyboardEvent> {
        let (board, store) = (self.board.clone(), page.store().clone());
        Callback::from(move |event: KeyboardEvent| {
            let selected = match store.look(|view| view.selection) {
                Some(Selection::Step(step)) => Some(step),
                Some(Selection::Process(_) | Selection::Message(_) | Selection::Entry(..)) | None => None,
            };
            let go = |by: isize| {
                let next = board.plot.borrow().neighbour(selected, by);
                if let Some(step) = next {
                    store.change(ViewChange::Select(Some(Selection::Step(step))));
                }
            };
            match event.key().as_str() {
                "ArrowDown" | "ArrowRight" => go(1),
                "ArrowUp" | "ArrowLeft" => go(-1),
                "PageDown" => board.plot.borrow_mut().pan(PAGE_PX),
                "PageUp" => board.plot.borrow_mut().pan(-PAGE_PX),
                "+" => board.plot.borrow_mut().zoom(1.5, PAGE_PX),
                "-" => board.plot.borrow_mut().zoom(1.0 / 1.5, PAGE_PX),
                "Enter" => {
                    if let Some(step) = selected {
                        store.travel(Command::SeekStep { step });
                    }
                }
                _ => return,
            }
            board.paint(&store);
            event.prevent_default();
            event.stop_propagation();
        })
    }

    /// What the event is that is pointed at or selected.
    fn told(page: &Page) -> String {
        let step = page.look(|view| view.pointed.or(view.selection));
        let step = step.and_then(|selection| page.read(|session| session.step_of(selection)));
        let told = step.and_then(|step| page.read(|session| session.inspect(Selection::Step(step))));
        told.map_or_else(|| page.word("diagram.hint"), |told| page.text(&told.title))
    }
}

impl Part for Diagram {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE.and(Topics::TIMELINE)).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let names = (0..processes(page)).map(ProcessId).filter(|id| self.filter.get().has(*id));
        self.board.names.replace(names.map(|id| process_name(page, id)).collect());
        let [down, hover, up, leave] = self.pointer(page);
        html! {
            <div class={if self.is_large { "diagram diagram-large" } else { "diagram" }}>
                { self.controls(page) }
                { self.columns(page) }
                <div class="diagram-frame" tabindex="0" role="application" aria-label={page.word("diagram.label")} aria-describedby="diagram-told" onkeydown={self.on_key(page)}>
                    <canvas
                        ref={&self.canvas}
                        class="diagram-canvas"
                        aria-hidden="true"
                        onpointerdown={down}
                        onpointermove={hover}
                        onpointerup={up}
                        onpointerleave={leave.clone()}
                        onpointercancel={leave}
                    ></canvas>
                </div>
                <p id="diagram-told" class="note diagram-told" aria-live="polite">{ Self::told(page) }</p>
            </div>
        }
    }

    fn drawn(&mut self, page: &Page) {
        if self.mounted.is_none() {
            self.mounted = self.mount(page);
        }
        if self.coloured.is_new(page.settings().theme) {
            self.recolour();
        }
        let (width, height) = self.size.get();
        self.board.refresh(page);
        {
            let mut plot = self.board.plot.borrow_mut();
            plot.size = (f64::from(width), f64::from(height));
            plot.set(self.filter.get(), self.axis.get(), processes(page));
            let selected = match page.look(|view| view.selection) {
                Some(Selection::Step(step)) => Some(step),
                Some(Selection::Process(_) | Selection::Message(_) | Selection::Entry(..)) | None => None,
            };
            let here = page.read(|session| session.step());
            if self.revealed.is_new(selected)
                && let Some(step) = selected
            {
                plot.reveal(step);
            }
            // The picture follows the cursor where that moves.
            if self.followed.is_new(here) && self.board.drag.get().is_none() {
                plot.reveal(here);
            }
        }
        self.board.paint(page);
    }
}
