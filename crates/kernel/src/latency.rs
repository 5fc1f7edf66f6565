//! Latency distributions: integers in, integers out.

use crate::{PPM, Ppm, Time};
use std::rc::Rc;

/// How long a message travels one way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Latency {
    /// Always the same.
    Constant(Time),
    /// Every microsecond from the first to the second, both included, equally likely.
    Uniform(Time, Time),
    /// Exponential with that mean.
    Exponential(Time),
    /// Pareto with that scale (the least value) and shape α in thousandths.
    Pareto {
        /// The least value.
        scale: Time,
        /// The shape α, in thousandths.
        shape_milli: u32,
    },
    /// One of several, with the given weights; the weights sum to [`PPM`].
    Mixture(Rc<[(Ppm, Latency)]>),
}

/// No message travels longer than this: an hour. Heavy tails are cut here.
const LONGEST: f64 = 3_600_000_000.0;
const LONGEST_TIME: Time = 3_600_000_000;

impl Latency {
    /// The value at a quantile: `uniform` is a uniformly distributed 64-bit number; `pick` gives one more for a mixture.
    pub(crate) fn sample(&self, mut pick: impl FnMut() -> u64) -> Time {
        self.sample_with(&mut pick)
    }

    /// Whether it can give that value; a mixture is not looked into.
    pub(crate) fn allows(&self, travel: Time) -> bool {
        match self {
            Self::Constant(time) => travel == *time,
            Self::Uniform(low, high) => (*low..=*high).contains(&travel),
            Self::Pareto { scale, .. } => travel >= *scale || travel == LONGEST_TIME,
            Self::Exponential(_) => travel <= LONGEST_TIME,
            Self::Mixture(_) => true,
        }
    }

    fn sample_with(&self, pick: &mut dyn FnMut() -> u64) -> Time {
        match self {
            Self::Constant(time) => *time,
            Self::Uniform(low, high) => low + multiply_high(pick(), high.saturating_sub(*low) + 1),
            Self::Exponential(mean) => exponential(*mean, pick()),
            Self::Pareto { scale, shape_milli } => pareto(*scale, *shape_milli, pick()),
            Self::Mixture(parts) => {
                let mut left = multiply_high(pick(), u64::from(PPM));
                for (weight, part) in parts.iter() {
                    if left < u64::from(*weight) {
                        return part.sample_with(pick);
                    }
                    left -= u64::from(*weight);
                }
                parts.last().map_or(0, |(_, part)| part.sample_with(pick))
            }
        }
    }
}

/// The high half of the product: scales a uniform 64-bit number to `0..bound`.
#[inline]
pub(crate) fn multiply_high(uniform: u64, bound: u64) -> u64 {
    let product = u128::from(uniform) * u128::from(bound);
    u64::try_from(product >> 64).unwrap_or(u64::MAX)
}

#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "IEEE operations and libm's logarithm give the same bits on every target; the result is an integer again"
)]
mod tails {
    use super::LONGEST;
    use crate::Time;

    /// A uniform number in (0, 1] with 53 bits.
    fn unit(uniform: u64) -> f64 {
        ((uniform >> 11) + 1) as f64 / 9_007_199_254_740_992.0
    }

    pub(super) fn exponential(mean: Time, uniform: u64) -> Time {
        (-(mean as f64) * libm::log(unit(uniform)) + 0.5).min(LONGEST) as Time
    }

    pub(super) fn pareto(scale: Time, shape_milli: u32, uniform: u64) -> Time {
        let exponent = -libm::log(unit(uniform)) * 1000.0 / f64::from(shape_milli.max(1));
        (scale as f64 * libm::exp(exponent) + 0.5).min(LONGEST) as Time
    }
}
use tails::{exponential, pareto};

#[cfg(test)]
mod tests {
    use super::Latency;
    use crate::{Chooser, Purpose};

    fn mean(latency: &Latency) -> u64 {
        let mut chooser = Chooser::seeded(7);
        let total: u64 = (0..20_000).map(|_| chooser.latency(Purpose::Network, latency)).sum();
        total / 20_000
    }

    #[test]
    fn means_are_those_of_the_distributions() {
        assert_eq!(mean(&Latency::Constant(10)), 10);
        assert!((14_900..15_100).contains(&mean(&Latency::Uniform(10_000, 20_000))));
        assert!((9_800..10_200).contains(&mean(&Latency::Exponential(10_000))));
        // Pareto with shape 3: mean = scale * 3 / 2.
        assert!((14_700..15_300).contains(&mean(&Latency::Pareto { scale: 10_000, shape_milli: 3_000 })));
        let mixture = Latency::Mixture([(250_000, Latency::Constant(0)), (750_000, Latency::Constant(1_000))].into());
        assert!((730..770).contains(&mean(&mixture)));
    }

    #[test]
    fn a_uniform_range_includes_both_ends() {
        let mut chooser = Chooser::seeded(1);
        let mut seen = [false; 3];
        for _ in 0..100 {
            let value = chooser.latency(Purpose::Network, &Latency::Uniform(5, 7));
            seen[usize::try_from(value - 5).expect("in range")] = true;
        }
        assert_eq!(seen, [true; 3]);
    }
}
