//! A text that can be copied: a readonly field, a button, and what became of it.

use crate::panels::form::label;
use crate::part::{Page, State, class, when};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What became of an attempt to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There was none yet.
    None,
    /// The text is in the clipboard.
    Copied,
    /// The text is selected instead, to be copied by hand.
    Refused,
}

impl Outcome {
    /// The sentence that says so.
    fn sentence(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Copied => Some("dialog.copied"),
            Self::Refused => Some("dialog.copy-failed"),
        }
    }
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

/// Selects the whole text of the field with that id.
fn select(id: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let Some(field) = document.and_then(|document| document.get_element_by_id(id)) else { return };
    if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
        field.select();
    } else if let Some(field) = field.dyn_ref::<HtmlTextAreaElement>() {
        field.select();
    }
}

/// A text to copy, and the words around it.
pub(crate) struct Copyable {
    /// The field's id.
    pub(crate) id: &'static str,
    /// The word of its label.
    pub(crate) label: &'static str,
    /// The sentence below it.
    pub(crate) note: String,
    /// The word of the button.
    pub(crate) button: &'static str,
    /// How many lines it shows; one is an input field.
    pub(crate) rows: u32,
    /// Whether the button is the dialog's main one.
    pub(crate) primary: bool,
    /// The text.
    pub(crate) value: String,
}

/// A readonly field with a copy button; what came of pressing it is said below.
pub(crate) fn copy_field(page: &Page, outcome: &State<Outcome>, of: Copyable) -> Html {
    let Copyable { id, note, rows, primary, .. } = of;
    let value = AttrValue::from(of.value);
    let onclick = {
        let (outcome, value) = (outcome.clone(), value.clone());
        Callback::from(move |_: MouseEvent| {
            let (outcome, value) = (outcome.clone(), value.to_string());
            spawn_local(async move {
                let copied = write(value).await;
                if !copied {
                    select(id);
                }
                outcome.set(if copied { Outcome::Copied } else { Outcome::Refused });
            });
        })
    };
    let onfocus = Callback::from(move |_: FocusEvent| select(id));
    let said = outcome.get().sentence().map(|key| page.word(key));
    html! {
        <div class="copy">
            { label(page, "copy-label", id, of.label) }
            <div class={if rows == 1 { "copy-line" } else { "copy-block" }}>
                if rows == 1 {
                    <input {id} class="input copy-field" readonly=true {value} {onfocus} />
                } else {
                    <textarea {id} class="input copy-field" readonly=true rows={rows.to_string()} {value} {onfocus} spellcheck="false" />
                }
                <button type="button" class={class(&["button", when(primary, "button-primary")])} autofocus={primary} {onclick}>
                    { page.word(of.button) }
                </button>
            </div>
            <p class="note">
                <span>{ note }</span>
                <span role="status" class="copy-said">{ said }</span>
            </p>
        </div>
    }
}
