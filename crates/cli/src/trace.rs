//! Every event of a run, one JSON object a line.

use consistory_kernel::{Fact, Setup, StepId, StepKind, Timeline};
use consistory_protocols::{Spec, process_name};
use consistory_session::scenario::statement;
use serde_json::{Map, Value, json};

/// The lines of the current branch.
pub(crate) fn lines<P: Spec>(setup: &Setup<P>, timeline: &Timeline<P>) -> String {
    let mut text = String::new();
    let mut edits = timeline.edits().peekable();
    for step in (0..timeline.tip().steps().0).map(StepId) {
        let edit = edits.next_if(|(at, _, _)| *at == step).map(|(_, _, edit)| statement(setup, edit));
        if let Some(line) = line(setup, timeline, step, edit) {
            text.push_str(&line.to_string());
            text.push('\n');
        }
    }
    text
}

fn line<P: Spec>(setup: &Setup<P>, timeline: &Timeline<P>, step: StepId, edit: Option<String>) -> Option<Value> {
    let journal = timeline.journal_of(step);
    let record = journal.step(step)?;
    let name = |id| process_name(setup.nodes, id);
    let mut line =
        json!({"step": step.0, "time_us": record.time, "kind": kind(record.kind), "process": name(record.actor)});
    if matches!(record.kind, StepKind::Deliver | StepKind::Lose) {
        line["from"] = json!(name(record.peer));
        line["message"] = json!(format!("m{}", record.item));
        line["message_kind"] = json!(P::KINDS.get(usize::from(record.detail)).copied().unwrap_or("client"));
    }
    if record.cause != StepId::NONE {
        line["cause"] = json!(record.cause.0);
    }
    if let Some(edit) = edit {
        line["edit"] = json!(edit);
    }
    let notes = journal.notes_of(step).iter().map(|note| {
        let facts = journal.facts_of(note).iter();
        let facts: Map<String, Value> = facts.map(|(key, value)| ((*key).to_owned(), fact(setup, *value))).collect();
        json!({"note": note.key, "process": name(note.actor), "facts": facts})
    });
    let notes: Vec<Value> = notes.collect();
    if !notes.is_empty() {
        line["notes"] = json!(notes);
    }
    Some(line)
}

fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Boot => "boot",
        StepKind::Deliver => "deliver",
        StepKind::Lose => "lose",
        StepKind::Timer => "timer",
        StepKind::Client => "client",
        StepKind::Edit => "edit",
        StepKind::Fault => "fault",
    }
}

fn fact<P: Spec>(setup: &Setup<P>, fact: Fact) -> Value {
    match fact {
        Fact::Number(number) => json!(number),
        Fact::Process(id) => json!(process_name(setup.nodes, id)),
        Fact::Time(time) => json!(time),
        Fact::Name(name) => {
            let text: String = name.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
            json!(text)
        }
        Fact::Word(key) => json!(key),
    }
}
