//! The reader's settings: language, theme, motion, keys. Kept in local storage where the browser permits it.

use consistory_session::words::Language;
use web_sys::{Storage, UrlSearchParams, Window};

/// What the reader prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The language of every visible word.
    pub(crate) language: Language,
    /// Paper or slate.
    pub(crate) theme: Theme,
    /// Whether things jump instead of moving.
    pub(crate) reduced_motion: bool,
    /// Whether single letters are commands.
    pub(crate) single_keys: bool,
    /// Whether the page is shown inside another one.
    pub(crate) embedded: bool,
}

/// Paper or slate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the device prefers.
    #[default]
    Auto,
    /// Ink on paper.
    Light,
    /// Chalk on slate.
    Dark,
}

impl Theme {
    /// The value of the `data-theme` attribute and of the stored setting.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.tag() == tag)
    }
}

/// A change of the [`Settings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingChange {
    /// Another language.
    Language(Language),
    /// Another theme.
    Theme(Theme),
    /// Jump instead of moving, or move.
    ReducedMotion(bool),
    /// Single letters are commands, or not.
    SingleKeys(bool),
}

const KEY_LANGUAGE: &str = "consistory.language";
const KEY_THEME: &str = "consistory.theme";
const KEY_MOTION: &str = "consistory.reduced-motion";
const KEY_SINGLE_KEYS: &str = "consistory.single-keys";

impl Settings {
    /// The settings of the address, then the stored ones, then the browser's.
    pub(crate) fn load(window: &Window) -> Self {
        let query = query(window);
        let asked = |name: &str| query.as_ref().and_then(|query| query.get(name));
        let either = |name: &str, key: &str| asked(name).or_else(|| stored(window, key)).unwrap_or_default();
        let device = || window.navigator().language().unwrap_or_default();
        let language = asked("lang").or_else(|| stored(window, KEY_LANGUAGE)).unwrap_or_else(device);
        Self {
            language: language_of(&language),
            theme: Theme::from_tag(&either("theme", KEY_THEME)).unwrap_or_default(),
            reduced_motion: stored(window, KEY_MOTION)
                .map_or_else(|| prefers(window, "(prefers-reduced-motion: reduce)"), |value| value == "true"),
            single_keys: stored(window, KEY_SINGLE_KEYS).is_none_or(|value| value == "true"),
            embedded: asked("embed").is_some_and(|value| value != "0"),
        }
    }

    /// The settings after a change, which is stored too.
    pub(crate) fn changed(mut self, change: SettingChange, window: &Window) -> Self {
        match change {
            SettingChange::Language(language) => {
                self.language = language;
                store(window, KEY_LANGUAGE, language.tag());
            }
            SettingChange::Theme(theme) => {
                self.theme = theme;
                store(window, KEY_THEME, theme.tag());
            }
            SettingChange::ReducedMotion(reduced) => {
                self.reduced_motion = reduced;
                store(window, KEY_MOTION, yes_or_no(reduced));
            }
            SettingChange::SingleKeys(on) => {
                self.single_keys = on;
                store(window, KEY_SINGLE_KEYS, yes_or_no(on));
            }
        }
        self
    }

    /// Writes what style sheets and assistive technology need to know to the root element.
    pub(crate) fn show(self, window: &Window) {
        let Some(root) = window.document().and_then(|document| document.document_element()) else {
            return;
        };
        let lang = match self.language {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        };
        let motion = if self.reduced_motion { "reduced" } else { "full" };
        // Setting an attribute of the root element fails only for an invalid name.
        let _ = root.set_attribute("lang", lang);
        let _ = root.set_attribute("data-theme", self.theme.tag());
        let _ = root.set_attribute("data-motion", motion);
        let _ = root.toggle_attribute_with_force("data-embedded", self.embedded);
    }
}

/// The query of the address.
pub(crate) fn query(window: &Window) -> Option<UrlSearchParams> {
    let search = window.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()
}

/// Whether a media query matches now.
pub(crate) fn prefers(window: &Window, media: &str) -> bool {
    let list = window.match_media(media).ok().flatten();
    list.is_some_and(|list| list.matches())
}

fn language_of(tag: &str) -> Language {
    if tag.to_ascii_lowercase().starts_with("zh") { Language::Chinese } else { Language::English }
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// In an iframe of another origin the browser throws instead of answering: then nothing is stored.
fn storage(window: &Window) -> Option<Storage> {
    window.local_storage().ok().flatten()
}

fn stored(window: &Window, key: &str) -> Option<String> {
    storage(window)?.get_item(key).ok().flatten()
}

fn store(window: &Window, key: &str, value: &str) {
    if let Some(storage) = storage(window) {
        // A full or forbidden storage costs the reader one choice at the next visit, nothing now.
        let _ = storage.set_item(key, value);
    }
}
