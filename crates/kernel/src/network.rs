//! The network's rules: latency, loss, duplication, bandwidth, cut links, partitions and traps for chosen messages.

use crate::{Latency, MS, MessageAct, Ppm, ProcessId, Time};
use std::collections::{BTreeMap, BTreeSet};

/// How messages travel, and which ones do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Travel time one way, of links without their own.
    pub latency: Latency,
    /// Travel time of single links, by (from, to).
    pub link_latency: BTreeMap<(ProcessId, ProcessId), Latency>,
    /// The probability that a message is lost.
    pub loss: Ppm,
    /// The probability that a second copy of a message arrives.
    pub duplicate: Ppm,
    /// The probability that a message takes the way of a second draw of the latency longer.
    pub reorder: Ppm,
    /// Bytes a second that a process can send; 0 means no limit.
    pub bandwidth: u64,
    cut: BTreeSet<(ProcessId, ProcessId)>,
    groups: Vec<Vec<ProcessId>>,
    /// For each process the groups it belongs to, as bits; empty without a partition.
    masks: Vec<u32>,
    traps: Vec<Trap>,
    flaps: Vec<Flap>,
}

/// A direction of a link that comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flap {
    pub(crate) from: ProcessId,
    pub(crate) to: ProcessId,
    pub(crate) up: Time,
    pub(crate) down: Time,
    /// The queue entry of its next turn; one that is over has none.
    pub(crate) sequence: u32,
}

/// No queue entry has this number.
pub(crate) const OVER: u32 = u32::MAX;

/// Waits for the next message of a kind on a link.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trap {
    from: ProcessId,
    to: ProcessId,
    kind: Option<u8>,
    act: MessageAct,
}

/// At most this many groups in a partition, one bit each.
pub(crate) const GROUPS_MAX: usize = 31;

impl Default for Network {
    fn default() -> Self {
        Self {
            latency: Latency::Uniform(10 * MS, 20 * MS),
            link_latency: BTreeMap::new(),
            loss: 0,
            duplicate: 0,
            reorder: 0,
            bandwidth: 0,
            cut: BTreeSet::new(),
            groups: Vec::new(),
            masks: Vec::new(),
            traps: Vec::new(),
            flaps: Vec::new(),
        }
    }
}

impl Network {
    pub(crate) fn cut(&mut self, from: ProcessId, to: ProcessId) {
        self.cut.insert((from, to));
    }

    pub(crate) fn mend(&mut self, from: ProcessId, to: ProcessId) {
        self.cut.remove(&(from, to));
        self.end_flap(from, to);
    }

    fn end_flap(&mut self, from: ProcessId, to: ProcessId) {
        for flap in self.flaps.iter_mut().filter(|flap| flap.from == from && flap.to == to) {
            flap.sequence = OVER;
        }
    }

    /// Makes a link come and go; the first turn is up to the caller. Returns its place in the list.
    pub(crate) fn flap(&mut self, from: ProcessId, to: ProcessId, up: Time, down: Time) -> u32 {
        self.end_flap(from, to);
        self.cut.insert((from, to));
        let flap = Flap { from, to, up, down, sequence: OVER };
        let place = self.flaps.iter().position(|flap| flap.sequence == OVER).unwrap_or(self.flaps.len());
        match self.flaps.get_mut(place) {
            Some(over) => *over = flap,
            None => self.flaps.push(flap),
        }
        u32::try_from(place).unwrap_or(OVER)
    }

    pub(crate) fn flap_at(&self, place: u32) -> Option<&Flap> {
        self.flaps.get(place as usize)
    }

    pub(crate) fn set_flap(&mut self, place: u32, sequence: u32) {
        if let Some(flap) = self.flaps.get_mut(place as usize) {
            flap.sequence = sequence;
        }
    }

    /// Cuts an open link and opens a cut one; returns whether it is cut now.
    pub(crate) fn toggle(&mut self, from: ProcessId, to: ProcessId) -> bool {
        let cut = !self.cut.remove(&(from, to));
        if cut {
            self.cut.insert((from, to));
        }
        cut
    }

    /// Links that come and go, as (from, to).
    pub fn flapping(&self) -> impl Iterator<Item = (ProcessId, ProcessId)> {
        self.flaps.iter().filter(|flap| flap.sequence != OVER).map(|flap| (flap.from, flap.to))
    }

    /// Divides the processes. Nodes that no group names form one more group; clients that no group names
    /// reach everyone. A process may be in several groups and then bridges them.
    pub(crate) fn divide(&mut self, groups: &[Vec<ProcessId>], nodes: u16, processes: usize) {
        let mut masks = vec![0_u32; processes];
        for (number, group) in groups.iter().take(GROUPS_MAX).enumerate() {
            for process in group {
                if let Some(mask) = masks.get_mut(process.index()) {
                    *mask |= 1 << number;
                }
            }
        }
        let rest = 1 << groups.len().min(GROUPS_MAX);
        for (index, mask) in masks.iter_mut().enumerate().filter(|(_, mask)| **mask == 0) {
            *mask = if index < usize::from(nodes) { rest } else { u32::MAX };
        }
        self.groups = groups.to_vec();
        let unnamed: Vec<ProcessId> =
            (0..nodes).map(ProcessId).filter(|process| masks[process.index()] == rest).collect();
        if !unnamed.is_empty() {
            self.groups.push(unnamed);
        }
        self.masks = masks;
    }

    /// Ends the partition and mends every link.
    pub(crate) fn heal(&mut self) {
        self.cut.clear();
        for flap in &mut self.flaps {
            flap.sequence = OVER;
        }
        self.unite();
    }

    /// Ends the partition.
    pub(crate) fn unite(&mut self) {
        self.groups.clear();
        self.masks.clear();
    }

    pub(crate) fn set_trap(&mut self, from: ProcessId, to: ProcessId, kind: Option<u8>, act: MessageAct) {
        self.traps.push(Trap { from, to, kind, act });
    }

    /// What was ordered for the next message of that kind on that link; the order is used up.
    pub(crate) fn spring(&mut self, from: ProcessId, to: ProcessId, kind: u8) -> Option<MessageAct> {
        let position = self.find_trap(from, to, kind)?;
        Some(self.traps.remove(position).act)
    }

    #[inline]
    pub(crate) fn find_trap(&self, from: ProcessId, to: ProcessId, kind: u8) -> Option<usize> {
        self.traps
            .iter()
            .position(|trap| trap.from == from && trap.to == to && trap.kind.is_none_or(|wanted| wanted == kind))
    }

    /// Whether a message from the one to the other passes.
    #[inline]
    pub fn passes(&self, from: ProcessId, to: ProcessId) -> bool {
        let divided = match (self.masks.get(from.index()), self.masks.get(to.index())) {
            (Some(one), Some(other)) => one & other == 0,
            _ => false,
        };
        !divided && (self.cut.is_empty() || !self.cut.contains(&(from, to)))
    }

    /// Links that are cut one by one, as (from, to).
    pub fn cuts(&self) -> impl Iterator<Item = (ProcessId, ProcessId)> {
        self.cut.iter().copied()
    }

    /// The groups of the partition in force; empty without one.
    pub fn groups(&self) -> &[Vec<ProcessId>] {
        &self.groups
    }

    /// The travel-time distribution of a link.
    #[inline]
    pub fn latency_of(&self, from: ProcessId, to: ProcessId) -> &Latency {
        if self.link_latency.is_empty() {
            return &self.latency;
        }
        self.link_latency.get(&(from, to)).unwrap_or(&self.latency)
    }

    /// How long the sender's interface is busy with that many bytes.
    #[inline]
    pub(crate) fn transmission(&self, bytes: u32) -> Time {
        (u64::from(bytes) * 1_000_000).checked_div(self.bandwidth).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Network;
    use crate::ProcessId;

    fn id(number: u16) -> ProcessId {
        ProcessId(number)
    }

    #[test]
    fn a_partition_separates_groups_and_a_bridge_joins_them() {
        let mut network = Network::default();
        network.divide(&[vec![id(0), id(1), id(2)], vec![id(2), id(3)]], 5, 7);
        assert!(network.passes(id(0), id(1)));
        assert!(!network.passes(id(0), id(3)));
        assert!(network.passes(id(2), id(0)) && network.passes(id(2), id(3)));
        assert!(!network.passes(id(4), id(0)), "an unnamed node is in a group of its own");
        assert!(network.passes(id(5), id(0)) && network.passes(id(6), id(4)), "unnamed clients reach everyone");
        assert_eq!(network.groups().len(), 3);
        network.heal();
        assert!(network.passes(id(0), id(3)));
    }

    #[test]
    fn a_cut_is_one_way() {
        let mut network = Network::default();
        network.cut(id(0), id(1));
        assert!(!network.passes(id(0), id(1)));
        assert!(network.passes(id(1), id(0)));
        network.mend(id(0), id(1));
        assert!(network.passes(id(0), id(1)));
    }
}
