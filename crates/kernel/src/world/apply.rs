//! Edits: checked first, then applied whole.

use super::World;
use crate::journal::{Journal, MarkKind, StepKind};
use crate::network::{GROUPS_MAX, Network};
use crate::queue::What;
use crate::{
    DiskFate, Edit, Fact, Fate, Latency, MessageAct, MessageId, PPM, Ppm, ProcessId, ProcessStatus, Protocol, StepId,
    Time,
};
use core::hash::Hash;
use std::rc::Rc;

/// Why an edit cannot be applied. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// There is no such process.
    NoSuchProcess(ProcessId),
    /// A node is needed, and this is a client.
    NotANode(ProcessId),
    /// A client is needed, and this is a node.
    NotAClient(ProcessId),
    /// The node is down.
    IsDown(ProcessId),
    /// The node is not down.
    IsUp(ProcessId),
    /// The node is not paused.
    NotPaused(ProcessId),
    /// The node has no timer armed.
    NoTimer(ProcessId),
    /// The message is not in flight (any more).
    NoSuchMessage(MessageId),
    /// The message is held already, or is not.
    WrongHold(MessageId),
    /// A value is out of its range.
    OutOfRange,
    /// The protocol has no parameter of that number and kind.
    NoSuchParameter(u8),
    /// The client has too many operations waiting.
    TooManyWaiting(ProcessId),
    /// A limit ended the run.
    Halted,
}

/// A clock may run at half to double speed.
const SKEW_MAX: i32 = 500_000;

/// Nothing is delayed or re-armed by more than a day of virtual time.
const FAR: Time = 86_400_000_000;

impl<P: Protocol> World<P> {
    /// Does something to the run at this instant; the edit is a step of its own.
    pub fn apply(&mut self, edit: &Edit<P>, journal: &mut Journal<P>) -> Result<(), EditError> {
        self.check(edit)?;
        let actor = self.actor(edit);
        let number = self.core.edits;
        self.core.edits += 1;
        self.begin(journal, StepKind::Edit, StepId::NONE, actor, actor, number, 0);
        edit.hash(&mut self.core.digest);
        self.perform(edit, journal);
        self.close(journal);
        Ok(())
    }

    /// Whether an edit could be applied now.
    pub fn check(&self, edit: &Edit<P>) -> Result<(), EditError> {
        if self.core.halted.is_some() {
            return Err(EditError::Halted);
        }
        match edit {
            Edit::Crash(node, _) | Edit::Pause(node) => self.alive(*node),
            Edit::Restart(node) => match self.status_of(*node)? {
                ProcessStatus::Crashed => Ok(()),
                ProcessStatus::Up | ProcessStatus::Paused => Err(EditError::IsUp(*node)),
            },
            Edit::Resume(node) => match self.status_of(*node)? {
                ProcessStatus::Paused => Ok(()),
                ProcessStatus::Up | ProcessStatus::Crashed => Err(EditError::NotPaused(*node)),
            },
            Edit::Skew(node, ppm) => {
                self.status_of(*node)?;
                in_range(i64::from(*ppm), -i64::from(SKEW_MAX), i64::from(SKEW_MAX))
            }
            Edit::Rearm(node, after) => {
                self.alive(*node)?;
                self.leading_timer(*node).ok_or(EditError::NoTimer(*node))?;
                duration(*after)
            }
            Edit::Cut(from, to) | Edit::Mend(from, to) => self.exists(*from).and(self.exists(*to)),
            Edit::Partition(groups) => {
                (1..GROUPS_MAX).contains(&groups.len()).then_some(()).ok_or(EditError::OutOfRange)?;
                groups.iter().flatten().try_for_each(|process| self.exists(*process))
            }
            Edit::Heal => Ok(()),
            Edit::Answer(choice) => self.status_of(choice.process).map(|_| ()),
            Edit::Latency(latency) => latency_range(latency),
            Edit::LinkLatency(from, to, latency) => {
                self.exists(*from).and(self.exists(*to)).and(latency_range(latency))
            }
            Edit::Loss(ratio) | Edit::Duplication(ratio) => probability(*ratio),
            Edit::Tune(parameter, setting) => {
                let mut trial = (*self.config).clone();
                P::tune(&mut trial, *parameter, setting).then_some(()).ok_or(EditError::NoSuchParameter(*parameter))
            }
            Edit::Message(id, act) => self.check_message(*id, *act),
            Edit::NextMessage { from, to, act, .. } => {
                self.exists(*from).and(self.exists(*to))?;
                if let MessageAct::Delay(by) = act { duration(*by) } else { Ok(()) }
            }
            Edit::Invoke { client, target, .. } => {
                target.map_or(Ok(()), |node| self.status_of(node).map(|_| ()))?;
                let state = self.client(*client).ok_or(EditError::NotAClient(*client))?;
                let room = state.queue.len() < self.core.limits.waiting as usize;
                room.then_some(()).ok_or(EditError::TooManyWaiting(*client))
            }
        }
    }

    fn check_message(&self, id: MessageId, act: MessageAct) -> Result<(), EditError> {
        let slot = self.flights.find(|flight| flight.id == id).ok_or(EditError::NoSuchMessage(id))?;
        let held = matches!(self.flights.get(slot).map(|flight| flight.fate), Some(Fate::Held { .. }));
        match act {
            MessageAct::Hold if held => Err(EditError::WrongHold(id)),
            MessageAct::Release if !held => Err(EditError::WrongHold(id)),
            MessageAct::Delay(by) => duration(by),
            MessageAct::Hold | MessageAct::Release | MessageAct::Drop | MessageAct::Deliver | MessageAct::Duplicate => {
                Ok(())
            }
        }
    }

    fn exists(&self, process: ProcessId) -> Result<(), EditError> {
        self.process(process).map(|_| ()).ok_or(EditError::NoSuchProcess(process))
    }

    fn status_of(&self, node: ProcessId) -> Result<ProcessStatus, EditError> {
        let process = self.process(node).ok_or(EditError::NoSuchProcess(node))?;
        if node.0 >= self.core.nodes { Err(EditError::NotANode(node)) } else { Ok(process.status) }
    }

    /// A node that is not down; a pause does not matter.
    fn alive(&self, node: ProcessId) -> Result<(), EditError> {
        match self.status_of(node)? {
            ProcessStatus::Crashed => Err(EditError::IsDown(node)),
            ProcessStatus::Up | ProcessStatus::Paused => Ok(()),
        }
    }

    fn actor(&self, edit: &Edit<P>) -> ProcessId {
        match edit {
            Edit::Crash(node, _)
            | Edit::Restart(node)
            | Edit::Pause(node)
            | Edit::Resume(node)
            | Edit::Skew(node, _)
            | Edit::Rearm(node, _)
            | Edit::Cut(node, _)
            | Edit::Mend(node, _)
            | Edit::LinkLatency(node, _, _)
            | Edit::NextMessage { from: node, .. }
            | Edit::Invoke { client: node, .. } => *node,
            Edit::Answer(choice) => choice.process,
            Edit::Message(id, _) => {
                let slot = self.flights.find(|flight| flight.id == *id);
                slot.and_then(|slot| self.flights.get(slot)).map_or(ProcessId(0), |flight| flight.from)
            }
            Edit::Partition(_)
            | Edit::Heal
            | Edit::Latency(_)
            | Edit::Loss(_)
            | Edit::Duplication(_)
            | Edit::Tune(..) => ProcessId(0),
        }
    }

    fn perform(&mut self, edit: &Edit<P>, journal: &mut Journal<P>) {
        match edit {
            Edit::Crash(node, disk) => self.crash(*node, *disk, journal),
            Edit::Restart(node) => {
                self.core.processes[node.index()].status = ProcessStatus::Up;
                self.tell(journal, MarkKind::Fault, "kernel.restarted", *node);
                self.start(*node, journal);
            }
            Edit::Pause(node) => {
                self.core.processes[node.index()].status = ProcessStatus::Paused;
                self.tell(journal, MarkKind::Fault, "kernel.paused", *node);
            }
            Edit::Resume(node) => self.resume(*node, journal),
            Edit::Skew(node, ppm) => self.skew(*node, *ppm, journal),
            Edit::Rearm(node, after) => self.rearm(*node, *after, journal),
            Edit::Invoke { client, op, target } => {
                self.tell(journal, MarkKind::Client, "kernel.invoked", *client);
                self.invoke(*client, op.clone(), *target, journal);
            }
            Edit::Tune(parameter, setting) => {
                P::tune(Rc::make_mut(&mut self.config), *parameter, setting);
                self.tell(journal, MarkKind::Network, "kernel.tuned", ProcessId(0));
            }
            Edit::Message(id, act) => {
                if let Some(slot) = self.flights.find(|flight| flight.id == *id) {
                    self.act_on(slot, *act);
                }
                self.tell_message(journal, *act, *id);
            }
            Edit::NextMessage { from, to, kind, act } => self.act_on_next(*from, *to, *kind, *act),
            Edit::Answer(choice) => self.core.chooser.answer(*choice),
            Edit::Cut(..)
            | Edit::Mend(..)
            | Edit::Partition(_)
            | Edit::Heal
            | Edit::Latency(_)
            | Edit::LinkLatency(..)
            | Edit::Loss(_)
            | Edit::Duplication(_) => self.change_network(edit, journal),
        }
    }

    fn change_network(&mut self, edit: &Edit<P>, journal: &mut Journal<P>) {
        let (nodes, processes) = (self.core.nodes, self.core.processes.len());
        let network: &mut Network = Rc::make_mut(&mut self.core.network);
        let (key, from, to) = match edit {
            Edit::Cut(from, to) => {
                network.cut(*from, *to);
                ("kernel.cut", *from, *to)
            }
            Edit::Mend(from, to) => {
                network.mend(*from, *to);
                ("kernel.mended", *from, *to)
            }
            Edit::Partition(groups) => {
                network.divide(groups, nodes, processes);
                ("kernel.partitioned", ProcessId(0), ProcessId(0))
            }
            Edit::Heal => {
                network.heal();
                ("kernel.healed", ProcessId(0), ProcessId(0))
            }
            Edit::LinkLatency(from, to, latency) => {
                network.link_latency.insert((*from, *to), latency.clone());
                ("kernel.tuned", *from, *to)
            }
            Edit::Latency(latency) => {
                network.latency = latency.clone();
                ("kernel.tuned", ProcessId(0), ProcessId(0))
            }
            Edit::Loss(ratio) => {
                network.loss = *ratio;
                ("kernel.tuned", ProcessId(0), ProcessId(0))
            }
            Edit::Duplication(ratio) => {
                network.duplicate = *ratio;
                ("kernel.tuned", ProcessId(0), ProcessId(0))
            }
            Edit::Crash(..)
            | Edit::Restart(_)
            | Edit::Pause(_)
            | Edit::Resume(_)
            | Edit::Skew(..)
            | Edit::Rearm(..)
            | Edit::Tune(..)
            | Edit::Message(..)
            | Edit::NextMessage { .. }
            | Edit::Invoke { .. }
            | Edit::Answer(_) => return,
        };
        let facts = [("from", Fact::Process(from)), ("to", Fact::Process(to))];
        journal.note(self.core.current(), from, Some(MarkKind::Network), key, &facts);
    }

    fn tell(&mut self, journal: &mut Journal<P>, mark: MarkKind, key: &'static str, process: ProcessId) {
        journal.note(self.core.current(), process, Some(mark), key, &[("node", Fact::Process(process))]);
    }

    fn tell_message(&mut self, journal: &mut Journal<P>, act: MessageAct, id: MessageId) {
        let key = match act {
            MessageAct::Drop => "kernel.message.dropped",
            MessageAct::Hold => "kernel.message.held",
            MessageAct::Release => "kernel.message.released",
            MessageAct::Delay(_) => "kernel.message.delayed",
            MessageAct::Deliver => "kernel.message.delivered",
            MessageAct::Duplicate => "kernel.message.duplicated",
        };
        let facts = [("message", Fact::Number(i64::from(id.0)))];
        journal.note(self.core.current(), ProcessId(0), Some(MarkKind::Network), key, &facts);
    }

    /// Drops the node, its timers, and what waited for it; the disk as ordered.
    fn crash(&mut self, node: ProcessId, disk: DiskFate, journal: &mut Journal<P>) {
        let now = self.core.time;
        let process = &mut self.core.processes[node.index()];
        process.status = ProcessStatus::Crashed;
        for entry in core::mem::take(&mut process.backlog) {
            let What::Flight(slot) = entry.what else { continue };
            if self.is_stale(entry) {
                continue;
            }
            if entry.time > now {
                self.core.queue.put_back(entry);
            } else if self.flights.take(slot).is_some() {
                self.core.counters.dropped += 1;
            }
        }
        self.nodes[node.index()] = None;
        self.timers[node.index()].clear();
        let key = match disk {
            DiskFate::Kept => "kernel.crashed",
            DiskFate::Lost => {
                self.disks[node.index()] = Rc::default();
                "kernel.crashed.disk_lost"
            }
        };
        self.tell(journal, MarkKind::Fault, key, node);
        self.judge(node, journal);
    }

    /// Ends a pause: what waited happens now, in the order in which it came; what is not due yet happens in its time.
    fn resume(&mut self, node: ProcessId, journal: &mut Journal<P>) {
        let process = &mut self.core.processes[node.index()];
        process.status = ProcessStatus::Up;
        for entry in core::mem::take(&mut process.backlog) {
            self.core.queue.put_back(entry);
        }
        self.tell(journal, MarkKind::Fault, "kernel.resumed", node);
    }

    /// Sets a clock's rate. Timers that are armed fire when the clock has advanced by what is left of them.
    fn skew(&mut self, node: ProcessId, ppm: i32, journal: &mut Journal<P>) {
        let now = self.core.time;
        let process = &mut self.core.processes[node.index()];
        let before = process.clone();
        process.set_skew(now, ppm);
        for armed in self.timers[node.index()].iter_mut().filter(|armed| armed.fires_at > now) {
            let left = before.local_duration(armed.fires_at - now);
            armed.fires_at = now.saturating_add(process.real_duration(left));
            armed.sequence = self.core.queue.push(armed.fires_at, What::Timer(node));
        }
        let facts = [("node", Fact::Process(node)), ("ppm", Fact::Number(i64::from(ppm)))];
        journal.note(self.core.current(), node, Some(MarkKind::Fault), "kernel.skewed", &facts);
    }

    /// The armed timer that "time out" means: the first to fire of those that count, or the first of all.
    fn leading_timer(&self, node: ProcessId) -> Option<usize> {
        let armed = self.timers(node);
        (0..armed.len()).min_by_key(|position| {
            let armed = &armed[*position];
            (!P::times_out(armed.timer), armed.fires_at, armed.sequence)
        })
    }

    fn rearm(&mut self, node: ProcessId, after: Time, journal: &mut Journal<P>) {
        let Some(position) = self.leading_timer(node) else { return };
        let fires_at = self.core.time + after;
        let sequence = self.core.queue.push(fires_at, What::Timer(node));
        let cause = self.core.current();
        let armed = &mut self.timers[node.index()][position];
        armed.fires_at = fires_at;
        armed.sequence = sequence;
        armed.cause = cause;
        self.tell(journal, MarkKind::Fault, "kernel.rearmed", node);
    }
}

fn in_range(value: i64, low: i64, high: i64) -> Result<(), EditError> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(EditError::OutOfRange) }
}

pub(super) fn duration(value: Time) -> Result<(), EditError> {
    if value <= FAR { Ok(()) } else { Err(EditError::OutOfRange) }
}

pub(super) fn probability(value: Ppm) -> Result<(), EditError> {
    if value <= PPM { Ok(()) } else { Err(EditError::OutOfRange) }
}

pub(super) fn latency_range(latency: &Latency) -> Result<(), EditError> {
    match latency {
        Latency::Constant(time) | Latency::Exponential(time) => duration(*time),
        Latency::Uniform(low, high) => {
            if low <= high {
                duration(*high)
            } else {
                Err(EditError::OutOfRange)
            }
        }
        Latency::Pareto { scale, shape_milli } => {
            in_range(i64::from(*shape_milli), 1, 1_000_000)?;
            duration(*scale)
        }
        Latency::Mixture(parts) => {
            let total: u64 = parts.iter().map(|(weight, _)| u64::from(*weight)).sum();
            in_range(i64::try_from(total).unwrap_or(i64::MAX), i64::from(PPM), i64::from(PPM))?;
            parts.iter().try_for_each(|(_, part)| latency_range(part))
        }
    }
}
