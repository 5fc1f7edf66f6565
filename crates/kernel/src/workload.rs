//! What a client does by itself: operations drawn from a mix, at a pace.

use crate::{Latency, ProcessId};

/// The kinds of operations that a workload is mixed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// Reads a register.
    Read,
    /// Writes a register.
    Write,
    /// Writes a register if it holds what was written just before.
    CompareAndSet,
    /// Appends to a list.
    Append,
    /// Reads a list.
    ReadList,
}

impl OpKind {
    /// The kinds that a mix has weights for, in the order of [`Workload::weights`].
    pub const MIXED: [Self; 4] = [Self::Read, Self::Write, Self::CompareAndSet, Self::Append];
}

/// What a client does by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Workload {
    /// How often each of [`OpKind::MIXED`] is drawn, relative to the others; not all 0.
    pub weights: [u8; 4],
    /// How many registers, and how many lists, from 1 to [`Workload::KEYS_MAX`].
    pub keys: u8,
    /// When it invokes its next operation.
    pub pace: Pace,
    /// Which node it asks first.
    pub target: Target,
    /// How many operations it invokes; none for no end.
    pub operations: Option<u32>,
}

impl Workload {
    /// The most registers or lists.
    pub const KEYS_MAX: u8 = 6;
}

/// When a client invokes its next operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pace {
    /// So long after the last one ended: a closed loop.
    Think(Latency),
    /// So long after the last one was due, whether it has ended or not: an open loop, in which operations queue.
    Every(Latency),
}

impl Pace {
    /// The distribution of the time between.
    pub fn gap(&self) -> &Latency {
        match self {
            Self::Think(gap) | Self::Every(gap) => gap,
        }
    }
}

/// Which node a client asks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The one that it asked last, which is the one that answered.
    Last,
    /// Any, drawn anew for each operation.
    Any,
    /// Always that one.
    Node(ProcessId),
}
