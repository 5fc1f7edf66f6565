//! `consistory versus`: one script, many protocols, and their figures side by side.

use crate::arguments::Versus;
use crate::output::{Complaint, Status, number, print, print_json, words};
use crate::source::{fragment_of, read_text};
use consistory_scene::Text;
use consistory_session::contest::{self, ContestRun, Entry, contests};
use consistory_session::figures::{Figures, ROWS, Row, Unit, best};
use consistory_session::history::ClientHistory;
use consistory_session::verdicts::judge_clients;
use consistory_session::words::{Language, sentence};
use consistory_session::{Command, Problem, Session, ViewState, codec};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

pub(crate) fn perform(arguments: &Versus) -> Result<Status, Complaint> {
    let mut run = open(&arguments.contest)?;
    let to = run.contest().until;
    // The end of the script; a session has no limit there that it could refuse.
    let _ = run.apply(Command::Seek { to });
    let sides: Vec<Side> = run.entries().iter().map(Side::of).collect();
    if arguments.json {
        print_json(&as_json(&run, &sides))?;
    } else {
        print(&as_table(&run, &sides))?;
    }
    let is_violated = sides.iter().any(|side| !side.figures.violated.is_empty());
    Ok(if is_violated { Status::Violated } else { Status::Fine })
}

/// Opens a contest by whatever names it.
fn open(typed: &str) -> Result<ContestRun, Complaint> {
    let placed = |name: &str, problem: &Problem| match (problem.line, problem.column) {
        (Some(line), Some(column)) => Complaint::new(format!("{name}:{line}:{column}: {}", words(problem))),
        _ => Complaint::new(format!("{name}: {}", words(problem))),
    };
    if let Some(fragment) = fragment_of(typed).filter(|fragment| contest::is_address(fragment)) {
        return contest::open(&fragment).map_err(|problem| placed("CONTEST", &problem));
    }
    if typed == "-" || Path::new(typed).is_file() {
        let (name, text) = read_text(typed)?;
        return ContestRun::of_text(&text).map_err(|problem| placed(&name, &problem));
    }
    if contest::find(typed).is_some() {
        return contest::open(&format!("#/vs/{typed}")).map_err(|problem| placed(typed, &problem));
    }
    let known: Vec<&str> = contests().map(|item| item.id).collect();
    Err(Complaint::new(format!(
        "CONTEST {typed}: there is no such file, contest or share link; the contests are {}.",
        known.join(", ")
    )))
}

/// What came of a contestant.
struct Side {
    name: String,
    protocol: String,
    settings: Map<String, Value>,
    left_out: usize,
    figures: Figures,
    /// The strongest consistency models that what its clients saw satisfies.
    strongest: Vec<String>,
    link: String,
}

impl Side {
    fn of(entry: &Entry) -> Self {
        let session = entry.session.borrow();
        let seen = ClientHistory::of(session.turns(), session.object(), &[]);
        let is_silent = seen.operations.is_empty();
        let strongest = if is_silent { Vec::new() } else { judge_clients(&seen).strongest };
        let settings = entry.contestant.settings.iter();
        Self {
            name: entry.contestant.print(),
            protocol: entry.contestant.protocol.clone(),
            settings: settings.map(|(name, value)| (name.clone(), json!(value))).collect(),
            left_out: entry.left_out,
            figures: Figures::of(&**session),
            strongest: strongest.iter().map(model).collect(),
            link: session.link(ViewState::default(), codec()),
        }
    }
}

/// The id of a model by the key of its name, which only the page has words for: `verdict.linearizable`.
fn model(name: &Text) -> String {
    name.key.rsplit('.').next().unwrap_or_default().to_owned()
}

fn names(properties: &[Text]) -> Vec<String> {
    properties.iter().map(|name| sentence(Language::English, name, &|id| id.to_string())).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts and times stay far below 2^52")]
fn figure(row: &Row, figures: &Figures) -> Value {
    match ((row.value)(figures), row.unit) {
        (None, _) => Value::Null,
        (Some(value), Unit::Count) => json!(value),
        (Some(value), Unit::Time) => number(value as f64 / 1_000.0),
    }
}

fn as_json(run: &ContestRun, sides: &[Side]) -> Value {
    let contestants: Vec<Value> = sides
        .iter()
        .map(|side| {
            let figures: Map<String, Value> =
                ROWS.iter().map(|row| (row.id.to_owned(), figure(row, &side.figures))).collect();
            json!({
                "protocol": side.protocol,
                "settings": side.settings,
                "left_out": side.left_out,
                "figures": figures,
                "strongest": side.strongest,
                "violated": names(&side.figures.violated),
                "given_up": names(&side.figures.given_up),
                "link": side.link,
            })
        })
        .collect();
    json!({
        "until_us": run.now(),
        "digest": format!("{:016x}", run.digest()),
        "contestants": contestants,
        "link": run.link(ViewState::default(), codec()),
    })
}

/// A row of the table: its name, and a cell for each contestant.
type Line = (String, Vec<String>);

fn as_table(run: &ContestRun, sides: &[Side]) -> String {
    let figures: Vec<Figures> = sides.iter().map(|side| side.figures.clone()).collect();
    let mut lines: Vec<Line> = vec![(String::new(), sides.iter().map(|side| side.name.clone()).collect())];
    for row in &ROWS {
        let cell = |(of, is_best): (&Figures, bool)| match figure(row, of) {
            Value::Null => "–".to_owned(),
            value if is_best => format!("{value} *"),
            value => value.to_string(),
        };
        lines.push((row.id.to_owned(), figures.iter().zip(best(row, &figures)).map(cell).collect()));
    }
    let joined = |list: &[String]| if list.is_empty() { "–".to_owned() } else { list.join("; ") };
    let texts = |name: &str, cell: &dyn Fn(&Side) -> String| (name.to_owned(), sides.iter().map(cell).collect());
    lines.push(texts("strongest", &|side| joined(&side.strongest)));
    lines.push(texts("violated", &|side| joined(&names(&side.figures.violated))));
    lines.push(texts("given up", &|side| joined(&names(&side.figures.given_up))));
    lines.push(texts("left out", &|side| side.left_out.to_string()));
    let mut told = aligned(&lines);
    // Writing to a string cannot fail.
    let _ = writeln!(told, "* the best\nlink  {}", run.link(ViewState::default(), codec()));
    told
}

/// Columns that are as wide as what is in them.
fn aligned(lines: &[Line]) -> String {
    let columns = lines.first().map_or(0, |(_, cells)| cells.len());
    let width = |text: &String| text.chars().count();
    let first = lines.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| lines.iter().filter_map(|(_, cells)| cells.get(column)).map(width).max().unwrap_or(0))
        .collect();
    let mut told = String::new();
    for (name, cells) in lines {
        let mut line = format!("{name:<first$}");
        for (cell, width) in cells.iter().zip(widths.iter().copied()) {
            // As above.
            let _ = write!(line, "  {cell:<width$}");
        }
        told.push_str(line.trim_end());
        told.push('\n');
    }
    told
}

#[cfg(test)]
mod tests {
    use super::aligned;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let line = |name: &str, cells: [&str; 2]| (name.to_owned(), cells.map(str::to_owned).to_vec());
        let lines = [line("", ["raft", "abd"]), line("messages", ["1", "–"])];
        assert_eq!(aligned(&lines), "          raft  abd\nmessages  1     –\n");
    }
}
