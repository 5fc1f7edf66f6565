//! The size of an element, kept up to date.

use crate::part::State;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use yew::NodeRef;

/// Watches the size of an element until dropped.
pub(crate) struct Measure {
    observer: ResizeObserver,
    /// What the observer calls.
    _closure: Closure<dyn FnMut()>,
}

impl Measure {
    /// Keeps width and height of an element, in whole CSS pixels, in `size`.
    pub(crate) fn of(node: &NodeRef, size: &State<(i32, i32)>) -> Option<Self> {
        let element = node.cast::<HtmlElement>()?;
        let measure = {
            let (element, size) = (element.clone(), size.clone());
            move || size.set((element.client_width(), element.client_height()))
        };
        measure();
        let closure = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for Measure {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
