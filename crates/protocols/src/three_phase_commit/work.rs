//! The execution of transactions: the manager gives each participant its part and collects what they have read; a
//! participant locks and executes. Whoever waits too long gives up: nobody has voted yet.

use super::message::Message;
use super::node::{Node, Part, Stage, fact, number, role};
use super::record::Record;
use super::{MANAGER, ThreePhaseCommit, Timer, placement};
use crate::transaction::execution::{Admission, Execution};
use crate::transaction::judge::Happened;
use crate::transaction::op::{Action, Reply, Transaction};
use crate::transaction::{Outcome, TxnId};
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Request};

impl Node {
    /// A client asks: the manager begins, any other node says who that is.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, request: &Request<ThreePhaseCommit>) {
        let (client, serial) = (request.client, request.serial);
        if cx.me() != MANAGER {
            cx.note("three-phase-commit.redirected", &[("client", Fact::Process(client))]);
            cx.reply(client, serial, Answer::Redirect(Some(MANAGER)));
            return;
        }
        match self.sessions.admit(client, serial) {
            Admission::New => self.execute(cx, client, serial, &request.op),
            Admission::Answered(reply) => cx.reply(client, serial, Answer::Done(reply)),
            Admission::UnderWay | Admission::Outdated => {}
        }
    }

    fn execute(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, client: ProcessId, serial: u32, op: &Transaction) {
        let txn = TxnId::new(cx.nodes(), client, serial, self.life);
        let execution = Execution::new(op.clone(), placement(cx.nodes()));
        let mut parts = execution.parts();
        let count = u32::try_from(parts.len()).unwrap_or(0);
        let facts = [fact(txn), ("client", Fact::Process(client)), number("participants", count)];
        cx.note("three-phase-commit.executes", &facts);
        self.sessions.begin(txn);
        self.running.insert(txn, execution);
        let patience = cx.config().work_timeout;
        cx.set_timer(Timer::Work(txn), patience..=patience);
        // A single node is manager and participant at once.
        let own = parts.remove(&MANAGER);
        for (participant, actions) in parts {
            cx.send(participant, Message::Work { txn, actions });
        }
        if let Some(actions) = own {
            self.on_work(cx, txn, &actions);
        }
    }

    /// A participant does its part, as far as locks allow.
    pub(super) fn on_work(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, actions: &[Action]) {
        if self.parts.contains_key(&txn) {
            // The message was repeated on its way; the answer may have been lost.
            if self.store.is_done(txn) {
                self.report_work(cx, txn, Some(self.store.reads(txn)));
            }
            return;
        }
        if !self.past.begin(txn) {
            // It has ended here already, or its client has gone on.
            self.report_work(cx, txn, None);
            return;
        }
        self.parts.insert(txn, Part::working());
        if self.store.begin(txn, actions) {
            self.on_done(cx, txn);
            return;
        }
        if let Some(wait) = self.store.waits().find(|wait| wait.txn == txn) {
            let before = wait.on.first().map_or(Fact::Word("three-phase-commit.nobody"), |on| on.fact());
            let facts = [fact(txn), ("key", wait.key.fact()), ("holder", before)];
            cx.note("three-phase-commit.waits", &facts);
        }
        let patience = cx.config().lock_timeout;
        cx.set_timer(Timer::Lock(txn), patience..=patience);
    }

    /// A participant has done its part.
    fn on_done(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        cx.note("three-phase-commit.worked", &[fact(txn)]);
        cx.cancel_timer(Timer::Lock(txn));
        if cx.me() != MANAGER {
            let patience = cx.config().work_timeout;
            cx.set_timer(Timer::Request(txn), patience..=patience);
        }
        self.report_work(cx, txn, Some(self.store.reads(txn)));
    }

    /// Transactions that waited for a lock have done their parts.
    pub(super) fn wake(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, done: Vec<TxnId>) {
        for txn in done {
            self.on_done(cx, txn);
        }
    }

    /// Tells the manager what was read, or that there is nothing to commit.
    fn report_work(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId, reads: Option<Vec<Option<i64>>>) {
        let life = self.life;
        if cx.me() == MANAGER {
            self.on_worked(cx, MANAGER, txn, life, reads);
        } else {
            cx.send(MANAGER, Message::Worked { txn, life, reads });
        }
    }

    /// A participant has done its part, or has aborted.
    pub(super) fn on_worked(
        &mut self,
        cx: &mut Cx<'_, ThreePhaseCommit>,
        from: ProcessId,
        txn: TxnId,
        life: u32,
        reads: Option<Vec<Option<i64>>>,
    ) {
        let Some(execution) = self.running.get_mut(&txn) else { return };
        let Some(reads) = reads else {
            cx.note("three-phase-commit.refused", &[fact(txn), ("participant", Fact::Process(from))]);
            self.give_up(cx, txn);
            return;
        };
        if execution.on_answer(from, life, reads) {
            self.begin_commit(cx, txn);
        }
    }

    /// Every participant has done its part: the commit protocol begins.
    fn begin_commit(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(execution) = self.running.remove(&txn) else { return };
        cx.cancel_timer(Timer::Work(txn));
        let (members, reads) = (execution.members(), execution.reads());
        let ids = members.iter().map(|member| member.id).collect();
        self.happened.push(Happened::Began { txn, members: ids, delays: cx.delays() });
        if self.parts.contains_key(&txn) {
            self.commit_alone(cx, txn, reads);
        } else {
            self.coordinate(cx, txn, &members, reads);
        }
    }

    /// A participant has refused or is silent: the transaction is aborted before anybody has voted.
    fn give_up(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(execution) = self.running.remove(&txn) else { return };
        cx.cancel_timer(Timer::Work(txn));
        let outcome = Outcome::Abort;
        self.happened.push(Happened::Decided { txn, outcome, role: role(MANAGER), delays: cx.delays() });
        for participant in execution.participants() {
            if participant == MANAGER {
                self.abort_work(cx, txn);
            } else {
                cx.send(participant, Message::Decision { txn, outcome });
            }
        }
        self.answer(cx, txn, Reply::Aborted);
    }

    /// The participants take too long.
    pub(super) fn on_work_timeout(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(execution) = self.running.get(&txn) else { return };
        let missing = u32::try_from(execution.missing().count()).unwrap_or(0);
        cx.note("three-phase-commit.work_timeout", &[fact(txn), number("missing", missing)]);
        self.give_up(cx, txn);
    }

    /// A lock does not come: it may be a deadlock, and so the participant refuses.
    pub(super) fn on_lock_timeout(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        if self.is_working(txn) && !self.store.is_done(txn) {
            cx.note("three-phase-commit.lock_timeout", &[fact(txn)]);
            self.abort_work(cx, txn);
            self.report_work(cx, txn, None);
        }
    }

    /// The question to vote does not come: a participant that has not voted may abort by itself.
    pub(super) fn on_request_timeout(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        if self.is_working(txn) {
            cx.note("three-phase-commit.request_timeout", &[fact(txn)]);
            self.abort_work(cx, txn);
        }
    }

    /// Whether it takes part in a transaction and has not voted.
    pub(super) fn is_working(&self, txn: TxnId) -> bool {
        self.parts.get(&txn).is_some_and(|part| part.stage == Stage::Working)
    }

    /// A participant that has not voted yes aborts. Its record need not be forced: without a yes record, a restart
    /// aborts, too.
    pub(super) fn abort_work(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let outcome = Outcome::Abort;
        self.past.end(txn, outcome);
        if self.parts.remove(&txn).is_none() {
            return;
        }
        cx.cancel_timer(Timer::Lock(txn));
        cx.cancel_timer(Timer::Request(txn));
        self.log.write(Record::Decided { txn, outcome, reads: Vec::new() });
        let role = role(cx.me());
        self.happened.push(Happened::Decided { txn, outcome, role, delays: cx.delays() });
        let done = self.store.abort(txn);
        self.wake(cx, done);
    }
}
