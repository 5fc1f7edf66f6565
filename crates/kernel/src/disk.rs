//! A node's stable storage, and what a crash can still take from it.

use crate::{DiskFate, Protocol, Time};
use std::collections::VecDeque;
use std::rc::Rc;

/// Stable storage with its last writes kept apart, so that a crash can undo them.
#[derive(Clone)]
pub(crate) struct Disk<P: Protocol> {
    /// As it is with every write performed: what the node believes.
    written: Rc<P::Durable>,
    /// As it was before the writes of `tail`.
    base: Rc<P::Durable>,
    /// The last writes, each with the time by which it is done.
    tail: VecDeque<(Time, P::Write)>,
}

impl<P: Protocol> Disk<P> {
    pub(crate) fn new(prepared: P::Durable) -> Self {
        let written = Rc::new(prepared);
        Self { base: Rc::clone(&written), written, tail: VecDeque::new() }
    }

    pub(crate) fn contents(&self) -> &Rc<P::Durable> {
        &self.written
    }

    /// Performs a write that is done by `done`; what was done by `now` and is older than any crash can tear becomes final.
    pub(crate) fn write(&mut self, write: P::Write, now: Time, done: Time) {
        P::write(Rc::make_mut(&mut self.written), &write);
        self.tail.push_back((done, write));
        // By halves, so that the copy that sharing costs is paid seldom.
        if self.tail.len() >= 4 * usize::from(DiskFate::TORN_MAX) {
            let most = self.tail.len() - usize::from(DiskFate::TORN_MAX);
            let done = self.tail.iter().take(most).take_while(|(done, _)| *done <= now).count();
            let base = Rc::make_mut(&mut self.base);
            for (_, write) in self.tail.drain(..done) {
                P::write(base, &write);
            }
        }
    }

    /// What a crash leaves of it. Writes that are not done are gone in any case.
    pub(crate) fn crash(&mut self, fate: DiskFate, now: Time) {
        let undone = self.tail.iter().rev().take_while(|(done, _)| *done > now).count();
        let gone = match fate {
            DiskFate::Kept => undone,
            DiskFate::Torn(writes) => undone.max(usize::from(writes)),
            DiskFate::Lost => {
                *self = Self::new(P::Durable::default());
                return;
            }
        };
        if gone == 0 {
            return;
        }
        self.tail.truncate(self.tail.len().saturating_sub(gone));
        let mut left = (*self.base).clone();
        for (_, write) in &self.tail {
            P::write(&mut left, write);
        }
        self.written = Rc::new(left);
    }
}
