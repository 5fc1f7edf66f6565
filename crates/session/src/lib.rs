//! A live run behind a protocol-free interface: commands, the scenario language and share links.
//!
//! The page, the command line and the tests know a run only as [`Session`]. [`open()`] makes one from an address,
//! [`open_scenario`] from a text. Only this crate knows the format of links.

#![forbid(unsafe_code)]

mod api;
pub mod because;
pub mod compare;
pub mod contest;
mod edits;
mod error;
pub mod export;
pub mod figures;
mod gallery;
pub mod happenings;
pub mod history;
mod link;
mod live;
pub mod metrics;
mod open;
pub mod orders;
pub mod parameters;
mod payload;
pub mod picture;
pub mod scenario;
pub mod spacetime;
pub mod trace;
pub mod verdicts;
pub mod words;

pub use api::{
    Answered, Command, Dial, DialKind, Direction, Disk, EditCommand, FindingLine, Selection, Session, Story, StoryLine,
    Topics, ViewState,
};
pub use error::Problem;
pub use gallery::{GalleryItem, find, gallery};
pub use link::{Codec, codec};
pub use live::LiveRun;
pub use open::{
    Opened, Overrides, RunVisitor, Source, check_operation, needs_more, open, open_first, open_scenario, open_text,
    open_with, visit_run,
};

// The notation of values, for forms that show them in fields of their own.
pub use consistory_protocols::Choice;
pub use consistory_protocols::script::{milliseconds_text, parse_duration, percent_text};

/// A link whose checksum is right around arbitrary bytes: what a hostile sender can make. For tests of decoding.
pub fn link_of_bytes(bytes: &[u8], flag: u8) -> String {
    let mut sealed = vec![flag];
    sealed.extend_from_slice(bytes);
    format!("#/s/{}", link::seal(&sealed))
}
