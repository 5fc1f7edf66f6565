//! The execution phase at the node that a client asks: which participant does what, what they have read, and what the
//! client has been told.

use super::op::{Action, Reply, Transaction};
use super::placement::Placement;
use super::{Member, TxnId};
use consistory_kernel::ProcessId;
use std::collections::BTreeMap;

/// A transaction whose participants work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Execution {
    op: Transaction,
    placement: Placement,
    /// Of each participant what it has answered.
    answers: BTreeMap<ProcessId, Option<Answered>>,
}

/// A participant that has done its part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Answered {
    life: u32,
    reads: Vec<Option<i64>>,
}

impl Execution {
    /// A transaction that nobody has begun to work on.
    pub fn new(op: Transaction, placement: Placement) -> Self {
        let answers = placement.split(op.actions()).into_keys().map(|holder| (holder, None)).collect();
        Self { op, placement, answers }
    }

    /// A participant has done its part, in that life, and has read that. Only its first answer counts: where there are
    /// two, a crash has undone the first, and it will vote no. Returns whether all participants have answered now.
    pub fn on_answer(&mut self, from: ProcessId, life: u32, reads: Vec<Option<i64>>) -> bool {
        let Some(answer) = self.answers.get_mut(&from) else { return false };
        answer.get_or_insert(Answered { life, reads });
        self.answers.values().all(Option::is_some)
    }

    /// What the client asked.
    pub fn op(&self) -> &Transaction {
        &self.op
    }

    /// What each participant has to do.
    pub fn parts(&self) -> BTreeMap<ProcessId, Vec<Action>> {
        self.placement.split(self.op.actions())
    }

    /// The participants, whether they have answered or not.
    pub fn participants(&self) -> impl Iterator<Item = ProcessId> {
        self.answers.keys().copied()
    }

    /// The participants that have not answered.
    pub fn missing(&self) -> impl Iterator<Item = ProcessId> {
        self.answers.iter().filter(|(_, answer)| answer.is_none()).map(|(id, _)| *id)
    }

    /// The participants that have answered, each in the life in which it did.
    pub fn members(&self) -> Vec<Member> {
        let answered = self.answers.iter().filter_map(|(id, answer)| Some((id, answer.as_ref()?)));
        answered.map(|(id, answer)| Member { id: *id, life: answer.life }).collect()
    }

    /// What the whole transaction has read, in the order of its reads; nothing for what is not known.
    pub fn reads(&self) -> Vec<Option<i64>> {
        let mut taken: BTreeMap<ProcessId, usize> = BTreeMap::new();
        let read = |action: &Action| {
            let holder = self.placement.holder(action.key());
            let place = taken.entry(holder).or_default();
            let value = self.answers.get(&holder).and_then(Option::as_ref).and_then(|answer| answer.reads.get(*place));
            *place += 1;
            value.copied().flatten()
        };
        self.op.actions().iter().filter(|action| !action.changes()).map(read).collect()
    }
}

/// What a node knows of its clients: of each the last operation that it has begun, and its reply once there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sessions {
    last: BTreeMap<ProcessId, (TxnId, Option<Reply>)>,
}

/// What is to be done with a client's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is new.
    New,
    /// It is being worked on: its client is answered when it is decided.
    UnderWay,
    /// It was answered, with that.
    Answered(Reply),
    /// The client has gone on to another operation.
    Outdated,
}

impl Sessions {
    /// What is to be done with a request.
    pub fn admit(&self, client: ProcessId, serial: u32) -> Admission {
        match self.last.get(&client) {
            Some((last, _)) if serial < last.serial => Admission::Outdated,
            Some((last, reply)) if serial == last.serial => {
                reply.clone().map_or(Admission::UnderWay, Admission::Answered)
            }
            Some(_) | None => Admission::New,
        }
    }

    /// A transaction begins, or is found in the log without its end.
    pub fn begin(&mut self, txn: TxnId) {
        if self.last.get(&txn.client).is_none_or(|(last, _)| last.order() < txn.order()) {
            self.last.insert(txn.client, (txn, None));
        }
    }

    /// A transaction has ended. Returns whether its client waits for the reply.
    pub fn end(&mut self, txn: TxnId, reply: Reply) -> bool {
        self.begin(txn);
        let Some((last, known)) = self.last.get_mut(&txn.client) else { return false };
        let is_last = *last == txn;
        if is_last {
            *known = Some(reply);
        }
        is_last
    }
}

/// What a participant remembers of the transactions that it has worked on in its present life, or finds in its log: of
/// each client the last one. A late or repeated message must not begin one anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Past<E> {
    last: BTreeMap<ProcessId, (TxnId, Option<E>)>,
}

impl<E> Default for Past<E> {
    fn default() -> Self {
        Self { last: BTreeMap::new() }
    }
}

impl<E: Copy> Past<E> {
    /// A transaction begins here; returns `false` if it, or a later one of its client, has begun already.
    pub fn begin(&mut self, txn: TxnId) -> bool {
        let is_new = self.last.get(&txn.client).is_none_or(|(last, _)| last.order() < txn.order());
        if is_new {
            self.last.insert(txn.client, (txn, None));
        }
        is_new
    }

    /// A transaction has ended here, or will never begin.
    pub fn end(&mut self, txn: TxnId, end: E) {
        self.begin(txn);
        if let Some((last, known)) = self.last.get_mut(&txn.client)
            && *last == txn
        {
            *known = Some(end);
        }
    }

    /// How a transaction has ended here, if that is remembered.
    pub fn ended(&self, txn: TxnId) -> Option<E> {
        self.last.get(&txn.client).filter(|(last, _)| *last == txn).and_then(|(_, end)| *end)
    }
}
