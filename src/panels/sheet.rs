//! The phone's bottom sheet: every panel behind a tab, pulled up over the stage.

use super::pieces::symbol_button;
use super::side::panel_tabs;
use super::{Icon, icon};
use crate::part::{Page, Part, Reads};
use crate::store::{Drawer, Panel, ViewChange};
use yew::prelude::*;

/// The tabs, in the order of first need.
const TABS: [Panel; 10] = [
    Panel::Story,
    Panel::Feed,
    Panel::Inspector,
    Panel::Log,
    Panel::Diagram,
    Panel::Messages,
    Panel::History,
    Panel::Compare,
    Panel::Safety,
    Panel::Dials,
];

/// The sheet. Low, it shows the tabs and the first lines; pulled up, it covers half of the stage.
pub(crate) struct BottomSheet;

impl Part for BottomSheet {
    fn reads(&self) -> Reads {
        Reads::VIEW
    }

    fn draw(&mut self, page: &Page) -> Html {
        let is_open = page.look(|view| view.drawer == Some(Drawer::Sheet));
        let toggle = page.does(ViewChange::Drawer((!is_open).then_some(Drawer::Sheet)));
        let title = if is_open { "panel.sheet-close" } else { "panel.sheet-open" };
        html! {
            <aside class={if is_open { "sheet sheet-open" } else { "sheet" }} aria-label={page.word("panel.sheet")}>
                { symbol_button(page, "sheet-handle", title, Some(is_open), icon(Icon::Down), toggle) }
                { panel_tabs(page, "sheet", "panel.sheet", &TABS, Some(Drawer::Sheet)) }
            </aside>
        }
    }
}
