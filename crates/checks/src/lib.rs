//! Judges client histories: what clients could observe, and which consistency model that satisfies.
//!
//! A [`History`] is what clients did and saw. [`judge`] says whether it satisfies a [`Model`], with an order that explains
//! it or with the smallest set of operations that contradict each other. It knows nothing of protocols.

#![forbid(unsafe_code)]

mod bits;
mod causal;
mod conflict;
mod convergence;
mod demands;
mod footprint;
mod history;
mod judge;
mod model;
mod object;
mod precedence;
mod relations;
mod saturate;
mod search;
mod sessions;
mod task;
mod total;
mod transaction;
mod value;

pub use history::{Call, History, Misfit, Operation, Outcome, Recorder};
pub use judge::{Case, judge, judge_all};
pub use model::{Model, Verdict, Witness};
pub use object::Object;
pub use search::Budget;
pub use transaction::Action;
pub use value::Value;
