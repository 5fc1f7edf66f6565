//! Parameters of a protocol that a scenario can set.

use consistory_kernel::{Ppm, Setting, Time};

/// A parameter that a scenario can set.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in the scenario language.
    pub name: &'static str,
    /// The word key of its visible name.
    pub label: &'static str,
    /// The kind of its value, with the limits.
    pub kind: ParameterKind,
    /// Whether it can be turned while the run goes on.
    pub live: bool,
}

impl Parameter {
    /// One that can be turned while the run goes on.
    pub const fn live(name: &'static str, label: &'static str, kind: ParameterKind) -> Self {
        Self { name, label, kind, live: true }
    }

    /// One that is set before the run starts.
    pub const fn fixed(name: &'static str, label: &'static str, kind: ParameterKind) -> Self {
        Self { name, label, kind, live: false }
    }
}

/// The kind of a parameter's value.
#[derive(Clone, Copy, Debug)]
pub enum ParameterKind {
    /// A whole number from the first to the second.
    Number(u32, u32),
    /// A duration in microseconds from the first to the second.
    Duration(Time, Time),
    /// A range whose ends both lie between the first and the second, in microseconds.
    Range(Time, Time),
    /// A probability up to that.
    Ratio(Ppm),
    /// One of these, as the number of its place.
    Choice(&'static [Choice]),
}

/// One of the values that a parameter can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the scenario language.
    pub name: &'static str,
    /// The word key of its visible name.
    pub label: &'static str,
}

impl ParameterKind {
    /// Off or on.
    pub const SWITCH: Self = Self::Choice(&[
        Choice { name: "off", label: "parameter.switch.off" },
        Choice { name: "on", label: "parameter.switch.on" },
    ]);

    /// Whether a setting is of this kind and within the limits.
    pub fn accepts(self, setting: &Setting) -> bool {
        match (self, setting) {
            (Self::Number(low, high), Setting::Number(value)) => (low..=high).contains(value),
            (Self::Duration(low, high), Setting::Duration(value)) => (low..=high).contains(value),
            (Self::Range(low, high), Setting::Range(from, to)) => low <= *from && from <= to && *to <= high,
            (Self::Ratio(high), Setting::Ratio(value)) => *value <= high,
            (Self::Choice(choices), Setting::Number(place)) => (*place as usize) < choices.len(),
            _ => false,
        }
    }
}
