//! A node's state, as coordinator and as participant, and the dispatch of events.

use super::message::Message;
use super::record::{Record, Write};
use super::{COORDINATOR, Timer, TwoPhaseCommit};
use crate::transaction::execution::Past;
use crate::transaction::judge::Happened;
use crate::transaction::outbox::Outbox;
use crate::transaction::site::{Site, Undecided};
use crate::transaction::{Member, Outcome, TxnId, Vote, work};
use consistory_kernel::{Cx, Event, ProcessId};
use std::collections::BTreeMap;

/// A running node. One that is only a coordinator has an empty store, one that is only a participant coordinates
/// nothing.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What every node of a commit protocol has.
    pub site: Site<Record, Joined, Ended>,
    /// The transactions that it coordinates.
    pub coordinated: BTreeMap<TxnId, Coordination>,
    /// The transactions that it has begun to commit in this life.
    pub(super) begun: Past<Outcome>,
    /// The life of the coordinator, as far as this node knows.
    pub(super) coordinator_life: u32,
    /// The messages of a round that have still to leave.
    pub outbox: Outbox<Message>,
    /// Decisions that it has learned and not acknowledged, because they are not on disk.
    pub unacknowledged: Vec<TxnId>,
    /// Whether its last step has ended a doubt thanks to another participant.
    pub is_helped: bool,
}

/// A transaction at its coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordination {
    /// The participants.
    pub members: Vec<Member>,
    /// What it has read, if its client is answered here.
    pub reads: Vec<Option<i64>>,
    /// The votes so far.
    pub votes: BTreeMap<ProcessId, Vote>,
    /// What is decided, and who has not acknowledged it; `None` while votes are collected.
    pub decided: Option<(Outcome, Vec<ProcessId>)>,
}

/// A transaction at a participant that does not know its decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Joined {
    /// Who executes it.
    pub home: ProcessId,
    /// The participants, once they are known.
    pub members: Vec<Member>,
    /// What the whole transaction has read, if this participant answers the client.
    pub reply: Option<Vec<Option<i64>>>,
    /// How far it is.
    pub phase: Phase,
}

/// How far a transaction is at a participant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It has not voted, and may still abort by itself.
    Working,
    /// It has voted yes: it is in doubt until it hears the decision.
    Prepared {
        /// How often it has asked for the decision.
        asked: u32,
        /// Who has answered since it asked last, and could not help.
        helpless: Vec<ProcessId>,
    },
}

/// How a transaction has ended at a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// It has voted read-only.
    ReadOnly,
    /// It knows the decision.
    Decided(Outcome),
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        Self::Decided(outcome)
    }
}

impl Undecided for Joined {
    fn begun(home: ProcessId) -> Self {
        Self { home, members: Vec::new(), reply: None, phase: Phase::Working }
    }

    fn home(&self) -> ProcessId {
        self.home
    }

    fn is_in_doubt(&self) -> bool {
        matches!(self.phase, Phase::Prepared { .. })
    }

    fn answers(&self, _: ProcessId) -> bool {
        self.reply.is_some()
    }
}

impl Joined {
    /// Whether it has asked for the decision, and nobody could tell in all that time.
    pub fn is_blocked(&self) -> bool {
        matches!(self.phase, Phase::Prepared { asked: 2.., .. })
    }
}

impl Node {
    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, event: Event<TwoPhaseCommit>) {
        self.site.happened.clear();
        self.is_helped = false;
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => self.on_timer(cx, timer),
            Event::Client(request) => work::on_request(self, cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, message: Message) {
        match message {
            Message::Work { txn, actions } => work::on_work(self, cx, from, txn, &actions),
            Message::Worked { txn, life, reads } => work::on_worked(self, cx, from, txn, life, reads),
            Message::BeginCommit { txn, members, vote, life } => {
                self.on_begin_commit(cx, from, txn, members, vote, life);
            }
            Message::Hello { life } => self.coordinator_life = life,
            Message::VoteReq { txn, members } => self.on_vote_req(cx, txn, members),
            Message::Vote { txn, vote } => self.on_vote(cx, from, txn, vote),
            Message::Decision { txn, outcome } => self.on_decision(cx, from, txn, outcome),
            Message::Ack { txn } => self.on_ack(cx, from, txn),
            Message::DecisionReq { txn, life } => self.on_decision_req(cx, from, txn, life),
            Message::Uncertain { txn } => self.on_uncertain(cx, from, txn),
        }
    }

    fn on_timer(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, timer: Timer) {
        match timer {
            Timer::Work(txn) => work::on_work_timeout(self, cx, txn),
            Timer::Request(txn) => work::on_request_timeout(self, cx, txn),
            Timer::Lock(txn) => work::on_lock_timeout(self, cx, txn),
            Timer::Votes(txn) => self.on_vote_timeout(cx, txn),
            Timer::Doubt(txn) => self.on_doubt(cx, txn),
            Timer::Resend(txn) => self.resend(cx, txn),
            Timer::Outbox => self.post(cx),
        }
    }

    /// Writes a record to disk before this step sends anything. What was learned and was not on disk can be
    /// acknowledged then.
    pub(super) fn force(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, record: Record) {
        let write = self.site.force(record);
        cx.persist(write);
        for txn in core::mem::take(&mut self.unacknowledged) {
            self.acknowledge(cx, txn);
        }
    }

    /// Takes to disk what was learned, so that it can be acknowledged.
    pub(super) fn flush(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        self.site.happened.push(Happened::Forced { txn });
        let records = self.site.log.flush();
        cx.persist(Write::Force(records));
        for txn in core::mem::take(&mut self.unacknowledged) {
            self.acknowledge(cx, txn);
        }
    }

    pub(super) fn acknowledge(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        self.site.happened.push(Happened::Acknowledged { txn });
        cx.send(COORDINATOR, Message::Ack { txn });
    }

    /// Sends a message of the commit protocol.
    pub(super) fn tell(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, to: ProcessId, message: Message) {
        if let Some(txn) = message.txn() {
            self.site.happened.push(Happened::Message { txn });
        }
        cx.send(to, message);
    }

    /// Sends a message of a round that goes to several: at once, or in its turn.
    pub(super) fn tell_in_turn(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, to: ProcessId, message: Message) {
        let stagger = cx.config().stagger;
        if stagger == 0 && self.outbox.is_empty() {
            self.tell(cx, to, message);
        } else if self.outbox.put(to, message) {
            cx.set_timer(Timer::Outbox, stagger..=stagger);
        }
    }

    /// The next message of a round leaves.
    fn post(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>) {
        if let Some((to, message)) = self.outbox.take() {
            self.tell(cx, to, message);
        }
        if !self.outbox.is_empty() {
            let stagger = cx.config().stagger;
            cx.set_timer(Timer::Outbox, stagger..=stagger);
        }
    }

    /// Whether it coordinates something that is not decided.
    pub fn is_collecting(&self) -> bool {
        self.coordinated.values().any(|coordination| coordination.decided.is_none())
    }
}
