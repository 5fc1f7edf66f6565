//! A client's request: who asks, what, and whom first.

use crate::panels::form::{Choice, choices, entered, label, main_button};
use crate::part::{Page, Part, Reads, State};
use crate::store::{Store, ViewChange};
use consistory_kernel::ProcessId;
use consistory_scene::Scene;
use consistory_session::{Command, EditCommand, Problem, Selection, check_operation};
use std::rc::Rc;
use yew::prelude::*;

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
            Some(Selection::Message(_) | Selection::Step(_) | Selection::Entry(..)) | None => None,
        };
        let client = scene.clients.iter().find(|client| Some(client.id) == chosen).or(scene.clients.first())?;
        let target = chosen.filter(|id| scene.card(*id).is_some());
        let forms = store.read(|session| session.forms());
        // What changes something comes first, where there is more than looking.
        let operation = forms.iter().find(|form| !form.starts_with("read")).or(forms.first())?;
        Some(Self { client: client.id, operation: (*operation).to_owned(), target })
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

fn choice(id: ProcessId, name: &str) -> Choice {
    (id.0.to_string(), name.to_owned())
}

/// The dialog's content. Not a form element: a sandboxed frame forbids forms.
pub(crate) struct Request {
    /// None where the run has no clients.
    draft: State<Option<Draft>>,
    refused: State<Option<Problem>>,
}

impl Request {
    /// Proposes the selected client, or the selected node to be asked first.
    pub(crate) fn new(page: &Page) -> Self {
        let scene = page.read(|session| session.scene());
        Self { draft: page.state(Draft::new(page, &scene)), refused: page.state(None) }
    }

    /// A label and the list of processes that it names.
    fn processes(
        &self,
        page: &Page,
        (id, title): (&'static str, &'static str),
        (list, chosen): (Vec<Choice>, Option<ProcessId>),
        change: fn(&mut Draft, Option<ProcessId>),
    ) -> Html {
        let draft = self.draft.clone();
        let onchange = Callback::from(move |event: Event| {
            let chosen = entered(&event).parse().ok().map(ProcessId);
            let mut changed = draft.get();
            if let Some(draft) = &mut changed {
                change(draft, chosen);
            }
            draft.set(changed);
        });
        let chosen = chosen.map(|id| id.0.to_string()).unwrap_or_default();
        html! {
            <>
                { label(page, "", id, title) }
                { choices(Some(id.to_owned()), None, list, &chosen, onchange) }
            </>
        }
    }

    /// What writes another operation into the form.
    fn write(&self) -> Rc<dyn Fn(String)> {
        let (draft, refused) = (self.draft.clone(), self.refused.clone());
        Rc::new(move |operation| {
            refused.set(None);
            draft.set(draft.get().map(|present| Draft { operation, ..present }));
        })
    }

    /// What sends the request.
    fn send(&self, page: &Page) -> Rc<dyn Fn()> {
        let (store, draft, refused) = (page.store().clone(), self.draft.clone(), self.refused.clone());
        Rc::new(move || match draft.get().map(|draft| draft.send(&store)) {
            Some(Err(problem)) => refused.set(Some(problem)),
            Some(Ok(())) => store.change(ViewChange::CloseDialog),
            None => {}
        })
    }

    /// The operation in words, what is wrong with it, and examples.
    fn operation(&self, page: &Page, operation: String, problem: Option<String>, send: Rc<dyn Fn()>) -> Html {
        let forms = page.read(|session| session.forms());
        let write = self.write();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !event.is_composing() {
                send();
            }
        });
        let example = |example: &'static str| {
            let write = write.clone();
            let onclick = Callback::from(move |_: MouseEvent| write(example.to_owned()));
            html! {
                <button key={example} type="button" class="button button-small button-code" {onclick}>{ example }</button>
            }
        };
        let examples = forms.iter().copied().map(example);
        let examples: Html = examples.collect();
        let oninput = Callback::from(move |event: InputEvent| write(entered(&event)));
        html! {
            <div>
                <input
                    id="request-operation"
                    class="input"
                    autofocus=true
                    value={operation}
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    aria-invalid={problem.is_some().then_some("true")}
                    aria-describedby="request-problem"
                    {oninput}
                    {onkeydown}
                />
                <p id="request-problem" class="field-problem" aria-live="polite">{ problem }</p>
                <div class="actions" role="group" aria-label={page.word("request.examples")}>{ examples }</div>
            </div>
        }
    }
}

impl Part for Request {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let Some(Draft { client, operation, target }) = self.draft.get() else {
            return html! { <p class="empty">{ page.word("request.no-clients") }</p> };
        };
        let (scene, protocol) = page.read(|session| (session.scene(), session.protocol()));
        let wrong = self.refused.get().or_else(|| check_operation(protocol, operation.trim()).err());
        let said = wrong.map(|problem| page.text(&problem.text));
        let clients = scene.clients.iter().map(|client| choice(client.id, &client.name)).collect();
        let any = (String::new(), page.word("request.any"));
        let nodes = scene.cards.iter().map(|card| choice(card.id, &card.name));
        let nodes = std::iter::once(any).chain(nodes).collect();
        let send = self.send(page);
        let sends = said.is_none();
        let onclick = {
            let send = send.clone();
            Callback::from(move |_| send())
        };
        html! {
            <div class="form">
                { self.processes(page, ("request-client", "request.client"), (clients, Some(client)), |draft, id| {
                    draft.client = id.unwrap_or(draft.client);
                }) }
                { label(page, "", "request-operation", "request.operation") }
                { self.operation(page, operation, said, send) }
                { self.processes(page, ("request-target", "request.target"), (nodes, target), |draft, id| {
                    draft.target = id;
                }) }
                <div class="form-foot">{ main_button(page, "request.send", sends, None, onclick) }</div>
            </div>
        }
    }
}
