//! A client's request: who asks, what, and whom first.

use crate::store::{Store, ViewChange, use_settings, use_store};
use crate::words::{text, word};
use consistory_kernel::ProcessId;
use consistory_scene::Scene;
use consistory_session::{Command, EditCommand, Problem, Selection, check_operation};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Operations that the form proposes, where the protocol understands them.
const EXAMPLES: [&str; 4] = ["write x 1", "read x", "cas x 1 2", "append x 3"];

/// What the form holds.
#[derive(Clone, PartialEq)]
struct Draft {
    client: ProcessId,
    operation: String,
    target: Option<ProcessId>,
}

impl Draft {
    fn new(store: &Store, scene: &Scene) -> Option<Self> {
        let selected = store.look(|view| view.selection);
        let chosen = match selected {
            Some(Selection::Process(id)) => Some(id),
            Some(Selection::Message(_) | Selection::Step(_)) | None => None,
        };
        let client = scene.clients.iter().find(|client| Some(client.id) == chosen).or(scene.clients.first())?;
        let target = chosen.filter(|id| scene.card(*id).is_some());
        Some(Self { client: client.id, operation: EXAMPLES[0].to_owned(), target })
    }

    fn send(&self, store: &Store) -> Result<(), Problem> {
        let invoke = EditCommand::Invoke {
            client: self.client,
            operation: self.operation.trim().to_owned(),
            target: self.target,
        };
        store.try_apply(Command::Edit(invoke))
    }
}

fn parse_id(value: &str) -> Option<ProcessId> {
    value.parse().ok().map(ProcessId)
}

/// What [`ProcessSelect`] needs.
#[derive(Properties, PartialEq)]
struct ProcessSelectProps {
    id: &'static str,
    /// The word for choosing none, where that is possible.
    #[prop_or_default]
    none: Option<AttrValue>,
    options: Vec<(ProcessId, String)>,
    selected: Option<ProcessId>,
    on_select: Callback<Option<ProcessId>>,
}

#[component]
fn ProcessSelect(props: &ProcessSelectProps) -> Html {
    let onchange = props.on_select.reform(|event: Event| {
        event.target_dyn_into::<HtmlSelectElement>().and_then(|select| parse_id(&select.value()))
    });
    html! {
        <select id={props.id} class="select" {onchange}>
            if let Some(none) = &props.none {
                <option key="none" value="" selected={props.selected.is_none()}>{ none.clone() }</option>
            }
            for (id, name) in &props.options {
                <option key={id.0} value={id.0.to_string()} selected={props.selected == Some(*id)}>{ name.clone() }</option>
            }
        </select>
    }
}

/// What [`OperationField`] needs.
#[derive(Properties, PartialEq)]
struct OperationFieldProps {
    operation: String,
    problem: Option<String>,
    on_write: Callback<String>,
    on_send: Callback<()>,
}

/// The operation in words, what is wrong with it, and examples. Not a form element: a sandboxed frame forbids forms.
#[component]
fn OperationField(props: &OperationFieldProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let protocol = store.read(|session| session.protocol());
    let on_send = props.on_send.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            on_send.emit(());
        }
    });
    let oninput = props.on_write.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default()
    });
    html! {
        <div>
            <input
                id="request-operation"
                class="input"
                autofocus=true
                value={props.operation.clone()}
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                aria-invalid={props.problem.is_some().then_some("true")}
                aria-describedby="request-problem"
                {oninput}
                {onkeydown}
            />
            <p id="request-problem" class="field-problem" aria-live="polite">{ props.problem.clone() }</p>
            <div class="actions" role="group" aria-label={word(language, "request.examples")}>
                for example in EXAMPLES.into_iter().filter(|example| check_operation(protocol, example).is_ok()) {
                    <button key={example} type="button" class="button button-small button-code" onclick={props.on_write.reform(move |_| example.to_owned())}>{ example }</button>
                }
            </div>
        </div>
    }
}

/// The dialog's content.
#[component]
pub(crate) fn Request() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let (scene, protocol) = store.read(|session| (session.scene(), session.protocol()));
    let draft = use_state_eq(|| Draft::new(&store, &scene));
    let refused = use_state_eq(|| None::<Problem>);
    let Some(present) = (*draft).clone() else {
        return html! { <p class="empty">{ word(language, "request.no-clients") }</p> };
    };
    let edit = |change: fn(&mut Draft, Option<ProcessId>)| {
        let (draft, present) = (draft.clone(), present.clone());
        Callback::from(move |id: Option<ProcessId>| {
            let mut changed = present.clone();
            change(&mut changed, id);
            draft.set(Some(changed));
        })
    };
    let write = {
        let (draft, refused, present) = (draft.clone(), refused.clone(), present.clone());
        Callback::from(move |operation: String| {
            refused.set(None);
            draft.set(Some(Draft { operation, ..present.clone() }));
        })
    };
    let wrong = (*refused).clone().or_else(|| check_operation(protocol, present.operation.trim()).err());
    let send = {
        let (store, present, refused) = (store.clone(), present.clone(), refused.clone());
        Callback::from(move |()| match present.send(&store) {
            Ok(()) => store.change(ViewChange::CloseDialog),
            Err(problem) => refused.set(Some(problem)),
        })
    };
    let clients: Vec<_> = scene.clients.iter().map(|client| (client.id, client.name.clone())).collect();
    let nodes: Vec<_> = scene.cards.iter().map(|card| (card.id, card.name.clone())).collect();
    let said = wrong.as_ref().map(|problem| text(language, &problem.text));
    html! {
        <div class="form">
            <label for="request-client">{ word(language, "request.client") }</label>
            <ProcessSelect id="request-client" options={clients} selected={Some(present.client)} on_select={edit(|draft, id| draft.client = id.unwrap_or(draft.client))} />
            <label for="request-operation">{ word(language, "request.operation") }</label>
            <OperationField operation={present.operation.clone()} problem={said.clone()} on_write={write} on_send={send.clone()} />
            <label for="request-target">{ word(language, "request.target") }</label>
            <ProcessSelect id="request-target" none={word(language, "request.any")} options={nodes} selected={present.target} on_select={edit(|draft, id| draft.target = id)} />
            <div class="form-foot">
                <button type="button" class="button button-primary" disabled={said.is_some()} onclick={send.reform(|_| ())}>{ word(language, "request.send") }</button>
            </div>
        </div>
    }
}
