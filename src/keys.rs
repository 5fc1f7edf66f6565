//! The keyboard commands that work anywhere on the page, except while somebody types.

use crate::store::{Dialog, SPEEDS, Store, ViewChange};
use consistory_scene::Emphasis;
use consistory_session::{Command, Direction, Disk, EditCommand, Selection};
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Listens to the keyboard until dropped.
pub(crate) fn listen(store: &Store) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let store = store.clone();
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&document, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        if event.default_prevented() || !is_free(&store, event) {
            return;
        }
        if press(&store, event) {
            event.prevent_default();
        }
    });
    Some(listener)
}

/// Moves the focus to an element, if it can have it.
pub(crate) fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot have the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// Whether a key is ours: not the browser's, not a text field's, not a dialog's, and not an arrow of a control.
fn is_free(store: &Store, event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return false;
    }
    if store.look(|view| view.dialog.is_some()) {
        return false;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return true };
    let within = |selector: &str| target.closest(selector).ok().flatten().is_some();
    if within("input, textarea, select, [contenteditable], dialog, [popover]") {
        return false;
    }
    match event.key().as_str() {
        " " | "Enter" => !within("button, a, summary, [role=button], [role=tab], [role=slider]"),
        "ArrowLeft" | "ArrowRight" => {
            !within("[role=slider], [role=tablist], [role=toolbar], [role=menu], [role=group]")
        }
        _ => true,
    }
}

/// Does what a key stands for; false where it stands for nothing.
fn press(store: &Store, event: &KeyboardEvent) -> bool {
    let shift = event.shift_key();
    match event.key().as_str() {
        " " => {
            let playing = store.look(|view| view.playing);
            store.change(ViewChange::Play(!playing));
        }
        "ArrowLeft" => travel(store, Direction::Back, shift),
        "ArrowRight" => travel(store, Direction::Forward, shift),
        "Escape" => store.change(ViewChange::Select(None)),
        letter => return store.settings().single_keys && letter_command(store, letter),
    }
    true
}

fn travel(store: &Store, direction: Direction, notable: bool) {
    store.travel(if notable { Command::Jump(direction) } else { Command::Step(direction) });
}

fn letter_command(store: &Store, letter: &str) -> bool {
    let speed = store.look(|view| view.speed);
    match letter {
        "[" => store.change(ViewChange::Speed(speed.saturating_sub(1))),
        "]" => store.change(ViewChange::Speed((speed + 1).min(SPEEDS.len() - 1))),
        "c" | "C" => store.change(ViewChange::Open(Dialog::Request)),
        "r" | "R" => restart_leader(store),
        "t" | "T" => store.edit(EditCommand::SpreadTimers),
        "a" | "A" => store.edit(EditCommand::AlignTimers),
        "?" => store.change(ViewChange::Open(Dialog::Help)),
        _ => return false,
    }
    true
}

/// Crashes and boots the node that leads: the quickest way to another election.
fn restart_leader(store: &Store) {
    let scene = store.read(|session| session.scene());
    let leader = scene.cards.iter().find(|card| card.emphasis == Emphasis::Strong);
    if let Some(leader) = leader {
        store.edit(EditCommand::Crash(leader.id, Disk::Kept));
        store.edit(EditCommand::Restart(leader.id));
        store.change(ViewChange::Select(Some(Selection::Process(leader.id))));
    }
}
