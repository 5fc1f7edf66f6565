//! What the protocol promises, judged after every step by the order of tags.
//!
//! An atomic register needs more than a look at the replicas: what an operation returns is compared with what had been
//! returned before it began. The monitor keeps the greatest tag of a completed operation of each register, and for each
//! operation that runs what that tag was at its beginning, so that every step costs a few comparisons.

use super::Abd;
use super::message::{Tag, Version};
use super::node::{Asked, Completed, Node};
use super::op::Op;
use crate::kv::Key;
use consistory_kernel::{Chunks, Observation, ProcessId, Verdict};
use core::cmp::Ordering;
use std::collections::BTreeMap;

/// An operation that begins after another has completed has no smaller tag; a write has a greater one. Then reads and
/// writes take effect in the order of their tags, each between its beginning and its end (Lynch, "Distributed
/// Algorithms", 1996, Lemma 13.16).
pub const ATOMICITY: u8 = 0;
/// No two values of a register are written with the same tag.
pub const UNIQUE_TAGS: u8 = 1;
/// As long as a replica runs, the tag of its copy of a register never gets smaller.
pub const MONOTONE_REPLICAS: u8 = 2;
/// Two clients' writes of one register run at the same time.
pub const CONCURRENT_WRITES: u8 = 3;
/// A read writes back what some replica did not have.
pub const READ_REPAIRS: u8 = 4;
/// A majority has answered, and an operation is complete.
pub const MAJORITY_ANSWERED: u8 = 5;
/// No operation waits for a majority at a replica that is up.
pub const PROGRESS: u8 = 6;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    /// By replica: what it was after its last step; nothing while it is down.
    seen: Vec<Seen>,
    /// For each register, the greatest tag of an operation that is complete.
    completed: BTreeMap<Key, Tag>,
    /// The operations that run, by coordinator and client.
    running: BTreeMap<(ProcessId, ProcessId), Begun>,
    /// The numbers that each writer has used for each register, with the values, as long as they rise.
    written: BTreeMap<(Key, ProcessId), Chunks<(u32, i64)>>,
    /// What was written with a number that does not rise.
    others: BTreeMap<(Key, Tag), i64>,
}

/// A replica after its last step.
#[derive(Clone, Debug, Default, Hash)]
struct Seen {
    /// The tags of its copies.
    tags: BTreeMap<Key, Tag>,
    /// What that step completed.
    completed: Option<Completed>,
}

/// An operation that runs.
#[derive(Clone, Copy, Debug, Hash)]
struct Begun {
    asked: Asked,
    /// The greatest tag of a completed operation when it began.
    floor: Tag,
}

impl Monitor {
    /// Judges the replica that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, Abd>, verdict: &mut Verdict) {
        if self.seen.len() < world.nodes.len() {
            self.seen.resize(world.nodes.len(), Seen::default());
        }
        let me = world.changed;
        let Some(node) = world.node() else {
            self.seen[me.index()] = Seen::default();
            self.running.retain(|(coordinator, _), _| *coordinator != me);
            return;
        };
        let before = core::mem::replace(&mut self.seen[me.index()].completed, node.completed);
        if let Some(done) = node.completed.filter(|done| before != Some(*done)) {
            verdict.reach(MAJORITY_ANSWERED);
            // A cluster of one answers in the step that writes, and a crash while its disk is busy undoes both.
            if world.nodes.len() > 1 {
                self.on_completed(me, done, verdict);
            }
        }
        self.on_running(me, node, verdict);
        self.on_copies(me, node, verdict);
        if node.repaired {
            verdict.reach(READ_REPAIRS);
        }
    }

    /// Atomicity, of the operation that the step has completed.
    fn on_completed(&mut self, me: ProcessId, done: Completed, verdict: &mut Verdict) {
        let Completed { asked, version } = done;
        let (key, tag) = (asked.op.key(), version.tag);
        self.on_version(key, version, verdict);
        let greatest = self.completed.entry(key).or_insert(Tag::INITIAL);
        // One that began and ended in the same step was never seen to run.
        let begun = self.running.remove(&(me, asked.client)).filter(|begun| begun.asked == asked);
        let floor = begun.map_or(*greatest, |begun| begun.floor);
        let is_in_order = match asked.op {
            Op::Read(_) => tag >= floor,
            Op::Write(..) => tag > floor,
        };
        if !is_in_order {
            verdict.violate(ATOMICITY, &[me]);
        }
        *greatest = tag.max(*greatest);
    }

    /// Notices the operations that begin and end at the replica.
    fn on_running(&mut self, me: ProcessId, node: &Node, verdict: &mut Verdict) {
        let runs = |client: &ProcessId, begun: &Begun| {
            node.running.get(client).is_some_and(|operation| operation.asked == begun.asked)
        };
        self.running.retain(|(coordinator, client), begun| *coordinator != me || runs(client, begun));
        for (client, operation) in &node.running {
            if !self.running.contains_key(&(me, *client)) {
                self.on_begun((me, *client), operation.asked, verdict);
            }
        }
    }

    fn on_begun(&mut self, place: (ProcessId, ProcessId), asked: Asked, verdict: &mut Verdict) {
        let key = asked.op.key();
        let rivals = |other: &Asked| other.client != asked.client && other.op.is_write() && other.op.key() == key;
        if asked.op.is_write() && self.running.values().any(|begun| rivals(&begun.asked)) {
            verdict.reach(CONCURRENT_WRITES);
        }
        let floor = self.completed.get(&key).copied().unwrap_or(Tag::INITIAL);
        self.running.insert(place, Begun { asked, floor });
    }

    /// Monotone Replicas; and what a replica has of another, that one has written.
    fn on_copies(&mut self, me: ProcessId, node: &Node, verdict: &mut Verdict) {
        for (key, version) in &node.durable.registers {
            let before = self.seen[me.index()].tags.insert(*key, version.tag);
            if before == Some(version.tag) {
                continue;
            }
            if before > Some(version.tag) {
                verdict.violate(MONOTONE_REPLICAS, &[me]);
            }
            // A writer's own copy may be undone by a crash while its disk is busy, before anybody has heard of it.
            if version.tag.writer != me {
                self.on_version(*key, *version, verdict);
            }
        }
    }

    /// Unique Tags, of a version that has left its writer.
    fn on_version(&mut self, key: Key, version: Version, verdict: &mut Verdict) {
        let Version { tag, value: Some(value) } = version else { return };
        let written = self.written.entry((key, tag.writer)).or_default();
        let last = written.last().map_or(0, |(last, _)| *last);
        if tag.number > last {
            written.push((tag.number, value));
            return;
        }
        let known = find(written, tag.number);
        let first = known.unwrap_or_else(|| *self.others.entry((key, tag)).or_insert(value));
        if first != value {
            verdict.violate(UNIQUE_TAGS, &[tag.writer]);
        }
    }
}

/// The value with that number, in a list whose numbers rise.
fn find(written: &Chunks<(u32, i64)>, number: u32) -> Option<i64> {
    let (mut from, mut until) = (0, written.len());
    while from < until {
        let middle = usize::midpoint(from, until);
        let (found, value) = *written.get(middle)?;
        match found.cmp(&number) {
            Ordering::Equal => return Some(value),
            Ordering::Less => from = middle + 1,
            Ordering::Greater => until = middle,
        }
    }
    None
}
