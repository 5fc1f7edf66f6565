//! Random draws for plans of faults: the kernel's generator, its stream for faults.

use consistory_kernel::{Chooser, Purpose};

/// Draws from the faults' stream of a seed, which no run of that seed draws from.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Chooser);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Chooser::seeded(seed))
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.range(Purpose::Faults, low, high)
    }

    /// A place in something of that length, which must not be 0.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        let place = self.between(0, (length as u64).saturating_sub(1));
        usize::try_from(place).unwrap_or(0)
    }

    /// One of several.
    pub(crate) fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.place(options.len())].clone()
    }

    /// One of several, if there is any.
    pub(crate) fn pick_any<T: Clone>(&mut self, options: &[T]) -> Option<T> {
        (!options.is_empty()).then(|| self.pick(options))
    }

    /// Whether an event of that probability happens.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.between(0, 99) < percent
    }

    /// A number from `low` to `high`, every order of magnitude equally likely. `low` is at least 1.
    pub(crate) fn magnitude(&mut self, low: u64, high: u64) -> u64 {
        let bits = self.between(u64::from(low.ilog2()), u64::from(high.max(low).ilog2()));
        self.between(1 << bits, (2 << bits) - 1).clamp(low, high.max(low))
    }

    /// A place in a list of weights, in proportion to them; the last if all are 0.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let total: u64 = weights.iter().sum();
        let mut left = self.between(0, total.saturating_sub(1));
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn weights_of_nothing_are_never_drawn() {
        let mut dice = Dice::new(3);
        let mut drawn = [0; 4];
        for _ in 0..4_000 {
            drawn[dice.weighted(&[1, 0, 3, 0])] += 1;
        }
        assert_eq!((drawn[1], drawn[3]), (0, 0));
        assert!((800..1_200).contains(&drawn[0]), "{drawn:?}");
    }

    #[test]
    fn magnitudes_stay_within_their_ends_and_spread_over_them() {
        let mut dice = Dice::new(4);
        let drawn: Vec<u64> = (0..2_000).map(|_| dice.magnitude(100, 100_000)).collect();
        assert!(drawn.iter().all(|value| (100..=100_000).contains(value)));
        let small = drawn.iter().filter(|value| **value < 3_000).count();
        assert!((700..1_300).contains(&small), "{small} of 2000 in the lower half of the magnitudes");
    }
}
