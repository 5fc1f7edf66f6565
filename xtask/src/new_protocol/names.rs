//! Names of protocols: one word that is a folder, a Rust module, the beginning of word keys and a part of addresses.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use super::{SOURCES, TEMPLATE};
use crate::tidy;

/// What the sketch is called where it is kept.
const TEMPLATE_ID: &str = "newcomer";
const TEMPLATE_TYPE: &str = "Newcomer";

const LENGTH_MAX: usize = 24;

/// What no module can be called: the words of Rust, those that it reserves, and the crates that are always there.
const RESERVED: [&str; 54] = [
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue", "core", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "std", "struct",
    "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
    "yield",
];

/// The well-formed name of a protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    /// Reads a name as it was typed.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let is_word = |word: &str| !word.is_empty() && word.chars().all(plain);
        ensure!(
            typed.starts_with(|first: char| first.is_ascii_lowercase()) && typed.split('_').all(is_word),
            "`{typed}` cannot be a protocol's name: give small letters and digits, a letter first, words joined by single \
             underscores, such as two_phase_commit"
        );
        ensure!(
            typed.len() <= LENGTH_MAX,
            "`{typed}` cannot be a protocol's name: it has {} letters, and {LENGTH_MAX} are the most",
            typed.len()
        );
        ensure!(
            !RESERVED.contains(&typed),
            "`{typed}` cannot be a protocol's name: it is a word of Rust; choose another"
        );
        Ok(Self(typed.to_owned()))
    }

    /// The folder and the module: `two_phase_commit`.
    pub(super) fn module(&self) -> &str {
        &self.0
    }

    /// The protocol's id, with which its word keys begin: `two-phase-commit`.
    pub(super) fn id(&self) -> String {
        self.0.replace('_', "-")
    }

    /// The type: `TwoPhaseCommit`.
    fn type_name(&self) -> String {
        let capitalised = |word: &str| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        self.0.split('_').map(capitalised).collect()
    }

    /// A text of the sketch under this name.
    pub(super) fn instead_of_the_template_s(&self, text: &str) -> String {
        text.replace(TEMPLATE_TYPE, &self.type_name()).replace(TEMPLATE_ID, &self.id())
    }

    /// Refuses a name that stands for something already: below `root`, or in the files of the sketch.
    pub(super) fn must_be_free(&self, root: &Path, sketch: &[(String, String)]) -> Result<()> {
        let id = self.module();
        let sources = root.join(SOURCES);
        ensure!(!sources.join(id).exists(), "there is a `{id}` in {SOURCES} already; choose another name");
        let is_module = id == TEMPLATE_ID || sources.join(format!("{id}.rs")).exists();
        let is_part =
            sketch.iter().any(|(path, text)| *path == format!("{id}.rs") || has_word(text, &self.type_name()));
        if is_module || is_part {
            bail!("`{id}` cannot be a protocol's name: a module or a type beside it is called so; choose another");
        }
        let paths = tidy::paths_below(root)?;
        for path in paths.iter().filter(|path| !path.starts_with(TEMPLATE)).filter(|path| path.ends_with("words.yml")) {
            let text = super::read(&root.join(path))?;
            let begins = format!("{}.", self.id());
            ensure!(
                !text.lines().any(|line| line.starts_with(&begins)),
                "`{id}` cannot be a protocol's name: keys of {path} begin with `{begins}`; choose another"
            );
        }
        Ok(())
    }
}

/// Whether a text has that word by itself.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|found| found == word)
}
