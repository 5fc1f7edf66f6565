//! `consistory bench`: figures of the core on this machine. Medians of several rounds.

use crate::arguments::Bench as Arguments;
use crate::output::{Complaint, Status, number, print, print_json};
use consistory_checks::{self as checks, Budget, Call, Case, History, Model, Object, Recorder, judge};
use consistory_kernel::{Chooser, MS, Moment, ProcessId, Purpose, Time, Timeline};
use consistory_lab::workload;
use consistory_protocols::raft::Raft;
use consistory_session::{Command, Disk, EditCommand, Session, ViewState, codec, gallery, open};
use serde_json::{Map, Value, json};
use std::time::Instant;

/// Events of the run that is recorded and scrubbed.
const EVENTS: u32 = 200_000;

/// Rounds of which the median counts.
const ROUNDS: usize = 7;

/// Random places that are sought.
const SEEKS: usize = 1_000;

/// A figure with its unit.
struct Figure {
    name: &'static str,
    value: Value,
    unit: &'static str,
}

/// Figures that are measured together.
struct Group {
    names: &'static [&'static str],
    measure: fn() -> Result<Vec<Figure>, Complaint>,
}

/// Memory comes first: later figures would leave freed memory behind that hides what the run takes.
const GROUPS: [Group; 6] = [
    Group { names: &["timeline_bytes", "timeline_bytes_per_event"], measure: || Ok(timeline_bytes()) },
    Group { names: &["kernel_events_per_second"], measure: || Ok(events_per_second()) },
    Group { names: &["seek_ms", "seek_ms_median"], measure: || Ok(seek_ms()) },
    Group { names: &["link_characters_gallery", "link_characters_40_edits"], measure: link_characters },
    Group { names: &["linearizable_200_ms", "linearizable_200_ms_max"], measure: || Ok(linearizable_ms()) },
    Group { names: &["digest_check"], measure: || Ok(digest_check()) },
];

pub(crate) fn perform(arguments: &Arguments) -> Result<Status, Complaint> {
    let wanted = arguments.name.as_deref().unwrap_or_default();
    let known = || GROUPS.iter().flat_map(|group| group.names).copied();
    let names: Vec<&str> = known().filter(|name| name.starts_with(wanted)).collect();
    if names.is_empty() {
        let known = known().collect::<Vec<_>>().join(", ");
        return Err(Complaint::new(format!("NAME {wanted}: there is no such figure; known are {known}.")));
    }
    if arguments.list {
        print(&(names.join("\n") + "\n"))?;
        return Ok(Status::Fine);
    }
    let mut figures = Map::new();
    for group in GROUPS.iter().filter(|group| group.names.iter().any(|name| names.contains(name))) {
        for Figure { name, value, unit } in (group.measure)()? {
            assert!(group.names.contains(&name), "{name} is not among the names of its group");
            if names.contains(&name) {
                figures.insert(name.to_owned(), json!({"value": value, "unit": unit}));
            }
        }
    }
    if arguments.json {
        print_json(&Value::Object(figures))?;
    } else {
        let line = |(name, figure): (&String, &Value)| {
            format!("{name:<28} {:>14} {}\n", figure["value"].to_string(), figure["unit"].as_str().unwrap_or_default())
        };
        print(&figures.iter().map(line).collect::<Vec<_>>().concat())?;
    }
    Ok(Status::Fine)
}

fn figure(name: &'static str, value: Value, unit: &'static str) -> Figure {
    Figure { name, value, unit }
}

/// A register's history: 200 operations of 10 clients that overlap, and few different values.
fn overlapping(seed: u64) -> History {
    const CLIENTS: u64 = 10;
    const OPERATIONS: u64 = 200;
    let mut chooser = Chooser::seeded(seed);
    let mut draw = |low, high| chooser.range(Purpose::Timers, low, high);
    // When each takes effect, its client, its span, and what it writes unless it reads.
    let mut operations: Vec<(Time, u64, Time, Time, Option<u64>)> = Vec::new();
    for client in 0..CLIENTS {
        let mut free = 0;
        for _ in 0..OPERATIONS / CLIENTS {
            let invoked = free + 1 + draw(0, 2 * MS);
            let ended = invoked + draw(MS, 9 * MS);
            let effect = draw(invoked, ended);
            let writes = draw(0, 1) == 0;
            operations.push((effect, client, invoked, ended, writes.then(|| draw(0, 3))));
            free = ended;
        }
    }
    operations.sort_unstable();
    let value = |of: u64| checks::Value::from(i64::try_from(of).unwrap_or(0));
    let mut held = checks::Value::Nil;
    let mut turns: Vec<(Time, u64, Result<Call, checks::Value>)> = Vec::new();
    for (_, client, invoked, ended, writes) in operations {
        let (call, returned) = match writes {
            Some(new) => {
                held = value(new);
                (Call::Write(held.clone()), checks::Value::Nil)
            }
            None => (Call::Read, held.clone()),
        };
        turns.push((invoked, client, Ok(call)));
        turns.push((ended, client, Err(returned)));
    }
    turns.sort_by_key(|(time, client, _)| (*time, *client));
    let mut recorder = Recorder::default();
    for (time, client, turn) in turns {
        let fits = match turn {
            Ok(call) => recorder.invoke(client, checks::Value::Nil, call, time),
            Err(returned) => recorder.succeed(client, returned, time),
        };
        assert!(fits.is_ok(), "a client does one thing at a time");
    }
    recorder.history()
}

/// How long it takes to find an order that explains such a history.
fn linearizable_ms() -> Vec<Figure> {
    let mut times: Vec<f64> = (1..=9)
        .map(|seed| {
            let history = overlapping(seed);
            let case = Case { history: &history, object: Object::Register, initial: &checks::Value::Nil };
            let start = Instant::now();
            let verdict = judge(case, Model::Linearizable, &mut Budget::default());
            assert_eq!(verdict.is_valid(), Some(true), "each operation has an instant at which it took effect");
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let [median, worst] = [times[times.len() / 2], times[times.len() - 1]].map(rounded);
    vec![figure("linearizable_200_ms", median, "ms"), figure("linearizable_200_ms_max", worst, "ms at worst")]
}

/// The run that is recorded and scrubbed.
fn recorded() -> Timeline<Raft> {
    workload::recorded(EVENTS)
}

fn events_per_second() -> Vec<Figure> {
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let timeline = recorded();
        let seconds = started.elapsed().as_secs_f64();
        rates.push(f64::from(timeline.tip().steps().0) / seconds);
    }
    vec![figure("kernel_events_per_second", number(median(&mut rates).round()), "events/s")]
}

fn seek_ms() -> Vec<Figure> {
    let mut timeline = recorded();
    let until = timeline.tip().time();
    let mut dice = Chooser::seeded(1);
    let mut seconds = Vec::new();
    for _ in 0..SEEKS {
        let to: Time = dice.range(Purpose::Faults, 0, until);
        let started = Instant::now();
        timeline.seek(Moment::after(to));
        seconds.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    let median = median(&mut seconds);
    let worst = seconds.last().copied().unwrap_or_default();
    vec![figure("seek_ms", rounded(worst), "ms at worst"), figure("seek_ms_median", rounded(median), "ms")]
}

/// How much the memory of this process grows; only Linux tells.
fn timeline_bytes() -> Vec<Figure> {
    let Some(before) = resident_bytes() else { return Vec::new() };
    let timeline = recorded();
    let after = resident_bytes().unwrap_or(before);
    let steps = timeline.tip().steps().0;
    let per_event = (after.saturating_sub(before)) / u64::from(steps.max(1));
    let bytes = json!(after.saturating_sub(before));
    vec![figure("timeline_bytes", bytes, "bytes"), figure("timeline_bytes_per_event", json!(per_event), "bytes")]
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

fn link_characters() -> Result<Vec<Figure>, Complaint> {
    let mut longest = 0;
    for item in gallery() {
        longest = longest.max(opened(&format!("#/p/{}", item.id))?.link(ViewState::default(), codec()).len());
    }
    let mut session = opened("")?;
    for number in 0..40_u16 {
        let to = session.now() + 50 * MS;
        edit(&mut *session, Command::Advance { to })?;
        let node = ProcessId(number / 4 % 5);
        let other = ProcessId((node.0 + 1) % 5);
        let done = match number % 4 {
            0 => EditCommand::Crash(node, Disk::Kept),
            1 => EditCommand::Invoke {
                client: ProcessId(5),
                operation: format!("write x {number}"),
                target: Some(other),
            },
            2 => EditCommand::Restart(node),
            _ => EditCommand::Cut(node, other),
        };
        edit(&mut *session, Command::Edit(done))?;
    }
    let of_40_edits = session.link(ViewState::default(), codec()).len();
    Ok(vec![
        figure("link_characters_gallery", json!(longest), "characters"),
        figure("link_characters_40_edits", json!(of_40_edits), "characters"),
    ])
}

fn opened(address: &str) -> Result<Box<dyn Session>, Complaint> {
    let opened = open(address).map_err(|problem| Complaint::new(crate::output::words(&problem)))?;
    Ok(opened.session)
}

fn edit(session: &mut dyn Session, command: Command) -> Result<(), Complaint> {
    session.apply(command).map(|_| ()).map_err(|problem| Complaint::new(crate::output::words(&problem)))
}

/// The digest of one run, to be compared between machines and targets, after a seek to the middle and back.
fn digest_check() -> Vec<Figure> {
    let mut timeline = recorded();
    let (digest, until) = (timeline.tip().digest(), timeline.tip().time());
    timeline.seek(Moment::after(until / 2));
    timeline.seek(Moment::after(until));
    assert_eq!(timeline.world().digest(), digest, "a seek changed the run");
    vec![figure("digest_check", json!(format!("{digest:016x}")), "digest")]
}

/// Sorts, and gives the middle.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn rounded(value: f64) -> Value {
    json!((value * 1_000.0).round() / 1_000.0)
}
