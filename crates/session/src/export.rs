//! Runs for other tools: a log for `ShiViz`, and a sequence diagram for Mermaid.

use crate::happenings::{Happening, HappeningKind};
use consistory_kernel::{ProcessId, StepId};
use consistory_scene::Text;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How words and names are written.
pub struct Wording<'w> {
    /// The sentence of a text.
    pub sentence: &'w dyn Fn(&Text) -> String,
    /// The name of a process.
    pub name: &'w dyn Fn(ProcessId) -> String,
}

/// A log that `ShiViz` draws without another regular expression: two lines an event, its host with its vector clock, and
/// what happened.
///
/// Events are those at processes, from the start of the run on. What is done to the network happens nowhere, and a message
/// that is lost is received by nobody; both are left out.
pub fn shiviz(happenings: &[Happening], wording: &Wording<'_>) -> String {
    let mut clocks: BTreeMap<ProcessId, BTreeMap<ProcessId, u32>> = BTreeMap::new();
    let mut of_step: BTreeMap<StepId, BTreeMap<ProcessId, u32>> = BTreeMap::new();
    let mut log = String::new();
    for happening in happenings {
        let Some(process) = happening.process.filter(|_| !matches!(happening.kind, HappeningKind::Lost(_))) else {
            continue;
        };
        let clock = clocks.entry(process).or_default();
        let sent = matches!(happening.kind, HappeningKind::Received(_)).then_some(happening.cause).flatten();
        for (host, count) in sent.and_then(|cause| of_step.get(&cause)).into_iter().flatten() {
            let mine = clock.entry(*host).or_default();
            *mine = (*mine).max(*count);
        }
        *clock.entry(process).or_default() += 1;
        let counts: Vec<String> =
            clock.iter().map(|(host, count)| format!("\"{}\": {count}", (wording.name)(*host))).collect();
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(log, "{} {{{}}}", (wording.name)(process), counts.join(", "));
        let _ = writeln!(log, "{}", told(happening, wording).replace('\n', " "));
        of_step.insert(happening.step, clock.clone());
    }
    log
}

/// A sequence diagram in Mermaid's language: every message between processes, and the turning points as notes.
pub fn mermaid(happenings: &[Happening], processes: &[ProcessId], wording: &Wording<'_>) -> String {
    let name = |id: ProcessId| (wording.name)(id);
    let mut diagram = String::from("sequenceDiagram\n");
    for id in processes {
        let _ = writeln!(diagram, "    participant {}", name(*id));
    }
    let all = match (processes.first(), processes.last()) {
        (Some(first), Some(last)) if first != last => format!("{},{}", name(*first), name(*last)),
        (Some(only), _) => name(*only),
        (None, _) => return diagram,
    };
    for happening in happenings {
        let arrow = match &happening.kind {
            HappeningKind::Received(message) => Some(("->>", message)),
            HappeningKind::Lost(message) => Some(("-x", message)),
            HappeningKind::Local => None,
        };
        if let (Some((arrow, message)), Some(to)) = (arrow, happening.process) {
            let label = plain(&format!("{} {}", (wording.sentence)(&message.name), message.id));
            let _ = writeln!(diagram, "    {}{arrow}{}: {label}", name(message.from), name(to));
        }
        if happening.is_notable {
            let place = happening.process.map_or_else(|| all.clone(), name);
            let _ = writeln!(diagram, "    Note over {place}: {}", plain(&told(happening, wording)));
        }
    }
    diagram
}

/// What happened, in one line.
fn told(happening: &Happening, wording: &Wording<'_>) -> String {
    let lines: Vec<String> = happening.lines.iter().map(wording.sentence).collect();
    if lines.is_empty() { happening.step.0.to_string() } else { lines.join(". ") }
}

/// Without what ends a statement or begins a code in Mermaid.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '#' => plain.push_str("#35;"),
            ';' => plain.push_str("#59;"),
            '\n' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}
