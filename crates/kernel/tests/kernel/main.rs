//! The kernel's integration tests: what a run does, told by protocols that were made for asking.

#[path = "../sketch/mod.rs"]
mod sketch;

mod bench;

mod bad_edits;
mod bad_setups;
mod branches;
mod choices;
mod clients;
mod determinism;
mod effects;
mod faults;
mod limits;
mod messages;
mod network;
mod person;
mod protocols;
mod seeking;
mod slowness;
mod storms;
mod workloads;
