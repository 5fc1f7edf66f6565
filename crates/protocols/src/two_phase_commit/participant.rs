//! A participant: it votes, and does what is decided.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Ended, Node, Phase};
use super::record::Record;
use super::{COORDINATOR, Presume, Timer, TwoPhaseCommit};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::op::Reply;
use crate::transaction::site::{Commit, Logged, Undecided, Wait};
use crate::transaction::work::{abort_work, wait_for, wake};
use crate::transaction::{Member, Outcome, TxnId, Vote, fact};
use consistory_kernel::{Cx, Fact, ProcessId};

impl Node {
    /// A participant that has executed a transaction asks the coordinator to commit it. With presumed commit nobody may
    /// be prepared before the coordinator has logged who the participants are, and so it waits to be asked.
    pub(super) fn ask_to_commit(
        &mut self,
        cx: &mut Cx<'_, TwoPhaseCommit>,
        txn: TxnId,
        members: Vec<Member>,
        reads: Vec<Option<i64>>,
    ) {
        let life = self.coordinator_life;
        if let Some(joined) = self.site.parts.get_mut(&txn) {
            joined.reply = Some(reads);
        }
        let vote = match cx.config().presume {
            Presume::Nothing | Presume::Abort => Some(self.vote(cx, txn, members.clone())),
            Presume::Commit => {
                wait_for(cx, Wait::Request, txn);
                None
            }
        };
        if vote == Some(Vote::No) {
            let others: Vec<ProcessId> = members.iter().map(|member| member.id).filter(|id| *id != cx.me()).collect();
            for id in others {
                cx.send(id, Message::Decision { txn, outcome: Outcome::Abort });
            }
            return;
        }
        cx.note("two-phase-commit.begins", &[fact(txn)]);
        self.tell(cx, COORDINATOR, Message::BeginCommit { txn, members, vote, life });
    }

    /// The coordinator asks for a vote.
    pub(super) fn on_vote_req(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, members: Vec<Member>) {
        let me = Member { id: cx.me(), life: self.site.life };
        let is_lost = !members.contains(&me);
        let vote = match self.site.parts.get(&txn) {
            // Its vote may have been lost.
            Some(joined) if joined.is_in_doubt() => Some(Vote::Yes),
            Some(_) if !is_lost && self.site.store.is_done(txn) => Some(self.vote(cx, txn, members)),
            Some(_) => {
                cx.note("two-phase-commit.votes.lost", &[fact(txn)]);
                abort_work(self, cx, txn);
                Some(Vote::No)
            }
            None => self.vote_again(txn),
        };
        if let Some(vote) = vote {
            self.tell(cx, COORDINATOR, Message::Vote { txn, vote });
        }
    }

    /// The vote on a transaction that has ended here or was never begun in this life; none where the coordinator must
    /// have the vote, since it has decided.
    fn vote_again(&self, txn: TxnId) -> Option<Vote> {
        match self.site.past.ended(txn) {
            Some(Ended::ReadOnly) => Some(Vote::ReadOnly),
            Some(Ended::Decided(Outcome::Commit)) => None,
            Some(Ended::Decided(Outcome::Abort)) => Some(Vote::No),
            None => (self.site.recorded(txn) != Some(Outcome::Commit)).then_some(Vote::No),
        }
    }

    /// Votes on what it has done. A yes is a promise to do whatever is decided, and so it is on disk before it is told,
    /// with all that is needed to keep it.
    pub(super) fn vote(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, members: Vec<Member>) -> Vote {
        let Some(joined) = self.site.parts.get_mut(&txn) else { return Vote::No };
        let changes = self.site.store.changes(txn);
        let vote = if core::mem::take(&mut self.site.is_unwilling) {
            Vote::No
        } else if cx.config().read_only && changes.is_empty() && joined.reply.is_none() {
            Vote::ReadOnly
        } else {
            Vote::Yes
        };
        cx.cancel_timer(Timer::Request(txn));
        self.site.happened.push(Happened::Voted { txn, vote });
        match vote {
            Vote::No => {
                cx.note("transaction.votes.no", &[fact(txn)]);
                abort_work(self, cx, txn);
            }
            Vote::ReadOnly => {
                cx.note("two-phase-commit.votes.read_only", &[fact(txn)]);
                self.site.parts.remove(&txn);
                self.site.past.end(txn, Ended::ReadOnly);
                let done = self.site.store.commit(txn);
                wake(self, cx, done);
            }
            Vote::Yes => {
                joined.members.clone_from(&members);
                joined.phase = Phase::Prepared { asked: 0, helpless: Vec::new() };
                let reply = joined.reply.clone();
                self.log_yes(cx, Record::Yes { txn, members, changes, reply });
                let patience = cx.config().decision_timeout;
                cx.set_timer(Timer::Doubt(txn), patience..=patience);
                if cx.is_off(Mutant::UnlockAtVote) {
                    let done = self.site.store.unlock(txn);
                    wake(self, cx, done);
                }
            }
        }
        vote
    }

    fn log_yes(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, record: Record) {
        let txn = record.txn();
        if cx.is_off(Mutant::NoPreparedRecord) {
            cx.note("two-phase-commit.votes.yes.unlogged", &[fact(txn)]);
            self.site.log.write(record);
        } else {
            cx.note("two-phase-commit.votes.yes", &[fact(txn)]);
            self.force(cx, record);
        }
    }

    /// Somebody tells what is decided.
    pub(super) fn on_decision(
        &mut self,
        cx: &mut Cx<'_, TwoPhaseCommit>,
        from: ProcessId,
        txn: TxnId,
        outcome: Outcome,
    ) {
        let Some(joined) = self.site.parts.get(&txn) else {
            self.on_repeated_decision(cx, from, txn, outcome);
            return;
        };
        let is_from_peer = joined.is_in_doubt() && from != COORDINATOR;
        let facts = [("from", Fact::Process(from)), ("outcome", Fact::Word(outcome.word()))];
        let key = if is_from_peer { "two-phase-commit.learns.peer" } else { "transaction.learns" };
        cx.note(key, &[fact(txn), facts[0], facts[1]]);
        let is_stable = if !joined.is_in_doubt() && outcome == Outcome::Abort {
            abort_work(self, cx, txn);
            true
        } else {
            self.is_helped |= is_from_peer;
            self.learn(cx, txn, outcome)
        };
        if !cx.config().is_acknowledged(outcome) {
            return;
        }
        if is_stable {
            self.acknowledge(cx, txn);
        } else {
            // With the next forced write, or when the coordinator asks again.
            self.unacknowledged.push(txn);
        }
    }

    /// A participant that has ended a transaction, or has never begun it, hears the decision. What it never begins
    /// again it can acknowledge.
    fn on_repeated_decision(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, txn: TxnId, outcome: Outcome) {
        if self.site.past.begin(txn) {
            self.site.past.end(txn, Ended::Decided(outcome));
        }
        if from != COORDINATOR || !cx.config().is_acknowledged(outcome) {
            return;
        }
        if self.unacknowledged.contains(&txn) {
            // The coordinator asks a second time: it should not have to wait for the next forced write.
            self.flush(cx, txn);
        } else {
            self.acknowledge(cx, txn);
        }
    }

    /// Does what is decided: makes the changes final or undoes them, and releases the locks. Returns whether a restart
    /// would not make it ask again.
    pub(super) fn learn(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, outcome: Outcome) -> bool {
        let Some(joined) = self.site.parts.remove(&txn) else { return true };
        cx.cancel_timer(Timer::Doubt(txn));
        cx.cancel_timer(Timer::Request(txn));
        cx.cancel_timer(Timer::Lock(txn));
        let record = Record::Learned { txn, outcome };
        let is_forced = joined.is_in_doubt() && cx.config().forces_learned(cx.nodes(), outcome);
        if is_forced {
            self.force(cx, record);
        } else {
            self.site.log.write(record);
        }
        let is_stable = is_forced || !joined.is_in_doubt();
        self.site.past.end(txn, Ended::Decided(outcome));
        self.site.happened.push(Happened::Decided { txn, outcome, role: Role::Participant, delays: cx.delays() });
        let done = self.site.store.end(txn, outcome);
        if let Some(reads) = joined.reply {
            TwoPhaseCommit::answer(self, cx, txn, Reply::of(outcome, reads));
        }
        wake(self, cx, done);
        is_stable
    }
}
