//! The execution of transactions: the node that a client asks gives each participant its part and collects what they
//! have read; a participant locks and executes. Whoever waits too long gives up: nobody has voted yet.

use super::message::Message;
use super::node::{Ended, Joined, Node, Phase, fact, number};
use super::record::Record;
use super::{COORDINATOR, Timer, TwoPhaseCommit};
use crate::transaction::execution::{Admission, Execution};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::op::{Action, Reply, Transaction};
use crate::transaction::{Outcome, TxnId};
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Request};

impl Node {
    /// A client asks: the node that executes its transaction begins, any other says which one that is.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, request: &Request<TwoPhaseCommit>) {
        let (client, serial) = (request.client, request.serial);
        let home = cx.config().home(cx.nodes(), &request.op);
        if home != cx.me() {
            let facts = [("client", Fact::Process(client)), ("home", Fact::Process(home))];
            cx.note("two-phase-commit.redirected", &facts);
            cx.reply(client, serial, Answer::Redirect(Some(home)));
            return;
        }
        match self.sessions.admit(client, serial) {
            Admission::New => self.execute(cx, client, serial, &request.op),
            Admission::Answered(reply) => cx.reply(client, serial, Answer::Done(reply)),
            Admission::UnderWay | Admission::Outdated => {}
        }
    }

    fn execute(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, client: ProcessId, serial: u32, op: &Transaction) {
        let txn = TxnId::new(cx.nodes(), client, serial, self.life);
        let execution = Execution::new(op.clone(), cx.config().placement(cx.nodes()));
        let mut parts = execution.parts();
        let facts = [fact(txn), ("client", Fact::Process(client)), number("participants", parts.len())];
        cx.note("two-phase-commit.executes", &facts);
        self.sessions.begin(txn);
        self.running.insert(txn, execution);
        let patience = cx.config().work_timeout;
        cx.set_timer(Timer::Work(txn), patience..=patience);
        let me = cx.me();
        let own = parts.remove(&me);
        for (participant, actions) in parts {
            cx.send(participant, Message::Work { txn, actions });
        }
        if let Some(actions) = own {
            self.on_work(cx, me, txn, &actions);
        }
    }

    /// A participant does its part, as far as locks allow.
    pub(super) fn on_work(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, home: ProcessId, txn: TxnId, actions: &[Action]) {
        if self.joined.contains_key(&txn) {
            // The message was repeated on its way; the answer may have been lost.
            if self.store.is_done(txn) {
                self.report(cx, home, txn, Some(self.store.reads(txn)));
            }
            return;
        }
        if !self.past.begin(txn) {
            // It has ended here already, or its client has gone on.
            self.report(cx, home, txn, None);
            return;
        }
        self.joined.insert(txn, Joined { home, members: Vec::new(), reply: None, phase: Phase::Working });
        if self.store.begin(txn, actions) {
            self.on_done(cx, txn);
            return;
        }
        if let Some(wait) = self.store.waits().find(|wait| wait.txn == txn) {
            let before = wait.on.first().map_or(Fact::Word("two-phase-commit.nobody"), |on| on.fact());
            let facts = [fact(txn), ("key", wait.key.fact()), ("holder", before)];
            cx.note("two-phase-commit.waits", &facts);
        }
        let patience = cx.config().lock_timeout;
        cx.set_timer(Timer::Lock(txn), patience..=patience);
    }

    /// A participant has done its part.
    fn on_done(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(joined) = self.joined.get(&txn) else { return };
        let home = joined.home;
        cx.note("two-phase-commit.worked", &[fact(txn), ("home", Fact::Process(home))]);
        cx.cancel_timer(Timer::Lock(txn));
        if home != cx.me() {
            let patience = cx.config().work_timeout;
            cx.set_timer(Timer::Request(txn), patience..=patience);
        }
        self.report(cx, home, txn, Some(self.store.reads(txn)));
    }

    /// Transactions that waited for a lock have done their parts.
    pub(super) fn wake(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, done: Vec<TxnId>) {
        for txn in done {
            self.on_done(cx, txn);
        }
    }

    /// Tells the node that executes a transaction what was read, or that there is nothing to commit.
    fn report(
        &mut self,
        cx: &mut Cx<'_, TwoPhaseCommit>,
        home: ProcessId,
        txn: TxnId,
        reads: Option<Vec<Option<i64>>>,
    ) {
        let life = self.life;
        if home == cx.me() {
            self.on_worked(cx, home, txn, life, reads);
        } else {
            cx.send(home, Message::Worked { txn, life, reads });
        }
    }

    /// A participant has done its part, or has aborted.
    pub(super) fn on_worked(
        &mut self,
        cx: &mut Cx<'_, TwoPhaseCommit>,
        from: ProcessId,
        txn: TxnId,
        life: u32,
        reads: Option<Vec<Option<i64>>>,
    ) {
        let Some(execution) = self.running.get_mut(&txn) else { return };
        let Some(reads) = reads else {
            cx.note("two-phase-commit.refused", &[fact(txn), ("participant", Fact::Process(from))]);
            self.give_up(cx, txn);
            return;
        };
        if execution.on_answer(from, life, reads) {
            self.begin_commit(cx, txn);
        }
    }

    /// Every participant has done its part: the commit protocol begins.
    fn begin_commit(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(execution) = self.running.remove(&txn) else { return };
        cx.cancel_timer(Timer::Work(txn));
        let (members, reads) = (execution.members(), execution.reads());
        let ids = members.iter().map(|member| member.id).collect();
        self.happened.push(Happened::Began { txn, members: ids, delays: cx.delays() });
        if cx.me() == COORDINATOR {
            self.coordinate(cx, txn, members, reads, None);
        } else {
            self.ask_to_commit(cx, txn, members, reads);
        }
    }

    /// A participant has refused or is silent: the transaction is aborted before anybody has voted.
    fn give_up(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(execution) = self.running.remove(&txn) else { return };
        cx.cancel_timer(Timer::Work(txn));
        let outcome = Outcome::Abort;
        self.happened.push(Happened::Decided { txn, outcome, role: Role::Coordinator, delays: cx.delays() });
        for participant in execution.participants() {
            if participant == cx.me() {
                self.abort_work(cx, txn);
            } else {
                cx.send(participant, Message::Decision { txn, outcome });
            }
        }
        self.answer(cx, txn, Reply::Aborted);
    }

    /// The participants take too long.
    pub(super) fn on_work_timeout(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(execution) = self.running.get(&txn) else { return };
        let facts = [fact(txn), number("missing", execution.missing().count())];
        cx.note("two-phase-commit.work_timeout", &facts);
        self.give_up(cx, txn);
    }

    /// A lock does not come: it may be a deadlock, and so the participant refuses.
    pub(super) fn on_lock_timeout(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let Some(joined) = self.joined.get(&txn).filter(|joined| !joined.is_in_doubt()) else { return };
        if self.store.is_done(txn) {
            return;
        }
        let home = joined.home;
        cx.note("two-phase-commit.lock_timeout", &[fact(txn), ("home", Fact::Process(home))]);
        self.abort_work(cx, txn);
        self.report(cx, home, txn, None);
    }

    /// The question to vote does not come: a participant that has not voted may abort by itself (§7.4).
    pub(super) fn on_request_timeout(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        if self.joined.get(&txn).is_some_and(|joined| !joined.is_in_doubt()) {
            cx.note("two-phase-commit.request_timeout", &[fact(txn)]);
            self.abort_work(cx, txn);
        }
    }

    /// A participant that has not voted aborts. Its record need not be forced: without a yes record, a restart aborts,
    /// too.
    pub(super) fn abort_work(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        let outcome = Outcome::Abort;
        let Some(joined) = self.joined.remove(&txn) else {
            self.past.end(txn, Ended::Decided(outcome));
            return;
        };
        cx.cancel_timer(Timer::Lock(txn));
        cx.cancel_timer(Timer::Request(txn));
        self.log.write(Record::Learned { txn, outcome });
        self.past.end(txn, Ended::Decided(outcome));
        self.happened.push(Happened::Decided { txn, outcome, role: Role::Participant, delays: cx.delays() });
        let done = self.store.abort(txn);
        if joined.reply.is_some() {
            self.answer(cx, txn, Reply::Aborted);
        }
        self.wake(cx, done);
    }
}
