//! Shards of a sweep: what each prints, and how `consistory sweep-merge` puts them together.
//!
//! A shard carries every value, so that merged percentiles and means are those of the whole sweep to the last bit.

use crate::arguments::{Seeds, Shard, SweepMerge};
use crate::output::{Complaint, Status, number, print, print_json};
use crate::sweep;
use consistory_lab::{Pool, Sample, Sweep};
use serde_json::{Map, Value, json};
use std::path::Path;

/// What runs measured, and in how many a metric was at or below a value.
pub(crate) struct Measured {
    pub(crate) sweep: Sweep,
    pub(crate) at_most: Option<(String, f64)>,
    pub(crate) at_or_below: u64,
}

impl Measured {
    pub(crate) fn add(&mut self, sample: &Sample) {
        if let Some((name, bound)) = &self.at_most {
            let place = self.sweep.pools.iter().position(|(metric, _)| metric == name);
            let values = place.and_then(|place| sample.values.get(place)).map_or(&[][..], Vec::as_slice);
            // A run that does not define the metric has not kept within the bound.
            self.at_or_below += u64::from(!values.is_empty() && values.iter().all(|value| value <= bound));
        }
        self.sweep.add(sample);
    }

    /// The fraction of runs at or below the bound.
    #[expect(clippy::cast_precision_loss, reason = "sweeps stay far below 2^52 runs")]
    pub(crate) fn fraction(&self) -> f64 {
        self.at_or_below as f64 / self.sweep.runs.max(1) as f64
    }
}

/// The contract's object, with what merging needs under `shard`.
pub(crate) fn to_json(measured: &Measured, shard: Shard, seeds: Seeds) -> Value {
    let pools = measured.sweep.pools.iter();
    let values = pools.map(|(name, pool)| (name.clone(), pool.values.iter().copied().map(number).collect::<Value>()));
    let mut value = sweep::to_json(measured);
    value["shard"] = json!({
        "number": shard.number,
        "of": shard.of,
        "seeds": format!("{}..{}", seeds.first, seeds.last),
        "values": values.collect::<Map<_, _>>(),
    });
    if let Some((name, bound)) = &measured.at_most {
        value["shard"]["at_most"] = json!({"metric": name, "value": bound, "runs": measured.at_or_below});
    }
    value
}

pub(crate) fn merge(arguments: &SweepMerge) -> Result<Status, Complaint> {
    let texts: Vec<(&Path, String)> = arguments.files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    if texts.iter().all(|(_, text)| text.starts_with("seed,")) {
        print(&merge_rows(&texts)?)?;
        return Ok(Status::Fine);
    }
    let mut merged = None;
    let mut numbers = Vec::new();
    for (path, text) in &texts {
        let shard = Part::read(path, text)?;
        numbers.push(shard.number);
        match &mut merged {
            None => merged = Some(shard),
            Some(merged) => merged.take(path, shard)?,
        }
    }
    let Some(merged) = merged else { return Err(Complaint::new("FILE: name the output of every shard.")) };
    let missing = (1..=merged.of).find(|number| numbers.iter().filter(|known| *known == number).count() != 1);
    if let Some(number) = missing {
        let of = merged.of;
        return Err(Complaint::new(format!(
            "FILE: shard {number}/{of} is needed exactly once; name every shard's output."
        )));
    }
    print_json(&sweep::to_json(&merged.measured))?;
    Ok(Status::Fine)
}

fn read(path: &Path) -> Result<(&Path, String), Complaint> {
    let text = std::fs::read_to_string(path).map_err(|error| Complaint::about_file(path, &error))?;
    Ok((path, text))
}

/// Rows of all shards, in the order of the seeds.
fn merge_rows(texts: &[(&Path, String)]) -> Result<String, Complaint> {
    let mut header = None;
    let mut rows: Vec<(u64, &str)> = Vec::new();
    for (path, text) in texts {
        let mut lines = text.lines();
        let own = lines.next();
        if *header.get_or_insert(own) != own {
            return Err(other_sweep(path));
        }
        for (place, line) in lines.enumerate() {
            let seed = line.split(',').next().and_then(|seed| seed.parse().ok());
            let seed = seed.ok_or_else(|| {
                let place = place + 2;
                Complaint::new(format!(
                    "{}:{place}: no seed begins this row; give the output of `sweep --csv`.",
                    path.display()
                ))
            })?;
            rows.push((seed, line));
        }
    }
    rows.sort_unstable();
    let header = header.flatten().unwrap_or_default();
    let lines: Vec<&str> = std::iter::once(header).chain(rows.into_iter().map(|(_, line)| line)).collect();
    Ok(lines.join("\n") + "\n")
}

/// One shard's output, read back.
struct Part {
    number: u64,
    of: u64,
    seeds: String,
    measured: Measured,
}

impl Part {
    fn read(path: &Path, text: &str) -> Result<Self, Complaint> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Complaint::new(format!(
                "{}:{line}:{column}: this is not JSON; give the output of `sweep --shard`.",
                path.display()
            ))
        })?;
        Self::of_json(&value).ok_or_else(|| {
            Complaint::new(format!(
                "{}: this is not the output of a shard; give that of `sweep --shard`.",
                path.display()
            ))
        })
    }

    fn of_json(value: &Value) -> Option<Self> {
        let shard = value.get("shard")?;
        let pool = |(name, values): (&String, &Value)| {
            let values: Option<Vec<f64>> = values.as_array()?.iter().map(Value::as_f64).collect();
            let undefined = value["undefined"][name].as_u64()?;
            Some((name.clone(), Pool { values: values?, undefined }))
        };
        let pools: Option<Vec<_>> = shard["values"].as_object()?.iter().map(pool).collect();
        let at_most = shard.get("at_most");
        let bound = at_most.map(|bound| Some((bound["metric"].as_str()?.to_owned(), bound["value"].as_f64()?)));
        let at_or_below = at_most.map_or(Some(0), |bound| bound["runs"].as_u64())?;
        let at_most = match bound {
            Some(bound) => Some(bound?),
            None => None,
        };
        Some(Self {
            number: shard["number"].as_u64()?,
            of: shard["of"].as_u64()?,
            seeds: shard["seeds"].as_str()?.to_owned(),
            measured: Measured { sweep: Sweep { runs: value["runs"].as_u64()?, pools: pools? }, at_most, at_or_below },
        })
    }

    /// Adds another shard of the same sweep.
    fn take(&mut self, path: &Path, other: Self) -> Result<(), Complaint> {
        let names = |part: &Self| part.measured.sweep.pools.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let same = (self.of, &self.seeds, &self.measured.at_most) == (other.of, &other.seeds, &other.measured.at_most);
        if !same || names(self) != names(&other) {
            return Err(other_sweep(path));
        }
        self.measured.at_or_below += other.measured.at_or_below;
        self.measured.sweep.runs += other.measured.sweep.runs;
        for ((_, pool), (_, more)) in self.measured.sweep.pools.iter_mut().zip(other.measured.sweep.pools) {
            pool.undefined += more.undefined;
            pool.values.extend(more.values);
        }
        Ok(())
    }
}

fn other_sweep(path: &Path) -> Complaint {
    let path = path.display();
    Complaint::new(format!("{path}: this belongs to another sweep than the first file; give shards of one sweep only."))
}
