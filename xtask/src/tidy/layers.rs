//! A Rust text taken apart into code, comments and the content of strings, so that each rule reads what it is about.

/// Three texts of the same length and the same lines as the original, each with spaces where the others have something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layers {
    pub(super) code: String,
    pub(super) comments: String,
    pub(super) strings: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Code,
    Comment,
    Text,
}

/// Takes a text apart. A text that does not compile gives layers too, though not always the right ones.
pub(super) fn of_rust(text: &str) -> Layers {
    let mut layers = Layers::default();
    let mut rest = text;
    let mut is_in_word = false;
    while let Some(first) = rest.chars().next() {
        let (layer, length) = piece(rest, is_in_word).unwrap_or((Layer::Code, first.len_utf8()));
        let (taken, after) = rest.split_at(length);
        layers.push(layer, taken);
        is_in_word = taken.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        rest = after;
    }
    layers
}

impl Layers {
    fn push(&mut self, layer: Layer, text: &str) {
        for letter in text.chars() {
            let of = |own: Layer| {
                if own == layer || letter == '\n' { letter } else { ' ' }
            };
            self.code.push(of(Layer::Code));
            self.comments.push(of(Layer::Comment));
            self.strings.push(of(Layer::Text));
        }
    }
}

/// The comment, string or character that begins here, and its length in bytes; `None` for a piece of code.
fn piece(text: &str, is_in_word: bool) -> Option<(Layer, usize)> {
    if text.starts_with("//") {
        return Some((Layer::Comment, text.find('\n').unwrap_or(text.len())));
    }
    if text.starts_with("/*") {
        return Some((Layer::Comment, block_comment(text)));
    }
    if text.starts_with('"') {
        return Some((Layer::Text, string(text, '"')));
    }
    if text.starts_with('\'') {
        return character(text).map(|length| (Layer::Text, length));
    }
    // `r"…"`, `br#"…"#`, `cr"…"`; not the end of a longer word, and not `r#type`.
    let prefix = ["br", "cr", "r"].into_iter().find(|prefix| text.starts_with(prefix))?;
    let hashes = &text[prefix.len()..];
    let hashes = &hashes[..hashes.len() - hashes.trim_start_matches('#').len()];
    let opening = prefix.len() + hashes.len();
    if is_in_word || !text[opening..].starts_with('"') {
        return None;
    }
    let closing = format!("\"{hashes}");
    let inside = &text[opening + 1..];
    let length = inside.find(&closing).map_or(text.len(), |end| opening + 1 + end + closing.len());
    Some((Layer::Text, length))
}

/// The length of a comment that may hold others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut position = 0;
    while position < text.len() {
        let rest = &text[position..];
        if rest.starts_with("/*") {
            depth += 1;
            position += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            position += 2;
            if depth == 0 {
                return position;
            }
        } else {
            position += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a quoted text in which a backslash hides the letter after it.
fn string(text: &str, quote: char) -> usize {
    let mut is_hidden = false;
    for (position, letter) in text.char_indices().skip(1) {
        if !is_hidden && letter == quote {
            return position + quote.len_utf8();
        }
        is_hidden = !is_hidden && letter == '\\';
    }
    text.len()
}

/// The length of `'x'` or `'\n'`; `None` for a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut letters = text.chars().skip(1);
    let (first, second) = (letters.next()?, letters.next()?);
    (first == '\\' || second == '\'').then(|| string(text, '\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, comments: &str, strings: &str) {
        let layers = of_rust(text);
        let squeeze = |layer: &str| layer.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeeze(&layers.code), code, "code of {text}");
        assert_eq!(squeeze(&layers.comments), comments, "comments of {text}");
        assert_eq!(squeeze(&layers.strings), strings, "strings of {text}");
        for layer in [&layers.code, &layers.comments, &layers.strings] {
            assert_eq!(layer.chars().count(), text.chars().count(), "length of {text}");
            assert_eq!(layer.lines().count(), text.lines().count(), "lines of {text}");
        }
    }

    #[test]
    fn each_piece_is_in_one_layer() {
        check("a // b \"c\"\nd", "a d", "// b \"c\"", "");
        check("a /* b /* c */ d */ e", "a e", "/* b /* c */ d */", "");
        check(r#"a("b // c \" d") // é"#, "a( )", "// é", r#""b // c \" d""#);
        check("a(\"b\nc\");", "a( );", "", "\"b c\"");
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        check("a(r#\"b\"c\"#, d)", "a( , d)", "", "r#\"b\"c\"#");
        check("a(br\"\\\", d)", "a( , d)", "", "br\"\\\"");
        check("r#type + for\"b\"", "r#type + for", "", "\"b\"");
    }

    #[test]
    fn lifetimes_are_code_and_characters_are_not() {
        check("fn a<'b>(c: &'b str)", "fn a<'b>(c: &'b str)", "", "");
        check(r"['a', '\'', '\n', '\u{1}', '“']", "[ , , , , ]", "", r"'a' '\'' '\n' '\u{1}' '“'");
        check("'\"' + a", "+ a", "", "'\"'");
    }

    #[test]
    fn an_unfinished_piece_goes_to_the_end() {
        check("\"a", "", "", "\"a");
        check("/* a", "", "/* a", "");
        check("r#\"a\"", "", "", "r#\"a\"");
        check("'", "'", "", "");
    }
}
