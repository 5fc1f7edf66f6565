//! What happened in a run, as facts, one line an event: the golden text of a scenario.

use super::print::statement;
use consistory_kernel::{Fact, OperationStage, Outcome, Setup, StepId, StepKind, Timeline};
use consistory_protocols::script::duration_text;
use consistory_protocols::{ClientOp, Spec};
use std::fmt::Write;

/// The facts of the current branch up to its end, and the digest.
pub fn transcript<P: Spec>(setup: &Setup<P>, timeline: &Timeline<P>) -> String {
    let names = P::names(setup.nodes, &setup.config);
    let name = |id| names.name(id);
    let mut text = String::new();
    let edits: Vec<_> = timeline.edits().collect();
    let mut edits = edits.into_iter().peekable();
    for step in (0..timeline.tip().steps().0).map(StepId) {
        let journal = timeline.journal_of(step);
        let Some(record) = journal.step(step) else { continue };
        let time = duration_text(record.time);
        let mut line = |actor: String, what: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{time:>12} {actor} {what}");
        };
        if let Some((_, _, edit)) = edits.next_if(|(at, _, _)| *at == step) {
            line("--".to_owned(), &statement(setup, edit));
        }
        for note in journal.notes_of(step) {
            let known = record.kind == StepKind::Edit && note.key.starts_with("kernel.");
            if known && note.key != "kernel.finding" {
                continue;
            }
            let mut what = note.key.to_owned();
            for (fact_name, fact) in journal.facts_of(note) {
                let _ = write!(what, " {fact_name}={}", fact_text::<P>(setup, fact_name, *fact));
            }
            line(name(note.actor), &what);
        }
        let start = journal.operations().partition_point(|event| event.step < step);
        for event in journal.operations()[start..].iter().take_while(|event| event.step == step) {
            let what = match &event.stage {
                OperationStage::Invoked(op) => format!("invokes {}", op.text()),
                OperationStage::Ended(Outcome::Ok(reply)) => format!("ok {reply:?}"),
                OperationStage::Ended(Outcome::Failed) => "failed".to_owned(),
                OperationStage::Ended(Outcome::Unknown) => "unknown".to_owned(),
            };
            line(name(event.client), &what);
        }
    }
    let tip = timeline.tip();
    let _ =
        writeln!(text, "{:>12} end events={} digest={:016x}", duration_text(tip.time()), tip.steps().0, tip.digest());
    text
}

fn fact_text<P: Spec>(setup: &Setup<P>, fact_name: &str, fact: Fact) -> String {
    match fact {
        Fact::Number(number) if fact_name == "property" => {
            let property = usize::try_from(number).ok().and_then(|number| P::PROPERTIES.get(number));
            property.map_or_else(|| number.to_string(), |property| property.id.to_owned())
        }
        Fact::Number(number) => number.to_string(),
        Fact::Process(id) => P::names(setup.nodes, &setup.config).name(id),
        Fact::Time(time) => duration_text(time),
        Fact::Name(name) => name.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect(),
        Fact::Word(key) => key.to_owned(),
    }
}
