//! Restarts. A process that comes back and has promised something asks the others; those who were up all the time have
//! decided or will. If there is none such, all have failed, and only the last to fail can tell.
//!
//! Each process has on disk whom it took to be up. Those who have recovered may decide as soon as they are all of those
//! whom each of them took to be up: then the last process to fail is among them (§7.5, after Skeen 1985). What they go
//! by is what those say who have obeyed the latest coordinator among them: the others had failed before it took over,
//! and may have been left behind.

use super::message::Message;
use super::node::{Node, Part, Report, Stage};
use super::record::{Durable, Record, Write};
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::kv::Key;
use crate::transaction::costs::bit;
use crate::transaction::judge::Happened;
use crate::transaction::op::Reply;
use crate::transaction::site::{Logged, Site};
use crate::transaction::work::abort_work;
use crate::transaction::{Outcome, TxnId, fact, number};
use consistory_kernel::{Cx, MarkKind, ProcessId};
use std::collections::BTreeMap;

/// What a participant has changed and not ended, as its log has it.
type Changes = BTreeMap<TxnId, Vec<(Key, i64)>>;

impl Node {
    /// Boots from stable storage.
    pub(super) fn start(cx: &mut Cx<'_, ThreePhaseCommit>, durable: &Durable) -> Self {
        cx.persist(Write::Boot);
        let mut node =
            Self { site: Site::boot(durable), outboxes: BTreeMap::new(), has_taken_over: false, has_resolved: false };
        if cx.me() == MANAGER {
            let key = if node.site.life == 1 { "transaction.boots" } else { "transaction.recovers" };
            cx.mark(MarkKind::Leader, key, &[]);
        }
        let changes = node.replay(durable);
        node.take_up(cx, &changes);
        node
    }

    /// Reads the log from its beginning: redoes what is committed, and collects what is not ended.
    fn replay(&mut self, durable: &Durable) -> Changes {
        let mut changes = Changes::new();
        for record in durable.log.iter() {
            let txn = record.txn();
            match record {
                Record::Start { members, .. } => {
                    self.site.sessions.begin(txn);
                    let mut part = Part { members: members.clone(), ..Part::working() };
                    part.up = part.group();
                    self.promise(txn, part);
                }
                Record::Yes { members, changes: made, .. } => {
                    let mut part = Part { members: members.clone(), stage: Stage::Uncertain, ..Part::working() };
                    part.up = part.group();
                    self.promise(txn, part);
                    changes.insert(txn, made.clone());
                }
                Record::PreCommit { reads, .. } => {
                    if let Some(part) = self.site.parts.get_mut(&txn) {
                        part.stage = Stage::Committable;
                        part.reads.clone_from(reads);
                    }
                }
                Record::View { coordinator, up, .. } => {
                    if let Some(part) = self.site.parts.get_mut(&txn) {
                        (part.coordinator, part.up) = (*coordinator, *up);
                    }
                }
                Record::Decided { outcome, reads, .. } => {
                    self.site.parts.remove(&txn);
                    self.site.past.end(txn, *outcome);
                    let made = changes.remove(&txn).unwrap_or_default();
                    if *outcome == Outcome::Commit {
                        self.site.store.redo(&made);
                    }
                    self.site.sessions.end(txn, Reply::of(*outcome, reads.clone()));
                }
            }
        }
        changes
    }

    fn promise(&mut self, txn: TxnId, part: Part) {
        self.site.past.begin(txn);
        self.site.parts.insert(txn, Part { has_failed: true, ..part });
    }

    /// What is in doubt is locked again, and asked for. The manager aborts where it had not pre-committed: then nobody
    /// can have committed.
    fn take_up(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, changes: &Changes) {
        let found: Vec<(TxnId, Stage)> = self.site.parts.iter().map(|(txn, part)| (*txn, part.stage)).collect();
        for (txn, stage) in found {
            if let Some(changed) = changes.get(&txn) {
                cx.note("three-phase-commit.relocks", &[fact(txn), number("changes", changed.len())]);
                self.site.store.restore(txn, changed);
            }
            match stage {
                Stage::Working => {
                    cx.mark(MarkKind::Milestone, "three-phase-commit.decides.recovery", &[fact(txn)]);
                    self.decide(cx, txn, Outcome::Abort);
                }
                Stage::Uncertain | Stage::Committable => self.ask(cx, txn),
            }
        }
    }

    /// A process that has failed asks the others what is decided, again and again.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(part) = self.site.parts.get(&txn).filter(|part| part.has_failed) else { return };
        let others = part.others(cx.me());
        cx.note("three-phase-commit.asks_decision", &[fact(txn)]);
        self.site.happened.push(Happened::Doubted { txn });
        for id in others {
            self.tell(cx, id, Message::DecisionReq { txn });
        }
        let patience = cx.config().decision_timeout;
        cx.set_timer(Timer::Ask(txn), patience..=patience);
        self.maybe_terminate(cx, txn);
    }

    /// A process that has recovered asks. Those who are in the middle of the protocol will tell it in the end.
    pub(super) fn on_decision_req(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, txn: TxnId) {
        let Some(part) = self.site.parts.get(&txn) else {
            let outcome = self.verdict(txn);
            self.tell(cx, from, Message::Decision { txn, outcome });
            return;
        };
        if part.has_failed {
            let report = part.report();
            self.tell(cx, from, Message::Recovering { txn, report });
        } else if part.stage == Stage::Working && cx.me() != MANAGER {
            abort_work(self, cx, txn);
            self.tell(cx, from, Message::Decision { txn, outcome: Outcome::Abort });
        }
    }

    /// Another process that has failed, too, says what its log has.
    pub(super) fn on_recovering(
        &mut self,
        cx: &mut Cx<'_, ThreePhaseCommit>,
        from: ProcessId,
        txn: TxnId,
        report: Report,
    ) {
        let Some(part) = self.site.parts.get_mut(&txn).filter(|part| part.has_failed) else { return };
        part.reports.insert(from, report);
        self.maybe_terminate(cx, txn);
    }

    /// Decides after a total failure, if the last process to fail is among those who have recovered.
    fn maybe_terminate(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(part) = self.site.parts.get(&txn) else { return };
        let Some(outcome) = verdict_of_recovered(cx.me(), part) else { return };
        let recovered = number("recovered", part.reports.len() + 1);
        let key = match outcome {
            Outcome::Commit => "three-phase-commit.total_failure.commit",
            Outcome::Abort => "three-phase-commit.total_failure.abort",
        };
        cx.mark(MarkKind::Milestone, key, &[fact(txn), recovered]);
        self.has_resolved = true;
        self.decide(cx, txn, outcome);
    }
}

/// What those decide who have recovered; nothing as long as one may be missing that failed last.
pub(super) fn verdict_of_recovered(me: ProcessId, part: &Part) -> Option<Outcome> {
    let others = part.reports.iter().map(|(id, report)| (*id, *report));
    let all: Vec<(ProcessId, Report)> = others.chain([(me, part.report())]).collect();
    let recovered = all.iter().fold(0, |bits, (id, _)| bits | bit(*id));
    let last = all.iter().fold(u32::MAX, |bits, (_, report)| bits & report.up);
    if last & !recovered != 0 {
        return None;
    }
    let latest = all.iter().map(|(_, report)| report.coordinator).max()?;
    let mut latest = all.iter().filter(|(_, report)| report.coordinator == latest);
    let is_committable = latest.any(|(_, report)| report.stage == Stage::Committable);
    Some(if is_committable { Outcome::Commit } else { Outcome::Abort })
}
