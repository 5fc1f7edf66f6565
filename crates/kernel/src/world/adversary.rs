//! The adversary of Fischer, Lynch and Paterson: it delays the one message whose arrival would decide.
//!
//! Every message still arrives: one that would decide now is put off and tried again, and is let through as soon as it
//! decides nothing any more. No node fails, and yet nothing need ever be decided ("Impossibility of Distributed Consensus
//! with One Faulty Process", 1985).

use super::World;
use crate::journal::{Journal, StepKind};
use crate::queue::What;
use crate::{Body, Fact, Fate, MS, Protocol, StepId, Time};

/// How long a message that would decide is put off at a time.
const PUT_OFF: Time = 20 * MS;

impl<P: Protocol> World<P> {
    /// Whether the adversary is at work.
    pub fn has_adversary(&self) -> bool {
        self.core.adversary
    }

    /// Puts off a message if it would decide; whether it did.
    pub(super) fn put_off(&mut self, slot: u32, journal: &mut Journal<P>) -> bool {
        if !self.would_decide(slot) {
            return false;
        }
        let now = self.core.time;
        let Some(flight) = self.flights.get_mut(slot) else { return false };
        flight.arrives_at = now + PUT_OFF;
        flight.sequence = self.core.queue.push(flight.arrives_at, What::Flight(slot));
        let (id, from, to) = (flight.id, flight.from, flight.to);
        self.begin(journal, StepKind::Fault, StepId::NONE, to, from, id.0, 0);
        let facts = [("from", Fact::Process(from)), ("to", Fact::Process(to))];
        journal.note(self.core.current(), to, None, "kernel.adversary.delays", &facts);
        true
    }

    /// Tries what the delivery of a message leads to, in a copy of the world.
    fn would_decide(&self, slot: u32) -> bool {
        let Some(decided) = P::DECIDED else { return false };
        let Some(flight) = self.flights.get(slot) else { return false };
        let is_decided = |world: &Self| world.core.reached >> decided & 1 == 1;
        let travels = matches!(flight.fate, Fate::Travelling) && matches!(flight.body, Body::Peer(_));
        if !travels || is_decided(self) {
            return false;
        }
        let mut trial = self.clone();
        trial.core.adversary = false;
        trial.end_flight(slot, &mut Journal::off());
        is_decided(&trial)
    }
}
