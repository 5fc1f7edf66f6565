//! Storms: random faults from the seed, within a budget.

use crate::{Ppm, ProcessId, StepId, Time};

/// A storm of random faults. Each begins at a time drawn from `every` after the one before, and ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Storm {
    /// How many faults in all.
    pub faults: u32,
    /// The time between the beginnings of two, in microseconds, both ends included.
    pub every: (Time, Time),
    /// How long one lasts, in microseconds, both ends included.
    pub lasting: (Time, Time),
    /// Whether it leaves a majority of the nodes running, undivided among themselves.
    pub spares_majority: bool,
}

impl Default for Storm {
    fn default() -> Self {
        let ms = crate::MS;
        Self { faults: 20, every: (200 * ms, 600 * ms), lasting: (200 * ms, 900 * ms), spares_majority: true }
    }
}

/// A fault of a storm, with what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The node restarts.
    Crash(ProcessId),
    /// It resumes.
    Pause(ProcessId),
    /// It takes its time no more.
    Slow(ProcessId),
    /// Its clock runs right again.
    Skew(ProcessId),
    /// The link is mended.
    Cut(ProcessId, ProcessId),
    /// The network is whole again.
    Divide,
    /// The probability of loss is again what it was.
    Loss(Ppm),
}

/// A storm that rages, or what is left of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raging {
    pub(crate) storm: Storm,
    /// The step that began it.
    pub(crate) since: Option<StepId>,
    /// Faults that are still to come.
    pub(crate) left: u32,
    /// The queue entry of the next fault.
    pub(crate) next: u32,
    /// Faults that have not ended, each with the queue entry that ends it.
    pub(crate) troubles: Vec<(u32, Trouble)>,
}
