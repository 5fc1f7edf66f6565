//! The properties, judged after every step, and what the metrics count.
//!
//! Each log entry carries a digest of its prefix, so that each property costs a few comparisons a step. Whether an
//! acknowledged write must survive depends on what was in force: on how many backups had it, and on how many nodes each
//! later primary had to fence. If these could have missed each other, the protocol promises nothing.

use super::PrimaryBackup;
use super::log::{Command, Epoch, Log};
use super::node::Node;
use consistory_kernel::{Chunks, Observation, ProcessId, Verdict};
use core::ops::Bound;
use std::collections::BTreeMap;

/// At most one node is ever the primary of an epoch.
pub const ONE_PRIMARY_PER_EPOCH: u8 = 0;
/// A write that was acknowledged with at least one backup having it, under fencing, is in the log of every later primary,
/// and no node that has it gives it up, once it is in the epoch of that acknowledgement or a later one.
pub const ACKNOWLEDGED_WRITES_SURVIVE: u8 = 1;
/// No node disagrees about an entry that it knows to be acknowledged.
pub const PREFIX: u8 = 2;
/// A read that a primary answers under a lease reflects every write acknowledged before.
pub const FRESH_READS: u8 = 3;
/// A backup becomes primary.
pub const FAILOVER: u8 = 4;
/// A write is acknowledged.
pub const WRITE_ACKNOWLEDGED: u8 = 5;
/// A node removes entries that conflict with its primary's.
pub const ROLLED_BACK: u8 = 6;
/// A node answers a read that misses an acknowledged write.
pub const STALE_READ: u8 = 7;
/// A later primary lacks an acknowledged write: nothing that was promised, but a client was told.
pub const WRITE_LOST: u8 = 8;
/// Two nodes hold themselves for the primary at once.
pub const TWO_PRIMARIES: u8 = 9;
/// One primary, whose epoch and log all nodes have, all of it acknowledged.
pub const PROGRESS: u8 = 10;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    seen: Vec<Seen>,
    offices: BTreeMap<Epoch, Office>,
    /// By index: what the latest primary to acknowledge something there has acknowledged.
    acknowledged: Chunks<Acknowledged>,
    /// Up to this index, what was acknowledged must survive.
    covered: u32,
    /// Whether a clock was ever seen to show another time than the others: leases promise nothing then.
    clocks_differ: bool,
    /// Offices that began after the first.
    pub failovers: u64,
    /// How often a node removed entries because they conflicted with its primary's.
    pub rollbacks: u64,
    /// Reads that missed an acknowledged write.
    pub stale_reads: u64,
}

/// A node as it was after its last step.
#[derive(Clone, Copy, Debug, Default, Hash)]
struct Seen {
    up: bool,
    epoch: Epoch,
    is_primary: bool,
    length: u32,
    chain: u64,
    acknowledged: u32,
    /// How far its log agrees with what must survive and was acknowledged in its epoch or an earlier one. A node of an
    /// earlier epoch may still follow a primary whose log never had that.
    holds: u32,
    reads: u32,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Office {
    holder: ProcessId,
    /// How many nodes had to be fenced for it: all of them for the boot configuration, none without fencing.
    fenced: u16,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Acknowledged {
    chain: u64,
    /// The primary's epoch.
    epoch: Epoch,
    /// How many backups had to have it.
    backups: u16,
    /// Whether a client waits for it, rather than being a primary's mark.
    is_write: bool,
}

impl Monitor {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, PrimaryBackup>, verdict: &mut Verdict) {
        if self.seen.len() < world.nodes.len() {
            self.seen.resize(world.nodes.len(), Seen::default());
        }
        let me = world.changed;
        let before = self.seen[me.index()];
        let Some(node) = world.node() else {
            self.seen[me.index()] = Seen::default();
            return;
        };
        self.clocks_differ |= node.clock != world.time;
        if !world.config.fencing {
            self.uncover(0);
        }
        if node.is_primary() && !(before.is_primary && before.epoch == node.epoch()) {
            self.on_office(world, node, verdict);
        }
        if before.up {
            self.on_log(world, node, before, verdict);
        }
        if node.acknowledged > before.acknowledged {
            if node.is_primary() {
                self.on_acknowledge(world, node, before.acknowledged, verdict);
            } else {
                self.on_learn(world, node, verdict);
            }
        }
        if before.up && node.reads != before.reads {
            self.on_read(world, node, verdict);
        }
        let log = &node.durable.log;
        self.seen[me.index()] = Seen {
            up: true,
            epoch: node.epoch(),
            is_primary: node.is_primary(),
            length: log.last_index(),
            chain: log.chain(log.last_index()),
            acknowledged: node.acknowledged,
            holds: self.agreed(log, self.covered_by(node.epoch())),
            reads: node.reads,
        };
    }

    /// One primary an epoch; and a new primary has what must survive.
    fn on_office(&mut self, world: &Observation<'_, PrimaryBackup>, node: &Node, verdict: &mut Verdict) {
        let (me, epoch) = (world.changed, node.epoch());
        if world.up().any(|(id, other)| id != me && other.is_primary()) {
            verdict.reach(TWO_PRIMARIES);
        }
        if let Some(office) = self.offices.get(&epoch) {
            if office.holder != me {
                verdict.violate(ONE_PRIMARY_PER_EPOCH, &[me.min(office.holder), me.max(office.holder)]);
            }
            return;
        }
        let nodes = node_count(world);
        if self.offices.is_empty() {
            self.offices.insert(epoch, Office { holder: me, fenced: nodes });
            return;
        }
        let fenced = if world.config.fencing { world.config.fence_quorum(nodes) } else { 0 };
        self.offices.insert(epoch, Office { holder: me, fenced });
        self.failovers += 1;
        verdict.reach(FAILOVER);
        // What these fences could have missed need not survive.
        while let Some(last) = self.slot(self.covered) {
            if last.epoch >= epoch || fenced + last.backups + 1 > nodes {
                break;
            }
            self.uncover(self.covered - 1);
        }
        let lacks = |(index, known): (u32, Acknowledged)| node.durable.log.chain(index) != known.chain;
        if self.latest(self.length(), |known| known.is_write && known.epoch <= epoch).is_some_and(lacks) {
            verdict.reach(WRITE_LOST);
        }
        if self.latest(self.covered, |known| known.epoch <= epoch).is_some_and(lacks) {
            verdict.violate(ACKNOWLEDGED_WRITES_SURVIVE, &[me]);
        }
    }

    /// A node may remove entries, but none that must survive.
    fn on_log(&mut self, world: &Observation<'_, PrimaryBackup>, node: &Node, before: Seen, verdict: &mut Verdict) {
        let (me, log) = (world.changed, &node.durable.log);
        if log.last_index() >= before.length && log.chain(before.length) == before.chain {
            return;
        }
        self.rollbacks += 1;
        verdict.reach(ROLLED_BACK);
        // The expectation may have been lowered in this very step.
        let expected = self.seen[me.index()].holds.min(self.covered);
        if self.agreed(log, self.covered) < expected {
            verdict.violate(ACKNOWLEDGED_WRITES_SURVIVE, &[me]);
        }
    }

    /// Remembers what a primary acknowledges, and looks for it in the logs of later primaries.
    fn on_acknowledge(
        &mut self,
        world: &Observation<'_, PrimaryBackup>,
        node: &Node,
        acknowledged_before: u32,
        verdict: &mut Verdict,
    ) {
        let (epoch, index, log) = (node.epoch(), node.acknowledged, &node.durable.log);
        let has_write = (acknowledged_before + 1..=index).any(|index| is_write(log, index));
        if has_write {
            verdict.reach(WRITE_ACKNOWLEDGED);
        }
        let backups = world.config.acks_needed(node_count(world));
        let is_covered = self.is_covered(world, epoch);
        let later = world.up().find(|(_, other)| {
            other.is_primary() && other.epoch() > epoch && other.durable.log.chain(index) != log.chain(index)
        });
        let known = index.min(self.length());
        let agreed = self.agreed(log, known);
        let overruled = agreed < known && self.slot(known).is_some_and(|other| other.epoch > epoch);
        if later.is_some() || overruled {
            if has_write {
                verdict.reach(WRITE_LOST);
            }
            if is_covered {
                let lacking = later.map_or(world.changed, |(id, _)| id);
                verdict.violate(ACKNOWLEDGED_WRITES_SURVIVE, &[lacking]);
            }
            return;
        }
        if agreed < known {
            // What an earlier primary acknowledged is gone from this log, and so from those that follow it.
            if agreed < self.covered {
                verdict.violate(ACKNOWLEDGED_WRITES_SURVIVE, &[world.changed]);
            }
            self.acknowledged.truncate(agreed as usize);
            self.uncover(self.covered.min(agreed));
        }
        let first = if is_covered { self.covered.min(index) } else { self.length() };
        for index in first + 1..=index {
            let entry = Acknowledged { chain: log.chain(index), epoch, backups, is_write: is_write(log, index) };
            match self.acknowledged.get_mut(index as usize - 1) {
                Some(slot) => *slot = entry,
                None => self.acknowledged.push(entry),
            }
        }
        if is_covered {
            self.covered = self.covered.max(index);
        }
    }

    /// What a backup learns to be acknowledged is what a primary of its epoch or an earlier one has acknowledged.
    fn on_learn(&self, world: &Observation<'_, PrimaryBackup>, node: &Node, verdict: &mut Verdict) {
        let index = node.acknowledged.min(self.covered);
        let Some(known) = self.slot(index).filter(|known| known.epoch <= node.epoch()) else { return };
        if node.durable.log.chain(index) != known.chain {
            let me = world.changed;
            let holder = self.offices.get(&known.epoch).map_or(me, |office| office.holder);
            let mut both = vec![me.min(holder), me.max(holder)];
            both.dedup();
            verdict.violate(PREFIX, &both);
        }
    }

    /// A read misses something, or must not.
    fn on_read(&mut self, world: &Observation<'_, PrimaryBackup>, node: &Node, verdict: &mut Verdict) {
        let log = &node.durable.log;
        let misses = |(index, known): (u32, Acknowledged)| node.applied < index || log.chain(index) != known.chain;
        if self.latest(self.length(), |known| known.is_write).is_some_and(misses) {
            self.stale_reads += 1;
            verdict.reach(STALE_READ);
        }
        let is_leased = world.config.lease_length() > 0 && !world.config.reads_anywhere && !self.clocks_differ;
        let is_judged = is_leased && self.is_covered(world, node.epoch());
        if is_judged && self.latest(self.covered, |known| known.is_write).is_some_and(misses) {
            verdict.violate(FRESH_READS, &[world.changed]);
        }
    }

    /// Whether what a primary of that epoch acknowledges now must survive: with fencing, and if every later primary had to
    /// fence a node of each set of a primary and as many backups as it waits for.
    fn is_covered(&self, world: &Observation<'_, PrimaryBackup>, epoch: Epoch) -> bool {
        let nodes = node_count(world);
        let backups = world.config.acks_needed(nodes);
        let mut later = self.offices.range((Bound::Excluded(epoch), Bound::Unbounded));
        world.config.fencing && backups > 0 && later.all(|(_, office)| office.fenced + backups + 1 > nodes)
    }

    /// After index `covered` nothing needs to survive any more.
    fn uncover(&mut self, covered: u32) {
        if covered < self.covered {
            self.covered = covered;
            for seen in &mut self.seen {
                seen.holds = seen.holds.min(covered);
            }
        }
    }

    fn length(&self) -> u32 {
        u32::try_from(self.acknowledged.len()).unwrap_or(u32::MAX)
    }

    /// What was acknowledged at that index, from 1.
    fn slot(&self, index: u32) -> Option<Acknowledged> {
        self.acknowledged.get(index.checked_sub(1)? as usize).copied()
    }

    /// The last of the first `limit` acknowledged entries that is like that, with its index.
    fn latest(&self, limit: u32, is_meant: impl Fn(&Acknowledged) -> bool) -> Option<(u32, Acknowledged)> {
        let mut known = (1..=limit).rev().filter_map(|index| Some((index, self.slot(index)?)));
        known.find(|(_, known)| is_meant(known))
    }

    /// Up to which index what was acknowledged in that epoch or an earlier one must survive.
    fn covered_by(&self, epoch: Epoch) -> u32 {
        last_so(self.covered, |index| self.slot(index).is_some_and(|known| known.epoch <= epoch))
    }

    /// How far a log agrees with the first `limit` acknowledged entries.
    fn agreed(&self, log: &Log, limit: u32) -> u32 {
        let limit = limit.min(log.last_index()).min(self.length());
        last_so(limit, |index| self.slot(index).is_some_and(|known| known.chain == log.chain(index)))
    }
}

/// The last index up to `limit` of something that is so up to some index and not so from there on, as digests of prefixes
/// agree; 0 if it is never so. Halving finds it.
fn last_so(limit: u32, is_so: impl Fn(u32) -> bool) -> u32 {
    if limit == 0 || is_so(limit) {
        return limit;
    }
    let (mut low, mut high) = (0, limit);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn node_count(world: &Observation<'_, PrimaryBackup>) -> u16 {
    u16::try_from(world.nodes.len()).unwrap_or(u16::MAX)
}

fn is_write(log: &Log, index: u32) -> bool {
    matches!(log.entry(index).map(|entry| entry.command), Some(Command::Client { .. }))
}
