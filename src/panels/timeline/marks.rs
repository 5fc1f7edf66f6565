//! The marks above the track: turning points of the run, each a button that goes there.

use super::layout::{Cluster, percent, share};
use crate::panels::icons::shape;
use crate::part::{Page, class};
use crate::store::{Store, ViewChange};
use crate::words::count;
use consistory_kernel::{StepId, Time};
use consistory_scene::{Arg, MarkKind, Text, TimelineMark};
use consistory_session::{Command, Selection};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// How many of the marks behind a leading one are named; the rest are counted.
const NAMED_MAX: usize = 6;

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

fn sentence(page: &Page, mark: &TimelineMark) -> String {
    let (_, _, kind) = kind_look(mark.kind);
    let sentence = Text::key("timeline.mark")
        .with("kind", Arg::Word(kind))
        .with("label", Arg::Plain(page.text(&mark.label)))
        .with("time", Arg::Time(mark.time));
    page.text(&sentence)
}

/// All sentences of a cluster, one a line.
fn title(page: &Page, cluster: &Cluster) -> String {
    let mut lines = sentence(page, &cluster.lead);
    for mark in cluster.others.iter().take(NAMED_MAX) {
        lines.push('\n');
        lines.push_str(&sentence(page, mark));
    }
    let rest = cluster.others.len().saturating_sub(NAMED_MAX);
    if rest > 0 {
        lines.push('\n');
        lines.push_str(&page.text(&Text::key("timeline.mark-more").with("count", count(rest))));
    }
    lines
}

fn go(store: &Store, step: StepId) {
    store.travel(Command::SeekStep { step });
    store.change(ViewChange::Select(Some(Selection::Step(step))));
}

/// One mark. Tab stops at one of them; the arrow keys reach the others.
fn mark(page: &Page, cluster: &Cluster, span: Time, stop: bool) -> Html {
    let lead = &cluster.lead;
    let (store, at) = (page.store().clone(), lead.step);
    let (kind, outline, _) = kind_look(lead.kind);
    let title = title(page, cluster);
    let others = cluster.others.len();
    let more = (others > 0).then(|| page.text(&Text::key("timeline.plus").with("count", count(others))));
    html! {
        <button
            key={at.0}
            type="button"
            class={class(&["mark", kind, page.lit(at)])}
            style={format!("left: {};", percent(share(lead.time, span)))}
            tabindex={if stop { "0" } else { "-1" }}
            aria-label={title.clone()}
            {title}
            onclick={Callback::from(move |_: MouseEvent| go(&store, at))}
            onmouseenter={page.does(ViewChange::Point(Some(Selection::Step(at))))}
            onmouseleave={page.does(ViewChange::Point(None))}
        >
            { shape("mark-shape", outline) }
            if cluster.labelled {
                // The number is drawn by the style sheet: the accessible name lists the others in words.
                <span class="mark-label" data-more={more}>{ page.text(&lead.label) }</span>
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

/// All marks, by place, on a track that stands for `span`.
pub(crate) fn marks(page: &Page, clusters: &[Cluster], span: Time) -> Html {
    if clusters.is_empty() {
        return html! { <p class="track-empty">{ page.word("timeline.no-marks") }</p> };
    }
    let onkeydown = Callback::from(|event: KeyboardEvent| focus_neighbour(&event));
    html! {
        <div class="marks" role="toolbar" aria-label={page.word("timeline.marks")} {onkeydown}>
            for (position, cluster) in clusters.iter().enumerate() {
                { mark(page, cluster, span, position == 0) }
            }
        </div>
    }
}
