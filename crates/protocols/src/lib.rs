//! The protocols, one folder each, and the registry.
//!
//! A folder owns all its content: the state machine, its properties and mutants, its picture, its words in
//! both languages, its documentation and its scenarios. See `docs/adding-a-protocol.md` for how to add one.

#![forbid(unsafe_code)]

pub mod abd;
pub mod applied;
pub mod consensus;
pub mod feed;
pub mod kv;
pub mod logs;
pub mod majority_vote;
pub mod multi_paxos;
mod names;
/// What `cargo xtask new-protocol` copies; here so that it compiles and passes its tests like any protocol.
#[cfg(test)]
#[path = "../template/mod.rs"]
pub mod newcomer;
mod parameter;
pub mod paxos;
pub mod paxos_commit;
pub mod picture;
pub mod primary_backup;
pub mod raft;
pub mod replicated_log;
pub mod scenarios;
pub mod script;
mod spec;
pub mod stage;
pub mod three_phase_commit;
pub mod transaction;
pub mod two_phase_commit;
pub mod why;
pub mod words;

pub use spec::{
    Bears, Choice, ClientOp, Glyph, Group, Metric, MutantInfo, Names, Parameter, ParameterKind, Part, Picture,
    Property, Spec, Visitor, message_name, names_of, parse_process, process_name,
};

/// Registers the protocol folders. Each folder exports its protocol as `Registered`.
///
/// The first is part of a page's first load; the code of the others is reachable only through [`visit`].
macro_rules! registry {
    ($first:ident $($other:ident)*) => {
        registry! { @all $first $($other)* }

        /// The same for the first protocol alone.
        pub fn visit_first<V: Visitor>(id: &str, visitor: V) -> Option<V::Output> {
            (id == <$first::Registered as Spec>::ID).then(|| visitor.visit::<$first::Registered>())
        }
    };
    (@all $($folder:ident)*) => {
        /// The ids of all protocols, in the order of teaching.
        pub const IDS: &[&str] = &[$(<$folder::Registered as Spec>::ID),*];

        /// Calls the visitor with the protocol of that id; `None` when there is none.
        pub fn visit<V: Visitor>(id: &str, visitor: V) -> Option<V::Output> {
            $(if id == <$folder::Registered as Spec>::ID {
                return Some(visitor.visit::<$folder::Registered>());
            })*
            None
        }
    };
}

registry! { raft primary_backup abd majority_vote paxos multi_paxos two_phase_commit three_phase_commit paxos_commit }
