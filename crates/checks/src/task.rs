//! What every judge asks: is there an order of these operations that explains what they returned?

use crate::bits::Bits;
use crate::demands;
use crate::{Object, Operation, Outcome, Value};
use std::collections::BTreeMap;

/// One operation of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'h> {
    pub(crate) operation: &'h Operation,
    /// Its place in the history.
    pub(crate) id: usize,
    /// Which of the task's objects it is about.
    pub(crate) cell: usize,
    pub(crate) role: Role,
    /// In real time it cannot be before what ended earlier than this position.
    pub(crate) since: u32,
    /// In real time it cannot be after what was invoked later than this position.
    pub(crate) until: u32,
}

impl<'h> Item<'h> {
    /// An operation with the span of its own.
    pub(crate) fn new(id: usize, operation: &'h Operation, cell: usize, role: Role) -> Self {
        let role = if operation.outcome == Outcome::Unknown { Role::Optional } else { role };
        Self { operation, id, cell, role, since: operation.invoked, until: operation.ended }
    }
}

/// What is asked of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is in the order, and what it returned must follow from what comes before it.
    Judged,
    /// It is in the order; what it returned where it happened is not judged here.
    Absorbed,
    /// It may be in the order; it comes before nothing.
    Optional,
}

/// Operations to be put into an order.
#[derive(Clone, Debug)]
pub(crate) struct Task<'h> {
    pub(crate) object: Object,
    pub(crate) initial: Value,
    pub(crate) items: Vec<Item<'h>>,
    pub(crate) order: Order,
    /// How many objects the items are about.
    pub(crate) cells: usize,
}

/// What the order must respect.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// An operation that ended before another was invoked comes before it.
    RealTime,
    /// Before each item come these.
    Before(Relation),
}

/// A transitive relation between items: for each, those that come before it.
#[derive(Clone, Debug)]
pub(crate) struct Relation(Vec<Bits>);

impl Relation {
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![Bits::new(count); count])
    }

    /// What ends before something else begins comes before it. This is transitive as it is: nothing ends before it begins.
    pub(crate) fn in_real_time(items: &[Item<'_>]) -> Self {
        let mut relation = Self::new(items.len());
        for (before, item) in relation.0.iter_mut().zip(items) {
            for (earlier, _) in items.iter().enumerate().filter(|(_, other)| other.until < item.since) {
                before.insert(earlier);
            }
        }
        relation
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Those before an item.
    pub(crate) fn before(&self, item: usize) -> &Bits {
        &self.0[item]
    }

    pub(crate) fn has(&self, first: usize, second: usize) -> bool {
        self.0[second].has(first)
    }

    /// Puts one before another, and all that follows from it; whether that is new.
    pub(crate) fn add(&mut self, first: usize, second: usize) -> bool {
        if self.has(first, second) {
            return false;
        }
        let mut earlier = self.0[first].clone();
        earlier.insert(first);
        for later in 0..self.0.len() {
            if later == second || self.0[later].has(second) {
                self.0[later].unite(&earlier);
            }
        }
        true
    }

    /// Whether something comes before itself.
    pub(crate) fn is_cyclic(&self) -> bool {
        (0..self.0.len()).any(|item| self.0[item].has(item))
    }

    /// The relation between the chosen items, renumbered in their order.
    pub(crate) fn among(&self, chosen: &[usize]) -> Self {
        let mut relation = Self::new(chosen.len());
        for (later, of) in chosen.iter().enumerate() {
            for (earlier, other) in chosen.iter().enumerate() {
                if self.has(*other, *of) {
                    relation.0[later].insert(earlier);
                }
            }
        }
        relation
    }
}

impl<'h> Task<'h> {
    /// Chosen operations of a history, in the order that a relation between all its operations gives them. One whose
    /// outcome is unknown, and that something comes after, has happened.
    pub(crate) fn ordered(object: Object, initial: &Value, mut items: Vec<Item<'h>>, relation: &Relation) -> Self {
        let ids: Vec<usize> = items.iter().map(|item| item.id).collect();
        let among = relation.among(&ids);
        for (place, item) in items.iter_mut().enumerate() {
            if item.role == Role::Optional && (0..ids.len()).any(|other| among.has(place, other)) {
                item.role = Role::Absorbed;
            }
        }
        let cells = items.iter().map(|item| item.cell + 1).max().unwrap_or(0);
        Self { object, initial: initial.clone(), items, order: Order::Before(among), cells }
    }

    /// The same task with only these items strict: any other update may have happened at any time, or never, and what any
    /// other operation saw is not asked. Whatever contradicts itself so does so in the whole task.
    pub(crate) fn relaxed(&self, strict: &Bits) -> Self {
        let matter = self.that_matter(strict);
        let kept: Vec<usize> = (0..self.items.len()).filter(|item| strict.has(*item) || matter.has(*item)).collect();
        let items = kept.iter().map(|index| {
            let item = self.items[*index];
            if strict.has(*index) { item } else { Item { role: Role::Optional, since: 0, until: u32::MAX, ..item } }
        });
        let order = match &self.order {
            Order::RealTime => Order::RealTime,
            Order::Before(relation) => {
                let mut among = relation.among(&kept);
                for (place, _) in kept.iter().enumerate().filter(|(_, index)| !strict.has(**index)) {
                    among.0.iter_mut().for_each(|before| before.remove(place));
                    among.0[place] = Bits::new(kept.len());
                }
                Order::Before(among)
            }
        };
        Self { object: self.object, initial: self.initial.clone(), items: items.collect(), order, cells: self.cells }
    }

    /// The items that are not strict and may have made a difference to strict ones.
    fn that_matter(&self, strict: &Bits) -> Bits {
        match self.object {
            Object::Transactions => demands::that_matter(self, strict),
            Object::Register
            | Object::CasRegister
            | Object::KeyValue
            | Object::ListAppend
            | Object::Set
            | Object::Counter
            | Object::Queue
            | Object::Lock => {
                let needed = Needed::of(self, strict);
                let count = self.items.len();
                Bits::of(count, (0..count).filter(|item| !strict.has(*item) && needed.has(self, *item)))
            }
        }
    }
}

/// The values on which what strict items saw may depend.
struct Needed {
    /// For each cell, the values; `None` where anything may matter.
    values: BTreeMap<usize, Option<Vec<Value>>>,
}

impl Needed {
    fn of(task: &Task<'_>, strict: &Bits) -> Self {
        let mut needed = Self { values: BTreeMap::new() };
        for item in strict.iter().map(|index| &task.items[index]) {
            needed.note(task.object, item);
        }
        // A comparison that may have set a needed value needs the value that it expects.
        loop {
            let before = needed.size();
            for (index, item) in task.items.iter().enumerate() {
                if !strict.has(index) && needed.has(task, index) {
                    needed.note_expected(item);
                }
            }
            if needed.size() == before {
                return needed;
            }
        }
    }

    fn size(&self) -> usize {
        self.values.values().flatten().map(Vec::len).sum()
    }

    fn note(&mut self, object: Object, item: &Item<'_>) {
        use crate::Call;
        let is_cell = matches!(object, Object::Register | Object::CasRegister | Object::KeyValue | Object::ListAppend);
        let Some(returned) = item.operation.returned().filter(|_| item.role == Role::Judged) else { return };
        let values = self.values.entry(item.cell).or_insert_with(|| Some(Vec::new()));
        match (&item.operation.call, returned) {
            (call, seen) if !is_cell || matches!((call, seen), (Call::CompareAndSet(..), Value::Bool(false))) => {
                *values = None;
            }
            (Call::CompareAndSet(expected, _), _) => values.iter_mut().for_each(|list| list.push(expected.clone())),
            (Call::Read, seen) => values.iter_mut().for_each(|list| {
                list.push(seen.clone());
                list.extend(seen.members().cloned());
            }),
            (_, _) => {}
        }
    }

    fn note_expected(&mut self, item: &Item<'_>) {
        if let crate::Call::CompareAndSet(expected, _) = &item.operation.call
            && let Some(Some(list)) = self.values.get_mut(&item.cell)
            && !list.contains(expected)
        {
            list.push(expected.clone());
        }
    }

    /// Whether an item that is not strict may have made a difference.
    fn has(&self, task: &Task<'_>, index: usize) -> bool {
        use crate::Call;
        let item = &task.items[index];
        if item.operation.only_observes() {
            return false;
        }
        match self.values.get(&item.cell) {
            None => false,
            Some(None) => true,
            Some(Some(list)) => match &item.operation.call {
                Call::Write(value) | Call::CompareAndSet(_, value) => list.contains(value),
                Call::Append(value) if !matches!(value, Value::Text(_)) => list.contains(value),
                Call::Append(_)
                | Call::Read
                | Call::Add(_)
                | Call::Remove(_)
                | Call::Contains(_)
                | Call::Increment(_)
                | Call::Enqueue(_)
                | Call::Dequeue
                | Call::Acquire
                | Call::Release
                | Call::Transaction(_) => true,
            },
        }
    }
}
