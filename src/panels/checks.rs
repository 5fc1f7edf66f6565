//! The named properties, each with its state, its source and, where it is broken, the way to the step that broke it.

use super::feed::go_to;
use crate::store::{ViewChange, use_settings, use_store, use_topics};
use crate::words::{process_name, text, word};
use consistory_scene::{Arg, Check, CheckState, Expectation, Text};
use consistory_session::{Selection, Topics};
use yew::prelude::*;

/// The class, the symbol and the word of a state: never colour alone.
fn state(state: &CheckState) -> (&'static str, &'static str, &'static str) {
    match state {
        CheckState::Holds => ("state-good", "✓", "safety.holds"),
        CheckState::Violated { .. } => ("state-bad", "✗", "safety.violated"),
        CheckState::Reached => ("state-good", "✓", "safety.reached"),
        CheckState::NotYet => ("state-pending", "○", "safety.not-yet"),
    }
}

/// What [`CheckLine`] needs.
#[derive(Properties, PartialEq)]
struct CheckLineProps {
    check: Check,
}

/// One property; opening it explains it.
#[component]
fn CheckLine(props: &CheckLineProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let check = &props.check;
    let (class, symbol, name) = state(&check.state);
    let source = (!check.source.is_empty())
        .then(|| Text::key("safety.source").with("source", Arg::Plain(check.source.to_owned())));
    let broken = match &check.state {
        CheckState::Violated { step, time, nodes } => {
            let step = *step;
            let names: Vec<String> = nodes.iter().map(|id| process_name(&store, *id)).collect();
            let sentence = if names.is_empty() {
                Text::key("safety.broken")
            } else {
                Text::key("safety.broken-at").with("nodes", Arg::Plain(names.join(", ")))
            };
            Some((step, sentence.with("time", Arg::Time(*time))))
        }
        CheckState::Holds | CheckState::Reached | CheckState::NotYet => None,
    };
    let go = broken.as_ref().map(|(step, _)| {
        let (store, step) = (store.clone(), *step);
        Callback::from(move |_: MouseEvent| {
            go_to(&store, step);
            store.change(ViewChange::Select(Some(Selection::Step(step))));
        })
    });
    html! {
        <details class={classes!("check", class)}>
            <summary class="check-summary">
                <span class="check-symbol" aria-hidden="true">{ symbol }</span>
                <span class="check-name">{ text(language, &check.name) }</span>
                <span class="check-state">{ word(language, name) }</span>
                <span class="check-source">{ check.source }</span>
            </summary>
            <div class="check-body">
                <p>{ text(language, &check.explanation) }</p>
                if let Some(source) = source {
                    <p class="check-cite">{ text(language, &source) }</p>
                }
                if let Some((_, sentence)) = &broken {
                    <p class="check-broken">{ text(language, sentence) }</p>
                }
                if let Some(go) = go {
                    <button type="button" class="button" onclick={go}>{ word(language, "safety.go") }</button>
                }
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
#[component]
pub(crate) fn Checks() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::FEED);
    let checks = store.read(|session| session.checks());
    html! {
        <section class="checks" aria-labelledby="checks-title">
            <h2 id="checks-title" class="panel-title">{ word(language, "safety.title") }</h2>
            if checks.is_empty() {
                <p class="empty">{ word(language, "safety.empty") }</p>
            }
            for expectation in [Expectation::Always, Expectation::Sometimes, Expectation::Eventually] {
                if checks.iter().any(|check| check.expectation == expectation) {
                    <div key={heading(expectation)} class="check-group">
                        <h3 class="panel-subtitle">{ word(language, heading(expectation)) }</h3>
                        for check in checks.iter().filter(|check| check.expectation == expectation) {
                            <CheckLine key={check.id} check={check.clone()} />
                        }
                    </div>
                }
            }
        </section>
    }
}
