//! The columns beside the stage, which become drawers where there is no room for them.

use super::pieces::symbol_button;
use super::side::{panel_content, side_panel};
use super::{Icon, icon};
use crate::keys;
use crate::part::{Page, Part, Reads, Seen, class, when};
use crate::store::{Drawer, Layout, Panel, ViewChange};
use web_sys::Element;
use yew::prelude::*;

fn focused() -> Option<Element> {
    web_sys::window()?.document()?.active_element()
}

/// A column in the wide layout; otherwise a drawer over the stage that Escape closes and that gives the focus back.
#[derive(Default)]
struct Column {
    node: NodeRef,
    is_open: bool,
    opened: Seen<bool>,
    /// What had the focus before the drawer was opened.
    before: Option<Element>,
}

impl Column {
    fn draw(
        &mut self,
        page: &Page,
        drawer: Drawer,
        class_name: &'static str,
        label: &'static str,
        content: fn(&Page) -> Html,
    ) -> Html {
        let (is_drawer, is_chosen) = page.look(|view| (view.layout != Layout::Wide, view.drawer == Some(drawer)));
        self.is_open = is_drawer && is_chosen;
        if is_drawer && !is_chosen {
            return Html::default();
        }
        let store = page.store().clone();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            if is_drawer && event.key() == "Escape" {
                event.stop_propagation();
                store.change(ViewChange::Drawer(None));
            }
        });
        html! {
            <aside
                ref={self.node.clone()}
                class={class(&["column", class_name, when(is_drawer, "drawer")])}
                aria-label={page.word(label)}
                {onkeydown}
            >
                if is_drawer {
                    { close_button(page) }
                }
                { content(page) }
            </aside>
        }
    }

    fn drawn(&mut self) {
        if !self.opened.is_new(self.is_open) {
            return;
        }
        if self.is_open {
            self.before = focused();
            // The first thing of a drawer closes it.
            keys::focus(self.node.cast().and_then(|drawer: Element| drawer.first_element_child()));
        } else {
            keys::focus(self.before.take());
        }
    }
}

fn close_button(page: &Page) -> Html {
    let close = page.does(ViewChange::Drawer(None));
    symbol_button(page, "button button-icon drawer-close", "panel.close", None, icon(Icon::Close), close)
}

/// Story and events, at the left.
#[derive(Default)]
pub(crate) struct LeftPanel(Column);

impl Part for LeftPanel {
    fn reads(&self) -> Reads {
        Reads::VIEW
    }

    fn draw(&mut self, page: &Page) -> Html {
        let content =
            |page: &Page| html! { <>{ panel_content(page, Panel::Story) }{ panel_content(page, Panel::Feed) }</> };
        self.0.draw(page, Drawer::Story, "column-left", "panel.left", content)
    }

    fn drawn(&mut self, _: &Page) {
        self.0.drawn();
    }
}

/// Details, views and checks, at the right.
#[derive(Default)]
pub(crate) struct RightPanel(Column);

impl Part for RightPanel {
    fn reads(&self) -> Reads {
        Reads::VIEW
    }

    fn draw(&mut self, page: &Page) -> Html {
        self.0.draw(page, Drawer::Side, "column-right", "panel.right", side_panel)
    }

    fn drawn(&mut self, _: &Page) {
        self.0.drawn();
    }
}
