//! What committing a transaction costs, counted as it happens, beside what a formula says.
//!
//! Messages that carry the work are not counted, nor are those that answer the client. As the sources do, everything is
//! counted until every participant has learned the outcome; acknowledgements, which only let a coordinator forget, are
//! counted apart. Message delays are the messages on the longest chain of causes, from the step that begins to commit
//! to the last participant that learns (Gray and Lamport, "Consensus on Transaction Commit", 2006, §2 and §3).

use super::{Outcome, TxnId};
use consistory_kernel::{Chunks, ProcessId};
use std::collections::BTreeMap;

/// How many finished transactions are looked through for one that still costs something.
const RECENT: usize = 64;

/// What one transaction has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Costs {
    /// The participants, one bit a node.
    pub members: u32,
    /// Those that vote read-only.
    pub read_only: u32,
    /// Those that have learned the outcome.
    pub learned: u32,
    /// How it ended, once that is decided.
    pub outcome: Option<Outcome>,
    /// Messages of the commit protocol.
    pub messages: u32,
    /// Forced writes.
    pub forced: u32,
    /// Message delays from the beginning of the commit protocol.
    pub delays: u16,
    /// Message delays from the client's request to the beginning of the commit protocol.
    pub began: u16,
    /// Acknowledgements.
    pub acknowledgements: u32,
    /// Messages and forced writes after every participant had learned the outcome.
    pub later: u32,
}

impl Costs {
    /// How many participants there are.
    pub fn count(&self) -> u16 {
        count(self.members)
    }

    /// How many of them vote read-only.
    pub fn read_only_count(&self) -> u16 {
        count(self.read_only)
    }

    /// Whether every participant that is to hear the outcome has learned it.
    pub fn is_complete(&self) -> bool {
        self.outcome.is_some() && self.members & !self.read_only & !self.learned == 0
    }
}

fn count(bits: u32) -> u16 {
    u16::try_from(bits.count_ones()).unwrap_or(0)
}

/// One bit of a set of nodes.
pub fn bit(id: ProcessId) -> u32 {
    1 << (id.0 % 32)
}

/// The nodes of a set.
pub fn nodes_of(bits: u32) -> Vec<ProcessId> {
    (0..32).map(ProcessId).filter(|id| bits & bit(*id) != 0).collect()
}

/// What all transactions of a run have cost.
#[derive(Clone, Debug, Default, Hash)]
pub struct Ledger {
    open: BTreeMap<TxnId, Costs>,
    complete: Chunks<(TxnId, Costs)>,
}

impl Ledger {
    /// A transaction is to be committed.
    pub fn begin(&mut self, txn: TxnId, members: u32, delays: u16) {
        self.open.insert(txn, Costs { members, began: delays, ..Costs::default() });
    }

    /// A participant votes read-only.
    pub fn read_only(&mut self, txn: TxnId, id: ProcessId) {
        if let Some(costs) = self.open.get_mut(&txn) {
            costs.read_only |= bit(id);
        }
    }

    /// A message of the commit protocol.
    pub fn message(&mut self, txn: TxnId) {
        match self.open.get_mut(&txn) {
            Some(costs) => costs.messages += 1,
            None => self.later(txn),
        }
    }

    /// A forced write.
    pub fn forced(&mut self, txn: TxnId) {
        match self.open.get_mut(&txn) {
            Some(costs) => costs.forced += 1,
            None => self.later(txn),
        }
    }

    /// An acknowledgement.
    pub fn acknowledged(&mut self, txn: TxnId) {
        match self.open.get_mut(&txn) {
            Some(costs) => costs.acknowledgements += 1,
            None => self.recent(txn, |costs| costs.acknowledgements += 1),
        }
    }

    /// A coordinator has decided.
    pub fn decided(&mut self, txn: TxnId, outcome: Outcome) {
        if let Some(costs) = self.open.get_mut(&txn) {
            costs.outcome.get_or_insert(outcome);
            self.maybe_close(txn);
        }
    }

    /// A participant has learned the outcome, after so many message delays since the client's request.
    pub fn learned(&mut self, txn: TxnId, id: ProcessId, outcome: Outcome, delays: u16) {
        if let Some(costs) = self.open.get_mut(&txn) {
            costs.outcome.get_or_insert(outcome);
            costs.learned |= bit(id);
            costs.delays = costs.delays.max(delays.saturating_sub(costs.began));
            self.maybe_close(txn);
        }
    }

    fn maybe_close(&mut self, txn: TxnId) {
        if self.open.get(&txn).is_some_and(Costs::is_complete)
            && let Some(costs) = self.open.remove(&txn)
        {
            self.complete.push((txn, costs));
        }
    }

    fn later(&mut self, txn: TxnId) {
        self.recent(txn, |costs| costs.later += 1);
    }

    fn recent(&mut self, txn: TxnId, change: impl FnOnce(&mut Costs)) {
        let places = (self.complete.len().saturating_sub(RECENT)..self.complete.len()).rev();
        for place in places {
            if self.complete.get(place).is_some_and(|(known, _)| *known == txn) {
                if let Some((_, costs)) = self.complete.get_mut(place) {
                    change(costs);
                }
                return;
            }
        }
    }

    /// What a transaction has cost so far; `None` for one that was not to be committed, or long ago.
    pub fn costs(&self, txn: TxnId) -> Option<Costs> {
        let first = self.complete.len().saturating_sub(RECENT);
        let recent = || self.complete.iter_from(first).find(|(known, _)| *known == txn).map(|(_, costs)| *costs);
        self.open.get(&txn).copied().or_else(recent)
    }

    /// The last transaction that every participant knows the outcome of, with what it has cost.
    pub fn last(&self) -> Option<(TxnId, Costs)> {
        self.complete.last().copied()
    }

    /// The costs of the committed transactions that every participant knows the outcome of, in the order in which that
    /// came to be.
    pub fn committed(&self) -> impl Iterator<Item = &Costs> {
        self.complete.iter().map(|(_, costs)| costs).filter(|costs| costs.outcome == Some(Outcome::Commit))
    }
}

/// A number that a formula gives, and the formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The formula as the source has it, N being the number of participants: `3N − 1`.
    pub text: String,
    /// Its value.
    pub value: u32,
}

impl Term {
    /// `per` × N + `plus`, of so many participants.
    pub fn linear(per: u32, plus: i32, count: u16) -> Self {
        let value = i64::from(per) * i64::from(count) + i64::from(plus);
        let size = plus.unsigned_abs();
        let per_each = match per {
            0 => String::new(),
            1 => "N".to_owned(),
            per => format!("{per}N"),
        };
        let text = match (per_each.is_empty(), plus) {
            (true, _) => plus.to_string(),
            (false, 0) => per_each,
            (false, 1..) => format!("{per_each} + {size}"),
            (false, _) => format!("{per_each} − {size}"),
        };
        Self { text, value: u32::try_from(value).unwrap_or(0) }
    }

    /// A number that does not depend on how many participants there are.
    pub fn constant(value: u32) -> Self {
        Self { text: value.to_string(), value }
    }
}

/// What a source says that committing costs where nothing fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// Messages until every participant has learned the outcome.
    pub messages: Term,
    /// Forced writes until then.
    pub forced: Term,
    /// Message delays until then.
    pub delays: Term,
}
