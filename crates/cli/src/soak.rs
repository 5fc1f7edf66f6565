//! `consistory soak`: many seeds of random faults, in which nothing may break.

use crate::arguments::{Seeds, Soak as Arguments};
use crate::hunt::no_protocol;
use crate::output::{self, Complaint, Status, print, print_json};
use crate::parallel::in_order;
use consistory_lab::{Soaked, link_of, soak};
use consistory_protocols::{IDS, Spec, Visitor, visit};
use consistory_scene::Expectation;
use serde_json::{Value, json};
use std::fmt::Write;

pub(crate) fn perform(arguments: &Arguments) -> Result<Status, Complaint> {
    let ids: Vec<&str> = match &arguments.protocol {
        Some(id) => vec![id],
        None => IDS.to_vec(),
    };
    let mut told = Vec::new();
    for id in ids {
        let one = visit(id, Soak(arguments.seeds)).ok_or_else(|| no_protocol("--protocol", id))?;
        told.push(one);
    }
    let failed = told.iter().any(|one| !one["failure"].is_null());
    if arguments.json {
        print_json(&json!({"passed": !failed, "protocols": told}))?;
    } else {
        print(&told.iter().map(in_words).collect::<Vec<_>>().concat())?;
    }
    Ok(if failed { Status::Violated } else { Status::Fine })
}

struct Soak(Seeds);

/// A storm that did harm, in words, so that it can leave its thread.
struct Failed {
    seed: u64,
    trouble: String,
    scenario: String,
}

#[derive(Default)]
struct Total {
    runs: u64,
    events: u64,
    edits: u64,
    ok: u64,
    failed: u64,
    unknown: u64,
    reached: u64,
}

impl Total {
    fn add(&mut self, soaked: &Soaked) {
        self.runs += 1;
        self.events += u64::from(soaked.events);
        self.edits += soaked.edits as u64;
        self.ok += soaked.counters.operations_ok;
        self.failed += soaked.counters.operations_failed;
        self.unknown += soaked.counters.operations_unknown;
        self.reached |= soaked.reached;
    }
}

impl Visitor for Soak {
    type Output = Value;

    fn visit<P: Spec>(self) -> Value {
        let Seeds { first, last } = self.0;
        let mut total = Total::default();
        let work = |seed| {
            let failed = |failure: consistory_lab::Failure<P>| Failed {
                seed,
                trouble: failure.trouble.to_string(),
                scenario: failure.run.text(),
            };
            soak::<P>(seed, 0).map_err(failed)
        };
        let ended = in_order(first..=last, work, |result| {
            total.add(&result?);
            if total.runs.is_multiple_of(256) {
                output::progress(&format!("{}: {} of {} storms", P::ID, total.runs, last - first + 1));
            }
            Ok(())
        });
        output::progress_done();
        let failure = ended.err().map(|Failed { seed, trouble, scenario }| {
            let link = link_of(&scenario).unwrap_or_default();
            json!({"seed": seed, "trouble": trouble, "scenario": scenario, "link": link})
        });
        let sometimes =
            P::PROPERTIES.iter().enumerate().filter(|(_, property)| property.expectation == Expectation::Sometimes);
        let reached = sometimes.filter(|(number, _)| total.reached >> number & 1 == 1).map(|(_, property)| property.id);
        json!({
            "protocol": P::ID,
            "runs": total.runs,
            "events": total.events,
            "edits": total.edits,
            "operations_ok": total.ok,
            "operations_failed": total.failed,
            "operations_unknown": total.unknown,
            "reached": reached.collect::<Vec<_>>(),
            "failure": failure,
        })
    }
}

fn in_words(told: &Value) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut text = format!(
        "{}: {} storms, {} events, {} edits, {} operations ok, {} unknown\n",
        plain(&told["protocol"]),
        told["runs"],
        told["events"],
        told["edits"],
        told["operations_ok"],
        told["operations_unknown"],
    );
    let failure = &told["failure"];
    if !failure.is_null() {
        let (seed, trouble) = (&failure["seed"], plain(&failure["trouble"]));
        let (scenario, link) = (plain(&failure["scenario"]), plain(&failure["link"]));
        // Writing to a string cannot fail.
        let _ = write!(text, "seed {seed}: {trouble}\n\n{scenario}\n{link}\n");
    }
    text
}
