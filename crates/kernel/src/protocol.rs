//! What a protocol is to the simulator.

use crate::{Cx, OpKind, ProcessId, Setting, Time};
use core::fmt::Debug;
use core::hash::Hash;
use std::rc::Rc;

/// A protocol: a state machine per node, driven by [`Event`]s, that acts through [`Cx`].
///
/// It draws no random number and reads no clock of its own. A step that returns is complete.
pub trait Protocol: Copy + Debug + 'static {
    /// Parameters, the same for every node.
    type Config: Clone + Debug;
    /// The state of a running node. A crash drops it.
    type Node: Clone + Hash;
    /// What survives a crash; a fresh disk is the default.
    type Durable: Clone + Default + Hash;
    /// One forced write to stable storage, such as a log record.
    type Write: Clone + Hash;
    /// What nodes send each other.
    type Message: Clone + Debug + Hash;
    /// The timers of a node. Setting one that is armed replaces it.
    type Timer: Copy + Debug + Hash + Ord;
    /// What clients ask.
    type Op: Clone + Debug + Hash + PartialEq;
    /// What clients are told.
    type Reply: Clone + Debug + Hash + PartialEq;
    /// Rules that can be switched off, numbered from 0 to 31.
    type Mutant: Copy + Into<u8>;
    /// What judges the properties along a run.
    type Monitor: Clone + Default + Hash;
    /// How a run prepares a node before its first boot, for example with an initial log.
    type Directive: Clone;

    /// The `Sometimes` property that says that something is decided, by its number; the adversary keeps it from coming true.
    const DECIDED: Option<u8> = None;

    /// Performs a write on stable storage.
    fn write(durable: &mut Self::Durable, write: &Self::Write);

    /// Prepares a node's stable storage before its first boot.
    fn prepare(durable: &mut Self::Durable, directive: &Self::Directive);

    /// Boots a node: for the first time, or again after a crash.
    fn start(cx: &mut Cx<'_, Self>, durable: &Self::Durable) -> Self::Node;

    /// Handles one event.
    fn step(cx: &mut Cx<'_, Self>, node: &mut Self::Node, event: Event<Self>);

    /// The kind of a message, numbered from 0 to 254.
    fn kind(message: &Self::Message) -> u8;

    /// The size of a message on the wire, in bytes.
    fn size(message: &Self::Message) -> u32;

    /// Whether "this node times out" means this timer, rather than a routine one such as a heartbeat.
    fn times_out(timer: Self::Timer) -> bool;

    /// An operation of that kind, on one of the objects, numbered from 0, with a value that no other operation has; none
    /// if the protocol's clients cannot ask that.
    fn operation(kind: OpKind, key: u32, value: i64) -> Option<Self::Op>;

    /// Sets a parameter by its number; `false` when there is none with that number and kind.
    fn tune(config: &mut Self::Config, parameter: u8, setting: &Setting) -> bool;

    /// Judges the world after a step.
    fn observe(monitor: &mut Self::Monitor, seen: &Observation<'_, Self>, verdict: &mut Verdict);
}

/// What happens to a node.
#[derive(Clone, Debug)]
pub enum Event<P: Protocol> {
    /// A message arrives.
    Message {
        /// Who sent it.
        from: ProcessId,
        /// The message.
        message: P::Message,
    },
    /// A timer fires.
    Timer(P::Timer),
    /// A client asks.
    Client(Request<P>),
}

/// A client's request. A retry carries the same client and serial number.
#[derive(Clone, Debug, Hash)]
pub struct Request<P: Protocol> {
    /// Who asks.
    pub client: ProcessId,
    /// The number of the operation at its client, from 1.
    pub serial: u32,
    /// The operation.
    pub op: P::Op,
}

/// What a node answers to a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer<R> {
    /// Done, with the result.
    Done(R),
    /// Ask another node; this one if it is known.
    Redirect(Option<ProcessId>),
    /// It did not take effect and never will.
    Failed,
}

/// The world as the properties see it, after a step.
pub struct Observation<'a, P: Protocol> {
    /// The nodes; `None` for those that are down.
    pub nodes: &'a [Option<Rc<P::Node>>],
    /// The node that the step changed.
    pub changed: ProcessId,
    /// Virtual time.
    pub time: Time,
    /// Parameters.
    pub config: &'a P::Config,
}

impl<P: Protocol> Observation<'_, P> {
    /// The node that the step changed, if it is up.
    pub fn node(&self) -> Option<&P::Node> {
        self.nodes[self.changed.index()].as_deref()
    }

    /// The nodes that are up.
    pub fn up(&self) -> impl Iterator<Item = (ProcessId, &P::Node)> {
        (0..).map(ProcessId).zip(self.nodes).filter_map(|(id, node)| Some((id, node.as_deref()?)))
    }
}

/// What an observation concludes. Properties are numbered by their protocol, from 0 to 63.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub(crate) violated: Vec<(u8, Vec<ProcessId>)>,
    pub(crate) reached: u64,
}

impl Verdict {
    /// These nodes break an `Always` property.
    pub fn violate(&mut self, property: u8, nodes: &[ProcessId]) {
        self.violated.push((property, nodes.to_vec()));
    }

    /// A `Sometimes` property has come true.
    #[inline]
    pub fn reach(&mut self, property: u8) {
        self.reached |= 1 << property;
    }
}
