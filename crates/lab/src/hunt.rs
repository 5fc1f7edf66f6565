//! Searches for a run that breaks a property, and makes it small.

use crate::shrink::{is_broken, shrink};
use crate::{Disks, Run, Storm};
use consistory_kernel::World;
use consistory_protocols::Spec;
use consistory_scene::Expectation;

/// What is hunted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarry {
    /// Rules that are switched off, one bit a mutant.
    pub mutants: u32,
    /// The property that is to be broken, by its number; any if not given.
    pub property: Option<u8>,
    /// What crashes do to disks.
    pub disks: Disks,
}

/// What a hunt came to.
#[derive(Clone)]
pub struct Hunted<P: Spec> {
    /// The violation, if one was found.
    pub catch: Option<Catch<P>>,
    /// Runs that were tried.
    pub runs: u64,
}

/// A violation that was found.
#[derive(Clone)]
pub struct Catch<P: Spec> {
    /// The number of the property.
    pub property: u8,
    /// The seed whose storm broke it.
    pub seed: u64,
    /// The run, as small as could be found. It ends when the property breaks.
    pub run: Run<P>,
    /// Events of that run.
    pub steps: u32,
    /// Edits of the run before it was made small.
    pub edits_before: usize,
}

impl<P: Spec> Catch<P> {
    /// The run in the scenario language, with what it is to show.
    pub fn text(&self) -> String {
        let property = P::PROPERTIES[usize::from(self.property)].id;
        format!("# Found by a hunt, seed {}.\n{}expect {property} violated\n", self.seed, self.run.text())
    }
}

/// Tries the storms of the seeds 1, 2, …, as long as `go_on` agrees; it is told how many runs there were.
pub fn hunt<P: Spec>(quarry: Quarry, mut go_on: impl FnMut(u64) -> bool) -> Hunted<P> {
    let mut runs = 0;
    while go_on(runs) {
        runs += 1;
        if let Some(catch) = try_seed(quarry, runs) {
            return Hunted { catch: Some(catch), runs };
        }
    }
    Hunted { catch: None, runs }
}

fn try_seed<P: Spec>(quarry: Quarry, seed: u64) -> Option<Catch<P>> {
    let broken = |world: &World<P>| match quarry.property {
        Some(property) => is_broken(world, property),
        None => first_broken(world).is_some(),
    };
    let mut storm = Storm::new(seed, quarry.mutants, quarry.disks);
    storm.rage(&broken);
    let property = quarry.property.or_else(|| first_broken(storm.world()));
    let property = property.filter(|property| is_broken(storm.world(), *property))?;
    let found = storm.into_run();
    let run = shrink(&found, property);
    let (world, _) = run.perform(|world| is_broken(world, property));
    Some(Catch { property, seed, run, steps: world.steps().0, edits_before: found.edits.len() })
}

fn first_broken<P: Spec>(world: &World<P>) -> Option<u8> {
    let always = |property: u8| {
        let known = P::PROPERTIES.get(usize::from(property));
        known.is_some_and(|property| property.expectation == Expectation::Always)
    };
    world.findings().iter().map(|finding| finding.property).find(|property| always(*property))
}
