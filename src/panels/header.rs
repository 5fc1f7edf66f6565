//! The header: where the reader is, where else to go, and what concerns the whole page.

use super::menu::{MenuButton, item_words, menu, menu_group, menu_item};
use super::pieces::{button, empty, row, symbol_button};
use super::{Icon, icon, icon_button};
use crate::part::{Act, Page, Part, Reads};
use crate::settings::{SettingChange, Theme};
use crate::store::{Dialog, Drawer, Layout, Store, ViewChange};
use consistory_scene::Text;
use consistory_session::contest::contests;
use consistory_session::words::Language;
use consistory_session::{GalleryItem, Topics, gallery};
use yew::prelude::*;

/// The gallery, and what of it is open now.
struct Place {
    items: &'static [GalleryItem],
    protocol: &'static str,
    scenario: Option<&'static str>,
    /// Whether several runs are open, side by side.
    is_contest: bool,
}

impl Place {
    fn read(store: &Store) -> Self {
        store.read(|session| Self {
            items: gallery(),
            protocol: session.protocol(),
            scenario: session.scenario(),
            is_contest: session.as_contest().is_some(),
        })
    }

    /// The first scenario of each protocol.
    fn protocols(&self) -> Vec<&'static GalleryItem> {
        let mut first: Vec<&GalleryItem> = Vec::new();
        for item in self.items {
            if !first.iter().any(|known| known.protocol == item.protocol) {
                first.push(item);
            }
        }
        first
    }

    fn scenarios(&self) -> Vec<&'static GalleryItem> {
        self.items.iter().filter(|item| !self.is_contest && item.protocol == self.protocol).collect()
    }

    fn current(&self) -> Option<&'static GalleryItem> {
        self.items.iter().find(|item| Some(item.id) == self.scenario)
    }
}

fn breadcrumb(page: &Page, place: &Place) -> Html {
    let protocol = place.items.iter().find(|item| item.protocol == place.protocol);
    let protocol = match protocol {
        _ if place.is_contest => page.word("header.side-by-side"),
        Some(item) => page.text(&item.protocol_title),
        None => place.protocol.to_owned(),
    };
    let title = match place.current() {
        Some(item) => Some(item.title.clone()),
        None if place.is_contest => page.read(|session| session.story().title),
        None => None,
    };
    let scenario = title.map_or_else(|| page.word("header.own-run"), |title| page.text(&title));
    html! {
        <nav class="breadcrumb" aria-label={page.word("header.breadcrumb")}>
            <ol>
                <li>{ protocol }</li>
                <li aria-current="page">{ scenario }</li>
            </ol>
        </nav>
    }
}

/// A menu of the gallery: its id, its word, what it is called, and its lines.
fn gallery_menu(page: &Page, id: &'static str, title: &'static str, label: &'static str, lines: Vec<Html>) -> Html {
    let of = MenuButton { id, title: Some(page.word(title)), icon: None, label: page.word(label), class: "" };
    let content = if lines.is_empty() { empty(page, "header.scenarios-empty") } else { row(lines) };
    menu(of, content)
}

fn open_item(page: &Page, item: &GalleryItem) -> Callback<MouseEvent> {
    page.does(Act::Open(["#/p/", item.id].concat()))
}

fn title_words(page: &Page, title: &Text, summary: Option<&Text>) -> Html {
    item_words(page.text(title).into(), summary.map(|summary| page.text(summary)))
}

fn protocol_menu(page: &Page, place: &Place) -> Html {
    let id = "protocol-menu";
    let line = |item: &GalleryItem| {
        let words = title_words(page, &item.protocol_title, None);
        let is_current = !place.is_contest && item.protocol == place.protocol;
        menu_item(id, item.protocol, is_current, open_item(page, item), words)
    };
    let lines = place.protocols().into_iter().map(line).collect();
    gallery_menu(page, id, "header.protocol", "header.choose-protocol", lines)
}

fn scenario_menu(page: &Page, place: &Place) -> Html {
    let id = "scenario-menu";
    let line = |item: &GalleryItem| {
        let words = title_words(page, &item.title, Some(&item.summary));
        menu_item(id, item.id, Some(item.id) == place.scenario, open_item(page, item), words)
    };
    let mut lines: Vec<Html> = place.scenarios().into_iter().map(line).collect();
    lines.push(menu_group(page.word("header.side-by-side")));
    lines.extend(contests().map(|item| {
        let words = item_words(page.word(item.title).into(), Some(page.word(item.summary)));
        let open = page.does(Act::Open(["#/vs/", item.id].concat()));
        menu_item(id, item.id, place.is_contest && Some(item.id) == place.scenario, open, words)
    }));
    gallery_menu(page, id, "header.scenario", "header.choose-scenario", lines)
}

/// What the header offers to do: to open a dialog, or to speak the other language.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Faults,
    Request,
    Embed,
    Share,
    Help,
    Language,
}

impl Entry {
    fn title(self) -> &'static str {
        match self {
            Self::Faults => "header.faults",
            Self::Request => "header.request",
            Self::Embed => "header.embed",
            Self::Share => "header.share",
            Self::Help => "header.help",
            Self::Language => "header.language",
        }
    }

    fn does(self, page: &Page) -> Callback<MouseEvent> {
        let dialog = match self {
            Self::Faults => Dialog::Faults,
            Self::Request => Dialog::Request,
            Self::Embed => Dialog::Embed,
            Self::Share => Dialog::Share,
            Self::Help => Dialog::Help,
            Self::Language => {
                let other = match page.language() {
                    Language::English => Language::Chinese,
                    Language::Chinese => Language::English,
                };
                return page.does(SettingChange::Language(other));
            }
        };
        page.does(ViewChange::Open(dialog))
    }
}

fn entry_button(page: &Page, entry: Entry) -> Html {
    let (title, onclick) = (entry.title(), entry.does(page));
    if entry == Entry::Language {
        return html! {
            <button
                key={title}
                type="button"
                class="button"
                lang={page.word("header.language-tag")}
                aria-label={page.word("header.language-label")}
                {onclick}
            >
                { page.word(title) }
            </button>
        };
    }
    let class = if entry == Entry::Share { "button button-primary" } else { "button" };
    button(page, class, title, onclick)
}

fn more_menu(page: &Page, entries: &[Entry]) -> Html {
    let id = "more-menu";
    let of = MenuButton { id, title: None, icon: Some(Icon::More), label: page.word("header.more"), class: "" };
    let line = |entry: &Entry| {
        let title = entry.title();
        menu_item(id, title, false, entry.does(page), item_words(page.word(title).into(), None))
    };
    menu(of, row(entries.iter().map(line).collect()))
}

fn help_button(page: &Page) -> Html {
    let (title, does) = (Entry::Help.title(), Entry::Help.does(page));
    let symbol = html! { <span aria-hidden="true">{ "?" }</span> };
    symbol_button(page, "button button-icon", title, None, symbol, does)
}

/// The icon of the present theme, and what it is called; goes on to the theme that comes after it.
fn theme_button(page: &Page) -> Html {
    let (shown, title, next) = match page.settings().theme {
        Theme::Auto => (Icon::Auto, "header.theme-auto", Theme::Light),
        Theme::Light => (Icon::Light, "header.theme-light", Theme::Dark),
        Theme::Dark => (Icon::Dark, "header.theme-dark", Theme::Auto),
    };
    icon_button(page, shown, title, page.does(SettingChange::Theme(next)))
}

/// Commands that concern the run or the page: a row of buttons, or a menu where there is no room for them.
fn commands(page: &Page, layout: Layout, is_contest: bool) -> Html {
    use Entry::{Embed, Faults, Help, Language, Request, Share};
    let (front, back): (&[Entry], &[Entry]) = match layout {
        Layout::Wide => (&[Faults, Request, Embed, Share, Language], &[]),
        Layout::Medium => (&[Faults, Request, Share, Language], &[Embed, Help]),
        Layout::Phone => (&[], &[Share, Faults, Request, Embed, Help, Language]),
    };
    // What can be broken in all runs stands beside them.
    let is_offered = |entry: &&Entry| !is_contest || **entry != Faults;
    let back: Vec<Entry> = back.iter().filter(is_offered).copied().collect();
    html! {
        <>
            for entry in front.iter().filter(is_offered) {
                { entry_button(page, *entry) }
            }
            { theme_button(page) }
            { if back.is_empty() { help_button(page) } else { more_menu(page, &back) } }
        </>
    }
}

/// Opens and closes a drawer.
fn drawer_button(page: &Page, drawer: Drawer, shown: Icon, title: &'static str) -> Html {
    let is_open = page.look(|view| view.drawer == Some(drawer));
    let toggle = page.does(ViewChange::Drawer((!is_open).then_some(drawer)));
    symbol_button(page, "button button-icon", title, Some(is_open), icon(shown), toggle)
}

/// The header.
pub(crate) struct Header;

impl Part for Header {
    fn reads(&self) -> Reads {
        // Another run tells every topic; what the header shows changes only then.
        Reads::topics(Topics::DIALS).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let layout = page.look(|view| view.layout);
        let place = Place::read(page);
        let home = {
            let store = page.store().clone();
            Callback::from(move |event: MouseEvent| {
                event.prevent_default();
                store.open("");
            })
        };
        // Beside several runs there are no panels that could be drawers.
        let has_drawers = layout == Layout::Medium && !place.is_contest;
        html! {
            <header class="header">
                if has_drawers {
                    { drawer_button(page, Drawer::Story, Icon::Story, "header.story") }
                }
                <a class="brand" href="./" aria-label={page.word("header.home")} onclick={home}>{ "Consistory" }</a>
                if layout == Layout::Wide {
                    { breadcrumb(page, &place) }
                }
                { protocol_menu(page, &place) }
                { scenario_menu(page, &place) }
                <span class="header-space"></span>
                { commands(page, layout, place.is_contest) }
                if has_drawers {
                    { drawer_button(page, Drawer::Side, Icon::Details, "header.details") }
                }
            </header>
        }
    }
}
