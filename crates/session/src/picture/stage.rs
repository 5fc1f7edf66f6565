//! The stage at an instant, as a picture: nodes on their ring, clients beside it, walls, cut links and messages.

use super::card::{draw_card, draw_client, summary};
use super::plan::{BOTTOM, MARGIN, Plan, SIZE, Way, on_ring, ways};
use super::svg::{At, Attributes, BOLD, MIDDLE, NO_FILL, Rect, arrow_head, cross, fitted, width};
use super::{Colours, Drawing};
use crate::export::Wording;
use consistory_kernel::{ProcessId, Time};
use consistory_scene::layout::{Point, ring};
use consistory_scene::{Arg, Fate, Flight, Scene, Shape, Sign, Text, Tone};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Signs of the groups of a partition; no message has such a letter.
const GROUPS: [&str; 12] = ["α", "β", "γ", "δ", "ε", "ζ", "η", "θ", "κ", "λ", "μ", "π"];

/// The stage at a time between the scene's step and the next one, in 960 by 720 units.
///
/// A message is where the page shows it at that time, with its letter and its shape: filled for a request, hollow for a
/// reply, reddened and crossed when it is about to be lost, in a dashed ring when somebody holds it.
pub fn stage(scene: &Scene, now: Time, wording: &Wording<'_>, colours: &Colours) -> String {
    let plan = Plan::new(scene);
    let ways = ways(scene, &plan);
    let title = (wording.sentence)(&Text::key("picture.stage").with("time", Arg::Time(now)));
    let mut drawing = Drawing::new(SIZE, &title, &description(scene, wording), wording, colours);
    draw_ring(&mut drawing, scene, &plan);
    draw_cuts(&mut drawing, scene, &ways);
    for link in scene.flights.iter().map(|flight| (flight.from, flight.to)).collect::<BTreeSet<_>>() {
        if let Some(way) = ways.get(&link) {
            drawing.svg.path(&way.path(), &[NO_FILL, ("stroke", &colours.line_strong), ("stroke-width", &"1")]);
        }
    }
    for card in &scene.cards {
        if let Some(rect) = plan.rect(card.id) {
            draw_card(&mut drawing, card, now, rect, plan.cards);
            draw_groups_of(&mut drawing, scene, card.id, rect);
        }
    }
    for client in &scene.clients {
        if let Some(rect) = plan.rect(client.id) {
            draw_client(&mut drawing, client, now, rect, plan.clients);
            draw_groups_of(&mut drawing, scene, client.id, rect);
        }
    }
    for flight in &scene.flights {
        if let Some(way) = ways.get(&(flight.from, flight.to)) {
            draw_flight(&mut drawing, flight, way.at(flight.progress(now)), plan.glyph(), now);
        }
    }
    draw_legend(&mut drawing, scene, now);
    drawing.svg.finish()
}

/// What there is to see, for somebody who does not.
fn description(scene: &Scene, wording: &Wording<'_>) -> String {
    let mut lines: Vec<String> = scene.cards.iter().map(|card| summary(card, wording)).collect();
    let flights = Arg::Number(i64::try_from(scene.flights.len()).unwrap_or(i64::MAX));
    lines.push((wording.sentence)(&Text::key("picture.flights").with("count", flights)));
    lines.join("; ")
}

/// The ring, and the wall of a partition: where two neighbours have no group in common it crosses the ring, and it runs
/// through the middle.
fn draw_ring(drawing: &mut Drawing<'_>, scene: &Scene, plan: &Plan) {
    let colours = drawing.colours;
    let many = scene.cards.len();
    if many > 2 && scene.is_ring() {
        drawing.svg.ellipse(plan.ring, &[NO_FILL, ("stroke", &colours.line)]);
    }
    if scene.groups.is_empty() {
        return;
    }
    let is_together = |one: ProcessId, other: ProcessId| {
        scene.groups.iter().any(|group| group.contains(&one) && group.contains(&other))
    };
    let next = scene.cards.iter().cycle().skip(1);
    let neighbours = scene.cards.iter().zip(next).enumerate();
    let parted =
        neighbours.filter(|(_, (card, next))| scene.is_ring() && card.id != next.id && !is_together(card.id, next.id));
    let ends: Vec<Point> = parted.map(|(place, _)| on_ring(plan.ring, ring(2 * place + 1, 2 * many), 1.14)).collect();
    let middle = At(plan.ring.centre);
    let mut path = String::new();
    // Writing to a string cannot fail, here and below.
    if let [start, end] = ends[..] {
        let _ = write!(path, "M{}Q{middle} {}", At(start), At(end));
    } else {
        for end in ends {
            let _ = write!(path, "M{}L{middle}", At(end));
        }
    }
    let bad = &colours.tone(Tone::Bad).fill;
    let broad: &Attributes<'_> = &[NO_FILL, ("stroke", bad), ("stroke-width", &"12"), ("stroke-opacity", &"0.14")];
    let thin: &Attributes<'_> = &[NO_FILL, ("stroke", bad), ("stroke-width", &"2"), ("stroke-dasharray", &"7 5")];
    drawing.svg.open("g", &[("class", &"wall")]);
    if !path.is_empty() {
        drawing.svg.path(&path, broad);
        drawing.svg.path(&path, thin);
    }
    let groups: Vec<String> =
        scene.groups.iter().enumerate().map(|(place, group)| group_text(drawing.wording, place, group)).collect();
    let said = Text::key("picture.partition").with("groups", Arg::Plain(groups.join(" | ")));
    let said = fitted(&drawing.say(&said), SIZE.0 - 2.0 * MARGIN, 13.0);
    drawing.svg.text(Point { x: MARGIN, y: 24.0 }, 13.0, &said, &[("fill", bad)]);
    drawing.svg.close();
}

fn group_text(wording: &Wording<'_>, place: usize, group: &[ProcessId]) -> String {
    let names: Vec<String> = group.iter().map(|id| (wording.name)(*id)).collect();
    format!("{} {{{}}}", sign_of(place), names.join(" "))
}

fn sign_of(group: usize) -> String {
    GROUPS.get(group).map_or_else(|| (group + 1).to_string(), |sign| (*sign).to_owned())
}

/// The signs of a process's groups at the corner of its box.
fn draw_groups_of(drawing: &mut Drawing<'_>, scene: &Scene, id: ProcessId, rect: Rect) {
    if scene.groups.is_empty() {
        return;
    }
    let of_process = scene.groups.iter().enumerate().filter(|(_, group)| group.contains(&id));
    let signs: String = of_process.map(|(place, _)| sign_of(place)).collect();
    let signs = if signs.is_empty() { "–" } else { signs.as_str() };
    let colours = drawing.colours;
    let bad = &colours.tone(Tone::Bad).fill;
    let corner = rect.corner();
    let across = width(signs, 12.0) + 10.0;
    let pill = Rect::of(corner.x - 8.0, corner.y - 9.0, across, 17.0);
    drawing.svg.rect(pill, 8.5, &[("fill", &colours.card), ("stroke", bad)]);
    let middle = Point { x: pill.centre.x, y: pill.centre.y + 4.3 };
    drawing.svg.text(middle, 12.0, signs, &[("fill", bad), MIDDLE]);
}

/// Cut links: greyed, crossed in the middle, and with an arrow where only that direction is cut.
fn draw_cuts(drawing: &mut Drawing<'_>, scene: &Scene, ways: &BTreeMap<(ProcessId, ProcessId), Way>) {
    let colours = drawing.colours;
    for (from, to) in scene.cuts.iter().copied() {
        let Some(way) = ways.get(&(from, to)) else { continue };
        let bad = &colours.tone(Tone::Bad).fill;
        let grey: &Attributes<'_> = &[NO_FILL, ("stroke", &colours.ink_faint), ("stroke-width", &"1.5")];
        drawing.svg.open("g", &[("class", &"cut")]);
        drawing.svg.path(&way.path(), &[NO_FILL, ("stroke", &colours.line_strong), ("stroke-dasharray", &"3 5")]);
        drawing.svg.path(&cross(way.at(0.5), 5.0), &[NO_FILL, ("stroke", bad), ("stroke-width", &"2")]);
        if !scene.cuts.contains(&(to, from)) {
            drawing.svg.path(&arrow_head(way.at(0.9), way.at(1.0)), grey);
        }
        drawing.svg.close();
    }
}

/// A message, and what becomes of it.
fn draw_flight(drawing: &mut Drawing<'_>, flight: &Flight, place: Point, radius: f64, now: Time) {
    let colours = drawing.colours;
    let is_dying = is_dying(flight, now);
    let is_held = matches!(flight.fate, Fate::Held { .. });
    let class = match (is_held, is_dying) {
        (true, _) => "flight held",
        (false, true) => "flight dying",
        (false, false) => "flight",
    };
    let title = Text::key("picture.message")
        .with("name", Arg::Text(Box::new(flight.name.clone())))
        .with("from", Arg::Process(flight.from))
        .with("to", Arg::Process(flight.to));
    let title = drawing.say(&title);
    drawing.svg.open_group(class, &title);
    let tone = if is_dying { Tone::Bad } else { flight.tone };
    let stroke = &colours.tone(tone).fill;
    if is_dying {
        // The glyph hides the middle of the cross, and its ends stick out.
        drawing.svg.path(&cross(place, radius * 1.25), &[NO_FILL, ("stroke", stroke), ("stroke-width", &"2")]);
    }
    let sign = match flight.sign {
        Sign::None => "",
        Sign::Plus => "+",
        Sign::Minus => "−",
    };
    draw_glyph(drawing, flight, tone, place, radius, sign);
    if is_held {
        let dashed: &Attributes<'_> =
            &[NO_FILL, ("stroke", stroke), ("stroke-width", &"1.5"), ("stroke-dasharray", &"3 3")];
        drawing.svg.circle(place, radius + 3.5, dashed);
    }
    drawing.svg.close();
}

/// Whether a message is doomed and on the last part of its way, where the page reddens it.
fn is_dying(flight: &Flight, now: Time) -> bool {
    match flight.fate {
        Fate::Doomed { at } => {
            let (life, left) = (at.saturating_sub(flight.sent_at).max(1), at.saturating_sub(now));
            left.saturating_mul(10) < life.saturating_mul(3)
        }
        Fate::Travelling | Fate::Held { .. } => false,
    }
}

/// The kind of a message as a letter in a shape, with a sign after the letter.
fn draw_glyph(drawing: &mut Drawing<'_>, flight: &Flight, tone: Tone, place: Point, radius: f64, sign: &str) {
    let colours = drawing.colours;
    let shade = colours.tone(tone);
    let (ground, letters) = if flight.filled { (&shade.fill, &shade.upon) } else { (&colours.paper, &shade.fill) };
    let outline: &Attributes<'_> = &[("fill", ground), ("stroke", &shade.fill), ("stroke-width", &"2")];
    let corners = corners(flight.shape);
    if corners.is_empty() {
        drawing.svg.circle(place, radius - 1.0, outline);
    } else {
        let mut path = String::new();
        for (right, down) in corners {
            let verb = if path.is_empty() { 'M' } else { 'L' };
            let corner = Point { x: place.x + right * radius, y: place.y + down * radius };
            let _ = write!(path, "{verb}{}", At(corner));
        }
        path.push('Z');
        drawing.svg.path(&path, outline);
    }
    // A triangle has room for a letter below its middle only.
    let lower = match flight.shape {
        Shape::Triangle => radius * 0.56,
        Shape::Circle | Shape::Square | Shape::Diamond | Shape::Hexagon => radius * 0.37,
    };
    let baseline = Point { x: place.x, y: place.y + lower };
    let letter = format!("{}{sign}", flight.letter);
    drawing.svg.text(baseline, radius * 1.02, &letter, &[("fill", letters), MIDDLE, BOLD]);
}

/// The corners of a shape around its middle, in radii; a circle has none.
fn corners(shape: Shape) -> &'static [(f64, f64)] {
    match shape {
        Shape::Circle => &[],
        Shape::Square => &[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
        Shape::Diamond => &[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
        Shape::Triangle => &[(0.0, -1.3), (1.24, 0.86), (-1.24, 0.86)],
        Shape::Hexagon => &[(1.08, 0.0), (0.54, 0.935), (-0.54, 0.935), (-1.08, 0.0), (-0.54, -0.935), (0.54, -0.935)],
    }
}

/// The time, and what the messages in flight are.
fn draw_legend(drawing: &mut Drawing<'_>, scene: &Scene, now: Time) {
    const BASELINE: f64 = 706.0;
    const RADIUS: f64 = 9.0;
    let colours = drawing.colours;
    let (start, end) = (Point { x: MARGIN, y: BOTTOM + 22.0 }, Point { x: SIZE.0 - MARGIN, y: BOTTOM + 22.0 });
    drawing.svg.line(start, end, &[("stroke", &colours.line)]);
    let time = drawing.say(&Text::key("picture.time").with("time", Arg::Time(now)));
    drawing.svg.text(Point { x: MARGIN, y: BASELINE }, 13.0, &time, &[("fill", &colours.ink), BOLD]);
    let mut left = MARGIN + width(&time, 13.0) + 28.0;
    let mut kinds = Vec::new();
    for flight in &scene.flights {
        let kind = (flight.letter, flight.shape, flight.filled, drawing.say(&flight.name));
        if kinds.contains(&kind) {
            continue;
        }
        let across = 2.0 * RADIUS + 6.0 + width(&kind.3, 12.0);
        if left + across > SIZE.0 - MARGIN {
            break;
        }
        draw_glyph(drawing, flight, flight.tone, Point { x: left + RADIUS, y: BASELINE - 4.5 }, RADIUS, "");
        let place = Point { x: left + 2.0 * RADIUS + 6.0, y: BASELINE };
        drawing.svg.text(place, 12.0, &kind.3, &[("fill", &colours.ink_soft)]);
        left += across + 20.0;
        kinds.push(kind);
    }
}
