//! The coordinator: it asks for votes, decides, and tells its decision until everybody who must has acknowledged it.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Coordination, Node};
use super::record::Record;
use super::{Begin, Presume, Timer, TwoPhaseCommit};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::op::Reply;
use crate::transaction::site::{Commit, Logged};
use crate::transaction::{Member, Outcome, TxnId, Vote, fact, number};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};

impl Node {
    /// The first phase: asks every participant to vote that has not done so already. `first` has, and how.
    pub(super) fn coordinate(
        &mut self,
        cx: &mut Cx<'_, TwoPhaseCommit>,
        txn: TxnId,
        members: Vec<Member>,
        reads: Vec<Option<i64>>,
        first: Option<(ProcessId, Vote)>,
    ) {
        self.begun.begin(txn);
        self.log_start(cx, txn, &members);
        cx.note("transaction.asks", &[fact(txn), number("participants", members.len())]);
        let votes = first.into_iter().collect();
        let coordination = Coordination { members: members.clone(), reads, votes, decided: None };
        self.coordinated.insert(txn, coordination);
        let patience = cx.config().vote_timeout;
        cx.set_timer(Timer::Votes(txn), patience..=patience);
        let me = cx.me();
        let asked = members.iter().map(|member| member.id).filter(|id| *id != me);
        for id in asked.filter(|id| first.is_none_or(|(voted, _)| voted != *id)) {
            self.tell_in_turn(cx, id, Message::VoteReq { txn, members: members.clone() });
        }
        if members.iter().any(|member| member.id == me) {
            let vote = self.vote(cx, txn, members);
            self.on_vote(cx, me, txn, vote);
        } else {
            self.maybe_decide(cx, txn);
        }
    }

    /// What the coordinator logs before it asks. Presumed commit needs to know after a restart whom it has asked, or it
    /// would presume that they have committed; presumed abort needs nothing.
    fn log_start(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, members: &[Member]) {
        let record = Record::Start { txn, members: members.to_vec() };
        match cx.config().presume {
            Presume::Nothing => self.site.log.write(record),
            Presume::Abort => {}
            Presume::Commit => self.force(cx, record),
        }
    }

    /// A participant asks to commit a transaction that it has executed. One that was meant for an earlier life of the
    /// coordinator may have been begun then; in that life, none is begun twice.
    pub(super) fn on_begin_commit(
        &mut self,
        cx: &mut Cx<'_, TwoPhaseCommit>,
        from: ProcessId,
        txn: TxnId,
        members: Vec<Member>,
        vote: Option<Vote>,
        life: u32,
    ) {
        if life != self.site.life {
            let facts = [fact(txn), ("from", Fact::Process(from)), ("life", Fact::Number(i64::from(self.site.life)))];
            cx.note("two-phase-commit.earlier_life", &facts);
            cx.send(from, Message::Hello { life: self.site.life });
            return;
        }
        if self.begun.begin(txn) {
            self.coordinate(cx, txn, members, Vec::new(), vote.map(|vote| (from, vote)));
        }
    }

    /// A participant has voted.
    pub(super) fn on_vote(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, txn: TxnId, vote: Vote) {
        let Some(coordination) = self.coordinated.get_mut(&txn) else { return };
        let is_member = coordination.members.iter().any(|member| member.id == from);
        if !is_member || coordination.decided.is_some() || coordination.votes.contains_key(&from) {
            return;
        }
        coordination.votes.insert(from, vote);
        let facts = [("participant", Fact::Process(from)), ("vote", Fact::Word(vote.word()))];
        let missing = number("missing", coordination.members.len() - coordination.votes.len());
        cx.note("two-phase-commit.voted", &[fact(txn), facts[0], facts[1], missing]);
        self.maybe_decide(cx, txn);
    }

    /// Decides once a participant has voted no, or all have voted something else.
    fn maybe_decide(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(coordination) = self.coordinated.get(&txn).filter(|known| known.decided.is_none()) else { return };
        let against = coordination.votes.values().any(|vote| *vote == Vote::No);
        let all = coordination.votes.len() == coordination.members.len();
        if against {
            cx.mark(MarkKind::Milestone, "two-phase-commit.decides.no", &[fact(txn)]);
            self.decide(cx, txn, Outcome::Abort);
        } else if all {
            let facts = [fact(txn), number("participants", coordination.members.len())];
            cx.mark(MarkKind::Milestone, "two-phase-commit.decides.commit", &facts);
            self.decide(cx, txn, Outcome::Commit);
        }
    }

    /// Somebody has not voted in time: the coordinator aborts (§7.4).
    pub(super) fn on_vote_timeout(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(coordination) = self.coordinated.get(&txn).filter(|known| known.decided.is_none()) else { return };
        let missing = number("missing", coordination.members.len() - coordination.votes.len());
        if cx.is_off(Mutant::SilenceIsYes) {
            cx.mark(MarkKind::Milestone, "two-phase-commit.decides.silence_is_yes", &[fact(txn), missing]);
            self.decide(cx, txn, Outcome::Commit);
            return;
        }
        cx.mark(MarkKind::Milestone, "two-phase-commit.decides.silence", &[fact(txn), missing]);
        self.decide(cx, txn, Outcome::Abort);
    }

    /// The second phase: logs the decision, tells it, and answers the client if that is done here.
    pub(super) fn decide(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, outcome: Outcome) {
        cx.cancel_timer(Timer::Votes(txn));
        let Some(coordination) = self.coordinated.get_mut(&txn) else { return };
        let me = cx.me();
        let reads = coordination.reads.clone();
        // Who has voted no has aborted, and who has voted read-only need not know.
        let hears = |id: &ProcessId| match coordination.votes.get(id) {
            Some(Vote::Yes) | None => true,
            Some(Vote::No | Vote::ReadOnly) => false,
        };
        let mut targets: Vec<ProcessId> = coordination.members.iter().map(|member| member.id).filter(hears).collect();
        let is_own = targets.contains(&me);
        targets.retain(|id| *id != me);
        let has_changes = is_own || !targets.is_empty();
        let waiting = if cx.config().is_acknowledged(outcome) { targets.clone() } else { Vec::new() };
        coordination.decided = Some((outcome, waiting));
        let record = Record::Decided { txn, outcome, targets: targets.clone(), reads: reads.clone() };
        self.log_decision(cx, record, has_changes);
        self.site.happened.push(Happened::Decided { txn, outcome, role: Role::Coordinator, delays: cx.delays() });
        for target in targets {
            self.tell_in_turn(cx, target, Message::Decision { txn, outcome });
        }
        if is_own {
            // Its log has the decision already.
            self.learn(cx, txn, outcome);
        }
        if cx.config().begin(cx.nodes()) != Begin::Participant {
            TwoPhaseCommit::answer(self, cx, txn, Reply::of(outcome, reads));
        }
        self.await_acknowledgements(cx, txn);
    }

    /// The decision is on disk before it is told, except where the presumption says the same without it: an abort with
    /// presumed abort. Where nobody has changed anything there is nothing to remember.
    fn log_decision(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, record: Record, has_changes: bool) {
        let is_presumed = match cx.config().presume {
            Presume::Abort => record.outcome() == Some(Outcome::Abort),
            Presume::Nothing | Presume::Commit => false,
        };
        if is_presumed || !has_changes || cx.is_off(Mutant::ForgetDecision) {
            self.site.log.write(record);
        } else {
            self.force(cx, record);
        }
    }

    /// Waits for those who must acknowledge the decision; if there are none, forgets the transaction.
    pub(super) fn await_acknowledgements(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some((_, waiting)) = self.coordinated.get(&txn).and_then(|known| known.decided.as_ref()) else { return };
        if waiting.is_empty() {
            self.forget(cx, txn);
            return;
        }
        let patience = cx.config().decision_timeout;
        cx.set_timer(Timer::Resend(txn), patience..=patience);
    }

    /// Repeats a decision to those who have not acknowledged it.
    pub(super) fn resend(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some((outcome, waiting)) = self.coordinated.get(&txn).and_then(|known| known.decided.clone()) else {
            return;
        };
        let word = ("outcome", Fact::Word(outcome.word()));
        cx.note("two-phase-commit.resends", &[fact(txn), word, number("waiting", waiting.len())]);
        for target in waiting {
            self.tell(cx, target, Message::Decision { txn, outcome });
        }
        self.await_acknowledgements(cx, txn);
    }

    /// A participant knows the decision and has it on disk.
    pub(super) fn on_ack(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some((_, waiting)) = self.coordinated.get_mut(&txn).and_then(|known| known.decided.as_mut()) else {
            return;
        };
        waiting.retain(|id| *id != from);
        if waiting.is_empty() {
            self.site.log.write(Record::End { txn });
            cx.note("two-phase-commit.ends", &[fact(txn)]);
            self.forget(cx, txn);
        }
    }

    /// The coordinator need not know of a transaction any longer: nobody will ask, or the presumption answers.
    fn forget(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        cx.cancel_timer(Timer::Resend(txn));
        if let Some((outcome, _)) = self.coordinated.remove(&txn).and_then(|known| known.decided) {
            self.begun.end(txn, outcome);
        }
    }

    /// Somebody in doubt asks the coordinator.
    pub(super) fn answer_as_coordinator(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, txn: TxnId) {
        match self.coordinated.get(&txn).map(|known| known.decided.clone()) {
            Some(Some((outcome, _))) => self.tell(cx, from, Message::Decision { txn, outcome }),
            // It will be told.
            Some(None) => {}
            None if self.site.running.contains_key(&txn) => {}
            None => {
                let outcome = cx.config().presumed();
                let word = ("outcome", Fact::Word(outcome.word()));
                cx.note("two-phase-commit.presumes", &[fact(txn), ("asker", Fact::Process(from)), word]);
                self.site.happened.push(Happened::Presumed { txn, outcome, asker: from });
                // A `BeginCommit` that comes after this answer comes too late.
                self.begun.end(txn, outcome);
                self.tell(cx, from, Message::Decision { txn, outcome });
            }
        }
    }
}
