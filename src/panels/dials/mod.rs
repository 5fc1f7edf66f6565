//! The dials: the run's parameters, with their units and what is wrong with a value that was refused.

mod restart;
mod value;

use super::form::{button, entered};
use crate::part::{Page, Part, Reads, State};
use crate::store::{Store, ViewChange};
use consistory_scene::{Arg, Text};
use consistory_session::{Choice, Command, Dial, DialKind, EditCommand, Problem, Topics};
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// The parameter that the "another seed" button turns.
const SEED: &str = "seed";
/// Seeds that the button proposes are short, so that they can be said aloud.
const SEED_BELOW: f64 = 10_000.0;

/// Turns a dial, or starts a new run where the parameter is fixed at the start; what was wrong with the value.
fn turn(store: &Store, dial: &Dial, value: String) -> Option<Problem> {
    if dial.live {
        let name = dial.name.to_owned();
        store.try_apply(Command::Edit(EditCommand::Set { name, value })).err()
    } else {
        let panel = store.look(|view| view.panel);
        let problem = restart::restart(store, dial.name, &value).err();
        // Another run brings its own panel to the front; the reader is still busy with this one.
        store.change(ViewChange::Panel(panel));
        problem
    }
}

/// A seed that was not thought of.
fn another_seed() -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and SEED_BELOW; what is behind the point is to be cut off"
    )]
    let seed = (js_sys::Math::random() * SEED_BELOW) as u32;
    seed.to_string()
}

fn unit(kind: &DialKind) -> Option<&'static str> {
    match kind {
        DialKind::Ratio { .. } => Some("unit.percent"),
        DialKind::Duration { .. } | DialKind::Range { .. } => Some("unit.milliseconds"),
        DialKind::Number { .. } | DialKind::Latency | DialKind::Choice { .. } => None,
    }
}

fn hint(page: &Page, kind: &DialKind) -> Option<String> {
    match kind {
        DialKind::Latency => Some(page.word("dials.latency-hint")),
        // Every number will do, so there is nothing to say about limits.
        DialKind::Number { max, .. } if *max == u32::MAX => None,
        DialKind::Number { min, max } => {
            let range = Text::key("dials.number-hint")
                .with("min", Arg::Number(i64::from(*min)))
                .with("max", Arg::Number(i64::from(*max)));
            Some(page.text(&range))
        }
        DialKind::Ratio { .. } | DialKind::Duration { .. } | DialKind::Range { .. } | DialKind::Choice { .. } => None,
    }
}

/// The accessible name of one field of a dial.
fn field_label(page: &Page, label: &str, position: usize, count: usize) -> String {
    let named = |key| page.text(&Text::key(key).with("label", Arg::Plain(label.to_owned())));
    match (position, count) {
        (_, 1) => label.to_owned(),
        (0, _) => named("dials.from"),
        (_, _) => named("dials.until"),
    }
}

/// One dial, with what the reader has written for it: a refused value stays in its fields, with the reason below it.
struct Row {
    dial: Dial,
    /// Not a [`State`]: the fields show already what was written into them.
    texts: RefCell<Vec<String>>,
    problem: State<Option<Problem>>,
}

impl Row {
    fn new(page: &Page, dial: Dial) -> Self {
        let texts = RefCell::new(value::fields(&dial.kind, &dial.value));
        Self { dial, texts, problem: page.state(None) }
    }

    fn keep(&self, position: usize, event: &Event) {
        if let Some(text) = self.texts.borrow_mut().get_mut(position) {
            *text = entered(event);
        }
    }

    fn turn(&self, store: &Store, value: String) {
        self.problem.set(turn(store, &self.dial, value));
    }
}

/// The input fields of a dial, with their unit.
fn fields(page: &Page, row: &Rc<Row>, id: &str, label: &str, described: Option<&str>) -> Html {
    let kind = &row.dial.kind;
    if let DialKind::Choice { choices } = kind {
        return list(page, row, id, choices, described);
    }
    let texts = row.texts.borrow().clone();
    let count = texts.len();
    let bad = row.problem.get().is_some();
    let (min, max) = value::limits(kind).unzip();
    let field = |position: usize, text: String| {
        // Kept at once: when something else has the dials drawn again, what is half written stays.
        let oninput = {
            let row = row.clone();
            Callback::from(move |event: InputEvent| row.keep(position, &event))
        };
        let onchange = {
            let (store, row) = (page.store().clone(), row.clone());
            Callback::from(move |event: Event| {
                row.keep(position, &event);
                let value = value::value(&row.dial.kind, &row.texts.borrow());
                row.turn(&store, value);
            })
        };
        html! {
            <>
                if position > 0 {
                    <span class="dial-join" aria-hidden="true">{ page.word("dials.range-join") }</span>
                }
                <input
                    id={format!("{id}-{position}")}
                    class="input dial-input"
                    type={if min.is_some() { "number" } else { "text" }}
                    step="any"
                    min={min.clone()}
                    max={max.clone()}
                    value={text}
                    spellcheck="false"
                    autocomplete="off"
                    aria-label={field_label(page, label, position, count)}
                    aria-invalid={bad.then_some("true")}
                    aria-describedby={described.map(str::to_owned)}
                    {oninput}
                    {onchange}
                />
            </>
        }
    };
    html! {
        <>
            for (position, text) in texts.into_iter().enumerate() {
                { field(position, text) }
            }
            if let Some(unit) = unit(kind) {
                <span class="dial-unit">{ page.word(unit) }</span>
            }
        </>
    }
}

/// The list of a dial whose values have names.
fn list(page: &Page, row: &Rc<Row>, id: &str, choices: &'static [Choice], described: Option<&str>) -> Html {
    let chosen = row.texts.borrow().first().cloned().unwrap_or_default();
    let onchange = {
        let (store, row) = (page.store().clone(), row.clone());
        Callback::from(move |event: Event| {
            row.keep(0, &event);
            row.turn(&store, row.texts.borrow().concat());
        })
    };
    html! {
        <select
            id={format!("{id}-0")}
            class="input dial-list"
            aria-invalid={row.problem.get().is_some().then_some("true")}
            aria-describedby={described.map(str::to_owned)}
            {onchange}
        >
            for choice in choices {
                <option value={choice.name} selected={choice.name == chosen}>{ page.word(choice.label) }</option>
            }
        </select>
    }
}

/// A dial: its label, its fields, and a sentence below them.
fn dial(page: &Page, list: &str, row: &Rc<Row>) -> Html {
    let Dial { name, label, kind, .. } = &row.dial;
    let label = page.text(label);
    let id = format!("{list}-{name}");
    let below = format!("{id}-note");
    let sentence = row.problem.get().map(|problem| page.text(&problem.text));
    let hint = hint(page, kind);
    let described = (sentence.is_some() || hint.is_some()).then_some(below.as_str());
    let another = (*name == SEED).then(|| {
        let (store, row) = (page.store().clone(), row.clone());
        let onclick = Callback::from(move |_| row.turn(&store, another_seed()));
        button(page, "button button-small", "dials.new-seed", onclick)
    });
    html! {
        <div key={*name} class="dial">
            <label class="dial-label" for={format!("{id}-0")}>{ &label }</label>
            <span class="dial-fields">
                { fields(page, row, &id, &label, described) }
                { another }
            </span>
            if let Some(sentence) = sentence {
                <p class="dial-note field-problem" id={below} role="alert">{ sentence }</p>
            } else if let Some(hint) = hint {
                <p class="dial-note" id={below}>{ hint }</p>
            }
        </div>
    }
}

/// The dials of one group.
pub(crate) struct DialList {
    /// Distinguishes the ids of this list from those of another.
    list: &'static str,
    live: bool,
    empty: &'static str,
    rows: Vec<Rc<Row>>,
}

impl DialList {
    /// Those that can be turned during the run, or those fixed at its start, and a sentence for when there are none.
    pub(crate) fn new(list: &'static str, live: bool, empty: &'static str) -> Self {
        Self { list, live, empty, rows: Vec::new() }
    }

    /// Follows the run: what was written for a dial is forgotten when the dial has another value.
    fn follow(&mut self, page: &Page) {
        let before = std::mem::take(&mut self.rows);
        let dials = page.read(|session| session.dials());
        let row = |dial: Dial| {
            let known = before.iter().find(|row| row.dial == dial).cloned();
            known.unwrap_or_else(|| Rc::new(Row::new(page, dial)))
        };
        self.rows = dials.into_iter().filter(|dial| dial.live == self.live).map(row).collect();
    }
}

impl Part for DialList {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        self.follow(page);
        if self.rows.is_empty() {
            return html! { <p class="empty">{ page.word(self.empty) }</p> };
        }
        html! {
            for row in &self.rows {
                { dial(page, self.list, row) }
            }
        }
    }
}

/// All dials, those of the run first.
pub(crate) struct Dials {
    live: DialList,
    start: DialList,
}

impl Dials {
    /// Nothing is written into any of them yet.
    pub(crate) fn new(_page: &Page) -> Self {
        Self { live: DialList::new("live", true, "dials.empty"), start: DialList::new("start", false, "dials.empty") }
    }
}

impl Part for Dials {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        html! {
            <div class="dials">
                <h2 class="panel-subtitle">{ page.word("dials.live") }</h2>
                { self.live.draw(page) }
                <h2 class="panel-subtitle">{ page.word("dials.start") }</h2>
                <p class="note">{ page.word("dials.start-note") }</p>
                { self.start.draw(page) }
            </div>
        }
    }
}
