//! Compiles the words of this crate into tables, and the gallery of contests into lists.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Whether a word is loaded later: of pictures, and of contests but for what a list of them shows.
fn is_later(key: &str) -> bool {
    let is_listed = key.starts_with("contest.") && matches!(key.rsplit('.').next(), Some("title" | "summary"));
    ["picture.", "contest.", "problem.contest."].iter().any(|prefix| key.starts_with(prefix)) && !is_listed
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    consistory_words::compile_where(&["src/words.yml"], &out.join("words.rs"), &|key| !is_later(key))?;
    consistory_words::compile_where(&["src/words.yml"], &out.join("later.rs"), &is_later)?;
    let (items, texts) = contests(Path::new("contests"))?;
    std::fs::write(out.join("contests.rs"), items)?;
    std::fs::write(out.join("contest-texts.rs"), texts)?;
    Ok(())
}

/// The Rust expressions of a folder's contests and of their texts, in the order of the files' names.
fn contests(folder: &Path) -> Result<(String, String), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let paths = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = paths.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    let (mut items, mut texts) = (String::from("&[\n"), String::from("&[\n"));
    for file in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "vs")) {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        // A number and a hyphen before the name sort the files.
        let number = stem.split_once('-').filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        let id = number.map_or(&*stem, |(_, id)| id);
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let versus = text.lines().find_map(|line| line.strip_prefix("versus "));
        let versus = versus.ok_or_else(|| format!("{}: begin a line with versus", file.display()))?;
        let protocols: Vec<&str> = versus.split(',').filter_map(|side| side.split_whitespace().next()).collect();
        let (title, summary) = (format!("contest.{id}.title"), format!("contest.{id}.summary"));
        writeln!(
            items,
            "    ContestItem {{ id: {id:?}, title: {title:?}, summary: {summary:?}, protocols: &{protocols:?} }},"
        )?;
        writeln!(texts, "    ({id:?}, {text:?}),")?;
    }
    items.push_str("]\n");
    texts.push_str("]\n");
    Ok((items, texts))
}
