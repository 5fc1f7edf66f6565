//! Rules about Rust files.

use super::{Finding, layers, numbered};

const LINES_MAX: usize = 500;
/// Crates that are the same source natively and in a page.
const BOTH_TARGETS: [&str; 6] = ["checks", "kernel", "lab", "protocols", "scene", "session"];

/// A text in code that is not wanted, and what to do instead.
struct Unwanted {
    code: &'static str,
    instead: &'static str,
}

const UNWANTED: [Unwanted; 6] = [
    Unwanted { code: "#[allow(", instead: "use #[expect(…, reason = \"…\")]" },
    Unwanted { code: "#![allow(", instead: "use #![expect(…, reason = \"…\")]" },
    Unwanted { code: "todo!", instead: "finish it" },
    Unwanted { code: "unimplemented!", instead: "finish it" },
    Unwanted { code: "dbg!", instead: "remove it" },
    Unwanted { code: "unsafe ", instead: "there is a safe way" },
];

const SLEEPS: [&str; 2] = ["thread::sleep", "time::sleep"];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let code = layers::of_rust(text).code;
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        let problem = format!("{lines} lines; at most {LINES_MAX}: split it by what it holds");
        findings.push(Finding::new(path, 0, problem));
    }
    if !text.starts_with("//!") {
        findings.push(Finding::new(path, 1, "the first line is `//!` and says what the file is for"));
    }
    for (number, line) in numbered(&code) {
        for unwanted in UNWANTED.iter().filter(|unwanted| has_word(line, unwanted.code)) {
            let problem = format!("{}: {}", unwanted.code, unwanted.instead);
            findings.push(Finding::new(path, number, problem));
        }
    }
    findings.extend(sleeps(path, &code));
    findings.extend(targets(path, &code));
    findings
}

/// Tests that sleep are slow on a fast machine and fail on a slow one.
fn sleeps(path: &str, code: &str) -> Vec<Finding> {
    let is_test_file = path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("tests.rs");
    let mut is_test = is_test_file;
    let mut findings = Vec::new();
    for (number, line) in numbered(code) {
        // By custom the tests are the last thing in a file.
        is_test |= line.contains("#[cfg(test)]");
        if is_test && SLEEPS.iter().any(|sleep| line.contains(sleep)) {
            let problem = "a sleep in a test: wait for a state, or step virtual time";
            findings.push(Finding::new(path, number, problem));
        }
    }
    findings
}

fn targets(path: &str, code: &str) -> Vec<Finding> {
    let is_for_both = BOTH_TARGETS.iter().any(|name| path.starts_with(&format!("crates/{name}/src/")));
    if !is_for_both {
        return Vec::new();
    }
    numbered(code)
        .filter(|(_, line)| line.contains("target_arch") || line.contains("target_family"))
        .map(|(number, _)| {
            let problem = "this crate is the same source natively and in a page: take the difference as an argument";
            Finding::new(path, number, problem)
        })
        .collect()
}

/// Whether the text stands there and is not the end of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(position, _)| {
        let before = line[..position].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    fn check_lines(path: &str, text: &str, expect: &[usize]) {
        assert_eq!(lines(&check(path, text)), expect, "{path}: {text}");
    }

    #[test]
    fn a_file_has_at_most_500_lines() {
        check_lines("a.rs", &format!("//! A.\n{}", "\n".repeat(499)), &[]);
        check_lines("a.rs", &format!("//! A.\n{}", "\n".repeat(500)), &[0]);
    }

    #[test]
    fn a_file_says_first_what_it_is_for() {
        check_lines("a.rs", "//! A.\nuse b;", &[]);
        check_lines("a.rs", "use b;\n//! A.", &[1]);
        check_lines("a.rs", "", &[1]);
    }

    #[test]
    fn unwanted_code_is_found_and_text_about_it_is_not() {
        check_lines("a.rs", "//! A.\n#[allow(dead_code)]\n#![allow(dead_code)]", &[2, 3]);
        check_lines("a.rs", "//! A.\na();\ntodo!();\nunimplemented!()\nlet b = dbg!(c);", &[3, 4, 5]);
        check_lines("a.rs", "//! No todo!\n// nor #[allow(x)]\nlet a = \"dbg!\"; my_todo!();", &[]);
        check_lines("a.rs", "//! A.\n#[expect(dead_code, reason = \"#[allow(x)]\")]", &[]);
    }

    #[test]
    fn unsafe_code_is_found() {
        check_lines("a.rs", "//! A.\nlet b = unsafe { c() };\nlet not_unsafe = 1;", &[2]);
    }

    #[test]
    fn tests_do_not_sleep() {
        let sleep = "//! A.\nstd::thread::sleep(second);";
        check_lines("crates/a/tests/b.rs", sleep, &[2]);
        check_lines("tests/browser/src/lib.rs", sleep, &[2]);
        check_lines("crates/a/src/b_tests.rs", sleep, &[2]);
        check_lines("crates/a/src/b.rs", sleep, &[]);
        check_lines("a.rs", "//! A.\nthread::sleep(a);\n#[cfg(test)]\nmod tests {\ntokio::time::sleep(a);", &[5]);
    }

    #[test]
    fn crates_for_both_targets_do_not_ask_which() {
        let text = "//! A.\n#[cfg(target_arch = \"wasm32\")]\nif cfg!(not(target_family = \"wasm\")) {}";
        check_lines("crates/kernel/src/a.rs", text, &[2, 3]);
        check_lines("crates/kernel/tests/wasm.rs", text, &[]);
        check_lines("src/main.rs", text, &[]);
    }
}
