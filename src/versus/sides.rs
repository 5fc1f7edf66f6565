//! One of the runs: its name, its clock, the way to it alone, and its stage.

use crate::listeners::Subscription;
use crate::part::{Page, Part, Reads, part};
use crate::stage::Stage;
use crate::store::{Actor, Store, ViewChange};
use crate::words::{count, milliseconds, process_name};
use consistory_scene::Text;
use consistory_session::contest::Shared;
use consistory_session::{EditCommand, Selection, Topics, ViewState, codec};
use std::cell::Cell;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// A contestant's run with a store of its own.
pub(super) struct Side {
    name: Text,
    store: Store,
    _told: [Subscription; 5],
}

impl Side {
    /// A store that follows the page's, for the run at that place of the contest.
    pub(super) fn new(page: &Page, place: usize, name: Text, session: Shared) -> Self {
        let leader = page.store();
        let store = Store::following(leader, session, actor(leader, place));
        let told = [
            follow_topics(leader, &store),
            follow_settings(leader, &store),
            pass_dialogs_on(leader, &store),
            {
                let own = store.clone();
                leader.clock().on_frame(Rc::new(move |now| own.clock().tell_frame(now)))
            },
            {
                let own = store.clone();
                leader.clock().on_reading(Rc::new(move |now| own.clock().tell_reading(now)))
            },
        ];
        Self { name, store, _told: told }
    }

    /// Its store.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Draws it; `left_out` is how many acts it could not do.
    pub(super) fn draw(&self, page: &Page, place: usize, left_out: usize) -> Html {
        let heading = format!("versus-run-{place}");
        let missing = Text::key("versus.left-out").with("count", count(left_out));
        html! {
            // Under another key the stage is made anew, with the store that it now has.
            <section key={format!("{}-{place}", page.runs())} class="versus-run" aria-labelledby={heading.clone()}>
                <div class="versus-run-head">
                    <h2 id={heading.clone()} class="versus-run-title">{ page.text(&self.name) }</h2>
                    if left_out > 0 {
                        <span class="versus-left-out">{ page.text(&missing) }</span>
                    }
                    { part(&self.store, "versus-clock", |_| Box::new(SideClock)) }
                    { self.alone(page, &heading) }
                </div>
                <div class="versus-stage">{ part(&self.store, "stage", |page| Box::new(Stage::new(page))) }</div>
            </section>
        }
    }

    /// The way to this run alone, as it is now. The link is written when it is followed: keeping it up to date would
    /// encode the run at every step.
    fn alone(&self, page: &Page, heading: &str) -> Html {
        let store = self.store.clone();
        let onclick = Callback::from(move |event: MouseEvent| {
            if let Some(anchor) = event.target_dyn_into::<Element>() {
                let link = store.read(|session| session.link(ViewState::default(), codec()));
                // An anchor takes any text as its address.
                let _ = anchor.set_attribute("href", &link);
            }
        });
        let href = format!("#/p/{}", self.store.read(|session| session.protocol()));
        html! {
            <a class="button button-small" {href} aria-describedby={heading.to_owned()} {onclick}>
                { page.word("versus.alone") }
            </a>
        }
    }
}

/// Does to all runs what is ordered on one stage, in the names that it has there.
fn actor(leader: &Store, place: usize) -> Actor {
    let leader = leader.downgrade();
    Rc::new(move |edit: EditCommand| {
        let Some(leader) = leader.upgrade() else { return };
        let said = leader.read(|session| session.as_contest().map(|contest| contest.statements(place, &edit)));
        match said {
            Some(Ok(statements)) => {
                for statement in statements {
                    leader.edit(EditCommand::Statement(statement));
                }
            }
            Some(Err(problem)) => leader.tell_problem(problem),
            None => {}
        }
    })
}

/// Tells the topics of the contest to those who read one of its runs; not its scene where it has not moved.
fn follow_topics(leader: &Store, own: &Store) -> Subscription {
    let own = own.clone();
    let seen = Cell::new(own.read(|session| session.step()));
    leader.on_topics(Rc::new(move |topics: Topics| {
        let is_another = topics.has(Topics::DIALS);
        if is_another {
            own.forget();
        }
        let step = own.read(|session| session.step());
        let stands = seen.replace(step) == step && !is_another;
        own.tell_topics(if stands { Topics(topics.0 & Topics::TIMELINE.0) } else { topics });
    }))
}

fn follow_settings(leader: &Store, own: &Store) -> Subscription {
    let (own, of) = (own.clone(), leader.downgrade());
    leader.on_settings(Rc::new(move |()| {
        if let Some(leader) = of.upgrade() {
            own.take(leader.settings());
        }
    }))
}

/// Opens a dialog that was asked for on a stage: it is about all runs, and so the page's.
fn pass_dialogs_on(leader: &Store, own: &Store) -> Subscription {
    let (leader, of) = (leader.downgrade(), own.downgrade());
    own.on_view(Rc::new(move |()| {
        let (Some(leader), Some(own)) = (leader.upgrade(), of.upgrade()) else { return };
        let (dialog, selection) = own.look(|view| (view.dialog, view.selection));
        let Some(dialog) = dialog else { return };
        own.change(ViewChange::CloseDialog);
        leader.change(ViewChange::Select(selection.and_then(|selection| same(&own, &leader, selection))));
        leader.change(ViewChange::Open(dialog));
    }))
}

/// The process of the same name in another run.
fn same(own: &Store, other: &Store, selection: Selection) -> Option<Selection> {
    let Selection::Process(id) = selection else { return None };
    let name = process_name(own, id);
    let scene = other.read(|session| session.scene());
    let card = scene.cards.iter().find(|card| card.name == name).map(|card| card.id);
    let client = scene.clients.iter().find(|client| client.name == name).map(|client| client.id);
    card.or(client).map(Selection::Process)
}

/// The time of a run's cursor: that of all.
struct SideClock;

impl Part for SideClock {
    fn reads(&self) -> Reads {
        Reads::NOTHING.and_clock()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let now = page.read(|session| session.now());
        html! { <span class="versus-time">{ milliseconds(page.language(), now) }</span> }
    }
}
