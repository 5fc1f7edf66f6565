//! `cargo xtask new-protocol NAME`: a folder with a sketch that works, registered, for somebody to replace.
//!
//! The sketch is `crates/protocols/template`, which compiles and is tested under the name `newcomer` there; here its files
//! are copied under another name.

mod names;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::repository;
use crate::tidy;
use names::Name;

/// Where the protocols are.
const SOURCES: &str = "crates/protocols/src";
/// What is copied.
const TEMPLATE: &str = "crates/protocols/template";
/// What begins the line that lists the protocols.
const REGISTRY: &str = "registry! {";

/// Makes the protocol, and says what to do next.
pub(crate) fn run(name: &str) -> Result<()> {
    let folder = create(repository::root(), name)?;
    let folder = folder.strip_prefix(repository::root()).unwrap_or(&folder);
    println!(
        "{folder} is registered: a sketch of a primary with backups that runs and is tested. Next:

  UPDATE_EXPECT=1 cargo test -p consistory-session --test session
                              writes the transcript of its scenario; read it
  cargo test -p consistory-protocols -p consistory-session -p consistory-lab
                              every generic test, of the sketch as well
  docs/adding-a-protocol.md   what each file is for: replace the sketch file by file",
        folder = folder.display()
    );
    Ok(())
}

/// Copies the sketch below `root` under that name and registers it; returns its folder. Nothing is written if it may not
/// have that name.
fn create(root: &Path, name: &str) -> Result<PathBuf> {
    let name = Name::parse(name)?;
    let library = root.join(SOURCES).join("lib.rs");
    let registered = register(&read(&library)?, &name)
        .with_context(|| format!("could not find the list of protocols in {}", library.display()))?;
    let sketch = sketch(root)?;
    name.must_be_free(root, &sketch)?;
    let folder = root.join(SOURCES).join(name.module());
    for (path, text) in sketch {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(&folder);
        std::fs::create_dir_all(parent).with_context(|| format!("could not make {}", parent.display()))?;
        write(&file, &name.instead_of_the_template_s(&text))?;
    }
    write(&library, &registered)?;
    // Another name gives another order of names and other lengths of lines.
    process::run(Command::new("rustfmt").args(["--edition", "2024"]).arg(&library))?;
    Ok(folder)
}

/// The files of the sketch, by their paths in its folder.
fn sketch(root: &Path) -> Result<Vec<(String, String)>> {
    let folder = root.join(TEMPLATE);
    let paths = tidy::paths_below(&folder)?;
    ensure!(!paths.is_empty(), "{} is empty", folder.display());
    paths.into_iter().map(|path| Ok((path.clone(), read(&folder.join(path))?))).collect()
}

/// The library with one more module and one more word in the registry; `None` when it has another form.
fn register(library: &str, name: &Name) -> Option<String> {
    let id = name.module();
    let (before, list) = library.split_once(&format!("\n{REGISTRY}"))?;
    let (list, after) = list.split_once('}')?;
    let library = format!("{before}\n{REGISTRY}{list}{id} }}{after}");
    // The first place is as good as any: rustfmt sorts modules.
    let (before, after) = library.split_once("\npub mod ")?;
    Some(format!("{before}\npub mod {id};\npub mod {after}"))
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("could not write {}", file.display()))
}
