//! Workloads, patience and storms in the notation of the scenario language: names and values.

use consistory_kernel::{ClientPolicy, DiskFate, Latency, MS, Pace, Storm, Target, Time, Workload};
use consistory_protocols::Names;
use consistory_protocols::script::{duration_text, latency_text, parse_duration, parse_latency, parse_range};

/// "Never" in virtual time: a day.
const NEVER: Time = 86_400_000_000;

/// The names of the weights, in the order of [`Workload::weights`].
pub const MIX: [&str; 4] = ["read", "write", "cas", "append"];

/// What a workload is where its text does not say.
pub fn default_workload() -> Workload {
    Workload {
        weights: [0; 4],
        keys: 1,
        pace: Pace::Think(Latency::Uniform(20 * MS, 60 * MS)),
        target: Target::Last,
        operations: None,
    }
}

/// Sets one part of a workload; `None` if there is no such part or it cannot have that value.
pub fn set_workload(workload: &mut Workload, names: Names, name: &str, value: &str) -> Option<()> {
    match name {
        "keys" => workload.keys = value.parse().ok().filter(|keys| (1..=Workload::KEYS_MAX).contains(keys))?,
        "think" => workload.pace = Pace::Think(parse_latency(value)?),
        "every" => workload.pace = Pace::Every(parse_latency(value)?),
        "count" => workload.operations = Some(value.parse().ok()?),
        "ask" => {
            workload.target = match value {
                "last" => Target::Last,
                "any" => Target::Any,
                node => Target::Node(names.parse(0, node)?),
            }
        }
        _ => {
            let place = MIX.iter().position(|known| *known == name)?;
            workload.weights[place] = value.parse().ok().filter(|weight| *weight <= 100)?;
        }
    }
    Some(())
}

/// A workload as text, without what is left at its default.
pub fn workload_text(workload: &Workload, names: Names) -> String {
    let plain = default_workload();
    let mut parts = Vec::new();
    for (name, weight) in MIX.iter().zip(workload.weights).filter(|(_, weight)| *weight > 0) {
        parts.push(format!("{name}={weight}"));
    }
    if workload.keys != plain.keys {
        parts.push(format!("keys={}", workload.keys));
    }
    parts.push(match &workload.pace {
        Pace::Think(gap) => format!("think={}", latency_text(gap)),
        Pace::Every(gap) => format!("every={}", latency_text(gap)),
    });
    match workload.target {
        Target::Last => {}
        Target::Any => parts.push("ask=any".to_owned()),
        Target::Node(node) => parts.push(format!("ask={}", names.name(node))),
    }
    if let Some(count) = workload.operations {
        parts.push(format!("count={count}"));
    }
    parts.join(" ")
}

/// Sets one part of a storm.
pub fn set_storm(storm: &mut Storm, name: &str, value: &str) -> Option<()> {
    match (name, value) {
        ("faults", count) => storm.faults = count.parse().ok()?,
        ("every", range) => storm.every = parse_range(range)?,
        ("lasting", range) => storm.lasting = parse_range(range)?,
        ("spare", "majority") => storm.spares_majority = true,
        ("spare", "nobody") => storm.spares_majority = false,
        _ => return None,
    }
    Some(())
}

/// A storm as text.
pub fn storm_text(storm: &Storm) -> String {
    let range = |(low, high): (Time, Time)| format!("{}..{}", duration_text(low), duration_text(high));
    let spare = if storm.spares_majority { "majority" } else { "nobody" };
    let (every, lasting) = (range(storm.every), range(storm.lasting));
    format!("faults={} every={every} lasting={lasting} spare={spare}", storm.faults)
}

/// Sets one part of a client's patience.
pub fn set_patience(policy: &mut ClientPolicy, name: &str, value: &str) -> Option<()> {
    let time =
        if value == "never" { NEVER } else { parse_duration(value).filter(|time| (1..=NEVER).contains(time))? };
    match name {
        "retry" => policy.retry_after = time,
        "give_up" => policy.give_up_after = time,
        _ => return None,
    }
    Some(())
}

/// A client's patience as text.
pub fn patience_text(policy: ClientPolicy) -> String {
    let time = |time: Time| if time == NEVER { "never".to_owned() } else { duration_text(time) };
    format!("retry={} give_up={}", time(policy.retry_after), time(policy.give_up_after))
}

/// What a crash does to the disk, as the end of its statement.
pub fn disk_text(disk: DiskFate) -> String {
    match disk {
        DiskFate::Kept => String::new(),
        DiskFate::Lost => " lose-disk".to_owned(),
        DiskFate::Torn(writes) => format!(" tear-disk {writes}"),
    }
}

/// A signed duration: `+200ms`, `-1s`.
pub fn parse_signed(text: &str) -> Option<i64> {
    let (sign, time) = match text.split_at_checked(1)? {
        ("+", time) => (1, time),
        ("-", time) => (-1, time),
        _ => return None,
    };
    i64::try_from(parse_duration(time)?).ok().map(|time| sign * time)
}

/// A signed duration as text.
pub fn signed_text(by: i64) -> String {
    format!("{}{}", if by < 0 { '-' } else { '+' }, duration_text(by.unsigned_abs()))
}
