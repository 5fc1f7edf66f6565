//! The clients' history: what each asked and saw on one axis of time, and which consistency models that satisfies.

mod bars;
mod verdicts;

use super::pieces::{empty, line_button};
use crate::part::{Act, Page, Part, Reads, State, class};
use crate::store::ViewChange;
use crate::words::process_name;
use consistory_kernel::StepId;
use consistory_scene::{Arg, OperationState, Text};
use consistory_session::history::{ClientHistory, SeenOperation};
use consistory_session::verdicts::{Verdicts, judge_clients};
use consistory_session::{Selection, Topics};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

/// Rows that the table shows; the bars show all.
const ROWS: usize = 100;

/// The class, the symbol and the word of a state: never colour alone.
fn state(state: OperationState) -> (&'static str, &'static str, &'static str) {
    match state {
        OperationState::Pending => ("state-pending", "…", "history.pending"),
        OperationState::Ok => ("state-good", "✓", "history.ok"),
        OperationState::Failed => ("state-bad", "✗", "history.failed"),
        OperationState::Unknown => ("state-unknown", "?", "history.unknown"),
    }
}

fn interval(operation: &SeenOperation) -> Text {
    let from = Arg::Time(operation.invoked_at);
    match operation.ended_at {
        Some(until) => Text::key("history.interval").with("from", from).with("until", Arg::Time(until)),
        None => Text::key("history.open-interval").with("from", from),
    }
}

/// The operations that stand out: those that contradict each other, and the one that the playing of an order is at.
struct Marked {
    conflict: Vec<usize>,
    played: Option<usize>,
}

impl Marked {
    fn class(&self, position: usize) -> &'static str {
        if self.played == Some(position) {
            "history-played"
        } else if self.conflict.contains(&position) {
            "history-conflict"
        } else {
            ""
        }
    }
}

/// A history with what was said of it.
#[derive(Clone, PartialEq)]
struct Judged {
    seen: Rc<ClientHistory>,
    verdicts: Rc<Verdicts>,
}

/// The history panel.
pub(crate) struct History {
    judged: State<Option<Judged>>,
    /// The model that is explained, by its position.
    chosen: State<Option<usize>>,
    /// Where the playing of an order is.
    played: State<verdicts::Played>,
    /// What was drawn last, and whether a judge is at work on it.
    seen: Option<Rc<ClientHistory>>,
    asked: State<bool>,
}

impl History {
    /// A panel that has judged nothing yet.
    pub(crate) fn new(page: &Page) -> Self {
        Self {
            judged: page.state(None),
            chosen: page.state(None),
            played: page.state(None),
            seen: None,
            asked: page.state(false),
        }
    }

    /// What is known of this history; operations that wait for an answer do not make it another one.
    fn verdicts_of(&self, seen: &ClientHistory) -> Option<Rc<Verdicts>> {
        self.judged.get().filter(|judged| judged.seen.history == seen.history).map(|judged| judged.verdicts)
    }

    fn table(page: &Page, seen: &ClientHistory, marked: &Marked) -> Html {
        let rows = seen.operations.iter().enumerate().rev().take(ROWS);
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
                        for (position, operation) in rows {
                            { row(page, position, operation, marked.class(position)) }
                        }
                    </tbody>
                </table>
            </div>
        }
    }
}

/// The event that tells the most of an operation: how it ended, and else how it began.
fn shown_step(operation: &SeenOperation) -> StepId {
    operation.last_step.unwrap_or(operation.step)
}

fn row(page: &Page, position: usize, operation: &SeenOperation, marked: &'static str) -> Html {
    let (class_name, symbol, name) = state(operation.state);
    let label = html! { { page.text(&operation.label) } };
    let step = shown_step(operation);
    let go = page.does(Act::Show(step));
    let point = |to| page.does(ViewChange::Point(to));
    let here = Some(Selection::Step(step));
    html! {
        <tr key={position} class={class(&[marked, page.lit(step)])} onmouseenter={point(here)} onmouseleave={point(None)}>
            <td class="history-client">{ process_name(page, operation.client) }</td>
            <td>{ line_button("line-button", Some(page.word("history.go")), None, label, go) }</td>
            <td class="history-time">{ page.text(&interval(operation)) }</td>
            <td class={class(&["history-state", class_name])}><span aria-hidden="true">{ symbol }</span>{ " " }{ page.word(name) }</td>
        </tr>
    }
}

impl Part for History {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let (clients, now, seen) = page.read(|session| {
            let seen = ClientHistory::of(session.turns(), session.object(), &session.fault_turns());
            (session.scene().clients.clone(), session.now(), Rc::new(seen))
        });
        self.seen = Some(seen.clone());
        if seen.operations.is_empty() {
            return empty(page, if clients.is_empty() { "history.no-clients" } else { "history.empty" });
        }
        let verdicts = self.verdicts_of(&seen);
        let chosen = self.chosen.get();
        let model = verdicts.as_ref().zip(chosen).and_then(|(verdicts, chosen)| verdicts.models.get(chosen));
        let played =
            self.played.get().and_then(|(number, place)| model?.witnesses.get(number)?.order.get(place).copied());
        let marked = Marked { conflict: model.map_or_else(Vec::new, |model| model.conflict.clone()), played };
        html! {
            <div class="client-history">
                { verdicts::panel(page, verdicts.as_deref(), &seen, &self.chosen, &self.played) }
                { bars::bars(page, &clients, &seen, now, &marked) }
                { Self::table(page, &seen, &marked) }
            </div>
        }
    }

    /// Judges in a task of its own, so that no frame waits for it.
    fn drawn(&mut self, _: &Page) {
        let Some(seen) = self.seen.clone().filter(|seen| !seen.operations.is_empty()) else { return };
        if self.asked.get() || self.verdicts_of(&seen).is_some() {
            return;
        }
        self.asked.set(true);
        let (judged, asked) = (self.judged.clone(), self.asked.clone());
        let judge = move || {
            let verdicts = Rc::new(judge_clients(&seen));
            asked.set(false);
            judged.set(Some(Judged { seen, verdicts }));
        };
        Timeout::new(0, judge).forget();
    }
}
