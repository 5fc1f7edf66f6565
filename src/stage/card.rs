//! A node's card.

use super::geometry::{Rect, Variant};
use crate::keys;
use crate::panels::tone_class;
use crate::part::{Page, class, when};
use crate::store::Store;
use consistory_kernel::ProcessId;
use consistory_scene::{Arg, Card, Cell, Dots, Emphasis, Health, Status, Strip, Text};
use consistory_session::{Disk, EditCommand};
use web_sys::Element;
use yew::prelude::*;

/// Opens the menu of a node at the button that was pressed.
type OnMore = Callback<(ProcessId, Element)>;

/// How a card stands on the stage.
pub(crate) struct Shown {
    /// Where it stands.
    pub(crate) rect: Rect,
    /// How much of it shows.
    pub(crate) variant: Variant,
    /// Whether it is selected.
    pub(crate) selected: bool,
    /// Whether it is being dragged.
    pub(crate) dragged: bool,
    /// Whether the Tab key stops at it.
    pub(crate) reachable: bool,
    /// The width of the stage.
    pub(crate) room: f64,
}

/// A node as a card, with its buttons, the last of which opens the menu of everything else that can be done to it.
pub(crate) fn node_card(page: &Page, card: &Card, shown: &Shown, on_more: &OnMore) -> Html {
    let Shown { rect, variant, .. } = shown;
    let class = class(&[
        "card",
        variant.class(),
        tone_class(card.tone),
        emphasis_class(card.emphasis),
        status_class(card.status),
        when(shown.selected, "card-selected"),
        page.lit_process(card.id),
        when(shown.dragged, "card-dragged"),
    ]);
    let badge = page.text(&card.badge);
    let place = class_of_actions(*rect, shown.room);
    html! {
        <article
            key={card.id.0}
            {class}
            style={rect.style()}
            data-process={card.id.0.to_string()}
            tabindex={if shown.reachable { "0" } else { "-1" }}
            aria-label={summary(page, card)}
        >
            <div class="card-head">
                <span class={if card.timer.is_some() { "card-arc card-arc-on" } else { "card-arc" }} aria-hidden="true"></span>
                <span class="card-name">{ card.name.clone() }</span>
                <span class="card-role">{ role(page, card) }</span>
                if !badge.is_empty() {
                    <span class="badge">{ badge }</span>
                }
            </div>
            if *variant != Variant::Mini {
                if let Some(cells) = &card.strip {
                    { strip(page, cells, variant.cells()) }
                }
            }
            if matches!(variant, Variant::Full | Variant::Medium) {
                { foot(page, card) }
            } else if card.health != Health::default() {
                <div class="card-ill">{ health(page, card.health) }</div>
            }
            if card.status == Status::Crashed {
                <svg class="card-cross" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                    <path d="M2 2L98 98M98 2L2 98" />
                </svg>
            }
            <div class={place} role="group" aria-label={page.text(&Text::key("stage.actions").with("node", Arg::Process(card.id)))}>
                { actions(page, card.id, card.status, on_more) }
            </div>
        </article>
    }
}

/// Half of the width that the buttons of a card may take.
const ACTIONS_HALF: f64 = 116.0;

/// The classes of a card's buttons: below it at the top of the stage, and from edge to edge with it at the sides.
fn class_of_actions(rect: Rect, room: f64) -> String {
    let side = if rect.centre.x < ACTIONS_HALF {
        "card-actions-start"
    } else if rect.centre.x > room - ACTIONS_HALF {
        "card-actions-end"
    } else {
        ""
    };
    class(&["card-actions", when(rect.top() < 60.0, "card-actions-below"), side])
}

/// Edits, and gives the focus to the card: the button may be another one, or gone, after the edit.
fn act(store: &Store, edit: EditCommand) -> Callback<MouseEvent> {
    let store = store.clone();
    Callback::from(move |event: MouseEvent| {
        let button = event.target_dyn_into::<Element>();
        keys::focus(button.and_then(|button| button.closest(".card").ok().flatten()));
        store.edit(edit.clone());
    })
}

/// The buttons of a card.
fn actions(page: &Page, id: ProcessId, status: Status, on_more: &OnMore) -> Html {
    let edits: &[(&'static str, EditCommand)] = match status {
        Status::Up => &[
            ("stage.crash", EditCommand::Crash(id, Disk::Kept)),
            ("stage.pause", EditCommand::Pause(id)),
            ("stage.time-out", EditCommand::TimeOut(id)),
        ],
        Status::Paused => {
            &[("stage.crash", EditCommand::Crash(id, Disk::Kept)), ("stage.resume", EditCommand::Resume(id))]
        }
        Status::Crashed => &[("stage.restart", EditCommand::Restart(id))],
    };
    let on_more = on_more.clone();
    let more = Callback::from(move |event: MouseEvent| {
        if let Some(button) = event.target_dyn_into::<Element>() {
            on_more.emit((id, button));
        }
    });
    let label = page.text(&Text::key("stage.more").with("node", Arg::Process(id)));
    html! {
        <>
            for (title, edit) in edits.iter().cloned() {
                <button key={title} type="button" class="card-button" onclick={act(page, edit)}>
                    { page.word(title) }
                </button>
            }
            <button key="more" type="button" class="card-button" onclick={more} aria-haspopup="dialog" aria-label={label}>
                { "…" }
            </button>
        </>
    }
}

fn summary(page: &Page, card: &Card) -> String {
    let badge = page.text(&card.badge);
    // A node that is down may have no badge.
    let key = if badge.is_empty() { "stage.card-down" } else { "stage.card" };
    let summary = Text::key(key)
        .with("node", Arg::Plain(card.name.clone()))
        .with("role", Arg::Plain(role(page, card)))
        .with("badge", Arg::Plain(badge));
    let mut summary = page.text(&summary);
    for (_, _, sign) in signs(page, card.health) {
        summary.push_str(", ");
        summary.push_str(&sign);
    }
    summary
}

/// The role, or why there is none at the moment.
fn role(page: &Page, card: &Card) -> String {
    match card.status {
        Status::Up => page.text(&card.role),
        Status::Crashed => page.word("stage.crashed"),
        Status::Paused => page.word("stage.paused"),
    }
}

fn emphasis_class(emphasis: Emphasis) -> &'static str {
    match emphasis {
        Emphasis::Plain => "card-plain",
        Emphasis::Tentative => "card-tentative",
        Emphasis::Strong => "card-strong",
    }
}

fn status_class(status: Status) -> &'static str {
    match status {
        Status::Up => "card-up",
        Status::Crashed => "card-crashed",
        Status::Paused => "card-paused",
    }
}

fn strip(page: &Page, strip: &Strip, room: usize) -> Html {
    let is_empty = strip.cells.is_empty() && strip.hidden == 0;
    let before = usize::try_from(strip.hidden).unwrap_or(0);
    // A number of two digits or three takes the room of a cell.
    let is_long = before + strip.cells.len().saturating_sub(room) >= 10;
    let skipped = strip.cells.len().saturating_sub(room.saturating_sub(usize::from(is_long)));
    let hidden = before + skipped;
    html! {
        <div class="card-strip">
            if hidden > 0 {
                <span class="cells-hidden" title={page.text(&Text::key("stage.hidden-cells").with("count", count(hidden)))}>
                    { format!("+{hidden}") }
                </span>
            }
            for entry in strip.cells.iter().skip(skipped) {
                { cell(page, entry) }
            }
            if is_empty {
                <span class="strip-empty">{ page.word("stage.empty-log") }</span>
            }
        </div>
    }
}

fn count(number: usize) -> Arg {
    Arg::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn cell(page: &Page, cell: &Cell) -> Html {
    let class = class(&[
        "cell",
        tone_class(cell.tone),
        if cell.committed { "cell-committed" } else { "cell-open" },
        when(cell.applied, "cell-applied"),
    ]);
    let title = format!("{}: {}", cell.index, page.text(&cell.title));
    html! { <span key={cell.index} {class} {title}>{ cell.label.clone() }</span> }
}

fn foot(page: &Page, card: &Card) -> Html {
    html! {
        <div class="card-foot">
            <span class="card-fields">
                for field in &card.fields {
                    <span class="card-field">
                        <span class="field-name">{ page.text(&field.name) }</span>{ " = " }
                        <span class="field-value">{ page.text(&field.value) }</span>
                    </span>
                }
            </span>
            { health(page, card.health) }
            if let Some(dots) = card.dots {
                { quorum(page, dots) }
            }
        </div>
    }
}

/// What is wrong with the node's clock, processor and disk: its class, what it means, and how it is written.
fn signs(page: &Page, health: Health) -> Vec<(&'static str, &'static str, String)> {
    let Health { skew_ppm, jumped, slow, slow_disk } = health;
    let set = if jumped < 0 { "stage.set-back" } else { "stage.set-forward" };
    let time = |key, time| page.text(&Text::key(key).with("time", Arg::Time(time)));
    let mut signs = Vec::new();
    if skew_ppm != 0 {
        signs.push(("skew", "stage.skewed", skew(skew_ppm)));
    }
    if jumped != 0 {
        signs.push(("jump", "stage.jumped", time(set, jumped.unsigned_abs())));
    }
    if slow > 0 {
        signs.push(("slow", "stage.slow", time("stage.slow-by", slow)));
    }
    if slow_disk > 0 {
        signs.push(("disk", "stage.slow-disk", time("stage.slow-disk-by", slow_disk)));
    }
    signs
}

fn health(page: &Page, health: Health) -> Html {
    let sign = |(key, title, shown): (&'static str, &'static str, String)| {
        html! { <span {key} class="card-skew" title={page.word(title)}>{ shown }</span> }
    };
    signs(page, health).into_iter().map(sign).collect()
}

fn skew(ppm: i32) -> String {
    // Whole percents but for links and scenarios that say otherwise.
    let (sign, ppm) = (if ppm < 0 { '-' } else { '+' }, ppm.unsigned_abs());
    let (percent, rest) = (ppm / 10_000, ppm % 10_000);
    if rest == 0 { format!("{sign}{percent}%") } else { format!("{sign}{percent}.{rest:04}%") }
}

/// Dots that fill toward the mark after the quorum.
fn quorum(page: &Page, dots: Dots) -> Html {
    let title = Text::key("stage.dots")
        .with("have", Arg::Number(i64::from(dots.have)))
        .with("quorum", Arg::Number(i64::from(dots.quorum)));
    let title = page.text(&title);
    html! {
        <span class="dots" role="img" aria-label={title.clone()} {title}>
            for dot in 0..dots.total {
                <span key={dot} class={class(&["dot", when(dot < dots.have, "dot-full"), when(dot + 1 == dots.quorum, "dot-quorum")])}></span>
            }
        </span>
    }
}
