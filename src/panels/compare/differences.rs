//! What differs between the nodes on the two sides, as a table with a group of rows for each node.

use crate::panels::matrix::cell_html;
use crate::panels::pieces::empty;
use crate::part::Page;
use crate::words::process_name;
use consistory_scene::{Cell, LogKind, Status, Text};
use consistory_session::compare::{Change, NodeDiff};
use yew::prelude::*;

/// A name, and what it is on either side.
type Row = (String, Html, Html);

fn status_text(status: Status) -> Text {
    Text::key(match status {
        Status::Up => "status.up",
        Status::Crashed => "status.crashed",
        Status::Paused => "status.paused",
    })
}

fn words(page: &Page, value: Option<&Text>) -> Html {
    let said = value.map_or_else(|| page.word("compare.none"), |text| page.text(text));
    html! { { said } }
}

fn row_of_words(page: &Page, name: String, change: &Change<Text>) -> Row {
    (name, words(page, change.one.as_ref()), words(page, change.other.as_ref()))
}

/// Cells of a log, each with its index before it.
fn cells(page: &Page, kind: LogKind, cells: &[&Cell]) -> Html {
    if cells.is_empty() {
        return words(page, None);
    }
    html! {
        for cell in cells.iter().copied() {
            <span key={cell.index} class="compare-cell">
                <span class="compare-index" aria-hidden="true">{ cell.index }</span>
                { cell_html(page, kind, Some(cell)) }
            </span>
        }
    }
}

fn rows(page: &Page, node: &NodeDiff) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(Change { one, other }) = &node.status {
        let change = Change { one: one.map(status_text), other: other.map(status_text) };
        rows.push(row_of_words(page, page.word("compare.status"), &change));
    }
    for (name, change) in [("compare.role", &node.role), ("compare.badge", &node.badge)] {
        rows.extend(change.as_ref().map(|change| row_of_words(page, page.word(name), change)));
    }
    if !node.log.is_empty() {
        let one: Vec<&Cell> = node.log.iter().filter_map(|change| change.one.as_ref()).collect();
        let other: Vec<&Cell> = node.log.iter().filter_map(|change| change.other.as_ref()).collect();
        let kind = page.read(|session| session.matrix()).map(|matrix| matrix.kind).unwrap_or_default();
        rows.push((page.word("compare.log"), cells(page, kind, &one), cells(page, kind, &other)));
    }
    rows.extend(node.fields.iter().map(|(name, change)| row_of_words(page, page.text(name), change)));
    rows
}

fn group(page: &Page, node: &NodeDiff) -> Html {
    html! {
        <tbody key={node.id.0}>
            <tr>
                <th scope="rowgroup" colspan="3" class="compare-node">{ process_name(page, node.id) }</th>
            </tr>
            for (position, (name, one, other)) in rows(page, node).into_iter().enumerate() {
                <tr key={position}>
                    <th scope="row">{ name }</th>
                    <td>{ one }</td>
                    <td>{ other }</td>
                </tr>
            }
        </tbody>
    }
}

/// The table, or that nothing differs. The headings name the two sides.
pub(super) fn differences(page: &Page, nodes: &[NodeDiff], headings: [String; 2]) -> Html {
    if nodes.is_empty() {
        return empty(page, "compare.nothing");
    }
    let [one, other] = headings;
    html! {
        <div class="scroll-x" tabindex="0" role="region" aria-label={page.word("compare.caption")}>
            <table class="compare-table">
                <thead>
                    <tr>
                        <th scope="col">{ page.word("compare.field") }</th>
                        <th scope="col">{ one }</th>
                        <th scope="col">{ other }</th>
                    </tr>
                </thead>
                for node in nodes {
                    { group(page, node) }
                }
            </table>
        </div>
    }
}
