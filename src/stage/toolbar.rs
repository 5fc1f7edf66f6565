//! The toolbar of the selected message; it follows the message.

use super::board::Board;
use crate::clock;
use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_kernel::{MS, MessageId, Time};
use consistory_scene::{Arg, Fate, Flight, Text};
use consistory_session::{EditCommand, Topics};
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// How much later "delay" makes a message arrive.
const DELAY: Time = 10 * MS;
/// Room between the message and its toolbar, and between the toolbar and the stage's edge, in CSS pixels.
const AWAY: f64 = 20.0;
const EDGE: f64 = 6.0;

/// What can be done to a message on its way, as word keys and edits.
pub(crate) fn message_edits(flight: &Flight) -> [(&'static str, EditCommand); 5] {
    let id = flight.id;
    let hold = match flight.fate {
        Fate::Held { .. } => ("stage.release", EditCommand::Release(id)),
        Fate::Travelling | Fate::Doomed { .. } => ("stage.hold", EditCommand::Hold(id)),
    };
    [
        ("stage.drop", EditCommand::Drop(id)),
        hold,
        ("stage.delay", EditCommand::Delay(id, DELAY)),
        ("stage.deliver", EditCommand::Deliver(id)),
        ("stage.duplicate", EditCommand::Duplicate(id)),
    ]
}

/// What [`MessageToolbar`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct MessageToolbarProps {
    /// The message.
    pub(crate) id: MessageId,
    /// Knows where it is.
    pub(crate) board: Board,
}

/// Buttons beside a message.
#[component]
pub(crate) fn MessageToolbar(props: &MessageToolbarProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((store.clone(), props.id, props.board.clone()), move |(store, id, board)| {
            let (id, board) = (*id, board.clone());
            let follow = Rc::new(move |_| {
                if let Some(element) = node.cast::<HtmlElement>() {
                    place(&element, &board, id);
                }
            });
            let subscription = clock::subscribe(store, follow);
            store.clock().moved(store);
            move || drop(subscription)
        });
    }
    let flight = store.read(|session| session.scene().flight(props.id).cloned());
    let Some(flight) = flight else {
        return Html::default();
    };
    let label = Text::key("stage.message")
        .with("name", Arg::Plain(text(language, &flight.name)))
        .with("from", Arg::Process(flight.from))
        .with("to", Arg::Process(flight.to));
    html! {
        <div ref={node} class="message-toolbar" role="group" aria-label={text(language, &label)}>
            for (title, edit) in message_edits(&flight) {
                <button key={title} type="button" class="card-button"
                    onclick={let store = store.clone(); Callback::from(move |_: MouseEvent| store.edit(edit.clone()))}>
                    { word(language, title) }
                </button>
            }
        </div>
    }
}

/// Puts the toolbar below the message, or above it near the stage's foot, and always inside the stage.
fn place(element: &HtmlElement, board: &Board, id: MessageId) {
    let Some((point, width, height)) = board.place(id) else {
        // Lengths and keywords of ours are valid values, here and below.
        let _ = element.style().set_property("visibility", "hidden");
        return;
    };
    let (own_width, own_height) = (f64::from(element.offset_width()), f64::from(element.offset_height()));
    let left = (point.x - own_width / 2.0).min(width - own_width - EDGE).max(EDGE);
    let below = point.y + AWAY;
    let top = if below + own_height + EDGE > height { point.y - AWAY - own_height } else { below };
    let _ = element.style().set_property("transform", &format!("translate({left:.1}px,{top:.1}px)"));
    let _ = element.style().set_property("visibility", "visible");
}
