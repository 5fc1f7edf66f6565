//! Transactions: reads and writes of several keys that take effect together, or not at all.
//!
//! The keys that transactions share are one object: a list of pairs of a key and its value, in the order of the keys. A
//! key that holds nothing is not in it, so that equal states are equal values.

use crate::Value;
use std::collections::BTreeMap;

/// What a transaction does to one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Reads the value of a key; it sees what its own transaction did before.
    Read(Value),
    /// Sets the value of the first, a key, to the second.
    Write(Value, Value),
    /// Adds to the number of a key; a negative number subtracts. What was never written counts from 0, and a sum beyond 64
    /// bits wraps, as that of a counter does.
    Add(Value, i64),
}

impl Action {
    /// The key that it is about.
    pub fn key(&self) -> &Value {
        match self {
            Self::Read(key) | Self::Write(key, _) | Self::Add(key, _) => key,
        }
    }
}

/// The state after a transaction, whose reads returned that list, or nobody knows what; `None` where it contradicts the
/// state: a read saw something else, or a number is added to what is no number.
pub(crate) fn perform(state: &Value, actions: &[Action], returned: Option<&Value>) -> Option<Value> {
    let mut changed: BTreeMap<&Value, Value> = BTreeMap::new();
    let mut returned = returned.map(Value::members);
    for action in actions {
        let key = action.key();
        let value = changed.get(key).or_else(|| value_of(state, key));
        match action {
            Action::Read(_) => {
                if let Some(returned) = &mut returned
                    && !is_value(value, returned.next()?)
                {
                    return None;
                }
            }
            Action::Write(_, new) => {
                changed.insert(key, new.clone());
            }
            Action::Add(_, by) => {
                let sum = sum(value, *by)?;
                changed.insert(key, sum);
            }
        }
    }
    let is_all = returned.is_none_or(|mut rest| rest.next().is_none());
    is_all.then(|| with(state, changed))
}

/// Whether a key holds a value; nil where it holds nothing.
pub(crate) fn holds(state: &Value, key: &Value, value: &Value) -> bool {
    is_value(value_of(state, key), value)
}

/// A number more than what a key holds; `None` where that is no number.
pub(crate) fn sum(held: Option<&Value>, by: i64) -> Option<Value> {
    match held {
        None | Some(Value::Nil) => Some(Value::Number(by)),
        Some(Value::Number(number)) => Some(Value::Number(number.wrapping_add(by))),
        Some(Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Set(_)) => None,
    }
}

fn is_value(held: Option<&Value>, value: &Value) -> bool {
    held.map_or(*value == Value::Nil, |held| held == value)
}

/// What a key holds.
fn value_of<'s>(state: &'s Value, key: &Value) -> Option<&'s Value> {
    let Value::List(pairs) = state else { return None };
    pairs.iter().filter_map(pair).find(|(held, _)| *held == key).map(|(_, value)| value)
}

fn pair(member: &Value) -> Option<(&Value, &Value)> {
    let Value::List(pair) = member else { return None };
    let [key, value] = &**pair else { return None };
    Some((key, value))
}

/// The state with other values in some keys. The pairs of the others are shared, not copied.
fn with(state: &Value, changed: BTreeMap<&Value, Value>) -> Value {
    if changed.is_empty() {
        return state.clone();
    }
    let pairs = state.members().filter_map(|member| Some((pair(member)?.0, member.clone())));
    let mut pairs: BTreeMap<&Value, Value> = pairs.collect();
    for (key, value) in changed {
        if value == Value::Nil {
            pairs.remove(key);
        } else {
            pairs.insert(key, Value::list([key.clone(), value]));
        }
    }
    Value::list(pairs.into_values())
}
