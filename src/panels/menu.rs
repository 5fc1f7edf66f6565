//! A button that opens a popover below it: the browser places, closes and stacks it.

use super::{Icon, icon};
use yew::prelude::*;

/// What [`Menu`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct MenuProps {
    /// The popover's id; buttons inside name it to close it.
    pub(crate) id: &'static str,
    /// The visible word of the button.
    #[prop_or_default]
    pub(crate) title: Option<AttrValue>,
    /// The icon before the word.
    #[prop_or_default]
    pub(crate) icon: Option<Icon>,
    /// What the button and the popover are called, where that differs from the word.
    pub(crate) label: AttrValue,
    /// One more class of the button.
    #[prop_or_default]
    pub(crate) class: Classes,
    /// What the popover holds.
    pub(crate) children: Children,
}

/// A button with a popover.
#[component]
pub(crate) fn Menu(props: &MenuProps) -> Html {
    let only_icon = props.title.is_none();
    html! {
        <div class="menu-anchor">
            <button
                type="button"
                class={classes!("button", only_icon.then_some("button-icon"), props.class.clone())}
                popovertarget={props.id}
                aria-label={props.label.clone()}
                title={only_icon.then(|| props.label.clone())}
            >
                if let Some(shown) = props.icon {
                    { icon(shown) }
                }
                if let Some(title) = &props.title {
                    <span>{ title.clone() }</span>
                    { icon(Icon::Down) }
                }
            </button>
            <div id={props.id} class="menu" popover="auto" role="group" aria-label={props.label.clone()}>
                { props.children.clone() }
            </div>
        </div>
    }
}

/// What [`MenuItem`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct MenuItemProps {
    /// The popover that it closes.
    pub(crate) menu: &'static str,
    /// Whether it is what the page shows now.
    #[prop_or_default]
    pub(crate) current: bool,
    /// Does what it stands for.
    pub(crate) onclick: Callback<MouseEvent>,
    /// Its words.
    pub(crate) children: Children,
}

/// A line of a menu.
#[component]
pub(crate) fn MenuItem(props: &MenuItemProps) -> Html {
    html! {
        <button
            type="button"
            class="menu-item"
            popovertarget={props.menu}
            popovertargetaction="hide"
            aria-current={props.current.then_some("true")}
            onclick={props.onclick.clone()}
        >
            { props.children.clone() }
        </button>
    }
}
