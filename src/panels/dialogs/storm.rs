//! Faults that come by themselves, and the end of every fault.

use super::orders::{Field, OrderForm, named};
use crate::part::{Page, Part, Reads};
use yew::prelude::*;

/// The pauses between faults, and how long each lasts, that the form offers.
const EVERY: [(&str, &str); 3] =
    [("50ms..200ms", "storm.every.short"), ("200ms..600ms", "storm.every.medium"), ("1s..3s", "storm.every.long")];
const LASTING: [(&str, &str); 3] = [
    ("50ms..200ms", "storm.lasting.short"),
    ("200ms..900ms", "storm.lasting.medium"),
    ("1s..3s", "storm.lasting.long"),
];
const SPARE: [(&str, &str); 2] = [("majority", "storm.spare.majority"), ("nobody", "storm.spare.nobody")];

fn begin(values: &[String]) -> Vec<String> {
    match values {
        [faults, every, lasting, spare] => {
            vec![format!("storm faults={} every={every} lasting={lasting} spare={spare}", faults.trim())]
        }
        _ => Vec::new(),
    }
}

/// The form of a storm.
pub(super) struct StormForm(OrderForm);

impl StormForm {
    /// The form proposes a storm that a protocol should survive.
    pub(super) fn new(page: &Page) -> Self {
        Self(OrderForm::new(page, &["20", EVERY[1].0, LASTING[1].0, SPARE[0].0]))
    }
}

impl Part for StormForm {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let fields = vec![
            Field::number("storm-faults", "storm.faults"),
            Field::list("storm-every", "storm.every", named(page, &EVERY)),
            Field::list("storm-lasting", "storm.lasting", named(page, &LASTING)),
            Field::list("storm-spare", "storm.spare", named(page, &SPARE)),
        ];
        html! {
            <>
                <p class="note">{ page.word("storm.why") }</p>
                { self.0.draw(page, "storm.title", fields, &[
                    ("storm.begin", begin),
                    ("storm.end", |_| vec!["storm off".to_owned()]),
                    ("storm.calm", |_| vec!["heal all".to_owned()]),
                ]) }
            </>
        }
    }
}
