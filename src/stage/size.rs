//! The size of the stage, kept up to date.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use yew::prelude::*;

/// Width and height of an element in whole CSS pixels; 0 before the first layout.
#[hook]
pub(crate) fn use_size(node: &NodeRef) -> (i32, i32) {
    let size = use_state_eq(|| (0, 0));
    {
        let (node, size) = (node.clone(), size.clone());
        use_effect_with((), move |()| {
            let element = node.cast::<HtmlElement>();
            let measure = {
                let element = element.clone();
                move || {
                    let measured =
                        element.as_ref().map_or((0, 0), |element| (element.client_width(), element.client_height()));
                    size.set(measured);
                }
            };
            measure();
            let closure = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(closure);
            }
        });
    }
    *size
}
