//! Glyphs of a crowd: each kind is painted once and then copied. Without a graphics card, to fill the outlines of a
//! thousand messages takes several times as long as to copy them.

use super::super::canvas::{Ink, outline};
use super::super::palette::{Palette, TONES};
use super::LINE;
use consistory_scene::Shape;
use consistory_scene::layout::Point;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

const SHAPES: usize = 5;
/// Places inside of a pixel, along each axis, for which there is a sprite: at whole pixels slow messages would jerk.
const PLACES: u8 = 2;
/// How far corners and lines reach beyond a glyph's radius: a part of it, and CSS pixels.
const BEYOND: (f64, f64) = (1.3, 3.0);

/// A glyph that looks like no other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) tone: usize,
    pub(super) shape: Shape,
    pub(super) filled: bool,
}

/// The glyphs that were seen since colours or sizes changed.
#[derive(Default)]
pub(super) struct Sprites {
    /// By kind and place; `None` before one is first seen.
    images: Vec<Option<JsValue>>,
    radius: f64,
    density: f64,
}

impl Sprites {
    /// Forgets all: the colours are others.
    pub(super) fn clear(&mut self) {
        self.images.clear();
    }

    /// Takes the radius of a glyph, and how many pixels of the canvas a CSS pixel has.
    pub(super) fn fit(&mut self, radius: f64, density: f64) {
        if (self.radius, self.density) != (radius, density) {
            self.clear();
            (self.radius, self.density) = (radius, density);
        }
    }

    /// Copies a glyph to a place, in CSS pixels, of a context that counts in pixels of the canvas.
    pub(super) fn stamp(&mut self, ink: &Ink, palette: &Palette, kind: Kind, place: Point) {
        let half = ((self.radius * BEYOND.0 + BEYOND.1) * self.density).ceil();
        let (x, right) = split(place.x * self.density);
        let (y, down) = split(place.y * self.density);
        let number = (kind.tone * SHAPES + kind.shape as usize) * 2 + usize::from(kind.filled);
        let places = usize::from(PLACES);
        let number = (number * places + usize::from(right)) * places + usize::from(down);
        self.images.resize(TONES * SHAPES * 2 * places * places, None);
        let Some(image) = self.images.get_mut(number) else {
            return;
        };
        if image.is_none() {
            let middle = Point { x: half + part(right), y: half + part(down) };
            *image = paint(palette, kind, self.radius, self.density, half, middle);
        }
        if let Some(image) = image {
            ink.stamp(image, x - half, y - half);
        }
    }
}

/// The whole pixel before a place, and which of the places inside of it is nearest.
fn split(length: f64) -> (f64, u8) {
    let nearest = (length * f64::from(PLACES)).round();
    let whole = (nearest / f64::from(PLACES)).floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a remainder below PLACES")]
    let place = (nearest - whole * f64::from(PLACES)) as u8;
    (whole, place)
}

fn part(place: u8) -> f64 {
    f64::from(place) / f64::from(PLACES)
}

/// A canvas with one glyph; `None` where the browser gives none.
fn paint(palette: &Palette, kind: Kind, radius: f64, density: f64, half: f64, middle: Point) -> Option<JsValue> {
    let element = web_sys::window()?.document()?.create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = element.dyn_into().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a glyph has few pixels")]
    // One more, because the middle is beside a whole pixel.
    let side = (2.0 * half) as u32 + 1;
    canvas.set_width(side);
    canvas.set_height(side);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    // It fails only for numbers that are none.
    let _ = context.set_transform(density, 0.0, 0.0, density, middle.x, middle.y);
    let ink: &Ink = context.unchecked_ref();
    let tone = palette.fill.get(kind.tone)?;
    context.begin_path();
    outline(&context, kind.shape, 0.0, 0.0, radius);
    ink.set_fill(if kind.filled { tone } else { &palette.paper });
    ink.set_stroke(tone);
    context.set_line_width(LINE);
    context.fill();
    context.stroke();
    Some(canvas.into())
}

#[cfg(test)]
mod tests {
    use super::{part, split};

    #[test]
    fn a_sprite_is_at_most_a_quarter_of_a_pixel_from_its_place() {
        for hundredths in -300..300 {
            let length = f64::from(hundredths) / 100.0;
            let (whole, place) = split(length);
            let away = whole + part(place) - length;
            assert!(away.abs() <= 0.251, "{length}: {whole} and {place}");
            assert!(whole.fract().abs() < f64::EPSILON, "{length}: {whole}");
        }
    }
}
