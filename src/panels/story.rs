//! The story: what the run is about, its narration and what to try.

use super::pieces::{empty, line_button, sentence_button};
use crate::part::{Page, Part, Reads, Seen, class, when};
use crate::words::milliseconds;
use consistory_kernel::Time;
use consistory_scene::{Arg, Text};
use consistory_session::{Command, StoryLine, Topics};
use web_sys::Element;
use yew::prelude::*;

fn at(page: &Page, key: &'static str, time: Time) -> String {
    page.text(&Text::key(key).with("time", Arg::Time(time)))
}

/// One line of narration; selecting it moves the run to its moment.
fn line_html(page: &Page, position: usize, line: &StoryLine, current: bool) -> Html {
    let time = line.time;
    let words = html! {
        <span>
            <span class="story-text">{ page.text(&line.text) }</span>
            <span class="story-time">{ milliseconds(page.language(), time) }</span>
        </span>
    };
    let go = Some(at(page, "story.go", time));
    html! {
        <li
            key={position}
            class={class(&["story-line", when(current, "story-current")])}
            aria-current={current.then_some("step")}
        >
            { line_button("line-button", go, None, words, page.does(Command::Seek { to: time })) }
        </li>
    }
}

/// Moves the run to where the story goes on.
fn next_part(page: &Page, time: Time) -> Html {
    let sentence = at(page, "story.next", time);
    sentence_button("button button-small story-next", "next", sentence, page.does(Command::Seek { to: time }))
}

/// Scrolls to what was told last: the story itself beside the stage, the sheet's panel on a phone.
fn scroll_to_end(node: &NodeRef) {
    let Some(story) = node.cast::<Element>() else { return };
    story.set_scroll_top(story.scroll_height());
    if let Ok(Some(panel)) = story.closest(".tab-panel") {
        panel.set_scroll_top(panel.scroll_height());
    }
}

/// The story beside the stage: told up to the cursor, so that it gives nothing away.
#[derive(Default)]
pub(crate) struct Story {
    node: NodeRef,
    /// How many lines are told.
    told: usize,
    scrolled: Seen<usize>,
}

impl Part for Story {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::FEED.and(Topics::TIMELINE))
    }

    fn draw(&mut self, page: &Page) -> Html {
        let (story, now) = page.read(|session| (session.story(), session.now()));
        let told = story.lines.iter().take_while(|line| line.time <= now).count();
        self.told = told;
        let next = story.lines.get(told).map(|line| line.time);
        let title = story.title.as_ref().map_or_else(|| page.word("story.untitled"), |title| page.text(title));
        let silent = story.summary.is_none() && story.hint.is_none() && story.lines.is_empty();
        html! {
            <section class="story" aria-labelledby="story-title" ref={self.node.clone()}>
                <h1 id="story-title" class="story-title">{ title }</h1>
                if let Some(summary) = &story.summary {
                    <p class="story-summary">{ page.text(summary) }</p>
                }
                if let Some(hint) = &story.hint {
                    <div class="story-hint">
                        <h2 class="story-try">{ page.word("story.try") }</h2>
                        <p>{ page.text(hint) }</p>
                    </div>
                }
                if silent {
                    { empty(page, "story.empty") }
                }
                if told > 0 {
                    <ol class="story-lines" aria-label={page.word("story.lines")}>
                        for (position, line) in story.lines.iter().take(told).enumerate() {
                            { line_html(page, position, line, position + 1 == told) }
                        }
                    </ol>
                }
                if let Some(next) = next {
                    { next_part(page, next) }
                }
            </section>
        }
    }

    fn drawn(&mut self, _: &Page) {
        if self.scrolled.is_new(self.told) && self.told > 0 {
            scroll_to_end(&self.node);
        }
    }
}
