//! A participant in the three phases: it votes, knows that all have voted yes, and learns the decision.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Node, Stage};
use super::record::Record;
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::transaction::judge::Happened;
use crate::transaction::work::{abort_work, wake};
use crate::transaction::{Member, Outcome, TxnId, Vote, fact};
use consistory_kernel::{Cx, Fact, ProcessId};

impl Node {
    /// The manager asks for a vote.
    pub(super) fn on_vote_req(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, members: Vec<Member>) {
        let me = Member { id: cx.me(), life: self.site.life };
        let is_ready = members.contains(&me) && self.site.store.is_done(txn);
        match self.site.parts.get(&txn).map(|part| part.stage) {
            Some(Stage::Working) if is_ready => self.vote(cx, txn, members),
            Some(Stage::Working) => {
                cx.note("three-phase-commit.votes.lost", &[fact(txn)]);
                abort_work(self, cx, txn);
                self.tell(cx, MANAGER, Message::Vote { txn, vote: Vote::No });
            }
            // The question was repeated on its way.
            Some(Stage::Uncertain | Stage::Committable) => {}
            None => {
                if self.verdict(txn) == Outcome::Abort {
                    self.tell(cx, MANAGER, Message::Vote { txn, vote: Vote::No });
                }
            }
        }
    }

    /// Votes on what it has done. A yes is on disk before it is told, with all that is needed to keep it.
    fn vote(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, members: Vec<Member>) {
        cx.cancel_timer(Timer::Request(txn));
        if core::mem::take(&mut self.site.is_unwilling) {
            cx.note("transaction.votes.no", &[fact(txn)]);
            self.site.happened.push(Happened::Voted { txn, vote: Vote::No });
            abort_work(self, cx, txn);
            self.tell(cx, MANAGER, Message::Vote { txn, vote: Vote::No });
            return;
        }
        let changes = self.site.store.changes(txn);
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        part.members.clone_from(&members);
        part.stage = Stage::Uncertain;
        part.up = part.group();
        cx.note("three-phase-commit.votes.yes", &[fact(txn)]);
        self.site.happened.push(Happened::Voted { txn, vote: Vote::Yes });
        self.force(cx, Record::Yes { txn, members, changes });
        self.tell(cx, MANAGER, Message::Vote { txn, vote: Vote::Yes });
        Self::wait_for_coordinator(cx, txn);
        if cx.is_off(Mutant::UnlockAtVote) {
            let done = self.site.store.unlock(txn);
            wake(self, cx, done);
        }
    }

    /// Arms the time-out after which the coordinator counts as failed, afresh.
    pub(super) fn wait_for_coordinator(cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let patience = cx.config().decision_timeout;
        cx.set_timer(Timer::Doubt(txn), patience..=patience);
    }

    /// The coordinator tells that all have voted yes. Who has failed meanwhile takes no part, and nobody obeys a
    /// coordinator that counts as failed. That it is committable is on disk before the acknowledgement leaves: after a
    /// total failure it must be known.
    pub(super) fn on_pre_commit(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        if part.has_failed || from != part.coordinator || part.lead.is_some() {
            return;
        }
        match part.stage {
            Stage::Working => return,
            Stage::Uncertain => {
                part.stage = Stage::Committable;
                cx.note("three-phase-commit.committable", &[fact(txn), ("from", Fact::Process(from))]);
                self.force(cx, Record::PreCommit { txn, reads: Vec::new() });
            }
            Stage::Committable => {}
        }
        self.tell(cx, from, Message::Ack { txn });
        Self::wait_for_coordinator(cx, txn);
    }

    /// Somebody tells what is decided.
    pub(super) fn on_decision(
        &mut self,
        cx: &mut Cx<'_, ThreePhaseCommit>,
        from: ProcessId,
        txn: TxnId,
        outcome: Outcome,
    ) {
        let Some(part) = self.site.parts.get(&txn) else {
            // What has not begun here must not begin any more.
            if self.site.past.begin(txn) {
                self.site.past.end(txn, outcome);
            }
            return;
        };
        let word = ("outcome", Fact::Word(outcome.word()));
        cx.note("transaction.learns", &[fact(txn), ("from", Fact::Process(from)), word]);
        if part.stage == Stage::Working && outcome == Outcome::Abort && cx.me() != MANAGER {
            abort_work(self, cx, txn);
        } else {
            self.finish(cx, txn, outcome);
        }
    }
}
