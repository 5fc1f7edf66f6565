//! One storm, then calm: nothing may break, and everything must come to an end.

use crate::{Disks, Run, Storm};
use consistory_kernel::{Counters, Limit, MS, Time, World};
use consistory_protocols::{Property, Spec, names_of};
use consistory_scene::Expectation;
use core::fmt;

/// After the faults have stopped, everything must be well within this virtual time, in microseconds. A client's
/// operation may take its two seconds of patience before the next one begins.
const CALM: Time = 20_000 * MS;

/// What a storm that did no harm was like.
#[derive(Clone, Copy, Debug)]
pub struct Soaked {
    /// Events of the run.
    pub events: u32,
    /// Edits of the run.
    pub edits: usize,
    /// What was counted.
    pub counters: Counters,
    /// The `Sometimes` properties that came true, one bit each.
    pub reached: u64,
}

/// A storm that did harm.
#[derive(Clone)]
pub struct Failure<P: Spec> {
    /// Its seed.
    pub seed: u64,
    /// What went wrong.
    pub trouble: Trouble,
    /// Its run.
    pub run: Box<Run<P>>,
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// An `Always` property was broken.
    Violated(&'static str),
    /// A limit ended the run.
    Halted(Limit),
    /// An `Eventually` property did not come true although all faults had stopped.
    NeverReached(&'static str),
    /// A client waits, although it must have given up.
    Waits(String),
    /// A write after all faults had stopped did not succeed.
    WriteFailed,
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Violated(property) => write!(formatter, "{property} is violated"),
            Self::Halted(limit) => write!(formatter, "the run reached its limit of {limit:?}"),
            Self::NeverReached(property) => {
                write!(formatter, "{property} does not come true after the faults have stopped")
            }
            Self::Waits(client) => write!(formatter, "{client} waits for an answer without giving up"),
            Self::WriteFailed => write!(formatter, "a write after the faults have stopped does not succeed"),
        }
    }
}

/// The storm of a seed on the protocol, with rules switched off as their bits say.
pub fn soak<P: Spec>(seed: u64, mutants: u32) -> Result<Soaked, Failure<P>> {
    let mut storm = Storm::new(seed, mutants, Disks::Kept);
    match weather(&mut storm) {
        Ok(()) => {
            let world = storm.world();
            let (events, counters, reached) = (world.steps().0, world.counters(), world.reached());
            Ok(Soaked { events, edits: storm.into_run().edits.len(), counters, reached })
        }
        Err(trouble) => Err(Failure { seed, trouble, run: Box::new(storm.into_run()) }),
    }
}

fn weather<P: Spec>(storm: &mut Storm<P>) -> Result<(), Trouble> {
    storm.rage(&|world| broken(world).is_some());
    unbroken(storm.world())?;
    storm.calm();
    eventually(storm)?;
    if !storm.run_until(CALM, |world| waiting(world).is_none()) {
        return Err(Trouble::Waits(waiting(storm.world()).unwrap_or_default()));
    }
    let is_live = P::PROPERTIES.iter().all(|property| !is_eventual(property) || property.beyond.is_none());
    if is_live {
        write(storm)?;
        eventually(storm)?;
    }
    unbroken(storm.world())
}

/// Writes until a write succeeds. One may fail: a timer that was armed under the storm's parameters may yet end a term.
fn write<P: Spec>(storm: &mut Storm<P>) -> Result<(), Trouble> {
    let deadline = storm.world().time() + CALM;
    let before = storm.world().counters().operations_ok;
    while storm.world().counters().operations_ok == before {
        if !storm.write() || storm.world().time() > deadline {
            return Err(Trouble::WriteFailed);
        }
        storm.run_until(CALM, |world| waiting(world).is_none());
        unbroken(storm.world())?;
    }
    Ok(())
}

/// Waits for each `Eventually` property.
fn eventually<P: Spec>(storm: &mut Storm<P>) -> Result<(), Trouble> {
    for (number, property) in P::PROPERTIES.iter().enumerate() {
        let is_promised = is_eventual(property) && property.beyond.is_none();
        if is_promised && !storm.run_until(CALM, |world| P::eventually(world, number)) {
            return Err(Trouble::NeverReached(property.id));
        }
    }
    Ok(())
}

fn is_eventual(property: &Property) -> bool {
    property.expectation == Expectation::Eventually
}

fn unbroken<P: Spec>(world: &World<P>) -> Result<(), Trouble> {
    match broken(world) {
        Some(trouble) => Err(trouble),
        None => Ok(()),
    }
}

fn broken<P: Spec>(world: &World<P>) -> Option<Trouble> {
    let property = world.findings().first().map(|finding| P::PROPERTIES[usize::from(finding.property)].id);
    property.map(Trouble::Violated).or_else(|| world.halted().map(Trouble::Halted))
}

/// The first client that waits for an answer.
fn waiting<P: Spec>(world: &World<P>) -> Option<String> {
    let waits = |id: &_| world.client(*id).is_some_and(|client| client.pending.is_some());
    world.process_ids().find(waits).map(|id| names_of(world).name(id))
}
