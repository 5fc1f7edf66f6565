//! The execution of transactions: the node that a client asks gives each RM its part and collects what they have read;
//! an RM locks and executes. Whoever waits too long gives up: nobody is prepared yet.
//!
//! A node that executes transactions writes nothing down for them; acceptors and RMs do. So one that has restarted may
//! execute an operation for a second time whose first execution is being committed, or has ended. Then an RM that was
//! prepared says so, and the first execution counts. An RM that has begun the second one never prepares for the first.

use super::message::{Head, Message};
use super::node::{Joined, Node, Phase, fact, number, reply_of};
use super::record::Record;
use super::{Begin, PaxosCommit, Timer};
use crate::transaction::execution::{Admission, Execution};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::op::{Action, Reply, Transaction};
use crate::transaction::{Outcome, TxnId};
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Request};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Node {
    /// A client asks: the node that executes its transaction begins, any other says which one that is.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, PaxosCommit>, request: &Request<PaxosCommit>) {
        let (client, serial) = (request.client, request.serial);
        let home = cx.config().home(cx.nodes(), &request.op);
        if home != cx.me() {
            let facts = [("client", Fact::Process(client)), ("home", Fact::Process(home))];
            cx.note("paxos-commit.redirected", &facts);
            cx.reply(client, serial, Answer::Redirect(Some(home)));
            return;
        }
        match self.sessions.admit(client, serial) {
            Admission::New => self.execute(cx, client, serial, &request.op),
            Admission::Answered(reply) => cx.reply(client, serial, Answer::Done(reply)),
            Admission::UnderWay | Admission::Outdated => {}
        }
    }

    fn execute(&mut self, cx: &mut Cx<'_, PaxosCommit>, client: ProcessId, serial: u32, op: &Transaction) {
        let txn = TxnId::new(cx.nodes(), client, serial, self.life);
        let execution = Execution::new(op.clone(), cx.config().roles(cx.nodes()).placement());
        let mut parts = execution.parts();
        let facts = [fact(txn), ("client", Fact::Process(client)), number("participants", parts.len())];
        cx.note("paxos-commit.executes", &facts);
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

    /// An RM does its part, as far as locks allow.
    pub(super) fn on_work(&mut self, cx: &mut Cx<'_, PaxosCommit>, home: ProcessId, txn: TxnId, actions: &[Action]) {
        if self.joined.contains_key(&txn) {
            // The message was repeated on its way; the answer may have been lost.
            if self.store.is_done(txn) {
                self.report(cx, home, txn, Some(self.store.reads(txn)));
            }
            return;
        }
        if self.tell_of_earlier(cx, home, txn) {
            return;
        }
        if !self.past.begin(txn) {
            // It has ended here already, or its client has gone on.
            self.report(cx, home, txn, None);
            return;
        }
        self.joined.insert(txn, Joined { home, head: None, phase: Phase::Working, told: BTreeMap::new() });
        if self.store.begin(txn, actions) {
            self.on_done(cx, txn);
            return;
        }
        if let Some(wait) = self.store.waits().find(|wait| wait.txn == txn) {
            let before = wait.on.first().map_or(Fact::Word("paxos-commit.nobody"), |on| on.fact());
            cx.note("paxos-commit.waits", &[fact(txn), ("key", wait.key.fact()), ("holder", before)]);
        }
        let patience = cx.config().lock_timeout;
        cx.set_timer(Timer::Lock(txn), patience..=patience);
    }

    /// The same operation may have been prepared here under an earlier name: then that one counts, whatever becomes of
    /// it, and this one is not begun. One that has not been prepared never will be. Returns whether the node that
    /// executes it was told of an earlier one.
    fn tell_of_earlier(&mut self, cx: &mut Cx<'_, PaxosCommit>, home: ProcessId, txn: TxnId) -> bool {
        let is_earlier =
            |other: TxnId| other.client == txn.client && other.serial == txn.serial && other.attempt < txn.attempt;
        if txn.attempt < 2 {
            return false;
        }
        let working = self.joined.iter().filter(|(_, joined)| !joined.is_in_doubt()).map(|(other, _)| *other);
        for other in working.filter(|other| is_earlier(*other)).collect::<Vec<_>>() {
            self.abort_work(cx, other);
        }
        let prepared = self.log.iter().filter_map(|(record, _)| record.prepared());
        let earlier = prepared.filter(|head| is_earlier(head.txn)).last().cloned();
        let Some(head) = earlier else { return false };
        let outcome = self.known(head.txn);
        let facts = [fact(txn), ("earlier", head.txn.fact()), ("home", Fact::Process(home))];
        cx.note("paxos-commit.tells_earlier", &facts);
        if home == cx.me() {
            self.on_earlier(cx, home, txn, &head, outcome);
        } else {
            cx.send(home, Message::Earlier { txn, head, outcome });
        }
        true
    }

    /// An RM has done its part.
    fn on_done(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let Some(joined) = self.joined.get(&txn) else { return };
        let home = joined.home;
        cx.note("paxos-commit.worked", &[fact(txn), ("home", Fact::Process(home))]);
        cx.cancel_timer(Timer::Lock(txn));
        if home != cx.me() {
            let patience = cx.config().work_timeout;
            cx.set_timer(Timer::Request(txn), patience..=patience);
        }
        self.report(cx, home, txn, Some(self.store.reads(txn)));
    }

    /// Transactions that waited for a lock have done their parts.
    pub(super) fn wake(&mut self, cx: &mut Cx<'_, PaxosCommit>, done: Vec<TxnId>) {
        for txn in done {
            self.on_done(cx, txn);
        }
    }

    /// Tells the node that executes a transaction what was read, or that there is nothing to commit.
    fn report(&mut self, cx: &mut Cx<'_, PaxosCommit>, home: ProcessId, txn: TxnId, reads: Option<Vec<Option<i64>>>) {
        let life = self.life;
        if home == cx.me() {
            self.on_worked(cx, home, txn, life, reads);
        } else {
            cx.send(home, Message::Worked { txn, life, reads });
        }
    }

    /// An RM has done its part, or has aborted.
    pub(super) fn on_worked(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        txn: TxnId,
        life: u32,
        reads: Option<Vec<Option<i64>>>,
    ) {
        let Some(execution) = self.running.get_mut(&txn) else { return };
        let Some(reads) = reads else {
            cx.note("paxos-commit.refused", &[fact(txn), ("participant", Fact::Process(from))]);
            self.withdraw(cx, txn);
            self.answer(cx, txn, Reply::Aborted);
            return;
        };
        if execution.on_answer(from, life, reads) {
            self.begin_commit(cx, txn);
        }
    }

    /// An RM was prepared for an earlier execution of the same operation: that one counts.
    pub(super) fn on_earlier(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        txn: TxnId,
        head: &Rc<Head>,
        outcome: Option<Outcome>,
    ) {
        if !self.running.contains_key(&txn) {
            return;
        }
        let facts = [fact(txn), ("earlier", head.txn.fact()), ("participant", Fact::Process(from))];
        cx.note("paxos-commit.hears_earlier", &facts);
        self.withdraw(cx, txn);
        self.renamed.insert(head.txn, txn);
        match outcome.or_else(|| self.known(head.txn)) {
            Some(outcome) => self.answer(cx, head.txn, reply_of(head, outcome)),
            None => self.take_over(cx, head),
        }
    }

    /// Every RM has done its part: the commit protocol begins.
    fn begin_commit(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let Some(execution) = self.running.remove(&txn) else { return };
        cx.cancel_timer(Timer::Work(txn));
        let me = cx.me();
        let leader = match cx.config().begin {
            Begin::Coordinator => me,
            Begin::Participant => self.leader,
        };
        let (members, reads) = (execution.members(), execution.reads());
        let head = Rc::new(Head { txn, home: me, leader, members, reads });
        self.happened.push(Happened::Began { txn, members: head.ids().collect(), delays: cx.delays() });
        if leader == me {
            self.coordinate(cx, &head, None);
        } else {
            self.ask_to_commit(cx, &head);
        }
    }

    /// A transaction is given up before anybody is prepared: its RMs abort what they have done.
    fn withdraw(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
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
    }

    /// The RMs take too long. Only if one of them has begun to work it is certain that no earlier execution of the same
    /// operation can be committed; without that, the client is told nothing.
    pub(super) fn on_work_timeout(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let Some(execution) = self.running.get(&txn) else { return };
        cx.note("paxos-commit.work_timeout", &[fact(txn), number("missing", execution.missing().count())]);
        let has_begun = self.joined.contains_key(&txn) || !execution.members().is_empty();
        let is_certain = self.life == 1 || has_begun;
        self.withdraw(cx, txn);
        if is_certain {
            self.answer(cx, txn, Reply::Aborted);
        }
    }

    /// A lock does not come: it may be a deadlock, and so the RM refuses.
    pub(super) fn on_lock_timeout(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let Some(joined) = self.joined.get(&txn).filter(|joined| !joined.is_in_doubt()) else { return };
        if self.store.is_done(txn) {
            return;
        }
        let home = joined.home;
        cx.note("paxos-commit.lock_timeout", &[fact(txn), ("home", Fact::Process(home))]);
        self.abort_work(cx, txn);
        self.report(cx, home, txn, None);
    }

    /// The order to prepare does not come: an RM that is not prepared may abort by itself.
    pub(super) fn on_request_timeout(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        if self.joined.get(&txn).is_some_and(|joined| !joined.is_in_doubt()) {
            cx.note("paxos-commit.request_timeout", &[fact(txn)]);
            self.abort_work(cx, txn);
        }
    }

    /// An RM that is not prepared aborts. Its record need not be forced: without a record that it is prepared, a
    /// restart aborts, too.
    pub(super) fn abort_work(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId) {
        let outcome = Outcome::Abort;
        let Some(joined) = self.joined.remove(&txn) else {
            self.past.end(txn, outcome);
            return;
        };
        cx.cancel_timer(Timer::Lock(txn));
        cx.cancel_timer(Timer::Request(txn));
        self.log.write(Record::Learned { txn, outcome });
        self.past.end(txn, outcome);
        self.happened.push(Happened::Decided { txn, outcome, role: Role::Participant, delays: cx.delays() });
        let done = self.store.abort(txn);
        if joined.head.is_some_and(|head| head.home == cx.me()) {
            self.answer(cx, txn, Reply::Aborted);
        }
        self.wake(cx, done);
    }
}
