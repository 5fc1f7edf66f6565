//! What somebody does to one message in flight.

use super::World;
use crate::queue::What;
use crate::{Fate, MessageAct, ProcessId, Protocol, Time};
use std::rc::Rc;

impl<P: Protocol> World<P> {
    /// Acts on the oldest such message, or on the next one sent; only one that is held can be released.
    pub(super) fn act_on_next(&mut self, from: ProcessId, to: ProcessId, kind: Option<u8>, act: MessageAct) {
        let releases = act == MessageAct::Release;
        let oldest = self.flights.find(|flight| {
            let meant = match flight.fate {
                Fate::Travelling => !releases,
                Fate::Held { .. } => releases,
                Fate::Doomed { .. } => false,
            };
            let matches = flight.from == from && flight.to == to;
            meant && matches && kind.is_none_or(|kind| flight.body.kind() == kind)
        });
        match oldest {
            Some(slot) => self.act_on(slot, act),
            None if releases => {}
            None => Rc::make_mut(&mut self.core.network).set_trap(from, to, kind, act),
        }
    }

    /// Does something to one message; a held one that is delayed stays held.
    pub(super) fn act_on(&mut self, slot: u32, act: MessageAct) {
        let now = self.core.time;
        let Some(flight) = self.flights.get_mut(slot) else { return };
        match act {
            MessageAct::Drop => {
                flight.fate = Fate::Doomed { at: now, wall: false };
                flight.sequence = self.core.queue.push(now, What::Flight(slot));
            }
            MessageAct::Hold => {
                flight.fate = Fate::Held { since: now };
                flight.sequence = u32::MAX;
            }
            MessageAct::Release => {
                let Fate::Held { since } = flight.fate else { return };
                let waited = now - since;
                flight.fate = Fate::Travelling;
                flight.departed_at += waited;
                flight.arrives_at = flight.arrives_at.max(since) + waited;
                flight.sequence = self.core.queue.push(flight.arrives_at, What::Flight(slot));
            }
            MessageAct::Delay(by) => self.delay(slot, by),
            MessageAct::Deliver => {
                // One that waits for its sender's disk cannot arrive before it has left.
                let soonest = now.max(flight.departed_at);
                flight.fate = Fate::Travelling;
                flight.arrives_at = soonest;
                flight.sequence = self.core.queue.push(soonest, What::Flight(slot));
            }
            MessageAct::Duplicate => {
                let (from, to, id, body) = (flight.from, flight.to, flight.id, flight.body.clone());
                let transit = self.core.transit(from, to, 0);
                self.launch(from, to, transit, Some(id), body);
            }
        }
    }

    /// Slows a message down from where it is: its drawn place does not jump, and a lost one is lost at the same place.
    fn delay(&mut self, slot: u32, by: Time) {
        let now = self.core.time;
        let Some(flight) = self.flights.get_mut(slot) else { return };
        let since = match flight.fate {
            Fate::Held { since } => since,
            Fate::Travelling | Fate::Doomed { .. } => now.max(flight.departed_at),
        };
        let left = flight.arrives_at.saturating_sub(since);
        let stretch = |way: Time| {
            let stretched = u128::from(way) * u128::from(left + by) / u128::from(left.max(1));
            u64::try_from(stretched).unwrap_or(u64::MAX)
        };
        flight.departed_at = since.saturating_sub(stretch(since.saturating_sub(flight.departed_at)));
        flight.arrives_at = since + left + by;
        let ends_at = match &mut flight.fate {
            Fate::Held { .. } => return,
            Fate::Travelling => flight.arrives_at,
            Fate::Doomed { at, .. } => {
                *at = since + stretch(at.saturating_sub(since));
                *at
            }
        };
        flight.sequence = self.core.queue.push(ends_at, What::Flight(slot));
    }
}
