//! Exact statistics of a sample: sorted, nearest rank.

/// What a sample is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The arithmetic mean.
    pub mean: f64,
    /// The least value.
    pub min: f64,
    /// The median: the least value that at least half of the sample do not exceed.
    pub p50: f64,
    /// As the median, for 90 %.
    pub p90: f64,
    /// As the median, for 99 %.
    pub p99: f64,
    /// The greatest value.
    pub max: f64,
}

/// The values of a metric over many runs, pooled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pool {
    /// The values.
    pub values: Vec<f64>,
    /// Runs that do not define the metric.
    pub undefined: u64,
}

impl Pool {
    /// Adds what one run measured.
    pub fn add(&mut self, values: &[f64]) {
        self.undefined += u64::from(values.is_empty());
        self.values.extend_from_slice(values);
    }

    /// Statistics of all values; `None` without any. They do not depend on the order in which the values came.
    pub fn summary(&self) -> Option<Summary> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        // Of sorted values, so that shards that are merged give the same sum to the last bit.
        let mean = sorted.iter().sum::<f64>() / count(sorted.len());
        let rank = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).saturating_sub(1)];
        Some(Summary { mean, min, p50: rank(50), p90: rank(90), p99: rank(99), max })
    }
}

#[expect(clippy::cast_precision_loss, reason = "samples stay far below 2^52")]
fn count(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::Pool;

    fn pool(values: impl IntoIterator<Item = u32>) -> Pool {
        Pool { values: values.into_iter().map(f64::from).collect(), undefined: 0 }
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let summary = pool((1..=100).rev()).summary().expect("a sample");
        let all = (summary.mean, summary.min, summary.p50, summary.p90, summary.p99, summary.max);
        assert_eq!(all, (50.5, 1.0, 50.0, 90.0, 99.0, 100.0));
        let summary = pool([7, 3, 5]).summary().expect("a sample");
        assert_eq!((summary.p50, summary.p90, summary.p99), (5.0, 7.0, 7.0));
        let summary = pool([4]).summary().expect("a sample");
        assert_eq!((summary.min, summary.p50, summary.max), (4.0, 4.0, 4.0));
    }

    #[test]
    fn a_run_without_values_counts_as_undefined() {
        let mut pool = Pool::default();
        pool.add(&[]);
        assert_eq!(pool.summary(), None);
        pool.add(&[1.0, 2.0]);
        assert_eq!((pool.undefined, pool.values.len()), (1, 2));
    }
}
