//! Messages in flight.

use crate::{Answer, MessageId, ProcessId, Protocol, Request, StepId, Time};

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Flight<P: Protocol> {
    /// Its number.
    pub id: MessageId,
    /// The message that it is a copy of, if the network or somebody duplicated it.
    pub copy_of: Option<MessageId>,
    /// Sender.
    pub from: ProcessId,
    /// Receiver.
    pub to: ProcessId,
    /// When it was sent.
    pub sent_at: Time,
    /// Where the drawn way starts; differs from `sent_at` after somebody held or delayed it.
    pub departed_at: Time,
    /// When it arrives, or would have.
    pub arrives_at: Time,
    /// The step that sent it.
    pub cause: StepId,
    /// How many messages between nodes lie on the chain of causes that led to that step, since a client's request.
    pub delays: u16,
    /// What becomes of it.
    pub fate: Fate,
    /// What it carries.
    pub body: Body<P>,
    /// The queue entry that is about it; older entries are stale.
    pub(crate) sequence: u32,
}

/// What becomes of a message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It travels.
    Travelling,
    /// It will be lost at that time: by chance, or at a wall.
    Doomed {
        /// When.
        at: Time,
        /// Whether a cut link stops it, rather than chance.
        wall: bool,
    },
    /// It stands still since that time until somebody releases it.
    Held {
        /// Since when.
        since: Time,
    },
}

/// What a message carries.
#[derive(Clone, Debug)]
pub enum Body<P: Protocol> {
    /// From node to node.
    Peer(P::Message),
    /// From client to node.
    Request(Request<P>),
    /// From node to client.
    Response {
        /// Which operation of the client it answers.
        serial: u32,
        /// The answer.
        answer: Answer<P::Reply>,
    },
}

impl<P: Protocol> Body<P> {
    /// The kind of a request or response in journals; peers' kinds are the protocol's.
    pub const CLIENT_KIND: u8 = 255;

    /// The kind, as [`Protocol::kind`] numbers it, or [`Body::CLIENT_KIND`].
    pub fn kind(&self) -> u8 {
        match self {
            Self::Peer(message) => P::kind(message),
            Self::Request(_) | Self::Response { .. } => Self::CLIENT_KIND,
        }
    }

    /// Bytes on the wire; requests and responses count as a small fixed frame.
    pub fn size(&self) -> u32 {
        match self {
            Self::Peer(message) => P::size(message),
            Self::Request(_) | Self::Response { .. } => 64,
        }
    }
}

/// The flights, in slots that are reused.
#[derive(Clone, Debug)]
pub(crate) struct Slab<P: Protocol> {
    slots: Vec<Option<Flight<P>>>,
    free: Vec<u32>,
}

impl<P: Protocol> Default for Slab<P> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<P: Protocol> Slab<P> {
    /// The slot that the next insertion takes.
    #[inline]
    pub(crate) fn vacancy(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        })
    }

    #[inline]
    pub(crate) fn fill(&mut self, slot: u32, flight: Flight<P>) {
        self.slots[slot as usize] = Some(flight);
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> Option<&Flight<P>> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut Flight<P>> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    #[inline]
    pub(crate) fn take(&mut self, slot: u32) -> Option<Flight<P>> {
        let flight = self.slots.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(flight)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Flight<P>> {
        self.slots.iter().flatten()
    }

    /// The slot of a message.
    pub(crate) fn find(&self, wanted: impl Fn(&Flight<P>) -> bool) -> Option<u32> {
        let best = (0_u32..)
            .zip(&self.slots)
            .filter_map(|(slot, flight)| flight.as_ref().map(|flight| (slot, flight)))
            .filter(|(_, flight)| wanted(flight))
            .min_by_key(|(_, flight)| flight.id);
        best.map(|(slot, _)| slot)
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
