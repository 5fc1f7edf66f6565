//! What clients ask: a transaction of several actions, which takes effect as a whole or not at all.

use super::Outcome;
use crate::kv::Key;
use crate::spec::ClientOp;
use consistory_checks as checks;
use consistory_kernel::OpKind;
use consistory_scene::{Arg, Text};
use std::fmt;
use std::rc::Rc;

/// One action of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reads a key.
    Read(Key),
    /// Sets a key.
    Write(Key, i64),
    /// Adds to what a key holds; one that was never written counts as 0.
    Add(Key, i64),
}

impl Action {
    /// The key that it is about.
    pub fn key(self) -> Key {
        match self {
            Self::Read(key) | Self::Write(key, _) | Self::Add(key, _) => key,
        }
    }

    /// Whether it changes the key.
    pub fn changes(self) -> bool {
        match self {
            Self::Read(_) => false,
            Self::Write(..) | Self::Add(..) => true,
        }
    }

    /// As a picture shows it, without what a read has returned: `x ?`, `y ← 2`, `z − 10`.
    fn symbol(self) -> String {
        match self {
            Self::Read(key) => format!("{key} ?"),
            Self::Write(key, value) => format!("{key} ← {value}"),
            Self::Add(key, by) if by < 0 => format!("{key} − {}", by.unsigned_abs()),
            Self::Add(key, by) => format!("{key} + {by}"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = |word: &str| word.parse::<i64>().ok();
        match words.as_slice() {
            ["read", key] => Some(Self::Read(Key::parse(key)?)),
            ["write", key, value] => Some(Self::Write(Key::parse(key)?, number(value)?)),
            ["add", key, by] => Some(Self::Add(Key::parse(key)?, number(by)?)),
            _ => None,
        }
    }

    fn checked(self) -> checks::Action {
        let name = |key: Key| checks::Value::text(&key.to_string());
        match self {
            Self::Read(key) => checks::Action::Read(name(key)),
            Self::Write(key, value) => checks::Action::Write(name(key), checks::Value::Number(value)),
            Self::Add(key, by) => checks::Action::Add(name(key), by),
        }
    }
}

impl fmt::Display for Action {
    /// As in the scenario language: `read x`, `write y 2`, `add z -10`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(key) => write!(formatter, "read {key}"),
            Self::Write(key, value) => write!(formatter, "write {key} {value}"),
            Self::Add(key, by) => write!(formatter, "add {key} {by}"),
        }
    }
}

/// A transaction: 1 to [`Transaction::ACTIONS_MAX`] actions, done in their order where they are about the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transaction(Rc<[Action]>);

impl Transaction {
    /// The most actions of a transaction.
    pub const ACTIONS_MAX: usize = 8;

    /// A transaction of these actions; `None` where there are none or too many.
    pub fn new(actions: &[Action]) -> Option<Self> {
        (1..=Self::ACTIONS_MAX).contains(&actions.len()).then(|| Self(actions.into()))
    }

    /// Its actions.
    pub fn actions(&self) -> &[Action] {
        &self.0
    }

    /// A transaction of that kind on the key of that number and on its neighbour, which another participant holds where
    /// there are two: reads of both, a write of both that reads the first, a transfer, a sum that is read.
    pub fn of_kind(kind: OpKind, key: u32, value: i64) -> Self {
        let (one, other) = (register(key), register(key ^ 1));
        let amount = value.rem_euclid(10) + 1;
        let actions = match kind {
            OpKind::Read => vec![Action::Read(one), Action::Read(other)],
            OpKind::ReadList => vec![Action::Read(other)],
            OpKind::Write => vec![Action::Read(one), Action::Write(one, value), Action::Write(other, value)],
            OpKind::CompareAndSet => vec![Action::Add(one, -amount), Action::Add(other, amount)],
            OpKind::Append => vec![Action::Read(other), Action::Add(one, amount), Action::Read(one)],
        };
        Self(actions.into())
    }

    /// As a picture shows it; the values in the order of its reads, as far as they are known.
    fn symbols(&self, reads: &[Option<i64>]) -> String {
        let mut reads = reads.iter();
        let symbol = |action: &Action| match action {
            Action::Read(key) => match reads.next() {
                Some(Some(value)) => format!("{key} → {value}"),
                Some(None) => format!("{key} → ∅"),
                None => action.symbol(),
            },
            Action::Write(..) | Action::Add(..) => action.symbol(),
        };
        self.0.iter().map(symbol).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Transaction {
    /// As in the scenario language: `txn read x, write y 2`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(formatter, "txn {}", actions.join(", "))
    }
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// It has taken effect; the values that it has read, in the order of its reads.
    Committed(Vec<Option<i64>>),
    /// It has not taken effect and never will.
    Aborted,
}

impl Reply {
    /// What a client is told of a transaction with that outcome, which has read that.
    pub fn of(outcome: Outcome, reads: Vec<Option<i64>>) -> Self {
        match outcome {
            Outcome::Commit => Self::Committed(reads),
            Outcome::Abort => Self::Aborted,
        }
    }
}

impl ClientOp for Transaction {
    type Reply = Reply;
    const OBJECT: checks::Object = checks::Object::Transactions;
    const FORMS: &'static [&'static str] = &["txn read x, write y 2, add z -10"];

    fn parse(text: &str) -> Option<Self> {
        let actions = text.trim().strip_prefix("txn").filter(|rest| rest.starts_with(char::is_whitespace))?;
        let actions: Vec<Action> = actions.split(',').map(Action::parse).collect::<Option<_>>()?;
        Self::new(&actions)
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn label(&self) -> Text {
        Text::plain(self.symbols(&[]))
    }

    fn answered(&self, reply: &Reply) -> Text {
        match reply {
            Reply::Committed(reads) => Text::plain(self.symbols(reads)),
            Reply::Aborted => Text::key("transaction.aborted").with("operation", Arg::Plain(self.symbols(&[]))),
        }
    }

    fn call(&self) -> (checks::Value, checks::Call) {
        let actions = self.0.iter().copied().map(Action::checked).collect();
        (checks::Value::Nil, checks::Call::Transaction(actions))
    }

    fn returned(reply: &Reply) -> Option<checks::Value> {
        match reply {
            Reply::Committed(reads) => {
                let value = |read: &Option<i64>| read.map_or(checks::Value::Nil, checks::Value::Number);
                Some(checks::Value::list(reads.iter().map(value)))
            }
            Reply::Aborted => None,
        }
    }

    fn reply_text(reply: &Reply) -> String {
        match reply {
            Reply::Committed(reads) => format!("✓ {}", values_text(reads)).trim_end().to_owned(),
            Reply::Aborted => "✗".to_owned(),
        }
    }
}

/// Values that were read, one after the other.
pub fn values_text(reads: &[Option<i64>]) -> String {
    let text = |read: &Option<i64>| read.map_or("∅".to_owned(), |value| value.to_string());
    reads.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// The key of a number.
fn register(number: u32) -> Key {
    const NAMES: [u8; 6] = *b"xyzuvw";
    let place = usize::try_from(number).unwrap_or(0) % NAMES.len();
    let mut padded = [0; 8];
    padded[0] = NAMES[place];
    Key(padded)
}
