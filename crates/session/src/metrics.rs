//! Measurements of a run, under the names of the command line's contract.

use consistory_kernel::{MS, OperationStage, Outcome, ProcessId, Time, Timeline, World};
use consistory_protocols::Spec;
use std::collections::BTreeMap;

/// The metrics that every protocol has, in the order of listing.
pub const COMMON: [&str; 9] = [
    "messages",
    "bytes",
    "dropped",
    "forced_writes",
    "operations_ok",
    "operations_failed",
    "operations_unknown",
    "unavailable_ms",
    "latency_ms",
];

/// An operation that waits longer than this counts as unavailability from then on. Microseconds.
const PATIENCE: Time = 100 * MS;

/// A metric's values in one run: one for most, none where the run does not define it, many where they are pooled.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The name, with its unit.
    pub name: &'static str,
    /// The values.
    pub values: Vec<f64>,
}

/// Every metric of the run up to the tip of the current branch.
pub fn measure<P: Spec>(timeline: &Timeline<P>) -> Vec<Measured> {
    let world = timeline.tip();
    let counters = world.counters();
    let one = |name, value: u64| Measured { name, values: vec![number(value)] };
    let operations = operations(timeline);
    let mut measured = vec![
        one("messages", counters.messages),
        one("bytes", counters.bytes),
        one("dropped", counters.dropped),
        one("forced_writes", counters.forced_writes),
        one("operations_ok", counters.operations_ok),
        one("operations_failed", counters.operations_failed),
        one("operations_unknown", counters.operations_unknown),
        Measured { name: "unavailable_ms", values: unavailable_ms(&operations, world.time()) },
        Measured { name: "latency_ms", values: latencies(&operations) },
    ];
    measured.extend(own(world));
    measured
}

fn own<P: Spec>(world: &World<P>) -> impl Iterator<Item = Measured> {
    P::METRICS.iter().enumerate().map(|(place, metric)| {
        let values = P::metric(world, place).into_iter();
        let in_ms = metric.name.ends_with("_ms");
        let values = values.map(|value| if in_ms { milliseconds(value) } else { number(value) });
        Measured { name: metric.name, values: values.collect() }
    })
}

struct Span {
    from: Time,
    to: Option<Time>,
    ok: bool,
}

fn operations<P: Spec>(timeline: &Timeline<P>) -> Vec<Span> {
    let mut open: BTreeMap<(ProcessId, u32), usize> = BTreeMap::new();
    let mut spans: Vec<Span> = Vec::new();
    for segment in timeline.path() {
        for event in segment.journal.operations().iter().take_while(|event| event.step < segment.until) {
            let id = (event.client, event.serial);
            match &event.stage {
                OperationStage::Invoked(_) => {
                    open.insert(id, spans.len());
                    spans.push(Span { from: event.time, to: None, ok: false });
                }
                OperationStage::Ended(outcome) => {
                    if let Some(span) = open.remove(&id).and_then(|place| spans.get_mut(place)) {
                        span.to = Some(event.time);
                        span.ok = matches!(outcome, Outcome::Ok(_));
                    }
                }
            }
        }
    }
    spans
}

/// Durations of the operations that ended well, in milliseconds.
fn latencies(operations: &[Span]) -> Vec<f64> {
    let ended = operations.iter().filter(|span| span.ok);
    ended.filter_map(|span| Some(milliseconds(span.to? - span.from))).collect()
}

/// The time unavailable in milliseconds; nothing without operations.
fn unavailable_ms(operations: &[Span], now: Time) -> Vec<f64> {
    if operations.is_empty() {
        return Vec::new();
    }
    vec![milliseconds(unavailable(operations.iter().map(|span| (span.from, span.to)), now))]
}

/// How long some operation had been waiting beyond the patience: each with its invocation, and its end unless it waits
/// still, in the order of invocation.
pub(crate) fn unavailable(operations: impl Iterator<Item = (Time, Option<Time>)>, now: Time) -> Time {
    let mut reached = 0;
    let mut total = 0;
    // One pass joins those that overlap.
    for (invoked_at, ended_at) in operations {
        let from = (invoked_at + PATIENCE).max(reached);
        let to = ended_at.unwrap_or(now);
        total += to.saturating_sub(from);
        reached = reached.max(to);
    }
    total
}

#[expect(clippy::cast_precision_loss, reason = "counts and times stay far below 2^52")]
fn number(value: u64) -> f64 {
    value as f64
}

fn milliseconds(time: Time) -> f64 {
    number(time) / 1_000.0
}
