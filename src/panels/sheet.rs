//! The phone's bottom sheet: every panel behind a tab, pulled up over the stage.

use super::side::{panel_content, panel_word};
use super::tabs::Tabs;
use super::{Icon, icon};
use crate::store::{Drawer, Panel, ViewChange, use_settings, use_store, use_view};
use crate::words::word;
use yew::prelude::*;

/// The tabs, in the order of first need.
const TABS: [Panel; 8] = [
    Panel::Story,
    Panel::Feed,
    Panel::Inspector,
    Panel::Log,
    Panel::Messages,
    Panel::History,
    Panel::Safety,
    Panel::Dials,
];

/// The sheet. Low, it shows the tabs and the first lines; pulled up, it covers half of the stage.
#[component]
pub(crate) fn BottomSheet() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let view = use_view(&store);
    let is_open = view.drawer == Some(Drawer::Sheet);
    let selected = TABS.iter().position(|tab| *tab == view.panel).unwrap_or(0);
    let titles: Vec<AttrValue> = TABS.iter().map(|tab| word(language, panel_word(*tab)).into()).collect();
    let on_select = {
        let store = store.clone();
        Callback::from(move |position: usize| {
            if let Some(panel) = TABS.get(position) {
                store.change(ViewChange::Panel(*panel));
                store.change(ViewChange::Drawer(Some(Drawer::Sheet)));
            }
        })
    };
    let toggle = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            store.change(ViewChange::Drawer((!is_open).then_some(Drawer::Sheet)));
        })
    };
    let toggle_word = word(language, if is_open { "panel.sheet-close" } else { "panel.sheet-open" });
    html! {
        <aside class={classes!("sheet", is_open.then_some("sheet-open"))} aria-label={word(language, "panel.sheet")}>
            <button type="button" class="sheet-handle" onclick={toggle} aria-expanded={is_open.to_string()} aria-label={toggle_word.clone()} title={toggle_word}>
                { icon(Icon::Down) }
            </button>
            <Tabs id="sheet" label={word(language, "panel.sheet")} {titles} {selected} {on_select}>
                { panel_content(&store, TABS[selected]) }
            </Tabs>
        </aside>
    }
}
