//! What clients do when they ask: invoke, follow redirects, retry with the same serial number, give up.

use super::World;
use crate::client::Pending;
use crate::journal::{Journal, OperationEvent, OperationStage, StepKind};
use crate::queue::What;
use crate::{Answer, Body, Outcome, ProcessId, Protocol, Request, StepId};
use core::hash::Hash;

/// The queue entry of a timer that is not armed.
pub(super) const UNARMED: u32 = u32::MAX;

impl<P: Protocol> World<P> {
    pub(super) fn pending_of(&self, client: ProcessId) -> Option<&Pending<P>> {
        self.client(client)?.pending.as_ref()
    }

    pub(super) fn slot(&self, client: ProcessId) -> usize {
        client.index() - usize::from(self.core.nodes)
    }

    /// Invokes an operation, or queues it behind the one that the client waits for.
    pub(super) fn invoke(&mut self, client: ProcessId, op: P::Op, target: Option<ProcessId>, journal: &mut Journal<P>) {
        let slot = self.slot(client);
        op.hash(&mut self.core.digest);
        self.clients[slot].queue.push_back((op, target));
        if self.clients[slot].pending.is_none() {
            self.begin_operation(client, journal);
        }
    }

    /// Begins the next queued operation, if there is one.
    fn begin_operation(&mut self, client: ProcessId, journal: &mut Journal<P>) {
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        let Some((op, target)) = state.queue.pop_front() else { return };
        state.target = target.unwrap_or(state.target);
        state.serial += 1;
        let serial = state.serial;
        let now = self.core.time;
        let cause = self.core.current();
        let invoked = OperationStage::Invoked(op.clone());
        journal.operation(OperationEvent { step: cause, time: now, client, serial, delays: 0, stage: invoked });
        let give_up = self.core.queue.push(now + state.policy.give_up_after, What::GiveUp(client));
        self.clients[slot].pending =
            Some(Pending { op, invoked_at: now, attempts: 0, redirects: 0, cause, retry: UNARMED, give_up });
        self.ask(client);
    }

    /// Sends the pending operation to the client's target, and arms the retry timer.
    fn ask(&mut self, client: ProcessId) {
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        let retry = self.core.queue.push(self.core.time + state.policy.retry_after, What::Retry(client));
        let Some(pending) = &mut state.pending else { return };
        pending.attempts += 1;
        pending.cause = self.core.current();
        pending.retry = retry;
        let request = Request { client, serial: state.serial, op: pending.op.clone() };
        let target = state.target;
        self.send(client, target, Body::Request(request));
    }

    /// The step that a client's patience is counted from.
    fn cause_of(&self, client: ProcessId) -> StepId {
        self.pending_of(client).map_or(StepId::NONE, |pending| pending.cause)
    }

    fn next_target(&self, client: ProcessId) -> ProcessId {
        let now = self.clients[self.slot(client)].target;
        ProcessId((now.0 + 1) % self.core.nodes)
    }

    pub(super) fn on_response(
        &mut self,
        client: ProcessId,
        serial: u32,
        answer: Answer<P::Reply>,
        journal: &mut Journal<P>,
    ) {
        let next = self.next_target(client);
        let nodes = self.core.nodes;
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        let Some(pending) = state.pending.as_mut().filter(|_| state.serial == serial) else { return };
        match answer {
            Answer::Done(reply) => self.end_operation(client, Outcome::Ok(reply), journal),
            Answer::Failed => self.end_operation(client, Outcome::Failed, journal),
            Answer::Redirect(hint) => {
                state.target = hint.filter(|node| node.0 < nodes).unwrap_or(next);
                // Without a hint, or when servers point at each other in circles, the retry timer sets the pace.
                if hint.is_some() && pending.redirects < u32::from(nodes) {
                    pending.redirects += 1;
                    self.ask(client);
                }
            }
        }
    }

    pub(super) fn retry(&mut self, client: ProcessId, journal: &mut Journal<P>) {
        let cause = self.cause_of(client);
        self.begin(journal, StepKind::Client, cause, client, client, 0, 0);
        let next = self.next_target(client);
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        state.target = next;
        if let Some(pending) = &mut state.pending {
            pending.redirects = 0;
        }
        self.ask(client);
    }

    pub(super) fn give_up(&mut self, client: ProcessId, journal: &mut Journal<P>) {
        let cause = self.cause_of(client);
        self.begin(journal, StepKind::Client, cause, client, client, 1, 0);
        self.end_operation(client, Outcome::Unknown, journal);
    }

    fn end_operation(&mut self, client: ProcessId, outcome: Outcome<P::Reply>, journal: &mut Journal<P>) {
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        state.pending = None;
        let serial = state.serial;
        match outcome {
            Outcome::Ok(_) => self.core.counters.operations_ok += 1,
            Outcome::Failed => self.core.counters.operations_failed += 1,
            Outcome::Unknown => self.core.counters.operations_unknown += 1,
        }
        let (step, time, delays) = (self.core.current(), self.core.time, self.core.delays);
        journal.operation(OperationEvent { step, time, client, serial, delays, stage: OperationStage::Ended(outcome) });
        self.begin_operation(client, journal);
        self.think(client);
    }
}
