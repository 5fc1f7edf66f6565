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
    let turn = index as f64 / count as f64;
    Point { x: sine(turn), y: -sine(turn + 0.25) }
}

/// The places of cards in rows of so many, from the top and from the left.
pub fn rows(counts: &[u16]) -> Vec<Point> {
    let last = counts.len().saturating_sub(1).max(1);
    let middle = |place: usize, of: usize| {
        #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 cards")]
        let part = place as f64 / of as f64;
        part * 2.0 - 1.0
    };
    let row = |(number, count): (usize, &u16)| {
        let (y, count) = (middle(number, last), usize::from(*count));
        (0..count).map(move |place| Point { x: middle(2 * place + 1, 2 * count), y })
    };
    counts.iter().enumerate().flat_map(row).collect()
}

/// The sine of a part of a whole turn, to seven decimals. The standard library's is exact for arguments of any size, and
/// what that takes weighs more in a page than the rest of the geometry.
fn sine(turn: f64) -> f64 {
    // As a part of the turn from -1/4 to 1/4, where the series is short: the sine is symmetric about both.
    let turn = turn - (turn + 0.5).floor();
    let turn = if turn > 0.25 {
        0.5 - turn
    } else if turn < -0.25 {
        -0.5 - turn
    } else {
        turn
    };
    let angle = turn * TAU;
    let square = angle * angle;
    let series = [-1.0 / 110.0, -1.0 / 72.0, -1.0 / 42.0, -1.0 / 20.0, -1.0 / 6.0];
    angle * series.iter().fold(1.0, |sum, term| 1.0 + sum * square * term)
}

#[cfg(test)]
mod tests {
    use super::{Point, ring, rows, sine};
    use core::f64::consts::TAU;

    #[test]
    fn the_sine_is_good_to_a_hundredth_of_a_pixel() {
        for step in -200..=200 {
            let turn = f64::from(step) / 100.0;
            assert!((sine(turn) - (turn * TAU).sin()).abs() < 1e-6, "{turn}");
        }
    }

    #[test]
    fn rows_go_from_the_top_and_from_the_left() {
        let at = |x: f64, y: f64| Point { x, y };
        assert_eq!(rows(&[1, 2]), [at(0.0, -1.0), at(-0.5, 1.0), at(0.5, 1.0)]);
        assert_eq!(rows(&[1, 1, 4])[5], at(0.75, 1.0));
    }

    #[test]
    fn a_ring_begins_at_12_o_clock_and_goes_clockwise() {
        let [top, right, bottom, left] = [0, 1, 2, 3].map(|index| ring(index, 4));
        assert!(top.y < -0.999 && right.x > 0.999 && bottom.y > 0.999 && left.x < -0.999);
    }
}
