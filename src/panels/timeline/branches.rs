//! The branches of the run: acting in the past grew them, and any of them can be played again.

use crate::panels::Icon;
use crate::panels::menu::{Menu, MenuItem};
use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_scene::{Arg, BranchLine, Text};
use consistory_session::{Command, Topics};
use yew::prelude::*;

fn interval(branch: &BranchLine) -> Text {
    Text::key("timeline.branch-interval").with("from", Arg::Time(branch.from)).with("until", Arg::Time(branch.until))
}

/// A button that says which branch the cursor is on, and lists all.
#[component]
pub(crate) fn Branches() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::TIMELINE);
    let branches = store.read(|session| session.timeline().branches);
    let number = |id: u32| Arg::Number(i64::from(id) + 1);
    let count = Arg::Number(i64::try_from(branches.len()).unwrap_or(i64::MAX));
    let current = branches.iter().find(|branch| branch.current).map_or(0, |branch| branch.id);
    let name =
        |id: u32| text(language, &Text::key("timeline.branch").with("number", number(id)).with("count", count.clone()));
    html! {
        <Menu id="branch-menu" icon={Icon::Branch} title={name(current)} label={format!("{}: {}", word(language, "timeline.branches"), name(current))} class="branch-button">
            <p class="note">{ word(language, "timeline.branches-why") }</p>
            for branch in &branches {
                <MenuItem
                    key={branch.id}
                    menu="branch-menu"
                    current={branch.current}
                    onclick={
                        let (store, branch) = (store.clone(), branch.id);
                        Callback::from(move |_| store.apply(Command::SwitchBranch { branch }))
                    }
                >
                    <span class="menu-title">
                        { i64::from(branch.id) + 1 }{ ". " }{ text(language, &branch.label) }
                        if branch.current {
                            <span class="badge">{ word(language, "timeline.branch-current") }</span>
                        }
                    </span>
                    <span class="menu-summary">{ text(language, &interval(branch)) }</span>
                </MenuItem>
            }
        </Menu>
    }
}
