//! The timeline at the foot of the page: playback, the track to scrub on, branches.

mod branches;
mod controls;
mod layout;
mod marks;
mod scrubber;
mod track;

use crate::part::{Page, Part, Reads, part};
use branches::branches;
use consistory_scene::{Arg, Text};
use consistory_session::Topics;
use controls::{Playback, Readout};
use track::Track;
use yew::prelude::*;

/// The timeline bar.
pub(crate) fn timeline_bar(page: &Page) -> Html {
    html! {
        <footer class="timeline" aria-label={page.word("timeline.label")}>
            <div class="timeline-controls" role="group" aria-label={page.word("timeline.controls")}>
                { part(page, "playback", |_| Box::new(Playback)) }
                { part(page, "readout", |_| Box::new(Readout)) }
            </div>
            { part(page, "track", |page| Box::new(Track::new(page))) }
            <div class="timeline-facts">{ part(page, "facts", |_| Box::new(Facts)) }</div>
        </footer>
    }
}

/// The branches, and counts of the run: events and seed.
struct Facts;

impl Part for Facts {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::TIMELINE.and(Topics::DIALS))
    }

    fn draw(&mut self, page: &Page) -> Html {
        let (timeline, seed) = page.read(|session| (session.timeline(), session.seed()));
        let events = Text::key("timeline.events").with("count", Arg::Number(i64::from(timeline.steps)));
        // A seed is a name, not a quantity: it has no separators.
        let seed = Text::key("timeline.seed").with("seed", Arg::Plain(seed.to_string()));
        html! {
            <>
                { branches(page, &timeline.branches) }
                for figure in [events, seed] {
                    <span class="figure">{ page.text(&figure) }</span>
                }
            </>
        }
    }
}
