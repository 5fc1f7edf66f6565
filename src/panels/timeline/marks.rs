//! The marks above the track: turning points of the run, each a button that goes there.

use super::layout::{Cluster, percent};
use crate::store::{Store, ViewChange, use_settings, use_store};
use crate::words::{milliseconds, text, word};
use consistory_kernel::{StepId, Time};
use consistory_scene::{Arg, MarkKind, Text, TimelineMark};
use consistory_session::words::Language;
use consistory_session::{Command, Selection};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The class, the shape and the word of a kind: never colour alone.
fn kind_look(kind: MarkKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        MarkKind::Leader => {
            ("mark-leader", "M8 2l1.8 4 4.2.4-3.1 2.9.9 4.2L8 11.3l-3.8 2.2.9-4.2L2 6.4 6.2 6z", "timeline.leader")
        }
        MarkKind::Fault => ("mark-fault", "M8 2.5 14 13H2z", "timeline.fault"),
        MarkKind::Network => ("mark-network", "M5 2.5h2v11H5zM9 2.5h2v11H9z", "timeline.network"),
        MarkKind::Client => ("mark-client", "M8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z", "timeline.client"),
        MarkKind::Finding => ("mark-finding", "M4 2h1.6v1H13l-2 3 2 3H5.6v5H4z", "timeline.finding"),
        MarkKind::Milestone => ("mark-milestone", "M8 3l5 5-5 5-5-5z", "timeline.milestone"),
    }
}

fn sentence(language: Language, mark: &TimelineMark) -> String {
    let (_, _, kind) = kind_look(mark.kind);
    let text_of = Text::key("timeline.mark")
        .with("kind", Arg::Word(kind))
        .with("label", Arg::Plain(text(language, &mark.label)))
        .with("time", Arg::Plain(milliseconds(language, mark.time)));
    text(language, &text_of)
}

/// All sentences of a cluster, one a line.
fn title(language: Language, cluster: &Cluster) -> String {
    let others = cluster.others.iter().take(6).map(|mark| sentence(language, mark));
    let mut lines: Vec<String> = std::iter::once(sentence(language, &cluster.lead)).chain(others).collect();
    let rest = cluster.others.len().saturating_sub(6);
    if rest > 0 {
        lines.push(text(
            language,
            &Text::key("timeline.mark-more").with("count", Arg::Number(i64::try_from(rest).unwrap_or(i64::MAX))),
        ));
    }
    lines.join("\n")
}

fn go(store: &Store, step: StepId) {
    store.change(ViewChange::Play(false));
    store.apply(Command::SeekStep { step });
    store.change(ViewChange::Select(Some(Selection::Step(step))));
}

/// What [`Mark`] needs.
#[derive(Properties, PartialEq)]
struct MarkProps {
    cluster: Cluster,
    span: Time,
    /// Whether Tab stops here; the arrow keys reach the others.
    stop: bool,
}

/// One mark. Its place is set through the style object, which a strict content security policy permits.
#[component]
fn Mark(props: &MarkProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let node = use_node_ref();
    let lead = &props.cluster.lead;
    {
        let node = node.clone();
        use_effect_with((lead.time, props.span), move |(time, span)| {
            if let Some(element) = node.cast::<HtmlElement>() {
                // The property is valid, and so is the value.
                let _ = element.style().set_property("left", &format!("{:.3}%", percent(*time, *span)));
            }
        });
    }
    let step = lead.step;
    let onclick = Callback::from(move |_| go(&store, step));
    let (class, shape, _) = kind_look(lead.kind);
    let title = title(language, &props.cluster);
    let others = i64::try_from(props.cluster.others.len()).unwrap_or(i64::MAX);
    let more = (others > 0).then(|| text(language, &Text::key("timeline.plus").with("count", Arg::Number(others))));
    html! {
        <button
            ref={node}
            type="button"
            class={classes!("mark", class)}
            tabindex={if props.stop { "0" } else { "-1" }}
            aria-label={title.clone()}
            {title}
            {onclick}
        >
            <svg class="mark-shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={shape} /></svg>
            if props.cluster.labelled {
                // The number is drawn by the style sheet: the accessible name lists the others in words.
                <span class="mark-label" data-more={more}>{ text(language, &lead.label) }</span>
            }
        </button>
    }
}

/// Moves the focus along the marks.
fn focus_neighbour(event: &KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowRight" => true,
        "ArrowLeft" => false,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let Some(mark) = event.target_dyn_into::<HtmlElement>() else { return };
    let neighbour = if forward { mark.next_element_sibling() } else { mark.previous_element_sibling() };
    if let Some(neighbour) = neighbour.and_then(|neighbour| neighbour.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot have the focus leaves it where it is.
        let _ = neighbour.focus();
    }
}

/// What [`Marks`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct MarksProps {
    /// The marks, by place.
    pub(crate) clusters: Vec<Cluster>,
    /// The time that the whole track stands for.
    pub(crate) span: Time,
}

/// All marks.
#[component]
pub(crate) fn Marks(props: &MarksProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    if props.clusters.is_empty() {
        return html! { <p class="track-empty">{ word(language, "timeline.no-marks") }</p> };
    }
    let onkeydown = Callback::from(|event: KeyboardEvent| focus_neighbour(&event));
    html! {
        <div class="marks" role="toolbar" aria-label={word(language, "timeline.marks")} {onkeydown}>
            for (position, cluster) in props.clusters.iter().enumerate() {
                <Mark key={cluster.lead.step.0} cluster={cluster.clone()} span={props.span} stop={position == 0} />
            }
        </div>
    }
}
