//! A text that can be copied: a readonly field, a button, and what became of it.

use crate::store::{use_settings, use_store};
use crate::words::word;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What became of an attempt to copy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    None,
    Copied,
    Refused,
}

/// Writes to the clipboard; false where the browser or the embedding page forbids it.
async fn write(text: String) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // On an address that is not secure there is no clipboard at all, and asking it would throw.
    let present =
        Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|clipboard| !clipboard.is_undefined());
    present && JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok()
}

fn select(node: &NodeRef) {
    if let Some(field) = node.cast::<HtmlInputElement>() {
        field.select();
    } else if let Some(field) = node.cast::<HtmlTextAreaElement>() {
        field.select();
    }
}

/// What [`CopyField`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct CopyFieldProps {
    /// The field's id.
    pub(crate) id: &'static str,
    /// The word of its label.
    pub(crate) label: &'static str,
    /// The word of the sentence below it.
    #[prop_or_default]
    pub(crate) note: Option<AttrValue>,
    /// The word of the button.
    pub(crate) button: &'static str,
    /// How many lines it shows; one is an input field.
    pub(crate) rows: u32,
    /// Whether the button is the dialog's main one.
    #[prop_or_default]
    pub(crate) primary: bool,
    /// The text.
    pub(crate) value: AttrValue,
}

/// A readonly field with a copy button.
#[component]
pub(crate) fn CopyField(props: &CopyFieldProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let node = use_node_ref();
    let outcome = use_state_eq(|| Outcome::None);
    let copy = {
        let (node, outcome, value) = (node.clone(), outcome.clone(), props.value.to_string());
        Callback::from(move |_: MouseEvent| {
            let (node, outcome, value) = (node.clone(), outcome.clone(), value.clone());
            spawn_local(async move {
                let copied = write(value).await;
                if !copied {
                    select(&node);
                }
                outcome.set(if copied { Outcome::Copied } else { Outcome::Refused });
            });
        })
    };
    let on_focus = {
        let node = node.clone();
        Callback::from(move |_: FocusEvent| select(&node))
    };
    let said = match *outcome {
        Outcome::None => None,
        Outcome::Copied => Some(word(language, "dialog.copied")),
        Outcome::Refused => Some(word(language, "dialog.copy-failed")),
    };
    html! {
        <div class="copy">
            <label class="copy-label" for={props.id}>{ word(language, props.label) }</label>
            <div class={if props.rows == 1 { "copy-line" } else { "copy-block" }}>
                if props.rows == 1 {
                    <input ref={node} id={props.id} class="input copy-field" readonly=true value={props.value.clone()} onfocus={on_focus} />
                } else {
                    <textarea ref={node} id={props.id} class="input copy-field" readonly=true rows={props.rows.to_string()} value={props.value.clone()} onfocus={on_focus} spellcheck="false"/>
                }
                <button type="button" class={classes!("button", props.primary.then_some("button-primary"))} autofocus={props.primary} onclick={copy}>
                    { word(language, props.button) }
                </button>
            </div>
            <p class="note">
                if let Some(note) = &props.note {
                    <span>{ note.clone() }</span>
                }
                <span role="status" class="copy-said">{ said }</span>
            </p>
        </div>
    }
}
