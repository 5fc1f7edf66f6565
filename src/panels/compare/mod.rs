//! What differs: between the present instant and a pinned one, or between two branches of the run.

mod branches;
mod differences;
mod instants;

use super::form::{choices, entered};
use crate::part::{Page, Part, Reads, State, part};
use branches::Branches;
use consistory_scene::{Arg, Text};
use consistory_session::Topics;
use instants::Instants;
use yew::prelude::*;

/// What stands on the two sides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// A pinned instant and the present one.
    Instants,
    /// Two branches.
    Branches,
}

impl Sides {
    const ALL: [Self; 2] = [Self::Instants, Self::Branches];

    /// Its visible name, which is its value in the list besides.
    fn word(self) -> &'static str {
        match self {
            Self::Instants => "compare.instants",
            Self::Branches => "compare.branches",
        }
    }
}

/// The visible name of a branch.
fn branch_name(page: &Page, branch: u32) -> String {
    page.text(&Text::key("compare.branch").with("number", Arg::Number(i64::from(branch) + 1)))
}

/// The panel.
pub(crate) struct Compare {
    sides: State<Sides>,
}

impl Compare {
    /// A panel that compares instants: that works in every run.
    pub(crate) fn new(page: &Page) -> Self {
        Self { sides: page.state(Sides::Instants) }
    }

    fn chooser(&self, page: &Page, chosen: Sides) -> Html {
        let sides = self.sides.clone();
        let onchange = Callback::from(move |event: Event| {
            let value = entered(&event);
            if let Some(chosen) = Sides::ALL.into_iter().find(|candidate| candidate.word() == value) {
                sides.set(chosen);
            }
        });
        let choice = |sides: Sides| (sides.word().to_owned(), page.word(sides.word()));
        let list = Sides::ALL.into_iter().map(choice).collect();
        choices(None, Some(page.word("compare.sides")), list, chosen.word(), onchange)
    }
}

impl Part for Compare {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::TIMELINE)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let has_branches = page.read(|session| session.timeline().branches.len() > 1);
        let sides = if has_branches { self.sides.get() } else { Sides::Instants };
        let content = match sides {
            Sides::Instants => part(page, "compare-instants", |_| Box::new(Instants::default())),
            Sides::Branches => part(page, "compare-branches", |page| Box::new(Branches::new(page))),
        };
        html! {
            <div class="comparison">
                if has_branches {
                    { self.chooser(page, sides) }
                }
                { content }
                if !has_branches {
                    <p class="note">{ page.word("compare.one-branch") }</p>
                }
            </div>
        }
    }
}
