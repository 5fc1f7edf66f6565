//! Notices: what could not be done, and what is worth knowing, until the reader dismisses it.

use super::{Icon, icon_button};
use crate::part::{Page, Part, Reads};
use crate::store::{Notice, NoticeKind, Store, ViewChange};
use consistory_scene::{Arg, Text};
use consistory_session::Problem;
use yew::prelude::*;

/// The sentence of a problem, with its line and column where it has them.
pub(crate) fn problem_sentence(store: &Store, problem: &Problem) -> String {
    let sentence = store.text(&problem.text);
    let (Some(line), Some(column)) = (problem.line, problem.column) else { return sentence };
    let placed = Text::key("share.problem-place")
        .with("line", Arg::Number(i64::from(line)))
        .with("column", Arg::Number(i64::from(column)))
        .with("problem", Arg::Plain(sentence));
    store.text(&placed)
}

fn notice_box(page: &Page, notice: &Notice) -> Html {
    let (class, role, symbol) = match notice.kind {
        NoticeKind::Info => ("notice notice-info", "status", "i"),
        NoticeKind::Problem => ("notice notice-problem", "alert", "!"),
    };
    html! {
        <div key={notice.id} {class} {role}>
            <span class="notice-symbol" aria-hidden="true">{ symbol }</span>
            <p class="notice-text">{ problem_sentence(page, &notice.problem) }</p>
            { icon_button(page, Icon::Close, "notice.dismiss", page.does(ViewChange::DismissNotice(notice.id))) }
        </div>
    }
}

/// All notices, the newest last.
pub(crate) struct Notices;

impl Part for Notices {
    fn reads(&self) -> Reads {
        Reads::VIEW
    }

    fn draw(&mut self, page: &Page) -> Html {
        let notices = page.view().notices;
        html! {
            <div class="notices" role="region" aria-label={page.word("notice.label")}>
                for notice in &notices {
                    { notice_box(page, notice) }
                }
            </div>
        }
    }
}
