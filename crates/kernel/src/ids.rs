//! Identifiers and time: sized integers, so that a run is the same value on every target.

use core::fmt;

/// Virtual time and durations, in microseconds since the start of the run.
pub type Time = u64;

/// One millisecond of virtual [`Time`].
pub const MS: Time = 1_000;

/// A probability as an integer number of parts per million, 0 to [`PPM`].
pub type Ppm = u32;

/// Certainty, as [`Ppm`].
pub const PPM: Ppm = 1_000_000;

/// A process of the run: a node or a client. Nodes are numbered first, from 0, then clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u16);

impl ProcessId {
    /// The position in any vector that is indexed by process.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "p{}", self.0)
    }
}

/// The number of a step on its branch, counted from 0 at the start of the run.
///
/// A step is one event that the kernel processed: a delivery, a timer, a client's
/// time-out, a loss, or an edit. It is also the cause that later events name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

impl StepId {
    /// Stands for "no step": the cause of what nobody caused.
    pub const NONE: Self = Self(u32::MAX);
}

/// A message, numbered in the order of sending within the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u32);

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "m{}", self.0)
    }
}

/// A position in a run between two steps: a time, and how many of the events of exactly that time have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Virtual time in microseconds.
    pub time: Time,
    /// Events at exactly `time` that have been processed; [`Moment::ALL`] means every one.
    pub ties: u32,
}

impl Moment {
    /// Every event of that time has happened.
    pub const ALL: u32 = u32::MAX;

    /// The moment after everything that happens at `time`.
    pub fn after(time: Time) -> Self {
        Self { time, ties: Self::ALL }
    }
}
