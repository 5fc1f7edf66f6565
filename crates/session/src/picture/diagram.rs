//! The space-time diagram, as a picture: time downward, a column per process, and arrows from send to receipt.

use super::svg::{
    AT_END, At, Attributes, BOLD, MIDDLE, NO_FILL, Rect, SERIF, advance, arrow_head, count, cross, fitted, length,
    width,
};
use super::{Colours, Drawing};
use crate::export::Wording;
use crate::happenings::{Carried, Happening, HappeningKind};
use consistory_kernel::{MS, ProcessId, StepId, Time};
use consistory_scene::layout::Point;
use consistory_scene::{Arg, Text, Tone};
use std::collections::BTreeMap;

/// The most events of a diagram.
const EVENTS_MAX: usize = 2_000;
/// Room for the times, left of the first column.
const GUTTER: f64 = 96.0;
/// From one column to the next.
const COLUMN: f64 = 200.0;
/// The same where there are many columns.
const COLUMN_NARROW: f64 = 110.0;
/// More columns than these are many.
const WIDE_MAX: usize = 12;
/// Where the columns begin, below the headings and the names.
const TOP: f64 = 110.0;
/// Room below the last event.
const FOOT: f64 = 28.0;
/// The least distance between two rows, at which two dots do not touch.
const ROW: f64 = 12.0;
/// The most that a time without events takes.
const PAUSE: f64 = 96.0;
/// Height of a microsecond where nothing is closer together than a row.
const MICROSECOND: f64 = 0.003;
/// The least distance between two times at the left.
const TICK_GAP: f64 = 16.0;
/// Times at the left are multiples of one of these, in milliseconds.
const TICKS: [Time; 16] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 300_000, 600_000];
/// Size of labels, and the distance of their lines.
const LABEL: f64 = 11.0;
const LABEL_LINE: f64 = 13.0;
/// How far a lost message comes.
const LOST_AT: f64 = 0.8;

/// The events up to a time as a space-time diagram; without `processes` there is nothing to see.
///
/// Each event has a row of its own, so that an arrow always leads downward. Rows are as far apart as the events are in
/// time, with two exceptions that the picture states: never closer than a row, where events would overlap, and never
/// farther than a long pause needs. Only the last 2,000 events are drawn.
///
/// What is done to the network happens at no process and has a column of its own, if there is any.
pub fn diagram(
    happenings: &[Happening],
    processes: &[ProcessId],
    until: Time,
    wording: &Wording<'_>,
    colours: &Colours,
) -> String {
    let sheet = Sheet::new(happenings, processes, until);
    let title = (wording.sentence)(&Text::key("picture.diagram").with("time", Arg::Time(until)));
    let names: Vec<String> = processes.iter().map(|id| (wording.name)(*id)).collect();
    let description = Text::key("picture.diagram-says")
        .with("count", number(sheet.rows.len()))
        .with("processes", Arg::Plain(names.join(", ")));
    let description = (wording.sentence)(&description);
    let mut drawing = Drawing::new((sheet.width(), sheet.bottom() + FOOT), &title, &description, wording, colours);
    sheet.draw_headings(&mut drawing, &title);
    sheet.draw_columns(&mut drawing);
    for row in &sheet.rows {
        match &row.happening.kind {
            HappeningKind::Received(message) => sheet.draw_received(&mut drawing, row, message),
            HappeningKind::Lost(message) => sheet.draw_lost(&mut drawing, row, message),
            HappeningKind::Local => {}
        }
    }
    for row in &sheet.rows {
        sheet.draw_event(&mut drawing, row);
    }
    sheet.draw_labels(&mut drawing);
    drawing.svg.finish()
}

fn number(count: usize) -> Arg {
    Arg::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// One event with its place.
struct Row<'a> {
    happening: &'a Happening,
    /// The number of its column.
    column: usize,
    y: f64,
}

/// What is drawn, and where.
struct Sheet<'a> {
    processes: &'a [ProcessId],
    /// Whether there is one more column, for the network.
    has_network: bool,
    rows: Vec<Row<'a>>,
    /// How many earlier events are left out.
    hidden: usize,
    heights: BTreeMap<StepId, f64>,
}

impl<'a> Sheet<'a> {
    fn new(happenings: &'a [Happening], processes: &'a [ProcessId], until: Time) -> Self {
        let known: Vec<(&Happening, usize)> = happenings
            .iter()
            .filter(|happening| happening.time <= until)
            .filter_map(|happening| Some((happening, column_of(processes, happening)?)))
            .collect();
        let hidden = known.len().saturating_sub(EVENTS_MAX);
        let mut y = TOP;
        let mut before = None;
        let place = |(happening, column): (&'a Happening, usize)| {
            let elapsed = happening.time.saturating_sub(before.unwrap_or(happening.time));
            before = Some(happening.time);
            y += (micros(elapsed) * MICROSECOND).clamp(ROW, PAUSE);
            Row { happening, column, y }
        };
        let rows: Vec<Row<'a>> = known.into_iter().skip(hidden).map(place).collect();
        let heights = rows.iter().map(|row| (row.happening.step, row.y)).collect();
        let has_network = rows.iter().any(|row| row.column == processes.len());
        Self { processes, has_network, rows, hidden, heights }
    }

    fn columns(&self) -> usize {
        self.processes.len() + usize::from(self.has_network)
    }

    /// From one column to the next.
    fn spacing(&self) -> f64 {
        if self.columns() > WIDE_MAX { COLUMN_NARROW } else { COLUMN }
    }

    fn x(&self, column: usize) -> f64 {
        GUTTER + count(column) * self.spacing()
    }

    fn width(&self) -> f64 {
        // The headings need some room too.
        self.x(self.columns()).max(640.0)
    }

    /// Where the columns end.
    fn bottom(&self) -> f64 {
        self.rows.last().map_or(TOP, |row| row.y) + ROW
    }

    /// What this is, how to read it, and what is left out.
    fn draw_headings(&self, drawing: &mut Drawing<'_>, title: &str) {
        let colours = drawing.colours;
        let room = self.width() - 36.0;
        let title = fitted(title, room, 16.0);
        let paint: &Attributes<'_> = &[("fill", &colours.ink), ("font-family", &SERIF), BOLD];
        drawing.svg.text(Point { x: 18.0, y: 26.0 }, 16.0, &title, paint);
        let scale = if self.rows.is_empty() { "picture.no-events" } else { "picture.scale" };
        let soft = &colours.ink_soft;
        let mut lines = vec![(drawing.word("picture.legend"), soft), (drawing.word(scale), soft)];
        if self.hidden > 0 {
            let text = Text::key("picture.truncated");
            let text = text.with("count", number(self.rows.len())).with("hidden", number(self.hidden));
            lines.push((drawing.say(&text), &colours.tone(Tone::Warning).fill));
        }
        let mut y = 44.0;
        for (line, fill) in lines {
            let line = fitted(&line, room, LABEL);
            drawing.svg.text(Point { x: 18.0, y }, LABEL, &line, &[("fill", fill)]);
            y += LABEL_LINE + 2.0;
        }
    }

    /// Names, the lines of the columns, and the times at the left.
    fn draw_columns(&self, drawing: &mut Drawing<'_>) {
        let colours = drawing.colours;
        for (time, y) in self.ticks() {
            let (start, end) = (Point { x: GUTTER - 20.0, y }, Point { x: self.width(), y });
            drawing.svg.line(start, end, &[("stroke", &colours.line), ("stroke-width", &"1")]);
            let time = drawing.say(&Text::key("plain").with("text", Arg::Time(time)));
            let place = Point { x: GUTTER - 26.0, y: y + 4.0 };
            drawing.svg.text(place, LABEL, &time, &[("fill", &colours.ink_soft), AT_END]);
        }
        for column in 0..self.columns() {
            let name = match self.processes.get(column) {
                Some(id) => (drawing.wording.name)(*id),
                None => drawing.word("picture.network"),
            };
            let x = self.x(column);
            let place = Point { x, y: TOP - 10.0 };
            let name = fitted(&name, self.spacing() - 8.0, 15.0);
            let paint: &Attributes<'_> = &[("fill", &colours.ink), ("font-family", &SERIF), MIDDLE, BOLD];
            drawing.svg.text(place, 15.0, &name, paint);
            let (start, end) = (Point { x, y: TOP }, Point { x, y: self.bottom() });
            let stroke = if column < self.processes.len() { &colours.line_strong } else { &colours.line };
            drawing.svg.line(start, end, &[("stroke", stroke), ("stroke-width", &"1.5")]);
        }
    }

    /// Round times with their heights; the first is that of the first event.
    fn ticks(&self) -> Vec<(Time, f64)> {
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else { return Vec::new() };
        let mut ticks = vec![(first.happening.time, first.y)];
        let span = last.happening.time.saturating_sub(first.happening.time);
        // About as many as rows leave room for.
        let most = u64::try_from(self.rows.len()).unwrap_or(u64::MAX) / 3 + 2;
        let Some(step) = TICKS.into_iter().map(|step| step * MS).find(|step| span / step <= most) else { return ticks };
        let mut next = (first.happening.time / step + 1) * step;
        for pair in self.rows.windows(2) {
            let [above, below] = pair else { continue };
            let (from, to) = (above.happening.time, below.happening.time);
            while next <= to {
                let part = micros(next.saturating_sub(from)) / micros(to.saturating_sub(from)).max(1.0);
                let y = above.y + (below.y - above.y) * part;
                if ticks.last().is_none_or(|(_, last)| y - last >= TICK_GAP) {
                    ticks.push((next, y));
                }
                next += step;
            }
        }
        ticks
    }

    /// Where a message was sent, and where it went; `None` where that is not in the picture at all.
    fn ends(&self, row: &Row<'_>, message: &Carried) -> Option<(Point, Point)> {
        let from = self.processes.iter().position(|id| *id == message.from)?;
        // What was sent by an event that is left out comes from above.
        let sent = self.heights.get(&row.happening.cause?).copied().unwrap_or(TOP);
        Some((Point { x: self.x(from), y: sent }, Point { x: self.x(row.column), y: row.y }))
    }

    fn draw_received(&self, drawing: &mut Drawing<'_>, row: &Row<'_>, message: &Carried) {
        let Some((sent, received)) = self.ends(row, message) else { return };
        let colours = drawing.colours;
        let title = format!("{} {}", drawing.say(&message.name), message.id);
        drawing.svg.open_group("message", &title);
        let paint: &Attributes<'_> = &[NO_FILL, ("stroke", &colours.ink_faint), ("stroke-width", &"1")];
        // A message to oneself goes round beside its column.
        let is_own = row.happening.process == Some(message.from);
        let aside = Point { x: sent.x + 28.0, y: f64::midpoint(sent.y, received.y) };
        let before = if is_own { aside } else { sent };
        // The head ends where the dot begins.
        let part = 5.0 / length(received.x - before.x, received.y - before.y).max(5.0);
        let tip = received.toward(before, part.min(0.5));
        let path = if is_own {
            format!("M{}Q{} {}", At(sent), At(aside), At(tip))
        } else {
            format!("M{}L{}", At(sent), At(tip))
        };
        drawing.svg.path(&path, paint);
        drawing.svg.path(&arrow_head(before, tip), paint);
        drawing.svg.close();
    }

    /// A message that nobody received ends in a cross before it arrives.
    fn draw_lost(&self, drawing: &mut Drawing<'_>, row: &Row<'_>, message: &Carried) {
        let Some((sent, aimed)) = self.ends(row, message) else { return };
        let colours = drawing.colours;
        let name = format!("{} {}", drawing.say(&message.name), message.id);
        let title = drawing.say(&Text::key("picture.lost").with("message", Arg::Plain(name)));
        let bad = &colours.tone(Tone::Bad).fill;
        // The time is that of the loss, and it stays the time of the cross.
        let lost = Point { x: sent.toward(aimed, LOST_AT).x, y: aimed.y };
        drawing.svg.open_group("lost", &title);
        drawing.svg.line(sent, lost, &[("stroke", bad), ("stroke-width", &"1"), ("stroke-dasharray", &"5 3")]);
        drawing.svg.path(&cross(lost, 4.5), &[NO_FILL, ("stroke", bad), ("stroke-width", &"2")]);
        drawing.svg.close();
    }

    /// A dot, larger at a turning point; what is done to the network is a line across all columns besides.
    fn draw_event(&self, drawing: &mut Drawing<'_>, row: &Row<'_>) {
        let Row { happening, column, y } = *row;
        if matches!(happening.kind, HappeningKind::Lost(_)) {
            return;
        }
        let colours = drawing.colours;
        let lines: Vec<String> = happening.lines.iter().map(|line| drawing.say(line)).collect();
        drawing.svg.open_group("event", &lines.join(". "));
        let centre = Point { x: self.x(column), y };
        if column == self.processes.len() {
            let stroke = &colours.tone(Tone::Bad).fill;
            let start = Point { x: GUTTER - 20.0, y };
            drawing.svg.line(start, centre, &[("stroke", stroke), ("stroke-dasharray", &"7 5")]);
        }
        if happening.is_notable {
            drawing.svg.circle(centre, 5.0, &[("fill", &colours.ink), ("stroke", &colours.paper)]);
        } else {
            drawing.svg.circle(centre, 3.0, &[("fill", &colours.ink_soft)]);
        }
        drawing.svg.close();
    }

    /// What happened at turning points, right of their dots: where the label above leaves room.
    fn draw_labels(&self, drawing: &mut Drawing<'_>) {
        let colours = drawing.colours;
        let room = self.spacing() - 16.0;
        let mut lowest = vec![0.0_f64; self.columns()];
        for row in self.rows.iter().filter(|row| row.happening.is_notable) {
            let lines = &row.happening.lines;
            // The first line says that a message came or a timer fired, and the rest what that led to.
            let told: Vec<String> =
                lines.iter().skip(usize::from(lines.len() > 1)).map(|line| drawing.say(line)).collect();
            let label = wrapped(&told.join(" · "), room);
            let Some(last) = lowest.get_mut(row.column) else { continue };
            if told.is_empty() || row.y - LABEL_LINE / 2.0 < *last {
                continue;
            }
            let high = count(label.len()) * LABEL_LINE;
            *last = row.y - LABEL_LINE / 2.0 + high;
            let across = label.iter().map(|line| width(line, LABEL)).fold(0.0, f64::max);
            let left = self.x(row.column) + 9.0;
            // So that it can be read above arrows.
            let ground = Rect::of(left - 2.0, row.y - LABEL_LINE / 2.0, across + 4.0, high);
            drawing.svg.rect(ground, 2.0, &[("fill", &colours.paper), ("fill-opacity", &"0.85")]);
            for (number, line) in label.iter().enumerate() {
                let place = Point { x: left, y: row.y + 4.0 + count(number) * LABEL_LINE };
                drawing.svg.text(place, LABEL, line, &[("fill", &colours.ink)]);
            }
        }
    }
}

/// The column of an event: that of its process, or the one after all for what is done to the network; `None` at a
/// process that is not in the picture.
fn column_of(processes: &[ProcessId], happening: &Happening) -> Option<usize> {
    match happening.process {
        Some(process) => processes.iter().position(|id| *id == process),
        None => Some(processes.len()),
    }
}

/// A time as a number; more than an hour is no more than that.
fn micros(time: Time) -> f64 {
    f64::from(u32::try_from(time).unwrap_or(u32::MAX))
}

/// A text in two lines at most, the second with an ellipsis where it does not end there.
fn wrapped(text: &str, room: f64) -> Vec<String> {
    let mut used = 0.0;
    let is_beyond = |(_, letter): &(usize, char)| {
        used += advance(*letter) * LABEL;
        used > room
    };
    let Some((end, _)) = text.char_indices().find(is_beyond) else { return vec![text.to_owned()] };
    // At a space if one is near; Chinese breaks anywhere.
    let space = text[..end].rfind(' ').filter(|space| space * 2 > end);
    let (first, rest) = text.split_at(space.unwrap_or(end));
    vec![first.to_owned(), fitted(rest.trim_start(), room, LABEL)]
}
