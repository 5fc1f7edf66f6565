//! Edits: checked first, then applied whole.

use super::World;
use crate::journal::{Journal, MarkKind, StepKind};
use crate::network::{GROUPS_MAX, Network};
use crate::{
    DiskFate, Edit, Fact, Fate, Latency, MessageAct, MessageId, OpKind, PPM, Ppm, ProcessId, ProcessStatus, Protocol,
    StepId, Target, Time, Workload,
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
    /// Clients of the protocol cannot ask that.
    NoSuchOperation(OpKind),
    /// A limit ended the run.
    Halted,
}

/// A clock may run at half to double speed.
const SKEW_MAX: i32 = 500_000;

/// Nothing takes longer than ten seconds at a slow node or disk.
const SLOW_MAX: i64 = 10_000_000;

/// A clock jumps by at most an hour.
const JUMP_MAX: i64 = 3_600_000_000;

/// A storm has at most so many faults.
const FAULTS_MAX: u32 = 10_000;

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
            Edit::Crash(node, DiskFate::Torn(writes)) => {
                self.alive(*node)?;
                in_range(i64::from(*writes), 1, i64::from(DiskFate::TORN_MAX))
            }
            Edit::Crash(node, DiskFate::Kept | DiskFate::Lost) | Edit::Pause(node) => self.alive(*node),
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
            Edit::Heal | Edit::Calm | Edit::Storm(None) | Edit::Adversary(_) => Ok(()),
            Edit::Answer(choice) => self.status_of(choice.process).map(|_| ()),
            Edit::Latency(latency) => latency_range(latency),
            Edit::LinkLatency(from, to, latency) => {
                self.exists(*from).and(self.exists(*to)).and(latency_range(latency))
            }
            Edit::Loss(ratio) | Edit::Duplication(ratio) | Edit::Reordering(ratio) => probability(*ratio),
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
            Edit::Slow(node, time) | Edit::SlowDisk(node, time) => {
                self.status_of(*node)?;
                in_range(i64::try_from(*time).unwrap_or(i64::MAX), 0, SLOW_MAX)
            }
            Edit::Jump(node, by) => {
                self.status_of(*node)?;
                in_range(*by, -JUMP_MAX, JUMP_MAX)
            }
            Edit::Flap { from, to, up, down } => {
                self.exists(*from).and(self.exists(*to))?;
                ((1..=FAR).contains(up) && (1..=FAR).contains(down)).then_some(()).ok_or(EditError::OutOfRange)
            }
            Edit::Storm(Some(storm)) => {
                in_range(i64::from(storm.faults), 1, i64::from(FAULTS_MAX))?;
                let range = |(low, high): (Time, Time)| {
                    (0 < low && low <= high && high <= FAR).then_some(()).ok_or(EditError::OutOfRange)
                };
                range(storm.every).and(range(storm.lasting))
            }
            Edit::Workload(client, workload) => {
                self.client(*client).ok_or(EditError::NotAClient(*client))?;
                workload.as_deref().map_or(Ok(()), |workload| self.check_workload(workload))
            }
            Edit::Patience(client, policy) => {
                self.client(*client).ok_or(EditError::NotAClient(*client))?;
                duration(policy.retry_after.max(1)).and(duration(policy.give_up_after.max(1)))
            }
        }
    }

    fn check_workload(&self, workload: &Workload) -> Result<(), EditError> {
        in_range(i64::from(workload.keys), 1, i64::from(Workload::KEYS_MAX))?;
        latency_range(workload.pace.gap())?;
        if let Target::Node(node) = workload.target {
            self.status_of(node)?;
        }
        let drawn = |(weight, kind): (&u8, OpKind)| (*weight > 0).then_some(kind);
        let mut kinds = workload.weights.iter().zip(OpKind::MIXED).filter_map(drawn).peekable();
        kinds.peek().ok_or(EditError::OutOfRange)?;
        let missing = kinds.find(|kind| P::operation(*kind, 0, 1).is_none());
        missing.map_or(Ok(()), |kind| Err(EditError::NoSuchOperation(kind)))
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
            | Edit::Slow(node, _)
            | Edit::SlowDisk(node, _)
            | Edit::Jump(node, _)
            | Edit::Workload(node, _)
            | Edit::Patience(node, _)
            | Edit::Flap { from: node, .. }
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
            | Edit::Reordering(_)
            | Edit::Calm
            | Edit::Storm(_)
            | Edit::Adversary(_)
            | Edit::Tune(..) => ProcessId(0),
        }
    }

    fn perform(&mut self, edit: &Edit<P>, journal: &mut Journal<P>) {
        match edit {
            Edit::Crash(node, disk) => self.crash(*node, *disk, journal),
            Edit::Restart(node) => self.restart(*node, journal),
            Edit::Pause(node) => self.pause(*node, journal),
            Edit::Slow(node, time) => self.slow(*node, *time, journal),
            Edit::SlowDisk(node, time) => self.slow_disk(*node, *time, journal),
            Edit::Jump(node, by) => self.jump(*node, *by, journal),
            Edit::Flap { from, to, up, down } => self.flap(*from, *to, *up, *down, journal),
            Edit::Calm => self.calm(journal),
            Edit::Storm(storm) => self.set_storm(*storm, journal),
            Edit::Adversary(on) => {
                self.core.adversary = *on;
                let key = if *on { "kernel.adversary" } else { "kernel.adversary.ended" };
                self.tell(journal, MarkKind::Fault, key, ProcessId(0));
            }
            Edit::Workload(client, workload) => {
                self.tell(journal, MarkKind::Client, "kernel.workload", *client);
                self.set_workload(*client, workload.clone());
            }
            Edit::Patience(client, policy) => {
                self.tell(journal, MarkKind::Client, "kernel.patience", *client);
                self.set_patience(*client, *policy);
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
            | Edit::Duplication(_)
            | Edit::Reordering(_) => self.change_network(edit, journal),
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
            Edit::Reordering(ratio) => {
                network.reorder = *ratio;
                ("kernel.tuned", ProcessId(0), ProcessId(0))
            }
            Edit::Crash(..)
            | Edit::Restart(_)
            | Edit::Pause(_)
            | Edit::Resume(_)
            | Edit::Slow(..)
            | Edit::SlowDisk(..)
            | Edit::Jump(..)
            | Edit::Flap { .. }
            | Edit::Calm
            | Edit::Storm(_)
            | Edit::Adversary(_)
            | Edit::Workload(..)
            | Edit::Patience(..)
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

    pub(super) fn tell(&mut self, journal: &mut Journal<P>, mark: MarkKind, key: &'static str, process: ProcessId) {
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
