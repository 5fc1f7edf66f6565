//! [`World::fingerprint`]: what decides how a run can go on, but for time, in 64 bits.

use super::World;
use crate::{Body, Digest, Fate, Flight, Protocol};
use core::hash::{Hash, Hasher};

impl<P: Protocol> World<P> {
    /// A hash of the nodes, their disks and armed timers, the messages in flight in no order, the clients, and what the
    /// properties remember. Times, counters and random streams are left out: two worlds with the same fingerprint go on
    /// alike under somebody who decides what happens next, and who lets no time pass.
    pub fn fingerprint(&self) -> u64 {
        let mut digest = Digest::default();
        for (place, node) in self.nodes.iter().enumerate() {
            node.as_deref().hash(&mut digest);
            self.disks[place].contents().hash(&mut digest);
            let mut timers: Vec<P::Timer> = self.timers[place].iter().map(|armed| armed.timer).collect();
            timers.sort_unstable();
            timers.hash(&mut digest);
        }
        for process in &self.core.processes {
            digest.word(process.status as u64);
        }
        for client in &self.clients {
            (client.serial, client.target).hash(&mut digest);
            client.pending.as_ref().map(|pending| (&pending.op, pending.redirects)).hash(&mut digest);
            client.queue.hash(&mut digest);
        }
        let flights = self.flights.iter().map(fingerprint_of).fold(0_u64, u64::wrapping_add);
        digest.word(flights);
        self.monitor.hash(&mut digest);
        for finding in self.core.findings.iter() {
            digest.word(u64::from(finding.property));
        }
        digest.finish()
    }
}

/// A hash of a message in flight: the same for two that nobody could tell apart.
fn fingerprint_of<P: Protocol>(flight: &Flight<P>) -> u64 {
    let mut digest = Digest::default();
    let is_doomed = matches!(flight.fate, Fate::Doomed { .. });
    (flight.from, flight.to, is_doomed).hash(&mut digest);
    match &flight.body {
        Body::Peer(message) => message.hash(&mut digest),
        Body::Request(request) => (request.client, request.serial, &request.op).hash(&mut digest),
        Body::Response { serial, answer } => (serial, answer).hash(&mut digest),
    }
    digest.finish()
}

impl<P: Protocol> Flight<P> {
    /// The same for two messages that nobody could tell apart.
    pub fn fingerprint(&self) -> u64 {
        fingerprint_of(self)
    }
}
