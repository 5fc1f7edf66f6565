//! What somebody does to a run.

use core::hash::{Hash, Hasher};
use core::mem::discriminant;

use crate::{Latency, MessageId, Ppm, ProcessId, Protocol, ScriptedChoice, Time};

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
            Self::Heal => {}
            Self::Latency(latency) => latency.hash(state),
            Self::LinkLatency(from, to, latency) => (from, to, latency).hash(state),
            Self::Loss(ratio) | Self::Duplication(ratio) => ratio.hash(state),
            Self::Tune(parameter, setting) => (parameter, setting).hash(state),
            Self::Message(id, act) => (id, act).hash(state),
            Self::NextMessage { from, to, kind, act } => (from, to, kind, act).hash(state),
            Self::Invoke { client, op, target } => (client, op, target).hash(state),
            Self::Answer(choice) => choice.hash(state),
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
