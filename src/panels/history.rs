//! The clients' history: what each asked, when, and what it knows of the outcome.

use super::pieces::empty;
use crate::part::{Page, Part, Reads, class};
use consistory_scene::{Arg, Client, ClientOperation, OperationState, Text};
use consistory_session::Topics;
use std::cmp::Reverse;
use yew::prelude::*;

/// The class, the symbol and the word of a state: never colour alone.
fn state(state: OperationState) -> (&'static str, &'static str, &'static str) {
    match state {
        OperationState::Pending => ("state-pending", "…", "history.pending"),
        OperationState::Ok => ("state-good", "✓", "history.ok"),
        OperationState::Failed => ("state-bad", "✗", "history.failed"),
        OperationState::Unknown => ("state-unknown", "?", "history.unknown"),
    }
}

fn interval(operation: &ClientOperation) -> Text {
    let from = Arg::Time(operation.invoked_at);
    match operation.ended_at {
        Some(until) => Text::key("history.interval").with("from", from).with("until", Arg::Time(until)),
        None => Text::key("history.open-interval").with("from", from),
    }
}

/// An operation with its client and its place among that client's.
type Numbered<'scene> = (usize, &'scene Client, &'scene ClientOperation);

/// Newest first. Few are kept of each client, so each is simply put where it belongs.
fn sorted(clients: &[Client]) -> Vec<Numbered<'_>> {
    let order = |(_, client, operation): &Numbered| (Reverse(operation.invoked_at), client.id);
    let mut sorted: Vec<Numbered> = Vec::new();
    for client in clients {
        for (number, operation) in client.operations.iter().enumerate() {
            let row = (number, client, operation);
            let place = sorted.partition_point(|other| order(other) <= order(&row));
            sorted.insert(place, row);
        }
    }
    sorted
}

fn row_html(page: &Page, (number, client, operation): Numbered) -> Html {
    let (class_name, symbol, name) = state(operation.state);
    html! {
        <tr key={format!("{}-{number}", client.id.0)}>
            <td class="history-client">{ client.name.clone() }</td>
            <td>{ page.text(&operation.label) }</td>
            <td class="history-time">{ page.text(&interval(operation)) }</td>
            <td class={class(&["history-state", class_name])}><span aria-hidden="true">{ symbol }</span>{ " " }{ page.word(name) }</td>
        </tr>
    }
}

/// Operations of all clients, newest first.
pub(crate) struct History;

impl Part for History {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        let operations = sorted(&scene.clients);
        if operations.is_empty() {
            return empty(page, if scene.clients.is_empty() { "history.no-clients" } else { "history.empty" });
        }
        html! {
            <div class="scroll-x" tabindex="0" role="region" aria-label={page.word("history.caption")}>
                <table class="history">
                    <thead>
                        <tr>
                            for heading in ["history.client", "history.operation", "history.time", "history.state"] {
                                <th key={heading} scope="col">{ page.word(heading) }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for row in operations {
                            { row_html(page, row) }
                        }
                    </tbody>
                </table>
            </div>
        }
    }
}
