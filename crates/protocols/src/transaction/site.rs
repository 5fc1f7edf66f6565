//! What every node of a commit protocol has, and what a protocol says of itself so that the rest can be shared.

use super::execution::{Execution, Past, Sessions};
use super::judge::{Happened, Judge, Judged, Standing};
use super::log::{Durable, Log, Write};
use super::op::{Action, Reply, Transaction};
use super::placement::Placement;
use super::store::Store;
use super::{MANAGER, Member, Outcome, TxnId};
use crate::spec::Spec;
use consistory_kernel::{Answer, Cx, ProcessId, Time};
use std::collections::BTreeMap;

/// An atomic commit protocol.
pub trait Commit: Spec<Op = Transaction, Reply = Reply> {
    /// A record of a node's log.
    type Record: Logged;
    /// A transaction at one that takes part in it and does not know how it ends.
    type Part: Undecided;
    /// How a transaction has ended at one that took part in it.
    type Ended: Copy + From<Outcome>;

    /// What a node has that every node of a commit protocol has.
    fn site(node: &Self::Node) -> &Site<Self::Record, Self::Part, Self::Ended>;
    /// The same, to be changed.
    fn site_mut(node: &mut Self::Node) -> &mut Site<Self::Record, Self::Part, Self::Ended>;
    /// What judges the properties along a run.
    fn judge(monitor: &Self::Monitor) -> &Judge;
    /// Who executes transactions among so many nodes, and how long they wait.
    fn terms(config: &Self::Config, nodes: u16) -> Terms;
    /// The timer that ends a wait.
    fn timer(wait: Wait, txn: TxnId) -> Self::Timer;
    /// What a node tells another about the execution of a transaction.
    fn message(txn: TxnId, errand: Errand) -> Self::Message;

    /// Every participant has done its part, and the node that executes a transaction begins to commit it.
    fn begin_commit(
        node: &mut Self::Node,
        cx: &mut Cx<'_, Self>,
        txn: TxnId,
        members: Vec<Member>,
        reads: Vec<Option<i64>>,
    );

    /// Whether a participant need not begin its part, because it has told the node that executes the transaction of an
    /// earlier execution of the same operation.
    fn tells_of_earlier(_node: &mut Self::Node, _cx: &mut Cx<'_, Self>, _home: ProcessId, _txn: TxnId) -> bool {
        false
    }

    /// Whether no earlier execution of the same operation can be committed, so that its client may be told that it is
    /// aborted when the work takes too long.
    fn is_certain(_node: &Self::Node, _txn: TxnId) -> bool {
        true
    }

    /// Answers the client of a transaction that ends, unless the client has gone on.
    fn answer(node: &mut Self::Node, cx: &mut Cx<'_, Self>, txn: TxnId, reply: Reply) {
        if Self::site_mut(node).sessions.end(txn, reply.clone()) {
            cx.reply(txn.client, txn.serial, Answer::Done(reply));
        }
    }

    /// The transactions that a node coordinates apart from its own part in them, and whether each is undecided there.
    fn coordinated(_node: &Self::Node) -> Vec<(TxnId, bool)> {
        Vec::new()
    }
}

/// A record of a commit protocol's log.
pub trait Logged: Clone {
    /// The transaction that it is about.
    fn txn(&self) -> TxnId;
    /// The decision that it records, if it does.
    fn outcome(&self) -> Option<Outcome>;
    /// A participant has learned the decision, or has aborted before it promised anything.
    fn ended(txn: TxnId, outcome: Outcome) -> Self;
}

/// A transaction at one that takes part in it and does not know how it ends.
pub trait Undecided {
    /// One of which nothing is done yet.
    fn begun(home: ProcessId) -> Self;
    /// The node that executes it.
    fn home(&self) -> ProcessId;
    /// Whether this node has promised to do whatever is decided.
    fn is_in_doubt(&self) -> bool;
    /// Whether this node, with that id, answers the client when the transaction ends here.
    fn answers(&self, me: ProcessId) -> bool;
}

/// Who executes transactions, and how long they wait.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Who holds which key.
    pub placement: Placement,
    /// Whether a transaction is executed by the participant that holds its first key, or else by the manager.
    pub is_executed_by_holder: bool,
    /// How long the node that executes a transaction waits for its participants, and a participant for the question
    /// whether it can commit.
    pub work_timeout: Time,
    /// How long a transaction waits for a lock.
    pub lock_timeout: Time,
}

impl Terms {
    /// The node that executes a transaction and answers its client.
    pub fn home(&self, op: &Transaction) -> ProcessId {
        let first = op.actions().first().filter(|_| self.is_executed_by_holder);
        first.map_or(MANAGER, |first| self.placement.holder(first.key()))
    }

    /// How long a wait may be.
    pub fn patience(&self, wait: Wait) -> Time {
        match wait {
            Wait::Work | Wait::Request => self.work_timeout,
            Wait::Lock => self.lock_timeout,
        }
    }
}

/// What is waited for before a transaction is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The node that executes it waits for its participants.
    Work,
    /// A participant that has done its part waits to be asked whether it can commit.
    Request,
    /// A participant waits for a lock.
    Lock,
}

/// What nodes tell each other before a transaction is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Do these actions.
    Do(Vec<Action>),
    /// That is done.
    Done {
        /// How often the participant had booted.
        life: u32,
        /// What it has read; `None` if it has aborted instead.
        reads: Option<Vec<Option<i64>>>,
    },
    /// The transaction is aborted.
    Undo,
}

/// A node of a commit protocol, as far as all have the same: log, database and what it works on.
#[derive(Clone, Debug, Hash)]
pub struct Site<R, T, E = Outcome> {
    /// How often it has booted.
    pub life: u32,
    /// Its log.
    pub log: Log<R>,
    /// Its part of the database.
    pub store: Store,
    /// The transactions that it executes, as the node that their clients asked.
    pub running: BTreeMap<TxnId, Execution>,
    /// What it knows of its clients.
    pub sessions: Sessions,
    /// The undecided transactions in which it takes part.
    pub parts: BTreeMap<TxnId, T>,
    /// How the transactions ended in which it took part.
    pub past: Past<E>,
    /// Whether it votes no the next time.
    pub is_unwilling: bool,
    /// What its last step has done.
    pub happened: Vec<Happened>,
}

impl<R: Logged, T: Undecided, E: Copy + From<Outcome>> Site<R, T, E> {
    /// One that boots: it knows nothing but its log.
    pub fn boot(durable: &Durable<R>) -> Self {
        let life = durable.life + 1;
        Self {
            life,
            log: Log::recover(&durable.log),
            store: Store::default(),
            running: BTreeMap::new(),
            sessions: Sessions::default(),
            parts: BTreeMap::new(),
            past: Past::default(),
            is_unwilling: durable.is_unwilling && life == 1,
            happened: Vec::new(),
        }
    }

    /// Writes a record that must be on disk before this step sends anything. Returns what the step has to persist.
    #[must_use]
    pub fn force(&mut self, record: R) -> Write<R> {
        self.happened.push(Happened::Forced { txn: record.txn() });
        Write::Force(self.log.force(record))
    }

    /// Whether it takes part in a transaction and has promised nothing.
    pub fn is_working(&self, txn: TxnId) -> bool {
        self.parts.get(&txn).is_some_and(|part| !part.is_in_doubt())
    }

    /// Whether it takes part in a transaction without having promised anything.
    pub fn has_work(&self) -> bool {
        self.parts.values().any(|part| !part.is_in_doubt())
    }

    /// Whether it is in doubt about a transaction.
    pub fn has_doubt(&self) -> bool {
        self.parts.values().any(T::is_in_doubt)
    }

    /// What the log has as decided on a transaction.
    pub fn recorded(&self, txn: TxnId) -> Option<Outcome> {
        let of_txn = self.log.iter().filter(|(record, _)| record.txn() == txn);
        of_txn.filter_map(|(record, _)| record.outcome()).last()
    }
}

impl<R: Logged, T: Undecided, E: Copy + From<Outcome>> Judged for Site<R, T, E> {
    fn happened(&self) -> &[Happened] {
        &self.happened
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn standing(&self, txn: TxnId) -> Standing {
        match self.parts.get(&txn) {
            Some(part) if part.is_in_doubt() => Standing::InDoubt,
            Some(_) => Standing::Nothing,
            None => self.recorded(txn).map_or(Standing::Nothing, Standing::Decided),
        }
    }
}
