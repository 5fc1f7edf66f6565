//! Texts as word keys with arguments, and tones as meanings.

use consistory_kernel::{ProcessId, Time};

/// A sentence or a label: a key of a `words.yml`, and what fills its `%{name}` holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The word key, for example `raft.role.leader`.
    pub key: &'static str,
    /// Arguments by the name of the hole.
    pub args: Vec<(&'static str, Arg)>,
}

/// What fills a hole of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A plain number.
    Number(i64),
    /// A process, shown by its name (`n1`, `c1`).
    Process(ProcessId),
    /// A virtual time or duration in microseconds, shown in milliseconds.
    Time(Time),
    /// What a user or a protocol wrote itself, such as a key, a value or a file position; shown as it is.
    Plain(String),
    /// Another word key without arguments.
    Word(&'static str),
    /// Another text.
    Text(Box<Text>),
}

impl Text {
    /// A text without arguments.
    pub fn key(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// The same text with one more argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, arg: Arg) -> Self {
        self.args.push((name, arg));
        self
    }

    /// A text that is shown as it is, for data that has no translation.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { key: "plain", args: vec![("text", Arg::Plain(text.into()))] }
    }
}

/// A meaning that a colour, a pattern and a weight express; the page decides how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// No meaning of its own.
    #[default]
    Neutral,
    /// Less important than its surroundings.
    Muted,
    /// The term, ballot or epoch with this number modulo 6.
    Epoch(u8),
    /// A success.
    Good,
    /// A failure or a violation.
    Bad,
    /// Worth attention.
    Warning,
    /// What clients do.
    Client,
}

impl Tone {
    /// The tone of a term, ballot or epoch; 0 is the one before the first.
    pub fn epoch(number: u64) -> Self {
        if number == 0 { Self::Neutral } else { Self::Epoch(u8::try_from(number % 6).unwrap_or(0)) }
    }
}
