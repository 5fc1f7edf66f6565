//! The one line that says what can be grabbed, and while something is held what letting go will do.

use super::grab::Gesture;
use crate::store::{use_settings, use_store};
use crate::words::{text, word};
use consistory_scene::{Arg, Text};
use yew::prelude::*;

/// What [`Hint`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct HintProps {
    /// What the pointer holds.
    pub(crate) gesture: Gesture,
}

/// The hint line.
#[component]
pub(crate) fn Hint(props: &HintProps) -> Html {
    let store = use_store();
    let settings = use_settings(&store);
    let hint = match props.gesture {
        Gesture::Card { id, .. } if props.gesture.is_drag() => {
            text(settings.language, &Text::key("stage.hint-card").with("node", Arg::Process(id)))
        }
        Gesture::Line { .. } if props.gesture.is_drag() => word(settings.language, "stage.hint-line"),
        Gesture::None | Gesture::Card { .. } | Gesture::Line { .. } => word(settings.language, "stage.hint"),
    };
    html! { <p class="stage-hint">{ hint }</p> }
}
