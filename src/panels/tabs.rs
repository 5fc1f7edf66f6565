//! A row of tabs and the panel of the selected one, with the keys of the ARIA pattern.

use crate::keys;
use crate::part::truth;
use web_sys::Element;
use yew::prelude::*;

/// Tabs, and which of them is selected.
pub(crate) struct TabRow {
    /// Distinguishes the ids of these tabs from those of others.
    pub(crate) id: &'static str,
    /// What the tabs choose among.
    pub(crate) label: String,
    /// The tabs, in order.
    pub(crate) titles: Vec<String>,
    /// The position of the selected one.
    pub(crate) selected: usize,
}

/// The position that a key leads to from `selected`, of `count`.
fn moved(key: &str, selected: usize, count: usize) -> Option<usize> {
    match key {
        "ArrowRight" => Some((selected + 1) % count),
        "ArrowLeft" => Some((selected + count - 1) % count),
        "Home" => Some(0),
        "End" => Some(count - 1),
        _ => None,
    }
}

/// The tab at a position of the row that has the focus.
fn neighbour(event: &KeyboardEvent, position: usize) -> Option<Element> {
    let list = event.target_dyn_into::<Element>()?.closest("[role=tablist]").ok()??;
    list.children().item(u32::try_from(position).ok()?)
}

fn select_by_key(row: &TabRow, on_select: &Callback<usize>) -> Callback<KeyboardEvent> {
    let (on_select, selected, count) = (on_select.clone(), row.selected, row.titles.len().max(1));
    Callback::from(move |event: KeyboardEvent| {
        let Some(next) = moved(&event.key(), selected, count) else { return };
        event.prevent_default();
        // The page's own arrow keys step through events; here they only move between tabs.
        event.stop_propagation();
        on_select.emit(next);
        keys::focus(neighbour(&event, next));
    })
}

/// Tabs above the panel of the selected one: arrow keys, Home and End move; Tab goes on to the panel. `on_select` is
/// told the position of the tab that the reader selects.
pub(crate) fn tabs(row: &TabRow, on_select: &Callback<usize>, panel: Html) -> Html {
    let panel_id = format!("{}-panel", row.id);
    let tab_id = |position: usize| format!("{}-tab-{position}", row.id);
    html! {
        <div class="tabs">
            <div key="list" class="tab-list" role="tablist" aria-label={row.label.clone()} onkeydown={select_by_key(row, on_select)}>
                for (position, title) in row.titles.iter().enumerate() {
                    <button
                        key={position}
                        type="button"
                        role="tab"
                        class="tab"
                        id={tab_id(position)}
                        aria-selected={truth(position == row.selected)}
                        aria-controls={(position == row.selected).then(|| panel_id.clone())}
                        tabindex={if position == row.selected { "0" } else { "-1" }}
                        onclick={on_select.reform(move |_: MouseEvent| position)}
                    >
                        { title.clone() }
                    </button>
                }
            </div>
            // Another panel is another element, which begins at its top.
            <div key={row.selected} class="tab-panel" role="tabpanel" id={panel_id.clone()} aria-labelledby={tab_id(row.selected)} tabindex="0">
                { panel }
            </div>
        </div>
    }
}
