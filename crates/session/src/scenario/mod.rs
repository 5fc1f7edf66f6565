//! The scenario language: one text form for everything that can be done to a run.
//!
//! [`parse`] reads a text into [`Script`], [`run`] performs it on a timeline, [`print`](print()) writes a run back as text,
//! [`transcript`](transcript()) lists what happened. The language is described in `docs/scenario-language.md`.

pub mod parse;
mod print;
mod run;
mod token;
mod transcript;

pub use parse::{Action, Condition, Expected, Line, Script, Statement};
pub use print::{print, statement};
pub use run::{Performed, TIME_MAX, perform, start};
pub(crate) use run::{edits_of, edits_of_statement, placed};
pub use transcript::transcript;
