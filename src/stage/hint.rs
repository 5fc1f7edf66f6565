//! The one line that says what can be grabbed, and while something is held what letting go will do.

use super::grab::Gesture;
use crate::words::{text, word};
use consistory_scene::{Arg, Text};
use consistory_session::words::Language;
use yew::prelude::*;

/// The hint line.
pub(crate) fn hint(language: Language, gesture: Gesture) -> Html {
    let hint = match gesture {
        Gesture::Card { id, .. } if gesture.is_drag() => {
            text(language, &Text::key("stage.hint-card").with("node", Arg::Process(id)))
        }
        Gesture::Line { .. } if gesture.is_drag() => word(language, "stage.hint-line"),
        Gesture::None | Gesture::Card { .. } | Gesture::Line { .. } => word(language, "stage.hint"),
    };
    html! { <p key="hint" class="stage-hint">{ hint }</p> }
}
