//! Writes SVG, and knows the few shapes and lengths that pictures have in common.

use consistory_scene::layout::Point;
use std::fmt::{self, Display, Write};

/// Faces that readers' systems have, with a Chinese one in each list.
pub(super) const SANS: &str = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', 'PingFang SC', \
    'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";
pub(super) const SERIF: &str = "'Iowan Old Style', 'Palatino Linotype', Palatino, 'Noto Serif', Georgia, 'Songti SC', \
    'Noto Serif CJK SC', SimSun, serif";
pub(super) const MONO: &str = "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', \
    monospace";

/// Attributes that many texts have.
pub(super) const BOLD: (&str, &dyn Display) = ("font-weight", &"600");
pub(super) const MIDDLE: (&str, &dyn Display) = ("text-anchor", &"middle");
pub(super) const AT_END: (&str, &dyn Display) = ("text-anchor", &"end");
/// What a line has that encloses nothing.
pub(super) const NO_FILL: (&str, &dyn Display) = ("fill", &"none");

/// Attributes of a tag.
pub(super) type Attributes<'a> = [(&'static str, &'a dyn Display)];

/// A document that is being written: whatever comes from outside is escaped, and what was opened is closed.
pub(super) struct Svg {
    written: String,
    tags: Vec<&'static str>,
}

impl Svg {
    pub(super) fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let written = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let mut svg = Self { written, tags: Vec::new() };
        svg.open(
            "svg",
            &[
                ("xmlns", &"http://www.w3.org/2000/svg"),
                ("viewBox", &format_args!("0 0 {} {}", Tenths(width), Tenths(height))),
                ("width", &Tenths(width)),
                ("height", &Tenths(height)),
                ("role", &"img"),
                ("aria-labelledby", &"title description"),
                ("font-family", &SANS),
            ],
        );
        svg.words("title", &[("id", &"title")], title);
        svg.words("desc", &[("id", &"description")], description);
        svg
    }

    /// Closes what is open; the document is complete.
    pub(super) fn finish(mut self) -> String {
        while !self.tags.is_empty() {
            self.close();
        }
        self.written
    }

    pub(super) fn open(&mut self, name: &'static str, attributes: &Attributes<'_>) {
        self.begin(name, attributes);
        self.written.push_str(">\n");
        self.tags.push(name);
    }

    /// Closes what was opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.tags.pop() {
            self.end(name);
        }
    }

    /// Opens a group that a viewer names when it is pointed at.
    pub(super) fn open_group(&mut self, class: &str, title: &str) {
        self.open("g", &[("class", &class)]);
        self.words("title", &[], title);
    }

    pub(super) fn rect(&mut self, rect: Rect, radius: f64, paint: &Attributes<'_>) {
        let corner = rect.corner();
        self.begin("rect", &[("x", &Tenths(corner.x)), ("y", &Tenths(corner.y))]);
        self.attributes(&[("width", &Tenths(rect.width)), ("height", &Tenths(rect.height)), ("rx", &Tenths(radius))]);
        self.end_empty(paint);
    }

    pub(super) fn line(&mut self, from: Point, to: Point, paint: &Attributes<'_>) {
        self.begin("line", &[("x1", &Tenths(from.x)), ("y1", &Tenths(from.y))]);
        self.attributes(&[("x2", &Tenths(to.x)), ("y2", &Tenths(to.y))]);
        self.end_empty(paint);
    }

    pub(super) fn circle(&mut self, centre: Point, radius: f64, paint: &Attributes<'_>) {
        self.begin("circle", &[("cx", &Tenths(centre.x)), ("cy", &Tenths(centre.y)), ("r", &Tenths(radius))]);
        self.end_empty(paint);
    }

    /// The ellipse that touches the sides of a rectangle.
    pub(super) fn ellipse(&mut self, around: Rect, paint: &Attributes<'_>) {
        self.begin("ellipse", &[("cx", &Tenths(around.centre.x)), ("cy", &Tenths(around.centre.y))]);
        self.attributes(&[("rx", &Tenths(around.width / 2.0)), ("ry", &Tenths(around.height / 2.0))]);
        self.end_empty(paint);
    }

    pub(super) fn path(&mut self, path: &str, paint: &Attributes<'_>) {
        self.begin("path", &[("d", &path)]);
        self.end_empty(paint);
    }

    /// A line of text whose baseline is at a place.
    pub(super) fn text(&mut self, place: Point, size: f64, text: &str, paint: &Attributes<'_>) {
        self.begin("text", &[("x", &Tenths(place.x)), ("y", &Tenths(place.y)), ("font-size", &Tenths(size))]);
        self.attributes(paint);
        self.written.push('>');
        self.escape(&text);
        self.end("text");
    }

    /// An element that has nothing but words in it.
    pub(super) fn words(&mut self, name: &str, attributes: &Attributes<'_>, words: &str) {
        self.begin(name, attributes);
        self.written.push('>');
        self.escape(&words);
        self.end(name);
    }

    fn begin(&mut self, name: &str, attributes: &Attributes<'_>) {
        self.written.push('<');
        self.written.push_str(name);
        self.attributes(attributes);
    }

    fn attributes(&mut self, attributes: &Attributes<'_>) {
        for (name, value) in attributes {
            self.written.push(' ');
            self.written.push_str(name);
            self.written.push_str("=\"");
            self.escape(value);
            self.written.push('"');
        }
    }

    fn end_empty(&mut self, attributes: &Attributes<'_>) {
        self.attributes(attributes);
        self.written.push_str("/>\n");
    }

    fn end(&mut self, name: &str) {
        self.written.push_str("</");
        self.written.push_str(name);
        self.written.push_str(">\n");
    }

    fn escape(&mut self, value: &dyn Display) {
        // Writing to a string cannot fail.
        let _ = write!(Escaped(&mut self.written), "{value}");
    }
}

/// Writes to a text in a way that XML reads as the letters that were meant.
struct Escaped<'t>(&'t mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\t' | '\n' | '\r' => self.0.push(' '),
                // XML has no way to write these at all.
                '\0'..' ' | '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// A rectangle by its centre.
#[derive(Clone, Copy)]
pub(super) struct Rect {
    pub(super) centre: Point,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    /// The rectangle of that size with its left top corner there.
    pub(super) fn of(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { centre: Point { x: left + width / 2.0, y: top + height / 2.0 }, width, height }
    }

    pub(super) fn corner(self) -> Point {
        Point { x: self.centre.x - self.width / 2.0, y: self.centre.y - self.height / 2.0 }
    }

    /// The same rectangle with a margin all around.
    pub(super) fn grown(self, margin: f64) -> Self {
        Self { width: self.width + 2.0 * margin, height: self.height + 2.0 * margin, ..self }
    }

    /// The distance of a point; 0 inside.
    pub(super) fn distance(self, point: Point) -> f64 {
        let x = ((point.x - self.centre.x).abs() - self.width / 2.0).max(0.0);
        let y = ((point.y - self.centre.y).abs() - self.height / 2.0).max(0.0);
        length(x, y)
    }
}

/// The length of a vector. Unlike a hypotenuse of the standard library it is the same on every target.
pub(super) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// A count as a length.
pub(super) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A length with one decimal at most.
#[derive(Clone, Copy)]
pub(super) struct Tenths(pub(super) f64);

impl Display for Tenths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_possible_truncation, reason = "a picture is far smaller than 2^31 tenths")]
        let tenths = (self.0 * 10.0).round() as i32;
        let sign = if tenths < 0 { "-" } else { "" };
        let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        if rest == 0 { write!(out, "{sign}{whole}") } else { write!(out, "{sign}{whole}.{rest}") }
    }
}

/// A point of a path.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) Point);

impl Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", Tenths(self.0.x), Tenths(self.0.y))
    }
}

/// The path of a cross that reaches so far from its centre.
pub(super) fn cross(centre: Point, reach: f64) -> String {
    let corner = |x: f64, y: f64| At(Point { x: centre.x + x * reach, y: centre.y + y * reach });
    format!("M{}L{}M{}L{}", corner(-1.0, -1.0), corner(1.0, 1.0), corner(1.0, -1.0), corner(-1.0, 1.0))
}

/// The path of the head of an arrow that comes from the first point and ends at the second.
pub(super) fn arrow_head(from: Point, tip: Point) -> String {
    const LENGTH: f64 = 8.0;
    const HALF: f64 = 4.0;
    let (x, y) = (tip.x - from.x, tip.y - from.y);
    let whole = length(x, y).max(0.1);
    let (x, y) = (x / whole, y / whole);
    let back = Point { x: tip.x - x * LENGTH, y: tip.y - y * LENGTH };
    let left = Point { x: back.x - y * HALF, y: back.y + x * HALF };
    let right = Point { x: back.x + y * HALF, y: back.y - x * HALF };
    format!("M{}L{}L{}", At(left), At(tip), At(right))
}

/// About how wide a letter is, as a part of the size of its font: nobody knows which font a reader has.
pub(super) fn advance(letter: char) -> f64 {
    match letter {
        ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | 'i' | 'j' | 'l' | 'f' | 't' | 'r' | 'I' => 0.4,
        'm' | 'w' | 'M' | 'W' => 0.9,
        letter if letter >= '\u{1100}' => 1.0,
        letter if letter.is_uppercase() => 0.7,
        _ => 0.6,
    }
}

/// About how wide a text is in a font of that size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|letter| advance(letter) * size).sum()
}

/// The text, or as much of its start as there is room for, with an ellipsis.
pub(super) fn fitted(text: &str, room: f64, size: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut fitted = String::new();
    let mut used = advance('…') * size;
    for letter in text.chars() {
        used += advance(letter) * size;
        if used > room {
            break;
        }
        fitted.push(letter);
    }
    fitted.push('…');
    fitted
}
