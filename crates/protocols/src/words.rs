//! Words of the protocols, in English and Chinese.

/// All of them.
pub const WORDS: consistory_words::Words = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// The template of a word key in a language (`en` or `zh`), with its `%{name}` holes; `None` when there is no such key.
pub fn template(language: &str, key: &str) -> Option<&'static str> {
    WORDS.template(language, key)
}
