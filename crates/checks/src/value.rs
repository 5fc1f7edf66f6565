//! Values that clients write and read.

use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

/// A value in a client history.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Nothing: what was never written.
    #[default]
    Nil,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(Rc<str>),
    /// Values in their order.
    List(Rc<[Value]>),
    /// Values without an order.
    Set(Rc<BTreeSet<Value>>),
}

impl Value {
    /// A list.
    pub fn list(values: impl IntoIterator<Item = Self>) -> Self {
        Self::List(values.into_iter().collect())
    }

    /// A set.
    pub fn set(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Set(Rc::new(values.into_iter().collect()))
    }

    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }

    /// The members of a list or a set, in order.
    pub fn members(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter()),
            Self::Set(set) => Box::new(set.iter()),
            Self::Nil | Self::Bool(_) | Self::Number(_) | Self::Text(_) => Box::new(std::iter::empty()),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = match self {
            Self::Nil => return formatter.write_str("nil"),
            Self::Bool(yes) => return write!(formatter, "{yes}"),
            Self::Number(number) => return write!(formatter, "{number}"),
            Self::Text(text) => return write!(formatter, "{text:?}"),
            Self::List(_) => ("[", "]"),
            Self::Set(_) => ("{", "}"),
        };
        formatter.write_str(open)?;
        for (place, member) in self.members().enumerate() {
            if place > 0 {
                formatter.write_str(" ")?;
            }
            write!(formatter, "{member}")?;
        }
        formatter.write_str(close)
    }
}
