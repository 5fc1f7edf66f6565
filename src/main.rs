//! The Consistory page: opens the run that the address names and shows it.

mod app;
mod clock;
mod embed;
mod keys;
mod later;
mod listeners;
mod measure;
mod order;
mod panels;
mod part;
mod router;
mod settings;
mod stage;
mod store;
mod versus;
mod view;
mod words;

use crate::later::Library;
use crate::settings::Settings;
use crate::store::Store;
use consistory_session::{Opened, Problem, needs_more};
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::Window;

fn main() {
    // Yew would put its own hook in the place of the standard one.
    yew::set_custom_panic_hook(Box::new(|info| report(&info.to_string())));
    let Some(window) = web_sys::window() else {
        return;
    };
    let settings = Settings::load(&window);
    settings.show(&window);
    let needs_more = needs_more(&router::fragment());
    if words::knows(settings.language) && !needs_more {
        soon(move || start(&window, None, settings));
        return;
    }
    spawn_local(async move {
        // Where the words cannot be had, English is better than nothing.
        later::learn(settings.language).await;
        let library = if needs_more { later::library().await } else { None };
        start(&window, library, settings);
    });
}

/// Opens the run that the address names, and shows it.
fn start(window: &Window, library: Option<Library>, settings: Settings) {
    let fragment = router::fragment();
    let (opened, problem) = match open_or_default(&fragment, library) {
        Ok(found) => found,
        Err(problem) => {
            report(&words::text(settings.language, &[], &problem.text));
            return;
        }
    };
    let store = Store::new(opened, library, settings, app::layout_of(window));
    match problem {
        Some(problem) => store.tell_problem(problem),
        None => store.change(store::ViewChange::Play(store.plays_at_once(&fragment))),
    }
    let window = window.clone();
    soon(move || {
        app::mount(&window, store.clone());
        later::fetch_soon(&store);
    });
}

/// Does the next part of the start in a task of its own, so that the browser can answer its user in between.
pub(crate) fn soon(part: impl FnOnce() + 'static) {
    Timeout::new(0, part).forget();
}

/// The run of the address; where that cannot be opened the default one, with the reason.
fn open_or_default(fragment: &str, library: Option<Library>) -> Result<(Opened, Option<Problem>), Problem> {
    match later::open_by(fragment, library) {
        Ok(opened) => Ok((opened, None)),
        Err(problem) => later::open_by("", library).map(|opened| (opened, Some(problem))),
    }
}

/// Hands what went wrong to `boot.js`, which shows it with the run's link: after a panic nothing here may be trusted.
fn report(message: &str) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let root = window.document().and_then(|document| document.document_element());
    if let Some(root) = root {
        // Setting an attribute of the root element fails only for an invalid name.
        let _ = root.set_attribute("data-failure", message);
    }
    if let Ok(event) = web_sys::Event::new("consistory-failure") {
        // The listener of boot.js does not cancel it; there is nobody else to tell.
        let _ = window.dispatch_event(&event);
    }
}
