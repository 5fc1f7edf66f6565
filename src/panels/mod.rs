//! Everything around the stage: header, story, feed, details, timeline, dialogs and notices.
//!
//! A panel reads the session, formats, and forwards what the reader does as a command; it decides nothing.

mod action;
mod checks;
mod compare;
mod diagram;
mod dialogs;
mod dials;
mod drawer;
mod feed;
mod form;
mod header;
mod history;
mod icons;
mod inspector;
mod matrix;
mod menu;
mod notices;
mod pieces;
mod sheet;
mod side;
mod story;
mod tabs;
mod timeline;
mod why;

pub(crate) use compare::Compare;
pub(crate) use diagram::Diagram;
pub(crate) use dialogs::Dialogs;
pub(crate) use dials::Dials;
pub(crate) use drawer::{LeftPanel, RightPanel};
pub(crate) use form::{choices, entered, label, main_button};
pub(crate) use header::Header;
pub(crate) use history::History;
pub(crate) use icons::{Icon, icon, icon_button};
pub(crate) use notices::Notices;
pub(crate) use pieces::{button, empty, line_button, subtitle};
pub(crate) use sheet::BottomSheet;
pub(crate) use timeline::timeline_bar;
pub(crate) use why::Answers;

use consistory_scene::Tone;

/// The class that gives an element the colours of a tone: `--tone`, `--tone-ink` and `--tone-wash`.
pub(crate) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "tone-neutral",
        Tone::Muted => "tone-muted",
        Tone::Epoch(0) => "tone-epoch-0",
        Tone::Epoch(1) => "tone-epoch-1",
        Tone::Epoch(2) => "tone-epoch-2",
        Tone::Epoch(3) => "tone-epoch-3",
        Tone::Epoch(4) => "tone-epoch-4",
        Tone::Epoch(_) => "tone-epoch-5",
        Tone::Good => "tone-good",
        Tone::Bad => "tone-bad",
        Tone::Warning => "tone-warning",
        Tone::Client => "tone-client",
    }
}
