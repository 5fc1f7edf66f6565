//! The event feed: what happened, newest first, with the reason.

use crate::store::{Store, ViewChange, use_settings, use_store, use_topics, use_view};
use crate::words::{milliseconds, text, word};
use consistory_kernel::StepId;
use consistory_scene::FeedLine;
use consistory_session::{Command, Selection, Topics};
use yew::prelude::*;

/// Lines that are shown at first, and that "Show earlier events" adds.
const PAGE: usize = 60;

/// What [`EventLine`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct EventLineProps {
    /// The line.
    pub(crate) line: FeedLine,
    /// Whether its step is selected.
    pub(crate) selected: bool,
    /// Whether it then has a button that goes there.
    pub(crate) offers_go: bool,
}

/// Moves the cursor to just after a step.
pub(crate) fn go_to(store: &Store, step: StepId) {
    store.apply(Command::SeekStep { step });
}

/// Lines with keys that stay theirs while newer ones come, and whether each is the last of its step: a step may have
/// several lines.
pub(crate) fn keyed(lines: &[FeedLine]) -> impl Iterator<Item = (String, bool, &FeedLine)> {
    lines.iter().enumerate().map(|(position, line)| {
        let before = lines[..position].iter().rev().take_while(|other| other.step == line.step).count();
        let is_last = lines.get(position + 1).is_none_or(|next| next.step != line.step);
        (format!("{}-{before}", line.step.0), is_last, line)
    })
}

/// One line of the feed: selecting it explains the step, and offers to go there.
#[component]
pub(crate) fn EventLine(props: &EventLineProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let step = props.line.step;
    let class =
        classes!("event", props.line.notable.then_some("event-notable"), props.selected.then_some("event-selected"));
    let select = {
        let (store, selected) = (store.clone(), props.selected);
        Callback::from(move |_| store.change(ViewChange::Select((!selected).then_some(Selection::Step(step)))))
    };
    let go = Callback::from(move |_| go_to(&store, step));
    html! {
        <li {class}>
            <button type="button" class="line-button event-button" aria-pressed={props.selected.to_string()} onclick={select}>
                <span class="event-time">{ milliseconds(language, props.line.time) }</span>
                <span class="event-text">
                    if props.line.notable {
                        <span class="sr-only">{ word(language, "feed.notable") }{ " " }</span>
                    }
                    { text(language, &props.line.text) }
                </span>
            </button>
            if props.selected && props.offers_go {
                <button type="button" class="button button-small event-go" onclick={go}>{ word(language, "feed.go") }</button>
            }
        </li>
    }
}

/// The feed, with a switch for details.
#[component]
pub(crate) fn Feed() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let selection = use_view(&store).selection;
    use_topics(&store, Topics::FEED);
    let details = use_state_eq(|| false);
    let limit = use_state_eq(|| PAGE);
    // One more than shown tells whether there are earlier ones.
    let mut lines = store.read(|session| session.feed(*limit + 1, *details));
    let earlier = lines.len() > *limit;
    lines.truncate(*limit);
    let toggle = {
        let details = details.clone();
        Callback::from(move |_: Event| details.set(!*details))
    };
    let more = {
        let limit = limit.clone();
        Callback::from(move |_: MouseEvent| limit.set(*limit + PAGE))
    };
    let empty = if *details { "feed.empty-start" } else { "feed.empty-notable" };
    html! {
        <section class="feed" aria-labelledby="feed-title">
            <div class="panel-head">
                <h2 id="feed-title" class="panel-title">{ word(language, "feed.title") }</h2>
                <label class="switch">
                    <input type="checkbox" role="switch" checked={*details} onchange={toggle} />
                    <span>{ word(language, "feed.details") }</span>
                </label>
            </div>
            if lines.is_empty() {
                <p class="empty">{ word(language, empty) }</p>
            }
            <ol class={classes!("events", details.then_some("events-all"))}>
                for (key, is_last, line) in keyed(&lines) {
                    <EventLine
                        {key}
                        line={line.clone()}
                        selected={selection == Some(Selection::Step(line.step))}
                        offers_go={is_last}
                    />
                }
            </ol>
            if earlier {
                <button type="button" class="button button-small" onclick={more}>{ word(language, "feed.more") }</button>
            }
        </section>
    }
}
