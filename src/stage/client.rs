//! A client outside the ring, with its last operations.

use super::geometry::{Rect, Variant};
use crate::part::{Page, class, when};
use crate::store::{Dialog, ViewChange};
use crate::words::milliseconds;
use consistory_kernel::Time;
use consistory_scene::{Arg, Client, ClientOperation, OperationState, Text};
use consistory_session::Selection;
use yew::prelude::*;

/// A chip lower than that shows the name and how its last operation stands, in CSS pixels.
const SMALL: f64 = 50.0;

/// A client and what it waits for.
pub(crate) fn client_chip(page: &Page, client: &Client, rect: Rect, variant: Variant, selected: bool) -> Html {
    let now = page.read(|session| session.now());
    let small = rect.height < SMALL;
    let rows = match variant {
        Variant::Full | Variant::Medium => 2,
        Variant::Compact | Variant::Mini => 1,
    };
    let id = client.id;
    let select = page.does(ViewChange::Select((!selected).then_some(Selection::Process(id))));
    let request = {
        let store = page.store().clone();
        Callback::from(move |_: MouseEvent| {
            store.change(ViewChange::Select(Some(Selection::Process(id))));
            store.change(ViewChange::Open(Dialog::Request));
        })
    };
    let skipped = client.operations.len().saturating_sub(rows);
    let sends = page.text(&Text::key("stage.request").with("client", Arg::Plain(client.name.clone())));
    html! {
        <section key={id.0} class={class(&["client", when(selected, "client-selected"), when(small, "client-small")])} style={rect.style()} aria-label={client.name.clone()}>
            <div class="client-head">
                <button type="button" class="client-name" onclick={select} aria-pressed={selected.to_string()}>{ client.name.clone() }</button>
                if small {
                    if let Some(last) = client.operations.last() {
                        <span class={class(&["operation", state_class(last.state)])} title={page.text(&last.label)}>{ mark(last.state) }</span>
                    }
                }
                <button type="button" class="client-request" onclick={request} aria-label={sends.clone()} title={sends}>{ "+" }</button>
            </div>
            if !small {
            <ul class="client-operations">
                for (index, operation) in client.operations.iter().enumerate().skip(skipped) {
                    <li key={index} class={class(&["operation", state_class(operation.state)])}>{ line(page, operation, now, variant) }</li>
                }
                if client.operations.is_empty() {
                    <li key="none" class="operation operation-none">{ page.word("stage.no-operation") }</li>
                }
            </ul>
            }
        </section>
    }
}

fn line(page: &Page, operation: &ClientOperation, now: Time, variant: Variant) -> Html {
    let waited = milliseconds(page.language(), now.saturating_sub(operation.invoked_at));
    let waiting = Text::key("stage.waiting").with("time", Arg::Plain(waited.clone()));
    let said = match operation.state {
        OperationState::Pending => Some(page.text(&waiting)),
        OperationState::Unknown => Some(page.word("stage.unknown")),
        OperationState::Failed => Some(page.word("stage.failed")),
        OperationState::Ok => None,
    };
    let is_pending = operation.state == OperationState::Pending;
    let shown = match variant {
        Variant::Full | Variant::Medium => said.clone(),
        Variant::Compact | Variant::Mini => is_pending.then_some(waited),
    };
    let label = page.text(&operation.label);
    let title = said.map_or_else(|| label.clone(), |said| format!("{label} · {said}"));
    html! {
        <>
            <span class="operation-mark" aria-hidden="true">{ mark(operation.state) }</span>
            <span class="operation-label" {title}>{ label }</span>
            if let Some(shown) = shown {
                <span class="operation-state">{ shown }</span>
            }
        </>
    }
}

fn mark(state: OperationState) -> &'static str {
    match state {
        OperationState::Pending => "…",
        OperationState::Ok => "✓",
        OperationState::Failed => "✗",
        OperationState::Unknown => "?",
    }
}

fn state_class(state: OperationState) -> &'static str {
    match state {
        OperationState::Pending => "operation-pending",
        OperationState::Ok => "operation-ok",
        OperationState::Failed => "operation-failed",
        OperationState::Unknown => "operation-unknown",
    }
}
