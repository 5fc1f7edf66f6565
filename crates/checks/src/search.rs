//! Finds an order of a task's operations, or shows that there is none.
//!
//! Wing and Gong's depth-first search with Lowe's memory of what was tried: a set of operations that are done, with the
//! state they led to, need not be left twice. An operation that only looks, and sees what is there, is put next at once:
//! whatever order there is from here, there is one that begins with it. Where the state can no longer become what somebody
//! must still find, the search turns back.

use crate::bits::Bits;
use crate::demands::Demands;
use crate::task::{Item, Order, Role, Task};
use crate::{Call, Object, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How much may be tried before a question stays undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Places of the search that are still allowed.
    pub left: u64,
}

impl Budget {
    /// So many places of the search.
    pub fn of(places: u64) -> Self {
        Self { left: places }
    }
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The items in an order that explains everything; optional ones that did not happen are left out.
    Order(Vec<usize>),
    /// There is none; these are the items that a longest attempt could not go beyond, and those in it.
    Nothing {
        /// Done in the longest attempt, or tried after it.
        reached: Vec<usize>,
    },
    /// The budget ran out.
    OutOfBudget,
}

/// Searches.
pub(crate) fn search(task: &Task<'_>, budget: &mut Budget) -> Found {
    Walk::new(task).run(budget)
}

/// Remembers states, calls and what they lead to by number.
struct Table<'t> {
    object: Object,
    states: Vec<Value>,
    numbers: BTreeMap<Value, u32>,
    /// What an item does, the same number for the same.
    deeds: Vec<(&'t Call, Option<&'t Value>, bool)>,
    steps: BTreeMap<(u32, u32), Option<u32>>,
}

impl Table<'_> {
    fn number(&mut self, state: Value) -> u32 {
        let next = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        let states = &mut self.states;
        *self.numbers.entry(state).or_insert_with_key(|state| {
            states.push(state.clone());
            next
        })
    }

    fn step(&mut self, state: u32, deed: u32) -> Option<u32> {
        if let Some(known) = self.steps.get(&(state, deed)) {
            return *known;
        }
        let (call, returned, absorbed) = self.deeds[deed as usize];
        let before = &self.states[state as usize];
        let after = if absorbed {
            Some(self.object.absorb(before, call, returned))
        } else {
            self.object.apply(before, call, returned)
        };
        let after = after.map(|after| self.number(after));
        self.steps.insert((state, deed), after);
        after
    }
}

struct Walk<'t, 'h> {
    task: &'t Task<'h>,
    table: Table<'t>,
    /// For each item the number of what it does.
    deeds: Vec<u32>,
    /// Items that must be done, and those that may be, each by invocation.
    must: Vec<usize>,
    may: Vec<usize>,
    /// Items that must be done and that are not done yet begin here in `must`.
    first: usize,
    rank: Vec<usize>,
    done: Bits,
    left: usize,
    /// The state of each object.
    cells: Vec<u32>,
    /// An optional item overwrote its object last, and nobody has looked yet.
    unseen: bool,
    /// For each object whose state only grows, the reads that it must lead to.
    ahead: Vec<Vec<usize>>,
    /// What transactions must find.
    demands: Demands<'h>,
    path: Vec<Frame>,
    tried: BTreeSet<Box<[u64]>>,
    /// The longest attempt.
    deepest: (usize, Vec<usize>),
}

struct Frame {
    /// What was done to come here; none at the root.
    item: Option<usize>,
    state_before: u32,
    unseen_before: bool,
    candidates: Vec<usize>,
    next: usize,
}

impl<'t, 'h> Walk<'t, 'h> {
    fn new(task: &'t Task<'h>) -> Self {
        let count = task.items.len();
        let mut table = Table {
            object: task.object,
            states: Vec::new(),
            numbers: BTreeMap::new(),
            deeds: Vec::new(),
            steps: BTreeMap::new(),
        };
        let initial = table.number(task.initial.clone());
        let mut known = BTreeMap::new();
        let deeds = task.items.iter().map(|item| {
            let deed = deed(item);
            *known.entry(deed).or_insert_with(|| {
                table.deeds.push(deed);
                u32::try_from(table.deeds.len() - 1).unwrap_or(u32::MAX)
            })
        });
        let deeds: Vec<u32> = deeds.collect();
        let mut by_invocation: Vec<usize> = (0..count).collect();
        by_invocation.sort_by_key(|item| (task.items[*item].since, *item));
        let (may, must): (Vec<usize>, Vec<usize>) =
            by_invocation.into_iter().partition(|item| task.items[*item].role == Role::Optional);
        let mut rank = vec![0; count];
        for (place, item) in must.iter().enumerate() {
            rank[*item] = place;
        }
        Self {
            task,
            table,
            deeds,
            left: must.len(),
            must,
            may,
            first: 0,
            rank,
            done: Bits::new(count),
            cells: vec![initial; task.cells],
            unseen: false,
            ahead: (0..task.cells).map(|cell| reads_ahead(task, cell)).collect(),
            demands: Demands::of(task),
            path: Vec::new(),
            tried: BTreeSet::new(),
            deepest: (0, Vec::new()),
        }
    }

    fn run(mut self, budget: &mut Budget) -> Found {
        if let Order::Before(relation) = &self.task.order
            && relation.is_cyclic()
        {
            return Found::Nothing { reached: (0..self.task.items.len()).collect() };
        }
        let candidates = self.candidates();
        let root = Frame { item: None, state_before: 0, unseen_before: false, candidates, next: 0 };
        self.path.push(root);
        loop {
            if self.left == 0 {
                return Found::Order(self.path.iter().filter_map(|frame| frame.item).collect());
            }
            let Some(frame) = self.path.last_mut() else {
                let mut reached = self.deepest.1;
                reached.sort_unstable();
                reached.dedup();
                return Found::Nothing { reached };
            };
            let Some(item) = frame.candidates.get(frame.next).copied() else {
                self.undo();
                continue;
            };
            frame.next += 1;
            if budget.left == 0 {
                return Found::OutOfBudget;
            }
            budget.left -= 1;
            self.advance(item);
        }
    }

    /// Does an item, unless it contradicts what is there or leads to where the search has been.
    fn advance(&mut self, item: usize) {
        let Item { cell, role, .. } = self.task.items[item];
        let state_before = self.cells[cell];
        let Some(after) = self.table.step(state_before, self.deeds[item]) else { return };
        if !self.leads_on(cell, after) {
            return;
        }
        self.done.insert(item);
        if !self.demands.can_be_met(item, &self.table.states[after as usize], &self.done) {
            self.done.remove(item);
            return;
        }
        let unseen_before = self.unseen;
        self.unseen = self.is_unseen_after(item, state_before, after);
        self.cells[cell] = after;
        if role != Role::Optional {
            self.left -= 1;
            while self.must.get(self.first).is_some_and(|item| self.done.has(*item)) {
                self.first += 1;
            }
        }
        let mut key = Vec::with_capacity(self.cells.len() + 6);
        key.extend(self.cells.iter().map(|state| u64::from(*state)));
        key.push(u64::from(self.unseen));
        self.done.pack(&mut key);
        let is_new = self.tried.insert(key.into_boxed_slice());
        let candidates = if is_new { self.candidates() } else { Vec::new() };
        self.path.push(Frame { item: Some(item), state_before, unseen_before, candidates, next: 0 });
        if is_new && self.path.len() > self.deepest.0 {
            self.note_deepest();
        }
    }

    /// Whether all that is yet to be read of an object can still come to be.
    fn leads_on(&self, cell: usize, state: u32) -> bool {
        let state = &self.table.states[state as usize];
        let ahead = self.ahead[cell].iter().filter(|read| !self.done.has(**read));
        let mut seen = ahead.filter_map(|read| self.task.items[*read].operation.returned());
        seen.all(|seen| self.task.object.leads_to(state, seen))
    }

    fn note_deepest(&mut self) {
        let done = self.path.iter().filter_map(|frame| frame.item);
        let next = self.path.last().into_iter().flat_map(|frame| frame.candidates.iter().copied());
        // What is stuck is a part of the contradiction, although it was no candidate.
        let stuck = self.must.get(self.first).copied();
        let open = self.open_now();
        self.deepest = (self.path.len(), done.chain(next).chain(stuck).chain(open).collect());
    }

    fn undo(&mut self) {
        let Some(frame) = self.path.pop() else { return };
        let Some(item) = frame.item else { return };
        self.done.remove(item);
        self.cells[self.task.items[item].cell] = frame.state_before;
        self.unseen = frame.unseen_before;
        if self.task.items[item].role != Role::Optional {
            self.left += 1;
            self.first = self.first.min(self.rank[item]);
        }
    }

    /// Items that may come next, most urgent first.
    fn candidates(&mut self) -> Vec<usize> {
        let open = self.open_now();
        let mut next = Vec::with_capacity(open.len());
        for item in open {
            let Item { role, operation, .. } = self.task.items[item];
            let Some(changes) = self.changes(item) else { continue };
            if role == Role::Judged && operation.only_observes() {
                return vec![item];
            }
            // One that changes nothing need not have happened; neither need one that is overwritten unseen.
            let is_useless = role == Role::Optional && !changes;
            let overwrites_unseen = self.unseen && matches!(operation.call, Call::Write(_));
            let is_same = |other: &usize| {
                self.task.items[*other].role == Role::Optional && self.deeds[*other] == self.deeds[item]
            };
            let is_repeated = role == Role::Optional && next.iter().any(is_same);
            if !is_useless && !overwrites_unseen && !is_repeated {
                next.push(item);
            }
        }
        next
    }

    /// Whether an item can come next, as far as can be told at once; and if so, whether it changes anything.
    fn changes(&mut self, item: usize) -> Option<bool> {
        let state = self.cells[self.task.items[item].cell];
        if self.task.object == Object::Transactions {
            // What they lead to holds all keys: such states are not made before the search goes there.
            return self.demands.changes(item, &self.table.states[state as usize]);
        }
        self.table.step(state, self.deeds[item]).map(|after| after != state)
    }

    /// Items that nothing else must come before: those that must be done by their end, then those that may.
    fn open_now(&self) -> Vec<usize> {
        match &self.task.order {
            Order::RealTime => self.open_in_real_time(),
            Order::Before(relation) => {
                let is_open = |item: &usize| !self.done.has(*item) && relation.before(*item).within(&self.done);
                let must = self.must[self.first..].iter().copied().filter(is_open);
                must.chain(self.may.iter().copied().filter(is_open)).collect()
            }
        }
    }

    fn open_in_real_time(&self) -> Vec<usize> {
        let items = &self.task.items;
        let mut bound = u32::MAX;
        let mut open = Vec::new();
        for item in &self.must[self.first..] {
            if items[*item].since > bound {
                break;
            }
            if !self.done.has(*item) {
                bound = bound.min(items[*item].until);
                open.push(*item);
            }
        }
        open.sort_by_key(|item| items[*item].until);
        let optional = self.may.iter().take_while(|item| items[**item].since < bound);
        open.extend(optional.filter(|item| !self.done.has(**item)));
        open
    }

    /// Whether what an optional item wrote still waits for somebody to look.
    fn is_unseen_after(&self, item: usize, before: u32, after: u32) -> bool {
        let is_single_cell = self.task.cells == 1;
        let object = self.task.object;
        let overwrites = matches!(object, Object::Register | Object::CasRegister | Object::KeyValue);
        if !is_single_cell || !overwrites {
            return false;
        }
        let item = &self.task.items[item];
        item.role == Role::Optional && before != after && matches!(item.operation.call, Call::Write(_))
    }
}

/// The judged reads of an object, if its state only grows.
fn reads_ahead(task: &Task<'_>, cell: usize) -> Vec<usize> {
    let of_cell = || (0..task.items.len()).filter(|item| task.items[*item].cell == cell);
    if !of_cell().all(|item| Object::grows_by(&task.items[item].operation.call)) {
        return Vec::new();
    }
    let is_read = |item: &usize| {
        let item = &task.items[*item];
        item.role == Role::Judged && item.operation.call == Call::Read
    };
    of_cell().filter(is_read).collect()
}

/// What an item does: the call, what it must have returned, and whether its effect comes from elsewhere.
fn deed<'h>(item: &Item<'h>) -> (&'h Call, Option<&'h Value>, bool) {
    let returned = item.operation.returned();
    match item.role {
        Role::Judged => (&item.operation.call, returned, false),
        Role::Absorbed => (&item.operation.call, returned, true),
        Role::Optional => (&item.operation.call, None, false),
    }
}
