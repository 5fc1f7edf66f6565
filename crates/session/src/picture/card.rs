//! What stands on the stage, as a picture: the cards of nodes, and clients with their last operations.

use super::Drawing;
use super::svg::{AT_END, At, Attributes, BOLD, MIDDLE, MONO, NO_FILL, Rect, SERIF, Tenths, fitted, width};
use crate::export::Wording;
use consistory_kernel::Time;
use consistory_scene::layout::Point;
use consistory_scene::{
    Arg, Card, Cell, Client, ClientOperation, Dots, Emphasis, Field, Health, OperationState, Status, Text, TimerArc,
    Tone,
};
use core::f64::consts::TAU;
use std::fmt::{self, Write};

/// Width and height of a node's card before it is scaled.
pub(super) const CARD: (f64, f64) = (208.0, 100.0);
/// Width and height of a client before it is scaled.
pub(super) const CLIENT: (f64, f64) = (190.0, 68.0);

/// Room between the edge of a card and what is in it.
const INSET: f64 = 10.0;
/// Room between two cells of a log.
const CELL_GAP: f64 = 3.0;
/// Height of a cell, and its least width.
const CELL: f64 = 20.0;
/// More dots than these are a fraction instead.
const DOTS_MAX: u16 = 9;
/// How many operations a client shows.
const OPERATIONS: usize = 2;

/// By how much something is scaled, in percent.
#[derive(Clone, Copy)]
pub(super) struct Scale(u32);

impl Scale {
    const ALL: [u32; 10] = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10];

    /// The largest scale at which things fit, or the smallest of all.
    pub(super) fn largest(fits: impl Fn(Self) -> bool) -> Self {
        Self::ALL.into_iter().map(Self).find(|scale| fits(*scale)).unwrap_or(Self(10))
    }

    pub(super) fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A node in a line: its name, its role and its badge.
pub(super) fn summary(card: &Card, wording: &Wording<'_>) -> String {
    let badge = (wording.sentence)(&card.badge);
    // A node that is down may have no badge.
    let key = if badge.is_empty() { "picture.card-down" } else { "picture.card" };
    let summary = Text::key(key)
        .with("node", Arg::Plain(card.name.clone()))
        .with("role", Arg::Text(Box::new(role(card))))
        .with("badge", Arg::Plain(badge));
    (wording.sentence)(&summary)
}

/// The role, or why there is none at the moment.
fn role(card: &Card) -> Text {
    match card.status {
        Status::Up => card.role.clone(),
        Status::Crashed => Text::key("picture.crashed"),
        Status::Paused => Text::key("picture.paused"),
    }
}

/// The tone of what is on a card.
fn tone(card: &Card) -> Tone {
    match card.status {
        Status::Up | Status::Paused => card.tone,
        Status::Crashed => Tone::Muted,
    }
}

/// Opens a group in which one unit is that much of the picture's, and the origin is the rectangle's corner.
fn open_box(drawing: &mut Drawing<'_>, class: &str, rect: Rect, scale: Scale) {
    let place = At(rect.corner());
    let transform = format!("translate({place}) scale({scale})");
    drawing.svg.open("g", &[("class", &class), ("transform", &transform)]);
}

/// The card of a node.
pub(super) fn draw_card(drawing: &mut Drawing<'_>, card: &Card, now: Time, rect: Rect, scale: Scale) {
    let class = match card.status {
        Status::Up => "card",
        Status::Crashed => "card crashed",
        Status::Paused => "card paused",
    };
    open_box(drawing, class, rect, scale);
    let title = summary(card, drawing.wording);
    drawing.svg.words("title", &[], &title);
    draw_frame(drawing, card);
    draw_head(drawing, card, now);
    draw_strip(drawing, card);
    draw_foot(drawing, card);
    if card.status == Status::Crashed {
        let (right, bottom) = (CARD.0 - 3.0, CARD.1 - 3.0);
        let path = format!("M3 3L{} {}M{} 3L3 {}", Tenths(right), Tenths(bottom), Tenths(right), Tenths(bottom));
        let bad = &drawing.colours.tone(Tone::Bad).fill;
        drawing.svg.path(&path, &[NO_FILL, ("stroke", bad), ("stroke-width", &"1.5"), ("stroke-opacity", &"0.5")]);
    }
    drawing.svg.close();
}

/// The edge, which says the role, and what is behind the rest.
fn draw_frame(drawing: &mut Drawing<'_>, card: &Card) {
    let colours = drawing.colours;
    let fill = &colours.tone(card.tone).fill;
    let is_down = card.status == Status::Crashed;
    let (stroke, thickness, dashes) = match card.emphasis {
        Emphasis::Tentative if !is_down => (fill, "2", "6 4"),
        Emphasis::Strong if !is_down => (fill, "3", "none"),
        Emphasis::Plain | Emphasis::Tentative | Emphasis::Strong => (&colours.line_strong, "1", "none"),
    };
    let ground = if is_down { &colours.panel } else { &colours.card };
    let whole = Rect::of(0.0, 0.0, CARD.0, CARD.1);
    drawing.svg.rect(whole, 8.0, &[("fill", ground)]);
    match card.status {
        // A tint of the term, as the page mixes it.
        Status::Up => drawing.svg.rect(whole, 8.0, &[("fill", fill), ("fill-opacity", &"0.08")]),
        Status::Crashed => {}
        Status::Paused => {
            // Hatched, as far as the corners' rounding leaves room.
            let mut hatch = String::new();
            for left in (4..=104_u16).step_by(10) {
                // Writing to a string cannot fail.
                let _ = write!(hatch, "M{left} 98L{} 2", left + 96);
            }
            drawing.svg.path(&hatch, &[NO_FILL, ("stroke", &colours.line), ("stroke-width", &"1")]);
        }
    }
    let edge: &Attributes<'_> =
        &[NO_FILL, ("stroke", stroke), ("stroke-width", &thickness), ("stroke-dasharray", &dashes)];
    drawing.svg.rect(whole, 8.0, edge);
}

/// Timer, name, role and badge.
fn draw_head(drawing: &mut Drawing<'_>, card: &Card, now: Time) {
    let colours = drawing.colours;
    let (ink, soft) = match card.status {
        Status::Up | Status::Paused => (&colours.ink, &colours.ink_soft),
        Status::Crashed => (&colours.ink_faint, &colours.ink_faint),
    };
    let mut left = INSET;
    if let Some(timer) = &card.timer {
        draw_timer(drawing, timer, tone(card), now);
        left = 32.0;
    }
    let name = fitted(&card.name, 80.0, 19.0);
    drawing.svg.text(Point { x: left, y: 27.5 }, 19.0, &name, &[("fill", ink), ("font-family", &SERIF), BOLD]);
    left += width(&name, 19.0) + 7.0;
    let badge = fitted(&drawing.say(&card.badge), 84.0, 12.0);
    let mut right = CARD.0 - INSET;
    if !badge.is_empty() {
        let shade = colours.tone(tone(card));
        let across = width(&badge, 12.0) + 12.0;
        right -= across;
        drawing.svg.rect(Rect::of(right, 11.0, across, 20.0), 4.0, &[("fill", &shade.fill)]);
        let middle = Point { x: right + across / 2.0, y: 25.3 };
        drawing.svg.text(middle, 12.0, &badge, &[("fill", &shade.upon), MIDDLE, BOLD]);
        right -= 6.0;
    }
    let role = fitted(&drawing.say(&role(card)), right - left, 13.0);
    let (fill, weight) = match card.emphasis {
        Emphasis::Strong => (ink, "600"),
        Emphasis::Plain | Emphasis::Tentative => (soft, "400"),
    };
    drawing.svg.text(Point { x: left, y: 27.0 }, 13.0, &role, &[("fill", fill), ("font-weight", &weight)]);
}

/// An arc of what the timer has left, from 12 o'clock on.
fn draw_timer(drawing: &mut Drawing<'_>, timer: &TimerArc, tone: Tone, now: Time) {
    const RADIUS: f64 = 7.0;
    let colours = drawing.colours;
    let centre = Point { x: 18.0, y: 21.0 };
    let name = drawing.say(&timer.name);
    drawing.svg.open_group("timer", &name);
    drawing.svg.circle(centre, RADIUS, &[NO_FILL, ("stroke", &colours.line_strong), ("stroke-width", &"3")]);
    let left = Tenths(TAU * RADIUS * timer.remaining(now));
    let dashes = format!("{left} {}", Tenths(TAU * RADIUS + 1.0));
    let stroke = &colours.tone(tone).fill;
    let arc: &Attributes<'_> = &[NO_FILL, ("stroke", stroke), ("stroke-width", &"3"), ("stroke-dasharray", &dashes)];
    drawing.svg.open("g", &[("transform", &"rotate(-90 18 21)")]);
    drawing.svg.circle(centre, RADIUS, arc);
    drawing.svg.close();
    drawing.svg.close();
}

/// The end of the log, and how much of it there is before.
fn draw_strip(drawing: &mut Drawing<'_>, card: &Card) {
    const TOP: f64 = 41.0;
    const SIZE: f64 = 11.0;
    const ROOM: f64 = CARD.0 - 2.0 * INSET;
    let colours = drawing.colours;
    let Some(strip) = &card.strip else { return };
    let label = Point { x: INSET, y: TOP + 14.0 };
    if strip.cells.is_empty() && strip.hidden == 0 {
        let empty = drawing.word("picture.empty-log");
        drawing.svg.text(label, SIZE, &fitted(&empty, ROOM, SIZE), &[("fill", &colours.ink_faint)]);
        return;
    }
    let widths: Vec<f64> = strip.cells.iter().map(|cell| cell_width(cell, SIZE) + CELL_GAP).collect();
    let is_whole = strip.hidden == 0 && widths.iter().sum::<f64>() <= ROOM;
    // What is left out is counted in front.
    let mut room = if is_whole { ROOM } else { ROOM - 34.0 };
    let fits = |across: &&f64| {
        room -= **across;
        room >= 0.0
    };
    let shown = widths.iter().rev().take_while(fits).count();
    let skipped = strip.cells.len() - shown;
    let hidden = usize::try_from(strip.hidden).unwrap_or(usize::MAX).saturating_add(skipped);
    let mut left = INSET;
    if hidden > 0 {
        let more = format!("+{hidden}");
        drawing.svg.text(label, SIZE, &more, &[("fill", &colours.ink_faint)]);
        left += width(&more, SIZE) + 5.0;
    }
    for cell in strip.cells.iter().skip(skipped) {
        let across = cell_width(cell, SIZE);
        draw_cell(drawing, cell, Rect::of(left, TOP, across, CELL), card.status);
        left += across + CELL_GAP;
    }
}

fn cell_width(cell: &Cell, size: f64) -> f64 {
    (width(&cell.label, size) + 6.0).max(CELL)
}

/// A log entry: solid when it is committed, dashed when not, and ticked when it is applied.
fn draw_cell(drawing: &mut Drawing<'_>, cell: &Cell, rect: Rect, status: Status) {
    let colours = drawing.colours;
    let shade = match status {
        Status::Up | Status::Paused => colours.tone(cell.tone),
        Status::Crashed => colours.tone(Tone::Muted),
    };
    let (ground, letters, dashes) =
        if cell.committed { (&shade.fill, &shade.upon, "none") } else { (&colours.card, &shade.fill, "3 2") };
    let title = format!("{}: {}", cell.index, drawing.say(&cell.title));
    drawing.svg.open_group("cell", &title);
    let paint: &Attributes<'_> = &[("fill", ground), ("stroke", &shade.fill), ("stroke-dasharray", &dashes)];
    drawing.svg.rect(rect.grown(-0.5), 4.0, paint);
    let middle = Point { x: rect.centre.x, y: rect.centre.y + 4.0 };
    drawing.svg.text(middle, 11.0, &cell.label, &[("fill", letters), MIDDLE, BOLD]);
    if cell.applied {
        let corner = rect.corner();
        let start = At(Point { x: corner.x + rect.width - 6.5, y: corner.y + rect.height - 4.5 });
        let tick = format!("M{start}l1.5 1.7l2.7 -4");
        drawing.svg.path(&tick, &[NO_FILL, ("stroke", letters), ("stroke-width", &"1.3")]);
    }
    drawing.svg.close();
}

/// What it stores, what is wrong with it, and how near a quorum is.
fn draw_foot(drawing: &mut Drawing<'_>, card: &Card) {
    const BASELINE: f64 = 86.0;
    let colours = drawing.colours;
    let mut right = CARD.0 - INSET;
    if let Some(dots) = card.dots {
        right = draw_dots(drawing, dots, tone(card), Point { x: right, y: BASELINE - 4.0 }) - 8.0;
    }
    let wrong = health(drawing, card.health);
    if !wrong.is_empty() {
        let wrong = fitted(&wrong, (right - INSET) * 0.7, 11.0);
        let fill = &colours.tone(Tone::Warning).fill;
        drawing.svg.text(Point { x: right, y: BASELINE }, 11.0, &wrong, &[("fill", fill), AT_END]);
        right -= width(&wrong, 11.0) + 8.0;
    }
    let field = |field: &Field| format!("{} = {}", drawing.say(&field.name), drawing.say(&field.value));
    let fields: Vec<String> = card.fields.iter().map(field).collect();
    if !fields.is_empty() {
        // Letters of this face are all as wide as the estimate for most.
        let fields = fitted(&fields.join(", "), right - INSET, 12.0);
        let paint: &Attributes<'_> = &[("fill", &colours.ink_soft), ("font-family", &MONO)];
        drawing.svg.text(Point { x: INSET, y: BASELINE }, 12.0, &fields, paint);
    }
}

/// Dots that fill toward the mark after the quorum, with their right end there; returns where their left end is.
fn draw_dots(drawing: &mut Drawing<'_>, dots: Dots, tone: Tone, end: Point) -> f64 {
    const STEP: f64 = 11.0;
    let colours = drawing.colours;
    let fill = &colours.tone(tone).fill;
    let (have, quorum) = (Arg::Number(i64::from(dots.have)), Arg::Number(i64::from(dots.quorum)));
    let title = drawing.say(&Text::key("picture.dots").with("have", have).with("quorum", quorum));
    drawing.svg.open_group("dots", &title);
    let left = if dots.total > DOTS_MAX {
        let said = format!("{}/{}", dots.have, dots.quorum);
        let place = Point { x: end.x, y: end.y + 4.0 };
        drawing.svg.text(place, 12.0, &said, &[("fill", fill), AT_END, BOLD]);
        end.x - width(&said, 12.0)
    } else {
        let left = end.x - f64::from(dots.total) * STEP - 4.0;
        let mut x = left + STEP / 2.0;
        for dot in 0..dots.total {
            let ground = if dot < dots.have { fill } else { &colours.card };
            drawing.svg.circle(Point { x, y: end.y }, 3.5, &[("fill", ground), ("stroke", fill)]);
            if dot + 1 == dots.quorum {
                x += 4.0;
                let (above, below) = (Point { x: x + 3.0, y: end.y - 6.0 }, Point { x: x + 3.0, y: end.y + 6.0 });
                drawing.svg.line(above, below, &[("stroke", &colours.ink_soft), ("stroke-width", &"1.5")]);
            }
            x += STEP;
        }
        left
    };
    drawing.svg.close();
    left
}

/// What is wrong with a node's clock, processor and disk, as far as anything is.
fn health(drawing: &Drawing<'_>, health: Health) -> String {
    let Health { skew_ppm, jumped, slow, slow_disk } = health;
    let mut signs = Vec::new();
    if skew_ppm != 0 {
        signs.push(Text::key("picture.clock-rate").with("rate", Arg::Plain(rate(skew_ppm))));
    }
    if jumped != 0 {
        let key = if jumped < 0 { "picture.clock-back" } else { "picture.clock-forward" };
        signs.push(Text::key(key).with("time", Arg::Time(jumped.unsigned_abs())));
    }
    if slow > 0 {
        signs.push(Text::key("picture.slow").with("time", Arg::Time(slow)));
    }
    if slow_disk > 0 {
        signs.push(Text::key("picture.slow-disk").with("time", Arg::Time(slow_disk)));
    }
    let signs: Vec<String> = signs.iter().map(|sign| drawing.say(sign)).collect();
    signs.join(", ")
}

/// Parts per million as percent with a sign.
fn rate(ppm: i32) -> String {
    let (sign, ppm) = (if ppm < 0 { '−' } else { '+' }, ppm.unsigned_abs());
    let (percent, rest) = (ppm / 10_000, ppm % 10_000);
    if rest == 0 { format!("{sign}{percent}%") } else { format!("{sign}{percent}.{rest:04}%") }
}

/// A client, the node that it asks first, and its last operations.
pub(super) fn draw_client(drawing: &mut Drawing<'_>, client: &Client, now: Time, rect: Rect, scale: Scale) {
    let colours = drawing.colours;
    open_box(drawing, "client", rect, scale);
    drawing.svg.words("title", &[], &client.name);
    let edge: &Attributes<'_> = &[("fill", &colours.card), ("stroke", &colours.line_strong)];
    drawing.svg.rect(Rect::of(0.0, 0.0, CLIENT.0, CLIENT.1), 8.0, edge);
    let fill = &colours.tone(Tone::Client).fill;
    let name = fitted(&client.name, 100.0, 15.0);
    drawing.svg.text(Point { x: INSET, y: 20.0 }, 15.0, &name, &[("fill", fill), ("font-family", &SERIF), BOLD]);
    let asks = format!("→ {}", (drawing.wording.name)(client.target));
    let asks = fitted(&asks, 70.0, 11.0);
    let end = Point { x: CLIENT.0 - INSET, y: 20.0 };
    drawing.svg.text(end, 11.0, &asks, &[("fill", &colours.ink_faint), AT_END]);
    let mut baseline = 39.0;
    for operation in client.operations.iter().skip(client.operations.len().saturating_sub(OPERATIONS)) {
        draw_operation(drawing, operation, now, baseline);
        baseline += 18.0;
    }
    if client.operations.is_empty() {
        let none = drawing.word("picture.no-operation");
        let none = fitted(&none, CLIENT.0 - 2.0 * INSET, 12.0);
        drawing.svg.text(Point { x: INSET, y: baseline }, 12.0, &none, &[("fill", &colours.ink_faint)]);
    }
    drawing.svg.close();
}

/// A mark for where it stands, what was asked, and how it went in words where that is not plain success.
fn draw_operation(drawing: &mut Drawing<'_>, operation: &ClientOperation, now: Time, baseline: f64) {
    const SIZE: f64 = 12.0;
    let colours = drawing.colours;
    let (mark, fill, state) = match operation.state {
        OperationState::Pending => {
            let waited = Arg::Time(now.saturating_sub(operation.invoked_at));
            ("…", &colours.ink_soft, Some(Text::key("picture.waiting").with("time", waited)))
        }
        OperationState::Ok => ("✓", &colours.tone(Tone::Good).fill, None),
        OperationState::Failed => ("✗", &colours.tone(Tone::Bad).fill, Some(Text::key("picture.failed"))),
        OperationState::Unknown => ("?", &colours.tone(Tone::Warning).fill, Some(Text::key("picture.unknown"))),
    };
    drawing.svg.text(Point { x: INSET, y: baseline }, SIZE, mark, &[("fill", fill), BOLD]);
    let mut right = CLIENT.0 - INSET;
    if let Some(state) = state {
        let state = fitted(&drawing.say(&state), 92.0, 11.0);
        let end = Point { x: right, y: baseline };
        drawing.svg.text(end, 11.0, &state, &[("fill", &colours.ink_soft), AT_END]);
        right -= width(&state, 11.0) + 6.0;
    }
    let left = INSET + 15.0;
    let label = fitted(&drawing.say(&operation.label), right - left, SIZE);
    drawing.svg.text(Point { x: left, y: baseline }, SIZE, &label, &[("fill", &colours.ink)]);
}
