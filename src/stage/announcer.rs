//! Says turning points of the run to screen readers: at most one every two seconds, the latest.

use crate::store::{use_settings, use_store, use_topics};
use crate::words::text;
use consistory_kernel::StepId;
use consistory_session::Topics;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Least real time between two announcements, in milliseconds.
const PAUSE_MS: u32 = 2_000;

/// A live region.
#[component]
pub(crate) fn Announcer() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let changes = use_topics(&store, Topics::FEED);
    let said = use_state_eq(|| (None::<StepId>, String::new()));
    let timer = use_mut_ref(|| None::<Timeout>);
    use_effect_with(changes, {
        let said = said.clone();
        move |_| {
            if timer.borrow().is_some() {
                return;
            }
            let waiting = timer.clone();
            let say = move || {
                *waiting.borrow_mut() = None;
                let latest = store.read(|session| session.feed(1, false)).into_iter().next();
                if let Some(line) = latest {
                    said.set((Some(line.step), text(language, &line.text)));
                }
            };
            *timer.borrow_mut() = Some(Timeout::new(PAUSE_MS, say));
        }
    });
    html! { <div class="sr-only" role="status" aria-live="polite">{ said.1.clone() }</div> }
}
