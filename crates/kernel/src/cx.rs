//! [`Cx`]: everything a protocol can do during a step.

use crate::core::Core;
use crate::journal::{Fact, Journal, MarkKind};
use crate::{Answer, ProcessId, Protocol, Purpose, Time};
use core::ops::RangeInclusive;

/// The context of one step at one node. Effects are collected here and applied when the step returns.
pub struct Cx<'a, P: Protocol> {
    pub(crate) me: ProcessId,
    pub(crate) config: &'a P::Config,
    pub(crate) core: &'a mut Core,
    pub(crate) outbox: &'a mut Outbox<P>,
    pub(crate) journal: &'a mut Journal<P>,
}

/// The collected effects; its buffers are reused from step to step.
pub(crate) struct Outbox<P: Protocol> {
    pub(crate) writes: Vec<P::Write>,
    /// A timer and when it fires; `None` cancels it.
    pub(crate) timers: Vec<(P::Timer, Option<Time>)>,
    pub(crate) sends: Vec<(ProcessId, P::Message)>,
    pub(crate) replies: Vec<(ProcessId, u32, Answer<P::Reply>)>,
}

impl<P: Protocol> Default for Outbox<P> {
    fn default() -> Self {
        Self { writes: Vec::new(), timers: Vec::new(), sends: Vec::new(), replies: Vec::new() }
    }
}

impl<P: Protocol> Outbox<P> {
    pub(crate) fn len(&self) -> usize {
        self.writes.len() + self.timers.len() + self.sends.len() + self.replies.len()
    }
}

impl<P: Protocol> Cx<'_, P> {
    /// Sends a message to a node; one that does not exist is a mistake of the protocol.
    #[inline]
    pub fn send(&mut self, to: ProcessId, message: P::Message) {
        assert!(to.0 < self.core.nodes, "{} sends to {to}, which is no node", self.me);
        self.outbox.sends.push((to, message));
    }

    /// Answers a client's request; a client that does not exist is a mistake of the protocol.
    pub fn reply(&mut self, client: ProcessId, serial: u32, answer: Answer<P::Reply>) {
        let is_client = client.0 >= self.core.nodes && client.index() < self.core.processes.len();
        assert!(is_client, "{} answers {client}, which is no client", self.me);
        self.outbox.replies.push((client, serial, answer));
    }

    /// Arms a timer to fire after a duration of this node's own clock that somebody else draws from the range.
    /// A timer of the same name that is armed is replaced.
    pub fn set_timer(&mut self, timer: P::Timer, after: RangeInclusive<Time>) {
        let local = self.core.chooser.range(Purpose::Timers, *after.start(), *after.end());
        let real = self.core.processes[self.me.index()].real_duration(local);
        self.outbox.timers.push((timer, Some(self.core.time.saturating_add(real))));
    }

    /// Disarms a timer.
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.outbox.timers.push((timer, None));
    }

    /// Forces a write to stable storage. It is done before anything that this step sends leaves the node.
    pub fn persist(&mut self, write: P::Write) {
        self.outbox.writes.push(write);
    }

    /// One of `options` ways to go on, numbered from 0; somebody else decides.
    pub fn choose(&mut self, key: &'static str, options: u32) -> u32 {
        self.core.chooser.option(self.me, key, options)
    }

    /// Records a fact with its reason: a word key, and facts that fill its sentence.
    #[inline]
    pub fn note(&mut self, key: &'static str, facts: &[(&'static str, Fact)]) {
        let step = self.core.current();
        self.journal.note(step, self.me, None, key, facts);
    }

    /// Records a fact that is marked on the timeline.
    pub fn mark(&mut self, mark: MarkKind, key: &'static str, facts: &[(&'static str, Fact)]) {
        let step = self.core.current();
        self.journal.note(step, self.me, Some(mark), key, facts);
    }

    /// Tells the term, ballot or epoch that this node is in; the highest so far is the band of the timeline.
    pub fn epoch(&mut self, epoch: u64) {
        if epoch > self.core.epoch {
            self.core.epoch = epoch;
            let step = self.core.current();
            self.journal.epoch(self.core.time, step, epoch);
        }
    }

    /// This node.
    #[inline]
    pub fn me(&self) -> ProcessId {
        self.me
    }

    /// How many nodes there are.
    #[inline]
    pub fn nodes(&self) -> u16 {
        self.core.nodes
    }

    /// The other nodes, in order.
    #[inline]
    pub fn peers(&self) -> impl Iterator<Item = ProcessId> + use<P> {
        let me = self.me;
        (0..self.core.nodes).map(ProcessId).filter(move |peer| *peer != me)
    }

    /// What this node's own clock shows, in microseconds.
    pub fn now(&self) -> Time {
        self.core.processes[self.me.index()].local(self.core.time)
    }

    /// How many messages between nodes lie on the chain of causes that led to this step, since a client's request: 0 where
    /// a request arrives, one more than at the sender where a message does, and the same as when it was armed where a
    /// timer fires.
    pub fn delays(&self) -> u16 {
        self.core.delays
    }

    /// Parameters.
    #[inline]
    pub fn config(&self) -> &P::Config {
        self.config
    }

    /// Whether a rule is switched off.
    #[inline]
    pub fn is_off(&self, mutant: P::Mutant) -> bool {
        let bit: u8 = mutant.into();
        self.core.mutants >> bit & 1 == 1
    }
}
