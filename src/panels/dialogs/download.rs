//! The run as a file: pictures of it, and what other tools read.

use crate::panels::form::button;
use crate::part::Page;
use crate::store::Store;
use crate::words::process_name;
use consistory_kernel::ProcessId;
use consistory_session::export::{Wording, mermaid, shiviz};
use consistory_session::picture::{self, Colours};
use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, HtmlImageElement, Url};
use yew::prelude::*;

/// What a run can be exported as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Jsonl,
    Shiviz,
    Mermaid,
    Stage,
    Diagram,
}

/// The whole current branch in a form, or the stage as it is now, in the reader's language and colours.
fn export(store: &Store, form: Form) -> Option<String> {
    let wording = Wording { sentence: &|of| store.text(of), name: &|id| process_name(store, id) };
    store.read(|session| {
        let scene = session.scene();
        let nodes = scene.cards.iter().map(|card| card.id);
        let processes: Vec<ProcessId> = nodes.chain(scene.clients.iter().map(|client| client.id)).collect();
        Some(match form {
            Form::Jsonl => session.trace(),
            Form::Shiviz => shiviz(&session.happenings(), &wording),
            Form::Mermaid => mermaid(&session.happenings(), &processes, &wording),
            Form::Stage => picture::stage(&scene, session.now(), &wording, &colours()?),
            Form::Diagram => {
                let until = session.timeline().until;
                picture::diagram(&session.happenings(), &processes, until, &wording, &colours()?)
            }
        })
    })
}

/// The colours of the page as they are now.
fn colours() -> Option<Colours> {
    let window = web_sys::window()?;
    let probe: HtmlElement = window.document()?.query_selector(".dialog-body").ok()??.dyn_into().ok()?;
    let read = |name: &str| {
        // `light-dark()` is resolved only in a property that takes a colour.
        probe.style().set_property("outline-color", &format!("var(--{name})")).ok()?;
        let style = window.get_computed_style(&probe).ok()??;
        style.get_property_value("outline-color").ok()
    };
    let colours = Colours::read(&read);
    // It was there only to be asked.
    let _ = probe.style().remove_property("outline-color");
    colours
}

fn address_of(parts: &JsValue, kind: &str) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(parts), &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Draws a picture on a canvas at twice its size, and offers that as a file.
fn download_png(name: &'static str, svg: &str) -> Option<()> {
    /// Pixels per unit of the picture.
    const DENSITY: u32 = 2;
    let address = address_of(&JsValue::from_str(svg), "image/svg+xml")?;
    let image = HtmlImageElement::new().ok()?;
    let drawn = {
        let (image, address) = (image.clone(), address.clone());
        move || -> Option<()> {
            let document = web_sys::window()?.document()?;
            let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
            let (width, height) = (image.natural_width() * DENSITY, image.natural_height() * DENSITY);
            canvas.set_width(width);
            canvas.set_height(height);
            let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
            let (width, height) = (f64::from(width), f64::from(height));
            context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height).ok()?;
            save(name, &canvas.to_data_url().ok()?)?;
            Url::revoke_object_url(&address).ok()
        }
    };
    let loaded = Closure::once_into_js(move || {
        // Nobody is waiting for an answer.
        let _ = drawn();
    });
    image.set_onload(Some(loaded.unchecked_ref()));
    image.set_src(&address);
    Some(())
}

/// Offers what is at an address as a file.
fn save(name: &str, address: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let anchor: HtmlElement = document.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_attribute("href", address).ok()?;
    anchor.set_attribute("download", name).ok()?;
    anchor.click();
    Some(())
}

/// Offers a text as a file. Where the browser forbids it, as in some frames, nothing happens.
fn download(name: &'static str, text: &str) -> Option<()> {
    let address = address_of(&JsValue::from_str(text), "text/plain")?;
    save(name, &address)?;
    Url::revoke_object_url(&address).ok()
}

fn download_button(page: &Page, word: &'static str, name: &'static str, form: Form, is_png: bool) -> Html {
    let store = page.store().clone();
    let onclick = Callback::from(move |_| {
        let Some(text) = export(&store, form) else { return };
        // Nobody is waiting for an answer.
        let _ = if is_png { download_png(name, &text) } else { download(name, &text) };
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
                { download_button(page, "share.export-stage-svg", "consistory-stage.svg", Form::Stage, false) }
                { download_button(page, "share.export-stage-png", "consistory-stage.png", Form::Stage, true) }
                { download_button(page, "share.export-diagram-svg", "consistory-space-time.svg", Form::Diagram, false) }
                { download_button(page, "share.export-diagram-png", "consistory-space-time.png", Form::Diagram, true) }
                { download_button(page, "share.export-jsonl", "consistory.jsonl", Form::Jsonl, false) }
                { download_button(page, "share.export-shiviz", "consistory-shiviz.log", Form::Shiviz, false) }
                { download_button(page, "share.export-mermaid", "consistory.mmd", Form::Mermaid, false) }
            </div>
        </section>
    }
}
