//! Parts that are loaded after the page has opened.

use crate::panels::Dialogs;
use crate::part::{Make, Page, Part, Reads, State, part};
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::wasm_split;
use yew::prelude::*;

#[expect(unsafe_code, improper_ctypes_definitions, improper_ctypes, reason = "prototype")]
mod split {
    use super::*;
    #[wasm_split(later)]
    pub(crate) fn dialogs() -> Make {
        |_| Box::new(super::Old)
    }
}

struct Old;
impl Part for Old {
    fn reads(&self) -> Reads { Reads::NOTHING }
    fn draw(&mut self, _: &Page) -> Html { html! { <Dialogs /> } }
}

pub(crate) struct Later {
    made: State<Option<Make>>,
    asked: bool,
}

impl Later {
    pub(crate) fn new(page: &Page) -> Self {
        Self { made: page.state(None), asked: false }
    }
}

impl Part for Later {
    fn reads(&self) -> Reads { Reads::VIEW }
    fn draw(&mut self, page: &Page) -> Html {
        match self.made.get() { Some(make) => part(page, "dialogs", make), None => Html::default() }
    }
    fn drawn(&mut self, page: &Page) {
        if !self.asked && page.look(|view| view.dialog.is_some()) {
            self.asked = true;
            let made = self.made.clone();
            spawn_local(async move { let make = split::dialogs().await; made.set(Some(make)); });
        }
    }
}
