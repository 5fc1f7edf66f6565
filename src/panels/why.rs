//! Why, and why not: what is so, the rule that decides it, the numbers, and the event that made it so.

use super::pieces::{button, subtitle};
use crate::part::{Page, Part, Reads};
use crate::store::ViewChange;
use consistory_kernel::StepId;
use consistory_scene::{Subject, Why};
use consistory_session::because::why_step;
use consistory_session::{Selection, Topics};
use yew::prelude::*;

/// The answers about the selection.
#[derive(Default)]
pub(crate) struct Answers {
    /// What was said last of an event: it stays true, and finding it out takes longer than a frame should.
    told: Option<(Asked, Vec<Why>)>,
}

/// An event that was asked about: in which run, on which branch, and whether it has happened at the cursor.
type Asked = (u32, u32, StepId, bool);

impl Answers {
    fn of_step(&mut self, page: &Page, step: StepId) -> Vec<Why> {
        let asked = page.read(|session| (page.runs(), session.here().branch, step, step < session.step()));
        match &self.told {
            Some((known, answers)) if *known == asked => answers.clone(),
            Some(_) | None => {
                let answers = page.read(|session| why_step(session, step));
                self.told = Some((asked, answers.clone()));
                answers
            }
        }
    }
}

impl Part for Answers {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let now = |subject| page.read(|session| session.why(subject));
        let answers = match page.look(|view| view.selection) {
            Some(Selection::Process(id)) => {
                let is_node = page.read(|session| session.scene().card(id).is_some());
                now(if is_node { Subject::Node(id) } else { Subject::Operation(id) })
            }
            Some(Selection::Entry(id, index)) => now(Subject::Entry(id, u64::from(index))),
            Some(Selection::Step(step)) => self.of_step(page, step),
            Some(Selection::Message(_)) | None => Vec::new(),
        };
        answers_html(page, &answers)
    }
}

/// What is so, the rule that decides it, the numbers, and the event that made it so.
fn answers_html(page: &Page, answers: &[Why]) -> Html {
    if answers.is_empty() {
        return Html::default();
    }
    html! {
        <div class="answers">
            { subtitle(page, "inspector.why-so") }
            for (position, answer) in answers.iter().enumerate() {
                { answer_html(page, position, answer) }
            }
        </div>
    }
}

fn answer_html(page: &Page, position: usize, answer: &Why) -> Html {
    html! {
        <details key={position} class="answer" open={position == 0}>
            <summary>{ page.text(&answer.claim) }</summary>
            <ul class="answer-facts">
                for (place, fact) in answer.facts.iter().enumerate() {
                    <li key={place}>{ page.text(fact) }</li>
                }
            </ul>
            <p class="note answer-rule">{ page.text(&answer.rule) }{ " " }<span class="answer-source">{ answer.source }</span></p>
            if let Some(step) = answer.since {
                { button(page, "button button-small", "inspector.since", page.does(ViewChange::Select(Some(Selection::Step(step))))) }
            }
        </details>
    }
}
