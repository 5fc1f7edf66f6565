//! What clients did and saw: operations with the span of time in which each took effect, if it did.

use crate::{Action, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// What a client asks of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Reads the whole value.
    Read,
    /// Sets the value.
    Write(Value),
    /// Sets the value to the second if it is the first.
    CompareAndSet(Value, Value),
    /// Appends to a list, or a text to a text.
    Append(Value),
    /// Adds a member to a set.
    Add(Value),
    /// Removes a member from a set.
    Remove(Value),
    /// Asks whether a set has a member.
    Contains(Value),
    /// Adds to a counter; a negative number subtracts.
    Increment(i64),
    /// Puts a value at the end of a queue.
    Enqueue(Value),
    /// Takes the value at the head of a queue.
    Dequeue,
    /// Takes a lock.
    Acquire,
    /// Gives a lock back.
    Release,
    /// Does these one after another, and nobody else anything in between.
    Transaction(Rc<[Action]>),
}

/// How an operation ended, as its client knows it. One that never took effect is no part of a history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It took effect between its invocation and its end, and returned this: the value of a read or a dequeue, whether a
    /// comparison held, whether a set has a member, the list of what a transaction's reads saw, in their order; nil
    /// otherwise.
    Ok(Value),
    /// It may have taken effect at any time after its invocation, or may yet, or never.
    Unknown,
}

/// One operation of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Whose: a process has one operation at a time.
    pub process: u64,
    /// On which object; nil where there is only one, as for transactions.
    pub key: Value,
    /// What was asked.
    pub call: Call,
    /// What came of it.
    pub outcome: Outcome,
    /// The position of its invocation among all invocations and ends.
    pub invoked: u32,
    /// The position of its end; `u32::MAX` where the outcome is unknown.
    pub ended: u32,
    /// The time of its invocation, in the unit of the record; for showing only.
    pub invoked_at: u64,
    /// The time of its end, where it is known.
    pub ended_at: Option<u64>,
}

impl Operation {
    /// What it returned, where that is known.
    pub fn returned(&self) -> Option<&Value> {
        match &self.outcome {
            Outcome::Ok(value) => Some(value),
            Outcome::Unknown => None,
        }
    }

    /// Whether it only looks: it leaves every object as it found it.
    pub fn only_observes(&self) -> bool {
        match (&self.call, &self.outcome) {
            (Call::Read | Call::Contains(_), _)
            | (Call::CompareAndSet(..), Outcome::Ok(Value::Bool(false)))
            | (Call::Dequeue, Outcome::Ok(Value::Nil)) => true,
            (Call::Transaction(actions), _) => actions.iter().all(|action| matches!(action, Action::Read(_))),
            (
                Call::Write(_)
                | Call::CompareAndSet(..)
                | Call::Append(_)
                | Call::Add(_)
                | Call::Remove(_)
                | Call::Increment(_)
                | Call::Enqueue(_)
                | Call::Dequeue
                | Call::Acquire
                | Call::Release,
                _,
            ) => false,
        }
    }

    /// Whether nobody could tell if it happened: it only looks, and what it saw is unknown.
    pub fn tells_nothing(&self) -> bool {
        self.only_observes() && self.outcome == Outcome::Unknown
    }
}

/// A client history, in the order of invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    operations: Vec<Operation>,
}

impl History {
    /// The operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

/// Why a line does not belong to a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The process invokes while its last operation has not ended.
    StillWaiting {
        /// Which.
        process: u64,
    },
    /// An operation of the process ends, and none has begun.
    NothingInvoked {
        /// Which.
        process: u64,
    },
    /// There are more lines than a position can count.
    TooLong,
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StillWaiting { process } => {
                write!(
                    formatter,
                    "process {process} invokes an operation while its last one has not ended; a process does one thing at a time"
                )
            }
            Self::NothingInvoked { process } => {
                write!(formatter, "an operation of process {process} ends that was never invoked")
            }
            Self::TooLong => write!(formatter, "the history is too long"),
        }
    }
}

/// Builds a history from invocations and ends in the order of real time.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    operations: Vec<Option<Operation>>,
    open: BTreeMap<u64, usize>,
    position: u32,
}

impl Recorder {
    /// A process invokes an operation.
    pub fn invoke(&mut self, process: u64, key: Value, call: Call, at: u64) -> Result<(), Misfit> {
        if self.open.contains_key(&process) {
            return Err(Misfit::StillWaiting { process });
        }
        let invoked = self.next()?;
        self.open.insert(process, self.operations.len());
        let outcome = Outcome::Unknown;
        let operation =
            Operation { process, key, call, outcome, invoked, ended: u32::MAX, invoked_at: at, ended_at: None };
        self.operations.push(Some(operation));
        Ok(())
    }

    /// The process's operation took effect and returned that.
    pub fn succeed(&mut self, process: u64, returned: Value, at: u64) -> Result<(), Misfit> {
        let ended = self.next()?;
        let place = self.end(process)?;
        if let Some(operation) = &mut self.operations[place] {
            operation.outcome = Outcome::Ok(returned);
            operation.ended = ended;
            operation.ended_at = Some(at);
        }
        Ok(())
    }

    /// The process's operation never took effect: a transaction was aborted.
    pub fn fail(&mut self, process: u64) -> Result<(), Misfit> {
        self.next()?;
        let place = self.end(process)?;
        self.operations[place] = None;
        Ok(())
    }

    /// Nobody knows what becomes of the process's operation.
    pub fn lose(&mut self, process: u64, at: u64) -> Result<(), Misfit> {
        self.next()?;
        let place = self.end(process)?;
        if let Some(operation) = &mut self.operations[place] {
            operation.ended_at = Some(at);
        }
        Ok(())
    }

    /// The operation that the process waits for.
    pub fn pending(&self, process: u64) -> Option<&Operation> {
        self.operations.get(*self.open.get(&process)?)?.as_ref()
    }

    /// The history so far. What has not ended has an unknown outcome.
    pub fn history(&self) -> History {
        History { operations: self.operations.iter().flatten().cloned().collect() }
    }

    fn next(&mut self) -> Result<u32, Misfit> {
        let position = self.position;
        self.position = position.checked_add(1).filter(|next| *next < u32::MAX).ok_or(Misfit::TooLong)?;
        Ok(position)
    }

    fn end(&mut self, process: u64) -> Result<usize, Misfit> {
        self.open.remove(&process).ok_or(Misfit::NothingInvoked { process })
    }
}
