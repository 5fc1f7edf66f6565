//! A node's state, as manager and as participant, and the dispatch of events.

use super::message::{Message, State};
use super::record::Record;
use super::{MANAGER, ThreePhaseCommit, Timer};
use crate::transaction::costs::{bit, nodes_of};
use crate::transaction::judge::{Happened, Role};
use crate::transaction::outbox::Outbox;
use crate::transaction::site::{Site, Undecided};
use crate::transaction::{Member, Outcome, TxnId, work};
use consistory_kernel::{Cx, Event, ProcessId};
use std::collections::BTreeMap;

/// A running node.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What every node of a commit protocol has. The manager takes part in each transaction that it coordinates.
    pub site: Site<Record, Part>,
    /// By transaction the messages of a round that have still to leave.
    pub(super) outboxes: BTreeMap<TxnId, Outbox<Message>>,
    /// Whether its last step has made it a new coordinator.
    pub has_taken_over: bool,
    /// Whether its last step has decided after everybody had failed.
    pub has_resolved: bool,
}

/// An undecided transaction at one of its processes: the manager, or a participant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// The participants, once they are known.
    pub members: Vec<Member>,
    /// At the manager, what the transaction has read.
    pub reads: Vec<Option<i64>>,
    /// How far it is.
    pub stage: Stage,
    /// Whom it obeys.
    pub coordinator: ProcessId,
    /// The processes that it takes to be up, itself included, one bit each.
    pub up: u32,
    /// Whether it has crashed since it has voted or pre-committed: it takes no part then, and asks.
    pub has_failed: bool,
    /// What it waits for as the coordinator.
    pub lead: Option<Lead>,
    /// What others that have failed, too, have told.
    pub reports: BTreeMap<ProcessId, Report>,
}

/// How far a transaction is at a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It has not voted, or, at the manager, collects votes: it may abort by itself.
    Working,
    /// It has voted yes.
    Uncertain,
    /// It knows that all have voted yes.
    Committable,
}

/// What a coordinator waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Lead {
    /// Votes: these have voted yes so far.
    Votes(u32),
    /// States, at a new coordinator.
    States {
        /// What has been told, its own state included.
        told: BTreeMap<ProcessId, State>,
        /// Who has not answered, one bit each.
        waiting: u32,
    },
    /// Acknowledgements of PRE-COMMITs.
    Acks {
        /// Who has not answered, one bit each.
        waiting: u32,
    },
}

/// What the log of a process that has failed says about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Report {
    /// How far it was.
    pub stage: Stage,
    /// Whom it obeyed.
    pub coordinator: ProcessId,
    /// Whom it took to be up.
    pub up: u32,
}

impl Part {
    /// A transaction whose participants are not known yet.
    pub(super) fn working() -> Self {
        Self {
            members: Vec::new(),
            reads: Vec::new(),
            stage: Stage::Working,
            coordinator: MANAGER,
            up: 0,
            has_failed: false,
            lead: None,
            reports: BTreeMap::new(),
        }
    }

    /// The processes of the transaction, the manager included, one bit each.
    pub fn group(&self) -> u32 {
        self.members.iter().fold(bit(MANAGER), |bits, member| bits | bit(member.id))
    }

    /// The processes of the transaction but one.
    pub(super) fn others(&self, me: ProcessId) -> Vec<ProcessId> {
        nodes_of(self.group() & !bit(me))
    }

    /// What its log says.
    pub fn report(&self) -> Report {
        Report { stage: self.stage, coordinator: self.coordinator, up: self.up }
    }

    /// What it tells a new coordinator.
    pub fn state(&self) -> State {
        match (self.has_failed, self.stage) {
            (true, _) => State::Failed,
            (false, Stage::Working) => State::Aborted,
            (false, Stage::Uncertain) => State::Uncertain,
            (false, Stage::Committable) => State::Committable,
        }
    }
}

impl Undecided for Part {
    fn begun(_: ProcessId) -> Self {
        Self::working()
    }

    /// The manager executes all transactions.
    fn home(&self) -> ProcessId {
        MANAGER
    }

    fn is_in_doubt(&self) -> bool {
        match self.stage {
            Stage::Working => false,
            Stage::Uncertain | Stage::Committable => true,
        }
    }

    /// Only the manager does, as the coordinator.
    fn answers(&self, _: ProcessId) -> bool {
        false
    }
}

impl Node {
    /// Whether it has a transaction that is like that.
    pub fn has(&self, is_so: impl Fn(&Part) -> bool) -> bool {
        self.site.parts.values().any(is_so)
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, event: Event<ThreePhaseCommit>) {
        self.site.happened.clear();
        self.has_taken_over = false;
        self.has_resolved = false;
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => self.on_timer(cx, timer),
            Event::Client(request) => work::on_request(self, cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, from: ProcessId, message: Message) {
        match message {
            Message::Work { txn, actions } => work::on_work(self, cx, from, txn, &actions),
            Message::Worked { txn, life, reads } => work::on_worked(self, cx, from, txn, life, reads),
            Message::VoteReq { txn, members } => self.on_vote_req(cx, txn, members),
            Message::Vote { txn, vote } => self.on_vote(cx, from, txn, vote),
            Message::PreCommit { txn } => self.on_pre_commit(cx, from, txn),
            Message::Ack { txn } => self.on_ack(cx, from, txn),
            Message::Decision { txn, outcome } => self.on_decision(cx, from, txn, outcome),
            Message::Elected { txn } => self.on_elected(cx, from, txn),
            Message::StateReq { txn } => self.on_state_req(cx, from, txn),
            Message::State { txn, state } => self.on_state(cx, from, txn, state),
            Message::DecisionReq { txn } => self.on_decision_req(cx, from, txn),
            Message::Recovering { txn, report } => self.on_recovering(cx, from, txn, report),
        }
    }

    fn on_timer(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, timer: Timer) {
        match timer {
            Timer::Work(txn) => work::on_work_timeout(self, cx, txn),
            Timer::Request(txn) => work::on_request_timeout(self, cx, txn),
            Timer::Lock(txn) => work::on_lock_timeout(self, cx, txn),
            Timer::Round(txn) => self.on_round_timeout(cx, txn),
            Timer::Doubt(txn) => self.on_doubt(cx, txn),
            Timer::Ask(txn) => self.ask(cx, txn),
            Timer::Next(txn) => self.post(cx, txn),
        }
    }

    /// Writes a record to disk before this step sends anything.
    pub(super) fn force(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, record: Record) {
        let write = self.site.force(record);
        cx.persist(write);
    }

    /// Logs whom it obeys and whom it takes to be up, before anything is done because of it.
    pub(super) fn log_view(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        if let Some(part) = self.site.parts.get(&txn) {
            let record = Record::View { txn, coordinator: part.coordinator, up: part.up };
            self.force(cx, record);
        }
    }

    /// Sends a message of the commit protocol.
    pub(super) fn tell(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, to: ProcessId, message: Message) {
        self.site.happened.push(Happened::Message { txn: message.txn() });
        cx.send(to, message);
    }

    /// Sends a message of a round that goes to several: at once, or in its turn.
    pub(super) fn tell_in_turn(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, to: ProcessId, message: Message) {
        let (txn, stagger) = (message.txn(), cx.config().stagger);
        let is_idle = self.outboxes.get(&txn).is_none_or(Outbox::is_empty);
        if stagger == 0 && is_idle {
            self.tell(cx, to, message);
        } else if self.outboxes.entry(txn).or_default().put(to, message) {
            cx.set_timer(Timer::Next(txn), stagger..=stagger);
        }
    }

    /// The next message of a round leaves.
    fn post(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        let Some(outbox) = self.outboxes.get_mut(&txn) else { return };
        let next = outbox.take();
        if outbox.is_empty() {
            self.outboxes.remove(&txn);
        } else {
            let stagger = cx.config().stagger;
            cx.set_timer(Timer::Next(txn), stagger..=stagger);
        }
        if let Some((to, message)) = next {
            self.tell(cx, to, message);
        }
    }

    /// What it still had to send about a transaction is out of date.
    pub(super) fn drop_round(&mut self, cx: &mut Cx<'_, ThreePhaseCommit>, txn: TxnId) {
        if self.outboxes.remove(&txn).is_some() {
            cx.cancel_timer(Timer::Next(txn));
        }
    }

    /// What this process knows of a transaction that it does not take part in any more, or never did: without a record
    /// it has not voted yes, and never will.
    pub(super) fn verdict(&mut self, txn: TxnId) -> Outcome {
        let known = self.site.past.ended(txn).or_else(|| self.site.recorded(txn));
        let outcome = known.unwrap_or(Outcome::Abort);
        if known.is_none() {
            self.site.past.end(txn, outcome);
        }
        outcome
    }
}

/// As what a node decides.
pub(super) fn role(me: ProcessId) -> Role {
    if me == MANAGER { Role::Coordinator } else { Role::Participant }
}
