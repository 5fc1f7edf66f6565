//! Every event of a run, one JSON object a line.

use crate::scenario::statement;
use consistory_kernel::{Fact, Setup, StepId, StepKind, StepRecord, Timeline};
use consistory_protocols::{Names, Spec};
use std::fmt::Write;

/// The lines of the current branch.
pub fn lines<P: Spec>(setup: &Setup<P>, timeline: &Timeline<P>) -> String {
    let names = P::names(setup.nodes, &setup.config);
    let mut text = String::new();
    let mut edits = timeline.edits().peekable();
    for step in (0..timeline.tip().steps().0).map(StepId) {
        let edit = edits.next_if(|(at, _, _)| *at == step).map(|(_, _, edit)| statement(setup, edit));
        let journal = timeline.journal_of(step);
        let Some(record) = journal.step(step) else { continue };
        let message = P::KINDS.get(usize::from(record.detail)).copied().unwrap_or("client");
        event(&mut text, names, (step, record), message);
        if let Some(edit) = edit {
            text.push_str(",\"edit\":");
            string(&mut text, &edit);
        }
        let notes = journal.notes_of(step);
        for (place, note) in notes.iter().enumerate() {
            text.push_str(if place == 0 { ",\"notes\":[{\"note\":" } else { ",{\"note\":" });
            string(&mut text, note.key);
            text.push_str(",\"process\":");
            string(&mut text, &names.name(note.actor));
            facts(&mut text, names, journal.facts_of(note));
        }
        text.push_str(if notes.is_empty() { "}\n" } else { "]}\n" });
    }
    text
}

/// What happened, without the end of the object.
fn event(text: &mut String, names: Names, (step, record): (StepId, &StepRecord), message: &str) {
    // Writing to a string cannot fail, here and below.
    let _ = write!(text, "{{\"step\":{},\"time_us\":{},\"kind\":\"{}\"", step.0, record.time, kind(record.kind));
    text.push_str(",\"process\":");
    string(text, &names.name(record.actor));
    if matches!(record.kind, StepKind::Deliver | StepKind::Lose) {
        text.push_str(",\"from\":");
        string(text, &names.name(record.peer));
        let _ = write!(text, ",\"message\":\"m{}\",\"message_kind\":", record.item);
        string(text, message);
    }
    if record.cause != StepId::NONE {
        let _ = write!(text, ",\"cause\":{}", record.cause.0);
    }
}

/// The facts of a note, and the end of its object.
fn facts(text: &mut String, names: Names, facts: &[(&'static str, Fact)]) {
    text.push_str(",\"facts\":{");
    for (place, (key, fact)) in facts.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        string(text, key);
        text.push(':');
        match *fact {
            Fact::Number(number) => {
                let _ = write!(text, "{number}");
            }
            Fact::Time(time) => {
                let _ = write!(text, "{time}");
            }
            Fact::Process(id) => string(text, &names.name(id)),
            Fact::Word(key) => string(text, key),
            Fact::Name(name) => {
                let bytes = name.iter().take_while(|byte| **byte != 0);
                let name: String = bytes.map(|byte| char::from(*byte)).collect();
                string(text, &name);
            }
        }
    }
    text.push_str("}}");
}

/// A string as JSON has it.
fn string(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' | '\\' => {
                text.push('\\');
                text.push(letter);
            }
            control if u32::from(control) < 0x20 => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
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

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn strings_are_escaped() {
        let mut text = String::new();
        string(&mut text, "a \"b\" \\ \n é");
        assert_eq!(text, "\"a \\\"b\\\" \\\\ \\u000a é\"");
    }
}
