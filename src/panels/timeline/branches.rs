//! The branches of the run: acting in the past grew them, and any of them can be played again.

use crate::panels::Icon;
use crate::panels::menu::{Menu, MenuItem};
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
    html! {
        <Menu id={MENU} icon={Icon::Branch} title={name} {label} class="branch-button">
            <p class="note">{ page.word("timeline.branches-why") }</p>
            for branch in branches {
                <MenuItem
                    key={branch.id}
                    menu={MENU}
                    current={branch.current}
                    onclick={page.does(Command::SwitchBranch { branch: branch.id })}
                >
                    { line(page, branch) }
                </MenuItem>
            }
        </Menu>
    }
}

/// What was done differently on a branch, and the time that it covers.
fn line(page: &Page, branch: &BranchLine) -> Html {
    let interval = Text::key("timeline.branch-interval")
        .with("from", Arg::Time(branch.from))
        .with("until", Arg::Time(branch.until));
    html! {
        <>
            <span class="menu-title">
                { i64::from(branch.id) + 1 }{ ". " }{ page.text(&branch.label) }
                if branch.current {
                    <span class="badge">{ page.word("timeline.branch-current") }</span>
                }
            </span>
            <span class="menu-summary">{ page.text(&interval) }</span>
        </>
    }
}
