//! The columns beside the stage, which become drawers where there is no room for them.

use super::{Feed, Icon, SidePanel, Story, icon};
use crate::store::{Drawer, Layout, ViewChange, use_settings, use_store, use_view};
use crate::words::word;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

fn focused() -> Option<HtmlElement> {
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}

fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        // An element that is gone leaves the focus where it is.
        let _ = element.focus();
    }
}

/// What [`Column`] needs.
#[derive(Properties, PartialEq)]
struct ColumnProps {
    drawer: Drawer,

    class: &'static str,
    label: &'static str,
    children: Children,
}

/// A column in the wide layout; otherwise a drawer over the stage that Escape closes and that gives the focus back.
#[component]
fn Column(props: &ColumnProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let view = use_view(&store);
    let node = use_node_ref();
    let is_drawer = view.layout != Layout::Wide;
    let is_open = view.drawer == Some(props.drawer);
    {
        let node = node.clone();
        use_effect_with(is_drawer && is_open, move |opened| {
            let before = if *opened { focused() } else { None };
            if *opened {
                focus(node.cast());
            }
            move || focus(before)
        });
    }
    let close = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.change(ViewChange::Drawer(None)))
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if is_drawer && event.key() == "Escape" {
            event.stop_propagation();
            store.change(ViewChange::Drawer(None));
        }
    });
    if is_drawer && !is_open {
        return Html::default();
    }
    html! {
        <aside
            class={classes!("column", props.class, is_drawer.then_some("drawer"))}
            aria-label={word(language, props.label)}
            {onkeydown}
        >
            if is_drawer {
                <button ref={node} type="button" class="button button-icon drawer-close" onclick={close} aria-label={word(language, "panel.close")} title={word(language, "panel.close")}>
                    { icon(Icon::Close) }
                </button>
            }
            { props.children.clone() }
        </aside>
    }
}

/// Story and events, at the left.
#[component]
pub(crate) fn LeftPanel() -> Html {
    html! {
        <Column drawer={Drawer::Story} class="column-left" label="panel.left">
            <Story />
            <Feed />
        </Column>
    }
}

/// Details, views and checks, at the right.
#[component]
pub(crate) fn RightPanel() -> Html {
    html! {
        <Column drawer={Drawer::Side} class="column-right" label="panel.right">
            <SidePanel />
        </Column>
    }
}
