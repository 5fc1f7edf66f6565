//! The dialogs: native modal dialogs, one at a time.

mod address;
mod clipboard;
mod download;
mod embed;
mod faults;
mod help;
mod links;
mod orders;
mod partition;
mod request;
mod shapes;
mod share;
mod slowness;
mod storm;
mod workload;

use super::diagram::Diagram;
use super::tabs::{TabRow, tabs};
use super::{Icon, icon_button};
use crate::part::{Page, Part, Reads, State, class, part};
use crate::store::{Dialog, ViewChange};
use gloo::events::EventListener;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// A modal dialog that is open as long as it is drawn. Escape, its button and a press outside close it;
/// the browser then gives the focus back to where it was.
struct Modal {
    title: &'static str,
    class: &'static str,
    content: Box<dyn Part>,
    node: NodeRef,
    /// Listens once the dialog is open.
    closing: Option<EventListener>,
}

impl Modal {
    fn boxed(title: &'static str, class: &'static str, content: Box<dyn Part>) -> Box<dyn Part> {
        Box::new(Self { title, class, content, node: NodeRef::default(), closing: None })
    }
}

impl Part for Modal {
    fn reads(&self) -> Reads {
        self.content.reads()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let close = {
            let node = self.node.clone();
            Callback::from(move |_| {
                if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                    dialog.close();
                }
            })
        };
        let outside = Callback::from(|event: MouseEvent| {
            // The box inside covers the whole dialog, so only the backdrop has the dialog itself as the target.
            if let Some(dialog) = event.target_dyn_into::<HtmlDialogElement>() {
                dialog.close();
            }
        });
        let class = class(&["dialog", self.class]);
        html! {
            <dialog ref={self.node.clone()} {class} aria-labelledby="dialog-title" onclick={outside}>
                <div class="dialog-box">
                    <div class="dialog-head">
                        <h2 id="dialog-title" class="dialog-title">{ page.word(self.title) }</h2>
                        { icon_button(page, Icon::Close, "dialog.close", close) }
                    </div>
                    <div class="dialog-body">{ self.content.draw(page) }</div>
                </div>
            </dialog>
        }
    }

    fn drawn(&mut self, page: &Page) {
        self.content.drawn(page);
        if self.closing.is_some() {
            return;
        }
        self.closing = self.node.cast::<HtmlDialogElement>().map(|dialog| {
            // Only a dialog that is open already, or was removed, refuses to open; both need nothing.
            let _ = dialog.show_modal();
            let store = page.store().clone();
            EventListener::new(&dialog, "close", move |_| store.change(ViewChange::CloseDialog))
        });
    }
}

/// The dialog that is open, if one is; made anew each time.
pub(crate) struct Dialogs;

impl Part for Dialogs {
    fn reads(&self) -> Reads {
        Reads::VIEW
    }

    fn draw(&mut self, page: &Page) -> Html {
        match page.look(|view| view.dialog) {
            None => Html::default(),
            Some(Dialog::Share) => part(page, "share", |page| {
                let content = Box::new(share::Share::new(page));
                Modal::boxed("share.title", "", content)
            }),
            Some(Dialog::Embed) => part(page, "embed", |page| {
                let content = Box::new(embed::Embed::new(page));
                Modal::boxed("embed.title", "", content)
            }),
            Some(Dialog::Help) => part(page, "help", |_| Modal::boxed("help.title", "", Box::new(help::Help))),
            Some(Dialog::Faults) => part(page, "faults", |page| {
                let content = Box::new(faults::Faults::new(page));
                Modal::boxed("faults.title", "dialog-beside", content)
            }),
            Some(Dialog::Diagram) => part(page, "diagram", |page| {
                let content = Box::new(Diagram::large(page));
                Modal::boxed("panel.diagram", "dialog-wide", content)
            }),
            Some(Dialog::Request) => part(page, "request", |page| {
                let content = Box::new(Asking { selected: page.state(0) });
                Modal::boxed("request.title", "dialog-narrow", content)
            }),
        }
    }
}

/// What clients do: one request by hand, or work by themselves.
struct Asking {
    selected: State<usize>,
}

impl Part for Asking {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let selected = self.selected.get();
        let titles = ["request.by-hand", "request.by-themselves"].map(|title| page.word(title)).to_vec();
        let row = TabRow { id: "asking", label: page.word("request.title"), titles, selected };
        let on_select = {
            let selected = self.selected.clone();
            Callback::from(move |position: usize| selected.set(position))
        };
        let content = match selected {
            0 => part(page, "request", |page| Box::new(request::Request::new(page))),
            _ => part(page, "workload", |page| Box::new(workload::WorkloadForm::new(page))),
        };
        tabs(&row, &on_select, content)
    }
}
