//! Paints everything that moves: messages with their trails, and timers. A pure function of the scene, the plan and
//! virtual time; it allocates nothing once its lists have grown.

mod crowd;

use super::canvas::{Ink, circle, outline, sector};
use super::figures::Tenths;
use super::geometry::{Plan, Rect};
use super::palette::{Palette, TONES, number};
use consistory_kernel::{MessageId, ProcessId, Time};
use consistory_scene::layout::Point;
use consistory_scene::{Fate, Flight, Scene, Shape, Sign, Status, Tone};
use consistory_session::spacetime::{Cone, Relation};
use core::f64::consts::FRAC_1_SQRT_2;
use crowd::{Crowd, Kind};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Above so many messages there are no trails and no letters, and glyphs are copied instead of painted.
const DETAILS_MAX: usize = 300;
/// Width of a glyph's line, in CSS pixels.
const LINE: f64 = 2.0;
/// The last part of a doomed message's way, on which it is red.
const REDDENS: f64 = 0.3;
/// The last part of it, on which it bursts.
const BURSTS: f64 = 0.12;
/// The rays of a burst, as directions.
const RAYS: [(f64, f64); 8] = [
    (1.0, 0.0),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.0, 1.0),
    (-FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (-1.0, 0.0),
    (-FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    (0.0, -1.0),
    (FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
];

/// What is painted besides the scene.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Emphasised<'c> {
    /// The selected message.
    pub(crate) message: Option<MessageId>,
    /// The card that is being dragged, and how far.
    pub(crate) dragged: Option<(ProcessId, Point)>,
    /// Whether messages jump instead of moving.
    pub(crate) reduced_motion: bool,
    /// What is lit because of what is pointed at or selected.
    pub(crate) cone: Option<&'c Cone>,
}

/// A message's place in the last frame.
#[derive(Clone, Copy, Debug)]
struct Spot {
    id: MessageId,
    place: Point,
    tail: Point,
    control: Point,
    tone: usize,
    shape: Shape,
    filled: bool,
    held: bool,
    /// Its place in the cone that is lit, as a tone.
    lit: Option<Tone>,
    /// From 0 to 1 while it bursts.
    burst: f64,
    text: usize,
}

impl Spot {
    /// Whether it does not burst.
    fn is_whole(&self) -> bool {
        self.burst <= 0.0
    }
}

/// Paints one canvas.
pub(crate) struct Painter {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    ink: Ink,
    palette: Palette,
    crowd: Crowd,
    spots: Vec<Spot>,
    tones: [usize; TONES],
    texts: Vec<(char, Sign, JsValue)>,
    dash: JsValue,
    no_dash: JsValue,
    font: String,
    glyph: f64,
}

impl Painter {
    /// A painter of a canvas; `None` where the browser gives no context.
    pub(crate) fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok().flatten()?;
        let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
        let ink = context.clone().unchecked_into();
        Some(Self {
            canvas,
            context,
            ink,
            palette: Palette::default(),
            crowd: Crowd::default(),
            spots: Vec::new(),
            tones: [0; TONES],
            texts: Vec::new(),
            dash: js_sys::Array::of2(&JsValue::from(3), &JsValue::from(3)).into(),
            no_dash: js_sys::Array::new().into(),
            font: String::new(),
            glyph: 0.0,
        })
    }

    /// Takes other colours.
    pub(crate) fn recolour(&mut self, palette: Palette) {
        self.palette = palette;
        self.crowd.clear();
        self.font.clear();
    }

    /// The message under a point in the last frame, within that distance.
    pub(crate) fn hit(&self, point: Point, reach: f64) -> Option<MessageId> {
        let away = |spot: &Spot| (spot.place.x - point.x).hypot(spot.place.y - point.y);
        let near = self.spots.iter().filter(|spot| away(spot) <= reach.max(self.glyph + 2.0));
        near.min_by(|a, b| away(a).total_cmp(&away(b))).map(|spot| spot.id)
    }

    /// The place of a message in the last frame.
    pub(crate) fn place(&self, id: MessageId) -> Option<Point> {
        self.spots.iter().find(|spot| spot.id == id).map(|spot| spot.place)
    }

    /// Paints the scene at a time.
    pub(crate) fn paint(&mut self, scene: &Scene, plan: &Plan, time: Time, emphasised: Emphasised<'_>, density: f64) {
        self.fit(plan, density);
        self.place_flights(scene, plan, time, emphasised);
        let detailed = self.spots.len() <= DETAILS_MAX;
        if !detailed {
            self.show_crowd();
        } else if !emphasised.reduced_motion {
            self.paint_trails();
        }
        self.paint_glyphs(detailed);
        if detailed {
            self.paint_texts();
        }
        self.paint_bursts();
        self.paint_rings(emphasised.message);
        self.paint_timers(scene, plan, time, emphasised);
    }

    fn fit(&mut self, plan: &Plan, density: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a canvas has few pixels")]
        let pixels = |length: f64| (length * density).round().max(1.0) as u32;
        let (width, height) = (pixels(plan.width), pixels(plan.height));
        if self.canvas.width() != width || self.canvas.height() != height {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
            // A canvas that changed its size forgot its font.
            self.font.clear();
        }
        // It fails only for numbers that are none.
        let _ = self.context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
        self.context.clear_rect(0.0, 0.0, plan.width, plan.height);
        self.glyph = plan.variant.glyph();
        self.crowd.fit(self.glyph - LINE / 2.0, density);
        if self.font.is_empty() {
            self.font = format!("600 {}px {}", Tenths(self.glyph * 1.02), self.palette.font);
            self.context.set_font(&self.font);
            self.context.set_text_align("center");
            self.context.set_text_baseline("middle");
        }
    }

    fn place_flights(&mut self, scene: &Scene, plan: &Plan, time: Time, emphasised: Emphasised<'_>) {
        let reduced = emphasised.reduced_motion;
        self.spots.clear();
        self.tones = [0; TONES];
        for flight in &scene.flights {
            let Some(route) = plan.route(flight.from, flight.to) else {
                continue;
            };
            let exact = flight.progress(time);
            let progress = if reduced { if exact < 0.5 { 0.0 } else { 0.5 } } else { exact };
            let doom = doom(flight, time);
            let tone = if doom < REDDENS { number(Tone::Bad) } else { number(flight.tone) };
            let text = self.text(flight.letter, flight.sign);
            self.tones[tone] += 1;
            self.spots.push(Spot {
                id: flight.id,
                place: route.at(progress),
                tail: route.at(0.0),
                control: route.control_between(0.0, progress),
                tone,
                shape: flight.shape,
                filled: flight.filled,
                held: matches!(flight.fate, Fate::Held { .. }),
                lit: emphasised.cone.and_then(|cone| lit(cone, flight)),
                burst: if doom < BURSTS { 1.0 - doom / BURSTS } else { 0.0 },
                text,
            });
        }
    }

    /// The position of a glyph's text in the cache.
    fn text(&mut self, letter: char, sign: Sign) -> usize {
        let known = self.texts.iter().position(|(other, of, _)| *other == letter && *of == sign);
        known.unwrap_or_else(|| {
            let mark = match sign {
                Sign::None => "",
                Sign::Plus => "+",
                Sign::Minus => "−",
            };
            self.texts.push((letter, sign, JsValue::from_str(&format!("{letter}{mark}"))));
            self.texts.len() - 1
        })
    }

    fn paint_trails(&self) {
        self.context.set_global_alpha(0.32);
        self.context.set_line_width(1.5);
        for tone in 0..TONES {
            if self.tones[tone] == 0 {
                continue;
            }
            self.stroke_with(tone);
            self.context.begin_path();
            for spot in self.spots.iter().filter(|spot| spot.tone == tone) {
                self.context.move_to(spot.tail.x, spot.tail.y);
                self.context.quadratic_curve_to(spot.control.x, spot.control.y, spot.place.x, spot.place.y);
            }
            self.context.stroke();
        }
        self.context.set_global_alpha(1.0);
    }

    fn paint_glyphs(&self, all: bool) {
        self.context.set_line_width(LINE);
        for tone in 0..TONES {
            if self.tones[tone] == 0 {
                continue;
            }
            self.stroke_with(tone);
            for filled in [true, false] {
                self.paint_outlines(tone, filled, all);
            }
        }
    }

    /// Shows the glyphs that are whole, in the order in which the others are painted.
    fn show_crowd(&mut self) {
        self.crowd.begin(self.canvas.width(), self.canvas.height());
        for tone in (0..TONES).filter(|tone| self.tones[*tone] > 0) {
            for filled in [true, false] {
                let alike = self.spots.iter().filter(|spot| spot.tone == tone && spot.filled == filled);
                for spot in alike.filter(|spot| spot.is_whole()) {
                    self.crowd.stamp(&self.palette, Kind { tone, shape: spot.shape, filled }, spot.place);
                }
            }
        }
        self.crowd.show(&self.context);
    }

    /// Paints the glyphs of a tone: all, or those that burst.
    fn paint_outlines(&self, tone: usize, filled: bool, all: bool) {
        let colour = if filled { self.palette.fill.get(tone) } else { Some(&self.palette.paper) };
        if let Some(colour) = colour {
            self.ink.set_fill(colour);
        }
        let mut is_any = false;
        self.context.begin_path();
        for spot in self.spots.iter().filter(|spot| spot.tone == tone && spot.filled == filled) {
            if all || !spot.is_whole() {
                is_any = true;
                let radius = (self.glyph - LINE / 2.0) * (1.0 - spot.burst);
                outline(&self.context, spot.shape, spot.place.x, spot.place.y, radius);
            }
        }
        if is_any {
            self.context.fill();
            self.context.stroke();
        }
    }

    fn paint_texts(&self) {
        for tone in 0..TONES {
            if self.tones[tone] == 0 {
                continue;
            }
            for filled in [true, false] {
                let colours = if filled { &self.palette.upon } else { &self.palette.fill };
                if let Some(colour) = colours.get(tone) {
                    self.ink.set_fill(colour);
                }
                for spot in self.spots.iter().filter(|spot| spot.tone == tone && spot.filled == filled) {
                    if !spot.is_whole() {
                        continue;
                    }
                    if let Some((_, _, text)) = self.texts.get(spot.text) {
                        let lower = if spot.shape == Shape::Triangle { 2.5 } else { 0.5 };
                        self.ink.write(text, spot.place.x, spot.place.y + lower);
                    }
                }
            }
        }
    }

    fn paint_bursts(&self) {
        self.stroke_with(number(Tone::Bad));
        self.context.set_line_width(2.0);
        for spot in self.spots.iter().filter(|spot| !spot.is_whole()) {
            let (near, far) = (self.glyph * (0.3 + 0.5 * spot.burst), self.glyph * (0.5 + spot.burst));
            self.context.begin_path();
            for (x, y) in RAYS {
                self.context.move_to(spot.place.x + x * near, spot.place.y + y * near);
                self.context.line_to(spot.place.x + x * far, spot.place.y + y * far);
            }
            self.context.stroke();
        }
    }

    fn paint_rings(&self, selected: Option<MessageId>) {
        self.context.set_line_width(1.5);
        for spot in self.spots.iter().filter(|spot| spot.held) {
            self.stroke_with(spot.tone);
            // The list of dashes is a constant of ours.
            let _ = self.context.set_line_dash(&self.dash);
            self.ring(spot.place, self.glyph + 3.5);
            let _ = self.context.set_line_dash(&self.no_dash);
        }
        for spot in &self.spots {
            if let Some(tone) = spot.lit {
                self.stroke_with(number(tone));
                self.ring(spot.place, self.glyph + 5.0);
            }
        }
        if let Some(spot) = self.spots.iter().find(|spot| Some(spot.id) == selected) {
            self.ink.set_stroke(&self.palette.focus);
            self.context.set_line_width(2.5);
            self.ring(spot.place, self.glyph + 5.0);
        }
    }

    fn ring(&self, place: Point, radius: f64) {
        self.context.begin_path();
        circle(&self.context, place.x, place.y, radius);
        self.context.stroke();
    }

    fn paint_timers(&self, scene: &Scene, plan: &Plan, time: Time, emphasised: Emphasised<'_>) {
        let (offset, radius) = plan.variant.arc();
        let centre = |id: ProcessId, rect: Rect| {
            let by = emphasised.dragged.filter(|(dragged, _)| *dragged == id);
            let rect = by.map_or(rect, |(_, by)| rect.moved(by));
            Point { x: rect.left() + offset.x, y: rect.top() + offset.y }
        };
        self.context.set_line_width(radius * 0.42);
        for card in &scene.cards {
            let (Some(timer), Some(rect)) = (&card.timer, plan.rect(card.id)) else {
                continue;
            };
            let place = centre(card.id, rect);
            let exact = timer.remaining(time);
            let left = if emphasised.reduced_motion { (exact * 8.0).ceil() / 8.0 } else { exact };
            self.ink.set_stroke(&self.palette.line);
            self.ring(place, radius);
            let tone = match card.status {
                Status::Up => card.tone,
                Status::Crashed | Status::Paused => Tone::Muted,
            };
            self.stroke_with(number(tone));
            self.context.begin_path();
            sector(&self.context, place.x, place.y, radius, left);
            self.context.stroke();
        }
    }

    fn stroke_with(&self, tone: usize) {
        if let Some(colour) = self.palette.fill.get(tone) {
            self.ink.set_stroke(colour);
        }
    }
}

/// The tone of a message that was sent before or because of what is pointed at.
fn lit(cone: &Cone, flight: &Flight) -> Option<Tone> {
    match cone.relation(flight.cause, flight.from) {
        Relation::Before => Some(Tone::Client),
        Relation::Same | Relation::After => Some(Tone::Warning),
        Relation::Concurrent => None,
    }
}

/// The part of its life that a doomed message has left, from 1 down to 0; 1 for all others.
fn doom(flight: &Flight, time: Time) -> f64 {
    match flight.fate {
        Fate::Doomed { at } => {
            let life = at.saturating_sub(flight.sent_at).max(1);
            let left = at.saturating_sub(time).min(life);
            #[expect(clippy::cast_precision_loss, reason = "durations stay far below 2^52 microseconds")]
            let part = left as f64 / life as f64;
            part
        }
        Fate::Travelling | Fate::Held { .. } => 1.0,
    }
}
