//! Messages of a round that leave one at a time, so that a crash can come between them.

use consistory_kernel::ProcessId;
use std::collections::VecDeque;

/// Messages that wait for their turn; a crash loses them. A step of the simulator is never interrupted, but a
/// coordinator that tells its participants something is: some have been told, and others not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outbox<M> {
    waiting: VecDeque<(ProcessId, M)>,
}

impl<M> Default for Outbox<M> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<M> Outbox<M> {
    /// Puts a message behind those that wait. Returns whether it is the first, so that somebody must come for it.
    pub fn put(&mut self, to: ProcessId, message: M) -> bool {
        self.waiting.push_back((to, message));
        self.waiting.len() == 1
    }

    /// The next message that leaves.
    pub fn take(&mut self) -> Option<(ProcessId, M)> {
        self.waiting.pop_front()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
