//! What clients ask of a register, and what they are told.

use crate::kv::Key;
use crate::spec::ClientOp;
use consistory_checks as checks;
use consistory_checks::{Call, Object};
use consistory_kernel::OpKind;
use consistory_scene::{Arg, Text};
use std::fmt;

/// An operation on the register of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Reads it.
    Read(Key),
    /// Sets it to a number.
    Write(Key, i64),
}

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// The value, if the register was ever written.
    Read(Option<i64>),
    /// The write was done.
    Written,
}

impl fmt::Display for Op {
    /// The operation in the scenario language: `read x`, `write x 1`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(key) => write!(formatter, "read {key}"),
            Self::Write(key, value) => write!(formatter, "write {key} {value}"),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(Some(value)) => write!(formatter, "{value}"),
            Self::Read(None) => write!(formatter, "∅"),
            Self::Written => write!(formatter, "ok"),
        }
    }
}

impl Op {
    /// The register that it is about.
    pub fn key(self) -> Key {
        match self {
            Self::Read(key) | Self::Write(key, _) => key,
        }
    }

    /// Whether it is a write.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Write(..))
    }

    /// An operation of that kind on a register by its number; none for what a register cannot do.
    pub fn of_kind(kind: OpKind, key: u32, value: i64) -> Option<Self> {
        match kind {
            OpKind::Read => Some(Self::Read(register(key))),
            OpKind::Write => Some(Self::Write(register(key), value)),
            OpKind::CompareAndSet | OpKind::Append | OpKind::ReadList => None,
        }
    }
}

impl ClientOp for Op {
    type Reply = Reply;
    const OBJECT: Object = Object::KeyValue;
    const FORMS: &'static [&'static str] = &["read x", "write x 1"];

    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["read", key] => Some(Self::Read(Key::parse(key)?)),
            ["write", key, value] => Some(Self::Write(Key::parse(key)?, value.parse().ok()?)),
            _ => None,
        }
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn label(&self) -> Text {
        let name = Arg::Plain(self.key().to_string());
        match self {
            Self::Read(_) => Text::key("kv.read").with("key", name),
            Self::Write(_, value) => Text::key("kv.write").with("key", name).with("value", Arg::Number(*value)),
        }
    }

    fn answered(&self, reply: &Reply) -> Text {
        let name = Arg::Plain(self.key().to_string());
        match (self, reply) {
            (Self::Read(_), Reply::Read(Some(value))) => {
                Text::key("kv.read.value").with("key", name).with("value", Arg::Plain(value.to_string()))
            }
            (Self::Read(_), Reply::Read(None)) => Text::key("kv.read.nothing").with("key", name),
            (Self::Read(_) | Self::Write(..), Reply::Read(_) | Reply::Written) => self.label(),
        }
    }

    fn call(&self) -> (checks::Value, Call) {
        let call = match self {
            Self::Read(_) => Call::Read,
            Self::Write(_, value) => Call::Write(checks::Value::Number(*value)),
        };
        (checks::Value::text(&self.key().to_string()), call)
    }

    fn returned(reply: &Reply) -> Option<checks::Value> {
        Some(match reply {
            Reply::Read(Some(value)) => checks::Value::Number(*value),
            Reply::Read(None) | Reply::Written => checks::Value::Nil,
        })
    }

    fn reply_text(reply: &Reply) -> String {
        reply.to_string()
    }
}

/// The name of a register by its number.
fn register(number: u32) -> Key {
    const NAMES: [u8; 6] = *b"xyzuvw";
    let place = usize::try_from(number).unwrap_or(0) % NAMES.len();
    let mut padded = [0; 8];
    padded[0] = NAMES[place];
    Key(padded)
}
