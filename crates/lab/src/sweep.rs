//! A scenario over a range of seeds, and what its metrics come to.

use crate::Pool;
use consistory_protocols::Spec;
use consistory_session::metrics::{Measured, measure};
use consistory_session::{LiveRun, Opened, Overrides, Problem, RunVisitor, Source, visit_run};

/// What one run measured: the values of each metric that was asked for, in that order.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The seed.
    pub seed: u64,
    /// Values by metric; none where the run does not define it.
    pub values: Vec<Vec<f64>>,
}

/// What all runs measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Runs.
    pub runs: u64,
    /// The metrics with their values.
    pub pools: Vec<(String, Pool)>,
}

impl Sweep {
    /// Nothing measured yet of these metrics.
    pub fn of(metrics: &[String]) -> Self {
        Self { runs: 0, pools: metrics.iter().map(|name| (name.clone(), Pool::default())).collect() }
    }

    /// Adds what one run measured.
    pub fn add(&mut self, sample: &Sample) {
        self.runs += 1;
        for ((_, pool), values) in self.pools.iter_mut().zip(&sample.values) {
            pool.add(values);
        }
    }
}

/// Performs a run with a seed of one's own, and measures it.
pub fn sample(source: Source<'_>, overrides: &Overrides, seed: u64, metrics: &[String]) -> Result<Sample, Problem> {
    let mut overrides = overrides.clone();
    overrides.settings.push(("seed".to_owned(), seed.to_string()));
    let measured = visit_run(source, &overrides, Measure)?;
    let values = |name: &String| {
        let found = measured.iter().find(|measured| measured.name == name);
        found.map(|measured| measured.values.clone()).unwrap_or_default()
    };
    Ok(Sample { seed, values: metrics.iter().map(values).collect() })
}

/// The names of the metrics that a run can be measured by.
pub fn metrics_of(source: Source<'_>, overrides: &Overrides) -> Result<Vec<&'static str>, Problem> {
    let measured = visit_run(source, overrides, Measure)?;
    Ok(measured.into_iter().map(|measured| measured.name).collect())
}

struct Measure;

impl RunVisitor for Measure {
    type Output = Vec<Measured>;

    fn visit<P: Spec>(self, opened: Opened<LiveRun<P>>) -> Vec<Measured> {
        measure(opened.session.timeline())
    }
}
