//! The event feed: what happened, newest first, with the reason.

use super::pieces::{button, empty, line_button};
use crate::part::{Page, Part, Reads, State, class, when};
use crate::store::ViewChange;
use crate::words::milliseconds;
use consistory_scene::FeedLine;
use consistory_session::{Command, Selection, Topics};
use yew::prelude::*;

/// Lines that are shown at first, and that "Show earlier events" adds.
const PAGE: usize = 60;

/// Lines with keys that stay theirs while newer ones come, and whether each is the last of its step: a step may have
/// several lines.
pub(crate) fn keyed(lines: &[FeedLine]) -> impl Iterator<Item = (String, bool, &FeedLine)> {
    lines.iter().enumerate().map(|(position, line)| {
        let before = lines[..position].iter().rev().take_while(|other| other.step == line.step).count();
        let is_last = lines.get(position + 1).is_none_or(|next| next.step != line.step);
        (format!("{}-{before}", line.step.0), is_last, line)
    })
}

/// One line of the feed: selecting it explains the step, and then offers to go there if `offers_go`.
pub(crate) fn event_line(page: &Page, key: String, line: &FeedLine, selected: bool, offers_go: bool) -> Html {
    let step = line.step;
    let lit = page.lit(step);
    let class = class(&["event", when(line.notable, "event-notable"), when(selected, "event-selected"), lit]);
    let point = |to| page.does(ViewChange::Point(to));
    let words = html! {
        <>
            <span class="event-time">{ milliseconds(page.language(), line.time) }</span>
            <span class="event-text">
                if line.notable {
                    <span class="sr-only">{ page.word("feed.notable") }{ " " }</span>
                }
                { page.text(&line.text) }
            </span>
        </>
    };
    let select = page.does(ViewChange::Select((!selected).then_some(Selection::Step(step))));
    html! {
        <li {key} {class} onmouseenter={point(Some(Selection::Step(step)))} onmouseleave={point(None)}>
            { line_button("line-button event-button", None, Some(selected), words, select) }
            if selected && offers_go {
                { button(page, "button button-small event-go", "feed.go", page.does(Command::SeekStep { step })) }
            }
        </li>
    }
}

/// The feed, with a switch for details.
pub(crate) struct Feed {
    details: State<bool>,
    limit: State<usize>,
}

impl Feed {
    /// A feed of the newest notable events.
    pub(crate) fn new(page: &Page) -> Self {
        Self { details: page.state(false), limit: page.state(PAGE) }
    }
}

impl Part for Feed {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::FEED).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let (details, limit) = (self.details.get(), self.limit.get());
        let selection = page.look(|view| view.selection);
        // One more than shown tells whether there are earlier ones.
        let mut lines = page.read(|session| session.feed(limit + 1, details));
        let earlier = lines.len() > limit;
        lines.truncate(limit);
        let toggle = {
            let state = self.details.clone();
            Callback::from(move |_: Event| state.set(!details))
        };
        let more = {
            let state = self.limit.clone();
            Callback::from(move |_: MouseEvent| state.set(limit + PAGE))
        };
        let why_empty = if details { "feed.empty-start" } else { "feed.empty-notable" };
        html! {
            <section class="feed" aria-labelledby="feed-title">
                <div class="panel-head">
                    <h2 id="feed-title" class="panel-title">{ page.word("feed.title") }</h2>
                    <label class="switch">
                        <input type="checkbox" role="switch" checked={details} onchange={toggle} />
                        <span>{ page.word("feed.details") }</span>
                    </label>
                </div>
                if lines.is_empty() {
                    { empty(page, why_empty) }
                }
                <ol class={if details { "events events-all" } else { "events" }}>
                    for (key, is_last, line) in keyed(&lines) {
                        { event_line(page, key, line, selection == Some(Selection::Step(line.step)), is_last) }
                    }
                </ol>
                if earlier {
                    { button(page, "button button-small", "feed.more", more) }
                }
            </section>
        }
    }
}
