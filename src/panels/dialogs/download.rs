//! The run as a file for another tool.

use crate::panels::form::button;
use crate::part::Page;
use crate::store::Store;
use crate::words::{process_name, text};
use consistory_kernel::ProcessId;
use consistory_session::export::{Wording, mermaid, shiviz};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlElement, Url};
use yew::prelude::*;

/// What a run can be exported as.
#[derive(Clone, Copy)]
enum Form {
    Shiviz,
    Mermaid,
}

/// The whole current branch in a form, in the reader's language.
fn export(store: &Store, form: Form) -> String {
    let language = store.settings().language;
    let wording = Wording { sentence: &|of| text(language, of), name: &|id| process_name(store, id) };
    store.read(|session| {
        let happenings = session.happenings();
        let scene = session.scene();
        let nodes = scene.cards.iter().map(|card| card.id);
        let processes: Vec<ProcessId> = nodes.chain(scene.clients.iter().map(|client| client.id)).collect();
        match form {
            Form::Shiviz => shiviz(&happenings, &wording),
            Form::Mermaid => mermaid(&happenings, &processes, &wording),
        }
    })
}

/// Offers a text as a file. Where the browser forbids it, as in some frames, nothing happens.
fn download(name: &str, text: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let blob = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: HtmlElement = document.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_attribute("href", &address).ok()?;
    anchor.set_attribute("download", name).ok()?;
    anchor.click();
    Url::revoke_object_url(&address).ok()
}

fn download_button(page: &Page, word: &'static str, name: &'static str, form: Form) -> Html {
    let store = page.store().clone();
    let onclick = Callback::from(move |_| {
        // Nobody is waiting for an answer.
        let _ = download(name, &export(&store, form));
    });
    button(page, "button", word, onclick)
}

/// Buttons for every form.
pub(super) fn downloads(page: &Page) -> Html {
    html! {
        <section class="dialog-section" aria-labelledby="export-title">
            <h3 id="export-title" class="panel-subtitle">{ page.word("share.export-title") }</h3>
            <p>{ page.word("share.export-why") }</p>
            <div class="actions">
                { download_button(page, "share.export-shiviz", "consistory-shiviz.log", Form::Shiviz) }
                { download_button(page, "share.export-mermaid", "consistory.mmd", Form::Mermaid) }
            </div>
        </section>
    }
}
