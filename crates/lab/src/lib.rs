//! Many runs: soaks under random faults, hunts for violations with shrinking, sweeps over seeds, exhaustive exploration.
//!
//! Everything is generic over the protocol and the same source natively and in a page: no clock, no thread, no file. A
//! caller that wants a time budget passes a closure that says when to stop; one that wants threads gives each thread
//! seeds of its own.

#![forbid(unsafe_code)]

mod dice;
pub mod explore;
mod hunt;
mod run;
mod shrink;
mod soak;
mod statistics;
mod storm;
mod sweep;
mod temper;
pub mod workload;

pub use hunt::{Catch, Hunted, Quarry, hunt};
pub use run::{Run, link_of};
pub use shrink::shrink;
pub use soak::{Failure, Soaked, Trouble, soak};
pub use statistics::{Pool, Summary};
pub use storm::{Disks, Storm};
pub use sweep::{Sample, Sweep, metrics_of, sample};
