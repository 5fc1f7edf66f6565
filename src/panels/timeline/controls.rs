//! Playback: play and pause, steps, jumps, speed, and the time of the cursor.

use crate::panels::{Icon, icon};
use crate::store::{SPEEDS, Store, ViewChange, use_clock, use_settings, use_store, use_view};
use crate::words::{milliseconds, text, word};
use consistory_scene::{Arg, Text};
use consistory_session::words::Language;
use consistory_session::{Command, Direction};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

fn travel(store: &Store, command: &Command) -> Callback<MouseEvent> {
    let (store, command) = (store.clone(), command.clone());
    Callback::from(move |_| {
        store.change(ViewChange::Play(false));
        store.apply(command.clone());
    })
}

fn travel_button(store: &Store, language: Language, shown: Icon, title: &'static str, command: &Command) -> Html {
    let title = word(language, title);
    html! {
        <button type="button" class="button button-icon" aria-label={title.clone()} {title} onclick={travel(store, command)}>
            { icon(shown) }
        </button>
    }
}

/// The five buttons of playback.
#[component]
pub(crate) fn Controls() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let playing = use_view(&store).playing;
    let (shown, title) = if playing { (Icon::Pause, "timeline.pause") } else { (Icon::Play, "timeline.play") };
    let title = word(language, title);
    let toggle = {
        let store = store.clone();
        Callback::from(move |_| store.change(ViewChange::Play(!playing)))
    };
    let button = |shown, title, command| travel_button(&store, language, shown, title, &command);
    html! {
        <div class="playback">
            { button(Icon::JumpBack, "timeline.jump-back", Command::Jump(Direction::Back)) }
            { button(Icon::StepBack, "timeline.step-back", Command::Step(Direction::Back)) }
            <button type="button" class="button button-icon button-primary play" aria-label={title.clone()} {title} onclick={toggle}>
                { icon(shown) }
            </button>
            { button(Icon::StepForward, "timeline.step-forward", Command::Step(Direction::Forward)) }
            { button(Icon::JumpForward, "timeline.jump-forward", Command::Jump(Direction::Forward)) }
        </div>
    }
}

fn speed_text((numerator, denominator): (u32, u32)) -> Text {
    if denominator == 1 {
        Text::key("timeline.speed-times").with("times", Arg::Number(i64::from(numerator)))
    } else {
        Text::key("timeline.speed-part").with("part", Arg::Number(i64::from(denominator)))
    }
}

/// Chooses how fast virtual time runs against real time.
#[component]
pub(crate) fn SpeedChooser() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let speed = use_view(&store).speed;
    let onchange = {
        let store = store.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(speed) = select.and_then(|select| select.value().parse().ok()) {
                store.change(ViewChange::Speed(speed));
            }
        })
    };
    html! {
        <select class="select speed" aria-label={word(language, "timeline.speed")} title={word(language, "timeline.speed")} {onchange}>
            for (position, pace) in SPEEDS.iter().enumerate() {
                <option key={position} value={position.to_string()} selected={position == speed}>
                    { text(language, &speed_text(*pace)) }
                </option>
            }
        </select>
    }
}

/// The time of the cursor.
#[component]
pub(crate) fn Readout() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let now = use_clock(&store);
    html! {
        <span class="readout" title={word(language, "timeline.time")}>
            <span class="sr-only">{ word(language, "timeline.time") }{ ": " }</span>
            { milliseconds(language, now) }
        </span>
    }
}
