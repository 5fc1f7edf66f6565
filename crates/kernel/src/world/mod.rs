//! [`World`]: one run at one instant, and how it goes on.

mod adversary;
mod apply;
mod clients;
mod faults;
mod fingerprint;
mod messages;
mod setup;
mod step;
mod storm;
mod workload;

use crate::client::ClientState;
use crate::core::{Core, Counters, Finding, Limit, Process};
use crate::cx::Outbox;
use crate::disk::Disk;
use crate::journal::{Journal, MarkKind};
use crate::queue::{Scheduled, What};
use crate::slab::{Flight, Slab};
pub use apply::EditError;
pub use setup::{Setup, SetupError};

use crate::{Chooser, Fact, Moment, Network, Observation, ProcessId, Protocol, Question, StepId, Time, Verdict};
use std::rc::Rc;

/// A timer that is armed.
#[derive(Clone, Copy, Debug)]
pub struct ArmedTimer<T> {
    /// Which.
    pub timer: T,
    /// When it was armed.
    pub armed_at: Time,
    /// When it fires.
    pub fires_at: Time,
    /// The step that armed it.
    pub cause: StepId,
    /// Message delays that led to that step: see [`Flight::delays`].
    pub delays: u16,
    pub(crate) sequence: u32,
}

/// One run at one instant.
pub struct World<P: Protocol> {
    core: Core,
    config: Rc<P::Config>,
    nodes: Vec<Option<Rc<P::Node>>>,
    disks: Vec<Disk<P>>,
    timers: Vec<Vec<ArmedTimer<P::Timer>>>,
    flights: Slab<P>,
    clients: Vec<ClientState<P>>,
    monitor: Rc<P::Monitor>,
    outbox: Outbox<P>,
    verdict: Verdict,
}

impl<P: Protocol> Clone for World<P> {
    /// Shares node states, disks and the monitor; the scratch buffers start empty.
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            config: Rc::clone(&self.config),
            nodes: self.nodes.clone(),
            disks: self.disks.clone(),
            timers: self.timers.clone(),
            flights: self.flights.clone(),
            clients: self.clients.clone(),
            monitor: Rc::clone(&self.monitor),
            outbox: Outbox::default(),
            verdict: Verdict::default(),
        }
    }
}

impl<P: Protocol> World<P> {
    /// The start of a run, with every node booted; the boots are its first steps.
    pub fn new(setup: &Setup<P>, journal: &mut Journal<P>) -> Result<Self, SetupError> {
        Self::with_chooser(setup, Chooser::seeded(setup.seed), journal)
    }

    /// As [`World::new`], with another source of decisions.
    pub fn with_chooser(setup: &Setup<P>, chooser: Chooser, journal: &mut Journal<P>) -> Result<Self, SetupError> {
        setup.check()?;
        let count = usize::from(setup.nodes);
        let mut disks = vec![P::Durable::default(); count];
        for (node, directive) in &setup.directives {
            P::prepare(&mut disks[node.index()], directive);
        }
        let client = |number: u16| ClientState {
            target: ProcessId(number % setup.nodes),
            serial: 0,
            pending: None,
            queue: std::collections::VecDeque::new(),
            policy: setup.policy,
            workload: None,
            left: None,
            arrival: clients::UNARMED,
        };
        let mut world = Self {
            core: Core::new(setup.nodes, setup.clients, setup.network.clone(), chooser, setup.mutants, setup.limits),
            config: Rc::new(setup.config.clone()),
            nodes: vec![None; count],
            disks: disks.into_iter().map(Disk::new).collect(),
            timers: vec![Vec::new(); count],
            flights: Slab::default(),
            clients: (0..setup.clients).map(client).collect(),
            monitor: Rc::default(),
            outbox: Outbox::default(),
            verdict: Verdict::default(),
        };
        for node in (0..setup.nodes).map(ProcessId) {
            world.boot(node, journal);
        }
        world.close(journal);
        Ok(world)
    }

    /// Processes everything up to a moment; the clock then stands at its time.
    pub fn run_to(&mut self, moment: Moment, journal: &mut Journal<P>) {
        while self.is_due(moment) && self.step(journal) {}
        self.core.time = self.core.time.max(moment.time);
    }

    /// Whether the next event belongs before that moment.
    pub fn is_due(&self, moment: Moment) -> bool {
        let Some(next) = self.next_time() else { return false };
        next < moment.time || next == moment.time && (moment.ties == Moment::ALL || self.ties_at(next) < moment.ties)
    }

    /// Moves the clock forward without an event; no event may be due before `time`.
    pub fn idle_until(&mut self, time: Time) {
        assert!(self.next_time().is_none_or(|next| next >= time), "an event is due before the clock's new time");
        self.core.time = self.core.time.max(time);
    }

    /// Steps that have happened at exactly that time.
    pub fn ties_at(&self, time: Time) -> u32 {
        if self.core.last.0 == time { self.core.last.1 } else { 0 }
    }

    /// The position of this instant: what [`World::run_to`] needs to come here again.
    pub fn moment(&self) -> Moment {
        let ties = match self.next_time() {
            Some(next) if next == self.core.time => self.ties_at(next),
            _ => Moment::ALL,
        };
        Moment { time: self.core.time, ties }
    }

    /// When the next event happens.
    #[inline]
    pub fn next_time(&self) -> Option<Time> {
        if self.core.halted.is_some() {
            return None;
        }
        // After a pause, what is overdue happens now.
        self.core.queue.peek().map(|next| next.time.max(self.core.time))
    }

    /// Virtual time.
    pub fn time(&self) -> Time {
        self.core.time
    }

    /// Steps so far.
    pub fn steps(&self) -> StepId {
        StepId(self.core.steps)
    }

    /// Edits so far.
    pub fn edits(&self) -> u32 {
        self.core.edits
    }

    /// The digest of the run so far. Equal digests mean equal runs, event for event.
    pub fn digest(&self) -> u64 {
        self.core.digest.value()
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        self.core.counters
    }

    /// The first violation of each property so far.
    pub fn findings(&self) -> &[Finding] {
        &self.core.findings
    }

    /// The `Sometimes` properties that came true so far, one bit each.
    pub fn reached(&self) -> u64 {
        self.core.reached
    }

    /// The limit that ended the run, if one did.
    pub fn halted(&self) -> Option<Limit> {
        self.core.halted
    }

    /// Parameters as they are now.
    pub fn config(&self) -> &P::Config {
        &self.config
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.core.network
    }

    /// How many nodes there are; their ids come first.
    pub fn node_count(&self) -> u16 {
        self.core.nodes
    }

    /// Every process.
    pub fn process_ids(&self) -> impl Iterator<Item = ProcessId> + use<P> {
        let count = u16::try_from(self.core.processes.len()).unwrap_or(u16::MAX);
        (0..count).map(ProcessId)
    }

    /// A process's status and clock.
    pub fn process(&self, id: ProcessId) -> Option<&Process> {
        self.core.processes.get(id.index())
    }

    /// A node's state, unless it is down.
    pub fn node(&self, id: ProcessId) -> Option<&P::Node> {
        self.nodes.get(id.index())?.as_deref()
    }

    /// A node's stable storage.
    pub fn disk(&self, id: ProcessId) -> Option<&P::Durable> {
        self.disks.get(id.index()).map(|disk| &**disk.contents())
    }

    /// A node's armed timers.
    pub fn timers(&self, id: ProcessId) -> &[ArmedTimer<P::Timer>] {
        self.timers.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The messages in flight.
    pub fn flights(&self) -> impl Iterator<Item = &Flight<P>> {
        self.flights.iter()
    }

    /// A client's state.
    pub fn client(&self, id: ProcessId) -> Option<&ClientState<P>> {
        self.clients.get(id.index().checked_sub(usize::from(self.core.nodes))?)
    }

    /// What judges the properties.
    pub fn monitor(&self) -> &P::Monitor {
        &self.monitor
    }

    /// The world as properties see it, as if `changed` had just made a step.
    pub fn observation(&self, changed: ProcessId) -> Observation<'_, P> {
        Observation { nodes: &self.nodes, changed, time: self.core.time, config: &*self.config }
    }

    /// Whether a rule is switched off, by its number.
    pub fn is_off(&self, mutant: u8) -> bool {
        self.core.mutants >> mutant & 1 == 1
    }

    /// The choice that a person must make before the last step may stand.
    pub fn asked(&self) -> Option<Question> {
        self.core.chooser.asked()
    }

    /// Whether a person makes the protocol's choices.
    pub(crate) fn decided_by_person(&self) -> bool {
        self.core.chooser.is_human()
    }

    /// The source of decisions, with its tape if it keeps one.
    pub fn into_chooser(self) -> Chooser {
        self.core.chooser
    }

    /// A rough size in memory, in bytes, of a copy that shares nothing.
    pub(crate) fn weight(&self) -> usize {
        let nodes = self.nodes.len() * (size_of::<P::Node>() + size_of::<P::Durable>() + 2 * size_of::<Process>());
        nodes + self.flights.len() * size_of::<Flight<P>>() + self.core.queue.len() * size_of::<Scheduled>() + 512
    }

    /// Whether a queue entry is no longer meant: its message was moved, its timer re-armed.
    fn is_stale(&self, entry: Scheduled) -> bool {
        match entry.what {
            What::Flight(slot) => self.flights.get(slot).is_none_or(|flight| flight.sequence != entry.sequence),
            What::Timer(node) => !self.timers[node.index()].iter().any(|armed| armed.sequence == entry.sequence),
            What::Retry(client) => self.pending_of(client).is_none_or(|pending| pending.retry != entry.sequence),
            What::GiveUp(client) => self.pending_of(client).is_none_or(|pending| pending.give_up != entry.sequence),
            What::Arrival(client) => self.client(client).is_none_or(|state| state.arrival != entry.sequence),
            What::Flap(place) => self.core.network.flap_at(place).is_none_or(|flap| flap.sequence != entry.sequence),
            What::Fault => self.core.storm.next != entry.sequence || self.core.storm.left == 0,
            What::Relief => !self.core.storm.troubles.iter().any(|(sequence, _)| *sequence == entry.sequence),
        }
    }

    /// The node that an entry happens to, if it is one that may have to wait there.
    fn waits_at(&self, entry: Scheduled) -> Option<ProcessId> {
        match entry.what {
            What::Flight(slot) => {
                let flight = self.flights.get(slot)?;
                (!matches!(flight.fate, crate::Fate::Doomed { .. })).then_some(flight.to)
            }
            What::Timer(node) => Some(node),
            What::Retry(_) | What::GiveUp(_) | What::Arrival(_) | What::Flap(_) | What::Fault | What::Relief => None,
        }
    }

    /// Whether an entry must wait: its process is paused, is slow, or waits for its disk.
    #[inline]
    fn must_wait(&self, entry: Scheduled) -> bool {
        let Some(at) = self.waits_at(entry) else { return false };
        let process = &self.core.processes[at.index()];
        let due = entry.time.max(self.core.time);
        let is_paused = process.status == crate::ProcessStatus::Paused;
        is_paused || process.slow > 0 && !entry.served || process.writes_until > due
    }

    /// Puts an entry that must wait where it waits.
    fn defer(&mut self, entry: Scheduled) {
        let Some(at) = self.waits_at(entry) else { return };
        let process = &mut self.core.processes[at.index()];
        let due = entry.time.max(self.core.time);
        if process.status == crate::ProcessStatus::Paused {
            process.backlog.push(entry);
            if process.backlog.len() > self.core.limits.scheduled as usize {
                self.core.halted = Some(Limit::Scheduled);
            }
        } else if process.slow > 0 && !entry.served {
            process.serves_until = process.serves_until.max(due) + process.slow;
            self.core.queue.put_back(Scheduled { time: process.serves_until, served: true, ..entry });
        } else {
            self.core.queue.put_back(Scheduled { time: process.writes_until, ..entry });
        }
    }

    /// Ends a step: the next event comes to the head of the queue, and a limit that was reached is told.
    fn close(&mut self, journal: &mut Journal<P>) {
        self.prune();
        if let Some(limit) = self.core.halted {
            let word = match limit {
                Limit::Steps => "kernel.limit.steps",
                Limit::Scheduled => "kernel.limit.scheduled",
                Limit::Effects => "kernel.limit.effects",
            };
            let facts = [("limit", Fact::Word(word))];
            journal.note(self.core.current(), ProcessId(0), Some(MarkKind::Finding), "kernel.halted", &facts);
        }
        journal.end();
    }

    /// Leaves the next event at the head of the queue: stale entries go, those that must wait go where they wait.
    fn prune(&mut self) {
        while let Some(entry) = self.core.queue.peek() {
            if self.is_stale(entry) {
                self.core.queue.pop();
            } else if self.must_wait(entry) {
                self.core.queue.pop();
                self.defer(entry);
            } else {
                break;
            }
        }
    }
}
