//! A row of tabs and the panel of the selected one, with the keys of the ARIA pattern.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What [`Tabs`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct TabsProps {
    /// Distinguishes the ids of these tabs from those of others.
    pub(crate) id: &'static str,
    /// What the tabs choose among.
    pub(crate) label: AttrValue,
    /// The tabs, in order.
    pub(crate) titles: Vec<AttrValue>,
    /// The position of the selected one.
    pub(crate) selected: usize,
    /// Called with the position of the tab that the reader selects.
    pub(crate) on_select: Callback<usize>,
    /// The panel of the selected tab.
    pub(crate) children: Children,
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

/// Tabs: arrow keys, Home and End move; Tab goes on to the panel.
#[component]
pub(crate) fn Tabs(props: &TabsProps) -> Html {
    let list = use_node_ref();
    let onkeydown = {
        let (list, on_select, selected, count) =
            (list.clone(), props.on_select.clone(), props.selected, props.titles.len());
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = moved(&event.key(), selected, count.max(1)) else { return };
            event.prevent_default();
            // The page's own arrow keys step through events; here they only move between tabs.
            event.stop_propagation();
            on_select.emit(next);
            let tab = u32::try_from(next).ok().and_then(|next| list.cast::<web_sys::Element>()?.children().item(next));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
                let _ = tab.focus();
            }
        })
    };
    let panel_id = format!("{}-panel", props.id);
    html! {
        <div class="tabs">
            <div class="tab-list" role="tablist" aria-label={props.label.clone()} ref={list} {onkeydown}>
                for (position, title) in props.titles.iter().enumerate() {
                    <button
                        key={position}
                        type="button"
                        role="tab"
                        class="tab"
                        id={format!("{}-tab-{position}", props.id)}
                        aria-selected={(position == props.selected).to_string()}
                        aria-controls={(position == props.selected).then(|| panel_id.clone())}
                        tabindex={if position == props.selected { "0" } else { "-1" }}
                        onclick={props.on_select.reform(move |_| position)}
                    >
                        { title.clone() }
                    </button>
                }
            </div>
            <div class="tab-panel" role="tabpanel" id={panel_id.clone()} aria-labelledby={format!("{}-tab-{}", props.id, props.selected)} tabindex="0">
                { props.children.clone() }
            </div>
        </div>
    }
}
