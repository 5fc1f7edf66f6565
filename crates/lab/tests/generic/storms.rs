//! Properties under random faults: none is broken as long as every rule is on, and each rule guards one of them.

use crate::visit::{Check, every_protocol};
use consistory_lab::{Catch, Disks, Quarry, hunt, soak};
use consistory_protocols::Spec;
use consistory_scene::Expectation;
use consistory_session::{gallery, open, open_scenario};

/// Storms in which nothing may break. `cargo xtask soak` tries 10,000.
const STORMS: u64 = 300;

/// Runs within which a hunt must find what a missing rule breaks.
const HUNT: u64 = 3_000;

struct NothingBreaks;

impl Check for NothingBreaks {
    fn check<P: Spec>(&self) {
        let (mut ok, mut edits) = (0, 0);
        for seed in 1..=STORMS {
            match soak::<P>(seed, 0) {
                Ok(soaked) => {
                    ok += soaked.counters.operations_ok;
                    edits += soaked.edits;
                }
                Err(failure) => {
                    panic!("{}, seed {seed}: {}\n{}", P::ID, failure.trouble, failure.run.text());
                }
            }
        }
        assert!(ok > 2 * STORMS, "{}: only {ok} operations succeeded, so that the storms test little", P::ID);
        assert!(edits as u64 > 20 * STORMS, "{}: only {edits} edits, so that the storms test little", P::ID);
    }
}

#[test]
fn nothing_breaks_under_random_faults() {
    every_protocol(&NothingBreaks);
}

struct MutantsAreCaught;

impl Check for MutantsAreCaught {
    fn check<P: Spec>(&self) {
        for (number, mutant) in P::MUTANTS.iter().enumerate() {
            let property = (0_u8..).zip(P::PROPERTIES).find(|(_, property)| property.id == mutant.breaks);
            let (property, _) = property.unwrap_or_else(|| panic!("{} breaks {}", mutant.id, mutant.breaks));
            let quarry = Quarry { mutants: 1 << number, property: Some(property), disks: Disks::Kept };
            let hunted = hunt::<P>(quarry, |runs| runs < HUNT);
            let catch = hunted.catch.unwrap_or_else(|| panic!("{}: {} breaks nothing", P::ID, mutant.id));
            assert_eq!(catch.property, property);
            is_small_and_again_violated(&catch, mutant.id);
        }
    }
}

/// The text of a catch, performed by somebody who knows nothing of the hunt, breaks the property again.
fn is_small_and_again_violated<P: Spec>(catch: &Catch<P>, mutant: &str) {
    assert!(catch.run.edits.len() <= catch.edits_before, "{mutant}: shrinking made it larger");
    let text = catch.text();
    let opened = open_scenario(&text).unwrap_or_else(|problem| panic!("{mutant}: {problem:?}\n{text}"));
    assert_eq!(opened.unmet, [], "{mutant}:\n{text}");
    let property = P::PROPERTIES[usize::from(catch.property)].id;
    let broken = opened.session.findings().iter().any(|finding| finding.property == property);
    assert!(broken, "{mutant} does not break {property} again:\n{text}");
}

#[test]
fn every_mutant_breaks_the_property_that_it_names() {
    every_protocol(&MutantsAreCaught);
}

struct AlwaysCanBreak;

impl Check for AlwaysCanBreak {
    fn check<P: Spec>(&self) {
        for property in P::PROPERTIES.iter().filter(|property| property.expectation == Expectation::Always) {
            let is_guarded = P::MUTANTS.iter().any(|mutant| mutant.breaks == property.id);
            assert!(
                is_guarded,
                "{}: no mutant breaks {}, so that nobody knows whether it is judged",
                P::ID,
                property.id
            );
        }
    }
}

#[test]
fn every_always_property_is_broken_by_some_mutant() {
    every_protocol(&AlwaysCanBreak);
}

struct SometimesHappens;

impl Check for SometimesHappens {
    fn check<P: Spec>(&self) {
        let storms =
            (1..=60).filter_map(|seed| soak::<P>(seed, 0).ok()).fold(0, |reached, soaked| reached | soaked.reached);
        let sometimes = P::PROPERTIES.iter().enumerate();
        let sometimes = sometimes.filter(|(_, property)| property.expectation == Expectation::Sometimes);
        for (number, property) in sometimes {
            let by_storm = storms >> number & 1 == 1;
            let reached = |id: &str| {
                let text = open(&format!("#/p/{id}")).expect("it is in the gallery").session.scenario_text();
                let text = format!("{text}expect {} reached\n", property.id);
                open_scenario(&text).expect("our own text").unmet.is_empty()
            };
            let mut scenarios = gallery().iter().filter(|item| item.protocol == P::ID).map(|item| item.id);
            assert!(by_storm || scenarios.any(reached), "{}: nothing reaches {}", P::ID, property.id);
        }
    }
}

#[test]
fn every_sometimes_property_is_reached() {
    every_protocol(&SometimesHappens);
}
