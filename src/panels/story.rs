//! The story: what the run is about, its narration and what to try.

use crate::store::{use_settings, use_store, use_topics};
use crate::words::{milliseconds, text, word};
use consistory_scene::{Arg, Text};
use consistory_session::{Command, StoryLine, Topics};
use yew::prelude::*;

/// What [`Line`] needs.
#[derive(Properties, PartialEq)]
struct LineProps {
    line: StoryLine,
    place: Place,
}

/// Where a line of narration stands to the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Told,
    Current,
    Ahead,
}

/// One line of narration; selecting it moves the run to its moment.
#[component]
fn Line(props: &LineProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let time = props.line.time;
    let class = match props.place {
        Place::Told => "story-line",
        Place::Current => "story-line story-current",
        Place::Ahead => "story-line story-ahead",
    };
    let go = text(language, &Text::key("story.go").with("time", Arg::Time(time)));
    let onclick = Callback::from(move |_| store.apply(Command::Seek { to: time }));
    html! {
        <li class={class} aria-current={(props.place == Place::Current).then_some("step")}>
            <button type="button" class="line-button" title={go} {onclick}>
                <span>
                    <span class="story-text">{ text(language, &props.line.text) }</span>
                    <span class="story-time">{ milliseconds(language, time) }</span>
                </span>
            </button>
        </li>
    }
}

/// The story beside the stage.
#[component]
pub(crate) fn Story() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::FEED.and(Topics::TIMELINE));
    let (story, now) = store.read(|session| (session.story(), session.now()));
    let current = story.lines.iter().rposition(|line| line.time <= now);
    let place = |position: usize| match current {
        Some(current) if position < current => Place::Told,
        Some(current) if position == current => Place::Current,
        Some(_) | None => Place::Ahead,
    };
    let title = story.title.as_ref().map_or_else(|| word(language, "story.untitled"), |title| text(language, title));
    let silent = story.summary.is_none() && story.hint.is_none() && story.lines.is_empty();
    html! {
        <section class="story" aria-labelledby="story-title">
            <h1 id="story-title" class="story-title">{ title }</h1>
            if let Some(summary) = &story.summary {
                <p class="story-summary">{ text(language, summary) }</p>
            }
            if let Some(hint) = &story.hint {
                <div class="story-hint">
                    <h2 class="story-try">{ word(language, "story.try") }</h2>
                    <p>{ text(language, hint) }</p>
                </div>
            }
            if silent {
                <p class="empty">{ word(language, "story.empty") }</p>
            } else if story.lines.is_empty() {
                <p class="empty">{ word(language, "story.waiting") }</p>
            } else {
                <ol class="story-lines" aria-label={word(language, "story.lines")}>
                    for (position, line) in story.lines.iter().enumerate() {
                        <Line key={position} line={line.clone()} place={place(position)} />
                    }
                </ol>
            }
        </section>
    }
}
