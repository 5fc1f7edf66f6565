//! A button that opens a popover below it: the browser places, closes and stacks it.

use super::{Icon, icon};
use crate::part::{class, when};
use yew::prelude::*;

/// A button with a popover.
pub(crate) struct MenuButton {
    /// The popover's id; buttons inside name it to close it.
    pub(crate) id: &'static str,
    /// The visible word of the button.
    pub(crate) title: Option<String>,
    /// The icon before the word.
    pub(crate) icon: Option<Icon>,
    /// What the button and the popover are called, where that differs from the word.
    pub(crate) label: String,
    /// One more class of the button, if not empty.
    pub(crate) class: &'static str,
}

/// A button with a popover, and what that holds.
pub(crate) fn menu(of: MenuButton, content: Html) -> Html {
    let MenuButton { id, title, label, .. } = of;
    let only_icon = title.is_none();
    html! {
        <div class="menu-anchor">
            <button
                type="button"
                class={class(&["button", when(only_icon, "button-icon"), of.class])}
                popovertarget={id}
                aria-label={label.clone()}
                title={only_icon.then(|| label.clone())}
            >
                if let Some(shown) = of.icon {
                    { icon(shown) }
                }
                if let Some(title) = title {
                    <span>{ title }</span>
                    { icon(Icon::Down) }
                }
            </button>
            <div {id} class="menu" popover="auto" role="group" aria-label={label}>{ content }</div>
        </div>
    }
}

/// A line of a menu, which closes the popover `menu`; `current` if it is what the page shows now.
pub(crate) fn menu_item(
    menu: &'static str,
    key: &str,
    current: bool,
    onclick: Callback<MouseEvent>,
    words: Html,
) -> Html {
    html! {
        <button
            {key}
            type="button"
            class="menu-item"
            popovertarget={menu}
            popovertargetaction="hide"
            aria-current={current.then_some("true")}
            {onclick}
        >
            { words }
        </button>
    }
}

/// The heading of lines that belong together.
pub(crate) fn menu_group(title: String) -> Html {
    html! { <p key="group" class="menu-group">{ title }</p> }
}

/// The words of a menu's line: a title, and a sentence below it.
pub(crate) fn item_words(title: Html, summary: Option<String>) -> Html {
    html! {
        <>
            <span class="menu-title">{ title }</span>
            if let Some(summary) = summary {
                <span class="menu-summary">{ summary }</span>
            }
        </>
    }
}
