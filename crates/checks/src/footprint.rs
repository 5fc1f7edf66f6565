//! What a transaction tells of each key that it used: what it found there, and what it left.

use crate::task::{Item, Role};
use crate::transaction::sum;
use crate::{Action, Call, Value};
use std::collections::BTreeMap;

/// What a transaction found and left in one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Footprint<'h> {
    pub(crate) key: &'h Value,
    /// What the key must have held when the transaction took effect, where its reads tell that.
    pub(crate) found: Option<Value>,
    /// It adds to what was there, which `found` does not tell: that must be a number or nothing.
    pub(crate) depends: bool,
    pub(crate) left: Left,
}

/// What a transaction leaves in a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It only reads it.
    Unchanged,
    /// This, wherever it takes effect.
    Value(Value),
    /// That depends on what was there.
    Anything,
}

impl Footprint<'_> {
    pub(crate) fn writes(&self) -> bool {
        self.left != Left::Unchanged
    }

    /// Whether it may leave that value.
    pub(crate) fn may_leave(&self, value: &Value) -> bool {
        match &self.left {
            Left::Unchanged => false,
            Left::Value(left) => left == value,
            Left::Anything => true,
        }
    }
}

/// The footprints of a task's item, by key. What it returned counts only where that is judged: another may have seen
/// anything. `None` where it contradicts itself, so that no state can let it happen.
pub(crate) fn footprints<'h>(item: &Item<'h>) -> Option<Vec<Footprint<'h>>> {
    let Call::Transaction(actions) = &item.operation.call else { return Some(Vec::new()) };
    let returned = item.operation.returned().filter(|_| item.role == Role::Judged);
    let mut returned = returned.map(Value::members);
    let mut tracks: BTreeMap<&'h Value, Track> = BTreeMap::new();
    for action in &**actions {
        let track = tracks.entry(action.key()).or_default();
        match action {
            Action::Read(_) => {
                if let Some(returned) = &mut returned {
                    track.read(returned.next()?)?;
                }
            }
            Action::Write(_, value) => track.write(value.clone()),
            Action::Add(_, by) => track.add(*by)?,
        }
    }
    if returned.is_some_and(|mut rest| rest.next().is_some()) {
        return None;
    }
    Some(tracks.into_iter().map(|(key, track)| track.footprint(key)).collect())
}

/// For each key those that write it, by their place, with what they leave there.
pub(crate) fn writers<'f, 'h>(all: &'f [Vec<Footprint<'h>>]) -> BTreeMap<&'h Value, Vec<(usize, &'f Footprint<'h>)>> {
    let mut writers: BTreeMap<&'h Value, Vec<(usize, &'f Footprint<'h>)>> = BTreeMap::new();
    for (place, of_item) in all.iter().enumerate() {
        for footprint in of_item.iter().filter(|footprint| footprint.writes()) {
            writers.entry(footprint.key).or_default().push((place, footprint));
        }
    }
    writers
}

/// One key along a transaction.
#[derive(Default)]
struct Track {
    found: Option<Value>,
    depends: bool,
    writes: bool,
    now: Now,
}

/// What is known of a key's value in the middle of a transaction.
#[derive(Default)]
enum Now {
    /// It is what the transaction found.
    #[default]
    Found,
    /// It is so much more than what the transaction found.
    Added(i64),
    /// It is this.
    Known(Value),
}

impl Track {
    /// Reads that; `None` where it cannot be.
    fn read(&mut self, seen: &Value) -> Option<()> {
        match &self.now {
            Now::Found => self.found = Some(seen.clone()),
            Now::Added(sum) => {
                let Value::Number(number) = seen else { return None };
                let before = number.wrapping_sub(*sum);
                // Whether it was added to 0 or to nothing, nobody can tell.
                if before != 0 {
                    self.found = Some(Value::Number(before));
                    self.depends = false;
                }
            }
            Now::Known(value) if value != seen => return None,
            Now::Known(_) => {}
        }
        self.now = Now::Known(seen.clone());
        Some(())
    }

    fn write(&mut self, value: Value) {
        self.writes = true;
        self.now = Now::Known(value);
    }

    /// Adds; `None` where the value is known to be no number.
    fn add(&mut self, by: i64) -> Option<()> {
        self.writes = true;
        self.now = match &self.now {
            Now::Found => {
                self.depends = true;
                Now::Added(by)
            }
            Now::Added(before) => Now::Added(before.wrapping_add(by)),
            Now::Known(value) => Now::Known(sum(Some(value), by)?),
        };
        Some(())
    }

    fn footprint(self, key: &Value) -> Footprint<'_> {
        let left = match self.now {
            Now::Known(value) if self.writes => Left::Value(value),
            Now::Added(_) => Left::Anything,
            Now::Found | Now::Known(_) => Left::Unchanged,
        };
        Footprint { key, found: self.found, depends: self.depends, left }
    }
}
