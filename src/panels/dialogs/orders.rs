//! Forms that say statements of the scenario language: fields to fill, and buttons that say something with what they hold.

use crate::panels::form::{Choice, choices, entered, label};
use crate::panels::pieces::subtitle;
use crate::part::{Page, State};
use consistory_session::{Command, EditCommand, Problem};
use yew::prelude::*;

/// The most characters that a list beside another one can show.
const SHORT: usize = 14;

/// A field of a form.
pub(super) struct Field {
    /// Its id in the document.
    pub(super) id: &'static str,
    /// The word of its label.
    pub(super) title: &'static str,
    /// What can be chosen; a number is typed where there is nothing.
    pub(super) list: Vec<Choice>,
}

impl Field {
    /// A field for a number.
    pub(super) fn number(id: &'static str, title: &'static str) -> Self {
        Self { id, title, list: Vec::new() }
    }

    /// A list to choose from.
    pub(super) fn list(id: &'static str, title: &'static str, list: Vec<Choice>) -> Self {
        Self { id, title, list }
    }
}

/// Choices whose values are words of the scenario language, with the keys of their visible names.
pub(super) fn named(page: &Page, list: &[(&'static str, &'static str)]) -> Vec<Choice> {
    list.iter().map(|(value, key)| ((*value).to_owned(), page.word(key))).collect()
}

/// A button of a form: its word, and the statements that it says.
pub(super) type Order = (&'static str, fn(&[String]) -> Vec<String>);

/// What the fields of a form hold, and what was wrong with the last order.
pub(super) struct OrderForm {
    values: State<Vec<String>>,
    refused: State<Option<Problem>>,
}

impl OrderForm {
    /// A form whose fields hold that at first.
    pub(super) fn new(page: &Page, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Self { values: page.state(values), refused: page.state(None) }
    }

    /// What a field holds.
    pub(super) fn value(&self, position: usize) -> String {
        self.values.get().get(position).cloned().unwrap_or_default()
    }

    fn field(&self, page: &Page, position: usize, field: Field) -> Html {
        let Field { id, title, list } = field;
        let values = self.values.clone();
        let enter = move |event: &Event| {
            let mut changed = values.get();
            if let Some(value) = changed.get_mut(position) {
                *value = entered(event);
            }
            values.set(changed);
        };
        let value = self.value(position);
        let is_wide = list.iter().any(|(_, shown)| shown.chars().count() > SHORT);
        let input = if list.is_empty() {
            let oninput = Callback::from(move |event: InputEvent| enter(&event));
            html! { <input {id} class="input input-number" inputmode="decimal" {value} {oninput} /> }
        } else {
            choices(Some(id.to_owned()), None, list, &value, Callback::from(move |event: Event| enter(&event)))
        };
        let class = if is_wide { "order-field order-field-wide" } else { "order-field" };
        html! { <div key={id} {class}>{ label(page, "", id, title) }{ input }</div> }
    }

    fn button(&self, page: &Page, (title, say): Order, is_main: bool) -> Html {
        let (store, values, refused) = (page.store().clone(), self.values.clone(), self.refused.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let said = say(&values.get()).into_iter();
            let outcome = said.map(EditCommand::Statement).try_for_each(|said| store.try_apply(Command::Edit(said)));
            refused.set(outcome.err());
        });
        let class = if is_main { "button button-primary" } else { "button" };
        html! { <button key={title} type="button" {class} {onclick}>{ page.word(title) }</button> }
    }

    /// The fields in a row, the buttons, and what was wrong.
    pub(super) fn draw(&self, page: &Page, title: &'static str, fields: Vec<Field>, orders: &[Order]) -> Html {
        let problem = self.refused.get().map(|problem| page.text(&problem.text));
        html! {
            <div class="order" role="group" aria-label={page.word(title)}>
                { subtitle(page, title) }
                <div class="order-fields">
                    { for fields.into_iter().enumerate().map(|(position, field)| self.field(page, position, field)) }
                </div>
                <p class="field-problem" aria-live="polite">{ problem }</p>
                <div class="actions">
                    { for orders.iter().enumerate().map(|(position, order)| self.button(page, *order, position == 0)) }
                </div>
            </div>
        }
    }
}
