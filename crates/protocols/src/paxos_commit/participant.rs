//! The RMs: each proposes prepared or aborted in its own instance of Paxos, and does what is decided. One that is
//! prepared and hears nothing asks those who could lead, one more of them each time.

use super::ballot::{Value, Votes, chosen};
use super::message::{Head, Message};
use super::mutants::Mutant;
use super::node::{Node, Phase};
use super::record::Record;
use super::{PaxosCommit, Timer};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::site::{Logged, Undecided};
use crate::transaction::work::{abort_work, wake};
use crate::transaction::{Member, Outcome, TxnId, Vote, fact, number};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};
use std::rc::Rc;

impl Node {
    /// The node that has executed a transaction asks the leader to commit it. If it is an RM of it, it is prepared by
    /// then; if it cannot prepare, nobody need.
    pub(super) fn ask_to_commit(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>) {
        let (me, txn) = (cx.me(), head.txn);
        if !head.has(me) {
            cx.note("paxos-commit.begins", &[fact(txn), ("leader", Fact::Process(head.leader))]);
            self.tell(cx, head.leader, Message::BeginCommit { head: Rc::clone(head), vote: None });
            return;
        }
        match self.vote(cx, head) {
            Value::Prepared => {
                cx.note("paxos-commit.begins", &[fact(txn), ("leader", Fact::Process(head.leader))]);
                self.begin_and_cast(cx, head);
            }
            Value::Aborted => {
                for id in head.ids().filter(|id| *id != me) {
                    cx.send(id, Message::Decision { txn, outcome: Outcome::Abort });
                }
            }
        }
    }

    /// `BeginCommit`, and the RM's own proposal to the acceptors. If the leader is one of them, one message is both
    /// (§4.3).
    fn begin_and_cast(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>) {
        let me = cx.me();
        let used: Vec<ProcessId> = cx.config().roles(cx.nodes()).used().collect();
        if !used.contains(&head.leader) {
            self.tell_in_turn(cx, head.leader, Message::BeginCommit { head: Rc::clone(head), vote: None });
        }
        // What it tells itself comes last: it may end the transaction.
        let (own, others): (Vec<ProcessId>, Vec<ProcessId>) = used.into_iter().partition(|id| *id == me);
        for id in others.into_iter().chain(own) {
            let message = if id == head.leader {
                Message::BeginCommit { head: Rc::clone(head), vote: Some(Value::Prepared) }
            } else {
                Message::vote(head, me, Value::Prepared)
            };
            self.tell_in_turn(cx, id, message);
        }
    }

    /// Phase 2a of ballot 0: proposes in its own instance.
    pub(super) fn cast(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>, value: Value) {
        let used: Vec<ProcessId> = cx.config().roles(cx.nodes()).used().collect();
        let message = Message::vote(head, cx.me(), value);
        self.tell_all(cx, &used, &message);
    }

    /// A leader orders it to prepare. In ballot 0 it proposes only one thing: what it has forgotten by a crash, it was
    /// not prepared for.
    pub(super) fn on_prepare(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, head: &Rc<Head>) {
        self.follow(cx, from);
        let txn = head.txn;
        let is_lost = !head.members.contains(&Member { id: cx.me(), life: self.site.life });
        let value = match self.site.parts.get(&txn) {
            // What it has proposed may have been lost.
            Some(joined) if joined.is_in_doubt() => Value::Prepared,
            Some(_) if !is_lost && self.site.store.is_done(txn) => self.vote(cx, head),
            Some(_) => {
                cx.note("paxos-commit.votes.lost", &[fact(txn)]);
                abort_work(self, cx, txn);
                Value::Aborted
            }
            None => match self.known(txn) {
                Some(Outcome::Commit) => {
                    self.tell(cx, from, Message::Decision { txn, outcome: Outcome::Commit });
                    return;
                }
                Some(Outcome::Abort) | None => {
                    cx.note("paxos-commit.votes.lost", &[fact(txn)]);
                    self.site.past.end(txn, Outcome::Abort);
                    Value::Aborted
                }
            },
        };
        self.cast(cx, head, value);
    }

    /// Prepares what it has done, or aborts it. That it is prepared is a promise to do whatever is decided, and so it
    /// is on disk before it is proposed, with all that is needed to keep it.
    pub(super) fn vote(&mut self, cx: &mut Cx<'_, PaxosCommit>, head: &Rc<Head>) -> Value {
        let txn = head.txn;
        let Some(joined) = self.site.parts.get_mut(&txn) else { return Value::Aborted };
        joined.head = Some(Rc::clone(head));
        cx.cancel_timer(Timer::Request(txn));
        if core::mem::take(&mut self.site.is_unwilling) {
            self.site.happened.push(Happened::Voted { txn, vote: Vote::No });
            cx.note("paxos-commit.votes.aborted", &[fact(txn)]);
            abort_work(self, cx, txn);
            return Value::Aborted;
        }
        joined.phase = Phase::Prepared { asked: 0 };
        self.site.happened.push(Happened::Voted { txn, vote: Vote::Yes });
        let changes = self.site.store.changes(txn);
        self.log_prepared(cx, Record::Prepared { head: Rc::clone(head), changes });
        let patience = cx.config().decision_timeout;
        cx.set_timer(Timer::Doubt(txn), patience..=patience);
        if cx.is_off(Mutant::UnlockAtVote) {
            let done = self.site.store.unlock(txn);
            wake(self, cx, done);
        }
        Value::Prepared
    }

    fn log_prepared(&mut self, cx: &mut Cx<'_, PaxosCommit>, record: Record) {
        let txn = record.txn();
        if cx.is_off(Mutant::NoPreparedRecord) {
            cx.note("paxos-commit.votes.prepared.unlogged", &[fact(txn)]);
            self.site.log.write(record);
        } else {
            cx.note("paxos-commit.votes.prepared", &[fact(txn)]);
            self.force(cx, record);
        }
    }

    /// Acceptors tell the RMs what they have accepted in ballot 0: an RM that has heard enough of them knows the
    /// outcome as the leader would (§5).
    pub(super) fn on_direct_votes(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, txn: TxnId, votes: &Votes) {
        let quorum = Self::quorum(cx);
        let Some(joined) = self.site.parts.get_mut(&txn) else { return };
        joined.told.entry(from).or_default().extend(votes);
        let Some(head) = &joined.head else { return };
        if let Some(outcome) = chosen(&head.members, &joined.told, quorum) {
            let told = number("count", joined.told.len());
            cx.note("paxos-commit.learns_directly", &[fact(txn), told, ("outcome", Fact::Word(outcome.word()))]);
            self.settle(cx, txn, outcome);
        }
    }

    /// Somebody tells what is decided.
    pub(super) fn on_told(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, txn: TxnId, outcome: Outcome) {
        if self.site.parts.contains_key(&txn) {
            let facts = [("from", Fact::Process(from)), ("outcome", Fact::Word(outcome.word()))];
            cx.note("transaction.learns", &[fact(txn), facts[0], facts[1]]);
            self.settle(cx, txn, outcome);
        } else if self.site.past.begin(txn) {
            // What it has not begun it will not begin any more.
            self.site.past.end(txn, outcome);
        }
    }

    /// The outcome is known here.
    pub(super) fn settle(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId, outcome: Outcome) {
        match self.site.parts.get(&txn) {
            Some(joined) if !joined.is_in_doubt() && outcome == Outcome::Abort => abort_work(self, cx, txn),
            Some(_) => self.learn(cx, txn, outcome),
            None => {}
        }
    }

    /// Does what is decided: makes the changes final or undoes them, and releases the locks. That need not be forced: a
    /// restart makes it ask again, and somebody can always tell.
    fn learn(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId, outcome: Outcome) {
        let Some(joined) = self.site.parts.remove(&txn) else { return };
        cx.cancel_timer(Timer::Doubt(txn));
        cx.cancel_timer(Timer::Request(txn));
        cx.cancel_timer(Timer::Lock(txn));
        self.site.log.write(Record::Learned { txn, outcome });
        self.site.past.end(txn, outcome);
        self.site.happened.push(Happened::Decided { txn, outcome, role: Role::Participant, delays: cx.delays() });
        let done = self.site.store.end(txn, outcome);
        if let Some(head) = joined.head.filter(|head| head.home == cx.me()) {
            self.answer(cx, txn, head.reply(outcome));
        }
        wake(self, cx, done);
    }

    /// Whoever could lead and tells something is taken for the leader from now on.
    pub(super) fn follow(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId) {
        if from != self.leader && cx.config().roles(cx.nodes()).is_candidate(from) {
            cx.note("paxos-commit.follows", &[("leader", Fact::Process(from))]);
            self.leader = from;
        }
    }

    /// An RM that is prepared has waited for the decision, or for an answer to its question, in vain.
    pub(super) fn on_doubt(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        self.ask(cx, txn);
    }

    /// Asks what is decided: the leader, and each time one more of those who could lead, in order. Who is asked and
    /// does not know leads, and finds out.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let mut candidates = cx.config().roles(cx.nodes()).candidates();
        let place = candidates.iter().position(|candidate| *candidate == self.leader).unwrap_or(0);
        candidates.rotate_left(place);
        let Some(joined) = self.site.parts.get_mut(&txn) else { return };
        let Phase::Prepared { asked } = &mut joined.phase else { return };
        let Some(head) = joined.head.clone() else { return };
        let before = usize::from(*asked);
        *asked = asked.saturating_add(1);
        let everybody = candidates.len();
        candidates.truncate(before + 1);
        let facts = [fact(txn), number("count", candidates.len())];
        if before == everybody {
            cx.mark(MarkKind::Milestone, "paxos-commit.blocked", &facts);
        } else {
            cx.note("paxos-commit.asks", &facts);
        }
        self.site.happened.push(Happened::Doubted { txn });
        let patience = cx.config().decision_timeout;
        cx.set_timer(Timer::Doubt(txn), patience..=patience);
        let me = cx.me();
        let (own, others): (Vec<ProcessId>, Vec<ProcessId>) = candidates.into_iter().partition(|id| *id == me);
        for id in others.into_iter().chain(own) {
            self.tell(cx, id, Message::DecisionReq { head: Rc::clone(&head) });
        }
    }

    /// An RM that is prepared asks. As an acceptor, this node takes that for its proposal in ballot 0, which may have
    /// been lost.
    pub(super) fn on_decision_req(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, head: &Rc<Head>) {
        let txn = head.txn;
        if self.known(txn).is_none() {
            self.on_vote(cx, head, from, Value::Prepared);
        }
        let Some(outcome) = self.known(txn) else {
            self.take_over(cx, head);
            return;
        };
        let facts = [("asker", Fact::Process(from)), ("outcome", Fact::Word(outcome.word()))];
        cx.note("transaction.helps", &[fact(txn), facts[0], facts[1]]);
        self.tell(cx, from, Message::Decision { txn, outcome });
    }
}
