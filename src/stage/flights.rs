//! The messages in flight as a list with buttons: what the canvas shows, said.

use super::toolbar::{message_edits, message_title};
use crate::order::insert_by_key;
use crate::panels::{button, empty, line_button, tone_class};
use crate::part::{Page, Part, Reads, class, when};
use crate::store::ViewChange;
use crate::words::count;
use consistory_scene::{Arg, Fate, Flight, Shape, Sign, Text};
use consistory_session::{Selection, Topics};
use yew::prelude::*;

/// How many messages are listed; the rest are counted.
const ROWS_MAX: usize = 100;

/// The list of messages in flight, the next to arrive first.
pub(crate) struct FlightList;

impl Part for FlightList {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        if scene.flights.is_empty() {
            return empty(page, "stage.no-messages");
        }
        let selection = page.look(|view| view.selection);
        let mut flights: Vec<&Flight> = Vec::new();
        for flight in &scene.flights {
            insert_by_key(&mut flights, flight, |flight| (flight.arrives_at, flight.id));
            flights.truncate(ROWS_MAX);
        }
        let more = scene.flights.len() - flights.len();
        html! {
            <>
                <ul class="flights">
                    for flight in flights {
                        { row(page, flight, selection == Some(Selection::Message(flight.id))) }
                    }
                </ul>
                if more > 0 {
                    <p class="empty">{ page.text(&Text::key("stage.more-messages").with("count", count(more))) }</p>
                }
            </>
        }
    }
}

fn row(page: &Page, flight: &Flight, selected: bool) -> Html {
    let select = page.does(ViewChange::Select((!selected).then_some(Selection::Message(flight.id))));
    let title = page.text(&message_title(page, flight));
    let line = html! {
        <>
            { glyph(flight) }
            <span class="flight-name">{ title.clone() }</span>
            <span class="flight-fate">{ fate(page, flight) }</span>
        </>
    };
    html! {
        <li key={flight.id.0} class={class(&["flight", tone_class(flight.tone), when(selected, "flight-selected")])}>
            { line_button("flight-line", None, Some(selected), line, select) }
            if selected {
                <div class="flight-actions" role="group" aria-label={title}>
                    for (title, edit) in message_edits(flight) {
                        { button(page, "button button-small", title, page.does(edit)) }
                    }
                </div>
            }
        </li>
    }
}

fn fate(page: &Page, flight: &Flight) -> String {
    let (key, time) = match flight.fate {
        Fate::Travelling => ("stage.arrives", flight.arrives_at),
        Fate::Doomed { at } => ("stage.lost", at),
        Fate::Held { since } => ("stage.held", since),
    };
    page.text(&Text::key(key).with("time", Arg::Time(time)))
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
    html! {
        <svg
            class={if flight.filled { "glyph" } else { "glyph glyph-hollow" }}
            viewBox="-13 -13 26 26"
            aria-hidden="true"
            focusable="false"
        >
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
