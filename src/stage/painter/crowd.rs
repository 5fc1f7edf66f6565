//! A crowd of glyphs: each kind is painted once by the browser, and its pixels are then copied into a picture of the
//! whole stage. Without a graphics card a thousand calls that paint or copy one glyph each take several times as long.

use super::super::canvas::{Ink, outline};
use super::super::palette::{Palette, TONES};
use super::LINE;
use consistory_scene::Shape;
use consistory_scene::layout::Point;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

const SHAPES: usize = 5;
/// Places inside of a pixel, along each axis, for which there is a sprite: at whole pixels slow messages would jerk.
const PLACES: u8 = 2;
/// How far corners and lines reach beyond a glyph's radius: a part of it, and CSS pixels.
const BEYOND: (f64, f64) = (1.3, 3.0);
/// Red, green, blue, and how opaque.
type Pixel = [u8; 4];
const CLEAR: Pixel = [0; 4];

/// A glyph that looks like no other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) tone: usize,
    pub(super) shape: Shape,
    pub(super) filled: bool,
}

/// The pixels of a glyph, row by row.
struct Sprite {
    side: usize,
    pixels: Vec<Pixel>,
}

/// The glyphs that were seen since colours or sizes changed, and the picture that they are copied into.
#[derive(Default)]
pub(super) struct Crowd {
    /// By kind and place; `None` before one is first seen.
    sprites: Vec<Option<Sprite>>,
    radius: f64,
    density: f64,
    width: usize,
    picture: Vec<Pixel>,
}

impl Crowd {
    /// Forgets all glyphs: the colours are others.
    pub(super) fn clear(&mut self) {
        self.sprites.clear();
    }

    /// Takes the radius of a glyph, and how many pixels of the canvas a CSS pixel has.
    pub(super) fn fit(&mut self, radius: f64, density: f64) {
        if (self.radius, self.density) != (radius, density) {
            self.clear();
            (self.radius, self.density) = (radius, density);
        }
    }

    /// Begins a picture of so many pixels.
    pub(super) fn begin(&mut self, width: u32, height: u32) {
        self.width = width as usize;
        self.picture.clear();
        self.picture.resize(width as usize * height as usize, CLEAR);
    }

    /// Copies a glyph to a place, in CSS pixels.
    pub(super) fn stamp(&mut self, palette: &Palette, kind: Kind, place: Point) {
        let half = ((self.radius * BEYOND.0 + BEYOND.1) * self.density).ceil();
        let (x, right) = split(place.x * self.density);
        let (y, down) = split(place.y * self.density);
        let number = (kind.tone * SHAPES + kind.shape as usize) * 2 + usize::from(kind.filled);
        let places = usize::from(PLACES);
        let number = (number * places + usize::from(right)) * places + usize::from(down);
        if self.sprites.is_empty() {
            self.sprites.resize_with(TONES * SHAPES * 2 * places * places, || None);
        }
        let Some(sprite) = self.sprites.get_mut(number) else {
            return;
        };
        if sprite.is_none() {
            let middle = Point { x: half + part(right), y: half + part(down) };
            *sprite = paint(palette, kind, self.radius, self.density, half, middle);
        }
        if let Some(sprite) = sprite {
            #[expect(clippy::cast_possible_truncation, reason = "a place on the stage is a few thousand pixels away")]
            let corner = ((x - half) as i32, (y - half) as i32);
            copy(sprite, corner, &mut self.picture, self.width);
        }
    }

    /// Puts the picture in the place of what the canvas shows.
    pub(super) fn show(&self, context: &CanvasRenderingContext2d) {
        let width = u32::try_from(self.width).unwrap_or(0);
        // Both fail only where a picture has no pixels.
        let picture = ImageData::new_with_u8_clamped_array(Clamped(self.picture.as_flattened()), width);
        if let Ok(picture) = picture {
            let _ = context.put_image_data(&picture, 0.0, 0.0);
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

/// Copies a sprite into a picture, as far as it is inside.
fn copy(sprite: &Sprite, (left, top): (i32, i32), picture: &mut [Pixel], width: usize) {
    // Columns and rows of the sprite that lie before the picture.
    let skipped = |corner: i32| usize::try_from(-corner).unwrap_or(0);
    let first = |corner: i32| usize::try_from(corner).unwrap_or(0);
    let length = (sprite.side.saturating_sub(skipped(left))).min(width.saturating_sub(first(left)));
    if length == 0 {
        return;
    }
    let rows = sprite.pixels.chunks_exact(sprite.side).skip(skipped(top));
    for (row, below) in rows.zip(picture.chunks_exact_mut(width).skip(first(top))) {
        let (from, to) = (skipped(left), first(left));
        for (upper, lower) in row[from..from + length].iter().zip(&mut below[to..to + length]) {
            lay(*upper, lower);
        }
    }
}

/// Lays a pixel over another.
fn lay(upper: Pixel, lower: &mut Pixel) {
    if upper[3] == u8::MAX || lower[3] == 0 && upper[3] > 0 {
        *lower = upper;
    } else if upper[3] > 0 {
        let opaque = u16::from(upper[3]);
        // At most 255 × 255, and so it fits; of the two opacities the greater is near enough at an edge.
        for channel in 0..3 {
            let sum = u16::from(upper[channel]) * opaque + u16::from(lower[channel]) * (255 - opaque);
            lower[channel] = u8::try_from(sum / 255).unwrap_or(u8::MAX);
        }
        lower[3] = lower[3].max(upper[3]);
    }
}

/// The pixels of one glyph; `None` where the browser gives none.
fn paint(palette: &Palette, kind: Kind, radius: f64, density: f64, half: f64, middle: Point) -> Option<Sprite> {
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
    let painted = context.get_image_data(0.0, 0.0, f64::from(side), f64::from(side)).ok()?;
    let pixels = painted.data().0.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]]).collect();
    Some(Sprite { side: side as usize, pixels })
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, Pixel, Sprite, copy, lay, part, split};

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

    #[test]
    fn a_sprite_beyond_an_edge_is_cut_there() {
        const INK: Pixel = [1, 2, 3, 255];
        let sprite = Sprite { side: 3, pixels: vec![INK; 9] };
        let corners = [((0, 0), 9), ((-1, 0), 6), ((0, -2), 3), ((3, 2), 2), ((4, 0), 0), ((-3, 0), 0), ((0, 9), 0)];
        for (corner, expected) in corners {
            let mut picture = [CLEAR; 4 * 4];
            copy(&sprite, corner, &mut picture, 4);
            assert_eq!(picture.iter().filter(|pixel| **pixel == INK).count(), expected, "{corner:?}");
        }
    }

    #[test]
    fn pixels_mix_as_far_as_the_upper_one_is_opaque() {
        let mixed = |upper: Pixel, mut lower: Pixel| {
            lay(upper, &mut lower);
            lower
        };
        assert_eq!(mixed(CLEAR, [9, 9, 9, 255]), [9, 9, 9, 255]);
        assert_eq!(mixed([1, 2, 3, 255], [9, 9, 9, 255]), [1, 2, 3, 255]);
        assert_eq!(mixed([1, 2, 3, 7], CLEAR), [1, 2, 3, 7]);
        assert_eq!(mixed([200, 0, 0, 51], [100, 250, 0, 255]), [120, 200, 0, 255]);
    }
}
