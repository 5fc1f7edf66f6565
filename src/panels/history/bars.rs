//! The operations as bars on one axis of time, a lane for each client; faults are bands behind them. The table has the
//! same in words.

use super::{Marked, shown_step, state};
use crate::part::{Act, Page, class, when};
use crate::words::milliseconds;
use consistory_kernel::Time;
use consistory_scene::{Arg, Client, OperationState, Text};
use consistory_session::history::{ClientHistory, FaultKind, SeenOperation};
use yew::prelude::*;

/// Operations that the bars show, the newest: more would be too narrow to be read. The table has those before.
const NEWEST: usize = 24;

/// The width of a lane in the narrowest layout, and of a letter in it, in CSS pixels.
const LANE_PX: u64 = 260;
const LETTER_PX: u64 = 6;

/// The stretch of time that the bars show.
#[derive(Clone, Copy)]
struct Span {
    from: Time,
    until: Time,
}

impl Span {
    /// From the first invocation to the last end, or to now while somebody waits.
    fn of(operations: &[SeenOperation], now: Time) -> Self {
        let from = operations.iter().map(|operation| operation.invoked_at).min().unwrap_or(0);
        let until = operations.iter().map(|operation| operation.ended_at.unwrap_or(now)).max().unwrap_or(now);
        Self { from, until: until.max(from + 1) }
    }

    /// A part of the span in hundredths of a percent.
    fn part(self, of: Time) -> u64 {
        of.min(self.until - self.from) * 10_000 / (self.until - self.from)
    }

    /// Whether a text of so many letters fits into a stretch, where a lane is as narrow as it gets.
    fn has_room(self, from: Time, until: Time, letters: usize) -> bool {
        let pixels = self.part(until.saturating_sub(from)) * LANE_PX / 10_000;
        pixels >= letters as u64 * LETTER_PX + LETTER_PX
    }

    /// Where a time is, as an attribute of SVG takes it.
    fn at(self, time: Time) -> String {
        percent(self.part(time.saturating_sub(self.from)))
    }

    /// How wide a stretch is; never so narrow that it cannot be seen.
    fn width(self, from: Time, until: Time) -> String {
        let from = from.max(self.from);
        percent(self.part(until.saturating_sub(from)).max(60))
    }
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn fault_class(kind: FaultKind) -> (&'static str, &'static str) {
    match kind {
        FaultKind::Crash => ("bar-fault bar-fault-crash", "history.fault-crash"),
        FaultKind::Pause => ("bar-fault bar-fault-pause", "history.fault-pause"),
        FaultKind::Partition => ("bar-fault bar-fault-partition", "history.fault-partition"),
        FaultKind::Cut => ("bar-fault bar-fault-cut", "history.fault-cut"),
        FaultKind::Slow => ("bar-fault bar-fault-pause", "history.fault-slow"),
        FaultKind::SlowDisk => ("bar-fault bar-fault-pause", "history.fault-slow-disk"),
    }
}

fn faults(page: &Page, seen: &ClientHistory, span: Span) -> Html {
    let visible = seen.faults.iter().filter(|fault| fault.until.is_none_or(|until| until > span.from));
    html! {
        for (number, fault) in visible.enumerate() {
            <rect
                key={number}
                class={fault_class(fault.kind).0}
                x={span.at(fault.from)}
                width={span.width(fault.from, fault.until.unwrap_or(span.until))}
                height="100%"
            >
                <title>{ fault_text(page, fault.kind, fault.process) }</title>
            </rect>
        }
    }
}

fn fault_text(page: &Page, kind: FaultKind, process: Option<consistory_kernel::ProcessId>) -> String {
    let text = Text::key(fault_class(kind).1);
    page.text(&match process {
        Some(id) => text.with("node", Arg::Process(id)),
        None => text,
    })
}

fn bar(page: &Page, operation: &SeenOperation, span: Span, marked: &'static str) -> Html {
    let (class_name, _, name) = state(operation.state);
    let is_open = matches!(operation.state, OperationState::Pending | OperationState::Unknown);
    let until = if is_open { span.until } else { operation.ended_at.unwrap_or(span.until) };
    let class = class(&["bar", class_name, when(is_open, "bar-open"), marked]);
    let label = page.text(&operation.label);
    let title = format!("{label} ({})", page.word(name));
    let go = page.does(Act::Show(shown_step(operation)));
    html! {
        <svg
            {class}
            x={span.at(operation.invoked_at)}
            width={span.width(operation.invoked_at, until)}
            y="3"
            height="18"
            onclick={go}
        >
            <title>{ title }</title>
            <rect width="100%" height="100%" rx="3" />
            if span.has_room(operation.invoked_at, until, label.chars().count()) {
                <text x="4" y="13">{ label }</text>
            }
        </svg>
    }
}

/// The picture. Pointers may press a bar; the table does the same by keys.
pub(super) fn bars(page: &Page, clients: &[Client], seen: &ClientHistory, now: Time, marked: &Marked) -> Html {
    let first = seen.operations.len().saturating_sub(NEWEST);
    let newest = &seen.operations[first..];
    let span = Span::of(newest, now);
    let of_client = |client: &Client| {
        let bars = newest.iter().enumerate().filter(|(_, operation)| operation.client == client.id);
        let bars = bars.map(|(number, operation)| {
            let position = first + number;
            html! { <g key={position}>{ bar(page, operation, span, marked.class(position)) }</g> }
        });
        bars.collect::<Html>()
    };
    html! {
        <div class="bars" aria-hidden="true">
            for client in clients {
                <span key={format!("{}-name", client.id.0)} class="bars-name">{ client.name.clone() }</span>
                <svg key={client.id.0} class="bars-lane">
                    { faults(page, seen, span) }
                    { of_client(client) }
                    <line class="bars-now" x1={span.at(now)} x2={span.at(now)} y1="0" y2="100%" />
                </svg>
            }
            <span></span>
            <span class="bars-axis">
                <span>{ milliseconds(page.language(), span.from) }</span>
                <span>{ milliseconds(page.language(), span.until) }</span>
            </span>
        </div>
    }
}
