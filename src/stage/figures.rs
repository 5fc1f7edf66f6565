//! Lengths as style sheets and paths write them.

use std::fmt;

/// A length with one decimal. The standard library's writing of fractions costs the page more than all of its paths.
#[derive(Clone, Copy)]
pub(crate) struct Tenths(pub(crate) f64);

impl fmt::Display for Tenths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_possible_truncation, reason = "places on a screen are far below 2^31")]
        let tenths = (self.0 * 10.0).round() as i32;
        let sign = if tenths < 0 { "-" } else { "" };
        let tenths = tenths.unsigned_abs();
        write!(out, "{sign}{}.{}", tenths / 10, tenths % 10)
    }
}
