//! Notices: what could not be done, and what is worth knowing, until the reader dismisses it.

use super::{Icon, icon};
use crate::store::{Notice, NoticeKind, ViewChange, use_settings, use_store, use_view};
use crate::words::{text, word};
use consistory_scene::{Arg, Text};
use consistory_session::Problem;
use consistory_session::words::Language;
use yew::prelude::*;

/// The sentence of a problem, with its line and column where it has them.
pub(crate) fn problem_sentence(language: Language, problem: &Problem) -> String {
    let sentence = text(language, &problem.text);
    let (Some(line), Some(column)) = (problem.line, problem.column) else { return sentence };
    let placed = Text::key("share.problem-place")
        .with("line", Arg::Number(i64::from(line)))
        .with("column", Arg::Number(i64::from(column)))
        .with("problem", Arg::Plain(sentence));
    text(language, &placed)
}

/// What [`NoticeBox`] needs.
#[derive(Properties, PartialEq)]
struct NoticeBoxProps {
    notice: Notice,
}

#[component]
fn NoticeBox(props: &NoticeBoxProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let id = props.notice.id;
    let (class, role, symbol) = match props.notice.kind {
        NoticeKind::Info => ("notice notice-info", "status", "i"),
        NoticeKind::Problem => ("notice notice-problem", "alert", "!"),
    };
    let dismiss = Callback::from(move |_| store.change(ViewChange::DismissNotice(id)));
    html! {
        <div {class} {role}>
            <span class="notice-symbol" aria-hidden="true">{ symbol }</span>
            <p class="notice-text">{ problem_sentence(language, &props.notice.problem) }</p>
            <button type="button" class="button button-icon" onclick={dismiss} aria-label={word(language, "notice.dismiss")} title={word(language, "notice.dismiss")}>
                { icon(Icon::Close) }
            </button>
        </div>
    }
}

/// All notices, the newest last.
#[component]
pub(crate) fn Notices() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let notices = use_view(&store).notices;
    html! {
        <div class="notices" role="region" aria-label={word(language, "notice.label")}>
            for notice in &notices {
                <NoticeBox key={notice.id} notice={notice.clone()} />
            }
        </div>
    }
}
