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
                <span class={classes!("glyph", shape_class(flight.shape), (!flight.filled).then_some("glyph-hollow"))} aria-hidden="true">
                    { format!("{}{}", flight.letter, sign(flight.sign)) }
                </span>
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

fn shape_class(shape: Shape) -> &'static str {
    match shape {
        Shape::Circle => "glyph-circle",
        Shape::Square => "glyph-square",
        Shape::Diamond => "glyph-diamond",
        Shape::Triangle => "glyph-triangle",
        Shape::Hexagon => "glyph-hexagon",
    }
}
