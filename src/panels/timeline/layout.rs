//! Where things stand on the timeline's track: its span, axis ticks and marks that do not collide. Pure arithmetic.

use crate::order::insert_by_key;
use consistory_kernel::{MS, Time};
use consistory_scene::{MarkKind, TimelineMark};

/// The least span of the track, so that the first events of a run do not jump about.
const SPAN_MIN: Time = 400 * MS;
/// Centres of marks keep this distance, so that each is a target of its own.
const MARK_GAP_PX: u32 = 26;
/// From the centre of a mark to its label.
const LABEL_OFFSET_PX: u32 = 11;
/// The average advance of a narrow (Latin) character of a label.
const NARROW_PX: u32 = 7;
/// The average advance of a wide (Chinese) character of a label.
const WIDE_PX: u32 = 13;
/// Room that an axis label needs.
const TICK_GAP_PX: u32 = 84;

/// The virtual time that the whole track stands for: the next round number that leaves room ahead of `until`.
///
/// It grows in steps, so that the track does not creep while the run plays.
pub(crate) fn span(until: Time) -> Time {
    let wanted = (until + until / 16).max(SPAN_MIN);
    round_up(wanted, &[10, 15, 20, 25, 30, 40, 50, 60, 80])
}

/// The smallest of `steps` × a power of ten that is at least `wanted`; the steps are between 10 and 99.
fn round_up(wanted: Time, steps: &[Time]) -> Time {
    let mut scale: Time = 1;
    loop {
        for step in steps {
            let candidate = step.saturating_mul(scale);
            if candidate >= wanted {
                return candidate;
            }
        }
        scale = scale.saturating_mul(10);
    }
}

/// Times of the axis labels, round and far enough apart for a track of that width.
pub(crate) fn ticks(span: Time, width: u32) -> Vec<Time> {
    let most = Time::from((width / TICK_GAP_PX).max(2));
    let every = round_up((span / most).max(1), &[10, 20, 25, 50]);
    (0..=span / every).map(|number| number * every).collect()
}

/// The place of a time on a track of that width, in pixels.
pub(crate) fn place(time: Time, span: Time, width: u32) -> u32 {
    let offset = time.min(span).saturating_mul(Time::from(width)) / span.max(1);
    u32::try_from(offset).unwrap_or(width)
}

/// The place of a time on the track, in thousandths of a percent.
pub(crate) fn share(time: Time, span: Time) -> u32 {
    place(time, span, 100_000)
}

/// Thousandths of a percent, as style sheets write them. In whole numbers: the standard library's writing of fractions
/// costs the page kilobytes.
pub(crate) fn percent(share: u32) -> String {
    format!("{}.{:03}%", share / 1_000, share % 1_000)
}

/// The time at a part (0 to 1) of the track.
pub(crate) fn time_at(fraction: f64, span: Time) -> Time {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the span, which is far below 2^52 microseconds"
    )]
    let time = (fraction.clamp(0.0, 1.0) * span as f64).round() as Time;
    time
}

/// Marks that share one place because they are too close to be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// The most important of them; the place is its own.
    pub(crate) lead: TimelineMark,
    /// The others, in order of time.
    pub(crate) others: Vec<TimelineMark>,
    /// Whether there is room for the lead's label.
    pub(crate) labelled: bool,
}

/// How much a kind of mark matters when there is room for one only; less is more.
fn rank(kind: MarkKind) -> u8 {
    match kind {
        MarkKind::Finding => 0,
        MarkKind::Leader => 1,
        MarkKind::Network => 2,
        MarkKind::Fault => 3,
        MarkKind::Milestone => 4,
        MarkKind::Client => 5,
    }
}

/// The width of a label in pixels, as far as it can be known without drawing it.
fn label_width(label: &str) -> u32 {
    label.chars().map(|character| if character.is_ascii() { NARROW_PX } else { WIDE_PX }).sum()
}

/// Puts each mark at its place or, where a more important one already stands there, into that one's cluster;
/// then gives labels to those that have room until the next mark.
pub(crate) fn cluster(
    marks: &[TimelineMark],
    span: Time,
    width: u32,
    label: impl Fn(&TimelineMark) -> String,
) -> Vec<Cluster> {
    let mut order: Vec<&TimelineMark> = Vec::new();
    for mark in marks {
        insert_by_key(&mut order, mark, |mark| (rank(mark.kind), mark.time, mark.step));
    }
    let mut led: Vec<Cluster> = Vec::new();
    for mark in order {
        let here = place(mark.time, span, width);
        let distance = |cluster: &Cluster| place(cluster.lead.time, span, width).abs_diff(here);
        match led.iter_mut().filter(|cluster| distance(cluster) < MARK_GAP_PX).min_by_key(|cluster| distance(cluster)) {
            Some(cluster) => insert_by_key(&mut cluster.others, mark.clone(), |mark| (mark.time, mark.step)),
            None => led.push(Cluster { lead: mark.clone(), others: Vec::new(), labelled: false }),
        }
    }
    let mut clusters: Vec<Cluster> = Vec::new();
    for cluster in led {
        insert_by_key(&mut clusters, cluster, |cluster| (cluster.lead.time, cluster.lead.step));
    }
    for index in 0..clusters.len() {
        let here = place(clusters[index].lead.time, span, width);
        let next = clusters.get(index + 1).map_or(width, |next| place(next.lead.time, span, width) - LABEL_OFFSET_PX);
        let cluster = &mut clusters[index];
        let more = if cluster.others.is_empty() { 0 } else { 3 * NARROW_PX };
        cluster.labelled = here + LABEL_OFFSET_PX + label_width(&label(&cluster.lead)) + more <= next;
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::{cluster, percent, place, share, span, ticks, time_at};
    use consistory_kernel::{MS, StepId, Time};
    use consistory_scene::{MarkKind, Text, TimelineMark};

    fn mark(number: u32, time: Time, kind: MarkKind) -> TimelineMark {
        TimelineMark { step: StepId(number), time, kind, label: Text::plain("n1") }
    }

    #[test]
    fn a_span_is_round_and_leaves_room() {
        assert_eq!(span(0), 400 * MS);
        assert_eq!(span(380 * MS), 500 * MS);
        assert_eq!(span(734 * MS), 800 * MS);
        assert_eq!(span(1_000 * MS), 1_500 * MS);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(800 * MS, 800), (0..=8).map(|number| number * 100 * MS).collect::<Vec<_>>());
        assert_eq!(ticks(1_000 * MS, 200), vec![0, 500 * MS, 1_000 * MS]);
    }

    #[test]
    fn a_place_and_its_time_agree() {
        assert_eq!(place(250, 1_000, 400), 100);
        assert_eq!(time_at(0.25, 1_000), 250);
        assert_eq!(time_at(7.0, 1_000), 1_000);
    }

    #[test]
    fn a_share_is_written_in_percent() {
        assert_eq!(percent(share(0, 1_000)), "0.000%");
        assert_eq!(percent(share(1, 3_000)), "0.033%");
        assert_eq!(percent(share(123_456, 1_000_000)), "12.345%");
        assert_eq!(percent(share(2_000, 1_000)), "100.000%");
        assert_eq!(percent(share(7, 0)), "0.000%");
    }

    #[test]
    fn close_marks_share_a_place_led_by_the_most_important() {
        let marks = [mark(1, 100, MarkKind::Client), mark(2, 104, MarkKind::Finding), mark(3, 500, MarkKind::Leader)];
        let clusters = cluster(&marks, 1_000, 1_000, |_| "n1".to_owned());
        assert_eq!(clusters.len(), 2);
        assert_eq!(clusters[0].lead.step, StepId(2));
        assert_eq!(clusters[0].others.len(), 1);
        assert!(clusters[0].labelled && clusters[1].labelled);
    }

    #[test]
    fn a_label_without_room_is_left_out() {
        let marks = [mark(1, 100, MarkKind::Fault), mark(2, 140, MarkKind::Leader)];
        let clusters = cluster(&marks, 1_000, 1_000, |_| "a long label".to_owned());
        assert!(!clusters[0].labelled);
        assert!(clusters[1].labelled);
    }
}
