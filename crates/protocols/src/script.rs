//! The notation of values in scenarios, on the command line and in pictures: durations, ratios, distributions, settings.

use consistory_kernel::{Latency, MS, PPM, Ppm, Setting, Time};
use std::rc::Rc;

/// A duration: `500us`, `20ms`, `1.5s`; up to three decimals.
pub fn parse_duration(text: &str) -> Option<Time> {
    let split = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let unit: Time = match unit {
        "us" => 1,
        "ms" => MS,
        "s" => 1_000 * MS,
        _ => return None,
    };
    // Six decimals, so that 0.000001s is a microsecond.
    let millionths = parse_decimal(number, 6)?;
    let micros = millionths.checked_mul(unit)?;
    micros.is_multiple_of(1_000_000).then_some(micros / 1_000_000)
}

/// A decimal number in units of `10^-places`; no sign, no exponent.
fn parse_decimal(text: &str, places: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) || fraction.len() > places as usize {
        return None;
    }
    if text.ends_with('.') {
        return None;
    }
    let scale = 10_u64.pow(places);
    let padded = format!("{fraction:0<width$}", width = places as usize);
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(padded.parse().ok()?)
}

/// A range `10ms..20ms`, or a single duration as a range of one.
pub fn parse_range(text: &str) -> Option<(Time, Time)> {
    let (low, high) = match text.split_once("..") {
        Some((low, high)) => (parse_duration(low)?, parse_duration(high)?),
        None => (parse_duration(text)?, parse_duration(text)?),
    };
    (low <= high).then_some((low, high))
}

/// A probability: `2%`, `0.5%`.
pub fn parse_ratio(text: &str) -> Option<Ppm> {
    let number = parse_decimal(text.strip_suffix('%')?, 4)?;
    u32::try_from(number).ok().filter(|ratio| *ratio <= PPM)
}

/// A distribution: `const:10ms`, `uniform:10ms..20ms` or `10ms..20ms`, `exp:10ms`, `pareto:1.05ms,1.51`,
/// and mixtures `0.38*pareto:1.05ms,1.51+0.62*exp:5.46ms`.
pub fn parse_latency(text: &str) -> Option<Latency> {
    if text.contains('*') {
        let part = |part: &str| {
            let (weight, rest) = part.split_once('*')?;
            let weight = u32::try_from(parse_decimal(weight, 6)?).ok()?;
            Some((weight, parse_simple_latency(rest)?))
        };
        let parts: Vec<(Ppm, Latency)> = text.split('+').map(part).collect::<Option<_>>()?;
        let total: u64 = parts.iter().map(|(weight, _)| u64::from(*weight)).sum();
        return (total == u64::from(PPM) && parts.len() <= 8).then(|| Latency::Mixture(Rc::from(parts)));
    }
    parse_simple_latency(text)
}

fn parse_simple_latency(text: &str) -> Option<Latency> {
    match text.split_once(':') {
        Some(("const", time)) => Some(Latency::Constant(parse_duration(time)?)),
        Some(("exp", mean)) => Some(Latency::Exponential(parse_duration(mean)?)),
        Some(("uniform", range)) => parse_range(range).map(|(low, high)| Latency::Uniform(low, high)),
        Some(("pareto", rest)) => {
            let (scale, shape) = rest.split_once(',')?;
            let shape_milli = u32::try_from(parse_decimal(shape, 3)?).ok().filter(|shape| *shape > 0)?;
            Some(Latency::Pareto { scale: parse_duration(scale)?, shape_milli })
        }
        Some(_) => None,
        None => match parse_range(text)? {
            (low, high) if low == high => Some(Latency::Constant(low)),
            (low, high) => Some(Latency::Uniform(low, high)),
        },
    }
}

/// A setting in that notation.
pub fn setting_text(setting: &Setting) -> String {
    match setting {
        Setting::Number(number) => number.to_string(),
        Setting::Duration(time) => duration_text(*time),
        Setting::Range(low, high) => format!("{}..{}", duration_text(*low), duration_text(*high)),
        Setting::Ratio(ratio) => percent_text(*ratio),
    }
}

/// A probability as a percentage with up to four decimals.
pub fn percent_text(ratio: Ppm) -> String {
    let text = format!("{}.{:04}", ratio / 10_000, ratio % 10_000);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A latency distribution as readers see it: what does not vary is a duration.
pub fn latency_shown(latency: &Latency) -> String {
    latency_text(latency).replace("const:", "")
}

/// A latency distribution in the notation of the command line.
pub fn latency_text(latency: &Latency) -> String {
    match latency {
        Latency::Constant(time) => format!("const:{}", duration_text(*time)),
        Latency::Uniform(low, high) => format!("{}..{}", duration_text(*low), duration_text(*high)),
        Latency::Exponential(mean) => format!("exp:{}", duration_text(*mean)),
        Latency::Pareto { scale, shape_milli } => {
            format!("pareto:{},{}", duration_text(*scale), thousandths(u64::from(*shape_milli)))
        }
        Latency::Mixture(parts) => {
            let part = |(weight, part): &(u32, Latency)| {
                let weight = format!("{:.6}", Millionths(*weight));
                format!("{}*{}", weight.trim_end_matches('0').trim_end_matches('.'), latency_text(part))
            };
            parts.iter().map(part).collect::<Vec<_>>().join("+")
        }
    }
}

struct Millionths(u32);

impl std::fmt::Display for Millionths {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// A duration in the notation of the command line: the largest unit that needs at most three decimals.
pub fn duration_text(time: u64) -> String {
    match time {
        0 => "0ms".to_owned(),
        1..1_000 => format!("{time}us"),
        1_000..1_000_000 => format!("{}ms", thousandths(time)),
        _ if time.is_multiple_of(1_000) => format!("{}s", thousandths(time / 1_000)),
        _ => format!("{}ms", thousandths(time)),
    }
}

/// A duration as a number of milliseconds, without the unit.
pub fn milliseconds_text(time: Time) -> String {
    thousandths(time)
}

/// A number of thousandths as a decimal without trailing zeros.
fn thousandths(value: u64) -> String {
    let text = format!("{}.{:03}", value / 1_000, value % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{
        duration_text, latency_text, milliseconds_text, parse_duration, parse_latency, parse_ratio, percent_text,
    };

    #[test]
    fn durations_round_trip() {
        for (text, time) in
            [("500us", 500), ("20ms", 20_000), ("1.5s", 1_500_000), ("0.001ms", 1), ("12.345ms", 12_345)]
        {
            assert_eq!(parse_duration(text), Some(time), "{text}");
            assert_eq!(parse_duration(&duration_text(time)), Some(time));
        }
        for text in ["", "5", "ms", "-5ms", "5 ms", "5m", "1.ms", "0.0001ms", "1e3ms", "99999999999999s"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_written_in_milliseconds() {
        for (time, text) in [(0, "0"), (1, "0.001"), (200, "0.2"), (1_001_000, "1001"), (600_000_000, "600000")] {
            assert_eq!(milliseconds_text(time), text);
        }
    }

    #[test]
    fn ratios_round_trip() {
        for (text, ratio) in [("2%", 20_000), ("0.5%", 5_000), ("100%", 1_000_000), ("0%", 0), ("0.0001%", 1)] {
            assert_eq!(parse_ratio(text), Some(ratio));
            assert_eq!(percent_text(ratio), text);
        }
        for text in ["2", "101%", "-1%", "%"] {
            assert_eq!(parse_ratio(text), None, "{text}");
        }
    }

    #[test]
    fn distributions_round_trip() {
        let texts = ["const:10ms", "10ms..20ms", "exp:5.46ms", "pareto:1.05ms,1.51"];
        let mixture = "0.38*pareto:1.05ms,1.51+0.62*exp:5.46ms";
        for text in texts.into_iter().chain([mixture]) {
            let latency = parse_latency(text).expect(text);
            assert_eq!(latency_text(&latency), text);
        }
        assert_eq!(parse_latency("uniform:1ms..2ms"), parse_latency("1ms..2ms"));
        for text in ["0.5*exp:1ms", "20ms..10ms", "exp:", "pareto:1ms", "gauss:1ms", "1ms..", "pareto:1ms,0"] {
            assert_eq!(parse_latency(text), None, "{text}");
        }
    }
}
