//! Why, and why not: what is so, the rule that decides it, the numbers, and the event that made it so.

use super::pieces::{button, subtitle};
use crate::part::{Page, Part, Reads};
use crate::store::ViewChange;
use consistory_scene::{Subject, Why};
use consistory_session::{Selection, Topics};
use yew::prelude::*;

/// The answers about the selection.
pub(crate) struct Answers;

impl Part for Answers {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE).and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        page.look(|view| view.selection).map_or_else(Html::default, |selection| answers(page, selection))
    }
}

/// What is so, the rule that decides it, the numbers, and the event that made it so.
fn answers(page: &Page, selection: Selection) -> Html {
    let subject = match selection {
        Selection::Process(id) => {
            let is_node = page.read(|session| session.scene().card(id).is_some());
            if is_node { Subject::Node(id) } else { Subject::Operation(id) }
        }
        Selection::Entry(id, index) => Subject::Entry(id, u64::from(index)),
        Selection::Message(_) | Selection::Step(_) => return Html::default(),
    };
    let answers = page.read(|session| session.why(subject));
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
