//! Pieces that several panels have. Each is written once: what draws an element costs the page some hundred bytes.

use crate::part::{Page, truth};
use yew::prelude::*;
use yew::virtual_dom::VList;

/// A button that shows a word, whose key tells it from its neighbours.
pub(crate) fn button(page: &Page, class: &'static str, title: &'static str, onclick: Callback<MouseEvent>) -> Html {
    sentence_button(class, title, page.word(title), onclick)
}

/// A button that shows a sentence.
pub(crate) fn sentence_button(
    class: &'static str,
    key: &'static str,
    sentence: String,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! { <button {key} type="button" {class} {onclick}>{ sentence }</button> }
}

/// A button that shows only a symbol; its word is said, and shown where the pointer rests. It may open and close
/// something, and then says whether that is open.
pub(crate) fn symbol_button(
    page: &Page,
    class: &'static str,
    title: &'static str,
    expanded: Option<bool>,
    symbol: Html,
    onclick: Callback<MouseEvent>,
) -> Html {
    let title = page.word(title);
    // No key: its word may change with what it does, and it keeps the focus then.
    html! {
        <button
            type="button"
            {class}
            aria-label={title.clone()}
            {title}
            aria-expanded={expanded.map(truth)}
            {onclick}
        >
            { symbol }
        </button>
    }
}

/// A line of a list that is a button: pressed or not where it selects, with a title where it does something else.
pub(crate) fn line_button(
    class: &'static str,
    title: Option<String>,
    pressed: Option<bool>,
    content: Html,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button type="button" {class} {title} aria-pressed={pressed.map(truth)} {onclick}>{ content }</button>
    }
}

/// Says why there is nothing.
pub(crate) fn empty(page: &Page, why: &'static str) -> Html {
    html! { <p class="empty">{ page.word(why) }</p> }
}

/// A heading inside a panel.
pub(crate) fn subtitle(page: &Page, title: &'static str) -> Html {
    html! { <h3 class="panel-subtitle">{ page.word(title) }</h3> }
}

/// Pieces one after the other; those that come and go have keys.
pub(crate) fn row(pieces: Vec<Html>) -> Html {
    VList::from(pieces).into()
}
