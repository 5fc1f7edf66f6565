//! The dials: the run's parameters, with their units and what is wrong with a value that was refused.

mod restart;
mod value;

use crate::store::{Store, ViewChange, use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_kernel::Ppm;
use consistory_scene::{Arg, Text};
use consistory_session::words::Language;
use consistory_session::{Command, Dial, DialKind, EditCommand, Problem, Topics};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// One percent.
const PERCENT: Ppm = 10_000;

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

/// The number of milliseconds of a limit, for the `min` and `max` attributes.
fn limit_ms(time: consistory_kernel::Time) -> String {
    #[expect(clippy::cast_precision_loss, reason = "limits stay far below 2^52 microseconds")]
    let time = time as f64 / 1000.0;
    time.to_string()
}

/// The attributes of one input field of a dial.
struct Field {
    kind: &'static str,
    min: Option<String>,
    max: Option<String>,
    unit: Option<&'static str>,
}

fn field(kind: &DialKind) -> Field {
    let number = |min: String, max: String, unit| Field { kind: "number", min: Some(min), max: Some(max), unit };
    match kind {
        DialKind::Number { min, max } => number(min.to_string(), max.to_string(), None),
        DialKind::Ratio { max } => {
            number("0".to_owned(), (f64::from(*max) / f64::from(PERCENT)).to_string(), Some("unit.percent"))
        }
        DialKind::Duration { min, max } | DialKind::Range { min, max } => {
            number(limit_ms(*min), limit_ms(*max), Some("unit.milliseconds"))
        }
        DialKind::Latency => Field { kind: "text", min: None, max: None, unit: None },
    }
}

fn hint(language: Language, kind: &DialKind) -> Option<String> {
    match kind {
        DialKind::Latency => Some(word(language, "dials.latency-hint")),
        // Every number will do, so there is nothing to say about limits.
        DialKind::Number { max, .. } if *max == u32::MAX => None,
        DialKind::Number { min, max } => {
            let range = Text::key("dials.number-hint")
                .with("min", Arg::Number(i64::from(*min)))
                .with("max", Arg::Number(i64::from(*max)));
            Some(text(language, &range))
        }
        DialKind::Ratio { .. } | DialKind::Duration { .. } | DialKind::Range { .. } => None,
    }
}

/// The accessible name of one field of a dial.
fn field_label(language: Language, label: &str, position: usize, count: usize) -> String {
    let named = |key| text(language, &Text::key(key).with("label", Arg::Plain(label.to_owned())));
    match (position, count) {
        (_, 1) => label.to_owned(),
        (0, _) => named("dials.from"),
        (_, _) => named("dials.until"),
    }
}

/// What [`DialRow`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct DialRowProps {
    /// The dial.
    pub(crate) dial: Dial,
    /// Distinguishes the ids of this list of dials from those of another.
    pub(crate) list: &'static str,
}

/// What [`Fields`] needs.
#[derive(Properties, PartialEq)]
struct FieldsProps {
    id: String,
    label: String,
    kind: DialKind,
    texts: Vec<String>,
    bad: bool,
    described: Option<String>,
    on_change: Callback<(usize, String)>,
}

/// The input fields of a dial, with their unit.
#[component]
fn Fields(props: &FieldsProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let attributes = field(&props.kind);
    let change = |position: usize| {
        props.on_change.reform(move |event: Event| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            (position, input.map(|input| input.value()).unwrap_or_default())
        })
    };
    html! {
        <>
            for (position, text) in props.texts.iter().enumerate() {
                if position > 0 {
                    <span key={format!("join-{position}")} class="dial-join" aria-hidden="true">{ word(language, "dials.range-join") }</span>
                }
                <input
                    key={position}
                    id={format!("{}-{position}", props.id)}
                    class="input dial-input"
                    type={attributes.kind}
                    step="any"
                    min={attributes.min.clone()}
                    max={attributes.max.clone()}
                    value={text.clone()}
                    spellcheck="false"
                    autocomplete="off"
                    aria-label={field_label(language, &props.label, position, props.texts.len())}
                    aria-invalid={props.bad.then_some("true")}
                    aria-describedby={props.described.clone()}
                    onchange={change(position)}
                />
            }
            if let Some(unit) = attributes.unit {
                <span class="dial-unit">{ word(language, unit) }</span>
            }
        </>
    }
}

/// One dial. A refused value stays in the field, with the reason below it.
#[component]
pub(crate) fn DialRow(props: &DialRowProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let dial = &props.dial;
    let draft = use_state_eq(|| value::fields(&dial.kind, &dial.value));
    let problem = use_state_eq(|| None::<Problem>);
    {
        let (draft, problem) = (draft.clone(), problem.clone());
        use_effect_with((dial.kind.clone(), dial.value.clone()), move |(kind, value)| {
            draft.set(value::fields(kind, value));
            problem.set(None);
        });
    }
    let on_change = {
        let (store, draft, problem, dial) = (store.clone(), draft.clone(), problem.clone(), dial.clone());
        Callback::from(move |(position, text): (usize, String)| {
            let mut fields = (*draft).clone();
            if let Some(field) = fields.get_mut(position) {
                *field = text;
            }
            draft.set(fields.clone());
            problem.set(turn(&store, &dial, value::value(&dial.kind, &fields)));
        })
    };
    let another_seed = {
        let (store, problem, dial) = (store.clone(), problem.clone(), dial.clone());
        Callback::from(move |_: MouseEvent| {
            let seed = (js_sys::Math::random() * SEED_BELOW).floor();
            problem.set(turn(&store, &dial, seed.to_string()));
        })
    };
    let label = text(language, &dial.label);
    let id = format!("{}-{}", props.list, dial.name);
    let note = format!("{id}-note");
    let sentence = (*problem).as_ref().map(|problem| text(language, &problem.text));
    let hint = hint(language, &dial.kind);
    let described = (sentence.is_some() || hint.is_some()).then(|| note.clone());
    html! {
        <div class="dial">
            <label class="dial-label" for={format!("{id}-0")}>{ &label }</label>
            <span class="dial-fields">
                <Fields {id} {label} kind={dial.kind.clone()} texts={(*draft).clone()} bad={problem.is_some()} {described} {on_change} />
                if dial.name == SEED {
                    <button type="button" class="button button-small" onclick={another_seed}>{ word(language, "dials.new-seed") }</button>
                }
            </span>
            if let Some(sentence) = sentence {
                <p class="dial-note field-problem" id={note} role="alert">{ sentence }</p>
            } else if let Some(hint) = hint {
                <p class="dial-note" id={note}>{ hint }</p>
            }
        </div>
    }
}

/// What [`DialList`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct DialListProps {
    /// Distinguishes the ids of this list from those of another.
    pub(crate) list: &'static str,
    /// Those that can be turned during the run, or those fixed at its start.
    pub(crate) live: bool,
    /// The sentence for when there are none.
    pub(crate) empty: &'static str,
}

/// The dials of one group.
#[component]
pub(crate) fn DialList(props: &DialListProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::DIALS);
    let dials = store.read(|session| session.dials());
    let mut dials = dials.into_iter().filter(|dial| dial.live == props.live).peekable();
    if dials.peek().is_none() {
        return html! { <p class="empty">{ word(language, props.empty) }</p> };
    }
    html! {
        for dial in dials {
            <DialRow key={dial.name} list={props.list} dial={dial.clone()} />
        }
    }
}

/// All dials, those of the run first.
#[component]
pub(crate) fn Dials() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    html! {
        <div class="dials">
            <h2 class="panel-subtitle">{ word(language, "dials.live") }</h2>
            <DialList list="live" live={true} empty="dials.empty" />
            <h2 class="panel-subtitle">{ word(language, "dials.start") }</h2>
            <p class="note">{ word(language, "dials.start-note") }</p>
            <DialList list="start" live={false} empty="dials.empty" />
        </div>
    }
}
