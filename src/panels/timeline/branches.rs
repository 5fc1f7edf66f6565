//! The branches of the run: acting in the past grew them, and any of them can be played again.

use crate::panels::Icon;
use crate::panels::menu::{MenuButton, item_words, menu, menu_item};
use crate::part::Page;
use crate::words::count;
use consistory_scene::{Arg, BranchLine, Text};
use consistory_session::Command;
use yew::prelude::*;

const MENU: &str = "branch-menu";

/// A button that says which branch the cursor is on, and lists all.
pub(crate) fn branches(page: &Page, branches: &[BranchLine]) -> Html {
    let current = branches.iter().find(|branch| branch.current).map_or(0, |branch| branch.id);
    let name = Text::key("timeline.branch")
        .with("number", Arg::Number(i64::from(current) + 1))
        .with("count", count(branches.len()));
    let name = page.text(&name);
    let label = format!("{}: {name}", page.word("timeline.branches"));
    let button = MenuButton { id: MENU, title: Some(name), icon: Some(Icon::Branch), label, class: "branch-button" };
    let content = html! {
        <>
            <p class="note">{ page.word("timeline.branches-why") }</p>
            for branch in branches {
                { item(page, branch) }
            }
        </>
    };
    menu(button, content)
}

/// What was done differently on a branch, and the time that it covers.
fn item(page: &Page, branch: &BranchLine) -> Html {
    let interval = Text::key("timeline.branch-interval")
        .with("from", Arg::Time(branch.from))
        .with("until", Arg::Time(branch.until));
    let title = html! {
        <>
            { i64::from(branch.id) + 1 }{ ". " }{ page.text(&branch.label) }
            if branch.current {
                <span class="badge">{ page.word("timeline.branch-current") }</span>
            }
        </>
    };
    let go = page.does(Command::SwitchBranch { branch: branch.id });
    menu_item(MENU, &branch.id.to_string(), branch.current, go, item_words(title, Some(page.text(&interval))))
}
