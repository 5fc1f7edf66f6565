//! Where events are in the space-time diagram: columns, rows, what is shown, what is near a point. No browser in here.

use consistory_kernel::{ProcessId, StepId, Time};
use consistory_session::spacetime::{Spot, SpotKind};

/// Room for the times at the left, in CSS pixels.
pub(super) const GUTTER: f64 = 68.0;
/// Room for the names at the top.
pub(super) const HEAD: f64 = 22.0;
/// Distance of two events when every event has a row of its own.
const ROW: f64 = 18.0;
/// At most about so many events are drawn at once.
const DRAWN_MAX: usize = 3_000;
/// The least and the greatest scale, in pixels per row or per millisecond.
const SCALES: (f64, f64) = (0.002, 60.0);

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Every event has a row of its own: nothing overlaps.
    Order,
    /// A row is a time: distances are durations.
    Time,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// Starts and timers that are no turning points.
    pub(super) local: bool,
    /// Messages between nodes.
    pub(super) messages: bool,
    /// Clients, and what they ask and are told.
    pub(super) clients: bool,
    /// Processes that are left out, one bit each.
    pub(super) hidden: u128,
}

impl Filter {
    /// Everything.
    pub(super) const ALL: Self = Self { local: true, messages: true, clients: true, hidden: 0 };

    /// Whether a process has a column.
    pub(super) fn has(self, process: ProcessId) -> bool {
        self.hidden >> process.0.min(127) & 1 == 0
    }

    fn shows(self, spot: &Spot) -> bool {
        let kind = match spot.kind {
            SpotKind::Received | SpotKind::Lost => self.messages,
            SpotKind::Asked | SpotKind::Client => self.clients,
            SpotKind::Local => self.local,
            SpotKind::Fault => true,
        };
        self.has(spot.process) && (kind || spot.is_notable)
    }
}

/// The diagram as it stands.
pub(super) struct Plot {
    /// Every event, in order.
    pub(super) spots: Vec<Spot>,
    /// Processes that have a column, in order.
    pub(super) columns: Vec<ProcessId>,
    /// The events that are shown, as positions among all.
    shown: Vec<u32>,
    /// By place among those shown: the least row at which a message begins that ends there or later.
    begins: Vec<f64>,
    filter: Filter,
    axis: Axis,
    /// The row at the top.
    top: f64,
    /// Pixels per row.
    scale: f64,
    /// The size of the picture, names included, in CSS pixels.
    pub(super) size: (f64, f64),
}

/// A place among the events that are shown, with where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark {
    /// Position among all events.
    pub(super) place: usize,
    /// Where, in CSS pixels.
    pub(super) x: f64,
    pub(super) y: f64,
    /// Where the message that ended there set out, if one did.
    pub(super) sent: Option<(f64, f64)>,
}

impl Plot {
    pub(super) fn new() -> Self {
        Self {
            spots: Vec::new(),
            columns: Vec::new(),
            shown: Vec::new(),
            begins: Vec::new(),
            filter: Filter::ALL,
            axis: Axis::Order,
            top: 0.0,
            scale: ROW,
            size: (0.0, 0.0),
        }
    }

    /// Takes the events from some position on; what was there before them stays.
    pub(super) fn take(&mut self, from: usize, new: &[Spot], processes: u16) {
        let is_longer = from == self.spots.len();
        self.spots.truncate(from);
        self.spots.extend_from_slice(new);
        if !is_longer {
            self.begins.clear();
        }
        let columns: Vec<_> = (0..processes).map(ProcessId).filter(|id| self.filter.has(*id)).collect();
        if is_longer && columns == self.columns {
            self.show_from(from);
        } else {
            self.columns = columns;
            self.shown.clear();
            self.show_from(0);
        }
    }

    /// Shows other things, or on another axis. What was at the top stays there as nearly as it can.
    pub(super) fn set(&mut self, filter: Filter, axis: Axis, processes: u16) {
        if (filter, axis) == (self.filter, self.axis) {
            return;
        }
        let at_top = self.shown.get(self.first_below(self.top)).copied();
        if axis != self.axis {
            // About as many events in a window as before.
            self.scale = match axis {
                Axis::Order => ROW,
                Axis::Time => 4.0,
            };
        }
        (self.filter, self.axis) = (filter, axis);
        self.columns = (0..processes).map(ProcessId).filter(|id| filter.has(*id)).collect();
        self.shown.clear();
        self.show_from(0);
        if let Some(place) = at_top {
            self.top = self.row_of(place as usize);
        }
        self.keep_inside();
    }

    fn show_from(&mut self, from: usize) {
        let first = self.shown.len();
        for (place, spot) in self.spots.iter().enumerate().skip(from) {
            if self.filter.shows(spot) {
                self.shown.push(u32::try_from(place).unwrap_or(u32::MAX));
            }
        }
        self.begins.truncate(first);
        self.begins.resize(self.shown.len(), f64::INFINITY);
        let mut least = f64::INFINITY;
        for place in (0..self.shown.len()).rev() {
            let spot = &self.spots[self.shown[place] as usize];
            if place >= first {
                if spot.ends_message() {
                    least = least.min(self.row_of_step(spot.cause));
                }
            } else if self.begins[place] <= least {
                break;
            }
            self.begins[place] = least;
        }
    }

    fn row_of_step(&self, step: StepId) -> f64 {
        let place = self.spots.partition_point(|spot| spot.step < step);
        self.row_of(place.min(self.spots.len().saturating_sub(1)))
    }

    /// The row of an event, shown or not: where it would be.
    fn row_of(&self, place: usize) -> f64 {
        match self.axis {
            Axis::Time => self.spots.get(place).map_or(0.0, |spot| milliseconds(spot.time)),
            Axis::Order => count(self.shown.partition_point(|shown| (*shown as usize) < place)),
        }
    }

    fn row(&self, shown: usize) -> f64 {
        match self.axis {
            Axis::Time => self.row_of(self.shown[shown] as usize),
            Axis::Order => count(shown),
        }
    }

    /// The row of the last event, and one more.
    fn end(&self) -> f64 {
        match self.axis {
            Axis::Time => self.spots.last().map_or(0.0, |spot| milliseconds(spot.time)),
            Axis::Order => count(self.shown.len()),
        }
    }

    /// The first of those shown that is not above a row.
    fn first_below(&self, row: f64) -> usize {
        match self.axis {
            Axis::Time => self.shown.partition_point(|place| milliseconds(self.spots[*place as usize].time) < row),
            Axis::Order => whole(row.ceil()).min(self.shown.len()),
        }
    }

    fn rows(&self) -> f64 {
        (self.size.1 - HEAD).max(1.0) / self.scale
    }

    fn keep_inside(&mut self) {
        // Half an empty window below the last event, so that it can be in the middle.
        let most = (self.end() - self.rows() / 2.0).max(0.0);
        self.top = self.top.clamp(0.0, most);
    }

    /// Moves by that many pixels.
    pub(super) fn pan(&mut self, down: f64) {
        self.top += down / self.scale;
        self.keep_inside();
    }

    /// Magnifies around a height of the picture.
    pub(super) fn zoom(&mut self, by: f64, around: f64) {
        let fixed = self.top + (around - HEAD) / self.scale;
        self.scale = (self.scale * by).clamp(SCALES.0, SCALES.1);
        self.top = fixed - (around - HEAD) / self.scale;
        self.keep_inside();
    }

    /// Brings an event into the picture, if it is not there.
    pub(super) fn reveal(&mut self, step: StepId) {
        let row = self.row_of_step(step);
        let margin = self.rows() / 6.0;
        if row < self.top + margin {
            self.top = row - margin;
        } else if row > self.top + self.rows() - margin {
            self.top = row - self.rows() + margin;
        }
        self.keep_inside();
    }

    /// The height of a row of the picture.
    fn y(&self, row: f64) -> f64 {
        HEAD + (row - self.top) * self.scale + if self.axis == Axis::Order { self.scale / 2.0 } else { 4.0 }
    }

    /// The middle of a process's column; none if it has none.
    pub(super) fn x(&self, process: ProcessId) -> Option<f64> {
        let column = self.columns.iter().position(|known| *known == process)?;
        let width = (self.size.0 - GUTTER).max(1.0) / count(self.columns.len().max(1));
        Some(GUTTER + width * (count(column) + 0.5))
    }

    /// The height at which the cursor stands after that many steps, at that time.
    pub(super) fn cursor(&self, steps: StepId, now: Time) -> f64 {
        match self.axis {
            Axis::Time => self.y(milliseconds(now)),
            Axis::Order => {
                let place = self.spots.partition_point(|spot| spot.step < steps);
                HEAD + (self.row_of(place) - self.top) * self.scale
            }
        }
    }

    /// Every event and message that is in the picture, at least in part; of more than [`DRAWN_MAX`] an even sample, in
    /// which nothing could be told apart anyway.
    pub(super) fn visible(&self) -> impl Iterator<Item = Mark> + '_ {
        let bottom = self.top + self.rows();
        let first = self.first_below(self.top - 1.0);
        let every = (self.first_below(bottom).saturating_sub(first) / DRAWN_MAX).max(1);
        let in_sight = (first..self.shown.len()).step_by(every);
        in_sight.take_while(move |place| self.row(*place) <= bottom || self.begins[*place] <= bottom).filter_map(
            move |shown| {
                let place = self.shown[shown] as usize;
                let spot = &self.spots[place];
                let sent = spot.ends_message().then(|| self.sent(spot)).flatten();
                let row = self.row(shown);
                let is_in = row <= bottom || sent.is_some_and(|(_, y)| y <= self.size.1);
                is_in.then(|| Some(Mark { place, x: self.x(spot.process)?, y: self.y(row), sent })).flatten()
            },
        )
    }

    fn sent(&self, spot: &Spot) -> Option<(f64, f64)> {
        (spot.cause != StepId::NONE).then_some(())?;
        Some((self.x(spot.from)?, self.y(self.row_of_step(spot.cause))))
    }

    /// The event nearest to a point, within that distance.
    pub(super) fn near(&self, x: f64, y: f64, reach: f64) -> Option<StepId> {
        let away = |mark: &Mark| (mark.x - x).hypot(mark.y - y);
        let near = self.visible().filter(|mark| away(mark) <= reach);
        near.min_by(|one, other| away(one).total_cmp(&away(other))).map(|mark| self.spots[mark.place].step)
    }

    /// The event that is shown so many places after one, or the first in the picture.
    pub(super) fn neighbour(&self, of: Option<StepId>, by: isize) -> Option<StepId> {
        let place = match of {
            Some(step) => {
                let at = self.shown.partition_point(|place| self.spots[*place as usize].step < step);
                at.saturating_add_signed(by).min(self.shown.len().saturating_sub(1))
            }
            None => self.first_below(self.top),
        };
        self.shown.get(place).map(|place| self.spots[*place as usize].step)
    }

    /// Times at round distances, with their heights; on the axis of order, the time of some of the rows.
    pub(super) fn ticks(&self) -> Vec<(f64, Time)> {
        /// Least distance of two times, in pixels.
        const APART: f64 = 44.0;
        let bottom = self.top + self.rows();
        match self.axis {
            Axis::Time => {
                let mut step = 1.0;
                for factor in [2.0, 2.5, 2.0].iter().cycle().take(30) {
                    if step * self.scale >= APART {
                        break;
                    }
                    step *= factor;
                }
                let first = (self.top / step).ceil();
                let ticks = (0..200).map(|number: u32| (first + f64::from(number)) * step);
                ticks.take_while(|row| *row <= bottom).map(|row| (self.y(row), microseconds(row))).collect()
            }
            Axis::Order => {
                let every = whole((APART / self.scale).ceil()).max(1);
                let first = self.first_below(self.top).next_multiple_of(every);
                let places = (first..self.shown.len()).step_by(every).take(200);
                let ticks = places.map(|shown| (self.row(shown), self.spots[self.shown[shown] as usize].time));
                ticks.take_while(|(row, _)| *row <= bottom).map(|(row, time)| (self.y(row), time)).collect()
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run has fewer events than 2^52, and is shorter in microseconds")]
fn milliseconds(time: Time) -> f64 {
    time as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a run has fewer events than 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative numbers become 0")]
fn whole(number: f64) -> usize {
    number as usize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative numbers become 0")]
fn microseconds(milliseconds: f64) -> Time {
    (milliseconds * 1_000.0).round() as Time
}

#[cfg(test)]
mod tests {
    use super::{Axis, Filter, GUTTER, HEAD, Plot};
    use consistory_kernel::{ProcessId, StepId};
    use consistory_session::spacetime::{Spot, SpotKind};

    /// Two nodes that send each other one message after the other, 10 ms apart, with a timer before each.
    fn plot(events: u32) -> Plot {
        let spots: Vec<Spot> = (0..events)
            .map(|number| {
                let is_timer = number % 2 == 0;
                let process = ProcessId(u16::try_from(number / 2 % 2).unwrap_or(0));
                Spot {
                    step: StepId(number),
                    time: u64::from(number) * 10_000,
                    process,
                    kind: if is_timer { SpotKind::Local } else { SpotKind::Received },
                    cause: if is_timer { StepId::NONE } else { StepId(number - 1) },
                    from: if is_timer { process } else { ProcessId(1 - process.0) },
                    is_notable: number == 4,
                }
            })
            .collect();
        let mut plot = Plot::new();
        plot.size = (GUTTER + 200.0, HEAD + 180.0);
        plot.take(0, &spots, 2);
        plot
    }

    fn steps(plot: &Plot) -> Vec<u32> {
        plot.visible().map(|mark| plot.spots[mark.place].step.0).collect()
    }

    #[test]
    fn what_is_in_the_picture_is_drawn_and_nothing_else() {
        let mut plot = plot(1_000);
        // 180 pixels are ten rows; half a row above and below may be seen.
        assert_eq!(steps(&plot), (0..=10).collect::<Vec<_>>());
        plot.pan(18.0 * 500.0);
        assert_eq!(steps(&plot), (499..=510).collect::<Vec<_>>());
        let mark = plot.visible().next().expect("there are events");
        assert_eq!((mark.x, mark.sent.map(|(x, _)| x)), (GUTTER + 150.0, Some(GUTTER + 50.0)));
        plot.pan(1e9);
        assert_eq!(steps(&plot).last(), Some(&999), "one cannot get lost");
    }

    #[test]
    fn of_too_many_events_a_sample_is_drawn() {
        let mut plot = plot(60_000);
        plot.zoom(0.000_1, HEAD);
        let drawn = steps(&plot);
        assert!((2_000..6_000).contains(&drawn.len()), "{}", drawn.len());
        assert!(drawn.last() > Some(&59_000));
    }

    #[test]
    fn a_message_that_ends_below_the_picture_is_drawn() {
        let mut plot = plot(100);
        plot.spots[60].cause = StepId(2);
        plot.spots[60].kind = SpotKind::Received;
        let spots = plot.spots.clone();
        plot.take(0, &spots, 2);
        assert_eq!(steps(&plot).last(), Some(&60));
    }

    #[test]
    fn filters_leave_out_what_is_no_turning_point() {
        let mut plot = plot(20);
        plot.set(Filter { local: false, ..Filter::ALL }, Axis::Order, 2);
        assert_eq!(steps(&plot), [1, 3, 4, 5, 7, 9, 11, 13, 15, 17, 19]);
        plot.set(Filter { hidden: 1, ..Filter::ALL }, Axis::Order, 2);
        assert!(steps(&plot).iter().all(|step| step / 2 % 2 == 1));
        assert_eq!(plot.x(ProcessId(0)), None);
    }

    #[test]
    fn a_time_axis_has_durations_as_distances() {
        let mut plot = plot(100);
        plot.set(Filter::ALL, Axis::Time, 2);
        let heights: Vec<f64> = plot.visible().map(|mark| mark.y).collect();
        assert!(heights.windows(2).all(|pair| (pair[1] - pair[0] - 40.0).abs() < 1e-6), "{heights:?}");
        assert_eq!(plot.ticks().iter().map(|(_, time)| *time).take(3).collect::<Vec<_>>(), [0, 20_000, 40_000]);
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut plot = plot(1_000);
        plot.pan(18.0 * 300.0);
        let under = plot.near(GUTTER + 50.0, HEAD + 90.0, 40.0);
        plot.zoom(2.0, HEAD + 90.0);
        assert_eq!(plot.near(GUTTER + 50.0, HEAD + 90.0, 40.0), under);
        assert!(under.is_some());
    }

    #[test]
    fn a_hidden_event_can_be_revealed_and_stepped_from() {
        let mut plot = plot(1_000);
        plot.reveal(StepId(700));
        assert!(steps(&plot).contains(&700));
        assert_eq!(plot.neighbour(Some(StepId(700)), 1), Some(StepId(701)));
        assert_eq!(plot.neighbour(Some(StepId(0)), -1), Some(StepId(0)));
        assert_eq!(plot.neighbour(Some(StepId(999)), 5), Some(StepId(999)));
    }
}
