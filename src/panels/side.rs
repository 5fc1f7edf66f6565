//! The panels: what each is called and holds, and the tabs that choose among them.

use super::checks::Checks;
use super::feed::Feed;
use super::inspector::Inspector;
use super::matrix::LogMatrix;
use super::story::Story;
use super::tabs::{TabRow, tabs};
use crate::later::{Piece, later};
use crate::part::{Page, part};
use crate::store::{Drawer, Panel, ViewChange};
use yew::prelude::*;

/// The views that the tabs of the side panel choose among.
const VIEWS: [Panel; 6] = [Panel::Log, Panel::Diagram, Panel::Messages, Panel::History, Panel::Compare, Panel::Dials];

/// The visible name of a panel.
fn panel_word(panel: Panel) -> &'static str {
    match panel {
        Panel::Story => "panel.story",
        Panel::Feed => "panel.events",
        Panel::Inspector => "panel.inspector",
        Panel::Log => "panel.log",
        Panel::Diagram => "panel.diagram",
        Panel::Messages => "panel.messages",
        Panel::History => "panel.history",
        Panel::Compare => "panel.compare",
        Panel::Safety => "panel.safety",
        Panel::Dials => "panel.dials",
    }
}

/// A panel's content.
pub(crate) fn panel_content(page: &Page, panel: Panel) -> Html {
    match panel {
        Panel::Story => part(page, "story", |_| Box::new(Story::default())),
        Panel::Feed => part(page, "feed", |page| Box::new(Feed::new(page))),
        Panel::Inspector => part(page, "inspector", |_| Box::new(Inspector)),
        Panel::Log => part(page, "log", |_| Box::new(LogMatrix)),
        Panel::Diagram => later(page, Piece::Diagram),
        Panel::History => later(page, Piece::History),
        Panel::Compare => later(page, Piece::Compare),
        Panel::Safety => part(page, "safety", |_| Box::new(Checks)),
        Panel::Messages => later(page, Piece::Flights),
        Panel::Dials => later(page, Piece::Dials),
    }
}

/// Tabs that choose among panels, and open that drawer if there is one. Who draws them reads the view.
pub(crate) fn panel_tabs(
    page: &Page,
    id: &'static str,
    label: &'static str,
    panels: &'static [Panel],
    opened: Option<Drawer>,
) -> Html {
    let panel = page.look(|view| view.panel);
    // Panels that have a place of their own leave the tabs as they were at first.
    let selected = panels.iter().position(|tab| *tab == panel).unwrap_or(0);
    let titles = panels.iter().map(|tab| page.word(panel_word(*tab))).collect();
    let store = page.store().clone();
    let on_select = Callback::from(move |position: usize| {
        if let Some(panel) = panels.get(position) {
            store.change(ViewChange::Panel(*panel));
            if opened.is_some() {
                store.change(ViewChange::Drawer(opened));
            }
        }
    });
    let row = TabRow { id, label: page.word(label), titles, selected };
    tabs(&row, &on_select, panel_content(page, panels[selected]))
}

/// The inspector, one of the views, and the checks, from top to bottom.
pub(crate) fn side_panel(page: &Page) -> Html {
    html! {
        <>
            { panel_content(page, Panel::Inspector) }
            { panel_tabs(page, "views", "panel.views", &VIEWS, None) }
            { panel_content(page, Panel::Safety) }
        </>
    }
}
