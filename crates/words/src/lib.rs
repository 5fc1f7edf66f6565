//! Every visible word in every language.
//!
//! A crate with words has `words.yml` files and a build script that calls [`compile`](compile()); it includes the tables that come
//! out and looks keys up by binary search. A table is plain data: a library that builds a map at start-up costs the page
//! more code than all its words have text.

#![forbid(unsafe_code)]

#[cfg(feature = "compile")]
mod compile;

#[cfg(feature = "compile")]
pub use compile::{CompileError, compile, compile_where};

/// The words of one crate in every language. A table that nobody reads is not in the binary, so that a page can leave the
/// languages that its reader does not know to be loaded later.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// English.
    pub en: Table,
    /// Simplified Chinese.
    pub zh: Table,
}

impl Words {
    /// The template of a key in a language (`en` or `zh`), with its `%{name}` holes; `None` when there is no such key.
    pub fn template(self, language: &str, key: &str) -> Option<&'static str> {
        if language == "zh" { self.zh.template(key) } else { self.en.template(key) }
    }
}

/// Keys, for example `raft.role.leader`, with their templates in one language; sorted by key.
#[derive(Clone, Copy, Debug)]
pub struct Table(pub &'static [(&'static str, &'static str)]);

impl Table {
    /// The template of a key, with its `%{name}` holes; `None` when the table has no such key.
    pub fn template(self, key: &str) -> Option<&'static str> {
        let place = self.0.binary_search_by(|(known, _)| (*known).cmp(key)).ok()?;
        self.0.get(place).map(|(_, template)| *template)
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, Words};

    #[test]
    fn keys_are_found_in_both_languages() {
        const WORDS: Words = Words {
            en: Table(&[("a", "one"), ("a.b", "two"), ("c", "three")]),
            zh: Table(&[("a", "一"), ("a.b", "二"), ("c", "三")]),
        };
        assert_eq!(WORDS.template("en", "a.b"), Some("two"));
        assert_eq!(WORDS.template("zh", "c"), Some("三"));
        assert_eq!(WORDS.template("en", "b"), None);
    }
}
