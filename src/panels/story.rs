//! The story: what the run is about, its narration and what to try.

use crate::store::{Store, use_settings, use_store, use_topics};
use crate::words::{milliseconds, text, word};
use consistory_kernel::Time;
use consistory_scene::{Arg, Text};
use consistory_session::{Command, StoryLine, Topics};
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// What [`Line`] needs.
#[derive(Properties, PartialEq)]
struct LineProps {
    line: StoryLine,
    current: bool,
}

/// One line of narration; selecting it moves the run to its moment.
#[component]
fn Line(props: &LineProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let time = props.line.time;
    let go = text(language, &Text::key("story.go").with("time", Arg::Time(time)));
    let onclick = Callback::from(move |_| store.apply(Command::Seek { to: time }));
    html! {
        <li
            class={classes!("story-line", props.current.then_some("story-current"))}
            aria-current={props.current.then_some("step")}
        >
            <button type="button" class="line-button" title={go} {onclick}>
                <span>
                    <span class="story-text">{ text(language, &props.line.text) }</span>
                    <span class="story-time">{ milliseconds(language, time) }</span>
                </span>
            </button>
        </li>
    }
}

/// What [`NextPart`] needs.
#[derive(Properties, PartialEq)]
struct NextPartProps {
    time: Time,
}

/// Moves the run to where the story goes on.
#[component]
fn NextPart(props: &NextPartProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let time = props.time;
    let onclick = Callback::from(move |_| store.apply(Command::Seek { to: time }));
    let title = Text::key("story.next").with("time", Arg::Time(time));
    html! { <button type="button" class="button button-small story-next" {onclick}>{ text(language, &title) }</button> }
}

/// Scrolls to what was told last: the story itself beside the stage, the sheet's panel on a phone.
fn scroll_to_end(node: &NodeRef) {
    let Some(story) = node.cast::<Element>() else { return };
    story.set_scroll_top(story.scroll_height());
    if let Ok(Some(panel)) = story.closest(".tab-panel") {
        panel.set_scroll_top(panel.scroll_height());
    }
}

/// Renders the component again once the cursor reaches that time: a line of narration is no event of the run.
#[hook]
fn use_moment(store: &Store, moment: Option<Time>) {
    let update = use_force_update();
    use_effect_with((store.clone(), moment), move |(store, moment)| {
        let subscription = moment.map(|moment| {
            let tell = move |now: Time| {
                if now >= moment {
                    update.force_update();
                }
            };
            store.clock().on_reading(Rc::new(tell))
        });
        move || drop(subscription)
    });
}

/// The story beside the stage: told up to the cursor, so that it gives nothing away.
#[component]
pub(crate) fn Story() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::FEED.and(Topics::TIMELINE));
    let node = use_node_ref();
    let (story, now) = store.read(|session| (session.story(), session.now()));
    let told = story.lines.iter().take_while(|line| line.time <= now).count();
    {
        let node = node.clone();
        use_effect_with(told, move |told| {
            if *told > 0 {
                scroll_to_end(&node);
            }
        });
    }
    use_moment(&store, story.lines.get(told).map(|line| line.time));
    let title = story.title.as_ref().map_or_else(|| word(language, "story.untitled"), |title| text(language, title));
    let silent = story.summary.is_none() && story.hint.is_none() && story.lines.is_empty();
    html! {
        <section class="story" aria-labelledby="story-title" ref={node}>
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
            }
            if told > 0 {
                <ol class="story-lines" aria-label={word(language, "story.lines")}>
                    for (position, line) in story.lines.iter().take(told).enumerate() {
                        <Line key={position} line={line.clone()} current={position + 1 == told} />
                    }
                </ol>
            }
            if let Some(next) = story.lines.get(told) {
                <NextPart time={next.time} />
            }
        </section>
    }
}
