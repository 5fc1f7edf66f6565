//! Specification-level models: public TLA+ specifications of the protocols, step for step, with their known counts.
//!
//! Each cites its specification and is checked against the counts that are published with it. Where the specification
//! keeps messages in a set that only grows, whatever was sent may arrive at any later time, again, or never.

pub mod chang_roberts;
pub mod paxos;
mod settings;
pub mod transaction_commit;
pub mod two_phase;

pub use settings::{ModelInfo, Parameter, SettingError, Settings, Values};

/// All models, in the order of teaching.
pub static MODELS: [&ModelInfo; 4] = [&transaction_commit::INFO, &two_phase::INFO, &paxos::INFO, &chang_roberts::INFO];

/// States that differ only in which of several alike parts plays which role count as one.
const SYMMETRY: Parameter = Parameter { name: "symmetry", values: Values::Choice(&["off", "on"]) };

/// A set as text.
fn set(members: &[String]) -> String {
    format!("{{{}}}", members.join(", "))
}

/// A function from names as text.
fn function(pairs: impl Iterator<Item = (String, String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}: {value}")).collect();
    format!("[{}]", pairs.join(", "))
}
