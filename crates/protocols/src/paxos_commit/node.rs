//! A node's state, as manager, RM, acceptor and leader, and the dispatch of events.

use super::acceptor::{Acceptance, Deed};
use super::ballot::Votes;
use super::leader::Lead;
use super::message::{Head, Message};
use super::record::Record;
use super::{PaxosCommit, Timer};
use crate::transaction::execution::{Admission, Past};
use crate::transaction::judge::Happened;
use crate::transaction::op::Reply;
use crate::transaction::outbox::Outbox;
use crate::transaction::site::{Site, Undecided};
use crate::transaction::{Outcome, TxnId, work};
use consistory_kernel::{Answer, Cx, Event, ProcessId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A running node. What belongs to a role that it does not have is empty.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What every node of a commit protocol has.
    pub site: Site<Record, Joined>,
    /// How many records its disk has, once its last step's writes are done.
    pub(super) stable: u32,
    /// Transactions whose client waits for the answer under a later name, by which they were to be executed again.
    pub(super) renamed: BTreeMap<TxnId, TxnId>,
    /// The transactions that it leads and whose outcome it does not know.
    pub leading: BTreeMap<TxnId, Lead>,
    /// The transactions that it has led in this life, or has learned the outcome of as somebody who could.
    pub(super) led: Past<Outcome>,
    /// What it has promised and accepted, as an acceptor, for the last transactions of each client.
    pub ballots: BTreeMap<TxnId, Acceptance>,
    /// Whom it takes for the leader.
    pub leader: ProcessId,
    /// The messages of a round that have still to leave.
    pub outbox: Outbox<Message>,
    /// Whether its last step has decided by a ballot above 0.
    pub has_raised: bool,
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

impl Undecided for Joined {
    fn begun(home: ProcessId) -> Self {
        Self { home, head: None, phase: Phase::Working, told: BTreeMap::new() }
    }

    fn home(&self) -> ProcessId {
        self.home
    }

    fn is_in_doubt(&self) -> bool {
        matches!(self.phase, Phase::Prepared { .. })
    }

    fn answers(&self, me: ProcessId) -> bool {
        self.head.as_ref().is_some_and(|head| head.home == me)
    }
}

impl Joined {
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
        self.site.happened.clear();
        self.deeds.clear();
        self.has_raised = false;
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => self.on_timer(cx, timer),
            Event::Client(request) => work::on_request(self, cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, PaxosCommit>, from: ProcessId, message: Message) {
        match message {
            Message::Work { txn, actions } => work::on_work(self, cx, from, txn, &actions),
            Message::Worked { txn, life, reads } => work::on_worked(self, cx, from, txn, life, reads),
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
            Timer::Work(txn) => work::on_work_timeout(self, cx, txn),
            Timer::Request(txn) => work::on_request_timeout(self, cx, txn),
            Timer::Lock(txn) => work::on_lock_timeout(self, cx, txn),
            Timer::Ballot(txn) => self.on_ballot_timeout(cx, txn),
            Timer::Doubt(txn) => self.on_doubt(cx, txn),
            Timer::Outbox => self.post(cx),
        }
    }

    /// Writes a record to disk before this step sends anything.
    pub(super) fn force(&mut self, cx: &mut Cx<'_, PaxosCommit>, record: Record) {
        let write = self.site.force(record);
        self.stable = u32::try_from(self.site.log.len()).unwrap_or(u32::MAX);
        cx.persist(write);
    }

    /// Sends a message of the commit protocol; one to the node itself is no message, and is handled at once.
    pub(super) fn tell(&mut self, cx: &mut Cx<'_, PaxosCommit>, to: ProcessId, message: Message) {
        if to == cx.me() {
            self.on_message(cx, to, message);
        } else {
            self.site.happened.push(Happened::Message { txn: message.txn() });
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
        let is_answered = matches!(self.site.sessions.admit(name.client, name.serial), Admission::Answered(_));
        if !is_answered && self.site.sessions.end(name, reply.clone()) {
            cx.reply(name.client, name.serial, Answer::Done(reply));
        }
    }

    /// What this node knows to be decided on a transaction, in whichever role: also that it has aborted its own part
    /// and so everything.
    pub(super) fn known(&self, txn: TxnId) -> Option<Outcome> {
        self.site.past.ended(txn).or_else(|| self.led.ended(txn)).or_else(|| self.site.recorded(txn))
    }
}
