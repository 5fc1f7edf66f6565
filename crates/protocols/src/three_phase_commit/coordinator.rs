//! The coordinator's three phases: votes, PRE-COMMITs, and the decision. A new coordinator enters at the second.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Lead, Node, Part, Stage, role};
use super::record::Record;
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::transaction::costs::{bit, nodes_of};
use crate::transaction::judge::Happened;
use crate::transaction::op::Reply;
use crate::transaction::site::Commit;
use crate::transaction::work::wake;
use crate::transaction::{Member, Outcome, TxnId, Vote, fact, number};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};

impl Node {
    /// The first phase: the manager asks every participant to vote.
    pub(super) fn coordinate(
        &mut self,
        cx: &mut Cx<'_, ThreePhaseCommit>,
        txn: TxnId,
        members: &[Member],
        reads: Vec<Option<i64>>,
    ) {
        self.site.past.begin(txn);
        self.force(cx, Record::Start { txn, members: members.to_vec() });
        let mut part = Part { members: members.to_vec(), reads, lead: Some(Lead::Votes(0)), ..Part::working() };
        part.up = part.group();
        self.site.parts.insert(txn, part);
        cx.note("transaction.asks", &[fact(txn), number("participants", members.len())]);
        for id in members.iter().map(|member| member.id) {
            self.tell_in_turn(cx, id, Message::VoteReq { txn, members: members.to_vec() });
        }
        Self::wait_for_round(cx, txn);
    }

    /// A single node has nobody to agree with.
    pub(super) fn commit_alone(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, reads: Vec<Option<i64>>) {
        let members = vec![Member { id: MANAGER, life: self.site.life }];
        let changes = self.site.store.changes(txn);
        self.site.happened.push(Happened::Voted { txn, vote: Vote::Yes });
        self.site.log.write(Record::Yes { txn, members, changes });
        if let Some(part) = self.site.parts.get_mut(&txn) {
            part.reads = reads;
        }
        self.finish(cx, txn, Outcome::Commit);
    }

    /// Arms the time-out after which those who have not answered count as failed.
    pub(super) fn wait_for_round(cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let patience = cx.config().round_timeout;
        cx.set_timer(Timer::Round(txn), patience..=patience);
    }

    /// A participant has voted.
    pub(super) fn on_vote(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId, vote: Vote) {
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        let members = part.group() & !bit(MANAGER);
        let Some(Lead::Votes(yes)) = &mut part.lead else { return };
        if vote == Vote::No {
            let facts = [fact(txn), ("participant", Fact::Process(from))];
            cx.mark(MarkKind::Milestone, "three-phase-commit.decides.no", &facts);
            self.decide(cx, txn, Outcome::Abort);
            return;
        }
        *yes |= bit(from) & members;
        let missing = members & !*yes;
        let facts = [fact(txn), ("participant", Fact::Process(from)), number("missing", missing.count_ones())];
        cx.note("three-phase-commit.voted", &facts);
        if missing == 0 {
            self.on_all_yes(cx, txn);
        }
    }

    /// All have voted yes.
    fn on_all_yes(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        if cx.is_off(Mutant::SkipPreCommit) {
            cx.mark(MarkKind::Milestone, "three-phase-commit.decides.skips", &[fact(txn)]);
            self.decide(cx, txn, Outcome::Commit);
            return;
        }
        let Some(part) = self.site.parts.get(&txn) else { return };
        let members = part.group() & !bit(cx.me());
        cx.note("three-phase-commit.pre_commits", &[fact(txn), number("participants", members.count_ones())]);
        self.pre_commit(cx, txn, members);
    }

    /// The second phase: tells these that all have voted yes, having logged that, and waits for their acknowledgements.
    pub(super) fn pre_commit(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, waiting: u32) {
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        part.lead = Some(Lead::Acks { waiting });
        if part.stage != Stage::Committable {
            part.stage = Stage::Committable;
            let reads = part.reads.clone();
            if !cx.is_off(Mutant::ForgetDecision) || cx.me() != MANAGER {
                self.force(cx, Record::PreCommit { txn, reads });
            }
        }
        if waiting == 0 {
            self.on_all_acknowledged(cx, txn);
            return;
        }
        for id in nodes_of(waiting) {
            self.tell_in_turn(cx, id, Message::PreCommit { txn });
        }
        Self::wait_for_round(cx, txn);
    }

    /// A participant knows that all have voted yes.
    pub(super) fn on_ack(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        let Some(Lead::Acks { waiting }) = &mut part.lead else { return };
        *waiting &= !bit(from);
        if *waiting == 0 {
            self.on_all_acknowledged(cx, txn);
        }
    }

    /// Nobody who is up is uncertain any more: commit.
    pub(super) fn on_all_acknowledged(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        cx.mark(MarkKind::Milestone, "three-phase-commit.decides.commit", &[fact(txn)]);
        self.decide(cx, txn, Outcome::Commit);
    }

    /// Somebody has not answered a coordinator in time, and so has failed. A vote that is missing is a no; a state or
    /// an acknowledgement that is missing does not count.
    pub(super) fn on_round_timeout(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(part) = self.site.parts.get_mut(&txn) else { return };
        match part.lead.clone() {
            None => {}
            Some(Lead::Votes(yes)) => {
                let missing = part.group() & !bit(MANAGER) & !yes;
                let facts = [fact(txn), number("missing", missing.count_ones())];
                if cx.is_off(Mutant::SilenceIsYes) {
                    cx.mark(MarkKind::Milestone, "three-phase-commit.decides.silence_is_yes", &facts);
                    self.on_all_yes(cx, txn);
                } else {
                    cx.mark(MarkKind::Milestone, "three-phase-commit.decides.silence", &facts);
                    self.decide(cx, txn, Outcome::Abort);
                }
            }
            Some(Lead::Acks { waiting }) => {
                part.up &= !waiting;
                let facts = [fact(txn), number("missing", waiting.count_ones())];
                cx.note("three-phase-commit.ignores_failed", &facts);
                self.log_view(cx, txn);
                self.on_all_acknowledged(cx, txn);
            }
            Some(Lead::States { waiting, .. }) => {
                part.up &= !waiting;
                let facts = [fact(txn), number("missing", waiting.count_ones())];
                cx.note("three-phase-commit.ignores_failed", &facts);
                self.log_view(cx, txn);
                self.conclude(cx, txn);
            }
        }
    }

    /// The third phase: the decision is on disk, and is told to everybody, those included that seem to have failed.
    pub(super) fn decide(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, outcome: Outcome) {
        let Some(part) = self.site.parts.get(&txn) else { return };
        let others = part.others(cx.me());
        self.finish(cx, txn, outcome);
        for id in others {
            self.tell_in_turn(cx, id, Message::Decision { txn, outcome });
        }
    }

    /// Logs a decision and does what is decided here: changes become final or are undone, locks are released, and the
    /// manager answers the client.
    pub(super) fn finish(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, outcome: Outcome) {
        let Some(part) = self.site.parts.remove(&txn) else { return };
        self.drop_round(cx, txn);
        for timer in [Timer::Request, Timer::Lock, Timer::Round, Timer::Doubt, Timer::Ask] {
            cx.cancel_timer(timer(txn));
        }
        let me = cx.me();
        if me != MANAGER || !cx.is_off(Mutant::ForgetDecision) {
            self.force(cx, Record::Decided { txn, outcome, reads: part.reads.clone() });
        }
        self.site.past.end(txn, outcome);
        self.site.happened.push(Happened::Decided { txn, outcome, role: role(me), delays: cx.delays() });
        let done = self.site.store.end(txn, outcome);
        if me == MANAGER {
            ThreePhaseCommit::answer(self, cx, txn, Reply::of(outcome, part.reads));
        }
        wake(self, cx, done);
    }
}
