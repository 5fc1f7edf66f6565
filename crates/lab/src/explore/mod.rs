//! Exhaustive exploration: every reachable state of a finite space, breadth first, with shortest counterexamples.
//!
//! A [`Space`] says what the states are, which steps lead from one to the next and what is claimed of them; [`explore()`]
//! visits each state once. A state that was visited is remembered by a fingerprint of 64 bits and not as itself, as in
//! TLC (Yu, Manolios and Lamport, "Model Checking TLA+ Specifications", CHARME 1999). Two states with the same
//! fingerprint count as one, so that what lies behind the second could be missed. With n distinct states, any such pair
//! exists with a probability of about n² / 2⁶⁵: one in 370,000 for ten million states, one in 3,700 for a hundred
//! million. States of one word without symmetry never collide, because the fingerprint of one word is a bijection.

mod engine;
mod fingerprint;
pub mod models;
mod space;
mod table;
mod worlds;

pub use engine::{Explored, Finding, Progress, STATES_MAX, explore};
pub use fingerprint::fingerprint;
pub use space::{Kind, Property, Space};
pub use worlds::{Bounds, Worlds, explore_worlds};
