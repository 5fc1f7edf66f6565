//! What a participant in doubt does: it asks, again and again, the coordinator alone or everybody (the cooperative
//! termination protocol, §7.4). As long as everybody whom it reaches is in doubt itself, it is blocked.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Ended, Node, Phase};
use super::{COORDINATOR, Timer, TwoPhaseCommit};
use crate::transaction::judge::Happened;
use crate::transaction::site::Undecided;
use crate::transaction::work::abort_work;
use crate::transaction::{Outcome, TxnId, fact, number};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};

impl Node {
    /// A participant that has voted yes has waited for the decision, or for an answer to its question, in vain.
    pub(super) fn on_doubt(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        if !self.site.parts.get(&txn).is_some_and(Undecided::is_in_doubt) {
            return;
        }
        if cx.is_off(Mutant::AbortInDoubt) {
            cx.mark(MarkKind::Milestone, "two-phase-commit.aborts_in_doubt", &[fact(txn)]);
            self.learn(cx, txn, Outcome::Abort);
            return;
        }
        self.ask(cx, txn);
    }

    /// Asks what is decided.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(joined) = self.site.parts.get_mut(&txn) else { return };
        let Phase::Prepared { asked, helpless } = &mut joined.phase else { return };
        let key = match *asked {
            0 => "two-phase-commit.asks_decision",
            _ => "two-phase-commit.blocked",
        };
        let facts = [fact(txn), number("helpless", helpless.len())];
        if *asked == 1 {
            cx.mark(MarkKind::Milestone, key, &facts);
        } else {
            cx.note(key, &facts);
        }
        *asked = asked.saturating_add(1);
        helpless.clear();
        let mut questions = vec![(COORDINATOR, 0)];
        if cx.config().cooperative {
            let peers = joined.members.iter().filter(|member| member.id != COORDINATOR);
            questions.extend(peers.map(|member| (member.id, member.life)));
        }
        self.site.happened.push(Happened::Doubted { txn });
        let me = cx.me();
        for (id, life) in questions.into_iter().filter(|(id, _)| *id != me) {
            self.tell(cx, id, Message::DecisionReq { txn, life });
        }
        let patience = cx.config().decision_timeout;
        cx.set_timer(Timer::Doubt(txn), patience..=patience);
    }

    /// A participant in doubt asks.
    pub(super) fn on_decision_req(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, txn: TxnId, life: u32) {
        if cx.me() == COORDINATOR {
            self.answer_as_coordinator(cx, from, txn);
            return;
        }
        let asker = ("asker", Fact::Process(from));
        if let Some(outcome) = self.known_outcome(cx, txn, life) {
            let word = ("outcome", Fact::Word(outcome.word()));
            cx.note("transaction.helps", &[fact(txn), asker, word]);
            self.tell(cx, from, Message::Decision { txn, outcome });
        } else {
            cx.note("two-phase-commit.cannot_help", &[fact(txn), asker]);
            self.tell(cx, from, Message::Uncertain { txn });
        }
    }

    /// What a participant can tell about a transaction: what it knows to be decided; or that it is aborted, because it
    /// has not voted yes and never will. One that may have voted read-only has left it to the others.
    fn known_outcome(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, life: u32) -> Option<Outcome> {
        if let Some(joined) = self.site.parts.get(&txn) {
            if joined.is_in_doubt() {
                return None;
            }
            // Where it has worked in an earlier life, it may have voted read-only then.
            if life != self.site.life && cx.config().read_only {
                return None;
            }
            abort_work(self, cx, txn);
            return Some(Outcome::Abort);
        }
        match self.site.past.ended(txn) {
            Some(Ended::Decided(outcome)) => Some(outcome),
            Some(Ended::ReadOnly) => None,
            None => match self.site.recorded(txn) {
                Some(outcome) => Some(outcome),
                None if cx.config().read_only => None,
                None => {
                    self.site.past.end(txn, Ended::Decided(Outcome::Abort));
                    Some(Outcome::Abort)
                }
            },
        }
    }

    /// Somebody whom this participant has asked does not know either.
    pub(super) fn on_uncertain(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some(joined) = self.site.parts.get_mut(&txn) else { return };
        let Phase::Prepared { helpless, .. } = &mut joined.phase else { return };
        if !helpless.contains(&from) {
            helpless.push(from);
        }
        cx.note("two-phase-commit.no_help", &[fact(txn), ("from", Fact::Process(from))]);
    }
}
