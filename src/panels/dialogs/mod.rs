//! The dialogs: native modal dialogs, one at a time.

mod address;
mod clipboard;
mod embed;
mod faults;
mod help;
mod links;
mod partition;
mod request;
mod share;

use super::{Icon, icon};
use crate::store::{Dialog, ViewChange, use_settings, use_store, use_view};
use crate::words::word;
use gloo::events::EventListener;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// What [`Modal`] needs.
#[derive(Properties, PartialEq)]
struct ModalProps {
    title: &'static str,
    class: &'static str,
    children: Children,
}

/// A modal dialog that is open as long as it is rendered. Escape, its button and a press outside close it;
/// the browser then gives the focus back to where it was.
#[component]
fn Modal(props: &ModalProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(store, move |store| {
            let element = node.cast::<HtmlDialogElement>();
            let store = store.clone();
            let listener = element.as_ref().map(|element| {
                // Only a dialog that is open already, or was removed, refuses to open; both need nothing.
                let _ = element.show_modal();
                EventListener::new(element, "close", move |_| store.change(ViewChange::CloseDialog))
            });
            move || drop(listener)
        });
    }
    let close = {
        let node = node.clone();
        move || {
            if let Some(element) = node.cast::<HtmlDialogElement>() {
                element.close();
            }
        }
    };
    let outside = {
        let (node, close) = (node.clone(), close.clone());
        Callback::from(move |event: MouseEvent| {
            // The box inside covers the whole dialog, so only the backdrop has the dialog itself as the target.
            if event.target_dyn_into::<HtmlDialogElement>().is_some()
                && event.target_dyn_into::<HtmlDialogElement>() == node.cast()
            {
                close();
            }
        })
    };
    let title = word(language, props.title);
    html! {
        <dialog ref={node} class={classes!("dialog", props.class)} aria-labelledby="dialog-title" onclick={outside}>
            <div class="dialog-box">
                <div class="dialog-head">
                    <h2 id="dialog-title" class="dialog-title">{ title }</h2>
                    <button
                        type="button"
                        class="button button-icon"
                        aria-label={word(language, "dialog.close")}
                        title={word(language, "dialog.close")}
                        onclick={Callback::from(move |_| close())}
                    >
                        { icon(Icon::Close) }
                    </button>
                </div>
                <div class="dialog-body">{ props.children.clone() }</div>
            </div>
        </dialog>
    }
}

/// The dialog that is open, if one is.
#[component]
pub(crate) fn Dialogs() -> Html {
    let store = use_store();
    match use_view(&store).dialog {
        None => Html::default(),
        Some(Dialog::Share) => html! { <Modal key="share" title="share.title" class=""><share::Share /></Modal> },
        Some(Dialog::Embed) => html! { <Modal key="embed" title="embed.title" class=""><embed::Embed /></Modal> },
        Some(Dialog::Help) => html! { <Modal key="help" title="help.title" class=""><help::Help /></Modal> },
        Some(Dialog::Faults) => {
            html! { <Modal key="faults" title="faults.title" class="dialog-beside"><faults::Faults /></Modal> }
        }
        Some(Dialog::Request) => {
            html! { <Modal key="request" title="request.title" class="dialog-narrow"><request::Request /></Modal> }
        }
    }
}
