//! A node's state, as manager, RM, acceptor and leader, and the dispatch of events.

use super::acceptor::{Acceptance, Deed};
use super::ballot::Votes;
use super::leader::Lead;
use super::message::{Head, Message};
use super::record::{Record, Write};
use super::{PaxosCommit, Timer};
use crate::transaction::execution::{Admission, Execution, Past, Sessions};
use crate::transaction::judge::{Happened, Judged, Standing};
use crate::transaction::log::Log;
use crate::transaction::op::Reply;
use crate::transaction::outbox::Outbox;
use crate::transaction::store::Store;
use crate::transaction::{Outcome, TxnId};
use consistory_kernel::{Answer, Cx, Event, Fact, ProcessId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A running node. What belongs to a role that it does not have is empty.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// How often it has booted.
    pub life: u32,
    /// Its log.
    pub log: Log<Record>,
    /// How many records its disk has, once its last step's writes are done.
    pub(super) stable: u32,
    /// Its part of the database.
    pub store: Store,
    /// The transactions that it executes, as the node that their clients asked.
    pub running: BTreeMap<TxnId, Execution>,
    /// What it knows of its clients.
    pub sessions: Sessions,
    /// Transactions whose client waits for the answer under a later name, by which they were to be executed again.
    pub(super) renamed: BTreeMap<TxnId, TxnId>,
    /// The transactions that it leads and whose outcome it does not know.
    pub leading: BTreeMap<TxnId, Lead>,
    /// The transactions that it has led in this life, or has learned the outcome of as somebody who could.
    pub(super) led: Past<Outcome>,
    /// The undecided transactions in which it takes part, as an RM.
    pub joined: BTreeMap<TxnId, Joined>,
    /// The transactions in which it took part.
    pub(super) past: Past<Outcome>,
    /// What it has promised and accepted, as an acceptor, for the last transactions of each client.
    pub ballots: BTreeMap<TxnId, Acceptance>,
    /// Whom it takes for the leader.
    pub leader: ProcessId,
    /// The messages of a round that have still to leave.
    pub outbox: Outbox<Message>,
    /// Whether it aborts what it is to prepare next.
    pub(super) is_unwilling: bool,
    /// Whether its last step has decided by a ballot above 0.
    pub has_raised: bool,
    /// What its last step has done.
    pub(super) happened: Vec<Happened>,
    /// What its last step has promised and accepted.
    pub(super) deeds: Vec<Deed>,
}

/// A transaction at an RM that does not know its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Joined {
    /// Who executes it.
    pub home: ProcessId,
    /// What has to be known of it, once it is to be committed.
    pub head: Option<Rc<Head>>,
    /// How far it is.
    pub phase: Phase,
    /// By acceptor what it has accepted in ballot 0, where acceptors tell the RMs.
    pub told: BTreeMap<ProcessId, Votes>,
}

/// How far a transaction is at an RM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It may still abort by itself.
    Working,
    /// It is prepared, and in doubt until it hears the decision.
    Prepared {
        /// How often it has asked for the decision.
        asked: u16,
    },
}

impl Joined {
    /// Whether it is prepared.
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.phase, Phase::Prepared { .. })
    }

    /// Whether it has asked everybody of so many who could lead, and nobody could tell in time.
    pub fn is_blocked(&self, candidates: usize) -> bool {
        match self.phase {
            Phase::Working => false,
            Phase::Prepared { asked } => usize::from(asked) > candidates,
        }
    }
}

impl Node {
    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, PaxosCommit>, event: Event<PaxosCommit>) {
        self.happened.clear();
        self.deeds.clear();
        self.has_raised = false;
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => self.on_timer(cx, timer),
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, message: Message) {
        match message {
            Message::Work { txn, actions } => self.on_work(cx, from, txn, &actions),
            Message::Worked { txn, life, reads } => self.on_worked(cx, from, txn, life, reads),
            Message::Earlier { txn, head, outcome } => self.on_earlier(cx, from, txn, &head, outcome),
            Message::BeginCommit { head, vote } => self.on_begin_commit(cx, from, &head, vote),
            Message::Prepare { head } => self.on_prepare(cx, from, &head),
            Message::Phase1a { head, ballot } => self.on_phase_1a(cx, from, &head, ballot),
            Message::Phase1b { txn, ballot, accepted } => self.on_phase_1b(cx, from, txn, ballot, accepted),
            Message::Phase2a { head, ballot, votes } => self.on_phase_2a(cx, from, &head, ballot, votes),
            Message::Phase2b { txn, ballot, votes } => self.on_phase_2b(cx, from, txn, ballot, &votes),
            Message::Nack { txn, ballot, promised } => self.on_nack(cx, from, txn, ballot, promised),
            Message::Decision { txn, outcome } => self.on_decision(cx, from, txn, outcome),
            Message::DecisionReq { head } => self.on_decision_req(cx, from, &head),
        }
    }

    fn on_timer(&mut self, cx: &mut Cx<'_, PaxosCommit>, timer: Timer) {
        match timer {
            Timer::Work(txn) => self.on_work_timeout(cx, txn),
            Timer::Request(txn) => self.on_request_timeout(cx, txn),
            Timer::Lock(txn) => self.on_lock_timeout(cx, txn),
            Timer::Ballot(txn) => self.on_ballot_timeout(cx, txn),
            Timer::Doubt(txn) => self.on_doubt(cx, txn),
            Timer::Outbox => self.post(cx),
        }
    }

    /// Writes a record to disk before this step sends anything.
    pub(super) fn force(&mut self, cx: &mut Cx<'_, PaxosCommit>, record: Record) {
        self.happened.push(Happened::Forced { txn: record.txn() });
        let records = self.log.force(record);
        self.stable = u32::try_from(self.log.len()).unwrap_or(u32::MAX);
        cx.persist(Write::Force(records));
    }

    /// Sends a message of the commit protocol; one to the node itself is no message, and is handled at once.
    pub(super) fn tell(&mut self, cx: &mut Cx<'_, PaxosCommit>, to: ProcessId, message: Message) {
        if to == cx.me() {
            self.on_message(cx, to, message);
        } else {
            self.happened.push(Happened::Message { txn: message.txn() });
            cx.send(to, message);
        }
    }

    /// Sends a message of a round that goes to several: at once, or in its turn.
    pub(super) fn tell_in_turn(&mut self, cx: &mut Cx<'_, PaxosCommit>, to: ProcessId, message: Message) {
        let stagger = cx.config().stagger;
        let is_at_once = to == cx.me() || stagger == 0 && self.outbox.is_empty();
        if is_at_once {
            self.tell(cx, to, message);
        } else if self.outbox.put(to, message) {
            cx.set_timer(Timer::Outbox, stagger..=stagger);
        }
    }

    /// Sends the same message to several, to the node itself last: what it does then may end the transaction.
    pub(super) fn tell_all(&mut self, cx: &mut Cx<'_, PaxosCommit>, to: &[ProcessId], message: &Message) {
        let me = cx.me();
        for id in to.iter().filter(|id| **id != me) {
            self.tell_in_turn(cx, *id, message.clone());
        }
        if to.contains(&me) {
            self.tell(cx, me, message.clone());
        }
    }

    /// The next message of a round leaves.
    fn post(&mut self, cx: &mut Cx<'_, PaxosCommit>) {
        if let Some((to, message)) = self.outbox.take() {
            self.tell(cx, to, message);
        }
        if !self.outbox.is_empty() {
            let stagger = cx.config().stagger;
            cx.set_timer(Timer::Outbox, stagger..=stagger);
        }
    }

    /// Answers the client of a transaction that ends, once, unless the client has gone on.
    pub(super) fn answer(&mut self, cx: &mut Cx<'_, PaxosCommit>, txn: TxnId, reply: Reply) {
        let name = self.renamed.remove(&txn).unwrap_or(txn);
        let is_answered = matches!(self.sessions.admit(name.client, name.serial), Admission::Answered(_));
        if !is_answered && self.sessions.end(name, reply.clone()) {
            cx.reply(name.client, name.serial, Answer::Done(reply));
        }
    }

    /// What the log has as decided on a transaction.
    pub(super) fn recorded(&self, txn: TxnId) -> Option<Outcome> {
        let of_txn = self.log.iter().filter(|(record, _)| record.txn() == txn);
        of_txn.filter_map(|(record, _)| record.outcome()).last()
    }

    /// What this node knows to be decided on a transaction, in whichever role: also that it has aborted its own part
    /// and so everything.
    pub(super) fn known(&self, txn: TxnId) -> Option<Outcome> {
        self.past.ended(txn).or_else(|| self.led.ended(txn)).or_else(|| self.recorded(txn))
    }

    /// Whether it has no transaction that is undecided. What it has accepted binds nobody but itself.
    pub fn is_quiet(&self) -> bool {
        self.running.is_empty() && self.joined.is_empty() && self.leading.is_empty()
    }
}

impl Judged for Node {
    fn happened(&self) -> &[Happened] {
        &self.happened
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn standing(&self, txn: TxnId) -> Standing {
        match self.joined.get(&txn) {
            Some(joined) if joined.is_in_doubt() => Standing::InDoubt,
            Some(_) => Standing::Nothing,
            None => self.recorded(txn).map_or(Standing::Nothing, Standing::Decided),
        }
    }
}

/// What a client is told of a transaction with that outcome.
pub(super) fn reply_of(head: &Head, outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Commit => Reply::Committed(head.reads.clone()),
        Outcome::Abort => Reply::Aborted,
    }
}

/// A transaction as a fact of a note.
pub(super) fn fact(txn: TxnId) -> (&'static str, Fact) {
    ("txn", txn.fact())
}

/// A number of nodes or of other things as a fact of a note.
pub(super) fn number(name: &'static str, count: usize) -> (&'static str, Fact) {
    (name, Fact::Number(i64::try_from(count).unwrap_or(i64::MAX)))
}
