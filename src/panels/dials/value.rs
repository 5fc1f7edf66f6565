//! Between a dial's value in the scenario language (`2%`, `150ms..300ms`) and the numbers of its input fields.

use consistory_kernel::Ppm;
use consistory_session::{DialKind, milliseconds_text, parse_duration, percent_text};

/// The texts of the input fields for a value: one, or two for a range. A value of another form is shown as it is.
pub(crate) fn fields(kind: &DialKind, value: &str) -> Vec<String> {
    match kind {
        DialKind::Number { .. } | DialKind::Latency | DialKind::Choice { .. } => vec![value.to_owned()],
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
        DialKind::Number { .. } | DialKind::Latency | DialKind::Choice { .. } => field(0).to_owned(),
        DialKind::Ratio { .. } => format!("{}%", field(0)),
        DialKind::Duration { .. } => format!("{}ms", field(0)),
        DialKind::Range { .. } => format!("{}ms..{}ms", field(0), field(1)),
    }
}

/// A duration such as `1.5s`, `50ms` or `200us` as a number of milliseconds.
fn milliseconds(duration: &str) -> String {
    parse_duration(duration).map_or_else(|| duration.to_owned(), milliseconds_text)
}

/// The least and the greatest number that a field takes, as texts; none where it takes words.
pub(crate) fn limits(kind: &DialKind) -> Option<(String, String)> {
    match kind {
        DialKind::Number { min, max } => Some((min.to_string(), max.to_string())),
        DialKind::Ratio { max } => Some(("0".to_owned(), percent(*max))),
        DialKind::Duration { min, max } | DialKind::Range { min, max } => {
            Some((milliseconds_text(*min), milliseconds_text(*max)))
        }
        DialKind::Latency | DialKind::Choice { .. } => None,
    }
}

/// The number of percent.
fn percent(ratio: Ppm) -> String {
    percent_text(ratio).trim_end_matches('%').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{fields, limits, value};
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
        assert_eq!(fields(&range, "0.001ms..1.001s"), ["0.001", "1001"]);
    }

    #[test]
    fn a_value_of_another_form_is_shown_as_it_is() {
        assert_eq!(fields(&DialKind::Duration { min: 0, max: 1 }, "soon"), ["soon"]);
        assert_eq!(fields(&DialKind::Range { min: 0, max: 1 }, "5ms"), ["5", "5"]);
    }

    #[test]
    fn limits_are_in_the_unit_of_the_field() {
        let texts = |low: &str, high: &str| Some((low.to_owned(), high.to_owned()));
        assert_eq!(limits(&DialKind::Number { min: 1, max: 9 }), texts("1", "9"));
        assert_eq!(limits(&DialKind::Ratio { max: 1_000_000 }), texts("0", "100"));
        assert_eq!(limits(&DialKind::Ratio { max: 2_500 }), texts("0", "0.25"));
        assert_eq!(limits(&DialKind::Duration { min: 1_000, max: 600_000_000 }), texts("1", "600000"));
        assert_eq!(limits(&DialKind::Range { min: 500, max: 1_500 }), texts("0.5", "1.5"));
        assert_eq!(limits(&DialKind::Latency), None);
    }
}
