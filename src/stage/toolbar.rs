//! The toolbar of the selected message; it follows the message.

use super::board::Board;
use super::figures::Tenths;
use crate::clock;
use crate::listeners::Subscription;
use crate::part::{Page, Seen};
use consistory_kernel::{MS, MessageId, Time};
use consistory_scene::{Arg, Fate, Flight, Scene, Text};
use consistory_session::EditCommand;
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

/// Buttons beside a message.
#[derive(Default)]
pub(crate) struct Toolbar {
    node: NodeRef,
    /// The message, as long as there is one.
    shown: Option<MessageId>,
    following: Seen<Option<MessageId>>,
    frames: Option<Subscription>,
}

impl Toolbar {
    /// Draws the buttons for a message; nothing once it has arrived.
    pub(crate) fn draw(&mut self, page: &Page, scene: &Scene, id: MessageId) -> Html {
        let flight = scene.flight(id);
        self.shown = flight.map(|flight| flight.id);
        let Some(flight) = flight else {
            return Html::default();
        };
        html! {
            <div key="toolbar" ref={&self.node} class="message-toolbar" role="group" aria-label={page.text(&message_title(page, flight))}>
                for (title, edit) in message_edits(flight) {
                    <button key={title} type="button" class="card-button" onclick={page.does(edit)}>{ page.word(title) }</button>
                }
            </div>
        }
    }

    /// Follows the message from frame to frame.
    pub(crate) fn drawn(&mut self, page: &Page, board: &Board) {
        if !self.following.is_new(self.shown) {
            return;
        }
        self.frames = self.shown.map(|id| {
            let (node, board) = (self.node.clone(), board.clone());
            let follow = move |_| {
                if let Some(element) = node.cast::<HtmlElement>() {
                    place(&element, &board, id);
                }
            };
            clock::subscribe(page, Rc::new(follow))
        });
        page.clock().moved(page);
    }
}

/// What a message is called: its kind, and from whom to whom.
pub(crate) fn message_title(page: &Page, flight: &Flight) -> Text {
    Text::key("stage.message")
        .with("name", Arg::Plain(page.text(&flight.name)))
        .with("from", Arg::Process(flight.from))
        .with("to", Arg::Process(flight.to))
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
    let _ = element.style().set_property("transform", &format!("translate({}px,{}px)", Tenths(left), Tenths(top)));
    let _ = element.style().set_property("visibility", "visible");
}
