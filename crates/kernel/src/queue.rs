//! What is scheduled: a priority queue ordered by (time, sequence number), free of protocol types.

use crate::{ProcessId, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A scheduled happening. Cancelled ones stay in the queue and are recognised by their owner when they come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scheduled {
    pub(crate) time: Time,
    /// Unique in the run; breaks ties in the order of scheduling.
    pub(crate) sequence: u32,
    pub(crate) what: What,
    /// Whether it has had its turn at a slow node.
    pub(crate) served: bool,
}

/// What happens then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// The message in that slot reaches its end: its receiver, or the place where it is lost.
    Flight(u32),
    /// A timer of that node.
    Timer(ProcessId),
    /// A client's patience with one server ends.
    Retry(ProcessId),
    /// A client's patience with an operation ends.
    GiveUp(ProcessId),
    /// The next operation of a client's workload.
    Arrival(ProcessId),
    /// A flapping link comes or goes, by its place in the network's list.
    Flap(u32),
    /// The next fault of a storm.
    Fault,
    /// A fault of a storm ends.
    Relief,
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<Scheduled>>,
    next_sequence: u32,
}

impl Queue {
    /// Schedules and returns the sequence number.
    #[inline]
    pub(crate) fn push(&mut self, time: Time, what: What) -> u32 {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.heap.push(Reverse(Scheduled { time, sequence, what, served: false }));
        sequence
    }

    /// Puts back something that was popped, unchanged: it comes before everything that was due later.
    pub(crate) fn put_back(&mut self, scheduled: Scheduled) {
        self.heap.push(Reverse(scheduled));
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<Scheduled> {
        self.heap.peek().map(|entry| entry.0)
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Scheduled> {
        self.heap.pop().map(|entry| entry.0)
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }
}
