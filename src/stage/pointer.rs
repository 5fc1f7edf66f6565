//! Mouse, pen and finger on the stage.

use super::board::{Board, pointer_place, reach};
use super::geometry::Plan;
use super::grab::{Gesture, Outcome};
use super::menu::MenuFor;
use crate::part::State;
use crate::store::{Store, ViewChange};
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use consistory_session::{EditCommand, Selection};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

/// What the handlers need.
pub(crate) struct Pointer {
    /// Where edits and selections go.
    pub(crate) store: Store,
    /// Finds messages.
    pub(crate) board: Board,
    /// Finds cards.
    pub(crate) plan: Rc<Plan>,
    /// The stage.
    pub(crate) root: NodeRef,
    /// What the pointer holds.
    pub(crate) gesture: State<Gesture>,
    /// Opens the menu of a link.
    pub(crate) menu: State<Option<MenuFor>>,
}

/// What a pointer event calls.
type OnPointer = Callback<PointerEvent>;

/// The answers to a pointer that goes down, moves, goes up, and is taken away by the browser.
pub(crate) fn callbacks(pointer: &Rc<Pointer>) -> (OnPointer, OnPointer, OnPointer, OnPointer) {
    let answer = |how: fn(&Pointer, &PointerEvent)| {
        let pointer = pointer.clone();
        Callback::from(move |event: PointerEvent| how(&pointer, &event))
    };
    let cancel = |pointer: &Pointer, _: &PointerEvent| pointer.gesture.set(Gesture::None);
    (answer(Pointer::down), answer(Pointer::hover), answer(Pointer::up), answer(cancel))
}

impl Pointer {
    /// A pointer goes down: it selects a message, or takes hold of a card or of the empty stage.
    fn down(&self, event: &PointerEvent) {
        if event.button() != 0 || is_on_control(event) {
            return;
        }
        let Some(stage) = self.root.cast::<HtmlElement>() else {
            return;
        };
        let point = pointer_place(&stage, event);
        let card = self.plan.card_at(point);
        if card.is_none()
            && let Some(message) = self.board.hit(point, reach(event))
        {
            self.store.change(ViewChange::Select(Some(Selection::Message(message))));
            return;
        }
        self.gesture.set(match card {
            Some(id) => Gesture::Card { id, start: point, now: point },
            None => Gesture::Line { start: point, now: point },
        });
        // Without the capture a drag ends at the stage's edge, which is no harm.
        let _ = stage.set_pointer_capture(event.pointer_id());
    }

    /// A pointer moves: with something in hand it drags, otherwise the cursor shows what it would take.
    fn hover(&self, event: &PointerEvent) {
        let Some(stage) = self.root.cast::<HtmlElement>() else {
            return;
        };
        let point = pointer_place(&stage, event);
        let held = self.gesture.get();
        if held == Gesture::None {
            let card = self.plan.card_at(point);
            let message = if card.is_none() { self.board.hit(point, reach(event)) } else { None };
            let cursor = if message.is_some() { "pointer" } else { "" };
            // A finger points at nothing that it does not press.
            if event.pointer_type() == "mouse" {
                let pointed = card.map(Selection::Process).or(message.map(Selection::Message));
                self.store.change(ViewChange::Point(pointed));
            }
            // An empty value takes the property away.
            let _ = stage.style().set_property("cursor", cursor);
        } else {
            self.gesture.set(held.moved(point));
        }
    }

    /// A pointer goes up: what it holds is let go.
    fn up(&self, event: &PointerEvent) {
        let held = self.gesture.get();
        self.gesture.set(Gesture::None);
        let Some(stage) = self.root.cast::<HtmlElement>() else {
            return;
        };
        let scene = self.store.read(|session| session.scene());
        let outcome = held.moved(pointer_place(&stage, event)).outcome(&self.plan, &scene);
        let place = Point { x: f64::from(event.client_x()), y: f64::from(event.client_y()) };
        self.let_go(outcome, place);
    }

    fn let_go(&self, outcome: Outcome, place: Point) {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Click(id) => self.click(id),
            Outcome::ClickNowhere => self.store.change(ViewChange::Select(None)),
            Outcome::Link(a, b) => self.menu.set(Some(MenuFor { node: a, other: Some(b), place })),
            Outcome::Divide(groups) if groups.len() < 2 => self.store.edit(EditCommand::Heal),
            Outcome::Divide(groups) => self.store.edit(EditCommand::Partition(groups)),
        }
    }

    fn click(&self, id: ProcessId) {
        self.store.change(ViewChange::Select(Some(Selection::Process(id))));
        let stage = self.root.cast::<Element>();
        let selector = format!("[data-process=\"{}\"]", id.0);
        crate::keys::focus(stage.and_then(|stage| stage.query_selector(&selector).ok().flatten()));
    }
}

/// Whether the pointer is on something that takes care of itself.
fn is_on_control(event: &PointerEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let control = "button, a, input, select, .client, .message-toolbar, .stage-menu, .card-actions";
    target.is_some_and(|target| target.closest(control).ok().flatten().is_some())
}
