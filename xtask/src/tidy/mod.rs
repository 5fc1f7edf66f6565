//! Rules of this repository that no compiler or linter knows. Each is a pure function of a path and a text.

mod architecture;
mod arrows;
mod colours;
mod layers;
mod manifests;
mod rust;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::repository;
use crate::workspace;

/// Folders that hold what was built or fetched, or what git keeps.
const NOT_OURS: [&str; 4] = [".git", "dist", "node_modules", "target"];
/// Files whose text can be judged.
const TEXTS: [&str; 7] = ["rs", "css", "js", "html", "toml", "scn", "yml"];
/// Marks of work that somebody meant to come back to.
const LEFT_BEHIND: [&str; 2] = ["TODO", "FIXME"];

/// One broken rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1; 0 where it is about the whole file.
    line: usize,
    problem: String,
}

impl Finding {
    fn new(path: &str, line: usize, problem: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, problem: problem.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.problem),
            line => write!(out, "{}:{line}: {}", self.path, self.problem),
        }
    }
}

/// Checks the checkout and prints every finding.
pub(crate) fn run() -> Result<()> {
    let root = repository::root();
    let paths = paths_below(root)?;
    let mut findings = Vec::new();
    for path in &paths {
        if !is_text(path) {
            continue;
        }
        // Somebody may have removed it since it was listed, and a file of bytes has no lines to judge.
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            findings.extend(check_text(path, &text));
        }
    }
    if let Ok(text) = std::fs::read_to_string(root.join(architecture::PATH)) {
        findings.extend(architecture::check(&text, &paths));
    }
    findings.extend(arrows::check(&workspace::packages()?));
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} broken rules, printed above", findings.len());
    }
    println!("    {} files, no broken rule", paths.len());
    Ok(())
}

/// Every rule about the text of one file.
fn check_text(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = left_behind(path, text);
    match extension(path) {
        "rs" => {
            findings.extend(rust::check(path, text));
            findings.extend(colours::check(path, text));
        }
        "css" => findings.extend(colours::check(path, text)),
        "toml" if path.ends_with("Cargo.toml") => findings.extend(manifests::check(path, text)),
        _ => {}
    }
    findings
}

fn left_behind(path: &str, text: &str) -> Vec<Finding> {
    let layers;
    // In Rust a mark is looked for where somebody would leave one, so that a text may name it.
    let searched = if extension(path) == "rs" {
        layers = layers::of_rust(text);
        layers.comments.as_str()
    } else {
        text
    };
    let mut findings = Vec::new();
    for (number, line) in numbered(searched) {
        for mark in LEFT_BEHIND {
            let mut words = line.split(|letter: char| !letter.is_alphanumeric());
            if words.any(|word| word == mark) {
                findings.push(Finding::new(path, number, format!("{mark}: do it, or open an issue")));
            }
        }
    }
    findings
}

/// Lines with their numbers, from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn is_text(path: &str) -> bool {
    TEXTS.contains(&extension(path))
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The files below `root` as paths with `/`, without what is not ours.
pub(crate) fn paths_below(root: &Path) -> Result<BTreeSet<String>> {
    let mut paths = BTreeSet::new();
    let mut waiting = vec![String::new()];
    while let Some(folder) = waiting.pop() {
        let absolute = root.join(&folder);
        let entries = std::fs::read_dir(&absolute).with_context(|| format!("could not list {}", absolute.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            // A symbolic link is neither, and its target is judged where it stands.
            let kind = entry.file_type()?;
            if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                waiting.push(path);
            } else if kind.is_file() {
                paths.insert(path);
            }
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines with findings.
    pub(super) fn lines(findings: &[Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn what_was_left_behind_is_found() {
        let text = "//! A file.\n// TODO: more\nconst NAME: &str = \"TODO\"; // FIXME\n// TODOS are fine\n";
        assert_eq!(lines(&check_text("src/a.rs", text)), [2, 3]);
        assert_eq!(lines(&check_text("index.html", "<p>\n<!-- FIXME -->")), [2]);
        assert_eq!(lines(&check_text("a.scn", "# TODO")), [1]);
    }

    #[test]
    fn rules_are_chosen_by_the_name_of_the_file() {
        assert_eq!(lines(&check_text("crates/a/src/a.rs", "fn a() {}\n")), [1]);
        assert_eq!(lines(&check_text("styles/a.css", "a { color: #fff }")), [1]);
        assert_eq!(lines(&check_text("crates/a/Cargo.toml", "[dependencies]\na = \"1\"")), [2]);
        assert_eq!(lines(&check_text("deny.toml", "[dependencies]\na = \"1\"")), [0; 0]);
    }

    #[test]
    fn only_our_files_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a/b.rs", "c.rs", "target/d.rs", "a/node_modules/e.js", ".ci/run"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let paths: Vec<String> = paths_below(folder.path()).unwrap().into_iter().collect();
        assert_eq!(paths, [".ci/run", "a/b.rs", "c.rs"]);
    }

    #[test]
    fn a_finding_names_its_place() {
        assert_eq!(Finding::new("a.rs", 3, "bad").to_string(), "a.rs:3: bad");
        assert_eq!(Finding::new("a.rs", 0, "bad").to_string(), "a.rs: bad");
    }
}
