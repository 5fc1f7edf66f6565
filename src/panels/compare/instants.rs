//! The present instant beside a pinned one.

use super::differences::differences;
use crate::panels::pieces::{button, empty};
use crate::part::{Kept, Page, Part, Reads};
use crate::store::ViewChange;
use consistory_scene::{Arg, Text};
use consistory_session::Topics;
use consistory_session::compare::{Instant, NodeState, diff};
use yew::prelude::*;

/// What has changed since the pinned instant; that is part of the view, and stays while other panels are looked at.
#[derive(Default)]
pub(super) struct Instants {
    /// What the nodes knew at the pinned instant of a run: the past does not change.
    pinned: Kept<(u32, Instant), Option<Vec<NodeState>>>,
}

/// The button that pins the present instant.
fn pin(page: &Page) -> Html {
    let store = page.store().clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        let here = store.read(|session| session.here());
        store.change(ViewChange::Pin(Some(here)));
    });
    button(page, "button button-small", "compare.pin", onclick)
}

/// Which instant is pinned, seen from one on that branch.
fn sentence(page: &Page, pinned: Instant, branch: u32) -> String {
    let key = if pinned.branch == branch { "compare.pinned-at" } else { "compare.pinned-on" };
    let number = Arg::Number(i64::from(pinned.branch) + 1);
    page.text(&Text::key(key).with("time", Arg::Time(pinned.moment.time)).with("number", number))
}

impl Part for Instants {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let Some(at) = page.look(|view| view.pinned) else {
            return html! {
                <>
                    { empty(page, "compare.unpinned") }
                    <div class="actions">{ pin(page) }</div>
                </>
            };
        };
        let pinned = self.pinned.get((page.runs(), at), |(_, at)| page.read(|session| session.states(*at)));
        let here = page.read(|session| session.here());
        let now = page.read(|session| session.states(here));
        let content = match (&*pinned, &now) {
            (Some(before), Some(now)) => {
                let headings = ["compare.pinned", "compare.now"].map(|heading| page.word(heading));
                differences(page, &diff(before, now), headings)
            }
            (_, _) => empty(page, "compare.gone"),
        };
        let unpin = button(page, "button button-small", "compare.unpin", page.does(ViewChange::Pin(None)));
        html! {
            <>
                <p class="note">{ sentence(page, at, here.branch) }</p>
                <div class="actions">{ pin(page) }{ unpin }</div>
                { content }
            </>
        }
    }
}
