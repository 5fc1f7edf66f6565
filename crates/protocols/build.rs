//! Compiles what the protocol folders hold beside their code: the words into a table, the scenarios into a list.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What ends the part of a scenario that is performed; its transcript follows, which only tests read.
const END: &str = "----";

/// What a new protocol starts from, by the name that it has there.
const TEMPLATE: &str = "newcomer";

/// The folder of the protocol that a page has at once. The words of the others come with their code, but for their names.
const FIRST: &str = "raft";

/// What several of the later protocols share.
const SHARED_LATER: [&str; 2] = ["consensus.", "transaction."];

/// Whether a word is loaded later: of a later protocol, or of answers to "why", which are asked for by a reader who has
/// looked around.
fn is_later(key: &str, folders: &[PathBuf]) -> bool {
    let is_title = key.split_once('.').is_some_and(|(_, rest)| rest == "title");
    let of_later = folders.iter().filter_map(|folder| folder.file_name()).any(|folder| {
        let name = folder.to_string_lossy().replace('_', "-");
        name != FIRST && key.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
    });
    let of_several = SHARED_LATER.iter().any(|prefix| key.starts_with(prefix));
    !is_title && (key.starts_with("why.") || key.contains(".why.") || of_several || of_later)
}

fn main() -> Result<(), Box<dyn Error>> {
    // The whole folder, so that a protocol or a scenario that is added is seen as well.
    println!("cargo::rerun-if-changed=src");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let folders: Vec<PathBuf> = entries(Path::new("src"))?.into_iter().filter(|path| path.is_dir()).collect();
    let words = folders.iter().map(|folder| folder.join("words.yml")).filter(|file| file.is_file());
    let mut files = vec!["src/words.yml".to_owned()];
    files.extend(words.map(|file| file.to_string_lossy().into_owned()));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    consistory_words::compile_where(&files, &out.join("words.rs"), &|key| !is_later(key, &folders))?;
    consistory_words::compile_where(&files, &out.join("later.rs"), &|key| is_later(key, &folders))?;
    let mut names = String::from("&[\n");
    // What a new protocol starts from has scenarios only once it is one.
    std::fs::write(out.join(format!("{TEMPLATE}.rs")), "&[]")?;
    for folder in folders.iter().filter(|folder| folder.join("scenarios").is_dir()) {
        // A folder is a module of Rust, and has the id of its protocol but for the hyphens.
        let module = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        std::fs::write(out.join(format!("{module}.rs")), scenarios(folder, &module.replace('_', "-"), &mut names)?)?;
    }
    names.push_str("]\n");
    std::fs::write(out.join("scenarios.rs"), names)?;
    Ok(())
}

/// The Rust expression of a protocol's scenarios, as far as they are performed: the transcripts stay out of the page. Their
/// names go to another one.
fn scenarios(folder: &Path, protocol: &str, names: &mut String) -> Result<String, Box<dyn Error>> {
    let mut texts = String::from("&[\n");
    let files = entries(&folder.join("scenarios"))?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "scn")) {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let number = stem.split_once('-').filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        let name = number.map_or(&*stem, |(_, name)| name);
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let performed: String = text.split_inclusive('\n').take_while(|line| line.trim_end() != END).collect();
        writeln!(names, "    ScenarioFile {{ protocol: {protocol:?}, name: {name:?} }},")?;
        writeln!(texts, "    {performed:?},")?;
    }
    texts.push_str("]\n");
    Ok(texts)
}

/// What a folder holds, in the order of names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let paths = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = paths.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
