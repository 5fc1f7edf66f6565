//! The part of a world that no protocol type touches: time, queue, network, processes, counters, digest, findings.

use crate::queue::{Queue, Scheduled};
use crate::storm::Raging;
use crate::{Chooser, Digest, Fate, Network, PPM, ProcessId, Purpose, StepId, Time};
use std::rc::Rc;

/// What a run may grow to. Reaching a [`Limit`] ends the run with a visible finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps on a branch.
    pub steps: u32,
    /// Messages in flight and timers armed, together.
    pub scheduled: u32,
    /// Effects of a single step.
    pub effects: u32,
    /// Operations that one client has waiting; one more is refused, and the run goes on.
    pub waiting: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 2_000_000, scheduled: 200_000, effects: 20_000, waiting: 10_000 }
    }
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::steps`].
    Steps,
    /// [`Limits::scheduled`].
    Scheduled,
    /// [`Limits::effects`].
    Effects,
}

/// A property that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The property's number in its protocol.
    pub property: u8,
    /// The step that broke it first.
    pub step: StepId,
    /// When.
    pub time: Time,
    /// The nodes that break it.
    pub nodes: Vec<ProcessId>,
}

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages sent between nodes; copies that the network made are not counted.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages sent, those of clients included; copies that the network made are not counted.
    pub sent: u64,
    /// Messages delivered, those of clients included.
    pub delivered: u64,
    /// Messages lost, those of clients included.
    pub dropped: u64,
    /// Forced writes to stable storage.
    pub forced_writes: u64,
    /// Operations that ended well.
    pub operations_ok: u64,
    /// Operations that never took effect.
    pub operations_failed: u64,
    /// Operations whose outcome their client does not know.
    pub operations_unknown: u64,
}

/// Whether a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessStatus {
    /// It runs.
    Up,
    /// It is down.
    Crashed,
    /// It is alive but does not execute.
    Paused,
}

/// A process as the simulator keeps it.
#[derive(Clone, Debug)]
pub struct Process {
    /// Whether it runs.
    pub status: ProcessStatus,
    /// Its clock's rate: real time plus that many parts per million.
    pub skew_ppm: i32,
    /// By how much its clock was set forward or back in all, in microseconds.
    pub jumped: i64,
    /// Its clock showed `local_base` at `real_base`.
    real_base: Time,
    local_base: Time,
    /// What reached it while it was paused.
    pub(crate) backlog: Vec<Scheduled>,
    /// Its interface is busy until then.
    sends_until: Time,
    /// How long it takes over whatever reaches it.
    pub slow: Time,
    /// What has reached it so far has had its turn by then.
    pub(crate) serves_until: Time,
    /// How long a forced write takes.
    pub disk_delay: Time,
    /// It waits for its disk until then.
    pub(crate) writes_until: Time,
}

impl Process {
    fn rate(&self) -> u64 {
        u64::try_from(i64::from(PPM) + i64::from(self.skew_ppm)).unwrap_or(1).max(1)
    }

    /// What its own clock shows at a time.
    pub fn local(&self, now: Time) -> Time {
        if self.skew_ppm == 0 {
            return self.local_base + (now - self.real_base);
        }
        self.local_base + self.local_duration(now - self.real_base)
    }

    /// How much real time passes until its clock has advanced by at least that much.
    #[inline]
    pub(crate) fn real_duration(&self, local: Time) -> Time {
        if self.skew_ppm == 0 {
            return local;
        }
        local.saturating_mul(u64::from(PPM)).div_ceil(self.rate())
    }

    /// How far its clock advances in that much real time.
    pub(crate) fn local_duration(&self, real: Time) -> Time {
        real.saturating_mul(self.rate()) / u64::from(PPM)
    }

    /// Sets its clock forward or back; it does not go below 0.
    pub(crate) fn jump(&mut self, now: Time, by: i64) {
        self.jumped += by;
        self.local_base = self.local(now).saturating_add_signed(by);
        self.real_base = now;
    }

    pub(crate) fn set_skew(&mut self, now: Time, skew_ppm: i32) {
        self.local_base = self.local(now);
        self.real_base = now;
        self.skew_ppm = skew_ppm;
    }
}

/// How a message travels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transit {
    /// When it leaves its sender.
    pub(crate) departs: Time,
    pub(crate) arrives: Time,
    pub(crate) fate: Fate,
    /// When a second copy arrives.
    pub(crate) copy: Option<Time>,
}

/// The type-free part of a world.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) time: Time,
    /// The time of the last step, and how many steps happened at exactly that time.
    pub(crate) last: (Time, u32),
    /// Steps so far; the number of the next step.
    pub(crate) steps: u32,
    pub(crate) edits: u32,
    pub(crate) queue: Queue,
    pub(crate) network: Rc<Network>,
    pub(crate) chooser: Chooser,
    pub(crate) processes: Vec<Process>,
    pub(crate) nodes: u16,
    pub(crate) mutants: u32,
    pub(crate) counters: Counters,
    pub(crate) digest: Digest,
    pub(crate) findings: Rc<Vec<Finding>>,
    pub(crate) reached: u64,
    pub(crate) epoch: u64,
    pub(crate) next_message: u32,
    /// The value of the last operation that a workload invoked.
    pub(crate) last_value: i64,
    pub(crate) storm: Raging,
    /// Whether messages that would decide are put off.
    pub(crate) adversary: bool,
    /// Message delays on the chain of causes that led to the present step.
    pub(crate) delays: u16,
    pub(crate) limits: Limits,
    pub(crate) halted: Option<Limit>,
}

impl Core {
    pub(crate) fn new(
        nodes: u16,
        clients: u16,
        network: Network,
        chooser: Chooser,
        mutants: u32,
        limits: Limits,
    ) -> Self {
        let process = Process {
            status: ProcessStatus::Up,
            skew_ppm: 0,
            jumped: 0,
            real_base: 0,
            local_base: 0,
            backlog: Vec::new(),
            sends_until: 0,
            slow: 0,
            serves_until: 0,
            disk_delay: 0,
            writes_until: 0,
        };
        Self {
            time: 0,
            last: (0, 0),
            steps: 0,
            edits: 0,
            queue: Queue::default(),
            network: Rc::new(network),
            chooser,
            processes: vec![process; usize::from(nodes) + usize::from(clients)],
            nodes,
            mutants,
            counters: Counters::default(),
            digest: Digest::default(),
            findings: Rc::default(),
            reached: 0,
            epoch: 0,
            next_message: 0,
            last_value: 0,
            storm: Raging::default(),
            adversary: false,
            delays: 0,
            limits,
            halted: None,
        }
    }

    /// The number of the step that is being processed.
    #[inline]
    pub(crate) fn current(&self) -> StepId {
        StepId(self.steps - 1)
    }

    /// Counts a step at the present time and folds it into the digest.
    #[inline]
    pub(crate) fn count_step(&mut self, kind: u8, actor: ProcessId, item: u32) {
        self.steps += 1;
        self.chooser.begin_step();
        self.last = if self.last.0 == self.time { (self.time, self.last.1 + 1) } else { (self.time, 1) };
        self.digest.word(self.time);
        self.digest.word(u64::from(kind) << 48 | u64::from(actor.0) << 32 | u64::from(item));
        if self.steps >= self.limits.steps {
            self.halted = Some(Limit::Steps);
        }
        if self.queue.len() > self.limits.scheduled as usize {
            self.halted = Some(Limit::Scheduled);
        }
    }

    /// Decides how a message travels.
    #[inline]
    pub(crate) fn transit(&mut self, from: ProcessId, to: ProcessId, bytes: u32) -> Transit {
        let network = &self.network;
        let latency = network.latency_of(from, to);
        let sender = &mut self.processes[from.index()];
        let mut departs = self.time.max(sender.writes_until);
        if network.bandwidth > 0 {
            sender.sends_until = sender.sends_until.max(departs) + network.transmission(bytes);
            departs = sender.sends_until;
        }
        let mut arrives = departs + self.chooser.latency(Purpose::Network, latency);
        let lost = self.chooser.chance(Purpose::Network, network.loss);
        let copied = self.chooser.chance(Purpose::Network, network.duplicate);
        let copy = copied.then(|| departs + self.chooser.latency(Purpose::Network, latency));
        if self.chooser.chance(Purpose::Network, network.reorder) {
            arrives += self.chooser.latency(Purpose::Network, latency);
        }
        let wall = !network.passes(from, to);
        let fate = if lost || wall {
            Fate::Doomed { at: departs + (arrives - departs).div_ceil(2), wall }
        } else {
            Fate::Travelling
        };
        Transit { departs, arrives, fate, copy: copy.filter(|_| !wall) }
    }

    /// Records the first violation of each property; `true` when this is the first.
    pub(crate) fn find(&mut self, property: u8, nodes: Vec<ProcessId>) -> bool {
        if self.findings.iter().any(|finding| finding.property == property) {
            return false;
        }
        let finding = Finding { property, step: self.current(), time: self.time, nodes };
        Rc::make_mut(&mut self.findings).push(finding);
        true
    }
}
