//! The map of the code stays short and true: what it names exists.

use std::collections::BTreeSet;

use super::{Finding, NOT_OURS, TEXTS, extension, numbered};

pub(super) const PATH: &str = "ARCHITECTURE.md";
const LINES_MAX: usize = 150;

/// Judges the map by the paths of the repository's files.
pub(super) fn check(text: &str, paths: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        let problem = format!("{lines} lines; at most {LINES_MAX}, or nobody reads it");
        findings.push(Finding::new(PATH, 0, problem));
    }
    for (number, line) in numbered(text) {
        // Every second piece stands between backticks.
        for name in line.split('`').skip(1).step_by(2) {
            if looks_like_a_path(name, paths) && !exists(name, paths) {
                let problem = format!("there is no `{name}`");
                findings.push(Finding::new(PATH, number, problem));
            }
        }
    }
    findings
}

/// A folder with its slash, a file with a known ending, or something below a folder of the root.
fn looks_like_a_path(name: &str, paths: &BTreeSet<String>) -> bool {
    let has_only_path_letters = name.chars().all(|letter| letter.is_alphanumeric() || "-_./".contains(letter));
    let first = name.split('/').next().unwrap_or(name);
    if name.is_empty() || !has_only_path_letters || name.starts_with('/') || NOT_OURS.contains(&first) {
        return false;
    }
    let is_file_name = TEXTS.contains(&extension(name)) || extension(name) == "md";
    let is_below_a_folder_of_ours =
        name.contains('/') && paths.iter().any(|path| path.starts_with(&format!("{first}/")));
    name.ends_with('/') || is_file_name || is_below_a_folder_of_ours
}

/// Whether a file or folder has this path, or one that ends with it: `raft/node.rs`, `node.rs`.
fn exists(name: &str, paths: &BTreeSet<String>) -> bool {
    let name = name.trim_end_matches('/');
    let with_slashes = format!("/{name}/");
    paths.iter().any(|path| format!("/{path}/").contains(&with_slashes))
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    fn check_lines(text: &str, expect: &[usize]) {
        let paths = ["src/main.rs", "crates/protocols/src/raft/node.rs", ".ci/run", "Trunk.toml"];
        let paths = paths.map(str::to_owned).into();
        assert_eq!(lines(&check(text, &paths)), expect, "{text}");
    }

    #[test]
    fn names_that_exist_are_fine() {
        check_lines("`src/`, `src/main.rs`, `raft/node.rs`, `node.rs`, `.ci/run`, `crates/protocols`", &[]);
    }

    #[test]
    fn names_that_do_not_exist_are_found() {
        check_lines("`src/gone.rs`\n\n`gone/` and `view.rs`", &[1, 3, 3]);
        check_lines("`crates/gone`\n`Gone.toml`", &[1, 2]);
    }

    #[test]
    fn other_words_in_backticks_are_not_paths() {
        check_lines("`raft/split-vote` `?embed=1` `#/s/x` `dyn Session` `scenarios/*.scn` `dist/` `cx.now()` ``", &[]);
        check_lines("gone/ and src/gone.rs without backticks", &[]);
    }

    #[test]
    fn the_map_stays_short() {
        check_lines(&"\n".repeat(150), &[]);
        check_lines(&"\n".repeat(151), &[0]);
    }
}
