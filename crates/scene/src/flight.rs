//! Messages in flight.

use crate::{Text, Tone};
use consistory_kernel::{MessageId, ProcessId, StepId, Time};

/// A message on its way. Its place is a pure function of virtual time: see [`Flight::progress`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Its number in the run.
    pub id: MessageId,
    /// Sender.
    pub from: ProcessId,
    /// Receiver.
    pub to: ProcessId,
    /// The step that sent it.
    pub cause: StepId,
    /// When it was sent.
    pub sent_at: Time,
    /// When it arrives (or would have, if it is doomed).
    pub arrives_at: Time,
    /// What becomes of it.
    pub fate: Fate,
    /// The kind's letter, for example `A`.
    pub letter: char,
    /// The kind's shape.
    pub shape: Shape,
    /// Filled for a request, hollow for a reply.
    pub filled: bool,
    /// The outcome that a reply carries.
    pub sign: Sign,
    /// The tint: its term.
    pub tone: Tone,
    /// The kind's name in the paper, for example `AppendEntries`.
    pub name: Text,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It travels.
    Travelling,
    /// It will be lost at that time, before it arrives.
    Doomed {
        /// When it bursts.
        at: Time,
    },
    /// Somebody holds it until released; it stays where it was at that time.
    Held {
        /// When it was stopped.
        since: Time,
    },
}

/// The shape of a message kind, so that colour is never the only difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
    /// A triangle that points up.
    Triangle,
    /// A six-sided figure.
    Hexagon,
}

/// The outcome that a reply carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Not a reply, or without an outcome.
    None,
    /// Granted, accepted, done.
    Plus,
    /// Denied, refused.
    Minus,
}

impl Flight {
    /// The part of the way that is behind it at `time`, from 0 at the sender to 1 at the receiver.
    pub fn progress(&self, time: Time) -> f64 {
        let now = match self.fate {
            Fate::Travelling => time,
            Fate::Doomed { at } => time.min(at),
            Fate::Held { since } => time.min(since),
        };
        let total = self.arrives_at.saturating_sub(self.sent_at).max(1);
        let gone = now.saturating_sub(self.sent_at).min(total);
        #[expect(clippy::cast_precision_loss, reason = "durations stay far below 2^52 microseconds")]
        let fraction = gone as f64 / total as f64;
        fraction
    }
}
