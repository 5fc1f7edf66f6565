//! The consistency models, the strongest above, each with its verdict; pressing one explains it.

use crate::panels::form::entered;
use crate::panels::pieces::{button, line_button, subtitle};
use crate::part::{Page, State, class, when};
use crate::words;
use consistory_scene::{Arg, Text};
use consistory_session::history::ClientHistory;
use consistory_session::verdicts::{ModelVerdict, Verdicts, WitnessOrder};
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// The class, the symbol and the word of a verdict: never colour alone.
fn state(holds: Option<bool>) -> (&'static str, &'static str, &'static str) {
    match holds {
        Some(true) => ("state-good", "✓", "verdict.holds"),
        Some(false) => ("state-bad", "✗", "verdict.fails"),
        None => ("state-unknown", "?", "verdict.undecided"),
    }
}

/// Names in a row, as the language joins them.
fn joined(page: &Page, names: &[Text]) -> Arg {
    let names: Vec<String> = names.iter().map(|name| page.text(name)).collect();
    Arg::Plain(names.join(&page.word("verdict.and")))
}

fn summary(page: &Page, verdicts: &Verdicts) -> String {
    let strongest = || joined(page, &verdicts.strongest);
    let weakest = || joined(page, &verdicts.weakest);
    page.text(&match (verdicts.strongest.is_empty(), verdicts.weakest.is_empty()) {
        (false, true) => Text::key("verdict.summary-all").with("strongest", strongest()),
        (true, _) => Text::key("verdict.summary-none").with("weakest", weakest()),
        (false, false) => Text::key("verdict.summary").with("strongest", strongest()).with("weakest", weakest()),
    })
}

fn model(page: &Page, position: usize, model: &ModelVerdict, chosen: &State<Option<usize>>) -> Html {
    let (class_name, symbol, name) = state(model.holds);
    let is_chosen = chosen.get() == Some(position);
    let content = html! {
        <>
            <span class="check-symbol" aria-hidden="true">{ symbol }</span>
            <span>{ page.text(&model.name) }<span class="sr-only">{ ": " }{ page.word(name) }</span></span>
        </>
    };
    let state = chosen.clone();
    let choose = Callback::from(move |_| state.set((!is_chosen).then_some(position)));
    html! {
        <li key={model.id} class={class(&["model", class_name, when(is_chosen, "model-chosen")])}>
            { line_button("model-button", None, Some(is_chosen), content, choose) }
        </li>
    }
}

/// How long the playing of an order stays at one operation, in milliseconds.
const PACE_MS: u32 = 700;

/// Which order is played, and the place in it.
pub(super) type Played = Option<(usize, usize)>;

/// Goes on along an order, until its end or until somebody else decides where to be.
fn go_on(played: State<Played>, (number, place): (usize, usize), count: usize) {
    let next = move || {
        if played.get() == Some((number, place)) && place + 1 < count {
            played.set(Some((number, place + 1)));
            go_on(played, (number, place + 1), count);
        }
    };
    Timeout::new(PACE_MS, next).forget();
}

/// An order that explains what was seen: it can be played, or gone along by hand.
fn order(page: &Page, number: usize, witness: &WitnessOrder, seen: &ClientHistory, played: &State<Played>) -> Html {
    let count = witness.order.len();
    if count == 0 {
        return Html::default();
    }
    let place = played.get().filter(|(known, _)| *known == number).map(|(_, place)| place.min(count - 1));
    let heading = match witness.client {
        Some(client) => Text::key("verdict.witness-of").with("client", Arg::Process(client)),
        None => Text::key("verdict.witness"),
    };
    let play = {
        let played = played.clone();
        Callback::from(move |_: MouseEvent| {
            played.set(Some((number, 0)));
            go_on(played.clone(), (number, 0), count);
        })
    };
    let along = {
        let played = played.clone();
        Callback::from(move |event: InputEvent| {
            if let Ok(place) = entered(&event).parse::<usize>() {
                played.set(Some((number, place.saturating_sub(1))));
            }
        })
    };
    let here = place.and_then(|place| seen.operations.get(witness.order[place]).map(|operation| (place, operation)));
    let told = here.map(|(place, operation)| {
        let text = Text::key("verdict.place").with("place", words::count(place + 1)).with("count", words::count(count));
        let label = Arg::Text(Box::new(operation.label.clone()));
        page.text(&text.with("client", Arg::Process(operation.client)).with("operation", label))
    });
    html! {
        <div key={number} class="witness">
            <p>{ page.text(&heading) }</p>
            <div class="actions">
                { button(page, "button button-small", "verdict.play", play) }
                <input
                    type="range"
                    min="1"
                    max={count.to_string()}
                    value={place.map_or(1, |place| place + 1).to_string()}
                    aria-label={page.word("verdict.along")}
                    oninput={along}
                />
            </div>
            <p class="witness-told" aria-live="polite">{ told }</p>
        </div>
    }
}

fn explanation(page: &Page, model: &ModelVerdict, seen: &ClientHistory, played: &State<Played>) -> Html {
    let (class_name, _, name) = state(model.holds);
    html! {
        <div class="model-says">
            <p><strong>{ page.text(&model.name) }</strong>{ ": " }<span class={class(&["history-state", class_name])}>{ page.word(name) }</span></p>
            <p>{ page.text(&model.says) }</p>
            if let Some(told) = &model.told {
                <p class="model-told">{ page.text(told) }</p>
                <p class="note">{ page.word("verdict.conflict") }</p>
            }
            for (number, witness) in model.witnesses.iter().enumerate() {
                { order(page, number, witness, seen, played) }
            }
        </div>
    }
}

/// The verdicts, or that they are being found.
pub(super) fn panel(
    page: &Page,
    verdicts: Option<&Verdicts>,
    seen: &ClientHistory,
    chosen: &State<Option<usize>>,
    played: &State<Played>,
) -> Html {
    let Some(verdicts) = verdicts else {
        return html! { <p class="empty">{ page.word("verdict.judging") }</p> };
    };
    let deepest = verdicts.models.iter().map(|model| model.depth).max().unwrap_or_default();
    let rows = (0..=deepest).map(|depth| {
        let of_row = verdicts.models.iter().enumerate().filter(move |(_, model)| model.depth == depth);
        html! {
            <ul key={depth} class="models">
                for (position, one) in of_row {
                    { model(page, position, one, chosen) }
                }
            </ul>
        }
    });
    html! {
        <section class="verdicts" aria-label={page.word("verdict.title")}>
            { subtitle(page, "verdict.title") }
            <p class="verdict-summary">{ summary(page, verdicts) }</p>
            { for rows }
            if let Some(model) = chosen.get().and_then(|position| verdicts.models.get(position)) {
                { explanation(page, model, seen, played) }
            }
        </section>
    }
}
