//! What somebody does to a run.

use core::hash::{Hash, Hasher};
use core::mem::discriminant;

use crate::{ClientPolicy, Latency, MessageId, Ppm, ProcessId, Protocol, ScriptedChoice, Storm, Time, Workload};
use std::rc::Rc;

/// Something that is done to a world from outside, at a moment of its run.
#[derive(Clone, Debug)]
pub enum Edit<P: Protocol> {
    /// Stops a node: what it had not persisted is gone.
    Crash(ProcessId, DiskFate),
    /// Boots a crashed node from its disk.
    Restart(ProcessId),
    /// Freezes a node: what reaches it waits.
    Pause(ProcessId),
    /// Ends a pause.
    Resume(ProcessId),
    /// Sets a node's clock rate to real time plus that many parts per million.
    Skew(ProcessId, i32),
    /// Makes the timer that matters most to a node fire that long from now: see [`Protocol::times_out`].
    Rearm(ProcessId, Time),
    /// Cuts one direction of a link.
    Cut(ProcessId, ProcessId),
    /// Mends one direction of a link.
    Mend(ProcessId, ProcessId),
    /// Divides the processes into groups that do not hear each other.
    Partition(Vec<Vec<ProcessId>>),
    /// Ends the partition and mends every link.
    Heal,
    /// Sets the travel time of every link that has none of its own.
    Latency(Latency),
    /// Sets the travel time of one direction of a link.
    LinkLatency(ProcessId, ProcessId, Latency),
    /// Sets the probability of loss.
    Loss(Ppm),
    /// Sets the probability of duplication.
    Duplication(Ppm),
    /// Sets a parameter of the protocol, by its number.
    Tune(u8, Setting),
    /// Does something to one message in flight.
    Message(MessageId, MessageAct),
    /// Does something to the oldest such message in flight, or, if there is none, to the next one sent.
    /// [`MessageAct::Release`] means the oldest that is held, and does nothing if there is none.
    NextMessage {
        /// Sender.
        from: ProcessId,
        /// Receiver.
        to: ProcessId,
        /// The kind, as [`Protocol::kind`] numbers it; `None` for any.
        kind: Option<u8>,
        /// What to do.
        act: MessageAct,
    },
    /// A client invokes an operation; if it waits for another one, it does so afterwards.
    Invoke {
        /// Which client.
        client: ProcessId,
        /// The operation.
        op: P::Op,
        /// The node it asks first; `None` for the one it asked last.
        target: Option<ProcessId>,
    },
    /// Prepares the answer to a choice of the protocol.
    Answer(ScriptedChoice),
    /// Makes everything that reaches a node wait its turn and take that long there; 0 ends it.
    Slow(ProcessId, Time),
    /// Makes a node's forced writes take that long; what a step that writes sends leaves afterwards. 0 ends it.
    SlowDisk(ProcessId, Time),
    /// Sets a node's clock forward or back by that many microseconds. Armed timers count durations and do not notice.
    Jump(ProcessId, i64),
    /// Makes one direction of a link come and go: cut now for `down`, then open for `up`, until it is mended.
    Flap {
        /// Sender.
        from: ProcessId,
        /// Receiver.
        to: ProcessId,
        /// How long it works.
        up: Time,
        /// How long it does not.
        down: Time,
    },
    /// Sets the probability that a message is overtaken: it takes the way of another draw of the latency longer.
    Reordering(Ppm),
    /// Ends every fault: the storm, partitions, cut and flapping links, crashes, pauses, slowness, wrong clocks.
    Calm,
    /// Begins a storm of random faults, or ends it.
    Storm(Option<Storm>),
    /// Makes a client work by itself, or ends that.
    Workload(ProcessId, Option<Rc<Workload>>),
    /// Sets how patient a client is.
    Patience(ProcessId, ClientPolicy),
    /// Puts off every message between nodes whose arrival would decide, or ends that: see [`Protocol::DECIDED`].
    Adversary(bool),
}

impl<P: Protocol> Hash for Edit<P> {
    /// By hand, because a derived one would ask for a protocol that can be hashed.
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(self).hash(state);
        match self {
            Self::Crash(node, disk) => (node, disk).hash(state),
            Self::Restart(node) | Self::Pause(node) | Self::Resume(node) => node.hash(state),
            Self::Skew(node, ppm) => (node, ppm).hash(state),
            Self::Rearm(node, after) => (node, after).hash(state),
            Self::Cut(from, to) | Self::Mend(from, to) => (from, to).hash(state),
            Self::Partition(groups) => groups.hash(state),
            Self::Heal | Self::Calm => {}
            Self::Latency(latency) => latency.hash(state),
            Self::LinkLatency(from, to, latency) => (from, to, latency).hash(state),
            Self::Loss(ratio) | Self::Duplication(ratio) | Self::Reordering(ratio) => ratio.hash(state),
            Self::Tune(parameter, setting) => (parameter, setting).hash(state),
            Self::Message(id, act) => (id, act).hash(state),
            Self::NextMessage { from, to, kind, act } => (from, to, kind, act).hash(state),
            Self::Invoke { client, op, target } => (client, op, target).hash(state),
            Self::Answer(choice) => choice.hash(state),
            Self::Slow(node, time) | Self::SlowDisk(node, time) => (node, time).hash(state),
            Self::Jump(node, by) => (node, by).hash(state),
            Self::Flap { from, to, up, down } => (from, to, up, down).hash(state),
            Self::Storm(storm) => storm.hash(state),
            Self::Adversary(on) => on.hash(state),
            Self::Workload(client, workload) => (client, workload).hash(state),
            Self::Patience(client, policy) => (client, policy).hash(state),
        }
    }
}

/// What a crash does to stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiskFate {
    /// Everything that was persisted survives.
    Kept,
    /// The node comes back empty.
    Lost,
    /// So many of the last writes are gone, although the disk had said that they were done; at most
    /// [`DiskFate::TORN_MAX`]. Protocols that rely on forced writes do not promise to survive it.
    Torn(u8),
}

impl DiskFate {
    /// The most writes that a crash can tear from a disk.
    pub const TORN_MAX: u8 = 16;
}

/// What is done to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageAct {
    /// It is lost where it is.
    Drop,
    /// It stops where it is until released. One that would have been lost on its way is saved by it.
    Hold,
    /// It goes on.
    Release,
    /// It arrives that much later.
    Delay(Time),
    /// It arrives now, unless a cut link or a partition stands in its way. One that chance would have lost is saved by it.
    Deliver,
    /// A copy of it sets out.
    Duplicate,
}

/// The value of a protocol's parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// A whole number.
    Number(u32),
    /// A duration in microseconds.
    Duration(Time),
    /// A range of durations in microseconds, both ends included.
    Range(Time, Time),
    /// A probability in parts per million.
    Ratio(Ppm),
}
