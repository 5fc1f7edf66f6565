//! The few canvas calls that are made for every message of every frame, with texts and colours that cross into
//! JavaScript once instead of each time.

use consistory_scene::Shape;
use core::f64::consts::{FRAC_PI_2, TAU};
use wasm_bindgen::prelude::*;
use web_sys::CanvasRenderingContext2d;

#[wasm_bindgen]
extern "C" {
    /// A canvas context whose styles and texts are values that JavaScript already has.
    pub(crate) type Ink;

    /// The colour of what is filled.
    #[wasm_bindgen(method, setter, structural, js_name = fillStyle)]
    pub(crate) fn set_fill(this: &Ink, colour: &JsValue);

    /// The colour of what is stroked.
    #[wasm_bindgen(method, setter, structural, js_name = strokeStyle)]
    pub(crate) fn set_stroke(this: &Ink, colour: &JsValue);

    /// Writes a text.
    #[wasm_bindgen(method, structural, js_name = fillText)]
    pub(crate) fn write(this: &Ink, text: &JsValue, x: f64, y: f64);
}

/// Corners of a hexagon on the unit circle.
const HEXAGON: [(f64, f64); 6] = [(1.0, 0.0), (0.5, 0.866), (-0.5, 0.866), (-1.0, 0.0), (-0.5, -0.866), (0.5, -0.866)];

/// Adds the outline of a glyph to the path.
pub(crate) fn outline(context: &CanvasRenderingContext2d, shape: Shape, x: f64, y: f64, radius: f64) {
    match shape {
        Shape::Circle => circle(context, x, y, radius),
        Shape::Square => {
            let half = radius * 0.88;
            context.rect(x - half, y - half, 2.0 * half, 2.0 * half);
        }
        Shape::Diamond => {
            let reach = radius * 1.2;
            polygon(context, &[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)], x, y, reach);
        }
        Shape::Triangle => {
            let reach = radius * 1.3;
            polygon(context, &[(0.0, -1.0), (0.95, 0.66), (-0.95, 0.66)], x, y, reach);
        }
        Shape::Hexagon => polygon(context, &HEXAGON, x, y, radius * 1.08),
    }
}

/// Adds a circle to the path.
pub(crate) fn circle(context: &CanvasRenderingContext2d, x: f64, y: f64, radius: f64) {
    context.move_to(x + radius, y);
    // It fails only for a negative radius.
    let _ = context.arc(x, y, radius.max(0.0), 0.0, TAU);
}

/// Adds the part of a circle that is left, clockwise from 12 o'clock.
pub(crate) fn sector(context: &CanvasRenderingContext2d, x: f64, y: f64, radius: f64, part: f64) {
    let start = -FRAC_PI_2;
    context.move_to(x, y - radius);
    // It fails only for a negative radius.
    let _ = context.arc(x, y, radius.max(0.0), start, start + TAU * part);
}

fn polygon(context: &CanvasRenderingContext2d, corners: &[(f64, f64)], x: f64, y: f64, reach: f64) {
    for (index, (right, down)) in corners.iter().enumerate() {
        let (x, y) = (x + right * reach, y + down * reach);
        if index == 0 {
            context.move_to(x, y);
        } else {
            context.line_to(x, y);
        }
    }
    context.close_path();
}
