//! The clients' history: what each asked, when, and what it knows of the outcome.

use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_scene::{Arg, Client, ClientOperation, OperationState, Text};
use consistory_session::Topics;
use consistory_session::words::Language;
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

fn row(language: Language, key: String, client: &Client, operation: &ClientOperation) -> Html {
    let (class, symbol, name) = state(operation.state);
    html! {
        <tr {key}>
            <td class="history-client">{ client.name.clone() }</td>
            <td>{ text(language, &operation.label) }</td>
            <td class="history-time">{ text(language, &interval(operation)) }</td>
            <td class={classes!("history-state", class)}><span aria-hidden="true">{ symbol }</span>{ " " }{ word(language, name) }</td>
        </tr>
    }
}

/// Operations of all clients, newest first.
#[component]
pub(crate) fn History() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    if scene.clients.is_empty() {
        return html! { <p class="empty">{ word(language, "history.no-clients") }</p> };
    }
    let mut operations: Vec<(String, &Client, &ClientOperation)> = Vec::new();
    for client in &scene.clients {
        let numbered = client.operations.iter().enumerate();
        operations.extend(numbered.map(|(number, operation)| (format!("{}-{number}", client.id.0), client, operation)));
    }
    if operations.is_empty() {
        return html! { <p class="empty">{ word(language, "history.empty") }</p> };
    }
    operations.sort_by_key(|(_, client, operation)| (std::cmp::Reverse(operation.invoked_at), client.id));
    html! {
        <div class="scroll-x" tabindex="0" role="region" aria-label={word(language, "history.caption")}>
            <table class="history">
                <thead>
                    <tr>
                        <th scope="col">{ word(language, "history.client") }</th>
                        <th scope="col">{ word(language, "history.operation") }</th>
                        <th scope="col">{ word(language, "history.time") }</th>
                        <th scope="col">{ word(language, "history.state") }</th>
                    </tr>
                </thead>
                <tbody>
                    for (key, client, operation) in operations {
                        { row(language, key, client, operation) }
                    }
                </tbody>
            </table>
        </div>
    }
}
