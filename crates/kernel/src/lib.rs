//! The simulator: a deterministic, sans-I/O world in which protocols run.
//!
//! A [`Protocol`] is a state machine that asks for everything it needs through [`Cx`]. A [`World`] holds
//! the nodes, the network, the clocks and the clients of one run and processes one event per
//! [`World::step`]. A [`Timeline`] records a world so that it can be scrubbed, and grows a branch when
//! somebody acts in the past. There is no wall clock, no global state and no randomness outside
//! [`Chooser`]: the same [`Setup`] and the same edits give the same run on every target.

#![forbid(unsafe_code)]

mod chance;
mod chunks;
mod client;
mod core;
mod cx;
mod digest;
mod disk;
mod edit;
mod ids;
mod journal;
mod latency;
mod network;
mod protocol;
mod queue;
mod slab;
mod storm;
mod timeline;
mod workload;
mod world;

pub use chance::{Chooser, Purpose, Question, ScriptedChoice};
pub use chunks::Chunks;
pub use client::{ClientPolicy, ClientState, Outcome, Pending};
pub use core::{Counters, Finding, Limit, Limits, Process, ProcessStatus};
pub use cx::Cx;
pub use digest::Digest;
pub use edit::{DiskFate, Edit, MessageAct, Setting};
pub use ids::{MS, MessageId, Moment, PPM, Ppm, ProcessId, StepId, Time};
pub use journal::{Fact, Journal, MarkKind, NoteRecord, OperationEvent, OperationStage, StepKind, StepRecord};
pub use latency::Latency;
pub use network::Network;
pub use protocol::{Answer, Event, Observation, Protocol, Request, Verdict};
pub use slab::{Body, Fate, Flight};
pub use storm::Storm;
pub use timeline::{BranchId, BranchInfo, Segment, Timeline};
pub use workload::{OpKind, Pace, Target, Workload};
pub use world::{ArmedTimer, EditError, Setup, SetupError, World};
