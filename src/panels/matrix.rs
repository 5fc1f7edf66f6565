//! The log matrix: a row per node, a column per index, and what the leader knows of each follower.

use super::tone_class;
use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_scene::{Arg, Cell, Matrix, MatrixRow, Text};
use consistory_session::Topics;
use consistory_session::words::Language;
use yew::prelude::*;

fn cell_title(language: Language, cell: &Cell) -> String {
    let place = Text::key("matrix.cell")
        .with("index", Arg::Number(i64::from(cell.index)))
        .with("term", Arg::Plain(cell.label.clone()))
        .with("title", Arg::Plain(text(language, &cell.title)));
    let state = if cell.committed { "matrix.committed" } else { "matrix.uncommitted" };
    let applied = if cell.applied { format!(", {}", word(language, "matrix.applied")) } else { String::new() };
    format!("{}, {}{applied}", text(language, &place), word(language, state))
}

fn cell_html(language: Language, cell: Option<&Cell>) -> Html {
    let Some(cell) = cell else {
        return html! { <span class="cell cell-empty"><span class="sr-only">{ word(language, "matrix.empty-cell") }</span></span> };
    };
    let class = classes!(
        "cell",
        tone_class(cell.tone),
        if cell.committed { "cell-committed" } else { "cell-open" },
        cell.applied.then_some("cell-applied")
    );
    let title = cell_title(language, cell);
    html! {
        <span {class} title={title.clone()}>
            <span aria-hidden="true">{ cell.label.clone() }</span>
            <span class="sr-only">{ title }</span>
        </span>
    }
}

fn row_html(language: Language, matrix: &Matrix, row: &MatrixRow) -> Html {
    let columns = matrix.first..matrix.first + matrix.columns;
    html! {
        <tr key={row.id.0}>
            <th scope="row">{ row.name.clone() }</th>
            for index in columns {
                <td key={index}>{ cell_html(language, row.cells.iter().find(|cell| cell.index == index)) }</td>
            }
            for (position, value) in row.extra.iter().enumerate() {
                <td key={format!("extra-{position}")} class="matrix-extra">{ value.clone() }</td>
            }
        </tr>
    }
}

/// The logs of all nodes side by side.
#[component]
pub(crate) fn LogMatrix() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let Some(matrix) = store.read(|session| session.matrix()) else {
        return html! { <p class="empty">{ word(language, "matrix.none") }</p> };
    };
    if matrix.rows.iter().all(|row| row.cells.is_empty()) {
        return html! { <p class="empty">{ word(language, "matrix.empty") }</p> };
    }
    html! {
        <>
            <div class="scroll-x" tabindex="0" role="region" aria-label={word(language, "matrix.caption")}>
                <table class="matrix">
                    <thead>
                        <tr>
                            <td class="matrix-corner"></td>
                            for index in matrix.first..matrix.first + matrix.columns {
                                <th key={index} scope="col">{ index }</th>
                            }
                            for (position, heading) in matrix.extra.iter().enumerate() {
                                <th key={format!("extra-{position}")} scope="col" class="matrix-extra">{ text(language, heading) }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for row in &matrix.rows {
                            { row_html(language, &matrix, row) }
                        }
                    </tbody>
                </table>
            </div>
            <ul class="legend">
                <li><span class="cell cell-open tone-neutral" aria-hidden="true"></span>{ word(language, "matrix.legend-uncommitted") }</li>
                <li><span class="cell cell-committed tone-neutral" aria-hidden="true"></span>{ word(language, "matrix.legend-committed") }</li>
                <li><span class="cell cell-committed cell-applied tone-neutral" aria-hidden="true"></span>{ word(language, "matrix.legend-applied") }</li>
            </ul>
        </>
    }
}
