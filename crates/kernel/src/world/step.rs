//! One event: taken from the queue, handled by its process, its effects applied, its properties judged.

use super::{ArmedTimer, World};
use crate::core::{Limit, Transit};
use crate::cx::Cx;
use crate::journal::{Begin, Journal, MarkKind, StepKind};
use crate::queue::What;
use crate::{
    Body, Event, Fact, Fate, Flight, MessageId, Observation, ProcessId, ProcessStatus, Protocol, StepId, Time,
};
use core::hash::Hash;
use std::rc::Rc;

impl<P: Protocol> World<P> {
    /// Processes the next event; `false` when there is none, or a limit ended the run.
    pub fn step(&mut self, journal: &mut Journal<P>) -> bool {
        if self.core.halted.is_some() {
            return false;
        }
        let Some(entry) = self.core.queue.pop() else { return false };
        self.core.time = self.core.time.max(entry.time);
        match entry.what {
            What::Flight(slot) if self.core.adversary && self.put_off(slot, journal) => {}
            What::Flight(slot) => self.end_flight(slot, journal),
            What::Timer(node) => self.fire(node, entry.sequence, journal),
            What::Retry(client) => self.retry(client, journal),
            What::GiveUp(client) => self.give_up(client, journal),
            What::Arrival(client) => self.arrive(client, journal),
            What::Flap(place) => self.turn_flap(place, journal),
            What::Fault => self.next_fault(journal),
            What::Relief => self.relieve(entry.sequence, journal),
        }
        self.close(journal);
        true
    }

    /// Boots a node at the start of the run.
    pub(super) fn boot(&mut self, node: ProcessId, journal: &mut Journal<P>) {
        self.begin(journal, StepKind::Boot, StepId::NONE, node, node, u32::from(node.0), 0);
        self.start(node, journal);
        journal.end();
    }

    /// Runs the protocol's start on a node that is down.
    pub(super) fn start(&mut self, id: ProcessId, journal: &mut Journal<P>) {
        let disk = Rc::clone(self.disks[id.index()].contents());
        let mut cx = Cx {
            me: id,
            config: &*self.config,
            core: &mut self.core,
            outbox: &mut self.outbox,
            journal: &mut *journal,
        };
        let node = P::start(&mut cx, &disk);
        drop(disk);
        self.nodes[id.index()] = Some(Rc::new(node));
        self.settle(id, journal);
    }

    #[expect(clippy::too_many_arguments, reason = "these are the columns of a step record")]
    pub(super) fn begin(
        &mut self,
        journal: &mut Journal<P>,
        kind: StepKind,
        cause: StepId,
        actor: ProcessId,
        peer: ProcessId,
        item: u32,
        detail: u8,
    ) {
        self.core.count_step(kind as u8, actor, item);
        self.core.delays = 0;
        journal.begin(Begin { time: self.core.time, cause, kind, detail, actor, peer, item });
    }

    pub(super) fn end_flight(&mut self, slot: u32, journal: &mut Journal<P>) {
        let Some(flight) = self.flights.take(slot) else { return };
        let reason = match flight.fate {
            Fate::Doomed { wall: true, .. } => Some("kernel.lost.wall"),
            Fate::Doomed { wall: false, .. } => Some("kernel.lost.chance"),
            Fate::Travelling | Fate::Held { .. } => self.obstacle(&flight),
        };
        if let Some(reason) = reason {
            self.lose(&flight, reason, journal);
            return;
        }
        let Flight { id, from, to, cause, delays, body, .. } = flight;
        self.begin(journal, StepKind::Deliver, cause, to, from, id.0, body.kind());
        self.core.counters.delivered += 1;
        match body {
            Body::Peer(message) => {
                self.core.delays = delays.saturating_add(1);
                self.handle(to, Event::Message { from, message }, journal);
            }
            Body::Request(request) => self.handle(to, Event::Client(request), journal),
            Body::Response { serial, answer } => {
                self.core.delays = delays;
                self.on_response(to, serial, answer, journal);
            }
        }
    }

    /// Why a message cannot be delivered now, although nothing stopped it when it was sent.
    fn obstacle(&self, flight: &Flight<P>) -> Option<&'static str> {
        if !self.core.network.passes(flight.from, flight.to) {
            return Some("kernel.lost.wall");
        }
        let down = self.core.processes[flight.to.index()].status == ProcessStatus::Crashed;
        down.then_some("kernel.lost.down")
    }

    pub(super) fn lose(&mut self, flight: &Flight<P>, reason: &'static str, journal: &mut Journal<P>) {
        let (from, to) = (flight.from, flight.to);
        self.begin(journal, StepKind::Lose, flight.cause, to, from, flight.id.0, flight.body.kind());
        self.core.counters.dropped += 1;
        let step = self.core.current();
        journal.note(step, to, None, reason, &[("from", Fact::Process(from)), ("to", Fact::Process(to))]);
    }

    fn fire(&mut self, node: ProcessId, sequence: u32, journal: &mut Journal<P>) {
        let armed = &mut self.timers[node.index()];
        let Some(position) = armed.iter().position(|armed| armed.sequence == sequence) else { return };
        let ArmedTimer { timer, cause, delays, .. } = armed.swap_remove(position);
        self.begin(journal, StepKind::Timer, cause, node, node, 0, 0);
        self.core.delays = delays;
        timer.hash(&mut self.core.digest);
        self.handle(node, Event::Timer(timer), journal);
    }

    #[inline]
    fn handle(&mut self, id: ProcessId, event: Event<P>, journal: &mut Journal<P>) {
        let Some(node) = &mut self.nodes[id.index()] else { return };
        let mut cx = Cx {
            me: id,
            config: &*self.config,
            core: &mut self.core,
            outbox: &mut self.outbox,
            journal: &mut *journal,
        };
        P::step(&mut cx, Rc::make_mut(node), event);
        self.settle(id, journal);
    }

    /// Applies the effects of a step in the order write, timers, messages; then judges the properties.
    fn settle(&mut self, id: ProcessId, journal: &mut Journal<P>) {
        let mut outbox = core::mem::take(&mut self.outbox);
        if outbox.len() > self.core.limits.effects as usize {
            self.core.halted = Some(Limit::Effects);
        }
        if !outbox.writes.is_empty() {
            self.persist(id, &mut outbox.writes);
        }
        for (timer, fires_at) in outbox.timers.drain(..) {
            self.arm(id, timer, fires_at);
        }
        for (to, message) in outbox.sends.drain(..) {
            message.hash(&mut self.core.digest);
            let body = Body::Peer(message);
            self.core.counters.messages += 1;
            self.core.counters.bytes += u64::from(body.size());
            self.send(id, to, body);
        }
        for (client, serial, answer) in outbox.replies.drain(..) {
            answer.hash(&mut self.core.digest);
            self.send(id, client, Body::Response { serial, answer });
        }
        self.outbox = outbox;
        self.judge(id, journal);
    }

    /// Performs the writes of a step. What the step sends leaves when they are done.
    fn persist(&mut self, id: ProcessId, writes: &mut Vec<P::Write>) {
        let now = self.core.time;
        let process = &mut self.core.processes[id.index()];
        if process.disk_delay > 0 {
            process.writes_until = now.max(process.writes_until) + process.disk_delay;
        }
        let done = now.max(process.writes_until);
        for write in writes.drain(..) {
            write.hash(&mut self.core.digest);
            self.disks[id.index()].write(write, now, done);
            self.core.counters.forced_writes += 1;
        }
    }

    #[inline]
    fn arm(&mut self, id: ProcessId, timer: P::Timer, fires_at: Option<Time>) {
        let armed = &mut self.timers[id.index()];
        let position = armed.iter().position(|armed| armed.timer == timer);
        let Some(fires_at) = fires_at else {
            if let Some(position) = position {
                armed.swap_remove(position);
            }
            return;
        };
        self.core.digest.word(fires_at);
        let sequence = self.core.queue.push(fires_at, What::Timer(id));
        let (cause, delays) = (self.core.current(), self.core.delays);
        let new = ArmedTimer { timer, armed_at: self.core.time, fires_at, cause, delays, sequence };
        match position {
            Some(position) => armed[position] = new,
            None => armed.push(new),
        }
    }

    /// Judges the properties after a change of that node.
    pub(super) fn judge(&mut self, changed: ProcessId, journal: &mut Journal<P>) {
        let seen = Observation { nodes: &self.nodes, changed, time: self.core.time, config: &*self.config };
        P::observe(Rc::make_mut(&mut self.monitor), &seen, &mut self.verdict);
        self.core.reached |= self.verdict.reached;
        if self.verdict.violated.is_empty() {
            return;
        }
        for (property, nodes) in core::mem::take(&mut self.verdict.violated) {
            let facts = [("property", Fact::Number(i64::from(property)))];
            if self.core.find(property, nodes) {
                journal.note(self.core.current(), changed, Some(MarkKind::Finding), "kernel.finding", &facts);
            }
        }
    }

    /// Puts a message on the network.
    pub(super) fn send(&mut self, from: ProcessId, to: ProcessId, body: Body<P>) {
        let transit = self.core.transit(from, to, body.size());
        self.core.counters.sent += 1;
        self.core.digest.word(u64::from(to.0) << 48 ^ transit.arrives);
        let kind = body.kind();
        let original = transit.copy.map(|arrives| (arrives, body.clone()));
        let id = self.launch(from, to, transit, None, body);
        if let Some((arrives, body)) = original {
            self.launch(from, to, Transit { arrives, fate: Fate::Travelling, ..transit }, Some(id), body);
        }
        if self.core.network.find_trap(from, to, kind).is_some()
            && let Some(act) = Rc::make_mut(&mut self.core.network).spring(from, to, kind)
            && let Some(slot) = self.flights.find(|flight| flight.id == id)
        {
            self.act_on(slot, act);
        }
    }

    pub(super) fn launch(
        &mut self,
        from: ProcessId,
        to: ProcessId,
        transit: Transit,
        copy_of: Option<MessageId>,
        body: Body<P>,
    ) -> MessageId {
        let id = MessageId(self.core.next_message);
        self.core.next_message += 1;
        let Transit { departs: departed_at, arrives: arrives_at, fate, .. } = transit;
        let ends_at = match fate {
            Fate::Doomed { at, .. } => at,
            Fate::Travelling | Fate::Held { .. } => arrives_at,
        };
        let slot = self.flights.vacancy();
        let sequence = self.core.queue.push(ends_at, What::Flight(slot));
        let sent_at = self.core.time;
        let cause = self.core.current();
        let delays = self.core.delays;
        let flight =
            Flight { id, copy_of, from, to, sent_at, departed_at, arrives_at, cause, delays, fate, body, sequence };
        self.flights.fill(slot, flight);
        id
    }
}
