//! What transactions imply about their order, so that most histories need hardly any search.
//!
//! Papadimitriou (1979) shows that serializability is NP-complete; what follows is polynomial, and sound: every order that
//! explains the transactions keeps it. With r a transaction that found a value in a key:
//!
//! - Right before r, the key was written last by one that may have left that value, or it was never written and held the
//!   value at first. Where no key's value depends on another write (see [`Left::Anything`]), these are known.
//! - Not by one that comes after r; nor by one after which, and before r, a third must write the key. The key was not as it
//!   was at first if somebody must have written it before r. Where nobody is left, nothing explains r.
//! - Where only w is left, it has happened and comes before r, even if its client never learned that. Any other v that
//!   writes the key comes before w or after r: if it comes before r, it comes before w; if it comes after w, it comes
//!   after r. So these are the write-read and read-write edges of Adya's serialization graphs (1999), and as many of the
//!   write-write edges as follow from them.
//! - Where only the first value is left, all that write the key come after r.
//!
//! Who may never have happened comes before nobody: an edge from it would bind others although it is not there. Edges to
//! it are harmless, because they only say when it can have happened. A cycle contradicts the history.

use crate::Value;
use crate::bits::Bits;
use crate::footprint::{Footprint, Left, footprints, writers};
use crate::task::{Item, Order, Relation, Role, Task};
use crate::transaction::holds;

/// Adds to a task's order what it implies; the task then has the same solutions.
pub(crate) fn saturate(task: &mut Task<'_>) {
    let mut relation = match &task.order {
        Order::RealTime => Relation::in_real_time(&task.items),
        Order::Before(relation) => relation.clone(),
    };
    imply(&mut task.items, &task.initial, &mut relation);
    task.order = Order::Before(relation);
}

fn imply(items: &mut [Item<'_>], initial: &Value, relation: &mut Relation) {
    let mut all = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let of_item = footprints(item);
        if of_item.is_none() && item.role == Role::Judged {
            // It contradicts itself.
            relation.add(place, place);
            return;
        }
        all.push(of_item.unwrap_or_default());
    }
    let mut readings = readings(&all, initial);
    loop {
        let mut changed = false;
        for reading in &mut readings {
            reading.narrow(items, relation);
            changed |= reading.imply(items, relation);
        }
        if !changed || relation.is_cyclic() {
            return;
        }
    }
}

/// A transaction that found a value in a key, and who can have left it there.
struct Reading {
    reader: usize,
    /// All others that write the key.
    writers: Vec<usize>,
    /// Those of them that may have left what was found.
    sources: Vec<usize>,
    /// Whether it may have been there at first.
    was_initial: bool,
}

/// The readings of keys in which nobody leaves what depends on others.
fn readings(all: &[Vec<Footprint<'_>>], initial: &Value) -> Vec<Reading> {
    let writers = writers(all);
    let mut readings = Vec::new();
    for (reader, of_item) in all.iter().enumerate() {
        for Footprint { key, found, .. } in of_item {
            let Some(found) = found else { continue };
            let others = writers.get(key).map(Vec::as_slice).unwrap_or_default();
            let others = || others.iter().filter(|(writer, _)| *writer != reader);
            if others().any(|(_, footprint)| footprint.left == Left::Anything) {
                continue;
            }
            let sources = others().filter(|(_, footprint)| footprint.may_leave(found));
            readings.push(Reading {
                reader,
                writers: others().map(|(writer, _)| *writer).collect(),
                sources: sources.map(|(writer, _)| *writer).collect(),
                was_initial: holds(initial, key, found),
            });
        }
    }
    readings
}

impl Reading {
    /// Leaves out who cannot have left what was found.
    fn narrow(&mut self, items: &[Item<'_>], relation: &Relation) {
        let reader = self.reader;
        let has_happened = |place: usize| items[place].role != Role::Optional;
        let mut overwritten = Bits::new(items.len());
        for writer in self.writers.iter().copied().filter(|writer| relation.has(*writer, reader)) {
            if has_happened(writer) {
                overwritten.unite(relation.before(writer));
                self.was_initial = false;
            }
        }
        self.sources.retain(|source| !relation.has(reader, *source) && !overwritten.has(*source));
    }

    /// Puts into order what is certain; whether that is new.
    fn imply(&self, items: &mut [Item<'_>], relation: &mut Relation) -> bool {
        let reader = self.reader;
        let mut changed = false;
        match (self.sources.as_slice(), self.was_initial) {
            ([], false) => changed = relation.add(reader, reader),
            ([], true) => {
                for writer in &self.writers {
                    changed |= relation.add(reader, *writer);
                }
            }
            ([source], false) => {
                if items[*source].role == Role::Optional {
                    items[*source].role = Role::Absorbed;
                }
                changed = relation.add(*source, reader);
                for writer in self.writers.iter().filter(|writer| *writer != source) {
                    if items[*writer].role != Role::Optional && relation.has(*writer, reader) {
                        changed |= relation.add(*writer, *source);
                    }
                    if relation.has(*source, *writer) {
                        changed |= relation.add(reader, *writer);
                    }
                }
            }
            (_, _) => {}
        }
        changed
    }
}
