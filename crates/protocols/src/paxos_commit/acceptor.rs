//! The acceptors: for each transaction they promise ballots and accept values, in every instance of Paxos at once.
//!
//! A leader begins a ballot in all instances of a transaction, so that one promise covers them all. In ballot 0 each RM
//! proposes in its own instance; an acceptor waits until it has them all, then accepts them in one write and tells them
//! in one message (§4.3). One that is aborted is told at once: it decides the outcome.

use super::PaxosCommit;
use super::ballot::{Accepted, Ballot, Value, Votes};
use super::message::{Head, Message};
use super::mutants::Mutant;
use super::node::Node;
use super::record::Record;
use crate::transaction::log::Log;
use crate::transaction::site::Logged;
use crate::transaction::{TxnId, fact, number};
use consistory_kernel::{Cx, Fact, ProcessId};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Of each client's transactions, so many are kept in memory; older ones are looked up in the log.
const KEPT: u32 = 8;

/// A transaction at an acceptor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Acceptance {
    /// Which.
    pub head: Rc<Head>,
    /// The highest ballot that it has promised.
    pub promised: Ballot,
    /// What it has accepted.
    pub accepted: Accepted,
    /// What RMs have proposed in ballot 0 and it has not accepted yet: it waits for the others. A crash loses that.
    pub pending: Votes,
}

/// Something that an acceptor's step has done, for those who judge it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// It has promised a ballot.
    Promised {
        /// For which transaction.
        txn: TxnId,
        /// The ballot.
        ballot: Ballot,
    },
    /// It has accepted.
    Accepted {
        /// For which transaction.
        txn: TxnId,
        /// In which ballot.
        ballot: Ballot,
        /// In which instance what.
        votes: Votes,
    },
}

impl Acceptance {
    /// A transaction of which nothing is known yet.
    pub fn new(head: &Rc<Head>) -> Self {
        let (accepted, pending) = (Accepted::new(), Votes::new());
        Self { head: Rc::clone(head), promised: Ballot::ZERO, accepted, pending }
    }

    /// What a log has of a transaction.
    fn of_log(head: &Rc<Head>, log: &Log<Record>) -> Self {
        let mut acceptance = Self::new(head);
        for (record, _) in log.iter().filter(|(record, _)| record.txn() == head.txn) {
            acceptance.redo(record);
        }
        acceptance
    }

    /// What a record of the log adds.
    pub(super) fn redo(&mut self, record: &Record) {
        match record {
            Record::Accepted { ballot, votes, .. } => self.accept(*ballot, votes),
            Record::Promised { ballot, .. } => self.promised = self.promised.max(*ballot),
            Record::Prepared { .. } | Record::Learned { .. } | Record::Decided { .. } => {}
        }
    }

    fn accept(&mut self, ballot: Ballot, votes: &Votes) {
        self.promised = self.promised.max(ballot);
        self.accepted.extend(votes.iter().map(|(rm, value)| (*rm, (ballot, *value))));
    }

    /// Whether it has accepted something in every instance in that ballot.
    pub fn has_accepted_all(&self, ballot: Ballot) -> bool {
        self.head.ids().all(|id| self.accepted.get(&id).is_some_and(|(accepted, _)| *accepted == ballot))
    }

    /// In how many instances it has neither accepted anything nor heard from the RM.
    pub fn missing(&self) -> usize {
        self.head.ids().filter(|id| !self.accepted.contains_key(id) && !self.pending.contains_key(id)).count()
    }

    /// What it has accepted in ballot 0.
    fn votes(&self) -> Votes {
        let of_rms = self.accepted.iter().filter(|(_, (ballot, _))| *ballot == Ballot::ZERO);
        of_rms.map(|(rm, (_, value))| (*rm, *value)).collect()
    }
}

/// Keeps of each client only the last transactions.
pub(super) fn forget_old<T>(known: &mut BTreeMap<TxnId, T>, newest: TxnId) {
    known.retain(|txn, _| txn.client != newest.client || txn.serial.saturating_add(KEPT) >= newest.serial);
}

impl Node {
    /// What it has promised and accepted for a transaction.
    pub(super) fn acceptance(&mut self, head: &Rc<Head>) -> &mut Acceptance {
        let txn = head.txn;
        if !self.ballots.contains_key(&txn) {
            let is_older = self.ballots.keys().any(|other| other.client == txn.client && other.order() > txn.order());
            forget_old(&mut self.ballots, txn);
            let found = if is_older { Acceptance::of_log(head, &self.site.log) } else { Acceptance::new(head) };
            self.ballots.insert(txn, found);
        }
        self.ballots.entry(txn).or_insert_with(|| Acceptance::new(head))
    }

    /// An RM proposes in ballot 0, in its own instance.
    pub(super) fn on_vote(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>, rm: ProcessId, value: Value) {
        if !cx.config().roles(cx.nodes()).is_acceptor(cx.me()) || !head.has(rm) {
            return;
        }
        let facts = [fact(head.txn), ("participant", Fact::Process(rm)), ("value", Fact::Word(value.word()))];
        let acceptance = self.acceptance(head);
        if acceptance.promised > Ballot::ZERO {
            let [round, leader] = ballot_facts(acceptance.promised);
            cx.note("paxos-commit.refuses_vote", &[facts[0], facts[1], round, leader]);
            return;
        }
        if acceptance.accepted.contains_key(&rm) {
            // The message was repeated on its way; the answer may have been lost.
            self.send_bundle(cx, head);
            return;
        }
        acceptance.pending.entry(rm).or_insert(value);
        let missing = acceptance.missing();
        if missing > 0 && value == Value::Prepared {
            cx.note("paxos-commit.collects", &[facts[0], facts[1], facts[2], number("missing", missing)]);
            return;
        }
        let votes = core::mem::take(&mut acceptance.pending);
        cx.note("paxos-commit.bundles", &[facts[0], facts[1], facts[2], number("count", votes.len())]);
        let record = self.accept(head, Ballot::ZERO, votes);
        self.log_accepted(cx, record);
        self.send_bundle(cx, head);
    }

    /// Phase 2b of ballot 0: what it has accepted from the RMs, in one message to the leader, or to each RM (§5).
    fn send_bundle(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>) {
        let votes = self.acceptance(head).votes();
        let learners: BTreeSet<ProcessId> =
            if cx.config().fast { head.ids().chain([head.home]).collect() } else { BTreeSet::from([head.leader]) };
        let learners: Vec<ProcessId> = learners.into_iter().collect();
        self.tell_all(cx, &learners, &Message::Phase2b { txn: head.txn, ballot: Ballot::ZERO, votes });
    }

    /// Accepts in memory; returns the record of it.
    fn accept(&mut self, head: &Rc<Head>, ballot: Ballot, votes: Votes) -> Record {
        self.acceptance(head).accept(ballot, &votes);
        self.deeds.push(Deed::Accepted { txn: head.txn, ballot, votes: votes.clone() });
        Record::Accepted { head: Rc::clone(head), ballot, votes }
    }

    /// What it has accepted is on disk before anybody hears of it.
    fn log_accepted(&mut self, cx: &mut Cx<'_, PaxosCommit>, record: Record) {
        if cx.is_off(Mutant::ForgetAccepted) {
            self.site.log.write(record);
        } else {
            self.force(cx, record);
        }
    }

    /// Phase 1b: promises a ballot that is not below the one promised before, and reports what it has accepted.
    pub(super) fn on_phase_1a(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        head: &Rc<Head>,
        ballot: Ballot,
    ) {
        let txn = head.txn;
        if !cx.config().roles(cx.nodes()).is_acceptor(cx.me()) {
            return;
        }
        if let Some(outcome) = self.known(txn) {
            self.tell(cx, from, Message::Decision { txn, outcome });
            return;
        }
        let promised = self.acceptance(head).promised;
        if ballot < promised {
            self.refuse(cx, from, txn, ballot, promised);
            return;
        }
        if ballot > promised {
            self.promise(cx, head, ballot);
        }
        let accepted = self.acceptance(head).accepted.clone();
        let [round, leader] = ballot_facts(ballot);
        cx.note("paxos-commit.promises", &[fact(txn), round, leader, number("count", accepted.len())]);
        self.tell(cx, from, Message::Phase1b { txn, ballot, accepted });
    }

    /// Promises a ballot. What RMs have proposed so far is accepted first, in the same write, so that the leader hears
    /// of it. The promise is on disk before anybody hears of it.
    fn promise(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>, ballot: Ballot) {
        let forgets = cx.is_off(Mutant::ForgetPromise);
        let pending = core::mem::take(&mut self.acceptance(head).pending);
        if !pending.is_empty() {
            let record = self.accept(head, Ballot::ZERO, pending);
            if forgets {
                self.log_accepted(cx, record);
            } else {
                self.site.log.write(record);
            }
        }
        self.acceptance(head).promised = ballot;
        self.deeds.push(Deed::Promised { txn: head.txn, ballot });
        if !forgets {
            self.force(cx, Record::Promised { head: Rc::clone(head), ballot });
        }
    }

    /// Phase 2b: accepts, unless it has promised a higher ballot.
    pub(super) fn on_phase_2a(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        head: &Rc<Head>,
        ballot: Ballot,
        votes: Votes,
    ) {
        if ballot == Ballot::ZERO {
            for (rm, value) in votes {
                self.on_vote(cx, head, rm, value);
            }
            return;
        }
        if !cx.config().roles(cx.nodes()).is_acceptor(cx.me()) {
            return;
        }
        let txn = head.txn;
        let acceptance = self.acceptance(head);
        let promised = acceptance.promised;
        if ballot < promised {
            self.refuse(cx, from, txn, ballot, promised);
            return;
        }
        if !acceptance.has_accepted_all(ballot) {
            acceptance.pending.clear();
            let [round, leader] = ballot_facts(ballot);
            cx.note("paxos-commit.accepts", &[fact(txn), round, leader]);
            let record = self.accept(head, ballot, votes.clone());
            self.log_accepted(cx, record);
        }
        self.tell(cx, from, Message::Phase2b { txn, ballot, votes });
    }

    /// Tells a leader that a higher ballot is promised.
    fn refuse(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, txn: TxnId, ballot: Ballot, promised: Ballot) {
        let [round, leader] = ballot_facts(promised);
        cx.note("paxos-commit.refuses", &[fact(txn), ("from", Fact::Process(from)), round, leader]);
        self.tell(cx, from, Message::Nack { txn, ballot, promised });
    }
}

/// A ballot as facts of a note.
pub(super) fn ballot_facts(ballot: Ballot) -> [(&'static str, Fact); 2] {
    [("round", Fact::Number(i64::from(ballot.round))), ("leader", Fact::Process(ballot.leader))]
}
