//! Every dependency on other people's work says in its `Cargo.toml` why it is there.

use super::{Finding, numbered};

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_in_dependencies = false;
    // Inside a list of features that goes over several lines.
    let mut open_brackets = 0;
    let mut previous = "";
    for (number, line) in numbered(text) {
        let line = line.trim();
        let code = without_comment(line);
        if open_brackets == 0 {
            if let Some(table) = code.strip_prefix('[') {
                let table = table.trim_end().trim_end_matches(']');
                is_in_dependencies = is_dependency_table(table);
                let has_reason = has_reason(line, previous) || next_line(text, number).starts_with('#');
                let lacks_reason = names_a_dependency(table) && !has_reason;
                findings.extend(lacks_reason.then(|| Finding::new(path, number, problem(table))));
            } else if is_in_dependencies && let Some((name, value)) = code.split_once('=') {
                let is_ours =
                    name.contains(".workspace") || value.contains("workspace = true") || value.contains("path =");
                let lacks_reason = !is_ours && !has_reason(line, previous);
                findings.extend(lacks_reason.then(|| Finding::new(path, number, problem(name))));
            }
        }
        open_brackets += brackets(code);
        if code.starts_with('[') {
            open_brackets = 0;
        }
        previous = line;
    }
    findings
}

fn problem(name: &str) -> String {
    format!("say in a comment why {} is needed", name.trim())
}

fn has_reason(line: &str, previous: &str) -> bool {
    without_comment(line).len() < line.len() || previous.starts_with('#')
}

/// The line after the one with this number.
fn next_line(text: &str, number: usize) -> &str {
    text.lines().nth(number).unwrap_or("").trim()
}

/// `dependencies`, `dev-dependencies`, `workspace.dependencies`, `target.'cfg(unix)'.dependencies`.
fn is_dependency_table(table: &str) -> bool {
    table.ends_with("dependencies")
}

/// `dependencies.serde`: a table for one dependency.
fn names_a_dependency(table: &str) -> bool {
    table.rsplit_once('.').is_some_and(|(before, _)| is_dependency_table(before))
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (position, letter) in line.char_indices() {
        match (letter, quote) {
            ('#', None) => return &line[..position],
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            _ => {}
        }
    }
    line
}

fn brackets(code: &str) -> i32 {
    code.chars()
        .map(|letter| match letter {
            '[' => 1,
            ']' => -1,
            _ => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    fn check_lines(text: &str, expect: &[usize]) {
        assert_eq!(lines(&check("Cargo.toml", text)), expect, "{text}");
    }

    #[test]
    fn a_dependency_needs_a_reason() {
        check_lines("[dependencies]\na = \"1\"", &[2]);
        check_lines("[dev-dependencies]\n# Why.\na = \"1\"\nb = \"1\"", &[4]);
        check_lines("[workspace.dependencies]\na = \"1\" # Why.\n\nb = \"1\"", &[4]);
        check_lines("[target.'cfg(unix)'.dependencies]\na = \"1\"", &[2]);
        check_lines("[dependencies]\na = \"1#2\"", &[2]);
    }

    #[test]
    fn a_dependency_may_have_a_table_of_its_own() {
        check_lines("[dependencies.a]\nversion = \"1\"", &[1]);
        check_lines("# Why.\n[dependencies.a]\nversion = \"1\"", &[]);
        check_lines("[dependencies.a]\n# Why.\nversion = \"1\"", &[]);
    }

    #[test]
    fn features_over_several_lines_are_not_dependencies() {
        let text = "[dependencies]\n# Why.\na = { version = \"1\", features = [\n  \"b=c\",\n] }\nd = \"1\"";
        check_lines(text, &[6]);
    }

    #[test]
    fn our_own_and_other_tables_need_none() {
        check_lines("[dependencies]\na.workspace = true\nb = { workspace = true }\nc = { path = \"c\" }", &[]);
        check_lines("[package]\nname = \"a\"\n[lints]\nworkspace = true", &[]);
    }
}
