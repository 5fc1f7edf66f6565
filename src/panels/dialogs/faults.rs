//! Everything that can be broken, by buttons and lists: nodes, links, a partition, the network's dials.

use super::links::Links;
use super::partition::Partition;
use super::shapes::Shapes;
use super::slowness::{LinkForm, NodeForm};
use super::storm::StormForm;
use crate::panels::action::{clock_rate, process_actions};
use crate::panels::dials::DialList;
use crate::panels::form::button;
use crate::panels::tabs::{TabRow, tabs};
use crate::part::{Page, Part, Reads, State, part};
use consistory_scene::{Card, Status};
use consistory_session::{EditCommand, Topics};
use yew::prelude::*;

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Up => "status.up",
        Status::Crashed => "status.crashed",
        Status::Paused => "status.paused",
    }
}

fn edit_button(page: &Page, title: &'static str, edit: EditCommand) -> Html {
    button(page, "button", title, page.does(edit))
}

/// Mends everything that is cut, or says that nothing is; what has it reads the scene.
pub(crate) fn heal(page: &Page) -> Html {
    let scene = page.read(|session| session.scene());
    if scene.cuts.is_empty() && scene.groups.is_empty() {
        return html! { <p class="note">{ page.word("faults.healed") }</p> };
    }
    edit_button(page, "faults.heal", EditCommand::Heal)
}

fn node(page: &Page, card: &Card) -> Html {
    html! {
        <li key={card.id.0} class="fault-node">
            <div class="fault-head">
                <strong class="fault-name">{ card.name.clone() }</strong>
                <span class="fault-state">{ page.word(status_word(card.status)) }</span>
                { clock_rate(page, card.id, "faults") }
            </div>
            <div class="actions" role="group" aria-label={card.name.clone()}>{ process_actions(page, card.id) }</div>
        </li>
    }
}

/// What can be done to each node, and to all timers.
struct Nodes;

impl Part for Nodes {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        if scene.cards.is_empty() {
            return html! { <p class="empty">{ page.word("faults.no-nodes") }</p> };
        }
        html! {
            <>
                <div class="actions">
                    { edit_button(page, "faults.spread", EditCommand::SpreadTimers) }
                    { edit_button(page, "faults.align", EditCommand::AlignTimers) }
                </div>
                <ul class="fault-nodes">
                    for card in &scene.cards {
                        { node(page, card) }
                    }
                </ul>
            </>
        }
    }
}

/// The sections of the dialog.
const SECTIONS: [&str; 5] = ["faults.nodes", "faults.links", "faults.partition", "faults.storm", "faults.network"];

/// The dialog's content. Each section is a part of its own: a step of the run does not disturb what is typed elsewhere.
pub(crate) struct Faults {
    selected: State<usize>,
}

impl Faults {
    /// The first section is in front.
    pub(crate) fn new(page: &Page) -> Self {
        Self { selected: page.state(0) }
    }
}

impl Part for Faults {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let selected = self.selected.get();
        let titles = SECTIONS.iter().map(|title| page.word(title)).collect();
        let row = TabRow { id: "faults", label: page.word("faults.sections"), titles, selected };
        let on_select = {
            let selected = self.selected.clone();
            Callback::from(move |position: usize| selected.set(position))
        };
        let content = match selected {
            0 => html! {
                <>
                    { part(page, "nodes", |_| Box::new(Nodes)) }
                    { part(page, "node-form", |page| Box::new(NodeForm::new(page))) }
                </>
            },
            1 => html! {
                <>
                    { part(page, "links", |_| Box::new(Links)) }
                    { part(page, "link-form", |page| Box::new(LinkForm::new(page))) }
                </>
            },
            2 => html! {
                <>
                    { part(page, "shapes", |page| Box::new(Shapes::new(page))) }
                    { part(page, "partition", |page| Box::new(Partition::new(page))) }
                </>
            },
            3 => part(page, "storm", |page| Box::new(StormForm::new(page))),
            _ => part(page, "network", |_| Box::new(DialList::new("network", true, "faults.no-dials"))),
        };
        tabs(&row, &on_select, content)
    }
}
