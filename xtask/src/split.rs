//! Splits the compiled page: what the first screen does not need goes into files of its own, which the page loads later.
//!
//! The functions marked `wasm_split` in the page are the borders. Trunk calls `wasm-bindgen` through a script of ours,
//! which splits first, so that Trunk goes on with the part that is loaded at once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::repository;

/// The part that is loaded at once.
const MAIN: &str = "main.wasm";
/// The script that loads the others.
pub(crate) const LINK_SCRIPT: &str = "__wasm_split.js";
/// The name by which the link script imports the page's script.
pub(crate) const PAGE_SCRIPT: &str = "./page.js";

/// Where the pieces are put.
pub(crate) fn folder() -> PathBuf {
    repository::root().join("target/page-split")
}

/// The part that is loaded at once, for wasm-bindgen.
pub(crate) fn main() -> PathBuf {
    folder().join(MAIN)
}

/// Splits one file into [`folder`].
pub(crate) fn run(input: &Path) -> Result<()> {
    let folder = folder();
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    let wasm = std::fs::read(input).with_context(|| format!("could not read {}", input.display()))?;
    let main = main();
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.main_module = PAGE_SCRIPT;
    // Its errors are of another kind than ours, and only their text matters.
    wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("{error:#}"))
        .with_context(|| format!("could not split {}", input.display()))?;
    Ok(())
}

/// The files that are loaded later, in the order of their names.
pub(crate) fn chunks() -> Result<Vec<PathBuf>> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_chunk = |path: &PathBuf| path.extension().is_some_and(|end| end == "wasm") && !path.ends_with(MAIN);
    let mut chunks: Vec<PathBuf> = files.into_iter().filter(is_chunk).collect();
    chunks.sort();
    Ok(chunks)
}
