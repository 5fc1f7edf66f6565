//! The consistency models, the strongest above, each with its verdict; pressing one explains it.

use crate::panels::pieces::{line_button, subtitle};
use crate::part::{Page, State, class, when};
use consistory_scene::{Arg, Text};
use consistory_session::verdicts::{ModelVerdict, Verdicts};
use yew::prelude::*;

/// Rows of the picture of all models.
const ROWS: u8 = 5;

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

fn explanation(page: &Page, model: &ModelVerdict) -> Html {
    let (class_name, _, name) = state(model.holds);
    html! {
        <div class="model-says">
            <p><strong>{ page.text(&model.name) }</strong>{ ": " }<span class={class(&["history-state", class_name])}>{ page.word(name) }</span></p>
            <p>{ page.text(&model.says) }</p>
            if !model.why.is_empty() {
                <p>{ page.word("verdict.conflict") }</p>
                <ul class="model-why">
                    for (number, line) in model.why.iter().enumerate() {
                        <li key={number}>{ page.text(line) }</li>
                    }
                </ul>
            }
        </div>
    }
}

/// The verdicts, or that they are being found.
pub(super) fn panel(page: &Page, verdicts: Option<&Verdicts>, chosen: &State<Option<usize>>) -> Html {
    let Some(verdicts) = verdicts else {
        return html! { <p class="empty">{ page.word("verdict.judging") }</p> };
    };
    let rows = (0..ROWS).map(|depth| {
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
                { explanation(page, model) }
            }
        </section>
    }
}
