//! The table of links: a box per direction, ticked where it is cut.

use super::faults::heal;
use crate::panels::form::is_ticked;
use crate::part::{Page, Part, Reads};
use consistory_kernel::ProcessId;
use consistory_scene::{Arg, Text};
use consistory_session::{EditCommand, Topics};
use yew::prelude::*;

/// One direction of one link.
fn link_box(page: &Page, from: ProcessId, to: ProcessId, cut: bool) -> Html {
    let store = page.store().clone();
    let onchange = Callback::from(move |event: Event| {
        store.edit(if is_ticked(&event) { EditCommand::Cut(from, to) } else { EditCommand::Mend(from, to) });
    });
    let label = Text::key("faults.cut").with("from", Arg::Process(from)).with("to", Arg::Process(to));
    let label = page.text(&label);
    html! {
        <label class="link-box" title={label.clone()}>
            <input type="checkbox" checked={cut} aria-label={label} {onchange} />
        </label>
    }
}

/// The table of links.
pub(crate) struct Links;

impl Part for Links {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        let nodes = scene.cards.iter().map(|card| (card.id, card.name.as_str()));
        let clients = scene.clients.iter().map(|client| (client.id, client.name.as_str()));
        let processes: Vec<(ProcessId, &str)> = nodes.chain(clients).collect();
        if processes.len() < 2 {
            return html! { <p class="empty">{ page.word("faults.only-one") }</p> };
        }
        let is_cut = |from, to| scene.cuts.contains(&(from, to));
        html! {
            <>
                <p class="note">{ page.word("faults.links-why") }</p>
                <div class="scroll-x" tabindex="0" role="region" aria-label={page.word("faults.links")}>
                    <table class="link-table">
                        <thead>
                            <tr>
                                <th scope="col">{ page.word("faults.from") }</th>
                                for (to, name) in &processes {
                                    <th key={to.0} scope="col">{ "→ " }{ *name }</th>
                                }
                            </tr>
                        </thead>
                        <tbody>
                            for (from, name) in &processes {
                                <tr key={from.0}>
                                    <th scope="row">{ *name }</th>
                                    for (to, _) in &processes {
                                        <td key={to.0}>
                                            if from != to {
                                                { link_box(page, *from, *to, is_cut(*from, *to)) }
                                            }
                                        </td>
                                    }
                                </tr>
                            }
                        </tbody>
                    </table>
                </div>
                { heal(page) }
            </>
        }
    }
}
