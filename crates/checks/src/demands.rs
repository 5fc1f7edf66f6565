//! What transactions must still find, and who can leave it for them.
//!
//! An order that leaves a transaction nothing of what it found leads nowhere: the search turns back there. And a transaction
//! that leaves nothing that is asked for can be left out of a contradiction.

use crate::Value;
use crate::bits::Bits;
use crate::footprint::{Footprint, Left, footprints, writers};
use crate::task::{Item, Order, Role, Task};
use crate::transaction::holds;
use std::collections::{BTreeMap, BTreeSet};

/// What a task's transactions must find, and what they leave.
pub(crate) struct Demands<'h> {
    by_key: BTreeMap<&'h Value, Vec<Demand>>,
    /// For each item what it finds and leaves.
    footprints: Vec<Vec<Footprint<'h>>>,
    /// For each item whether any state lets it happen.
    is_possible: Vec<bool>,
}

struct Demand {
    reader: usize,
    found: Value,
    /// Who may leave it, and need not come after the reader.
    sources: Bits,
}

impl<'h> Demands<'h> {
    /// The demands of transactions; operations of other objects have none.
    pub(crate) fn of(task: &Task<'h>) -> Self {
        let of_items: Vec<Option<Vec<Footprint<'h>>>> = task.items.iter().map(footprints).collect();
        let is_possible = of_items.iter().map(Option::is_some).collect();
        let all: Vec<Vec<Footprint<'h>>> = of_items.into_iter().map(Option::unwrap_or_default).collect();
        let writers = writers(&all);
        let mut by_key: BTreeMap<&'h Value, Vec<Demand>> = BTreeMap::new();
        for (reader, of_item) in all.iter().enumerate() {
            for Footprint { key, found, .. } in of_item {
                let Some(found) = found else { continue };
                let others = writers.get(key).into_iter().flatten();
                let sources = others.filter(|(other, footprint)| {
                    *other != reader && footprint.may_leave(found) && !comes_after(task, *other, reader)
                });
                let sources = Bits::of(all.len(), sources.map(|(source, _)| *source));
                by_key.entry(*key).or_default().push(Demand { reader, found: found.clone(), sources });
            }
        }
        Self { by_key, footprints: all, is_possible }
    }

    /// Whether a state lets an item happen, as far as what it found tells, and if so, whether it may leave another state.
    pub(crate) fn changes(&self, item: usize, state: &Value) -> Option<bool> {
        let finds = |footprint: &Footprint<'_>| match &footprint.found {
            Some(found) => holds(state, footprint.key, found),
            None => true,
        };
        let keeps = |footprint: &Footprint<'_>| match &footprint.left {
            Left::Unchanged => true,
            Left::Value(value) => holds(state, footprint.key, value),
            Left::Anything => false,
        };
        let of_item = &self.footprints[item];
        let can_happen = self.is_possible[item] && of_item.iter().all(finds);
        can_happen.then(|| !of_item.iter().all(keeps))
    }

    /// Whether everybody who is not done can still find what was found, where this item was done last and led to that
    /// state: it is there now, or somebody who is not done may leave it.
    pub(crate) fn can_be_met(&self, item: usize, state: &Value, done: &Bits) -> bool {
        let written = self.footprints[item].iter().filter(|footprint| footprint.writes());
        let mut of_written = written.filter_map(|footprint| Some((footprint.key, self.by_key.get(footprint.key)?)));
        of_written.all(|(key, demands)| {
            let mut open = demands.iter().filter(|demand| !done.has(demand.reader));
            open.all(|demand| holds(state, key, &demand.found) || !demand.sources.within(done))
        })
    }
}

fn comes_after(task: &Task<'_>, place: usize, other: usize) -> bool {
    match &task.order {
        Order::RealTime => false,
        Order::Before(relation) => relation.has(other, place),
    }
}

/// What the value of a key must be for somebody.
enum Wanted {
    /// One of these.
    Values(BTreeSet<Value>),
    /// Whatever it is, it matters.
    Anything,
}

/// Of the transactions that are not strict, those that may make a difference to strict ones: see [`Task::relaxed`]. The
/// others can be left out of any order that explains the strict ones. For what such a transaction leaves in a key, nobody
/// finds before the next one writes the key; and nobody's own writes depend on it.
pub(crate) fn that_matter(task: &Task<'_>, strict: &Bits) -> Bits {
    let of_items = task.items.iter().enumerate().map(|(place, item)| {
        let role = if strict.has(place) { item.role } else { Role::Optional };
        footprints(&Item { role, ..*item }).unwrap_or_default()
    });
    let all: Vec<Vec<Footprint<'_>>> = of_items.collect();
    let mut wanted: BTreeMap<&Value, Wanted> = BTreeMap::new();
    for footprint in strict.iter().flat_map(|place| &all[place]) {
        want(&mut wanted, footprint);
    }
    let mut matter = Bits::new(all.len());
    loop {
        let is_new = |place: &usize| {
            let supplies = |footprint: &Footprint<'_>| may_supply(&wanted, footprint);
            !strict.has(*place) && !matter.has(*place) && all[*place].iter().any(supplies)
        };
        let more: Vec<usize> = (0..all.len()).filter(is_new).collect();
        if more.is_empty() {
            return matter;
        }
        for place in more {
            matter.insert(place);
            for footprint in &all[place] {
                want(&mut wanted, footprint);
            }
        }
    }
}

/// Notes what a transaction must find in a key.
fn want<'h>(wanted: &mut BTreeMap<&'h Value, Wanted>, footprint: &Footprint<'h>) {
    if footprint.depends {
        wanted.insert(footprint.key, Wanted::Anything);
    } else if let Some(found) = &footprint.found {
        let of_key = wanted.entry(footprint.key).or_insert_with(|| Wanted::Values(BTreeSet::new()));
        if let Wanted::Values(values) = of_key {
            values.insert(found.clone());
        }
    }
}

/// Whether a transaction may leave in a key what is wanted there.
fn may_supply(wanted: &BTreeMap<&Value, Wanted>, footprint: &Footprint<'_>) -> bool {
    match (&footprint.left, wanted.get(footprint.key)) {
        (Left::Unchanged, _) | (_, None) => false,
        (Left::Anything, Some(_)) | (Left::Value(_), Some(Wanted::Anything)) => true,
        (Left::Value(value), Some(Wanted::Values(values))) => values.contains(value),
    }
}
