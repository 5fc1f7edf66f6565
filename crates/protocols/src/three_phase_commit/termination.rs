//! The termination protocol: who waits in vain takes the coordinator for failed; the first of those who are up takes
//! over, asks how far they are, and decides by four rules (§7.5).
//!
//! A process that has crashed meanwhile takes no part, although it may be back: what it does not know, it asks for.

use super::message::{Message, State};
use super::mutants::Mutant;
use super::node::{Lead, Node, Stage};
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::transaction::costs::{bit, nodes_of};
use crate::transaction::judge::Happened;
use crate::transaction::site::Undecided;
use crate::transaction::work::abort_work;
use crate::transaction::{Outcome, TxnId, fact, number};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};
use std::collections::BTreeMap;

impl Node {
    /// A participant that has voted yes has waited in vain: its coordinator has failed. It turns to the first of those
    /// that it takes to be up.
    pub(super) fn on_doubt(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(part) = self.site.parts.get_mut(&txn).filter(|part| !part.has_failed && part.is_in_doubt()) else {
            return;
        };
        if cx.is_off(Mutant::CommitWhenUncertain) && part.stage == Stage::Uncertain {
            cx.mark(MarkKind::Milestone, "three-phase-commit.decides.uncertain", &[fact(txn)]);
            self.finish(cx, txn, Outcome::Commit);
            return;
        }
        let suspected = part.coordinator;
        part.up &= !bit(suspected);
        let me = cx.me();
        let first = nodes_of(part.up).first().copied().unwrap_or(me);
        let facts = [fact(txn), ("suspected", Fact::Process(suspected)), ("first", Fact::Process(first))];
        cx.mark(MarkKind::Milestone, "three-phase-commit.suspects", &facts);
        self.site.happened.push(Happened::Doubted { txn });
        if first == me {
            self.take_over(cx, txn);
            return;
        }
        part.coordinator = first;
        self.log_view(cx, txn);
        self.tell(cx, first, Message::Elected { txn });
        Self::wait_for_coordinator(cx, txn);
    }

    /// Somebody else has found that all before this process have failed.
    pub(super) fn on_elected(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some(part) = self.site.parts.get(&txn) else {
            let outcome = self.verdict(txn);
            self.tell(cx, from, Message::Decision { txn, outcome });
            return;
        };
        if part.has_failed {
            self.tell(cx, from, Message::State { txn, state: State::Failed });
        } else if part.stage == Stage::Working {
            self.abort_unvoted(cx, txn);
            self.tell(cx, from, Message::Decision { txn, outcome: Outcome::Abort });
        } else if part.lead.is_none() {
            self.take_over(cx, txn);
        }
    }

    /// A process that may still abort by itself does so, because somebody asks: a participant that has not voted, or
    /// the manager while it collects votes.
    fn abort_unvoted(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        if cx.me() == MANAGER {
            self.decide(cx, txn, Outcome::Abort);
        } else {
            abort_work(self, cx, txn);
        }
    }

    /// It is the first of those who are up, and so the new coordinator: it asks how far the others are.
    fn take_over(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let me = cx.me();
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        // All before it have failed.
        part.up = (part.up & !(bit(me) - 1)) | bit(me);
        part.coordinator = me;
        let waiting = part.up & !bit(me);
        part.lead = Some(Lead::States { told: BTreeMap::from([(me, part.state())]), waiting });
        self.has_taken_over = true;
        cx.cancel_timer(Timer::Doubt(txn));
        cx.mark(MarkKind::Leader, "three-phase-commit.takes_over", &[fact(txn), number("asked", waiting.count_ones())]);
        self.log_view(cx, txn);
        if waiting == 0 {
            self.conclude(cx, txn);
            return;
        }
        for id in nodes_of(waiting) {
            self.tell_in_turn(cx, id, Message::StateReq { txn });
        }
        Self::wait_for_round(cx, txn);
    }

    /// A new coordinator asks. Who obeys one that comes later in the order ignores it: that one has failed.
    pub(super) fn on_state_req(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some(part) = self.site.parts.get_mut(&txn) else {
            let state = State::from(self.verdict(txn));
            self.tell(cx, from, Message::State { txn, state });
            return;
        };
        if !part.has_failed && part.stage == Stage::Working {
            self.abort_unvoted(cx, txn);
            self.tell(cx, from, Message::State { txn, state: State::Aborted });
            return;
        }
        let state = part.state();
        if !part.has_failed {
            if from < part.coordinator {
                return;
            }
            part.lead = None;
            let up = (part.up & !(bit(from) - 1)) | bit(from);
            if (part.coordinator, part.up) != (from, up) {
                (part.coordinator, part.up) = (from, up);
                self.log_view(cx, txn);
            }
            cx.cancel_timer(Timer::Round(txn));
            Self::wait_for_coordinator(cx, txn);
        }
        let facts = [fact(txn), ("coordinator", Fact::Process(from)), ("state", Fact::Word(state.word()))];
        cx.note("three-phase-commit.tells_state", &facts);
        self.tell(cx, from, Message::State { txn, state });
    }

    /// A process tells how far it is. Outside of a round of questions, the news that somebody has failed is an answer
    /// to the news of its election.
    pub(super) fn on_state(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId, state: State) {
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        let has_failed = state == State::Failed;
        match &mut part.lead {
            Some(Lead::States { told, waiting }) => {
                *waiting &= !bit(from);
                told.insert(from, state);
                let is_settled = matches!(state, State::Aborted | State::Committed) || *waiting == 0;
                if has_failed {
                    part.up &= !bit(from);
                    self.log_view(cx, txn);
                }
                if is_settled {
                    self.conclude(cx, txn);
                }
            }
            None if has_failed && !part.has_failed && part.coordinator == from => self.on_doubt(cx, txn),
            Some(Lead::Votes(_) | Lead::Acks { .. }) | None => {}
        }
    }

    /// The rules TR1 to TR4, by the states of those who are up.
    pub(super) fn conclude(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(Lead::States { told, .. }) = self.site.parts.get(&txn).and_then(|part| part.lead.clone()) else {
            return;
        };
        let in_state = |state: State| told.iter().filter(move |(_, known)| **known == state).map(|(id, _)| *id);
        let count = |state: State| in_state(state).count();
        let facts =
            [fact(txn), number("uncertain", count(State::Uncertain)), number("committable", count(State::Committable))];
        if count(State::Aborted) > 0 {
            cx.mark(MarkKind::Milestone, "three-phase-commit.rule.aborted", &facts);
            self.decide(cx, txn, Outcome::Abort);
        } else if count(State::Committed) > 0 {
            cx.mark(MarkKind::Milestone, "three-phase-commit.rule.committed", &facts);
            self.decide(cx, txn, Outcome::Commit);
        } else if count(State::Committable) == 0 {
            cx.mark(MarkKind::Milestone, "three-phase-commit.rule.uncertain", &facts);
            self.decide(cx, txn, Outcome::Abort);
        } else if cx.is_off(Mutant::AbortWhenCommittable) {
            cx.mark(MarkKind::Milestone, "three-phase-commit.rule.off", &facts);
            self.decide(cx, txn, Outcome::Abort);
        } else {
            cx.mark(MarkKind::Milestone, "three-phase-commit.rule.committable", &facts);
            let me = cx.me();
            let uncertain = in_state(State::Uncertain).filter(|id| *id != me).fold(0, |bits, id| bits | bit(id));
            self.pre_commit(cx, txn, uncertain);
        }
    }
}
