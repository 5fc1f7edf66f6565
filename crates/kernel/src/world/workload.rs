//! What clients do by themselves: the operations of their workloads, one after the other.

use super::World;
use super::clients::UNARMED;
use crate::journal::{Journal, StepKind};
use crate::queue::What;
use crate::{ClientPolicy, OpKind, Pace, ProcessId, Protocol, Purpose, Target, Workload};
use std::rc::Rc;

impl<P: Protocol> World<P> {
    pub(super) fn set_patience(&mut self, client: ProcessId, policy: ClientPolicy) {
        let slot = self.slot(client);
        self.clients[slot].policy = policy;
    }

    pub(super) fn set_workload(&mut self, client: ProcessId, workload: Option<Rc<Workload>>) {
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        state.left = workload.as_ref().and_then(|workload| workload.operations);
        state.workload = workload;
        state.arrival = UNARMED;
        self.schedule(client);
    }

    /// Schedules the next operation of a client's workload, if there is one.
    fn schedule(&mut self, client: ProcessId) {
        let slot = self.slot(client);
        let state = &mut self.clients[slot];
        state.arrival = UNARMED;
        let Some(workload) = state.workload.as_ref().filter(|_| state.left != Some(0)) else { return };
        let gap = self.core.chooser.latency(Purpose::Clients, workload.pace.gap()).max(1);
        state.arrival = self.core.queue.push(self.core.time + gap, What::Arrival(client));
    }

    /// After an operation: a client that works in a closed loop thinks about its next one.
    pub(super) fn think(&mut self, client: ProcessId) {
        let state = &self.clients[self.slot(client)];
        let closed = state.workload.as_ref().is_some_and(|workload| matches!(workload.pace, Pace::Think(_)));
        if closed && state.pending.is_none() && state.arrival == UNARMED {
            self.schedule(client);
        }
    }

    /// The next operation of a workload is due.
    pub(super) fn arrive(&mut self, client: ProcessId, journal: &mut Journal<P>) {
        let slot = self.slot(client);
        self.clients[slot].arrival = UNARMED;
        let Some(workload) = self.clients[slot].workload.clone() else { return };
        self.begin(journal, StepKind::Client, crate::StepId::NONE, client, client, 2, 0);
        if let Some(left) = &mut self.clients[slot].left {
            *left -= 1;
        }
        if matches!(workload.pace, Pace::Every(_)) {
            self.schedule(client);
        }
        // A queue that is full loses what arrives, as a client that is overwhelmed does.
        if self.clients[slot].queue.len() >= self.core.limits.waiting as usize {
            return;
        }
        let kind = self.draw_kind(&workload);
        let key = self.draw(u64::from(workload.keys));
        let target = match workload.target {
            Target::Last => None,
            Target::Any => Some(ProcessId(u16::try_from(self.draw(u64::from(self.core.nodes))).unwrap_or(0))),
            Target::Node(node) => Some(node),
        };
        self.core.last_value += 1;
        let value = self.core.last_value;
        if let Some(op) = P::operation(kind, u32::try_from(key).unwrap_or(0), value) {
            self.invoke(client, op, target, journal);
        }
    }

    fn draw(&mut self, options: u64) -> u64 {
        self.core.chooser.range(Purpose::Clients, 0, options.max(1) - 1)
    }

    /// One of the kinds by their weights; lists are read as often as they are appended to, of all that changes something.
    fn draw_kind(&mut self, workload: &Workload) -> OpKind {
        let [_, write, cas, append] = workload.weights.map(u64::from);
        let total: u64 = workload.weights.iter().map(|weight| u64::from(*weight)).sum();
        let mut left = self.draw(total);
        let mut drawn = OpKind::Read;
        for (weight, kind) in workload.weights.iter().zip(OpKind::MIXED) {
            drawn = kind;
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => break,
            }
        }
        if drawn == OpKind::Read && append > 0 && self.draw(write + cas + append) < append {
            return OpKind::ReadList;
        }
        drawn
    }
}
