//! The named properties, each with its state, its source and, where it is broken, the way to the step that broke it.

use super::pieces::{button, empty, subtitle};
use crate::part::{Act, Page, Part, Reads, class};
use crate::words::process_name;
use consistory_scene::{Arg, Check, CheckState, Expectation, Text};
use consistory_session::Topics;
use yew::prelude::*;

/// The class, the symbol and the word of a state: never colour alone.
fn state(check: &Check) -> (&'static str, &'static str, &'static str) {
    match &check.state {
        CheckState::Violated { .. } if check.beyond.is_some() => ("state-expected", "!", "safety.by-design"),
        CheckState::Holds => ("state-good", "✓", "safety.holds"),
        CheckState::Violated { .. } => ("state-bad", "✗", "safety.violated"),
        CheckState::Reached => ("state-good", "✓", "safety.reached"),
        CheckState::NotYet => ("state-pending", "○", "safety.not-yet"),
    }
}

/// Which nodes broke it, and when; the way to the step that did.
fn broken(page: &Page, state: &CheckState) -> Html {
    let CheckState::Violated { step, time, nodes } = state else { return Html::default() };
    let names: Vec<String> = nodes.iter().map(|id| process_name(page, *id)).collect();
    let sentence = if names.is_empty() {
        Text::key("safety.broken")
    } else {
        Text::key("safety.broken-at").with("nodes", Arg::Plain(names.join(", ")))
    };
    html! {
        <>
            <p class="check-broken">{ page.text(&sentence.with("time", Arg::Time(*time))) }</p>
            { button(page, "button", "safety.go", page.does(Act::Show(*step))) }
        </>
    }
}

/// A source that is longer stands only in the explanation, in characters.
const SOURCE_SHORT: usize = 12;

/// One property; opening it explains it.
fn check_line(page: &Page, check: &Check) -> Html {
    let (class_name, symbol, name) = state(check);
    let source = Text::key("safety.source").with("source", Arg::Plain(check.source.to_owned()));
    html! {
        <details key={check.id} class={class(&["check", class_name])}>
            <summary class="check-summary">
                <span class="check-symbol" aria-hidden="true">{ symbol }</span>
                <span class="check-name">
                    { page.text(&check.name) }
                    if let Some(part) = &check.part {
                        { " " }<span class="check-of">{ page.text(part) }</span>
                    }
                </span>
                <span class="check-state">{ page.word(name) }</span>
                if check.source.chars().count() <= SOURCE_SHORT {
                    <span class="check-source">{ check.source }</span>
                }
            </summary>
            <div class="check-body">
                <p>{ page.text(&check.explanation) }</p>
                if let Some(part) = &check.part {
                    <p class="check-part">{ page.text(&Text::key("safety.part").with("part", Arg::Text(Box::new(part.clone())))) }</p>
                }
                if !check.source.is_empty() {
                    <p class="check-cite">{ page.text(&source) }</p>
                }
                if let Some(beyond) = &check.beyond {
                    <p class="check-beyond">{ page.text(beyond) }</p>
                }
                { broken(page, &check.state) }
            </div>
        </details>
    }
}

fn heading(expectation: Expectation) -> &'static str {
    match expectation {
        Expectation::Always => "safety.always",
        Expectation::Sometimes => "safety.sometimes",
        Expectation::Eventually => "safety.eventually",
    }
}

/// All properties, by what they promise.
pub(crate) struct Checks;

impl Part for Checks {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::FEED)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let checks = page.read(|session| session.checks());
        html! {
            <section class="checks" aria-labelledby="checks-title">
                <h2 id="checks-title" class="panel-title">{ page.word("safety.title") }</h2>
                if checks.is_empty() {
                    { empty(page, "safety.empty") }
                }
                for expectation in [Expectation::Always, Expectation::Sometimes, Expectation::Eventually] {
                    if checks.iter().any(|check| check.expectation == expectation) {
                        <div key={heading(expectation)} class="check-group">
                            { subtitle(page, heading(expectation)) }
                            for check in checks.iter().filter(|check| check.expectation == expectation) {
                                { check_line(page, check) }
                            }
                        </div>
                    }
                }
            </section>
        }
    }
}
