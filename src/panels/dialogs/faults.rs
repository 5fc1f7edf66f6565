//! Everything that can be broken, by buttons and lists: nodes, links, a partition, the network's dials.

use super::links::Links;
use super::partition::Partition;
use crate::panels::action::{ClockRate, ProcessActions};
use crate::panels::dials::DialList;
use crate::panels::tabs::Tabs;
use crate::store::{Store, use_settings, use_store, use_topics};
use crate::words::word;
use consistory_scene::{Card, Status};
use consistory_session::words::Language;
use consistory_session::{EditCommand, Topics};
use yew::prelude::*;

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Up => "status.up",
        Status::Crashed => "status.crashed",
        Status::Paused => "status.paused",
    }
}

fn edit_button(store: &Store, language: Language, title: &'static str, edit: &EditCommand) -> Html {
    let (store, edit) = (store.clone(), edit.clone());
    let onclick = Callback::from(move |_| store.edit(edit.clone()));
    html! { <button type="button" class="button" {onclick}>{ word(language, title) }</button> }
}

fn node(language: Language, card: &Card) -> Html {
    html! {
        <li key={card.id.0} class="fault-node">
            <div class="fault-head">
                <strong class="fault-name">{ card.name.clone() }</strong>
                <span class="fault-state">{ word(language, status_word(card.status)) }</span>
                <ClockRate id={card.id} list="faults" />
            </div>
            <div class="actions" role="group" aria-label={card.name.clone()}><ProcessActions id={card.id} /></div>
        </li>
    }
}

/// What can be done to each node, and to all timers.
#[component]
fn Nodes() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    if scene.cards.is_empty() {
        return html! { <p class="empty">{ word(language, "faults.no-nodes") }</p> };
    }
    html! {
        <>
            <div class="actions">
                { edit_button(&store, language, "faults.spread", &EditCommand::SpreadTimers) }
                { edit_button(&store, language, "faults.align", &EditCommand::AlignTimers) }
            </div>
            <ul class="fault-nodes">
                for card in &scene.cards {
                    { node(language, card) }
                }
            </ul>
        </>
    }
}

/// Mends everything that is cut, or says that nothing is.
#[component]
pub(crate) fn Heal() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    if scene.cuts.is_empty() && scene.groups.is_empty() {
        return html! { <p class="note">{ word(language, "faults.healed") }</p> };
    }
    edit_button(&store, language, "faults.heal", &EditCommand::Heal)
}

/// The sections of the dialog.
const SECTIONS: [&str; 4] = ["faults.nodes", "faults.links", "faults.partition", "faults.network"];

/// The dialog's content.
#[component]
pub(crate) fn Faults() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let selected = use_state_eq(|| 0_usize);
    let titles: Vec<AttrValue> = SECTIONS.iter().map(|title| word(language, title).into()).collect();
    let on_select = {
        let selected = selected.clone();
        Callback::from(move |position: usize| selected.set(position))
    };
    let content = match *selected {
        0 => html! { <Nodes key="nodes" /> },
        1 => html! { <Links key="links" /> },
        2 => html! { <Partition key="partition" /> },
        _ => html! { <DialList key="network" list="network" live={true} empty="faults.no-dials" /> },
    };
    html! {
        <Tabs id="faults" label={word(language, "faults.sections")} {titles} selected={*selected} {on_select}>{ content }</Tabs>
    }
}
