//! The inspector: what a selected node, message or event holds, what can be done to it, and why it is so.

use super::action::{clock_rate, message_actions, process_actions};
use super::feed::{event_line, keyed};
use super::pieces::{button, empty, subtitle};
use super::{Icon, icon_button};
use crate::later::{Piece, later};
use crate::part::{Page, Part, Reads};
use crate::store::ViewChange;
use consistory_scene::{Field, Inspection};
use consistory_session::{Command, Selection, Topics};
use yew::prelude::*;

fn actions(page: &Page, selection: Selection) -> Html {
    match selection {
        Selection::Process(id) => html! { <>{ process_actions(page, id) }{ clock_rate(page, id, "inspector") }</> },
        Selection::Message(id) => message_actions(page, id),
        Selection::Step(step) => button(page, "button", "action.go", page.does(Command::SeekStep { step })),
        Selection::Entry(id, _) => process_actions(page, id),
    }
}

fn gone(selection: Selection) -> &'static str {
    match selection {
        Selection::Process(_) => "inspector.gone-process",
        Selection::Message(_) => "inspector.gone-message",
        Selection::Step(_) => "inspector.gone-step",
        Selection::Entry(..) => "inspector.gone-entry",
    }
}

fn fields(page: &Page, fields: &[Field]) -> Html {
    html! {
        <dl class="fields">
            for (position, field) in fields.iter().enumerate() {
                <div key={position} class="field">
                    <dt>{ page.text(&field.name) }</dt>
                    <dd>{ page.text(&field.value) }</dd>
                </div>
            }
        </dl>
    }
}

fn causes(page: &Page, inspection: &Inspection, selection: Selection) -> Html {
    if inspection.causes.is_empty() {
        // A process is not caused by one event, so there is nothing to be missing.
        return match selection {
            Selection::Process(_) | Selection::Entry(..) => Html::default(),
            Selection::Message(_) | Selection::Step(_) => empty(page, "inspector.no-cause"),
        };
    }
    let is_process = matches!(selection, Selection::Process(_));
    html! {
        <>
            { subtitle(page, if is_process { "inspector.last" } else { "inspector.why" }) }
            <ol class="events causes">
                for (key, _, line) in keyed(&inspection.causes) {
                    { event_line(page, key, line, false, false) }
                }
            </ol>
        </>
    }
}

/// The answers to "why" are loaded later. Nothing is said about messages, whose causes are listed.
fn why(page: &Page, selection: Selection) -> Html {
    match selection {
        Selection::Process(_) | Selection::Entry(..) | Selection::Step(_) => later(page, Piece::Why),
        Selection::Message(_) => Html::default(),
    }
}

fn title_html(title: String) -> Html {
    html! { <h2 id="inspector-title" class="panel-title">{ title }</h2> }
}

fn selected(page: &Page, selection: Selection) -> Html {
    let found = page.read(|session| session.inspect(selection));
    let title = found.as_ref().map_or_else(|| page.word("inspector.title"), |found| page.text(&found.title));
    html! {
        <>
            <div class="panel-head">
                { title_html(title) }
                { icon_button(page, Icon::Close, "inspector.clear", page.does(ViewChange::Select(None))) }
            </div>
            if let Some(inspection) = &found {
                { fields(page, &inspection.fields) }
                <div class="actions" role="group" aria-label={page.word("inspector.actions")}>{ actions(page, selection) }</div>
                { why(page, selection) }
                { causes(page, inspection, selection) }
            } else {
                { empty(page, gone(selection)) }
            }
        </>
    }
}

/// The inspector.
pub(crate) struct Inspector;

impl Part for Inspector {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE.and(Topics::FEED)).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        html! {
            <section class="inspector" aria-labelledby="inspector-title">
                if let Some(selection) = page.look(|view| view.selection) {
                    { selected(page, selection) }
                } else {
                    { title_html(page.word("inspector.title")) }
                    { empty(page, "inspector.empty") }
                }
            </section>
        }
    }
}
