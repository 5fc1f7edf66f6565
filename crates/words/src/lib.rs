//! Every visible word in every language.
//!
//! A crate with words has `words.yml` files and a build script that calls [`compile`](compile()); it includes the table that comes
//! out and looks keys up by binary search. The table is plain data: a library that builds a map at start-up costs the page
//! more code than all its words have text.

#![forbid(unsafe_code)]

#[cfg(feature = "compile")]
mod compile;

#[cfg(feature = "compile")]
pub use compile::{CompileError, compile};

/// A word key with its templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, for example `raft.role.leader`.
    pub key: &'static str,
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

/// A table of words, sorted by key.
#[derive(Clone, Copy, Debug)]
pub struct Table(pub &'static [Entry]);

impl Table {
    /// The template of a key in a language (`en` or `zh`), with its `%{name}` holes; `None` when the table has no such key.
    pub fn template(self, language: &str, key: &str) -> Option<&'static str> {
        let place = self.0.binary_search_by(|entry| entry.key.cmp(key)).ok()?;
        let entry = self.0.get(place)?;
        Some(if language == "zh" { entry.zh } else { entry.en })
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Table};

    #[test]
    fn keys_are_found_in_both_languages() {
        const WORDS: Table = Table(&[
            Entry { key: "a", en: "one", zh: "一" },
            Entry { key: "a.b", en: "two", zh: "二" },
            Entry { key: "c", en: "three", zh: "三" },
        ]);
        assert_eq!(WORDS.template("en", "a.b"), Some("two"));
        assert_eq!(WORDS.template("zh", "c"), Some("三"));
        assert_eq!(WORDS.template("en", "b"), None);
    }
}
