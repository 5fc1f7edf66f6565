//! Node cards and clients.

use crate::{Text, Tone};
use consistory_kernel::{ProcessId, Time};

/// A node as the stage shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Which node.
    pub id: ProcessId,
    /// Its name in scripts, picture and words alike, for example `n1`.
    pub name: String,
    /// Whether it runs.
    pub status: Status,
    /// Its role, for example "Leader".
    pub role: Text,
    /// How the border says the role.
    pub emphasis: Emphasis,
    /// The tint of the card: its term.
    pub tone: Tone,
    /// The badge in the corner, for example "term 2".
    pub badge: Text,
    /// The timer that the user sees emptying, if one is armed.
    pub timer: Option<TimerArc>,
    /// Votes or acknowledgements that fill toward a quorum.
    pub dots: Option<Dots>,
    /// The log; none of a protocol without logs.
    pub strip: Option<Strip>,
    /// Short facts below the log, for example the key-value state.
    pub fields: Vec<Field>,
    /// What is wrong with its clock, its processor and its disk.
    pub health: Health,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Running.
    Up,
    /// Stopped; what was not persisted is gone.
    Crashed,
    /// Not executing, but alive: everything waits for it.
    Paused,
}

/// How a border says a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// Thin: a follower.
    Plain,
    /// Dashed: a candidate.
    Tentative,
    /// Thick: a leader.
    Strong,
}

/// A timer as an arc that empties; what it shows at a time is `(fires_at - time) / (fires_at - armed_at)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerArc {
    /// What happens when it fires.
    pub name: Text,
    /// When it was set.
    pub armed_at: Time,
    /// When it fires.
    pub fires_at: Time,
}

impl TimerArc {
    /// The part that is left at `time`, from 1 down to 0.
    pub fn remaining(&self, time: Time) -> f64 {
        let total = self.fires_at.saturating_sub(self.armed_at).max(1);
        let left = self.fires_at.saturating_sub(time).min(total);
        #[expect(clippy::cast_precision_loss, reason = "durations stay far below 2^52 microseconds")]
        let fraction = left as f64 / total as f64;
        fraction
    }
}

/// Dots that fill toward a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dots {
    /// How many there are.
    pub have: u16,
    /// How many make a quorum.
    pub quorum: u16,
    /// How many there could be.
    pub total: u16,
}

/// The log of a node, newest cells last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// How many older cells are not listed.
    pub hidden: u32,
    /// The last cells.
    pub cells: Vec<Cell>,
}

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its index in the log, from 1.
    pub index: u32,
    /// What the cell shows: its term.
    pub label: String,
    /// The tint: its term.
    pub tone: Tone,
    /// Solid when committed, dashed when not, as far as its node knows.
    pub committed: bool,
    /// Ticked when applied to the state machine.
    pub applied: bool,
    /// What it holds, for example `x ← 1`.
    pub title: Text,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: Text,
    /// The value.
    pub value: Text,
}

/// A client, and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Which process.
    pub id: ProcessId,
    /// Its name, for example `c1`.
    pub name: String,
    /// The node that it asks first.
    pub target: ProcessId,
    /// Its operations, oldest first; the last few only.
    pub operations: Vec<ClientOperation>,
}

/// One operation of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOperation {
    /// What was asked, and where it is known what came back: `x ← 1`, `x → 2`.
    pub label: Text,
    /// When it was invoked.
    pub invoked_at: Time,
    /// When it ended, unless it is pending.
    pub ended_at: Option<Time>,
    /// Where it stands.
    pub state: OperationState,
}

/// Where an operation stands, as its client knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationState {
    /// No answer yet.
    Pending,
    /// It took effect.
    Ok,
    /// It never took effect.
    Failed,
    /// It may have taken effect, or may yet.
    Unknown,
}

/// What is wrong with a process that runs; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Its clock's rate: real time plus that many parts per million.
    pub skew_ppm: i32,
    /// By how much its clock was set forward, or back, in microseconds.
    pub jumped: i64,
    /// How long it takes over whatever reaches it, in microseconds.
    pub slow: Time,
    /// How long a forced write takes, in microseconds.
    pub slow_disk: Time,
}
