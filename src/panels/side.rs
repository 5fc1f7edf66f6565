//! The side panel: the inspector, the views of the run and the checks.

use super::checks::Checks;
use super::dials::Dials;
use super::history::History;
use super::inspector::Inspector;
use super::matrix::LogMatrix;
use super::tabs::Tabs;
use crate::part::part;
use crate::stage::FlightList;
use crate::store::{Panel, Store, ViewChange, use_settings, use_store, use_view};
use crate::words::word;
use yew::prelude::*;

/// The views that the tabs of the side panel choose among.
const VIEWS: [Panel; 4] = [Panel::Log, Panel::Messages, Panel::History, Panel::Dials];

/// The visible name of a panel.
pub(crate) fn panel_word(panel: Panel) -> &'static str {
    match panel {
        Panel::Story => "panel.story",
        Panel::Feed => "panel.events",
        Panel::Inspector => "panel.inspector",
        Panel::Log => "panel.log",
        Panel::Messages => "panel.messages",
        Panel::History => "panel.history",
        Panel::Safety => "panel.safety",
        Panel::Dials => "panel.dials",
    }
}

/// A panel's content.
pub(crate) fn panel_content(store: &Store, panel: Panel) -> Html {
    match panel {
        Panel::Story => html! { <super::Story /> },
        Panel::Feed => html! { <super::Feed /> },
        Panel::Inspector => html! { <Inspector /> },
        Panel::Log => html! { <LogMatrix /> },
        Panel::Messages => part(store, "flights", |_| Box::new(FlightList)),
        Panel::History => html! { <History /> },
        Panel::Safety => html! { <Checks /> },
        Panel::Dials => html! { <Dials /> },
    }
}

/// The inspector, one of the views, and the checks, from top to bottom.
#[component]
pub(crate) fn SidePanel() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let panel = use_view(&store).panel;
    // Panels that have a place of their own here leave the tabs as they were at first.
    let selected = VIEWS.iter().position(|view| *view == panel).unwrap_or(0);
    let titles: Vec<AttrValue> = VIEWS.iter().map(|view| word(language, panel_word(*view)).into()).collect();
    let on_select = {
        let store = store.clone();
        Callback::from(move |position: usize| {
            if let Some(panel) = VIEWS.get(position) {
                store.change(ViewChange::Panel(*panel));
            }
        })
    };
    html! {
        <>
            <Inspector />
            <Tabs id="views" label={word(language, "panel.views")} {titles} {selected} {on_select}>
                { panel_content(&store, VIEWS[selected]) }
            </Tabs>
            <Checks />
        </>
    }
}
