//! The keyboard on the cards: one of them is in the Tab order, arrows go from card to card, Enter goes to its buttons.

use super::geometry::Plan;
use crate::keys;
use crate::part::State;
use crate::store::{Store, ViewChange};
use consistory_kernel::ProcessId;
use consistory_session::Selection;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};
use yew::prelude::*;

/// Answers keys that are pressed while a card, or a button on one, has the focus.
pub(crate) fn on_key(store: &Store, plan: &Rc<Plan>, root: &NodeRef) -> Callback<KeyboardEvent> {
    let (store, plan, root) = (store.clone(), plan.clone(), root.clone());
    Callback::from(move |event: KeyboardEvent| {
        let Some(card) = card_of(&event) else { return };
        let Some(id) = process_of(&card) else { return };
        let is_on_card = event.target_dyn_into::<Element>().as_ref() == Some(&card);
        let position = plan.cards.iter().position(|(other, _)| *other == id).unwrap_or(0);
        let count = plan.cards.len().max(1);
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (position + 1) % count,
            "ArrowLeft" | "ArrowUp" => (position + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            "Enter" if is_on_card => {
                event.prevent_default();
                store.change(ViewChange::Select(Some(Selection::Process(id))));
                keys::focus(card.query_selector(".card-actions button").ok().flatten());
                return;
            }
            "Escape" if !is_on_card => {
                event.prevent_default();
                keys::focus(Some(card));
                return;
            }
            _ => return,
        };
        if event.shift_key() || !is_on_card {
            return;
        }
        event.prevent_default();
        let next = plan.cards.get(next).map(|(id, _)| format!("[data-process=\"{}\"]", id.0));
        let root = root.cast::<Element>();
        keys::focus(next.and_then(|selector| root?.query_selector(&selector).ok().flatten()));
    })
}

/// The card that has the focus is the one that Tab comes back to.
pub(crate) fn on_focus(reachable: &State<Option<ProcessId>>) -> Callback<FocusEvent> {
    let reachable = reachable.clone();
    Callback::from(move |event: FocusEvent| {
        if let Some(id) = card_of(&event).and_then(|card| process_of(&card)) {
            reachable.set(Some(id));
        }
    })
}

fn card_of(event: &Event) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(".card").ok().flatten()
}

fn process_of(card: &Element) -> Option<ProcessId> {
    card.get_attribute("data-process")?.parse().ok().map(ProcessId)
}
