//! The address: which run it names, and keeping it short.

use crate::settings::query;
use crate::store::Store;
use gloo::events::EventListener;
use wasm_bindgen::JsValue;

/// The run that the address names: its hash, or the value of `?s=` where a chat application cut the hash off.
pub(crate) fn fragment() -> String {
    let Some(window) = web_sys::window() else {
        return String::new();
    };
    let hash = window.location().hash().unwrap_or_default();
    if hash.len() > 1 {
        return hash;
    }
    query(&window).and_then(|query| query.get("s")).unwrap_or_default()
}

/// Whether the address names a moment that somebody shared, rather than a fresh run.
pub(crate) fn is_shared(fragment: &str) -> bool {
    let is_gallery = fragment.starts_with("#/p/") || fragment.starts_with("#/vs/");
    let names_a_time = fragment.contains("?t=") || fragment.contains("&t=");
    !fragment.is_empty() && (!is_gallery || names_a_time)
}

/// Whether the address asks that nothing plays by itself.
pub(crate) fn asks_for_rest() -> bool {
    let query = web_sys::window().and_then(|window| query(&window));
    query.and_then(|query| query.get("autoplay")).is_some_and(|value| value == "0")
}

/// Puts a fragment into the address bar without a new entry in the history.
pub(crate) fn write(fragment: &str) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let now = window.location().hash().unwrap_or_default();
    let is_unnamed = !fragment.starts_with('#') && now.is_empty();
    if now == fragment || is_unnamed {
        return;
    }
    let hash = if fragment.starts_with('#') { fragment } else { "#" };
    if let Ok(history) = window.history() {
        // A sandbox may forbid it; then the address stays as it was, and the run is open all the same.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Opens what the address names whenever somebody changes it by hand or follows a link of the page.
pub(crate) fn listen(store: &Store) -> Option<EventListener> {
    let window = web_sys::window()?;
    let store = store.clone();
    let listener = EventListener::new(&window, "hashchange", move |_| {
        store.open(&fragment());
    });
    Some(listener)
}
