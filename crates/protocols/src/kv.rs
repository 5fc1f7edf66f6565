//! The replicated state machine that clients talk to: a key-value store with client sessions.
//!
//! Sessions make a retried command apply once: each client's last serial number is kept with its reply
//! (Raft dissertation §6.3, after Lampson's and Liskov's session tables).

use crate::spec::ClientOp;
use consistory_checks as checks;
use consistory_checks::{Call, Object};
use consistory_kernel::{Fact, OpKind, ProcessId};
use consistory_scene::{Arg, Text};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// A key: 1 to 8 letters, digits or underscores.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 8]);

impl Key {
    /// The key of that name; `None` unless it is 1 to 8 ASCII letters, digits or underscores.
    pub fn parse(name: &str) -> Option<Self> {
        let bytes = name.as_bytes();
        let fits = (1..=8).contains(&bytes.len());
        let plain = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if !fits || !plain {
            return None;
        }
        let mut padded = [0; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        Some(Self(padded))
    }

    /// The key as a fact of a note.
    pub fn fact(self) -> Fact {
        Fact::Name(self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.iter().take_while(|byte| **byte != 0);
        bytes.copied().try_for_each(|byte| write!(formatter, "{}", char::from(byte)))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Reads a key.
    Read(Key),
    /// Sets a key to a number.
    Write(Key, i64),
    /// Sets a key to the second number if it holds the first.
    CompareAndSet(Key, i64, i64),
    /// Appends a number to the list at a key.
    Append(Key, i64),
}

/// What a key holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A list of numbers.
    List(Rc<Vec<i64>>),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::List(list) => write!(formatter, "{list:?}"),
        }
    }
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// The value, if the key holds one.
    Read(Option<Value>),
    /// The write was done.
    Written,
    /// Whether the comparison held and the key was set.
    Swapped(bool),
    /// The number was appended.
    Appended,
    /// The key holds a list where a number is needed, or a number where a list is; nothing was changed.
    WrongKind,
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(Some(value)) => write!(formatter, "{value}"),
            Self::Read(None) => write!(formatter, "∅"),
            Self::Written | Self::Appended | Self::Swapped(true) => write!(formatter, "ok"),
            Self::Swapped(false) => write!(formatter, "≠"),
            Self::WrongKind => write!(formatter, "!"),
        }
    }
}

/// The key-value state, and the sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    values: BTreeMap<Key, Value>,
    sessions: BTreeMap<ProcessId, (u32, Reply)>,
}

impl Store {
    /// Applies a client's operation once: a repeated serial number gets the reply that was kept, an older one gets none.
    pub fn apply(&mut self, client: ProcessId, serial: u32, op: Op) -> Option<Reply> {
        match self.sessions.get(&client) {
            Some((last, _)) if serial < *last => return None,
            Some((last, reply)) if serial == *last => return Some(reply.clone()),
            _ => {}
        }
        let reply = self.execute(op);
        self.sessions.insert(client, (serial, reply.clone()));
        Some(reply)
    }

    /// The last serial number of a client that was applied, with its reply.
    pub fn session(&self, client: ProcessId) -> Option<&(u32, Reply)> {
        self.sessions.get(&client)
    }

    /// The state, in the order of keys.
    pub fn values(&self) -> impl Iterator<Item = (Key, &Value)> {
        self.values.iter().map(|(key, value)| (*key, value))
    }

    fn execute(&mut self, op: Op) -> Reply {
        match op {
            Op::Read(key) => Reply::Read(self.values.get(&key).cloned()),
            Op::Write(key, number) => {
                self.values.insert(key, Value::Number(number));
                Reply::Written
            }
            Op::CompareAndSet(key, expected, new) => match self.values.get_mut(&key) {
                Some(Value::Number(number)) if *number == expected => {
                    *number = new;
                    Reply::Swapped(true)
                }
                Some(Value::Number(_)) | None => Reply::Swapped(false),
                Some(Value::List(_)) => Reply::WrongKind,
            },
            Op::Append(key, number) => match self.values.entry(key).or_insert_with(|| Value::List(Rc::default())) {
                Value::List(list) => {
                    Rc::make_mut(list).push(number);
                    Reply::Appended
                }
                Value::Number(_) => Reply::WrongKind,
            },
        }
    }
}

impl fmt::Display for Op {
    /// The operation in the scenario language: `read x`, `write x 1`, `cas x 1 2`, `append x 3`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(key) => write!(formatter, "read {key}"),
            Self::Write(key, number) => write!(formatter, "write {key} {number}"),
            Self::CompareAndSet(key, expected, new) => write!(formatter, "cas {key} {expected} {new}"),
            Self::Append(key, number) => write!(formatter, "append {key} {number}"),
        }
    }
}

impl Op {
    /// An operation of that kind on the register or list of that number; a comparison is with the number before.
    pub fn of_kind(kind: OpKind, key: u32, value: i64) -> Self {
        let name = |names: [u8; 6]| {
            let mut padded = [0; 8];
            padded[0] = names[usize::try_from(key).unwrap_or(0) % names.len()];
            Key(padded)
        };
        let (register, list) = (name(*b"xyzuvw"), name(*b"lmnopq"));
        match kind {
            OpKind::Write => Self::Write(register, value),
            OpKind::Read => Self::Read(register),
            OpKind::ReadList => Self::Read(list),
            OpKind::CompareAndSet => Self::CompareAndSet(register, value - 1, value),
            OpKind::Append => Self::Append(list, value),
        }
    }
}

impl ClientOp for Op {
    type Reply = Reply;
    const OBJECT: Object = Object::KeyValue;
    const FORMS: &'static [&'static str] = &["read x", "write x 1", "cas x 1 2", "append l 3"];

    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = |word: &str| word.parse::<i64>().ok();
        match words.as_slice() {
            ["read", key] => Some(Self::Read(Key::parse(key)?)),
            ["write", key, value] => Some(Self::Write(Key::parse(key)?, number(value)?)),
            ["cas", key, expected, new] => Some(Self::CompareAndSet(Key::parse(key)?, number(expected)?, number(new)?)),
            ["append", key, value] => Some(Self::Append(Key::parse(key)?, number(value)?)),
            _ => None,
        }
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn label(&self) -> Text {
        let number = Arg::Number;
        match *self {
            Self::Read(key) => Text::key("kv.read").with("key", plain(key)),
            Self::Write(key, value) => Text::key("kv.write").with("key", plain(key)).with("value", number(value)),
            Self::CompareAndSet(key, old, new) => {
                Text::key("kv.cas").with("key", plain(key)).with("old", number(old)).with("new", number(new))
            }
            Self::Append(key, value) => Text::key("kv.append").with("key", plain(key)).with("value", number(value)),
        }
    }

    fn answered(&self, reply: &Reply) -> Text {
        match (*self, reply) {
            (Self::Read(key), Reply::Read(Some(value))) => {
                Text::key("kv.read.value").with("key", plain(key)).with("value", Arg::Plain(value.to_string()))
            }
            (Self::Read(key), Reply::Read(None)) => Text::key("kv.read.nothing").with("key", plain(key)),
            (Self::CompareAndSet(key, old, new), Reply::Swapped(false)) => {
                let numbers = Text::key("kv.cas.refused").with("old", Arg::Number(old)).with("new", Arg::Number(new));
                numbers.with("key", plain(key))
            }
            (op, Reply::WrongKind) => Text::key("kv.wrong_kind").with("operation", Arg::Plain(op.to_string())),
            (op, Reply::Read(_) | Reply::Written | Reply::Swapped(_) | Reply::Appended) => op.label(),
        }
    }

    fn call(&self) -> (checks::Value, Call) {
        let number = checks::Value::Number;
        let (key, call) = match *self {
            Self::Read(key) => (key, Call::Read),
            Self::Write(key, value) => (key, Call::Write(number(value))),
            Self::CompareAndSet(key, expected, new) => (key, Call::CompareAndSet(number(expected), number(new))),
            Self::Append(key, value) => (key, Call::Append(number(value))),
        };
        (checks::Value::text(&key.to_string()), call)
    }

    fn returned(reply: &Reply) -> Option<checks::Value> {
        Some(match reply {
            Reply::Read(Some(Value::Number(number))) => checks::Value::Number(*number),
            Reply::Read(Some(Value::List(list))) => {
                checks::Value::list(list.iter().copied().map(checks::Value::Number))
            }
            Reply::Read(None) | Reply::Written | Reply::Appended => checks::Value::Nil,
            Reply::Swapped(held) => checks::Value::Bool(*held),
            Reply::WrongKind => return None,
        })
    }

    fn reply_text(reply: &Reply) -> String {
        reply.to_string()
    }
}

fn plain(key: Key) -> Arg {
    Arg::Plain(key.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Key, Op, Reply, Store, Value};
    use crate::ClientOp;
    use consistory_kernel::ProcessId;
    use std::rc::Rc;

    const CLIENT: ProcessId = ProcessId(7);

    fn op(text: &str) -> Op {
        Op::parse(text).expect(text)
    }

    #[test]
    fn a_retried_command_applies_once() {
        let mut store = Store::default();
        assert_eq!(store.apply(CLIENT, 1, op("append x 1")), Some(Reply::Appended));
        assert_eq!(store.apply(CLIENT, 1, op("append x 1")), Some(Reply::Appended));
        assert_eq!(store.apply(CLIENT, 2, op("read x")), Some(Reply::Read(Some(Value::List(Rc::new(vec![1]))))));
        assert_eq!(store.apply(CLIENT, 1, op("append x 1")), None, "an older serial number is ignored");
    }

    #[test]
    fn operations_do_what_they_say() {
        let mut store = Store::default();
        let mut serial = 0;
        let mut apply = |text| {
            serial += 1;
            store.apply(CLIENT, serial, op(text)).expect("a new serial number")
        };
        assert_eq!(apply("read x"), Reply::Read(None));
        assert_eq!(apply("cas x 0 1"), Reply::Swapped(false));
        assert_eq!(apply("write x 5"), Reply::Written);
        assert_eq!(apply("cas x 4 6"), Reply::Swapped(false));
        assert_eq!(apply("cas x 5 6"), Reply::Swapped(true));
        assert_eq!(apply("read x"), Reply::Read(Some(Value::Number(6))));
        assert_eq!(apply("append x 1"), Reply::WrongKind);
    }

    #[test]
    fn the_text_form_round_trips() {
        for text in ["read x", "write key_1 -3", "cas a 1 2", "append list 9"] {
            assert_eq!(op(text).to_string(), text);
        }
        for text in ["", "read", "write x", "write x y", "read toolongkey", "read x y", "grow x 1"] {
            assert_eq!(Op::parse(text), None, "{text}");
        }
        assert_eq!(Key::parse("x!"), None);
    }
}
