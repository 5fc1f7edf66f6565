//! Paints the space-time diagram on a canvas: only what is in the picture, and of what coincides only one.

use super::plot::{GUTTER, HEAD, Mark, Plot};
use crate::stage::palette::{Palette, number};
use consistory_kernel::{StepId, Time};
use consistory_scene::Tone;
use consistory_session::spacetime::{Cone, Relation, SpotKind};
use core::f64::consts::TAU;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Radius of an event, and of a turning point.
const DOT: f64 = 2.6;
const TURNING: f64 = 4.2;

/// What is painted besides the events.
pub(super) struct Lights<'l> {
    /// What is lit.
    pub(super) cone: Option<&'l Cone>,
    /// Steps before the cursor, and its time.
    pub(super) steps: StepId,
    pub(super) now: Time,
    /// How a time is written.
    pub(super) time: &'l dyn Fn(Time) -> String,
    /// The names of the columns.
    pub(super) names: &'l [String],
}

/// How something stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Light {
    Plain,
    Faint,
    Before,
    After,
    Same,
}

/// Paints one canvas.
pub(super) struct Painter {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    palette: Palette,
    dash: JsValue,
    no_dash: JsValue,
}

impl Painter {
    pub(super) fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
        let dash = js_sys::Array::of2(&JsValue::from(5), &JsValue::from(3)).into();
        let no_dash = js_sys::Array::new().into();
        Some(Self { canvas, context, palette: Palette::default(), dash, no_dash })
    }

    pub(super) fn recolour(&mut self, palette: Palette) {
        self.palette = palette;
    }

    pub(super) fn paint(&self, plot: &Plot, lights: &Lights<'_>, density: f64) {
        let (width, height) = plot.size;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a canvas has few pixels")]
        let pixels = |length: f64| (length * density).round().max(1.0) as u32;
        if self.canvas.width() != pixels(width) || self.canvas.height() != pixels(height) {
            self.canvas.set_width(pixels(width));
            self.canvas.set_height(pixels(height));
        }
        // It fails only for numbers that are none.
        let _ = self.context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
        self.fill(&self.palette.paper);
        self.context.fill_rect(0.0, 0.0, width, height);
        self.context.set_font(&format!("11px {}", self.palette.font));
        self.context.set_text_baseline("middle");
        self.paint_columns(plot);
        let marks: Vec<(Mark, Light)> = plot.visible().map(|mark| (mark, light(plot, &mark, lights.cone))).collect();
        for light in [Light::Faint, Light::Plain, Light::Before, Light::After, Light::Same] {
            self.paint_messages(plot, &marks, light);
        }
        for light in [Light::Faint, Light::Plain, Light::Before, Light::After, Light::Same] {
            self.paint_events(plot, &marks, light);
        }
        self.context.set_global_alpha(1.0);
        self.paint_cursor(plot, lights);
        self.paint_head(plot, lights);
    }

    fn fill(&self, colour: &JsValue) {
        self.context.unchecked_ref::<crate::stage::canvas::Ink>().set_fill(colour);
    }

    fn stroke(&self, colour: &JsValue) {
        self.context.unchecked_ref::<crate::stage::canvas::Ink>().set_stroke(colour);
    }

    fn tone(&self, tone: Tone) -> &JsValue {
        self.palette.fill.get(number(tone)).unwrap_or(&self.palette.line)
    }

    fn paint_columns(&self, plot: &Plot) {
        self.stroke(&self.palette.line);
        self.context.set_line_width(1.0);
        self.context.begin_path();
        for x in plot.columns.iter().filter_map(|id| plot.x(*id)) {
            self.context.move_to(x, HEAD);
            self.context.line_to(x, plot.size.1);
        }
        self.context.stroke();
    }

    /// Colour, width and strength of what stands out in that way. Before and after also differ by their lines.
    fn pen(&self, light: Light) -> (&JsValue, f64, f64) {
        match light {
            Light::Plain => (self.tone(Tone::Neutral), 1.0, 0.75),
            Light::Faint => (self.tone(Tone::Muted), 1.0, 0.35),
            Light::Before => (self.tone(Tone::Client), 2.0, 1.0),
            Light::After => (self.tone(Tone::Warning), 2.0, 1.0),
            Light::Same => (&self.palette.focus, 3.0, 1.0),
        }
    }

    fn paint_messages(&self, plot: &Plot, marks: &[(Mark, Light)], light: Light) {
        let (colour, width, strength) = self.pen(light);
        self.stroke(colour);
        self.context.set_line_width(width);
        self.context.set_global_alpha(strength);
        // The list of dashes is a constant of ours.
        let _ = self.context.set_line_dash(if light == Light::After { &self.dash } else { &self.no_dash });
        self.context.begin_path();
        let mut last = (f64::NAN, f64::NAN, f64::NAN);
        for (mark, _) in marks.iter().filter(|(_, of)| *of == light) {
            let Some((x, y)) = mark.sent else { continue };
            let here = (x, mark.x, (mark.y * 2.0).round());
            // Of messages that coincide one is enough; there may be thousands.
            if here == last {
                continue;
            }
            last = here;
            let is_lost = plot.spots[mark.place].kind == SpotKind::Lost;
            let end = if is_lost { (x + (mark.x - x) * 0.55, y + (mark.y - y) * 0.55) } else { (mark.x, mark.y) };
            self.context.move_to(x, y);
            self.context.line_to(end.0, end.1);
            self.tip(end, (end.0 - x, end.1 - y), is_lost);
        }
        self.context.stroke();
        let _ = self.context.set_line_dash(&self.no_dash);
    }

    /// An arrow's head where a message arrived, a cross where it was lost.
    fn tip(&self, (x, y): (f64, f64), (right, down): (f64, f64), is_lost: bool) {
        if is_lost {
            for (from, to) in [((-4.0, -4.0), (4.0, 4.0)), ((-4.0, 4.0), (4.0, -4.0))] {
                self.context.move_to(x + from.0, y + from.1);
                self.context.line_to(x + to.0, y + to.1);
            }
            return;
        }
        let length = right.hypot(down).max(1.0);
        let (right, down) = (right / length, down / length);
        for side in [-1.0, 1.0] {
            self.context.move_to(x - right * 3.0, y - down * 3.0);
            self.context.line_to(x - right * 9.0 - down * side * 3.5, y - down * 9.0 + right * side * 3.5);
        }
    }

    fn paint_events(&self, plot: &Plot, marks: &[(Mark, Light)], light: Light) {
        let (colour, _, strength) = self.pen(light);
        self.fill(colour);
        self.stroke(colour);
        self.context.set_global_alpha(strength.max(0.5));
        self.context.set_line_width(2.0);
        self.context.begin_path();
        let mut last = (f64::NAN, f64::NAN);
        for (mark, _) in marks.iter().filter(|(_, of)| *of == light) {
            let here = (mark.x, mark.y.round());
            if here == last {
                continue;
            }
            last = here;
            let spot = &plot.spots[mark.place];
            let radius = if spot.is_notable { TURNING } else { DOT };
            if spot.kind == SpotKind::Fault {
                self.context.rect(mark.x - radius, mark.y - radius, 2.0 * radius, 2.0 * radius);
            } else if spot.kind != SpotKind::Lost {
                self.context.move_to(mark.x + radius, mark.y);
                // It fails only for a negative radius.
                let _ = self.context.arc(mark.x, mark.y, radius, 0.0, TAU);
            }
        }
        self.context.fill();
        if light == Light::Same {
            self.context.begin_path();
            for (mark, _) in marks.iter().filter(|(_, of)| *of == light) {
                self.context.move_to(mark.x + 8.0, mark.y);
                let _ = self.context.arc(mark.x, mark.y, 8.0, 0.0, TAU);
            }
            self.context.stroke();
        }
    }

    fn paint_cursor(&self, plot: &Plot, lights: &Lights<'_>) {
        let y = plot.cursor(lights.steps, lights.now);
        if (HEAD..plot.size.1).contains(&y) {
            self.stroke(&self.palette.focus);
            self.context.set_line_width(1.5);
            self.context.begin_path();
            self.context.move_to(0.0, y);
            self.context.line_to(plot.size.0, y);
            self.context.stroke();
        }
    }

    /// The names above and the times at the left, over what they would otherwise be lost in.
    fn paint_head(&self, plot: &Plot, lights: &Lights<'_>) {
        self.fill(&self.palette.paper);
        self.context.fill_rect(0.0, 0.0, plot.size.0, HEAD);
        self.fill(self.tone(Tone::Neutral));
        self.context.set_text_align("center");
        for (x, name) in plot.columns.iter().filter_map(|id| plot.x(*id)).zip(lights.names) {
            // A text without a place is not written.
            let _ = self.context.fill_text(name, x, HEAD / 2.0);
        }
        self.context.set_text_align("right");
        for (y, time) in plot.ticks() {
            if y > HEAD + 6.0 {
                let _ = self.context.fill_text(&(lights.time)(time), GUTTER - 10.0, y);
            }
        }
    }
}

fn light(plot: &Plot, mark: &Mark, cone: Option<&Cone>) -> Light {
    let spot = &plot.spots[mark.place];
    match cone.map(|cone| cone.relation(spot.step, spot.process)) {
        None => Light::Plain,
        Some(Relation::Same) => Light::Same,
        Some(Relation::Before) => Light::Before,
        Some(Relation::After) => Light::After,
        Some(Relation::Concurrent) => Light::Faint,
    }
}
