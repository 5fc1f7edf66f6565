//! Words of the protocols, in English and Chinese.

/// The template of a word key in a language (`en` or `zh`), with its `%{name}` holes; `None` when there is no such key.
pub fn template(language: &str, key: &str) -> Option<String> {
    crate::_rust_i18n_try_translate(language, key).map(std::borrow::Cow::into_owned)
}
