//! A node's state, the record that a step forces to disk, and the dispatch of events.

use super::ballot::Ballot;
use super::log::{Command, Entry, Log, Proposal};
use super::message::Message;
use super::mutants::Mutant;
use super::{MultiPaxos, Timer};
use crate::applied::Heard;
use crate::kv::{Op, Store};
use consistory_kernel::{Chunks, Cx, Event, Fact, MarkKind, ProcessId, Time};
use std::collections::{BTreeMap, VecDeque};

/// What survives a crash: what an acceptor must remember, its promise and what it has accepted (Paxos Made Simple,
/// §2.5), and as much of what is known to be chosen as has found its way to disk.
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// The highest ballot that it has promised.
    pub promised: Ballot,
    /// What it has accepted.
    pub log: Log,
}

/// What one step writes, in one forced write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Record {
    /// A higher promise.
    pub promised: Option<Ballot>,
    /// Proposals that are accepted.
    pub accepted: Vec<Entry>,
    /// Entries that are known to be chosen. They can be learned again, so that they force no write; they go along
    /// with the next that is forced.
    pub chosen: Vec<Entry>,
}

impl Record {
    fn is_forced(&self) -> bool {
        self.promised.is_some() || !self.accepted.is_empty()
    }
}

impl Durable {
    /// Performs a write.
    pub fn write(&mut self, record: &Record) {
        self.promised = record.promised.unwrap_or(self.promised);
        for entry in &record.accepted {
            self.log.accept(*entry);
        }
        for entry in &record.chosen {
            self.log.choose(*entry);
        }
    }
}

/// A running node: what its disk has, and what a restart resets.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// The highest ballot that it has promised; while it stands or leads, its own.
    pub promised: Ballot,
    /// The highest ballot that it has heard of, promised or not.
    pub highest: Ballot,
    /// What it has accepted, and what it knows to be chosen.
    pub log: Log,
    /// Follower, candidate or leader.
    pub role: Role,
    /// The leader of the ballot that it has promised, as far as it knows; where clients are redirected.
    pub leader: Option<ProcessId>,
    /// Up to this slot the log is applied to the store.
    pub applied: u32,
    /// By slot: the digest of the commands applied up to it.
    pub(super) chain: Chunks<u64>,
    /// The state machine.
    pub store: Store,
    /// Up to this slot, as it has heard, everything is chosen.
    pub heard: u32,
    /// Whether it has asked for slots that it lacks, and waits for the answer.
    pub fetching: bool,
    /// Whether it has granted a lease that runs: it promises nothing to anybody but the one whom it follows.
    pub bound: bool,
    /// Whether its election timeout has elapsed while it was bound: it stands as soon as it is free, unless it hears
    /// a leader before.
    pub eager: bool,
    /// What its own clock showed at its last step.
    pub clock: Time,
    /// What its last step did, for the properties.
    pub happened: Vec<Happening>,
    /// What this step writes.
    pub(super) record: Record,
}

/// Something that a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// A client asked for something.
    Asked(Heard<Op>),
    /// It accepted a proposal.
    Accepted(Entry),
    /// It learned that a value is chosen.
    Learned(Entry),
    /// As a new leader it proposed what others had accepted.
    Adopted,
    /// It has got the chosen slots that it lacked.
    CaughtUp,
    /// It answered a read by itself.
    Read,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Accepts, and waits.
    Follower,
    /// In phase 1.
    Candidate {
        /// The first slot that its ballot is about.
        from: u32,
        /// Who has promised, one bit a node; the candidate itself included.
        promises: u16,
        /// By slot, the proposal with the highest ballot that these have accepted.
        reported: BTreeMap<u32, Proposal>,
    },
    /// In phase 2: the distinguished proposer.
    Leader(Leading),
}

/// What a leader keeps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leading {
    /// The next free slot.
    pub next: u32,
    /// The last slot in which anything may have been chosen before its ballot. Once it has applied it, it knows
    /// everything that was ever acknowledged.
    pub recovered: u32,
    /// The slots in flight: proposed and not yet chosen, each with who has accepted the proposal, one bit a node.
    pub flight: BTreeMap<u32, u16>,
    /// Commands that wait until the window has room.
    pub queue: VecDeque<Command>,
    /// For each node, until when it has granted the lease, on the leader's clock; that of the leader itself is not
    /// used.
    pub granted: Vec<Time>,
    /// Whether it holds a lease that has not been seen to end.
    pub leased: bool,
    /// The slots below were proposed before the last heartbeat: the next one sends them again.
    pub(super) settled: u32,
    /// Slots that were left open; empty unless that rule is switched off.
    pub(super) holes: Vec<u32>,
}

impl Node {
    /// Boots from stable storage: applies what it knows to be chosen, and follows.
    pub(super) fn start(cx: &mut Cx<'_, MultiPaxos>, durable: &Durable) -> Self {
        let promised = if cx.is_off(Mutant::ForgetPromise) { Ballot::NONE } else { durable.promised };
        let mut node = Self {
            promised,
            highest: promised,
            log: durable.log.clone(),
            role: Role::Follower,
            leader: None,
            applied: 0,
            chain: Chunks::default(),
            store: Store::default(),
            heard: durable.log.prefix(),
            fetching: false,
            bound: false,
            eager: false,
            clock: cx.now(),
            happened: Vec::new(),
            record: Record::default(),
        };
        cx.epoch(u64::from(promised.round));
        node.apply_chosen(cx);
        node.bind_after_boot(cx);
        Self::reset_election_timer(cx);
        node
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, MultiPaxos>, event: Event<MultiPaxos>) {
        self.clock = cx.now();
        self.happened.clear();
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => self.on_timer(cx, timer),
            Event::Client(request) => self.on_request(cx, &request),
        }
        if self.record.is_forced() {
            cx.persist(core::mem::take(&mut self.record));
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, message: Message) {
        match message {
            Message::Prepare { ballot, from: first } => self.on_prepare(cx, from, ballot, first),
            Message::Promise { ballot, chosen, accepted } => self.on_promise(cx, from, ballot, chosen, &accepted),
            Message::Accept { entry, chosen } => self.on_accept(cx, from, entry, chosen),
            Message::Accepted { ballot, slot } => self.on_accepted(cx, from, ballot, slot),
            Message::Nack { refused, promised } => self.on_nack(cx, from, refused, promised),
            Message::Heartbeat { ballot, chosen, stamp } => self.on_heartbeat(cx, from, ballot, chosen, stamp),
            Message::HeartbeatReply { ballot, stamp } => self.on_heartbeat_reply(cx, from, ballot, stamp),
            Message::CatchUp { from: first, to } => self.on_catch_up(cx, from, first, to),
            Message::Chosen { entries } => self.on_chosen(cx, from, &entries),
        }
    }

    fn on_timer(&mut self, cx: &mut Cx<'_, MultiPaxos>, timer: Timer) {
        match timer {
            Timer::Election => self.on_election_timeout(cx),
            Timer::Heartbeat => self.beat(cx),
            Timer::PrepareRetry => self.send_prepares(cx),
            Timer::Lease => self.on_lease_end(cx),
            Timer::Grant => self.on_grant_end(cx),
            Timer::CatchUp => self.on_catch_up_timer(cx),
        }
    }

    /// Arms the election timer afresh.
    pub(super) fn reset_election_timer(cx: &mut Cx<'_, MultiPaxos>) {
        let (low, high) = cx.config().election_timeout;
        cx.set_timer(Timer::Election, low..=high);
    }

    /// Promises a ballot, on disk before this step answers anybody.
    pub(super) fn promise(&mut self, cx: &mut Cx<'_, MultiPaxos>, ballot: Ballot) {
        self.promised = ballot;
        self.highest = self.highest.max(ballot);
        self.record.promised = Some(ballot);
        cx.epoch(u64::from(ballot.round));
    }

    /// Accepts a proposal, on disk before this step answers anybody.
    pub(super) fn accept(&mut self, cx: &Cx<'_, MultiPaxos>, entry: Entry) {
        self.log.accept(entry);
        self.happened.push(Happening::Accepted(entry));
        if !cx.is_off(Mutant::ForgetAccepted) {
            self.record.accepted.push(entry);
        }
    }

    /// Lays down its candidacy or leadership, if it has one, because of somebody with a higher ballot.
    pub(super) fn give_way(&mut self, cx: &mut Cx<'_, MultiPaxos>, because: ProcessId, ballot: Ballot) {
        let [round, owner] = ballot_facts(ballot);
        let facts = [round, owner, ("because", Fact::Process(because))];
        match core::mem::replace(&mut self.role, Role::Follower) {
            Role::Follower => {}
            Role::Candidate { .. } => {
                cx.cancel_timer(Timer::PrepareRetry);
                cx.note("multi-paxos.pre_empted", &facts);
            }
            Role::Leader(_) => {
                cx.cancel_timer(Timer::Heartbeat);
                cx.cancel_timer(Timer::Lease);
                cx.mark(MarkKind::Milestone, "multi-paxos.stepped_down", &facts);
                Self::reset_election_timer(cx);
            }
        }
    }

    /// How many nodes must promise or accept.
    pub(super) fn quorum(cx: &Cx<'_, MultiPaxos>) -> usize {
        let majority = usize::from(cx.nodes() / 2 + 1);
        if cx.is_off(Mutant::SmallQuorum) { (majority - 1).max(1) } else { majority }
    }

    /// Whether it leads.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// What it keeps as a leader.
    pub fn leading(&self) -> Option<&Leading> {
        match &self.role {
            Role::Leader(leading) => Some(leading),
            Role::Follower | Role::Candidate { .. } => None,
        }
    }

    pub(super) fn leading_mut(&mut self) -> Option<&mut Leading> {
        match &mut self.role {
            Role::Leader(leading) => Some(leading),
            Role::Follower | Role::Candidate { .. } => None,
        }
    }

    /// The ballot in which it stands.
    pub fn stands(&self) -> Option<Ballot> {
        matches!(self.role, Role::Candidate { .. }).then_some(self.promised)
    }

    /// The ballot in which it leads.
    pub fn leads(&self) -> Option<Ballot> {
        self.is_leader().then_some(self.promised)
    }

    /// The digest of the commands applied up to a slot; 0 at slot 0 and past the end.
    pub fn chain(&self, slot: u32) -> u64 {
        slot.checked_sub(1).and_then(|place| self.chain.get(place as usize)).copied().unwrap_or(0)
    }
}

/// The leader that a node knows, for a note.
pub(super) fn leader_fact(leader: Option<ProcessId>) -> (&'static str, Fact) {
    ("leader", leader.map_or(Fact::Word("multi-paxos.nobody"), Fact::Process))
}

/// A ballot for a note: its round, and whose it is.
pub(super) fn ballot_facts(ballot: Ballot) -> [(&'static str, Fact); 2] {
    [("round", number(ballot.round)), ("owner", Fact::Process(ballot.node))]
}

/// A number for a note.
pub(super) fn number(value: u32) -> Fact {
    Fact::Number(i64::from(value))
}

/// One bit of a set of nodes.
pub(super) fn bit(node: ProcessId) -> u16 {
    1 << (node.0 % 16)
}
