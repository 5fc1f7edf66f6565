//! The leaders: the one of ballot 0, which orders the RMs to prepare, and those who finish what it has left.
//!
//! A leader learns what is chosen in every instance and tells the outcome. In ballot 0 the RMs propose for themselves;
//! if something is missing there when its patience ends, a leader begins a ballot of its own in every instance, and
//! takes an RM of which nobody has heard for aborted (§4.2). It writes nothing down that it would need: what was
//! chosen, any candidate can find out from a majority of the acceptors.

use super::acceptor::ballot_facts;
use super::ballot::{Accepted, Ballot, Value, Votes, chosen, count_of, proposal};
use super::message::{Head, Message};
use super::mutants::Mutant;
use super::node::Node;
use super::record::Record;
use super::{MANAGER, PaxosCommit, Timer};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::{Outcome, TxnId, fact, number};
use consistory_kernel::{Answer, Cx, Fact, MarkKind, ProcessId};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A transaction at a leader that does not know its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lead {
    /// Which.
    pub head: Rc<Head>,
    /// The present ballot.
    pub ballot: Ballot,
    /// The highest round that it has heard of.
    pub highest: u32,
    /// How far the ballot has come.
    pub stage: Stage,
}

/// How far a ballot has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Waits for the promises of a majority.
    Promises {
        /// By acceptor what it has accepted before.
        reports: BTreeMap<ProcessId, Accepted>,
    },
    /// Waits for a majority to accept, in every instance.
    Acceptances {
        /// By acceptor what it has accepted in this ballot.
        told: BTreeMap<ProcessId, Votes>,
    },
}

impl Lead {
    /// A transaction whose RMs propose for themselves.
    pub fn new(head: &Rc<Head>) -> Self {
        let stage = Stage::Acceptances { told: BTreeMap::new() };
        Self { head: Rc::clone(head), ballot: Ballot::ZERO, highest: 0, stage }
    }

    /// The acceptors that have answered in this stage.
    pub fn answered(&self) -> Vec<ProcessId> {
        match &self.stage {
            Stage::Promises { reports } => reports.keys().copied().collect(),
            Stage::Acceptances { told } => told.keys().copied().collect(),
        }
    }
}

impl Node {
    /// How many acceptors a leader takes for a majority.
    pub(super) fn quorum(cx: &Cx<'_, PaxosCommit>) -> u16 {
        let roles = cx.config().roles(cx.nodes());
        if cx.is_off(Mutant::DecideOnMinority) { roles.faults().max(1) } else { roles.quorum() }
    }

    /// The node that has executed a transaction asks this one to lead it.
    pub(super) fn on_begin_commit(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        head: &Rc<Head>,
        vote: Option<Value>,
    ) {
        self.coordinate(cx, head, Some(from));
        if let Some(value) = vote {
            self.on_vote(cx, head, from, value);
        }
    }

    /// Begins to commit: orders every RM to prepare, but for the one that has begun and so is prepared. Where acceptors
    /// tell the RMs, a leader that need not answer the client has nothing more to do.
    pub(super) fn coordinate(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>, begun_by: Option<ProcessId>) {
        let (me, txn) = (cx.me(), head.txn);
        if !self.led.begin(txn) {
            return;
        }
        cx.note("paxos-commit.orders", &[fact(txn), number("participants", head.members.len())]);
        if !cx.config().fast || head.home == me {
            self.leading.insert(txn, Lead::new(head));
            let patience = cx.config().vote_timeout;
            cx.set_timer(Timer::Ballot(txn), patience..=patience);
        }
        for id in head.ids().filter(|id| *id != me && Some(*id) != begun_by) {
            self.tell_in_turn(cx, id, Message::Prepare { head: Rc::clone(head) });
        }
        if head.has(me) && begun_by != Some(me) {
            let value = self.vote(cx, head);
            self.cast(cx, head, value);
        }
    }

    /// A candidate is to find out what is decided, or to decide: it leads, in a ballot of its own.
    pub(super) fn take_over(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>) {
        let txn = head.txn;
        if self.leading.contains_key(&txn) {
            return;
        }
        self.led.begin(txn);
        self.leading.insert(txn, Lead::new(head));
        let mark = if cx.me() == MANAGER { MarkKind::Milestone } else { MarkKind::Leader };
        cx.mark(mark, "paxos-commit.takes_over", &[fact(txn)]);
        self.begin_ballot(cx, txn);
    }

    /// Something is missing when the leader's patience ends.
    pub(super) fn on_ballot_timeout(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let Some(attempt) = self.leading.get(&txn) else { return };
        let answered = number("answered", attempt.answered().len());
        if attempt.ballot == Ballot::ZERO {
            cx.mark(MarkKind::Milestone, "paxos-commit.silence", &[fact(txn), answered]);
        } else {
            let [round, _] = ballot_facts(attempt.ballot);
            cx.note("paxos-commit.ballot_fails", &[fact(txn), round, answered]);
        }
        self.begin_ballot(cx, txn);
    }

    /// Phase 1a, in every instance: a ballot above all that this leader has heard of.
    fn begin_ballot(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let promised = self.ballots.get(&txn).map_or(0, |acceptance| acceptance.promised.round);
        let life = self.site.life;
        let Some(attempt) = self.leading.get_mut(&txn) else { return };
        let round = attempt.highest.max(promised).saturating_add(1);
        let ballot = Ballot { round, leader: cx.me(), life };
        attempt.highest = round;
        attempt.ballot = ballot;
        attempt.stage = Stage::Promises { reports: BTreeMap::new() };
        let head = Rc::clone(&attempt.head);
        let [number_of_round, _] = ballot_facts(ballot);
        cx.note("paxos-commit.begins_ballot", &[fact(txn), number_of_round]);
        let patience = cx.config().ballot_timeout;
        cx.set_timer(Timer::Ballot(txn), patience..=patience.saturating_mul(2));
        let acceptors: Vec<ProcessId> = cx.config().roles(cx.nodes()).acceptors().collect();
        self.tell_all(cx, &acceptors, &Message::Phase1a { head, ballot });
    }

    /// Phase 2a, once a majority has promised: in each instance what may have been chosen there, or aborted where
    /// nothing can have been.
    pub(super) fn on_phase_1b(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        txn: TxnId,
        ballot: Ballot,
        accepted: Accepted,
    ) {
        let quorum = usize::from(Self::quorum(cx));
        let free = if cx.is_off(Mutant::SilenceIsYes) { Value::Prepared } else { Value::Aborted };
        let Some(attempt) = self.leading.get_mut(&txn).filter(|attempt| attempt.ballot == ballot) else { return };
        let Stage::Promises { reports } = &mut attempt.stage else { return };
        reports.insert(from, accepted);
        if reports.len() < quorum {
            return;
        }
        let votes: Votes = if cx.is_off(Mutant::IgnoreAccepted) {
            attempt.head.ids().map(|id| (id, Value::Aborted)).collect()
        } else {
            proposal(&attempt.head.members, &reports.values(), free)
        };
        attempt.stage = Stage::Acceptances { told: BTreeMap::new() };
        let head = Rc::clone(&attempt.head);
        let [round, _] = ballot_facts(ballot);
        let prepared = number("prepared", count_of(&votes, Value::Prepared));
        let aborted = number("aborted", count_of(&votes, Value::Aborted));
        cx.note("paxos-commit.proposes", &[fact(txn), round, prepared, aborted]);
        let acceptors: Vec<ProcessId> = cx.config().roles(cx.nodes()).acceptors().collect();
        self.tell_all(cx, &acceptors, &Message::Phase2a { head, ballot, votes });
    }

    /// An acceptor tells what it has accepted: to a leader, or in ballot 0 to an RM.
    pub(super) fn on_phase_2b(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        txn: TxnId,
        ballot: Ballot,
        votes: &Votes,
    ) {
        let quorum = Self::quorum(cx);
        if let Some(attempt) = self.leading.get_mut(&txn).filter(|attempt| attempt.ballot == ballot)
            && let Stage::Acceptances { told } = &mut attempt.stage
        {
            told.entry(from).or_default().extend(votes);
            if let Some(outcome) = chosen(&attempt.head.members, told, quorum) {
                self.decide(cx, txn, outcome);
            }
        }
        if ballot == Ballot::ZERO && cx.config().fast {
            self.on_direct_votes(cx, from, txn, votes);
        }
    }

    /// An acceptor has promised a higher ballot than this leader's: its next one is higher still. It waits until then,
    /// in case the other leader finishes.
    pub(super) fn on_nack(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        txn: TxnId,
        ballot: Ballot,
        promised: Ballot,
    ) {
        let Some(attempt) = self.leading.get_mut(&txn) else { return };
        attempt.highest = attempt.highest.max(promised.round);
        if attempt.ballot == ballot {
            let [round, leader] = ballot_facts(promised);
            cx.note("paxos-commit.is_refused", &[fact(txn), ("from", Fact::Process(from)), round, leader]);
        }
    }

    /// A leader knows what is chosen, and tells the outcome: to the RMs; after a ballot of its own also to all who
    /// could lead, so that they need not, and to the client of a committed transaction, whose node may be down. That
    /// something is aborted only the node that has executed it may say: it may be executing the operation again.
    fn decide(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId, outcome: Outcome) {
        let Some(Lead { head, ballot, .. }) = self.leading.remove(&txn) else { return };
        let me = cx.me();
        let is_raised = ballot > Ballot::ZERO;
        self.has_raised |= is_raised;
        let [round, _] = ballot_facts(ballot);
        let key = match outcome {
            Outcome::Commit => "paxos-commit.decides.commit",
            Outcome::Abort => "paxos-commit.decides.abort",
        };
        cx.mark(MarkKind::Milestone, key, &[fact(txn), round]);
        self.finish(cx, txn, outcome);
        let mut targets: BTreeSet<ProcessId> = BTreeSet::new();
        if is_raised {
            targets.extend(cx.config().roles(cx.nodes()).candidates());
            targets.insert(head.home);
        }
        if is_raised || !cx.config().fast {
            targets.extend(head.ids());
        }
        targets.remove(&me);
        for target in targets {
            self.tell_in_turn(cx, target, Message::Decision { txn, outcome });
        }
        self.settle(cx, txn, outcome);
        if head.home == me {
            self.answer(cx, txn, head.reply(outcome));
        } else if is_raised && outcome == Outcome::Commit {
            cx.reply(txn.client, txn.serial, Answer::Done(head.reply(outcome)));
        }
    }

    /// A leader stops leading a transaction that is decided.
    fn finish(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId, outcome: Outcome) {
        cx.cancel_timer(Timer::Ballot(txn));
        self.led.end(txn, outcome);
        // It need not be forced: the acceptors have what it rests on.
        self.site.log.write(Record::Decided { txn, outcome });
        self.site.happened.push(Happened::Decided { txn, outcome, role: Role::Coordinator, delays: cx.delays() });
    }

    /// Somebody tells what is decided: another leader, or whoever was asked and knows.
    pub(super) fn on_decision(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, txn: TxnId, outcome: Outcome) {
        self.follow(cx, from);
        if let Some(attempt) = self.leading.remove(&txn) {
            let facts = [("from", Fact::Process(from)), ("outcome", Fact::Word(outcome.word()))];
            cx.note("paxos-commit.need_not_lead", &[fact(txn), facts[0], facts[1]]);
            self.finish(cx, txn, outcome);
            if attempt.head.home == cx.me() {
                self.answer(cx, txn, attempt.head.reply(outcome));
            }
        } else if cx.config().roles(cx.nodes()).is_candidate(cx.me()) {
            self.led.end(txn, outcome);
        }
        self.on_told(cx, from, txn, outcome);
    }
}
