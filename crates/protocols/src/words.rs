//! Words of the protocols, in English and Chinese.

// The words are compiled in by a macro that cargo does not see reading the files.
const _: (&str, &str) = (include_str!("words.yml"), include_str!("raft/words.yml"));

/// The template of a word key in a language (`en` or `zh`), with its `%{name}` holes; `None` when there is no such key.
pub fn template(language: &str, key: &str) -> Option<String> {
    crate::_rust_i18n_try_translate(language, key).map(std::borrow::Cow::into_owned)
}
