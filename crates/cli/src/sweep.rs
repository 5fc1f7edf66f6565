//! `consistory sweep`.

use crate::arguments::{Seeds, Shard, Sweep as Arguments};
use crate::output::{self, Complaint, Status, number, print, print_json};
use crate::parallel::in_order;
use crate::shards::{self, Measured};
use crate::source::{self, Loaded};
use consistory_lab::{Sample, Sweep, metrics_of, sample};
use consistory_session::Overrides;
use serde_json::{Map, Value, json};
use std::fmt::Write;

pub(crate) fn perform(arguments: &Arguments) -> Result<Status, Complaint> {
    let loaded = source::load(&arguments.scenario.name)?;
    let mut overrides = source::overrides(&arguments.scenario);
    overrides.until = arguments.until;
    let metrics = metrics(arguments, &loaded, &overrides)?;
    let mut table = String::new();
    let _ = writeln!(table, "seed,{}", metrics.join(","));
    let mut measured = Measured { sweep: Sweep::of(&metrics), at_most: arguments.at_most.clone(), at_or_below: 0 };
    let work = |seed| sample(loaded.source(), &overrides, seed, &metrics);
    let total = seeds(arguments.seeds, arguments.shard).count();
    let ended = in_order(seeds(arguments.seeds, arguments.shard), work, |result| {
        let sample = result.map_err(|problem| loaded.complaint(&problem, &overrides))?;
        if arguments.csv {
            table.push_str(&row(&sample));
        }
        measured.add(&sample);
        if measured.sweep.runs.is_multiple_of(256) {
            output::progress(&format!("{} of {total} runs", measured.sweep.runs));
        }
        Ok(())
    });
    output::progress_done();
    ended?;
    if arguments.csv {
        print(&table)?;
    } else if let Some(shard) = arguments.shard {
        print_json(&shards::to_json(&measured, shard, arguments.seeds))?;
    } else if arguments.json {
        print_json(&to_json(&measured))?;
    } else {
        print(&in_words(&to_json(&measured)))?;
    }
    Ok(Status::Fine)
}

fn seeds(seeds: Seeds, shard: Option<Shard>) -> impl Iterator<Item = u64> {
    let Shard { number, of } = shard.unwrap_or(Shard { number: 1, of: 1 });
    (seeds.first..=seeds.last).filter(move |seed| (seed - seeds.first) % of == number - 1)
}

/// The metrics that are asked for, once each; the one that is counted among them.
fn metrics(arguments: &Arguments, loaded: &Loaded, overrides: &Overrides) -> Result<Vec<String>, Complaint> {
    let known = metrics_of(loaded.source(), overrides).map_err(|problem| loaded.complaint(&problem, overrides))?;
    let mut metrics: Vec<String> = Vec::new();
    let counted = arguments.at_most.iter().map(|(name, _)| ("--at-most", name));
    for (argument, name) in arguments.metrics.iter().map(|name| ("--metric", name)).chain(counted) {
        if !known.contains(&name.as_str()) {
            let known = known.join(", ");
            return Err(Complaint::new(format!("{argument} {name}: there is no such metric; known are {known}.")));
        }
        if !metrics.contains(name) {
            metrics.push(name.clone());
        }
    }
    Ok(metrics)
}

/// One run as a row; several values of one metric are divided by semicolons.
fn row(sample: &Sample) -> String {
    let mut row = sample.seed.to_string();
    for values in &sample.values {
        let values: Vec<String> = values.iter().map(|value| number(*value).to_string()).collect();
        let _ = write!(row, ",{}", values.join(";"));
    }
    row.push('\n');
    row
}

/// The contract's object.
pub(crate) fn to_json(measured: &Measured) -> Value {
    let pools = &measured.sweep.pools;
    let metrics = pools.iter().map(|(name, pool)| (name.clone(), output::summary(pool.values.len(), pool.summary())));
    let undefined = pools.iter().map(|(name, pool)| (name.clone(), json!(pool.undefined)));
    let mut value = json!({
        "runs": measured.sweep.runs,
        "metrics": metrics.collect::<Map<_, _>>(),
        "undefined": undefined.collect::<Map<_, _>>(),
    });
    if measured.at_most.is_some() {
        value["at_most"] = number(measured.fraction());
    }
    value
}

fn in_words(value: &Value) -> String {
    let columns = ["n", "mean", "min", "p50", "p90", "p99", "max"];
    let mut told = format!("{} runs\n{:<20}", value["runs"], "");
    for column in columns {
        let _ = write!(told, " {column:>12}");
    }
    told.push_str("    undefined\n");
    for (name, summary) in value["metrics"].as_object().into_iter().flatten() {
        let _ = write!(told, "{name:<20}");
        for column in columns {
            let cell = match summary[column].as_f64() {
                Some(cell) if cell.fract() != 0.0 => format!("{cell:.3}"),
                Some(cell) => format!("{cell}"),
                None => "-".to_owned(),
            };
            let _ = write!(told, " {cell:>12}");
        }
        let _ = writeln!(told, " {:>12}", value["undefined"][name].to_string());
    }
    if let Some(fraction) = value.get("at_most") {
        let _ = writeln!(told, "at most: {fraction} of the runs");
    }
    told
}
