//! A node's state, and the dispatch of events.

use super::log::{Command, Entry, Epoch, Log, Position};
use super::message::Message;
use super::{PrimaryBackup, Timer};
use crate::kv::Store;
use consistory_kernel::{Cx, Event, Fact, MS, MarkKind, ProcessId, Time};

/// Where only people order a failover, the time-out is armed all the same, so that it can be fired by hand; it is this
/// far off, a day in microseconds.
const BY_HAND: Time = 86_400_000 * MS;

/// What survives a crash.
#[derive(Clone, Debug, Hash)]
pub struct Durable {
    /// The epoch of this node; lower ones are refused.
    pub epoch: Epoch,
    /// Whether the node that the epoch names has taken office, as far as this disk knows.
    pub in_office: bool,
    /// The log.
    pub log: Log,
}

impl Default for Durable {
    /// A fresh disk has the boot configuration.
    fn default() -> Self {
        Self { epoch: Epoch::BOOT, in_office: true, log: Log::default() }
    }
}

/// A forced write to stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new epoch, or that it has a primary now.
    Epoch {
        /// The epoch.
        epoch: Epoch,
        /// Whether the node that it names has taken office.
        in_office: bool,
    },
    /// One more log entry.
    Append(Entry),
    /// The entry at that index and all that follow it are gone.
    Truncate {
        /// The first index that is gone.
        from: u32,
    },
}

impl Durable {
    /// Performs a write.
    pub fn write(&mut self, write: &Write) {
        match *write {
            Write::Epoch { epoch, in_office } => {
                self.epoch = epoch;
                self.in_office = in_office;
            }
            Write::Append(entry) => self.log.append(entry),
            Write::Truncate { from } => self.log.truncate_from(from),
        }
    }
}

/// A running node: its copy of what is on disk, and what a restart resets.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What is on disk, as this node works with it.
    pub durable: Durable,
    /// Backup, candidate or primary.
    pub role: Role,
    /// The primary, as far as this node knows; where clients are redirected.
    pub primary: Option<ProcessId>,
    /// Up to this index, as far as this node knows, enough backups have stored the log for it to be acknowledged.
    pub acknowledged: u32,
    /// Up to this index the log is applied to the store. A primary applies what is acknowledged, a backup what it has.
    pub applied: u32,
    /// The state machine.
    pub store: Store,
    /// Until this time of its own clock it takes part in no fence.
    pub promised_until: Time,
    /// Reads that it has answered since it booted, which the properties watch.
    pub reads: u32,
    /// What its own clock showed at its last step; the properties judge leases only while clocks agree.
    pub clock: Time,
}

/// What a node is in its epoch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Stores what the primary ships.
    Backup,
    /// Fences the others in order to become primary.
    Candidate {
        /// For each node that lets itself be fenced, where its log ends; that of the candidate itself is not used.
        answers: Vec<Option<Position>>,
    },
    /// Serves the clients.
    Primary {
        /// The index of the mark with which its office begins; 0 for none. Reads wait until it is acknowledged.
        since: u32,
        /// What it knows of each node; that of itself is not used.
        peers: Vec<Progress>,
    },
}

/// What a primary knows of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// The next entry to ship. What is under way counts as shipped; a backup that misses something says so.
    pub next: u32,
    /// The highest index known to be on its disk.
    pub stored: u32,
    /// Until this time of the primary's clock the backup takes part in no fence.
    pub granted: Time,
}

impl Node {
    /// Boots from stable storage. Whoever held office, or stood for it, goes on: nobody else can in its epoch, and a
    /// higher epoch ends it as it would have ended it before.
    pub(super) fn start(cx: &mut Cx<'_, PrimaryBackup>, durable: &Durable) -> Self {
        let Durable { epoch, in_office, .. } = *durable;
        let mut node = Self {
            durable: durable.clone(),
            role: Role::Backup,
            primary: in_office.then_some(epoch.node),
            acknowledged: 0,
            applied: 0,
            store: Store::default(),
            promised_until: 0,
            reads: 0,
            clock: cx.now(),
        };
        cx.epoch(u64::from(epoch.round));
        node.apply_received();
        if epoch.node == cx.me() && in_office {
            // In office it has promised nothing to anybody.
            node.resume_office(cx);
            return node;
        }
        // It may have promised something before it crashed.
        node.promised_until = node.clock.saturating_add(cx.config().lease_length());
        if epoch.node == cx.me() {
            node.resume_candidacy(cx);
        } else {
            Self::wait_for_primary(cx);
        }
        node
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, PrimaryBackup>, event: Event<PrimaryBackup>) {
        self.clock = cx.now();
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => match timer {
                Timer::Suspect => self.on_suspect(cx),
                Timer::Heartbeat => self.on_heartbeat(cx),
                Timer::FenceRetry => self.fence(cx),
            },
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, PrimaryBackup>, from: ProcessId, message: Message) {
        match message {
            Message::Replicate(shipped) => self.on_replicate(cx, from, &shipped),
            Message::Stored { epoch, outcome, granted } => self.on_stored(cx, from, epoch, outcome, granted),
            Message::Fence { epoch, last, next } => self.on_fence(cx, from, epoch, last, next),
            Message::Fenced { epoch, answer } => self.on_fenced(cx, from, epoch, &answer),
        }
    }

    /// Arms the time-out after which it suspects the primary, afresh.
    pub(super) fn wait_for_primary(cx: &mut Cx<'_, PrimaryBackup>) {
        let config = cx.config();
        let (low, high) = if config.automatic { config.suspect_after } else { (BY_HAND, BY_HAND) };
        cx.set_timer(Timer::Suspect, low..=high);
    }

    /// Lays down its office or candidacy, if it has one, and waits for a primary.
    pub(super) fn become_backup(&mut self, cx: &mut Cx<'_, PrimaryBackup>, because: ProcessId) {
        let facts = [("epoch", number(self.durable.epoch.round)), ("because", Fact::Process(because))];
        match core::mem::replace(&mut self.role, Role::Backup) {
            Role::Backup => {}
            Role::Candidate { .. } => {
                cx.cancel_timer(Timer::FenceRetry);
                cx.note("primary-backup.gave_in", &facts);
            }
            Role::Primary { .. } => {
                cx.cancel_timer(Timer::Heartbeat);
                cx.mark(MarkKind::Milestone, "primary-backup.stepped_down", &facts);
                self.apply_received();
            }
        }
        Self::wait_for_primary(cx);
    }

    /// Moves to an epoch, on disk before this step answers anybody.
    pub(super) fn set_epoch(&mut self, cx: &mut Cx<'_, PrimaryBackup>, epoch: Epoch, in_office: bool) {
        self.durable.epoch = epoch;
        self.durable.in_office = in_office;
        cx.persist(Write::Epoch { epoch, in_office });
        cx.epoch(u64::from(epoch.round));
    }

    /// Performs a write of the log, on disk before this step answers anybody.
    pub(super) fn write_log(&mut self, cx: &mut Cx<'_, PrimaryBackup>, write: Write) {
        self.durable.write(&write);
        cx.persist(write);
    }

    /// Takes entries that follow those up to `after`. Where others stand in their place, these are rolled back.
    pub(super) fn take_entries(
        &mut self,
        cx: &mut Cx<'_, PrimaryBackup>,
        source: ProcessId,
        after: u32,
        entries: &[Entry],
    ) {
        for (index, entry) in (after + 1..).zip(entries) {
            match self.durable.log.epoch(index) {
                Some(epoch) if epoch == entry.epoch => continue,
                Some(_) => self.roll_back(cx, index, source),
                None => {}
            }
            self.write_log(cx, Write::Append(*entry));
        }
    }

    /// Removes the entry at `index` and all that follow it, and rebuilds the store from what is left.
    fn roll_back(&mut self, cx: &mut Cx<'_, PrimaryBackup>, index: u32, source: ProcessId) {
        let gone = (self.durable.log.last_index() + 1).saturating_sub(index);
        let facts = [("entries", number(gone)), ("index", number(index)), ("source", Fact::Process(source))];
        cx.mark(MarkKind::Milestone, "primary-backup.rolled_back", &facts);
        self.write_log(cx, Write::Truncate { from: index });
        let kept = index.saturating_sub(1);
        self.acknowledged = self.acknowledged.min(kept);
        if self.applied > kept {
            self.store = Store::default();
            self.applied = 0;
            self.apply_received();
        }
    }

    /// Applies the whole log, acknowledged or not: what a backup does on receipt, and every node when it boots.
    pub(super) fn apply_received(&mut self) {
        while self.applied < self.durable.log.last_index() {
            self.applied += 1;
            let Some(entry) = self.durable.log.entry(self.applied) else { return };
            if let Command::Client { client, serial, op } = entry.command {
                self.store.apply(client, serial, op);
            }
        }
    }

    /// This node's epoch.
    pub fn epoch(&self) -> Epoch {
        self.durable.epoch
    }

    /// Whether it holds itself for the primary.
    pub fn is_primary(&self) -> bool {
        matches!(self.role, Role::Primary { .. })
    }

    /// Whether it is a backup.
    pub fn is_backup(&self) -> bool {
        matches!(self.role, Role::Backup)
    }
}

/// The primary that a node knows, for a note.
pub(super) fn primary_fact(primary: Option<ProcessId>) -> (&'static str, Fact) {
    ("primary", primary.map_or(Fact::Word("primary-backup.nobody"), Fact::Process))
}

/// A number for a note.
pub(super) fn number(value: u32) -> Fact {
    Fact::Number(i64::from(value))
}
