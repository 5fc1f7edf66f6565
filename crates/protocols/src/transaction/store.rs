//! The local database of a participant: values, strict two-phase locking, and before-images to undo with.
//!
//! Bernstein, Hadzilacos and Goodman 1987: a transaction locks what it reads (shared) and what it changes (exclusive),
//! and keeps its locks until it is decided (§3.2: strict two-phase locking, so that histories are serialisable and
//! strict). Values change in place; the before-images undo what is aborted (§6.2). There is no deadlock detector:
//! whoever waits too long gives up, which is the participant's affair. Locks are lost in a crash; those of a
//! transaction that is in doubt are taken again for what it changes, since it has read all that it ever reads.

use super::op::Action;
use super::{Outcome, TxnId};
use crate::kv::Key;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How a transaction holds a key, or wants to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// With others who read it.
    Shared,
    /// Alone.
    Exclusive,
}

/// The lock of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lock {
    holders: Vec<(TxnId, Mode)>,
    queue: VecDeque<(TxnId, Mode)>,
}

impl Lock {
    /// Who holds it: one exclusively, or any number shared.
    pub fn holders(&self) -> &[(TxnId, Mode)] {
        &self.holders
    }

    /// Who waits for it, first come first served; a holder who wants it exclusively comes before the others.
    pub fn queue(&self) -> impl Iterator<Item = (TxnId, Mode)> {
        self.queue.iter().copied()
    }

    /// Takes the lock, or joins the queue; returns whether it was taken.
    fn acquire(&mut self, txn: TxnId, mode: Mode) -> bool {
        let held = self.holders.iter().find(|(holder, _)| *holder == txn).map(|(_, held)| *held);
        match held {
            Some(held) if held == Mode::Exclusive || mode == Mode::Shared => return true,
            Some(_) => self.queue.push_front((txn, mode)),
            None => self.queue.push_back((txn, mode)),
        }
        self.grant().contains(&txn)
    }

    /// Grants what can be granted, in the order of the queue; returns to whom.
    fn grant(&mut self) -> Vec<TxnId> {
        let mut granted = Vec::new();
        while let Some((txn, mode)) = self.queue.front().copied() {
            let mut others = self.holders.iter().filter(|(holder, _)| *holder != txn);
            let is_free = match mode {
                Mode::Shared => others.all(|(_, held)| *held == Mode::Shared),
                Mode::Exclusive => others.next().is_none(),
            };
            if !is_free {
                break;
            }
            self.queue.pop_front();
            self.holders.retain(|(holder, _)| *holder != txn);
            self.holders.push((txn, mode));
            granted.push(txn);
        }
        granted
    }

    /// The transaction neither holds it nor waits for it any longer; returns to whom it is granted then.
    fn release(&mut self, txn: TxnId) -> Vec<TxnId> {
        self.holders.retain(|(holder, _)| *holder != txn);
        self.queue.retain(|(waiting, _)| *waiting != txn);
        self.grant()
    }

    /// Whom a transaction in the queue waits for: those who hold the lock, and those before it.
    fn ahead_of(&self, txn: TxnId) -> Vec<TxnId> {
        let before = self.queue.iter().take_while(|(waiting, _)| *waiting != txn);
        let ahead: BTreeSet<TxnId> = self.holders.iter().chain(before).map(|(ahead, _)| *ahead).collect();
        ahead.into_iter().filter(|ahead| *ahead != txn).collect()
    }
}

/// What an undecided transaction has done at this participant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Work {
    actions: Vec<Action>,
    /// How many of its actions are done.
    done: u8,
    reads: Vec<Option<i64>>,
    /// What the keys held that it has changed, in the order of their first changes.
    before: Vec<(Key, Option<i64>)>,
    /// The keys of the actions that are done, in order.
    touched: Vec<Key>,
    waits_for: Option<Key>,
}

impl Work {
    /// Whether all its actions are done.
    pub fn is_done(&self) -> bool {
        self.next().is_none()
    }

    /// What it has read so far, in the order of its reads.
    pub fn reads(&self) -> &[Option<i64>] {
        &self.reads
    }

    /// The keys of what it has done so far, in order.
    pub fn touched(&self) -> &[Key] {
        &self.touched
    }

    /// The keys that it has changed, in the order of their first changes.
    pub fn changed(&self) -> impl Iterator<Item = Key> {
        self.before.iter().map(|(key, _)| *key)
    }

    /// Whether it has changed a key.
    pub fn has_changed(&self, key: Key) -> bool {
        self.changed().any(|changed| changed == key)
    }

    /// The key whose lock it waits for.
    pub fn waits_for(&self) -> Option<Key> {
        self.waits_for
    }

    fn next(&self) -> Option<Action> {
        self.actions.get(usize::from(self.done)).copied()
    }
}

/// A transaction that waits for a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Which.
    pub txn: TxnId,
    /// The key of the lock.
    pub key: Key,
    /// For whom it waits: who holds the lock, and who is before it in the queue.
    pub on: Vec<TxnId>,
}

/// The database of a participant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    values: BTreeMap<Key, i64>,
    locks: BTreeMap<Key, Lock>,
    works: BTreeMap<TxnId, Work>,
    version: u32,
}

impl Store {
    /// Begins a transaction's actions here and does them as far as locks allow; returns whether all are done.
    pub fn begin(&mut self, txn: TxnId, actions: &[Action]) -> bool {
        self.version = self.version.wrapping_add(1);
        self.works.insert(txn, Work { actions: actions.to_vec(), ..Work::default() });
        self.go_on(txn)
    }

    /// Makes a transaction's changes final and releases its locks. Returns the transactions that have done all their
    /// actions thanks to that.
    pub fn commit(&mut self, txn: TxnId) -> Vec<TxnId> {
        self.works.remove(&txn);
        self.release(txn)
    }

    /// Undoes a transaction and releases its locks. Returns the transactions that have done all their actions thanks to
    /// that.
    pub fn abort(&mut self, txn: TxnId) -> Vec<TxnId> {
        let work = self.works.remove(&txn).unwrap_or_default();
        for (key, before) in work.before.into_iter().rev() {
            self.set(key, before);
        }
        self.release(txn)
    }

    /// Does what is decided on a transaction. Returns as [`Store::commit`].
    pub fn end(&mut self, txn: TxnId, outcome: Outcome) -> Vec<TxnId> {
        match outcome {
            Outcome::Commit => self.commit(txn),
            Outcome::Abort => self.abort(txn),
        }
    }

    /// Releases a transaction's locks although it is not decided: what strict two-phase locking forbids. Returns as
    /// [`Store::commit`].
    pub fn unlock(&mut self, txn: TxnId) -> Vec<TxnId> {
        self.release(txn)
    }

    /// Makes changes that the log has as committed.
    pub fn redo(&mut self, changes: &[(Key, i64)]) {
        for (key, value) in changes {
            self.set(*key, Some(*value));
        }
    }

    /// Takes up a transaction that the log has as undecided: its changes are made, and locked.
    pub fn restore(&mut self, txn: TxnId, changes: &[(Key, i64)]) {
        self.version = self.version.wrapping_add(1);
        let before: Vec<_> = changes.iter().map(|(key, _)| (*key, self.value(*key))).collect();
        for (key, _) in changes {
            self.locks.entry(*key).or_default().holders.push((txn, Mode::Exclusive));
        }
        self.redo(changes);
        self.works.insert(txn, Work { before, ..Work::default() });
    }

    /// Does the actions of a transaction until one needs a lock that somebody else has.
    fn go_on(&mut self, txn: TxnId) -> bool {
        while let Some(action) = self.works.get(&txn).and_then(Work::next) {
            let (key, mode) = (action.key(), if action.changes() { Mode::Exclusive } else { Mode::Shared });
            let is_granted = self.locks.entry(key).or_default().acquire(txn, mode);
            let Some(work) = self.works.get_mut(&txn) else { return false };
            work.waits_for = (!is_granted).then_some(key);
            if !is_granted {
                return false;
            }
            self.execute(txn, action);
        }
        self.works.contains_key(&txn)
    }

    fn execute(&mut self, txn: TxnId, action: Action) {
        let key = action.key();
        let held = self.value(key);
        let Some(work) = self.works.get_mut(&txn) else { return };
        work.done += 1;
        work.touched.push(key);
        if action.changes() && !work.has_changed(key) {
            work.before.push((key, held));
        }
        match action {
            Action::Read(_) => work.reads.push(held),
            Action::Write(_, value) => self.set(key, Some(value)),
            Action::Add(_, by) => self.set(key, Some(held.unwrap_or(0).wrapping_add(by))),
        }
    }

    fn set(&mut self, key: Key, value: Option<i64>) {
        match value {
            Some(value) => self.values.insert(key, value),
            None => self.values.remove(&key),
        };
    }

    fn release(&mut self, txn: TxnId) -> Vec<TxnId> {
        self.version = self.version.wrapping_add(1);
        let mut granted: Vec<TxnId> = self.locks.values_mut().flat_map(|lock| lock.release(txn)).collect();
        self.locks.retain(|_, lock| !lock.holders.is_empty());
        // One that held a lock anew, or holds it exclusively now, does its next actions.
        granted.retain(|granted| self.go_on(*granted));
        granted
    }

    /// What a key holds, undecided changes included.
    pub fn value(&self, key: Key) -> Option<i64> {
        self.values.get(&key).copied()
    }

    /// Every key that holds something or is locked, with what it holds.
    pub fn entries(&self) -> impl Iterator<Item = (Key, Option<i64>, Option<&Lock>)> {
        let keys: BTreeSet<Key> = self.values.keys().chain(self.locks.keys()).copied().collect();
        keys.into_iter().map(move |key| (key, self.value(key), self.locks.get(&key)))
    }

    /// The undecided transactions that have done something here or wait.
    pub fn works(&self) -> &BTreeMap<TxnId, Work> {
        &self.works
    }

    /// Whether a transaction has done all its actions here.
    pub fn is_done(&self, txn: TxnId) -> bool {
        self.works.get(&txn).is_some_and(Work::is_done)
    }

    /// What a transaction has read, in the order of its reads here.
    pub fn reads(&self, txn: TxnId) -> Vec<Option<i64>> {
        self.works.get(&txn).map(|work| work.reads.clone()).unwrap_or_default()
    }

    /// What a transaction has changed, with what the keys hold now.
    pub fn changes(&self, txn: TxnId) -> Vec<(Key, i64)> {
        let keys = self.works.get(&txn).into_iter().flat_map(Work::changed);
        keys.filter_map(|key| Some((key, self.value(key)?))).collect()
    }

    /// The transactions that wait for a lock.
    pub fn waits(&self) -> impl Iterator<Item = Wait> {
        self.works.iter().filter_map(move |(txn, work)| {
            let key = work.waits_for?;
            Some(Wait { txn: *txn, key, on: self.locks.get(&key)?.ahead_of(*txn) })
        })
    }

    /// Counts up whenever a transaction begins here, goes on or ends.
    pub fn version(&self) -> u32 {
        self.version
    }
}
