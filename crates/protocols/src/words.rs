//! Words of the protocols, in English and Chinese.

/// Those of the first protocol, and what all have in common.
pub const WORDS: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Those that a page loads later: of the other protocols, and what answers "why".
pub const LATER: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/later.rs"));

/// The template of a word key in a language (`en` or `zh`), with its `%{name}` holes; `None` when there is no such key.
pub fn template(language: &str, key: &str) -> Option<&'static str> {
    WORDS.template(language, key).or_else(|| LATER.template(language, key))
}
