//! The inspector: what a selected node, message or event holds, what can be done to it, and why it is so.

use super::action::{ClockRate, MessageActions, ProcessActions};
use super::feed::{EventLine, go_to, keyed};
use crate::store::{ViewChange, use_settings, use_store, use_topics, use_view};
use crate::words::{text, word};
use consistory_kernel::StepId;
use consistory_scene::{Field, Inspection};
use consistory_session::words::Language;
use consistory_session::{Selection, Topics};
use yew::prelude::*;

/// What [`GoButton`] needs.
#[derive(Properties, PartialEq)]
struct GoButtonProps {
    step: StepId,
}

/// Moves the cursor to a step.
#[component]
fn GoButton(props: &GoButtonProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let step = props.step;
    let onclick = Callback::from(move |_| go_to(&store, step));
    html! { <button type="button" class="button" {onclick}>{ word(language, "action.go") }</button> }
}

fn actions(selection: Selection) -> Html {
    match selection {
        Selection::Process(id) => html! { <><ProcessActions {id} /><ClockRate {id} list="inspector" /></> },
        Selection::Message(id) => html! { <MessageActions {id} /> },
        Selection::Step(step) => html! { <GoButton {step} /> },
    }
}

fn gone(selection: Selection) -> &'static str {
    match selection {
        Selection::Process(_) => "inspector.gone-process",
        Selection::Message(_) => "inspector.gone-message",
        Selection::Step(_) => "inspector.gone-step",
    }
}

fn fields(language: Language, fields: &[Field]) -> Html {
    html! {
        <dl class="fields">
            for (position, field) in fields.iter().enumerate() {
                <div key={position} class="field">
                    <dt>{ text(language, &field.name) }</dt>
                    <dd>{ text(language, &field.value) }</dd>
                </div>
            }
        </dl>
    }
}

fn causes(language: Language, inspection: &Inspection, selection: Selection) -> Html {
    if inspection.causes.is_empty() {
        // A process is not caused by one event, so there is nothing to be missing.
        return match selection {
            Selection::Process(_) => Html::default(),
            Selection::Message(_) | Selection::Step(_) => {
                html! { <p class="empty">{ word(language, "inspector.no-cause") }</p> }
            }
        };
    }
    html! {
        <>
            <h3 class="panel-subtitle">{ word(language, "inspector.why") }</h3>
            <ol class="events causes">
                for (key, _, line) in keyed(&inspection.causes) {
                    <EventLine {key} line={line.clone()} selected={false} offers_go={false} />
                }
            </ol>
        </>
    }
}

/// The inspector.
#[component]
pub(crate) fn Inspector() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let selection = use_view(&store).selection;
    use_topics(&store, Topics::SCENE.and(Topics::FEED));
    let Some(selection) = selection else {
        return html! {
            <section class="inspector" aria-labelledby="inspector-title">
                <h2 id="inspector-title" class="panel-title">{ word(language, "inspector.title") }</h2>
                <p class="empty">{ word(language, "inspector.empty") }</p>
            </section>
        };
    };
    let inspection = store.read(|session| session.inspect(selection));
    let title =
        inspection.as_ref().map_or_else(|| word(language, "inspector.title"), |found| text(language, &found.title));
    let clear = Callback::from(move |_| store.change(ViewChange::Select(None)));
    html! {
        <section class="inspector" aria-labelledby="inspector-title">
            <div class="panel-head">
                <h2 id="inspector-title" class="panel-title">{ title }</h2>
                <button type="button" class="button button-icon" onclick={clear} aria-label={word(language, "inspector.clear")} title={word(language, "inspector.clear")}>
                    { super::icon(super::Icon::Close) }
                </button>
            </div>
            if let Some(inspection) = &inspection {
                { fields(language, &inspection.fields) }
                <div class="actions" role="group" aria-label={word(language, "inspector.actions")}>{ actions(selection) }</div>
                { causes(language, inspection, selection) }
            } else {
                <p class="empty">{ word(language, gone(selection)) }</p>
            }
        </section>
    }
}
