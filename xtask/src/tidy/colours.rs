//! Raw colours stand in `styles/tokens.css` and nowhere else in the page.

use super::{Finding, extension, layers, numbered};

const TOKENS: &str = "styles/tokens.css";
const FOLDERS: [&str; 2] = ["src/", "styles/"];
const FUNCTIONS: [&str; 11] =
    ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color(", "device-cmyk("];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let is_judged = FOLDERS.iter().any(|folder| path.starts_with(folder)) && path != TOKENS;
    if !is_judged {
        return Vec::new();
    }
    let searched = if extension(path) == "rs" { layers::of_rust(text).strings } else { without_comments(text) };
    let mut findings = Vec::new();
    for (number, line) in numbered(&searched) {
        if let Some(colour) = first_colour(line) {
            let problem = format!("the colour {colour} belongs into {TOKENS}, with a name");
            findings.push(Finding::new(path, number, problem));
        }
    }
    findings
}

fn first_colour(line: &str) -> Option<&str> {
    let positions = line.char_indices().map(|(position, _)| position);
    positions.map(|position| line.split_at(position)).find_map(|(before, rest)| {
        let is_in_word = before.ends_with(|letter: char| letter.is_alphanumeric() || "-_&".contains(letter));
        if is_in_word {
            return None;
        }
        let function = FUNCTIONS.iter().find(|function| starts_with_ignoring_case(rest, function));
        hexadecimal(rest).or_else(|| function.map(|function| &rest[..function.len()]))
    })
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// `#fff`, `#ffff`, `#ffffff` or `#ffffffff` at the start of the text.
fn hexadecimal(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('#')?;
    let length =
        digits.find(|letter: char| !(letter.is_alphanumeric() || "-_".contains(letter))).unwrap_or(digits.len());
    let word = &digits[..length];
    let is_colour = [3, 4, 6, 8].contains(&length) && word.chars().all(|letter| letter.is_ascii_hexdigit());
    is_colour.then(|| &text[..=length])
}

/// A style sheet with spaces instead of comments, on the same lines.
fn without_comments(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        let (before, comment) = rest.split_at(start);
        let end = comment.find("*/").map_or(comment.len(), |end| end + 2);
        result.push_str(before);
        result.extend(comment[..end].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        rest = &comment[end..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    fn check_lines(path: &str, text: &str, expect: &[usize]) {
        assert_eq!(lines(&check(path, text)), expect, "{path}: {text}");
    }

    #[test]
    fn raw_colours_are_found_in_style_sheets() {
        let text = "a { color: #fff }\nb { color: RGB(1 2 3) }\nc { color: oklch(1 0 0) }\nd { --e: #12345678; }";
        check_lines("styles/a.css", text, &[1, 2, 3, 4]);
        check_lines("styles/tokens.css", text, &[]);
        check_lines("tests/a.css", text, &[]);
    }

    #[test]
    fn names_and_comments_are_not_colours() {
        let text = "/* #fff\n#000 */ a { color: var(--ink) }\n#main, #stage-1 {}\n--rgb: 1; x-lab(2)";
        check_lines("styles/a.css", text, &[]);
        check_lines("styles/a.css", "/* a */ b { color: #000 }\n/* c", &[1]);
        check_lines("styles/a.css", "a { color: color-mix(in oklch, var(--a), var(--b)) }", &[]);
    }

    #[test]
    fn raw_colours_are_found_in_texts_of_the_page() {
        check_lines("src/a.rs", "let a = \"#a1b2c3\";\nlet b = format!(\"rgb({c})\");", &[1, 2]);
        check_lines("src/a.rs", "// #fff\nself.lab(); let a = \"&#160; #/p/raft #1\"; rgb(1);", &[]);
        check_lines("crates/a/src/a.rs", "let a = \"#fff\";", &[]);
    }
}
