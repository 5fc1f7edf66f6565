//! The execution of transactions: the node that a client asks gives each participant its part and collects what they
//! have read; a participant locks and executes. Whoever waits too long gives up: nobody has promised anything yet.

use super::execution::{Admission, Execution};
use super::judge::{Happened, Role};
use super::op::{Action, Reply, Transaction};
use super::site::{Commit, Errand, Logged, Undecided, Wait};
use super::{Outcome, TxnId, fact, number};
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Request};

/// A client asks: the node that executes its transaction begins, any other says which one that is.
pub fn on_request<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, request: &Request<P>) {
    let (client, serial) = (request.client, request.serial);
    let home = P::terms(cx.config(), cx.nodes()).home(&request.op);
    if home != cx.me() {
        let facts = [("client", Fact::Process(client)), ("home", Fact::Process(home))];
        cx.note("transaction.redirected", &facts);
        cx.reply(client, serial, Answer::Redirect(Some(home)));
        return;
    }
    match P::site(node).sessions.admit(client, serial) {
        Admission::New => execute(node, cx, client, serial, &request.op),
        Admission::Answered(reply) => cx.reply(client, serial, Answer::Done(reply)),
        Admission::UnderWay | Admission::Outdated => {}
    }
}

fn execute<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, client: ProcessId, serial: u32, op: &Transaction) {
    let site = P::site_mut(node);
    let txn = TxnId::new(cx.nodes(), client, serial, site.life);
    let execution = Execution::new(op.clone(), P::terms(cx.config(), cx.nodes()).placement);
    let mut parts = execution.parts();
    let facts = [fact(txn), ("client", Fact::Process(client)), number("participants", parts.len())];
    cx.note("transaction.executes", &facts);
    site.sessions.begin(txn);
    site.running.insert(txn, execution);
    wait_for(cx, Wait::Work, txn);
    let me = cx.me();
    let own = parts.remove(&me);
    for (participant, actions) in parts {
        cx.send(participant, P::message(txn, Errand::Do(actions)));
    }
    if let Some(actions) = own {
        on_work(node, cx, me, txn, &actions);
    }
}

/// Arms the timer that ends a wait.
pub fn wait_for<P: Commit>(cx: &mut Cx<'_, P>, wait: Wait, txn: TxnId) {
    let patience = P::terms(cx.config(), cx.nodes()).patience(wait);
    cx.set_timer(P::timer(wait, txn), patience..=patience);
}

/// A participant does its part, as far as locks allow.
pub fn on_work<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, home: ProcessId, txn: TxnId, actions: &[Action]) {
    let site = P::site(node);
    if site.parts.contains_key(&txn) {
        // The message was repeated on its way; the answer may have been lost.
        if site.store.is_done(txn) {
            let reads = site.store.reads(txn);
            report(node, cx, home, txn, Some(reads));
        }
        return;
    }
    if P::tells_of_earlier(node, cx, home, txn) {
        return;
    }
    let site = P::site_mut(node);
    if !site.past.begin(txn) {
        // It has ended here already, or its client has gone on.
        report(node, cx, home, txn, None);
        return;
    }
    site.parts.insert(txn, P::Part::begun(home));
    if site.store.begin(txn, actions) {
        on_done(node, cx, txn);
        return;
    }
    if let Some(wait) = site.store.waits().find(|wait| wait.txn == txn) {
        let before = wait.on.first().map_or(Fact::Word("transaction.nobody"), |on| on.fact());
        cx.note("transaction.queues", &[fact(txn), ("key", wait.key.fact()), ("holder", before)]);
    }
    wait_for(cx, Wait::Lock, txn);
}

/// A participant has done its part.
fn on_done<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    let site = P::site(node);
    let Some(home) = site.parts.get(&txn).map(Undecided::home) else { return };
    let reads = site.store.reads(txn);
    cx.note("transaction.worked", &[fact(txn), ("home", Fact::Process(home))]);
    cx.cancel_timer(P::timer(Wait::Lock, txn));
    if home != cx.me() {
        wait_for(cx, Wait::Request, txn);
    }
    report(node, cx, home, txn, Some(reads));
}

/// Transactions that waited for a lock have done their parts.
pub fn wake<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, done: Vec<TxnId>) {
    for txn in done {
        on_done(node, cx, txn);
    }
}

/// Tells the node that executes a transaction what was read, or that there is nothing to commit.
fn report<P: Commit>(
    node: &mut P::Node,
    cx: &mut Cx<'_, P>,
    home: ProcessId,
    txn: TxnId,
    reads: Option<Vec<Option<i64>>>,
) {
    let life = P::site(node).life;
    if home == cx.me() {
        on_worked(node, cx, home, txn, life, reads);
    } else {
        cx.send(home, P::message(txn, Errand::Done { life, reads }));
    }
}

/// A participant has done its part, or has aborted.
pub fn on_worked<P: Commit>(
    node: &mut P::Node,
    cx: &mut Cx<'_, P>,
    from: ProcessId,
    txn: TxnId,
    life: u32,
    reads: Option<Vec<Option<i64>>>,
) {
    let Some(execution) = P::site_mut(node).running.get_mut(&txn) else { return };
    let Some(reads) = reads else {
        cx.note("transaction.refused", &[fact(txn), ("participant", Fact::Process(from))]);
        withdraw(node, cx, txn);
        P::answer(node, cx, txn, Reply::Aborted);
        return;
    };
    if execution.on_answer(from, life, reads) {
        begin_commit(node, cx, txn);
    }
}

/// Every participant has done its part: the commit protocol begins.
fn begin_commit<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    let site = P::site_mut(node);
    let Some(execution) = site.running.remove(&txn) else { return };
    cx.cancel_timer(P::timer(Wait::Work, txn));
    let (members, reads) = (execution.members(), execution.reads());
    let ids = members.iter().map(|member| member.id).collect();
    site.happened.push(Happened::Began { txn, members: ids, delays: cx.delays() });
    P::begin_commit(node, cx, txn, members, reads);
}

/// A transaction is given up before anybody has promised anything: its participants undo what they have done.
pub fn withdraw<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    let site = P::site_mut(node);
    let Some(execution) = site.running.remove(&txn) else { return };
    cx.cancel_timer(P::timer(Wait::Work, txn));
    let (outcome, me) = (Outcome::Abort, cx.me());
    site.happened.push(Happened::Decided { txn, outcome, role: Role::Coordinator, delays: cx.delays() });
    for participant in execution.participants() {
        if participant == me {
            abort_work(node, cx, txn);
        } else {
            cx.send(participant, P::message(txn, Errand::Undo));
        }
    }
}

/// The participants take too long.
pub fn on_work_timeout<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    let Some(execution) = P::site(node).running.get(&txn) else { return };
    cx.note("transaction.work_timeout", &[fact(txn), number("missing", execution.missing().count())]);
    let is_certain = P::is_certain(node, txn);
    withdraw(node, cx, txn);
    if is_certain {
        P::answer(node, cx, txn, Reply::Aborted);
    }
}

/// A lock does not come: it may be a deadlock, and so the participant refuses.
pub fn on_lock_timeout<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    let site = P::site(node);
    let Some(part) = site.parts.get(&txn).filter(|part| !part.is_in_doubt()) else { return };
    if site.store.is_done(txn) {
        return;
    }
    let home = part.home();
    cx.note("transaction.lock_timeout", &[fact(txn), ("home", Fact::Process(home))]);
    abort_work(node, cx, txn);
    report(node, cx, home, txn, None);
}

/// Nobody asks whether it can commit: a participant that has promised nothing may abort by itself (Bernstein,
/// Hadzilacos and Goodman 1987, §7.4).
pub fn on_request_timeout<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    if P::site(node).is_working(txn) {
        cx.note("transaction.request_timeout", &[fact(txn)]);
        abort_work(node, cx, txn);
    }
}

/// A participant that has promised nothing aborts. Its record need not be forced: without the record of a promise, a
/// restart aborts, too.
pub fn abort_work<P: Commit>(node: &mut P::Node, cx: &mut Cx<'_, P>, txn: TxnId) {
    let outcome = Outcome::Abort;
    let site = P::site_mut(node);
    site.past.end(txn, outcome.into());
    let Some(part) = site.parts.remove(&txn) else { return };
    cx.cancel_timer(P::timer(Wait::Lock, txn));
    cx.cancel_timer(P::timer(Wait::Request, txn));
    site.log.write(P::Record::ended(txn, outcome));
    site.happened.push(Happened::Decided { txn, outcome, role: Role::Participant, delays: cx.delays() });
    let done = site.store.abort(txn);
    if part.answers(cx.me()) {
        P::answer(node, cx, txn, Reply::Aborted);
    }
    wake(node, cx, done);
}
