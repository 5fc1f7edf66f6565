//! A node's state, as coordinator and as participant, and the dispatch of events.

use super::message::Message;
use super::record::{Record, Write};
use super::{COORDINATOR, Timer, TwoPhaseCommit};
use crate::transaction::execution::{Execution, Past, Sessions};
use crate::transaction::judge::{Happened, Judged, Standing};
use crate::transaction::log::Log;
use crate::transaction::op::Reply;
use crate::transaction::outbox::Outbox;
use crate::transaction::store::Store;
use crate::transaction::{Member, Outcome, TxnId, Vote};
use consistory_kernel::{Answer, Cx, Event, Fact, ProcessId};
use std::collections::BTreeMap;

/// A running node. One that is only a coordinator has an empty store, one that is only a participant coordinates
/// nothing.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// How often it has booted.
    pub life: u32,
    /// Its log.
    pub log: Log<Record>,
    /// Its part of the database.
    pub store: Store,
    /// The transactions that it executes, as the node that their clients asked.
    pub running: BTreeMap<TxnId, Execution>,
    /// What it knows of its clients.
    pub sessions: Sessions,
    /// The transactions that it coordinates.
    pub coordinated: BTreeMap<TxnId, Coordination>,
    /// The transactions that it has begun to commit in this life.
    pub(super) begun: Past<Outcome>,
    /// The undecided transactions in which it takes part.
    pub joined: BTreeMap<TxnId, Joined>,
    /// The transactions in which it took part.
    pub(super) past: Past<Ended>,
    /// The life of the coordinator, as far as this node knows.
    pub(super) coordinator_life: u32,
    /// The messages of a round that have still to leave.
    pub outbox: Outbox<Message>,
    /// Decisions that it has learned and not acknowledged, because they are not on disk.
    pub unacknowledged: Vec<TxnId>,
    /// Whether it votes no the next time.
    pub(super) is_unwilling: bool,
    /// Whether its last step has ended a doubt thanks to another participant.
    pub is_helped: bool,
    /// What its last step has done.
    pub(super) happened: Vec<Happened>,
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

impl Joined {
    /// Whether it has voted yes and does not know what is decided.
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.phase, Phase::Prepared { .. })
    }

    /// Whether it has asked for the decision, and nobody could tell in all that time.
    pub fn is_blocked(&self) -> bool {
        matches!(self.phase, Phase::Prepared { asked: 2.., .. })
    }
}

impl Node {
    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, event: Event<TwoPhaseCommit>) {
        self.happened.clear();
        self.is_helped = false;
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => self.on_timer(cx, timer),
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, from: ProcessId, message: Message) {
        match message {
            Message::Work { txn, actions } => self.on_work(cx, from, txn, &actions),
            Message::Worked { txn, life, reads } => self.on_worked(cx, from, txn, life, reads),
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
            Timer::Work(txn) => self.on_work_timeout(cx, txn),
            Timer::Request(txn) => self.on_request_timeout(cx, txn),
            Timer::Lock(txn) => self.on_lock_timeout(cx, txn),
            Timer::Votes(txn) => self.on_vote_timeout(cx, txn),
            Timer::Doubt(txn) => self.on_doubt(cx, txn),
            Timer::Resend(txn) => self.resend(cx, txn),
            Timer::Outbox => self.post(cx),
        }
    }

    /// Writes a record to disk before this step sends anything. What was learned and was not on disk can be
    /// acknowledged then.
    pub(super) fn force(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, record: Record) {
        self.happened.push(Happened::Forced { txn: record.txn() });
        let records = self.log.force(record);
        cx.persist(Write::Force(records));
        for txn in core::mem::take(&mut self.unacknowledged) {
            self.acknowledge(cx, txn);
        }
    }

    /// Takes to disk what was learned, so that it can be acknowledged.
    pub(super) fn flush(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        self.happened.push(Happened::Forced { txn });
        let records = self.log.flush();
        cx.persist(Write::Force(records));
        for txn in core::mem::take(&mut self.unacknowledged) {
            self.acknowledge(cx, txn);
        }
    }

    pub(super) fn acknowledge(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId) {
        self.happened.push(Happened::Acknowledged { txn });
        cx.send(COORDINATOR, Message::Ack { txn });
    }

    /// Sends a message of the commit protocol.
    pub(super) fn tell(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, to: ProcessId, message: Message) {
        if let Some(txn) = message.txn() {
            self.happened.push(Happened::Message { txn });
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

    /// Answers the client of a transaction that ends, unless the client has gone on.
    pub(super) fn answer(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, txn: TxnId, reply: Reply) {
        if self.sessions.end(txn, reply.clone()) {
            cx.reply(txn.client, txn.serial, Answer::Done(reply));
        }
    }

    /// What the log has as decided on a transaction.
    pub(super) fn recorded(&self, txn: TxnId) -> Option<Outcome> {
        let of_txn = self.log.iter().filter(|(record, _)| record.txn() == txn);
        of_txn.filter_map(|(record, _)| record.outcome()).last()
    }

    /// Whether it coordinates something that is not decided.
    pub fn is_collecting(&self) -> bool {
        self.coordinated.values().any(|coordination| coordination.decided.is_none())
    }

    /// Whether it has no transaction that is undecided.
    pub fn is_quiet(&self) -> bool {
        self.running.is_empty() && self.joined.is_empty() && !self.is_collecting()
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

/// A transaction as a fact of a note.
pub(super) fn fact(txn: TxnId) -> (&'static str, Fact) {
    ("txn", txn.fact())
}

/// A number of nodes or of other things as a fact of a note.
pub(super) fn number(name: &'static str, count: usize) -> (&'static str, Fact) {
    (name, Fact::Number(i64::try_from(count).unwrap_or(i64::MAX)))
}
