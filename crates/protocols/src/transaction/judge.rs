//! What every atomic commit protocol promises, judged after every step.
//!
//! The properties are AC1 to AC3 of Bernstein, Hadzilacos and Goodman 1987 (§7.3), and strictness (§2.4). A node tells
//! what its step has done ([`Happened`]); the judge keeps who has voted and decided what, across crashes, so that a
//! step costs a few comparisons. Strictness is judged by what transactions have touched, not by their locks.
//!
//! A crash can undo the last step of a node whose disk was busy. Nobody has heard of such a step, and so it is looked
//! up again when the node is back: until then what that step decided counts, afterwards only if it is in the log.

use super::costs::{Ledger, bit, nodes_of};
use super::site::Commit;
use super::store::Store;
use super::{Outcome, TxnId, Vote};
use crate::kv::Key;
use consistory_kernel::{Observation, ProcessId, Time, Verdict};
use std::collections::BTreeMap;

/// AC1: all processes that decide on a transaction decide the same, whether they have crashed since or not.
pub const ATOMICITY: u8 = 0;
/// AC3: a transaction is committed only if every participant has voted yes.
pub const VALIDITY: u8 = 1;
/// AC2: no process reverses its decision, not even by a crash.
pub const STABLE_DECISION: u8 = 2;
/// Nothing that an undecided transaction has changed is read or changed by another one.
pub const STRICTNESS: u8 = 3;
/// A transaction is committed.
pub const COMMITTED: u8 = 4;
/// A transaction is aborted.
pub const ABORTED: u8 = 5;
/// A transaction waits for a lock that one in doubt holds.
pub const WAITS_FOR_IN_DOUBT: u8 = 6;

/// In what part a node decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// For all.
    Coordinator,
    /// For what it has done itself.
    Participant,
}

/// Something that a step has done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Happened {
    /// A transaction is to be committed: all its participants have done their parts.
    Began {
        /// Which.
        txn: TxnId,
        /// Its participants.
        members: Vec<ProcessId>,
        /// Message delays since the client's request.
        delays: u16,
    },
    /// A participant has voted.
    Voted {
        /// On which transaction.
        txn: TxnId,
        /// How.
        vote: Vote,
    },
    /// A node has decided, or has learned the decision.
    Decided {
        /// On which transaction.
        txn: TxnId,
        /// What.
        outcome: Outcome,
        /// As what.
        role: Role,
        /// Message delays since the client's request.
        delays: u16,
    },
    /// A coordinator that knows nothing of a transaction has answered by presumption.
    Presumed {
        /// Which.
        txn: TxnId,
        /// What it has answered.
        outcome: Outcome,
        /// To whom.
        asker: ProcessId,
    },
    /// A participant that has voted yes has waited in vain for the decision, and begins to ask.
    Doubted {
        /// For which transaction.
        txn: TxnId,
    },
    /// A message of the commit protocol was sent.
    Message {
        /// For which transaction.
        txn: TxnId,
    },
    /// An acknowledgement was sent.
    Acknowledged {
        /// For which transaction.
        txn: TxnId,
    },
    /// Something was forced to disk, in one write.
    Forced {
        /// For which transaction.
        txn: TxnId,
    },
}

/// How a node stands to a transaction, by its memory and its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has voted yes and does not know what is decided.
    InDoubt,
    /// It has decided, or knows what is decided.
    Decided(Outcome),
    /// It has not voted yes, or does not know that it has.
    Nothing,
}

/// A node as the judge sees it.
pub trait Judged {
    /// What its last step has done, in order.
    fn happened(&self) -> &[Happened];
    /// Its database.
    fn store(&self) -> &Store;
    /// How it stands to a transaction.
    fn standing(&self, txn: TxnId) -> Standing;
}

/// What is known of a transaction: sets of nodes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Facts {
    members: u32,
    yes: u32,
    read_only: u32,
    committed: u32,
    aborted: u32,
}

/// A node after its last step.
#[derive(Clone, Debug, Default, Hash)]
struct Seen {
    is_up: bool,
    /// What its last step has decided.
    fresh: Vec<TxnId>,
    version: u32,
    works: BTreeMap<TxnId, Touched>,
}

/// What a transaction had done at a node.
#[derive(Clone, Debug, Default, Hash)]
struct Touched {
    count: u32,
    changed: Vec<Key>,
}

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Judge {
    facts: BTreeMap<TxnId, Facts>,
    seen: Vec<Seen>,
    /// What transactions have cost.
    pub ledger: Ledger,
    /// Since when a participant asks in vain.
    doubts: BTreeMap<(ProcessId, TxnId), Time>,
    doubted: Time,
}

impl Judge {
    /// Judges the node that has just made a step.
    pub fn observe<P: Commit>(&mut self, world: &Observation<'_, P>, verdict: &mut Verdict) {
        if self.seen.len() < world.nodes.len() {
            self.seen.resize(world.nodes.len(), Seen::default());
        }
        match world.node() {
            Some(node) => self.on_step(world.changed, world.time, P::site(node), verdict),
            None => self.on_crash(world.changed, world.time),
        }
    }

    /// How long participants have been in doubt in all, beyond the time after which they begin to ask, in microseconds.
    pub fn blocked(&self, now: Time) -> Time {
        let open: Time = self.doubts.values().map(|since| now.saturating_sub(*since)).sum();
        self.doubted + open
    }

    /// How many transactions somebody has decided so.
    pub fn count(&self, outcome: Outcome) -> u32 {
        let is_so = |facts: &&Facts| match outcome {
            Outcome::Commit => facts.committed != 0,
            Outcome::Abort => facts.aborted != 0,
        };
        u32::try_from(self.facts.values().filter(is_so).count()).unwrap_or(u32::MAX)
    }

    /// What has been decided on a transaction, if anybody has.
    pub fn outcome(&self, txn: TxnId) -> Option<Outcome> {
        let facts = self.facts.get(&txn)?;
        let known = [(facts.committed, Outcome::Commit), (facts.aborted, Outcome::Abort)];
        known.into_iter().find(|(nodes, _)| *nodes != 0).map(|(_, outcome)| outcome)
    }

    fn on_crash(&mut self, me: ProcessId, now: Time) {
        let ended: Time =
            self.doubts.iter().filter(|((id, _), _)| *id == me).map(|(_, since)| now.saturating_sub(*since)).sum();
        self.doubted += ended;
        self.doubts.retain(|(id, _), _| *id != me);
        let seen = &mut self.seen[me.index()];
        seen.is_up = false;
        seen.works.clear();
    }

    fn on_step(&mut self, me: ProcessId, now: Time, node: &dyn Judged, verdict: &mut Verdict) {
        let seen = &mut self.seen[me.index()];
        let fresh = core::mem::take(&mut seen.fresh);
        let was_up = core::mem::replace(&mut seen.is_up, true);
        if !was_up {
            self.on_boot(me, node, &fresh, verdict);
        }
        for happened in node.happened() {
            self.on_happened(me, now, happened, verdict);
        }
        self.on_store(me, node, verdict);
    }

    /// A node is back. What its last step had decided may not have reached its disk; and a transaction that it had
    /// voted for and that its log does not know, it has aborted (§7.4: a process that recovers without a yes record
    /// aborts).
    fn on_boot(&mut self, me: ProcessId, node: &dyn Judged, fresh: &[TxnId], verdict: &mut Verdict) {
        for txn in fresh {
            if let Some(facts) = self.facts.get_mut(txn)
                && !matches!(node.standing(*txn), Standing::Decided(_))
            {
                facts.committed &= !bit(me);
                facts.aborted &= !bit(me);
            }
        }
        let is_open = |facts: &Facts| facts.yes & bit(me) != 0 && (facts.committed | facts.aborted) & bit(me) == 0;
        let open = self.facts.iter().filter(|&(_, facts)| is_open(facts)).map(|(txn, _)| *txn);
        for txn in open.collect::<Vec<_>>() {
            match node.standing(txn) {
                Standing::InDoubt => {}
                Standing::Decided(outcome) => self.decide(me, txn, outcome, verdict),
                Standing::Nothing => self.decide(me, txn, Outcome::Abort, verdict),
            }
        }
    }

    fn on_happened(&mut self, me: ProcessId, now: Time, happened: &Happened, verdict: &mut Verdict) {
        match happened {
            Happened::Began { txn, members, delays } => {
                let members = members.iter().fold(0, |bits, id| bits | bit(*id));
                self.facts.entry(*txn).or_default().members = members;
                self.ledger.begin(*txn, members, *delays);
            }
            Happened::Voted { txn, vote } => {
                let facts = self.facts.entry(*txn).or_default();
                match vote {
                    Vote::Yes => facts.yes |= bit(me),
                    Vote::No => {}
                    Vote::ReadOnly => {
                        facts.read_only |= bit(me);
                        self.ledger.read_only(*txn, me);
                    }
                }
            }
            Happened::Decided { txn, outcome, role, delays } => {
                match role {
                    // Who has voted read-only does not decide: what it tells itself afterwards is of no consequence.
                    Role::Participant if self.has_voted_read_only(me, *txn) => return,
                    Role::Participant => self.ledger.learned(*txn, me, *outcome, *delays),
                    Role::Coordinator => self.ledger.decided(*txn, *outcome),
                }
                if let Some(since) = self.doubts.remove(&(me, *txn)) {
                    self.doubted += now.saturating_sub(since);
                }
                self.decide(me, *txn, *outcome, verdict);
            }
            Happened::Presumed { txn, outcome, asker } => self.on_presumed(me, *txn, *outcome, *asker, verdict),
            Happened::Doubted { txn } => {
                self.doubts.entry((me, *txn)).or_insert(now);
            }
            Happened::Message { txn } => self.ledger.message(*txn),
            Happened::Acknowledged { txn } => self.ledger.acknowledged(*txn),
            Happened::Forced { txn } => self.ledger.forced(*txn),
        }
    }

    fn has_voted_read_only(&self, me: ProcessId, txn: TxnId) -> bool {
        self.facts.get(&txn).is_some_and(|facts| facts.read_only & bit(me) != 0)
    }

    fn decide(&mut self, me: ProcessId, txn: TxnId, outcome: Outcome, verdict: &mut Verdict) {
        let facts = self.facts.entry(txn).or_default();
        if facts.members != 0 && facts.members & !facts.read_only == 0 {
            // Nobody has anything to commit or to undo: no decision is logged, and after a crash it may be another one.
            verdict.reach(if outcome == Outcome::Commit { COMMITTED } else { ABORTED });
            return;
        }
        let (same, other) = match outcome {
            Outcome::Commit => (&mut facts.committed, facts.aborted),
            Outcome::Abort => (&mut facts.aborted, facts.committed),
        };
        if *same & bit(me) == 0 {
            *same |= bit(me);
            self.seen[me.index()].fresh.push(txn);
        }
        if other & bit(me) != 0 {
            verdict.violate(STABLE_DECISION, &[me]);
        }
        if other & !bit(me) != 0 {
            verdict.violate(ATOMICITY, &nodes_of(other | bit(me)));
        }
        match outcome {
            Outcome::Abort => verdict.reach(ABORTED),
            Outcome::Commit => {
                verdict.reach(COMMITTED);
                let missing = facts.members & !(facts.yes | facts.read_only);
                if missing != 0 {
                    verdict.violate(VALIDITY, &nodes_of(missing | bit(me)));
                }
            }
        }
    }

    /// An answer by presumption is a decision for whoever does not know it yet; what a late question of somebody else
    /// brings is ignored there.
    fn on_presumed(&mut self, me: ProcessId, txn: TxnId, outcome: Outcome, asker: ProcessId, verdict: &mut Verdict) {
        let Some(facts) = self.facts.get(&txn) else { return };
        let other = match outcome {
            Outcome::Commit => facts.aborted,
            Outcome::Abort => facts.committed,
        };
        let is_known = (facts.committed | facts.aborted) & bit(asker) != 0;
        if !is_known && other & bit(me) != 0 {
            verdict.violate(STABLE_DECISION, &[me]);
        }
    }

    /// Strictness: whatever this step has touched was not changed before by a transaction that is still undecided.
    fn on_store(&mut self, me: ProcessId, node: &dyn Judged, verdict: &mut Verdict) {
        let store = node.store();
        let seen = &mut self.seen[me.index()];
        let is_new = seen.version != store.version() || seen.works.len() != store.works().len();
        if is_new {
            for (txn, work) in store.works() {
                let before = seen.works.get(txn).map_or(0, |touched| touched.count as usize);
                let touched = work.touched().get(before..).unwrap_or(&[]);
                let is_dirty = |key: &Key| {
                    let undecided = seen.works.iter().filter(|(other, _)| *other != txn);
                    let mut undecided = undecided.filter(|(other, _)| store.works().contains_key(*other));
                    undecided.any(|(_, other)| other.changed.contains(key))
                };
                if touched.iter().any(is_dirty) {
                    verdict.violate(STRICTNESS, &[me]);
                }
            }
            let works = store.works().iter().map(|(txn, work)| {
                let count = u32::try_from(work.touched().len()).unwrap_or(u32::MAX);
                (*txn, Touched { count, changed: work.changed().collect() })
            });
            seen.works = works.collect();
            seen.version = store.version();
        }
        let is_in_doubt = |txn: &TxnId| node.standing(*txn) == Standing::InDoubt;
        if store.waits().any(|wait| wait.on.iter().any(is_in_doubt)) {
            verdict.reach(WAITS_FOR_IN_DOUBT);
        }
    }
}
