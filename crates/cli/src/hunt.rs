//! `consistory hunt`.

use crate::arguments::Hunt as Arguments;
use crate::output::{self, Complaint, Status, print, print_json};
use consistory_lab::{Disks, Hunted, Quarry, hunt, link_of};
use consistory_protocols::{IDS, Spec, Visitor, visit};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Runs that are tried without a limit of one's own.
const RUNS: u64 = 10_000;

pub(crate) fn perform(arguments: &Arguments) -> Result<Status, Complaint> {
    let id = arguments.protocol.as_str();
    visit(id, Search(arguments)).unwrap_or_else(|| Err(no_protocol("PROTOCOL", id)))
}

pub(crate) fn no_protocol(argument: &str, id: &str) -> Complaint {
    Complaint::new(format!("{argument} {id}: there is no such protocol; known are {}.", IDS.join(", ")))
}

struct Search<'a>(&'a Arguments);

impl Visitor for Search<'_> {
    type Output = Result<Status, Complaint>;

    fn visit<P: Spec>(self) -> Self::Output {
        let arguments = self.0;
        let quarry = quarry::<P>(arguments)?;
        let started = Instant::now();
        let budget = arguments.budget.map(Duration::from_micros);
        let most = arguments.runs.unwrap_or(if budget.is_some() { u64::MAX } else { RUNS });
        let hunted = hunt::<P>(quarry, |runs| {
            if runs.is_multiple_of(128) {
                output::progress(&format!("{runs} runs"));
            }
            runs < most && budget.is_none_or(|budget| started.elapsed() < budget)
        });
        output::progress_done();
        let told = told(&hunted, quarry);
        if arguments.json {
            print_json(&told)?;
        } else {
            print(&in_words(&told))?;
        }
        Ok(if hunted.catch.is_some() { Status::Violated } else { Status::Undecided })
    }
}

fn quarry<P: Spec>(arguments: &Arguments) -> Result<Quarry, Complaint> {
    let mut mutants = 0;
    let mut breaks = None;
    for id in &arguments.mutants {
        let place = P::MUTANTS.iter().position(|mutant| mutant.id == id).ok_or_else(|| {
            let known: Vec<&str> = P::MUTANTS.iter().map(|mutant| mutant.id).collect();
            Complaint::new(format!(
                "--mutant {id}: {} has no such rule to switch off; known are {}.",
                P::ID,
                known.join(", ")
            ))
        })?;
        mutants |= 1 << place;
        breaks = Some(P::MUTANTS[place].breaks);
    }
    let breaks = breaks.filter(|_| arguments.mutants.len() == 1);
    let property = arguments.property.as_deref().or(breaks).map(|id| {
        let found = (0_u8..).zip(P::PROPERTIES).find(|(_, property)| property.id == id);
        found.map(|(number, _)| number).ok_or_else(|| {
            let known: Vec<&str> = P::PROPERTIES.iter().map(|property| property.id).collect();
            Complaint::new(format!("--property {id}: {} has no such property; known are {}.", P::ID, known.join(", ")))
        })
    });
    let disks = if arguments.lose_disk { Disks::SometimesLost } else { Disks::Kept };
    Ok(Quarry { mutants, property: property.transpose()?, disks })
}

fn told<P: Spec>(hunted: &Hunted<P>, quarry: Quarry) -> Value {
    let id = |property: u8| P::PROPERTIES[usize::from(property)].id;
    let Some(catch) = &hunted.catch else {
        return json!({
            "found": false,
            "property": quarry.property.map(id),
            "runs": hunted.runs,
            "steps": null,
            "seed": null,
            "link": null,
            "scenario": null,
        });
    };
    let scenario = catch.text();
    json!({
        "found": true,
        "property": id(catch.property),
        "runs": hunted.runs,
        "steps": catch.steps,
        "edits": catch.run.edits.len(),
        "seed": catch.seed,
        "link": link_of(&scenario).unwrap_or_default(),
        "scenario": scenario,
    })
}

fn in_words(told: &Value) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if told["found"] == json!(false) {
        return format!("Nothing was violated in {} runs.\n", told["runs"]);
    }
    format!(
        "{} is violated: run {}, {} events and {} edits after shrinking.\n\n{}\n{}\n",
        plain(&told["property"]),
        told["runs"],
        told["steps"],
        told["edits"],
        plain(&told["scenario"]),
        plain(&told["link"]),
    )
}
