//! Pieces of forms: buttons with words, lists to choose from, and what the reader did to a field.

use crate::part::Page;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// A button with a word on it.
pub(crate) fn button(page: &Page, class: &'static str, title: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" {class} {onclick}>{ page.word(title) }</button> }
}

/// The button that a form is for, and the id of a sentence that says what it needs, if there is one.
pub(crate) fn main_button(
    page: &Page,
    title: &'static str,
    enabled: bool,
    needs: Option<&'static str>,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button type="button" class="button button-primary" disabled={!enabled} aria-describedby={needs} {onclick}>
            { page.word(title) }
        </button>
    }
}

/// The label of the field with that id; the class may be empty.
pub(crate) fn label(page: &Page, class: &'static str, field: &'static str, title: &'static str) -> Html {
    html! { <label {class} for={field}>{ page.word(title) }</label> }
}

/// A value that can be chosen, and its visible name.
pub(crate) type Choice = (String, String);

/// A list to choose from. It has an id where a label names it, and otherwise an accessible name of its own.
pub(crate) fn choices(
    id: Option<String>,
    name: Option<String>,
    list: Vec<Choice>,
    chosen: &str,
    onchange: Callback<Event>,
) -> Html {
    let option = |(value, shown): Choice| {
        let selected = value == chosen;
        html! { <option key={value.as_str()} {value} {selected}>{ shown }</option> }
    };
    // The attribute of an option counts only until the reader has chosen; after that it is the list's own property.
    html! {
        <select {id} class="select" aria-label={name.clone()} title={name} ~value={chosen.to_owned()} {onchange}>
            { for list.into_iter().map(option) }
        </select>
    }
}

/// What the field that an event comes from holds now.
pub(crate) fn entered(event: &Event) -> String {
    let Some(field) = event.target() else { return String::new() };
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return input.value();
    }
    field.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value).unwrap_or_default()
}

/// Whether the box that an event comes from is ticked now.
pub(crate) fn is_ticked(event: &Event) -> bool {
    event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked())
}
