//! The one line that says what can be grabbed, and while something is held what letting go will do.

use super::grab::Gesture;
use crate::part::Page;
use consistory_scene::{Arg, Text};
use yew::prelude::*;

/// The hint line.
pub(crate) fn hint(page: &Page, gesture: Gesture) -> Html {
    let hint = match gesture {
        Gesture::Card { id, .. } if gesture.is_drag() => {
            page.text(&Text::key("stage.hint-card").with("node", Arg::Process(id)))
        }
        Gesture::Line { .. } if gesture.is_drag() => page.word("stage.hint-line"),
        Gesture::None | Gesture::Card { .. } | Gesture::Line { .. } => page.word("stage.hint"),
    };
    html! { <p key="hint" class="stage-hint">{ hint }</p> }
}
