//! What the registry knows of the protocol: parameters, properties, mutants, parsers.

use super::mutants::Mutant;
use super::{Config, Newcomer, properties};
use crate::scenarios::scenarios;
use crate::spec::{MutantInfo, Parameter, ParameterKind, Property, Spec, calm_setup};
use consistory_kernel::{MS, ProcessId, Setting, Setup, World};
use core::convert::Infallible;

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] =
    &[Property::always("copies-follow", "newcomer.copies_follow", "newcomer.copies_follow.says", "a sketch")];

const _: () = assert!(PROPERTIES.len() == properties::COPIES_FOLLOW as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] =
    &[MutantInfo::new("answer-before-persisting", "newcomer.mutant.answer_before_persisting", "copies-follow")];

const _: () = assert!(MUTANTS.len() == Mutant::AnswerBeforePersisting as usize + 1, "one description for each mutant");

impl Spec for Newcomer {
    const ID: &'static str = "newcomer";
    const TITLE: &'static str = "newcomer.title";
    const SUMMARY: &'static str = "newcomer.summary";
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::live("interval", "newcomer.parameter.interval", ParameterKind::Duration(MS, 60_000 * MS))];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = &["Fetch", "Copy"];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("newcomer");

    fn defaults() -> Setup<Self> {
        calm_setup(3, Config { interval: 100 * MS })
    }

    fn setting(config: &Config, _: usize) -> Setting {
        Setting::Duration(config.interval)
    }

    /// `copied`: all nodes that are up have the same number of entries.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let seen = world.observation(ProcessId(0));
        match words {
            ["copied"] => {
                let mut counts = seen.up().map(|(_, node)| node.have());
                let first = counts.next();
                Some(counts.all(|count| Some(count) == first))
            }
            _ => None,
        }
    }

    fn directive_text(directive: &Infallible) -> (&'static str, String) {
        match *directive {}
    }
}
