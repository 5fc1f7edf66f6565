//! Log shipping: the primary sends its log as it grows, backups store it, and what enough of them have is acknowledged.

use super::log::{Command, Entry, Epoch, Position};
use super::message::{Message, Outcome, Replicate};
use super::mutants::Mutant;
use super::node::{Node, Role, Write, number};
use super::{PrimaryBackup, Timer};
use crate::kv::Op;
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Time};
use core::cmp::Reverse;

/// Most entries in one message.
pub(super) const BATCH: u32 = 64;

impl Node {
    /// The primary appends a command and ships it right away.
    pub(super) fn append(&mut self, cx: &mut Cx<'_, PrimaryBackup>, command: Command) {
        let entry = Entry { epoch: self.durable.epoch, command };
        self.write_log(cx, Write::Append(entry));
        note_append(cx, entry, self.durable.log.last_index());
        self.maybe_acknowledge(cx);
        self.ship(cx);
    }

    /// Every backup hears from the primary, which gets what it lacks or nothing, and renews the lease.
    pub(super) fn on_heartbeat(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        self.ship(cx);
        let heartbeat = cx.config().heartbeat;
        cx.set_timer(Timer::Heartbeat, heartbeat..=heartbeat);
    }

    /// Ships to every backup what it has not been sent.
    pub(super) fn ship(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        for peer in cx.peers() {
            self.ship_to(cx, peer);
        }
    }

    fn ship_to(&mut self, cx: &mut Cx<'_, PrimaryBackup>, peer: ProcessId) {
        let Role::Primary { peers, .. } = &mut self.role else { return };
        let about = &mut peers[peer.index()];
        let log = &self.durable.log;
        let previous = log.position(about.next.saturating_sub(1));
        let entries = log.entries_from(about.next, BATCH);
        about.next += u32::try_from(entries.len()).unwrap_or(0);
        let shipped = Replicate {
            epoch: self.durable.epoch,
            previous,
            entries,
            acknowledged: self.acknowledged,
            stamp: cx.now(),
            lease: cx.config().lease_length(),
        };
        cx.send(peer, Message::Replicate(shipped));
    }

    /// A primary ships: follow it, promise it the lease it asks for, store what joins the log, apply it, and answer.
    pub(super) fn on_replicate(&mut self, cx: &mut Cx<'_, PrimaryBackup>, from: ProcessId, shipped: &Replicate) {
        let mine = self.durable.epoch;
        if self.refuses(cx, shipped.epoch) {
            let facts = [
                ("primary", Fact::Process(from)),
                ("epoch", number(shipped.epoch.round)),
                ("current", number(mine.round)),
                ("owner", Fact::Process(mine.node)),
            ];
            cx.note("primary-backup.replicate.refused", &facts);
            cx.send(from, Message::Stored { epoch: mine, outcome: Outcome::Refused, granted: 0 });
            return;
        }
        // The epoch has its primary now, so that a restart need not guess.
        if shipped.epoch > mine || shipped.epoch == mine && !self.durable.in_office {
            self.set_epoch(cx, shipped.epoch, true);
        }
        self.become_backup(cx, from);
        self.primary = Some(from);
        let granted = self.promise(cx, shipped);
        let outcome = self.store_shipped(cx, from, shipped);
        cx.send(from, Message::Stored { epoch: shipped.epoch, outcome, granted });
    }

    /// Whether a primary's epoch is over. Without fencing, a backup takes what anybody ships who calls himself primary.
    fn refuses(&self, cx: &Cx<'_, PrimaryBackup>, epoch: Epoch) -> bool {
        if epoch >= self.durable.epoch {
            return false;
        }
        match self.role {
            Role::Backup => cx.config().fencing && !cx.is_off(Mutant::AcceptOldEpoch),
            Role::Candidate { .. } | Role::Primary { .. } => true,
        }
    }

    /// Stores what follows an entry that this log has too, and says how far the logs are the same.
    fn store_shipped(&mut self, cx: &mut Cx<'_, PrimaryBackup>, from: ProcessId, shipped: &Replicate) -> Outcome {
        let Replicate { previous, entries, acknowledged, .. } = shipped;
        let found = self.durable.log.epoch(previous.index);
        if found != Some(previous.epoch) && !cx.is_off(Mutant::NoConsistencyCheck) {
            return self.mismatch(cx, from, *previous, found);
        }
        self.take_entries(cx, from, previous.index, entries);
        let last = previous.index + u32::try_from(entries.len()).unwrap_or(0);
        if let Some(entry) = entries.last() {
            let (index, epoch) = (("index", number(last)), ("epoch", number(entry.epoch.round)));
            cx.note("primary-backup.stored", &[index, epoch, ("primary", Fact::Process(from))]);
        }
        let known = (*acknowledged).min(last).min(self.durable.log.last_index());
        self.acknowledged = self.acknowledged.max(known);
        self.apply_received();
        Outcome::Stored { last }
    }

    /// The shipped entries do not join this log: tell the primary how far to back up.
    fn mismatch(
        &self,
        cx: &mut Cx<'_, PrimaryBackup>,
        from: ProcessId,
        previous: Position,
        found: Option<Epoch>,
    ) -> Outcome {
        let log = &self.durable.log;
        let primary = ("primary", Fact::Process(from));
        let (index, epoch) = (("index", number(previous.index)), ("epoch", number(previous.epoch.round)));
        let first = if let Some(other) = found {
            let facts = [primary, index, epoch, ("found", number(other.round))];
            cx.note("primary-backup.mismatch.conflict", &facts);
            log.first_of_epoch_at(previous.index)
        } else {
            let facts = [primary, index, epoch, ("last", number(log.last_index()))];
            cx.note("primary-backup.mismatch.short", &facts);
            log.last_index() + 1
        };
        Outcome::Mismatch { previous: previous.index, conflict: found, first }
    }

    /// A backup answers: count what it has, or back up and ship again.
    pub(super) fn on_stored(
        &mut self,
        cx: &mut Cx<'_, PrimaryBackup>,
        from: ProcessId,
        epoch: Epoch,
        outcome: Outcome,
        granted: Time,
    ) {
        if outcome == Outcome::Refused {
            self.on_refused(cx, from, epoch);
            return;
        }
        let Role::Primary { peers, .. } = &mut self.role else { return };
        if epoch != self.durable.epoch {
            return;
        }
        let log = &self.durable.log;
        let about = &mut peers[from.index()];
        about.granted = about.granted.max(granted);
        match outcome {
            Outcome::Stored { last } => {
                about.stored = about.stored.max(last);
                about.next = about.next.max(last + 1);
                let is_behind = about.next <= log.last_index();
                self.maybe_acknowledge(cx);
                if is_behind {
                    self.ship_to(cx, from);
                }
            }
            Outcome::Mismatch { previous, conflict, first } => {
                let known = conflict.and_then(|epoch| log.last_of_epoch(epoch, previous));
                let next = known.map_or(first, |last| last + 1).clamp(1, previous.max(1));
                about.next = about.next.min(next);
                // What it lacks it has not stored, whatever an earlier answer said: without fencing, logs shrink.
                about.stored = about.stored.min(about.next - 1);
                let facts = [("backup", Fact::Process(from)), ("next", number(about.next))];
                cx.note("primary-backup.backed_up", &facts);
                self.ship_to(cx, from);
            }
            Outcome::Refused => {}
        }
    }

    /// Acknowledges what enough backups have stored. An entry of an earlier epoch counts only with one of the primary's
    /// own behind it: alone, it could still lose to a log whose last entry is of an epoch between.
    pub(super) fn maybe_acknowledge(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        let Role::Primary { peers, .. } = &self.role else { return };
        let log = &self.durable.log;
        let needed = if cx.is_off(Mutant::AcknowledgeEarly) { 0 } else { cx.config().acks_needed(cx.nodes()) };
        let highest = match needed.checked_sub(1) {
            None => log.last_index(),
            Some(place) => nth_largest(peers.iter().map(|about| about.stored), place),
        };
        let Some(of) = log.epoch(highest).filter(|_| highest > self.acknowledged) else { return };
        let (index, epoch) = (("index", number(highest)), ("epoch", number(of.round)));
        if of != self.durable.epoch {
            let current = ("current", number(self.durable.epoch.round));
            cx.note("primary-backup.acknowledge.old_epoch", &[index, epoch, current]);
            return;
        }
        cx.note("primary-backup.acknowledged", &[index, epoch, ("backups", Fact::Number(i64::from(needed)))]);
        let first = self.acknowledged + 1;
        self.acknowledged = highest;
        self.answer(cx, first);
    }

    /// Applies what has been acknowledged from index `first` on, and answers the clients that wait for it. What a backup
    /// applied before it became primary is not applied twice: the sessions have its replies.
    fn answer(&mut self, cx: &mut Cx<'_, PrimaryBackup>, first: u32) {
        for index in first..=self.acknowledged {
            let Some(entry) = self.durable.log.entry(index) else { return };
            self.applied = self.applied.max(index);
            let Command::Client { client, serial, op } = entry.command else { continue };
            if let Some(reply) = self.store.apply(client, serial, op) {
                cx.reply(client, serial, Answer::Done(reply));
            }
        }
    }
}

/// The largest value but `place` others; the least one where there are not so many.
pub(super) fn nth_largest<T: Copy + Ord + Default>(values: impl Iterator<Item = T>, place: u16) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable_by_key(|value| Reverse(*value));
    values.get(usize::from(place)).copied().unwrap_or_default()
}

fn note_append(cx: &mut Cx<'_, PrimaryBackup>, entry: Entry, index: u32) {
    let (index, epoch) = (("index", number(index)), ("epoch", number(entry.epoch.round)));
    match entry.command {
        Command::NoOp => cx.note("primary-backup.appends.no_op", &[index, epoch]),
        Command::Client { op, .. } => match op {
            // Reads take no place in the log.
            Op::Read(_) => {}
            Op::Write(key, value) => {
                let value = ("value", Fact::Number(value));
                cx.note("primary-backup.appends.write", &[index, epoch, ("key", key.fact()), value]);
            }
            Op::CompareAndSet(key, old, new) => {
                let (old, new) = (("old", Fact::Number(old)), ("new", Fact::Number(new)));
                cx.note("primary-backup.appends.cas", &[index, epoch, ("key", key.fact()), old, new]);
            }
            Op::Append(key, value) => {
                let value = ("value", Fact::Number(value));
                cx.note("primary-backup.appends.append", &[index, epoch, ("key", key.fact()), value]);
            }
        },
    }
}
