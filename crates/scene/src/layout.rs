//! Places on the stage, in units of the ring: x and y from -1 to 1, y downward.

use core::f64::consts::TAU;

/// A place on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From -1 (left) to 1 (right).
    pub x: f64,
    /// From -1 (top) to 1 (bottom).
    pub y: f64,
}

impl Point {
    /// The point a `fraction` of the way to `other`.
    #[must_use]
    pub fn toward(self, other: Self, fraction: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * fraction, y: self.y + (other.y - self.y) * fraction }
    }
}

/// The place of card `index` of `count` on a ring: the first at 12 o'clock, the others clockwise.
pub fn ring(index: usize, count: usize) -> Point {
    if count <= 1 {
        return Point::default();
    }
    #[expect(clippy::cast_precision_loss, reason = "a ring has far fewer than 2^52 places")]
    let turn = index as f64 / count as f64 * TAU;
    Point { x: turn.sin(), y: -turn.cos() }
}
