//! The timeline at the foot of the page: playback, the track to scrub on, branches.

mod branches;
mod controls;
mod layout;
mod marks;
mod scrubber;
mod track;
mod width;

use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use branches::Branches;
use consistory_scene::{Arg, Text};
use consistory_session::Topics;
use controls::{Controls, Readout, SpeedChooser};
use track::Track;
use yew::prelude::*;

/// Counts of the run: events and seed.
#[component]
fn Figures() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::TIMELINE.and(Topics::DIALS));
    let (steps, seed) = store.read(|session| (session.timeline().steps, session.seed()));
    let events = Text::key("timeline.events").with("count", Arg::Number(i64::from(steps)));
    // A seed is a name, not a quantity: it has no separators.
    let seed = Text::key("timeline.seed").with("seed", Arg::Plain(seed.to_string()));
    html! {
        <>
            <span class="figure">{ text(language, &events) }</span>
            <span class="figure">{ text(language, &seed) }</span>
        </>
    }
}

/// The timeline bar.
#[component]
pub(crate) fn TimelineBar() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    html! {
        <footer class="timeline" aria-label={word(language, "timeline.label")}>
            <div class="timeline-controls" role="group" aria-label={word(language, "timeline.controls")}>
                <Controls />
                <SpeedChooser />
                <Readout />
            </div>
            <Track />
            <div class="timeline-facts">
                <Branches />
                <Figures />
            </div>
        </footer>
    }
}
