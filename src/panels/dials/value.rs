//! Between a dial's value in the scenario language (`2%`, `150ms..300ms`) and the numbers of its input fields.

use consistory_session::DialKind;

/// The texts of the input fields for a value: one, or two for a range. A value of another form is shown as it is.
pub(crate) fn fields(kind: &DialKind, value: &str) -> Vec<String> {
    match kind {
        DialKind::Number { .. } | DialKind::Latency => vec![value.to_owned()],
        DialKind::Ratio { .. } => vec![value.trim_end_matches('%').trim().to_owned()],
        DialKind::Duration { .. } => vec![milliseconds(value)],
        DialKind::Range { .. } => {
            let (from, until) = value.split_once("..").unwrap_or((value, value));
            vec![milliseconds(from), milliseconds(until)]
        }
    }
}

/// The value in the scenario language that the fields mean; the session judges whether it is allowed.
pub(crate) fn value(kind: &DialKind, fields: &[String]) -> String {
    let field = |position: usize| fields.get(position).map_or("", |field| field.trim());
    match kind {
        DialKind::Number { .. } | DialKind::Latency => field(0).to_owned(),
        DialKind::Ratio { .. } => format!("{}%", field(0)),
        DialKind::Duration { .. } => format!("{}ms", field(0)),
        DialKind::Range { .. } => format!("{}ms..{}ms", field(0), field(1)),
    }
}

/// A duration such as `1.5s`, `50ms` or `200us` as a number of milliseconds.
fn milliseconds(duration: &str) -> String {
    let duration = duration.trim();
    let units = [("ms", 1.0), ("us", 0.001), ("µs", 0.001), ("s", 1000.0)];
    let found = units.iter().find_map(|(unit, factor)| {
        let number: f64 = duration.strip_suffix(unit)?.trim().parse().ok()?;
        Some(number * factor)
    });
    found.map_or_else(|| duration.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::{fields, value};
    use consistory_session::DialKind;

    fn check(kind: &DialKind, text: &str, numbers: &[&str]) {
        let found = fields(kind, text);
        assert_eq!(found, numbers);
        assert_eq!(value(kind, &found), text);
    }

    #[test]
    fn a_value_survives_its_fields() {
        check(&DialKind::Number { min: 1, max: 9 }, "5", &["5"]);
        check(&DialKind::Ratio { max: 1_000_000 }, "2.5%", &["2.5"]);
        check(&DialKind::Duration { min: 0, max: 1_000_000 }, "50ms", &["50"]);
        check(&DialKind::Range { min: 0, max: 1_000_000 }, "150ms..300ms", &["150", "300"]);
        check(&DialKind::Latency, "10ms..20ms", &["10ms..20ms"]);
    }

    #[test]
    fn other_units_become_milliseconds() {
        let range = DialKind::Range { min: 0, max: 10_000_000 };
        assert_eq!(fields(&range, "200us..1.5s"), ["0.2", "1500"]);
    }
}
