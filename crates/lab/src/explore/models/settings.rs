//! What a model is called, and its parameters by name.

use super::super::{Explored, Progress};
use core::fmt;

/// Explores the model with these settings; otherwise as [`explore`](super::super::explore()).
pub(super) type Run = fn(&Settings, u32, &mut dyn FnMut(Progress) -> bool) -> Explored;

/// A model in the registry.
pub struct ModelInfo {
    /// Its id.
    pub id: &'static str,
    /// What it is, in English: these models are for the terminal.
    pub title: &'static str,
    /// What can be set.
    pub parameters: &'static [Parameter],
    pub(super) run: Run,
}

/// A parameter of a model.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub values: Values,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// A whole number.
    Number {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
        /// Without another.
        default: u32,
    },
    /// One of these words; the first, without another.
    Choice(&'static [&'static str]),
}

/// Parameters of one model with their values.
#[derive(Clone, Debug)]
pub struct Settings {
    parameters: &'static [Parameter],
    /// Numbers, or the numbers of choices.
    values: Vec<u32>,
}

/// A parameter cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingError {
    /// There is no such parameter, but these.
    Unknown(Vec<&'static str>),
    /// It is a whole number from the one to the other.
    Number(u32, u32),
    /// It is one of these words.
    Choice(&'static [&'static str]),
}

impl ModelInfo {
    /// Its parameters, as they are without being set.
    pub fn defaults(&self) -> Settings {
        let default = |parameter: &Parameter| match parameter.values {
            Values::Number { default, .. } => default,
            Values::Choice(_) => 0,
        };
        Settings { parameters: self.parameters, values: self.parameters.iter().map(default).collect() }
    }

    /// Explores it; otherwise as [`explore`](super::super::explore()).
    pub fn explore(&self, settings: &Settings, max_states: u32, go_on: &mut dyn FnMut(Progress) -> bool) -> Explored {
        (self.run)(settings, max_states, go_on)
    }
}

impl Settings {
    /// Sets a parameter. What is set twice has the second value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let found = self.parameters.iter().position(|parameter| parameter.name == name);
        let place = found
            .ok_or_else(|| SettingError::Unknown(self.parameters.iter().map(|parameter| parameter.name).collect()))?;
        self.values[place] = match self.parameters[place].values {
            Values::Number { min, max, .. } => {
                let number = value.parse::<u32>().ok().filter(|number| (min..=max).contains(number));
                number.ok_or(SettingError::Number(min, max))?
            }
            Values::Choice(words) => {
                let number = (0_u32..).zip(words).find(|(_, word)| **word == value);
                number.ok_or(SettingError::Choice(words))?.0
            }
        };
        Ok(())
    }

    /// The number that a parameter is, or that of its choice.
    pub(super) fn number(&self, name: &str) -> u32 {
        let place = self.parameters.iter().position(|parameter| parameter.name == name);
        self.values[place.expect("a model asks for its own parameters")]
    }

    /// Whether states are reduced by symmetry.
    pub(super) fn has_symmetry(&self) -> bool {
        self.number(super::SYMMETRY.name) == 1
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(known) => {
                write!(formatter, "the model has no such parameter; known are {}.", known.join(", "))
            }
            Self::Number(min, max) => write!(formatter, "write a whole number from {min} to {max}."),
            Self::Choice(words) => write!(formatter, "write one of {}.", words.join(", ")),
        }
    }
}

impl core::error::Error for SettingError {}

#[cfg(test)]
mod tests {
    use super::super::{MODELS, two_phase};
    use super::{SettingError, Values};
    use std::collections::BTreeSet;

    #[test]
    fn ids_differ_and_defaults_lie_within_their_limits() {
        let ids: BTreeSet<&str> = MODELS.iter().map(|model| model.id).collect();
        assert_eq!(ids.len(), MODELS.len());
        for model in MODELS {
            for parameter in model.parameters {
                let is_fine = match parameter.values {
                    Values::Number { min, max, default } => (min..=max).contains(&default),
                    Values::Choice(words) => words.len() > 1,
                };
                assert!(is_fine, "{} {}", model.id, parameter.name);
            }
        }
    }

    #[test]
    fn parameters_are_set_by_name_within_their_limits() {
        let mut settings = two_phase::INFO.defaults();
        assert_eq!(settings.number("resource_managers"), 3);
        assert!(!settings.has_symmetry());
        assert_eq!(settings.set("resource_managers", "12"), Ok(()));
        assert_eq!(settings.set("symmetry", "on"), Ok(()));
        assert_eq!(settings.number("resource_managers"), 12);
        assert!(settings.has_symmetry());
        for value in ["0", "13", "-1", "3.0", "", "many", "4294967297"] {
            assert_eq!(settings.set("resource_managers", value), Err(SettingError::Number(1, 12)), "{value}");
        }
        assert_eq!(settings.set("symmetry", "yes"), Err(SettingError::Choice(&["off", "on"])));
        let known = vec!["resource_managers", "symmetry", "mutant"];
        assert_eq!(settings.set("acceptors", "3"), Err(SettingError::Unknown(known)));
        assert_eq!(settings.number("resource_managers"), 12);
    }
}
