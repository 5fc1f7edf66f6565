//! The messages in flight as a list with buttons: what the canvas shows, said.

use super::toolbar::message_edits;
use crate::panels::tone_class;
use crate::store::{Store, ViewChange, use_settings, use_store, use_topics, use_view};
use crate::words::{milliseconds, text, word};
use consistory_scene::{Arg, Fate, Flight, Shape, Sign, Text};
use consistory_session::words::Language;
use consistory_session::{Selection, Topics};
use yew::prelude::*;

/// How many messages are listed; the rest are counted.
const ROWS_MAX: usize = 100;

/// The list of messages in flight, the next to arrive first.
#[component]
pub(crate) fn FlightList() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let selection = use_view(&store).selection;
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    if scene.flights.is_empty() {
        return html! { <p class="empty">{ word(language, "stage.no-messages") }</p> };
    }
    let mut flights: Vec<&Flight> = scene.flights.iter().collect();
    flights.sort_by_key(|flight| (flight.arrives_at, flight.id));
    let more = flights.len().saturating_sub(ROWS_MAX);
    let rest = Text::key("stage.more-messages").with("count", Arg::Number(i64::try_from(more).unwrap_or(0)));
    html! {
        <>
            <ul class="flights">
                for flight in flights.iter().take(ROWS_MAX) {
                    { row(language, &store, flight, selection == Some(Selection::Message(flight.id))) }
                }
            </ul>
            if more > 0 {
                <p class="empty">{ text(language, &rest) }</p>
            }
        </>
    }
}

fn row(language: Language, store: &Store, flight: &Flight, selected: bool) -> Html {
    let id = flight.id;
    let select = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            store.change(ViewChange::Select((!selected).then_some(Selection::Message(id))));
        })
    };
    let class = classes!("flight", tone_class(flight.tone), selected.then_some("flight-selected"));
    html! {
        <li key={id.0} {class}>
            <button type="button" class="flight-line" aria-pressed={selected.to_string()} onclick={select}>
                { glyph(flight) }
                <span class="flight-name">{ title(language, flight) }</span>
                <span class="flight-fate">{ fate(language, flight) }</span>
            </button>
            if selected {
                <div class="flight-actions" role="group" aria-label={title(language, flight)}>
                    for (title, edit) in message_edits(flight) {
                        <button key={title} type="button" class="button button-small"
                            onclick={let store = store.clone(); Callback::from(move |_: MouseEvent| store.edit(edit.clone()))}>
                            { word(language, title) }
                        </button>
                    }
                </div>
            }
        </li>
    }
}

fn title(language: Language, flight: &Flight) -> String {
    let title = Text::key("stage.message")
        .with("name", Arg::Plain(text(language, &flight.name)))
        .with("from", Arg::Process(flight.from))
        .with("to", Arg::Process(flight.to));
    text(language, &title)
}

fn fate(language: Language, flight: &Flight) -> String {
    let (key, time) = match flight.fate {
        Fate::Travelling => ("stage.arrives", flight.arrives_at),
        Fate::Doomed { at } => ("stage.lost", at),
        Fate::Held { since } => ("stage.held", since),
    };
    text(language, &Text::key(key).with("time", Arg::Plain(milliseconds(language, time))))
}

fn sign(sign: Sign) -> &'static str {
    match sign {
        Sign::None => "",
        Sign::Plus => "+",
        Sign::Minus => "−",
    }
}

/// The message as it looks on the stage.
fn glyph(flight: &Flight) -> Html {
    let class = classes!("glyph", (!flight.filled).then_some("glyph-hollow"));
    html! {
        <svg {class} viewBox="-13 -13 26 26" aria-hidden="true" focusable="false">
            <path d={outline(flight.shape)} />
            <text y="1">{ format!("{}{}", flight.letter, sign(flight.sign)) }</text>
        </svg>
    }
}

fn outline(shape: Shape) -> &'static str {
    match shape {
        Shape::Circle => "M10 0A10 10 0 1 1 -10 0A10 10 0 1 1 10 0Z",
        Shape::Square => "M-9 -9H9V9H-9Z",
        Shape::Diamond => "M0 -12L12 0L0 12L-12 0Z",
        Shape::Triangle => "M0 -12L12 9H-12Z",
        Shape::Hexagon => "M11 0L5.5 9.5H-5.5L-11 0L-5.5 -9.5H5.5Z",
    }
}
