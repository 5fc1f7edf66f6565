//! `words.yml` files to the source of tables, for build scripts.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

/// What one key has in a `words.yml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    en: String,
    zh: String,
}

/// A file that cannot be compiled.
#[derive(Debug)]
pub struct CompileError {
    file: PathBuf,
    reason: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}; give each key an `en` and a `zh` text, once", self.file.display(), self.reason)
    }
}

impl std::error::Error for CompileError {}

/// Reads `files` and writes the Rust expression of their tables, a `consistory_words::Words`, to `out`.
/// Cargo is told to run the build script again when a file changes.
pub fn compile(files: &[&str], out: &Path) -> Result<(), CompileError> {
    compile_where(files, out, &|_| true)
}

/// The same for the keys that `wanted` is true of: tables that a page loads at different times.
pub fn compile_where(files: &[&str], out: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<(), CompileError> {
    let mut words: BTreeMap<String, Templates> = BTreeMap::new();
    for file in files {
        println!("cargo::rerun-if-changed={file}");
        let problem = |reason: String| CompileError { file: PathBuf::from(file), reason };
        let text = std::fs::read_to_string(file).map_err(|error| problem(error.to_string()))?;
        let read: BTreeMap<String, Templates> =
            serde_saphyr::from_str(&text).map_err(|error| problem(error.to_string()))?;
        for (key, templates) in read {
            if words.insert(key.clone(), templates).is_some() {
                return Err(problem(format!("the key {key} is defined in another file too")));
            }
        }
    }
    let mut source = String::from("consistory_words::Words {\n");
    for (language, of) in
        [("en", (|templates| &templates.en) as fn(&Templates) -> &String), ("zh", |templates| &templates.zh)]
    {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(source, "    {language}: consistory_words::Table(&[");
        for (key, templates) in words.iter().filter(|(key, _)| wanted(key)) {
            let _ = writeln!(source, "        ({key:?}, {:?}),", of(templates));
        }
        source.push_str("    ]),\n");
    }
    source.push_str("}\n");
    std::fs::write(out, source).map_err(|error| CompileError { file: out.to_owned(), reason: error.to_string() })
}
