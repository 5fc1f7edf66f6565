//! Line icons, drawn for this page on a grid of 16 with strokes of 1.5.

use super::pieces::symbol_button;
use crate::part::Page;
use yew::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A triangle: playback starts.
    Play,
    /// Two bars: playback stops.
    Pause,
    /// One event back.
    StepBack,
    /// One event forward.
    StepForward,
    /// The previous notable event.
    JumpBack,
    /// The next notable event.
    JumpForward,
    /// A branch that leaves a line.
    Branch,
    /// Closes or dismisses.
    Close,
    /// Opens a list below.
    Down,
    /// A page of text: the story.
    Story,
    /// A pane at the right: the details.
    Details,
    /// A sun: the light theme.
    Light,
    /// A moon: the dark theme.
    Dark,
    /// A disc, half filled: the system's theme.
    Auto,
    /// Three dots: more.
    More,
}

impl Icon {
    /// The outline, and whether it is filled.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::Play => ("M5 3v10l8-5z", true),
            Self::Pause => ("M4.5 3h2.5v10h-2.5zM9 3h2.5v10h-2.5z", true),
            Self::StepBack => ("M10.5 4 6.5 8l4 4", false),
            Self::StepForward => ("m5.5 4 4 4-4 4", false),
            Self::JumpBack => ("M3.5 3.5v9M12 4 8 8l4 4", false),
            Self::JumpForward => ("M12.5 3.5v9M4 4l4 4-4 4", false),
            Self::Branch => ("M5 3v10M5 9.5c0-2 6-1.5 6-4.5M9 5l2-2 2 2", false),
            Self::Close => ("m4 4 8 8M12 4l-8 8", false),
            Self::Down => ("m4.5 6.5 3.5 3.5 3.5-3.5", false),
            Self::Story => ("M3 3.5h10M3 6.5h10M3 9.5h10M3 12.5h6", false),
            Self::Details => ("M2.5 3.5h11v9h-11zM9.5 3.5v9", false),
            Self::Light => (
                "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",
                false,
            ),
            Self::Dark => ("M13 9.4A5.5 5.5 0 0 1 6.6 3 5.5 5.5 0 1 0 13 9.4z", false),
            Self::Auto => ("M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8 2.5v11M8 5h3.5M8 8h5M8 11h3.5", false),
            Self::More => ("M3.5 7.2h1.6v1.6h-1.6zM7.2 7.2h1.6v1.6h-1.6zM10.9 7.2h1.6v1.6h-1.6z", true),
        }
    }
}

/// Draws an icon; it says nothing to assistive technology, its button does.
pub(crate) fn icon(icon: Icon) -> Html {
    let (path, filled) = icon.path();
    shape(if filled { "icon icon-filled" } else { "icon" }, path)
}

/// Draws an outline on a grid of 16; it says nothing to assistive technology.
pub(crate) fn shape(class: &'static str, path: &'static str) -> Html {
    html! {
        <svg {class} viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={path} /></svg>
    }
}

/// A button that shows only an icon; its word is said, and shown where the pointer rests.
pub(crate) fn icon_button(page: &Page, shown: Icon, title: &'static str, onclick: Callback<MouseEvent>) -> Html {
    symbol_button(page, "button button-icon", title, None, icon(shown), onclick)
}
