//! The header: where the reader is, where else to go, and what concerns the whole page.

use super::menu::{Menu, MenuItem};
use super::{Icon, icon};
use crate::settings::{SettingChange, Theme};
use crate::store::{Dialog, Drawer, Layout, Store, ViewChange, use_settings, use_store, use_topics, use_view};
use crate::words::{text, word};
use consistory_session::words::Language;
use consistory_session::{GalleryItem, Topics, gallery};
use yew::prelude::*;

/// The gallery, and what of it is open now.
struct Place {
    items: &'static [GalleryItem],
    protocol: &'static str,
    scenario: Option<&'static str>,
}

impl Place {
    fn read(store: &Store) -> Self {
        let (protocol, scenario) = store.read(|session| (session.protocol(), session.scenario()));
        Self { items: gallery(), protocol, scenario }
    }

    fn protocols(&self) -> Vec<&GalleryItem> {
        let mut first: Vec<&GalleryItem> = Vec::new();
        for item in self.items {
            if !first.iter().any(|known| known.protocol == item.protocol) {
                first.push(item);
            }
        }
        first
    }

    fn scenarios(&self) -> impl Iterator<Item = &GalleryItem> {
        self.items.iter().filter(|item| item.protocol == self.protocol)
    }

    fn current(&self) -> Option<&GalleryItem> {
        self.items.iter().find(|item| Some(item.id) == self.scenario)
    }
}

fn open_item(store: &Store, item: &GalleryItem) -> Callback<MouseEvent> {
    let (store, fragment) = (store.clone(), format!("#/p/{}", item.id));
    Callback::from(move |_| store.open(&fragment))
}

fn breadcrumb(language: Language, place: &Place) -> Html {
    let protocol =
        place.scenarios().next().map_or_else(|| place.protocol.to_owned(), |item| text(language, &item.protocol_title));
    let scenario = place.current().map_or_else(|| word(language, "header.own-run"), |item| text(language, &item.title));
    html! {
        <nav class="breadcrumb" aria-label={word(language, "header.breadcrumb")}>
            <ol>
                <li>{ protocol }</li>
                <li aria-current="page">{ scenario }</li>
            </ol>
        </nav>
    }
}

fn protocol_menu(store: &Store, language: Language, place: &Place) -> Html {
    html! {
        <Menu id="protocol-menu" title={word(language, "header.protocol")} label={word(language, "header.choose-protocol")}>
            if place.items.is_empty() {
                <p class="empty">{ word(language, "header.scenarios-empty") }</p>
            }
            for item in place.protocols() {
                <MenuItem key={item.protocol} menu="protocol-menu" current={item.protocol == place.protocol} onclick={open_item(store, item)}>
                    <span class="menu-title">{ text(language, &item.protocol_title) }</span>
                </MenuItem>
            }
        </Menu>
    }
}

fn scenario_menu(store: &Store, language: Language, place: &Place) -> Html {
    html! {
        <Menu id="scenario-menu" title={word(language, "header.scenario")} label={word(language, "header.choose-scenario")}>
            if place.scenarios().next().is_none() {
                <p class="empty">{ word(language, "header.scenarios-empty") }</p>
            }
            for item in place.scenarios() {
                <MenuItem key={item.id} menu="scenario-menu" current={Some(item.id) == place.scenario} onclick={open_item(store, item)}>
                    <span class="menu-title">{ text(language, &item.title) }</span>
                    <span class="menu-summary">{ text(language, &item.summary) }</span>
                </MenuItem>
            }
        </Menu>
    }
}

/// A command of the header: its word, its icon and what it does.
struct Entry {
    title: &'static str,
    label: &'static str,
    class: &'static str,
    change: Change,
}

/// What an entry of the header changes.
#[derive(Clone)]
enum Change {
    View(ViewChange),
    Setting(SettingChange),
}

impl Change {
    fn callback(&self, store: &Store) -> Callback<MouseEvent> {
        let (store, change) = (store.clone(), self.clone());
        Callback::from(move |_| match change.clone() {
            Change::View(change) => store.change(change),
            Change::Setting(change) => store.set(change),
        })
    }
}

fn dialog(title: &'static str, dialog: Dialog, class: &'static str) -> Entry {
    Entry { title, label: title, class, change: Change::View(ViewChange::Open(dialog)) }
}

fn language_entry(language: Language) -> Entry {
    let other = match language {
        Language::English => Language::Chinese,
        Language::Chinese => Language::English,
    };
    Entry {
        title: "header.language",
        label: "header.language-label",
        class: "button",
        change: Change::Setting(SettingChange::Language(other)),
    }
}

/// The icon of the present theme, what it is called, and the theme that comes after it.
fn theme_entry(theme: Theme) -> (Icon, Entry) {
    let (shown, label, next) = match theme {
        Theme::Auto => (Icon::Auto, "header.theme-auto", Theme::Light),
        Theme::Light => (Icon::Light, "header.theme-light", Theme::Dark),
        Theme::Dark => (Icon::Dark, "header.theme-dark", Theme::Auto),
    };
    let change = Change::Setting(SettingChange::Theme(next));
    (shown, Entry { title: label, label, class: "button button-icon", change })
}

fn entry_button(store: &Store, language: Language, entry: &Entry) -> Html {
    let lang = (entry.title == "header.language").then(|| word(language, "header.language-tag"));
    html! {
        <button
            key={entry.title}
            type="button"
            class={entry.class}
            {lang}
            aria-label={(entry.label != entry.title).then(|| word(language, entry.label))}
            onclick={entry.change.callback(store)}
        >
            { word(language, entry.title) }
        </button>
    }
}

fn icon_button(store: &Store, language: Language, shown: Icon, entry: &Entry) -> Html {
    html! {
        <button
            type="button"
            class="button button-icon"
            aria-label={word(language, entry.label)}
            title={word(language, entry.label)}
            onclick={entry.change.callback(store)}
        >
            { icon(shown) }
        </button>
    }
}

fn menu_entry(store: &Store, language: Language, entry: &Entry) -> Html {
    html! {
        <MenuItem key={entry.title} menu="more-menu" onclick={entry.change.callback(store)}>
            <span class="menu-title">{ word(language, entry.title) }</span>
        </MenuItem>
    }
}

/// Commands that concern the run or the page: a row of buttons, or a menu where there is no room for them.
fn commands(store: &Store, language: Language, theme: Theme, layout: Layout) -> Html {
    let faults = dialog("header.faults", Dialog::Faults, "button");
    let request = dialog("header.request", Dialog::Request, "button");
    let embed = dialog("header.embed", Dialog::Embed, "button");
    let share = dialog("header.share", Dialog::Share, "button button-primary");
    let help = dialog("header.help", Dialog::Help, "button button-icon");
    let other = language_entry(language);
    let (shown, theme) = theme_entry(theme);
    let (front, back) = match layout {
        Layout::Wide => (vec![faults, request, embed, share, other], Vec::new()),
        Layout::Medium => (vec![faults, request, share, other], vec![embed, help]),
        Layout::Phone => (Vec::new(), vec![share, faults, request, embed, help, other]),
    };
    html! {
        <>
            for entry in &front {
                { entry_button(store, language, entry) }
            }
            { icon_button(store, language, shown, &theme) }
            if back.is_empty() {
                <button
                    type="button"
                    class="button button-icon"
                    aria-label={word(language, "header.help")}
                    title={word(language, "header.help")}
                    onclick={Change::View(ViewChange::Open(Dialog::Help)).callback(store)}
                >
                    <span aria-hidden="true">{ "?" }</span>
                </button>
            } else {
                <Menu id="more-menu" icon={Icon::More} label={word(language, "header.more")}>
                    for entry in &back {
                        { menu_entry(store, language, entry) }
                    }
                </Menu>
            }
        </>
    }
}

/// Opens and closes a drawer.
fn drawer_button(store: &Store, language: Language, drawer: Drawer, shown: Icon, title: &'static str) -> Html {
    let is_open = store.look(|view| view.drawer == Some(drawer));
    let change = Change::View(ViewChange::Drawer((!is_open).then_some(drawer)));
    html! {
        <button
            type="button"
            class="button button-icon"
            aria-label={word(language, title)}
            title={word(language, title)}
            aria-expanded={is_open.to_string()}
            onclick={change.callback(store)}
        >
            { icon(shown) }
        </button>
    }
}

/// The header.
#[component]
pub(crate) fn Header() -> Html {
    let store = use_store();
    let settings = use_settings(&store);
    let layout = use_view(&store).layout;
    // Another run tells every topic; what the header shows changes only then.
    use_topics(&store, Topics::DIALS);
    let language = settings.language;
    let place = Place::read(&store);
    let home = {
        let store = store.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            store.open("");
        })
    };
    let is_medium = layout == Layout::Medium;
    html! {
        <header class="header">
            if is_medium {
                { drawer_button(&store, language, Drawer::Story, Icon::Story, "header.story") }
            }
            <a class="brand" href="./" aria-label={word(language, "header.home")} onclick={home}>{ "Consistory" }</a>
            if layout == Layout::Wide {
                { breadcrumb(language, &place) }
            }
            { protocol_menu(&store, language, &place) }
            { scenario_menu(&store, language, &place) }
            <span class="header-space"></span>
            { commands(&store, language, settings.theme, layout) }
            if is_medium {
                { drawer_button(&store, language, Drawer::Side, Icon::Details, "header.details") }
            }
        </header>
    }
}
