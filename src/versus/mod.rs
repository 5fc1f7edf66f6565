//! Several runs side by side: their stages on one clock, their figures, and what is done to all of them.
//!
//! The page's own store holds the contest, which moves all of its runs; so playback, timeline, keys, links and the
//! embedding interface need to know nothing of it. Each stage has a store of its own, which shares its run with the
//! contest and follows the page's clock.

mod acting;
mod figures;
mod sides;

use crate::panels::{button, line_button, subtitle};
use crate::part::{Act, Page, Part, Reads, part};
use crate::store::ViewChange;
use crate::view::SPEED_DEFAULT;
use crate::words::milliseconds;
use acting::Acting;
use consistory_kernel::Time;
use consistory_scene::Text;
use consistory_session::contest::Shared;
use consistory_session::{Command, Topics};
use figures::FigureTable;
use sides::Side;
use std::rc::Rc;
use yew::prelude::*;

/// The index of 1/10 among the speeds: a contest lasts seconds, a story about one run some hundred milliseconds.
const SPEED: usize = 6;

/// The runs of a contest.
#[derive(Default)]
pub(crate) struct Versus {
    /// Which opened run the sides are of.
    of: Option<u32>,
    sides: Vec<Side>,
    /// Whether the contest was opened just now.
    is_fresh: bool,
}

/// What is known of a contestant apart from its run: its name, and how many acts it leaves out.
struct Known {
    name: Text,
    session: Shared,
    left_out: usize,
}

fn known(page: &Page) -> Vec<Known> {
    page.read(|session| {
        let Some(contest) = session.as_contest() else { return Vec::new() };
        let known = contest.entries().iter().map(|entry| Known {
            name: entry.name.clone(),
            session: Rc::clone(&entry.session),
            left_out: entry.left_out,
        });
        known.collect()
    })
}

impl Versus {
    /// No run is shown yet.
    pub(crate) fn new(_: &Page) -> Self {
        Self::default()
    }

    fn stages(&mut self, page: &Page) -> Html {
        let known = known(page);
        if self.of != Some(page.runs()) {
            self.of = Some(page.runs());
            self.is_fresh = true;
            let side = |(place, of): (usize, &Known)| Side::new(page, place, of.name.clone(), Rc::clone(&of.session));
            self.sides = known.iter().enumerate().map(side).collect();
        }
        html! {
            <div class="versus-stages">
                for (place, (side, of)) in self.sides.iter().zip(&known).enumerate() {
                    { side.draw(page, place, of.left_out) }
                }
            </div>
        }
    }

    /// Escape lets go of what is selected on any stage.
    fn on_key(&self) -> Callback<KeyboardEvent> {
        let stores: Vec<_> = self.sides.iter().map(|side| side.store().clone()).collect();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                for store in &stores {
                    store.change(ViewChange::Select(None));
                }
            }
        })
    }
}

impl Part for Versus {
    fn reads(&self) -> Reads {
        // Another run, and whatever is done, tells every topic.
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let stages = self.stages(page);
        if self.sides.is_empty() {
            return Html::default();
        }
        if page.settings().embedded {
            return html! { <div class="versus" onkeydown={self.on_key()}>{ stages }</div> };
        }
        html! {
            <div class="versus" onkeydown={self.on_key()}>
                { head(page) }
                { stages }
                <div class="versus-below">
                    { part(page, "versus-figures", |page| Box::new(FigureTable::new(page))) }
                    <section class="versus-script" aria-label={page.word("versus.script")}>
                        { part(page, "versus-acting", |page| Box::new(Acting::new(page))) }
                        { script(page) }
                    </section>
                </div>
            </div>
        }
    }

    fn drawn(&mut self, page: &Page) {
        let is_fresh = std::mem::take(&mut self.is_fresh);
        if is_fresh && page.look(|view| view.speed == SPEED_DEFAULT) {
            page.change(ViewChange::Speed(SPEED));
        }
    }
}

fn head(page: &Page) -> Html {
    let story = page.read(|session| session.story());
    let title = story.title.map_or_else(|| page.word("versus.untitled"), |title| page.text(&title));
    html! {
        <div class="versus-head">
            <div>
                <h1 class="versus-title">{ title }</h1>
                if let Some(summary) = story.summary {
                    <p class="versus-summary">{ page.text(&summary) }</p>
                }
                <p class="note">{ page.word("versus.hint") }</p>
            </div>
            { button(page, "button button-small", "versus.back", page.does(Act::Open(String::new()))) }
        </div>
    }
}

/// What is done to all, and the way to each moment.
fn script(page: &Page) -> Html {
    let acts: Vec<(Time, String)> = page.read(|session| {
        let Some(contest) = session.as_contest() else { return Vec::new() };
        contest.contest().script.iter().map(|act| (act.at, act.statement.clone())).collect()
    });
    let line = |(at, statement): &(Time, String)| {
        let words = html! {
            <>
                <span class="event-time">{ milliseconds(page.language(), *at) }</span>
                <code class="versus-statement">{ statement.clone() }</code>
            </>
        };
        let go = page.does(Act::Travel(Command::Seek { to: *at }));
        line_button("line-button event-button", Some(page.word("feed.go")), None, words, go)
    };
    html! {
        <>
            { subtitle(page, "versus.script") }
            <ol class="events">
                for (position, act) in acts.iter().enumerate() {
                    <li key={position} class="event">{ line(act) }</li>
                }
            </ol>
            if acts.is_empty() {
                <p class="empty">{ page.word("versus.script-empty") }</p>
            }
        </>
    }
}
