//! Words: resolves a [`Text`] to a sentence in the reader's language.

use consistory_kernel::ProcessId;
use consistory_protocols::script::duration_text;
use consistory_scene::{Arg, Text};

pub use consistory_words::Table;

const WORDS: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The tag of BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

/// The words of the core that a page loads later.
const LATER: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/later.rs"));

/// The words of the core in English that a page has at once.
pub fn english() -> [Table; 2] {
    [WORDS.en, consistory_protocols::words::WORDS.en]
}

/// The words of the core in Chinese. A page that asks for them only where its reader needs them can load them later.
pub fn chinese() -> [Table; 4] {
    let protocols = consistory_protocols::words::WORDS.zh;
    [WORDS.zh, protocols, LATER.zh, consistory_protocols::words::LATER.zh]
}

/// The words of the core in English that a page loads later.
pub fn english_later() -> [Table; 2] {
    [LATER.en, consistory_protocols::words::LATER.en]
}

/// The raw template of a key, with its `%{name}` holes; `None` when no core crate has the key.
pub fn template(language: Language, key: &str) -> Option<&'static str> {
    let [one, other] = english();
    let [third, fourth] = english_later();
    let tables = match language {
        Language::English => [one, other, third, fourth],
        Language::Chinese => chinese(),
    };
    tables.iter().find_map(|table| table.template(key))
}

/// The sentence of a text; processes get their names from `name`. An unknown key shows itself.
pub fn sentence(language: Language, text: &Text, name: &dyn Fn(ProcessId) -> String) -> String {
    let Some(template) = template(language, text.key) else { return text.key.to_owned() };
    fill(template, |hole| {
        let arg = text.args.iter().find(|(known, _)| *known == hole).map(|(_, arg)| arg)?;
        Some(argument(language, arg, name))
    })
}

fn argument(language: Language, arg: &Arg, name: &dyn Fn(ProcessId) -> String) -> String {
    match arg {
        Arg::Number(number) => number.to_string(),
        Arg::Process(id) => name(*id),
        Arg::Time(time) => duration_text(*time),
        Arg::Plain(plain) => plain.clone(),
        Arg::Word(key) => sentence(language, &Text::key(key), name),
        Arg::Text(text) => sentence(language, text, name),
    }
}

/// A template with its holes filled; a hole that nothing fills stays visible.
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("%{") {
        filled.push_str(before);
        let Some((hole, after)) = after.split_once('}') else { break };
        match value(hole) {
            Some(value) => filled.push_str(&value),
            None => filled.push_str(hole),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn holes_are_filled_in_any_order() {
        let value = |hole: &str| (hole == "a").then(|| "1".to_owned());
        assert_eq!(fill("%{a} and %{b}, %{a}", value), "1 and b, 1");
        assert_eq!(fill("100 %", value), "100 %");
    }
}
