//! What several runs tell, as one: marks and lines of the feed, with the name of the run that they are of.

use super::run::Entry;
use consistory_kernel::{ProcessId, StepId, Time};
use consistory_scene::{Arg, BranchLine, FeedLine, MarkKind, Scene, Text, TimelineMark, TimelineView};

/// A text with names in the place of processes: a process is known by its run only.
pub(super) fn named(text: &Text, name: &dyn Fn(ProcessId) -> String) -> Text {
    let arg = |arg: &Arg| match arg {
        Arg::Process(id) => Arg::Plain(name(*id)),
        Arg::Text(inner) => Arg::Text(Box::new(named(inner, name))),
        Arg::Number(_) | Arg::Time(_) | Arg::Plain(_) | Arg::Word(_) => arg.clone(),
    };
    Text { key: text.key, args: text.args.iter().map(|(hole, of)| (*hole, arg(of))).collect() }
}

/// The name of a process on a stage.
pub(super) fn name_on(scene: &Scene, id: ProcessId) -> String {
    let card = scene.cards.iter().find(|card| card.id == id).map(|card| card.name.clone());
    let client = || scene.clients.iter().find(|client| client.id == id).map(|client| client.name.clone());
    card.or_else(client).unwrap_or_else(|| id.to_string())
}

/// A time as the number of a step: a contest's steps are instants, because each run has steps of its own. A run lasts
/// at most an hour, which fits.
pub(super) fn step_at(time: Time) -> StepId {
    StepId(u32::try_from(time).unwrap_or(u32::MAX - 1))
}

/// The time of such a step.
pub(super) fn time_of(step: StepId) -> Time {
    Time::from(step.0)
}

fn about(entry: &Entry, key: &'static str, told: Text) -> Text {
    let run = Arg::Text(Box::new(entry.name.clone()));
    Text::key(key).with("run", run).with("told", Arg::Text(Box::new(told)))
}

/// One timeline. It has no bands: terms of one run are not those of another.
pub(super) fn timeline(entries: &[Entry]) -> TimelineView {
    let views: Vec<TimelineView> = entries.iter().map(|entry| entry.session.borrow().timeline()).collect();
    let until = views.iter().map(|view| view.until).max().unwrap_or_default();
    let label = Text::key("timeline.original");
    TimelineView {
        until,
        steps: views.iter().map(|view| view.steps).sum(),
        bands: Vec::new(),
        marks: marks(entries, &views),
        branches: vec![BranchLine { id: 0, from: 0, until, current: true, label }],
    }
}

/// A mark of one run: when, what, and the place of the run.
struct Mark {
    time: Time,
    kind: MarkKind,
    label: Text,
    place: usize,
}

fn marks(entries: &[Entry], views: &[TimelineView]) -> Vec<TimelineMark> {
    let mut all: Vec<Mark> = Vec::new();
    for (place, (entry, view)) in entries.iter().zip(views).enumerate() {
        let scene = entry.session.borrow().scene();
        let mark = |mark: &TimelineMark| {
            let label = named(&mark.label, &|id| name_on(&scene, id));
            Mark { time: mark.time, kind: mark.kind, label, place }
        };
        all.extend(view.marks.iter().map(mark));
    }
    all.sort_by_key(|mark| mark.time);
    let mut merged = Vec::new();
    for of_time in all.chunk_by(|one, other| one.time == other.time) {
        for (position, mark) in of_time.iter().enumerate() {
            let is_same = |other: &&Mark| other.kind == mark.kind && other.label == mark.label;
            // What is done to all is told once.
            let has = |place: usize| of_time.iter().filter(is_same).any(|other| other.place == place);
            let is_of_all = (0..entries.len()).all(has);
            if is_of_all && of_time.iter().take(position).any(|other| is_same(&other)) {
                continue;
            }
            let label = match entries.get(mark.place).filter(|_| !is_of_all) {
                Some(entry) => about(entry, "contest.mark", mark.label.clone()),
                None => mark.label.clone(),
            };
            merged.push(TimelineMark { step: step_at(mark.time), time: mark.time, kind: mark.kind, label });
        }
    }
    merged
}

/// The last lines of all feeds, newest first.
pub(super) fn feed(entries: &[Entry], limit: usize, details: bool) -> Vec<FeedLine> {
    let mut lines: Vec<FeedLine> = Vec::new();
    for entry in entries {
        let (scene, told) = {
            let session = entry.session.borrow();
            (session.scene(), session.feed(limit, details))
        };
        lines.extend(told.into_iter().map(|line| FeedLine {
            step: step_at(line.time),
            text: about(entry, "contest.line", named(&line.text, &|id| name_on(&scene, id))),
            ..line
        }));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.time));
    lines.truncate(limit);
    lines
}
