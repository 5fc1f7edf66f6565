//! The log matrix: a row per node, a column per index, and what the leader knows of each follower.

use super::pieces::{empty, line_button};
use super::tone_class;
use crate::part::{Page, Part, Reads, class, when};
use crate::store::ViewChange;
use consistory_scene::{Arg, Cell, LogKind, Matrix, MatrixRow, Text};
use consistory_session::{Selection, Topics};
use yew::prelude::*;

fn cell_title(page: &Page, kind: LogKind, cell: &Cell) -> String {
    let (place, committed, uncommitted) = match kind {
        LogKind::Entries => ("matrix.cell", "matrix.committed", "matrix.uncommitted"),
        LogKind::Records => ("matrix.record", "matrix.stable", "matrix.volatile"),
    };
    let place = Text::key(place)
        .with("index", Arg::Number(i64::from(cell.index)))
        .with("term", Arg::Plain(cell.label.clone()))
        .with("title", Arg::Plain(page.text(&cell.title)));
    let mut title = page.text(&place);
    let mut say = |word| {
        title.push_str(", ");
        title.push_str(&page.word(word));
    };
    say(if cell.committed { committed } else { uncommitted });
    if cell.applied {
        say("matrix.applied");
    }
    title
}

/// A cell of a log; an empty place where there is none.
pub(super) fn cell_html(page: &Page, kind: LogKind, cell: Option<&Cell>) -> Html {
    let Some(cell) = cell else {
        return html! { <span class="cell cell-empty"><span class="sr-only">{ page.word("matrix.empty-cell") }</span></span> };
    };
    let class = class(&[
        "cell",
        tone_class(cell.tone),
        if cell.committed { "cell-committed" } else { "cell-open" },
        when(cell.applied, "cell-applied"),
    ]);
    let title = cell_title(page, kind, cell);
    html! {
        <span {class} title={title.clone()}>
            <span aria-hidden="true">{ cell.label.clone() }</span>
            <span class="sr-only">{ title }</span>
        </span>
    }
}

/// A cell as a button that asks why it is so.
fn entry(page: &Page, kind: LogKind, row: &MatrixRow, index: u32) -> Html {
    let Some(cell) = row.cells.iter().find(|cell| cell.index == index) else { return cell_html(page, kind, None) };
    let ask = page.does(ViewChange::Select(Some(Selection::Entry(row.id, index))));
    let point = |to| page.does(ViewChange::Point(to));
    let here = Some(Selection::Entry(row.id, index));
    html! {
        <span onmouseenter={point(here)} onmouseleave={point(None)}>
            { line_button("cell-button", None, None, cell_html(page, kind, Some(cell)), ask) }
        </span>
    }
}

fn row_html(page: &Page, matrix: &Matrix, row: &MatrixRow) -> Html {
    html! {
        <tr key={row.id.0}>
            <th scope="row" class={page.lit_process(row.id)}>{ row.name.clone() }</th>
            for index in matrix.first..matrix.first + matrix.columns {
                <td key={index}>{ entry(page, matrix.kind, row, index) }</td>
            }
            for (position, value) in row.extra.iter().enumerate() {
                <td key={position} class="matrix-extra">{ value.clone() }</td>
            }
        </tr>
    }
}

fn table(page: &Page, matrix: &Matrix) -> Html {
    html! {
        <table class="matrix">
            <thead>
                <tr>
                    <td class="matrix-corner"></td>
                    for index in matrix.first..matrix.first + matrix.columns {
                        <th key={index} scope="col">{ index }</th>
                    }
                    for (position, heading) in matrix.extra.iter().enumerate() {
                        <th key={position} scope="col" class="matrix-extra">{ page.text(heading) }</th>
                    }
                </tr>
            </thead>
            <tbody>
                for row in &matrix.rows {
                    { row_html(page, matrix, row) }
                }
            </tbody>
        </table>
    }
}

/// How cells look, and what that means.
fn legend(kind: LogKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        LogKind::Entries => &[
            ("cell cell-open tone-neutral", "matrix.legend-uncommitted"),
            ("cell cell-committed tone-neutral", "matrix.legend-committed"),
            ("cell cell-committed cell-applied tone-neutral", "matrix.legend-applied"),
        ],
        LogKind::Records => &[
            ("cell cell-open tone-neutral", "matrix.legend-volatile"),
            ("cell cell-committed tone-neutral", "matrix.legend-stable"),
        ],
    }
}

/// The logs of all nodes side by side.
pub(crate) struct LogMatrix;

impl Part for LogMatrix {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let Some(matrix) = page.read(|session| session.matrix()) else {
            return empty(page, "matrix.none");
        };
        if matrix.rows.iter().all(|row| row.cells.is_empty()) {
            return empty(page, "matrix.empty");
        }
        html! {
            <>
                <div class="scroll-x" tabindex="0" role="region" aria-label={page.word("matrix.caption")}>
                    { table(page, &matrix) }
                </div>
                <ul class="legend">
                    for (class, word) in legend(matrix.kind).iter().copied() {
                        <li key={word}><span {class} aria-hidden="true"></span>{ page.word(word) }</li>
                    }
                </ul>
            </>
        }
    }
}
