//! The page's words in the reader's language, and numbers as that language writes them.

use crate::store::Store;
use consistory_kernel::{ProcessId, Time};
use consistory_scene::{Arg, Text};
use consistory_session::words::{self, Language, Table};
use js_sys::{Array, Function, Intl, Object, Reflect};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;

thread_local! {
    /// The English words of what is loaded later, once that was.
    static ENGLISH_LATER: Cell<Later> = const { Cell::new([Table(&[]); 3]) };
    /// The Chinese words, once they were loaded.
    static CHINESE: Cell<Option<Tables>> = const { Cell::new(None) };
    /// `Intl` formatters are slow to make and are asked many times a second.
    static FORMATS: RefCell<Vec<(Language, Style, Function)>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Number,
    Milliseconds,
}

/// The names of a run's processes.
pub(crate) type Names = [(ProcessId, String)];

/// The sentence of a text: a page word, or a word of the core. As long as the words of a language are not there, English.
pub(crate) fn text(language: Language, names: &Names, text: &Text) -> String {
    let Some(template) = template(language, text.key) else { return text.key.to_owned() };
    words::fill(template, |hole| {
        let arg = text.args.iter().find(|(name, _)| *name == hole).map(|(_, arg)| arg)?;
        Some(argument(language, names, arg))
    })
}

/// A page word without arguments.
pub(crate) fn word(language: Language, key: &'static str) -> String {
    text(language, &[], &Text::key(key))
}

/// A virtual time or duration: "734.2 ms".
pub(crate) fn milliseconds(language: Language, time: Time) -> String {
    #[expect(clippy::cast_precision_loss, reason = "times stay far below 2^52 microseconds")]
    let value = time as f64 / 1000.0;
    formatted(language, Style::Milliseconds, value)
}

/// A whole number with the language's separators.
pub(crate) fn number(language: Language, value: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "what the page counts stays far below 2^52")]
    let value = value as f64;
    formatted(language, Style::Number, value)
}

/// A count, for a sentence.
pub(crate) fn count(of: usize) -> Arg {
    Arg::Number(i64::try_from(of).unwrap_or(i64::MAX))
}

/// The name of a process, for example `n1`.
pub(crate) fn process_name(store: &Store, id: ProcessId) -> String {
    let scene = store.read(|session| session.scene());
    let card = scene.cards.iter().find(|card| card.id == id);
    let client = scene.clients.iter().find(|client| client.id == id);
    card.map(|card| card.name.clone())
        .or_else(|| client.map(|client| client.name.clone()))
        .unwrap_or_else(|| id.to_string())
}

fn name_of(names: &Names, id: ProcessId) -> String {
    let found = names.iter().find(|(other, _)| *other == id);
    found.map_or_else(|| id.to_string(), |(_, name)| name.clone())
}

const WORDS: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// The words of what is loaded later.
const LATER: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/later.rs"));

/// Every table of a language: the page's own, those of the core, and those of what is loaded later.
pub(crate) type Tables = [Table; 6];

/// The tables that are loaded later.
pub(crate) type Later = [Table; 3];

fn english() -> Tables {
    let [session, protocols] = words::english();
    let [page, more_session, more_protocols] = ENGLISH_LATER.with(Cell::get);
    [WORDS.en, session, protocols, page, more_session, more_protocols]
}

/// The English words of what is loaded later; only that may call this.
pub(crate) fn english_later() -> Later {
    let [session, protocols] = words::english_later();
    [LATER.en, session, protocols]
}

/// Learns the English words of what is loaded later.
pub(crate) fn learn_english_later(tables: Later) {
    ENGLISH_LATER.with(|known| known.set(tables));
}

/// The Chinese words; only what is loaded later may call this.
pub(crate) fn chinese() -> Tables {
    let [session, protocols, more_session, more_protocols] = words::chinese();
    [WORDS.zh, session, protocols, LATER.zh, more_session, more_protocols]
}

/// Learns the Chinese words.
pub(crate) fn learn_chinese(tables: Tables) {
    CHINESE.with(|known| known.set(Some(tables)));
}

/// Whether the words of a language are there.
pub(crate) fn knows(language: Language) -> bool {
    language == Language::English || CHINESE.with(Cell::get).is_some()
}

fn template(language: Language, key: &str) -> Option<&'static str> {
    let learned = if language == Language::Chinese { CHINESE.with(Cell::get) } else { None };
    learned.unwrap_or_else(english).iter().find_map(|table| table.template(key))
}

fn argument(language: Language, names: &Names, arg: &Arg) -> String {
    match arg {
        Arg::Number(value) => number(language, *value),
        Arg::Process(id) => name_of(names, *id),
        Arg::Time(time) => milliseconds(language, *time),
        Arg::Plain(text) => text.clone(),
        Arg::Word(key) => word(language, key),
        Arg::Text(inner) => text(language, names, inner),
    }
}

fn formatted(language: Language, style: Style, value: f64) -> String {
    let format = FORMATS.with(|formats| {
        let mut formats = formats.borrow_mut();
        let known = formats.iter().find(|(known, of, _)| *known == language && *of == style);
        if let Some((_, _, format)) = known {
            return format.clone();
        }
        let format = new_format(language, style);
        formats.push((language, style, format.clone()));
        format
    });
    format
        .call1(&JsValue::UNDEFINED, &JsValue::from_f64(value))
        .ok()
        .and_then(|written| written.as_string())
        // A browser without the formats would be one from before WebAssembly.
        .unwrap_or_default()
}

fn new_format(language: Language, style: Style) -> Function {
    let options = Object::new();
    let set = |name: &str, value: JsValue| {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(name), &value);
    };
    match style {
        Style::Number => set("maximumFractionDigits", JsValue::from(0)),
        Style::Milliseconds => {
            set("style", JsValue::from_str("unit"));
            set("unit", JsValue::from_str("millisecond"));
            set("minimumFractionDigits", JsValue::from(1));
            set("maximumFractionDigits", JsValue::from(1));
        }
    }
    let locales = Array::of1(&JsValue::from_str(language.tag()));
    Intl::NumberFormat::new(&locales, &options).format()
}
