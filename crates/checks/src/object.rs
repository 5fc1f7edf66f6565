//! What each kind of object does, one operation after another.

use crate::{Call, Value, transaction};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A kind of object that clients share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// Holds one value: read, write.
    Register,
    /// A register with compare-and-set.
    CasRegister,
    /// A register per key: read, write, compare-and-set, append.
    KeyValue,
    /// A list per key: read, append.
    ListAppend,
    /// Add, remove, contains, read.
    Set,
    /// Add, read.
    Counter,
    /// First in, first out: enqueue, dequeue.
    Queue,
    /// Held or free: acquire, release. Who releases is not judged.
    Lock,
    /// All keys together: transactions.
    Transactions,
}

impl Object {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Register,
        Self::CasRegister,
        Self::KeyValue,
        Self::ListAppend,
        Self::Set,
        Self::Counter,
        Self::Queue,
        Self::Lock,
        Self::Transactions,
    ];

    /// Its id on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::CasRegister => "cas-register",
            Self::KeyValue => "kv",
            Self::ListAppend => "list-append",
            Self::Set => "set",
            Self::Counter => "counter",
            Self::Queue => "queue",
            Self::Lock => "lock",
            Self::Transactions => "transactions",
        }
    }

    /// The kind of that id.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|object| object.id() == id)
    }

    /// What it holds before anything is done. Of transactions that is a list of pairs of a key and its value.
    pub fn initial(self) -> Value {
        match self {
            Self::Register | Self::CasRegister | Self::KeyValue => Value::Nil,
            Self::ListAppend | Self::Queue | Self::Transactions => Value::list([]),
            Self::Set => Value::set([]),
            Self::Counter => Value::Number(0),
            Self::Lock => Value::Bool(false),
        }
    }

    /// Whether it knows that operation.
    pub fn knows(self, call: &Call) -> bool {
        match call {
            Call::Read => !matches!(self, Self::Queue | Self::Lock | Self::Transactions),
            Call::Write(_) => matches!(self, Self::Register | Self::CasRegister | Self::KeyValue),
            Call::CompareAndSet(..) => matches!(self, Self::CasRegister | Self::KeyValue),
            Call::Append(_) => matches!(self, Self::KeyValue | Self::ListAppend),
            Call::Add(_) | Call::Remove(_) | Call::Contains(_) => self == Self::Set,
            Call::Increment(_) => self == Self::Counter,
            Call::Enqueue(_) | Call::Dequeue => self == Self::Queue,
            Call::Acquire | Call::Release => self == Self::Lock,
            Call::Transaction(_) => self == Self::Transactions,
        }
    }

    /// The state after an operation that returned that, or whose return is unknown; `None` where it contradicts the state.
    pub fn apply(self, state: &Value, call: &Call, returned: Option<&Value>) -> Option<Value> {
        let unless = |contradicts: bool, next: Value| (!contradicts).then_some(next);
        match call {
            Call::Read => unless(returned.is_some_and(|seen| !self.same(seen, state)), state.clone()),
            Call::Write(value) => Some(value.clone()),
            Call::CompareAndSet(expected, new) => {
                let holds = state == expected;
                let contradicts = matches!(returned, Some(Value::Bool(told)) if *told != holds);
                unless(contradicts, if holds { new.clone() } else { state.clone() })
            }
            Call::Append(value) => appended(state, value).or_else(|| returned.is_none().then(|| state.clone())),
            Call::Add(value) => Some(with_members(state, |set| set.insert(value.clone()))),
            Call::Remove(value) => Some(with_members(state, |set| set.remove(value))),
            Call::Contains(value) => {
                let has = state.members().any(|member| member == value);
                unless(matches!(returned, Some(Value::Bool(told)) if *told != has), state.clone())
            }
            Call::Increment(by) => match state {
                Value::Number(sum) => Some(Value::Number(sum.wrapping_add(*by))),
                Value::Nil | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Set(_) => None,
            },
            Call::Enqueue(value) => appended(state, value),
            Call::Dequeue => {
                let head = state.members().next().cloned().unwrap_or_default();
                unless(returned.is_some_and(|seen| *seen != head), Value::list(state.members().skip(1).cloned()))
            }
            Call::Acquire => unless(returned.is_some() && *state == Value::Bool(true), Value::Bool(true)),
            Call::Release => unless(returned.is_some() && *state == Value::Bool(false), Value::Bool(false)),
            Call::Transaction(actions) => transaction::perform(state, actions, returned),
        }
    }

    /// The state of a copy when another process's operation reaches it: its effect, whatever it saw where it happened.
    pub fn absorb(self, state: &Value, call: &Call, returned: Option<&Value>) -> Value {
        let after = match (call, returned) {
            (Call::CompareAndSet(_, new), Some(Value::Bool(true))) => return new.clone(),
            (Call::Dequeue, Some(taken)) => {
                let place = state.members().position(|member| member == taken);
                let rest = state.members().enumerate().filter(|(index, _)| Some(*index) != place);
                return Value::list(rest.map(|(_, member)| member.clone()));
            }
            (_, _) => self.apply(state, call, None),
        };
        after.unwrap_or_else(|| state.clone())
    }

    /// Whether operations that only let the state grow can lead from it to a value that was read: see [`Self::grows_by`].
    pub(crate) fn leads_to(self, state: &Value, seen: &Value) -> bool {
        match (state, seen) {
            (Value::Number(state), Value::Number(seen)) if self == Self::Counter => state <= seen,
            (Value::Text(state), Value::Text(seen)) => seen.starts_with(&**state),
            (Value::Set(_), _) => state.members().all(|member| seen.members().any(|other| other == member)),
            (Value::List(_), Value::List(_)) => {
                let mut seen = seen.members();
                state.members().all(|member| seen.next() == Some(member))
            }
            // Nothing becomes anything.
            (_, _) => state.members().next().is_none(),
        }
    }

    /// Whether an operation takes nothing away from a state that a later read could miss.
    pub(crate) fn grows_by(call: &Call) -> bool {
        match call {
            Call::Read | Call::Append(_) | Call::Add(_) | Call::Contains(_) => true,
            Call::Increment(by) => *by >= 0,
            Call::Write(_)
            | Call::CompareAndSet(..)
            | Call::Remove(_)
            | Call::Enqueue(_)
            | Call::Dequeue
            | Call::Acquire
            | Call::Release
            | Call::Transaction(_) => false,
        }
    }

    /// Whether a value that was read is the state. What was never appended reads as nil or as an empty list.
    fn same(self, seen: &Value, state: &Value) -> bool {
        if seen == state {
            return true;
        }
        match self {
            Self::ListAppend | Self::Set if matches!(seen, Value::Nil | Value::List(_) | Value::Set(_)) => {
                let (seen, state): (Vec<_>, Vec<_>) = (seen.members().collect(), state.members().collect());
                if self == Self::ListAppend {
                    return seen == state;
                }
                let distinct: BTreeSet<_> = seen.iter().collect();
                distinct.len() == seen.len() && distinct == state.iter().collect()
            }
            Self::Register
            | Self::CasRegister
            | Self::KeyValue
            | Self::ListAppend
            | Self::Set
            | Self::Counter
            | Self::Queue
            | Self::Lock
            | Self::Transactions => false,
        }
    }
}

/// A list with one more at its end, or a text with more; `None` where the state is neither.
fn appended(state: &Value, value: &Value) -> Option<Value> {
    match (state, value) {
        (Value::Text(text), Value::Text(more)) => Some(Value::text(&format!("{text}{more}"))),
        (Value::Nil | Value::List(_), _) => Some(Value::list(state.members().chain([value]).cloned())),
        (Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Set(_), _) => None,
    }
}

fn with_members(state: &Value, change: impl FnOnce(&mut BTreeSet<Value>) -> bool) -> Value {
    let mut set: BTreeSet<Value> = state.members().cloned().collect();
    change(&mut set);
    Value::Set(Rc::new(set))
}
