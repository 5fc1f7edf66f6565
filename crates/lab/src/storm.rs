//! Random faults and clients, drawn from a seed while the run goes on, and the calm after them.
//!
//! A storm sees what anybody sees of a run, whatever the protocol: which nodes are up, what is in flight, which node
//! was marked as a leader last. It uses that to hit where it hurts. What it does is recorded as edits, so that its run
//! is a value like any other.

use crate::Run;
use crate::dice::Dice;
use crate::temper::{self, Act, Style, Temper};
use consistory_kernel::{
    DiskFate, Edit, Fate, Journal, MS, MarkKind, MessageAct, Moment, OpKind, ProcessId, ProcessStatus, Setup, StepId,
    Time, World,
};
use consistory_protocols::{Bears, Spec};

/// What crashes do to disks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disks {
    /// What was persisted survives every crash.
    Kept,
    /// Some crashes lose the disk: beyond what most protocols promise to survive.
    SometimesLost,
}

/// How long a storm waits for a new leader before it hits anyway, in microseconds.
const LEADER_WAIT: Time = 400 * MS;

/// A run under random faults.
pub struct Storm<P: Spec> {
    setup: Setup<P>,
    world: World<P>,
    journal: Journal<P>,
    edits: Vec<(Moment, Edit<P>)>,
    dice: Dice,
    temper: Temper,
    disks: Disks,
    /// The value of the last write; every write has its own.
    value: i64,
    /// The nodes that timed out together last.
    rivals: [ProcessId; 2],
}

impl<P: Spec> Storm<P> {
    /// The storm of a seed, before it begins.
    pub fn new(seed: u64, mutants: u32, disks: Disks) -> Self {
        let mut dice = Dice::new(seed);
        let temper = Temper::draw(&mut dice);
        let setup = temper::cluster(seed, mutants, temper.style, &mut dice);
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("storms hit clusters that can run");
        Self { setup, world, journal, edits: Vec::new(), dice, temper, disks, value: 0, rivals: [ProcessId(0); 2] }
    }

    /// Lets it rage, until its faults are spent or `stop` is so after a step.
    pub fn rage(&mut self, stop: &impl Fn(&World<P>) -> bool) {
        for _ in 0..self.temper.acts {
            if !self.wait(stop) {
                return;
            }
            let act = self.temper.act(&mut self.dice);
            self.act(borne::<P>(act));
            if stop(&self.world) {
                return;
            }
        }
    }

    /// Ends every fault: links and partitions, nodes and clocks, the network and the parameters as the protocol's
    /// defaults have them.
    pub fn calm(&mut self) {
        let defaults = P::defaults();
        self.apply(Edit::Calm);
        let latency = defaults.network.latency.clone();
        let slow: Vec<_> = self.world.network().link_latency.keys().copied().collect();
        for (from, to) in slow {
            self.apply(Edit::LinkLatency(from, to, latency.clone()));
        }
        self.apply(Edit::Latency(latency));
        self.apply(Edit::Loss(defaults.network.loss));
        self.apply(Edit::Duplication(defaults.network.duplicate));
        self.apply(Edit::Reordering(defaults.network.reorder));
        for (number, parameter) in (0_u8..).zip(0..P::PARAMETERS.len()) {
            let setting = P::setting(&defaults.config, parameter);
            if P::PARAMETERS[parameter].live && P::setting(self.world.config(), parameter) != setting {
                self.apply(Edit::Tune(number, setting));
            }
        }
        let held = |fate| matches!(fate, Fate::Held { .. });
        let held: Vec<_> = self.world.flights().filter(|flight| held(flight.fate)).map(|flight| flight.id).collect();
        for message in held {
            self.apply(Edit::Message(message, MessageAct::Release));
        }
    }

    /// Runs until `so` after a step; `false` if it is not so within that time.
    pub fn run_until(&mut self, within: Time, so: impl Fn(&World<P>) -> bool) -> bool {
        let deadline = self.world.time() + within;
        loop {
            if so(&self.world) {
                return true;
            }
            let is_due = self.world.next_time().is_some_and(|next| next <= deadline);
            if !is_due || !self.world.step(&mut self.journal) {
                self.world.run_to(Moment::after(deadline), &mut self.journal);
                return so(&self.world);
            }
        }
    }

    /// The first client invokes an operation that changes the state.
    pub fn write(&mut self) -> bool {
        self.value += 1;
        let Some(op) = P::operation(OpKind::Write, 0, self.value) else { return false };
        self.apply(Edit::Invoke { client: ProcessId(self.setup.nodes), op, target: None })
    }

    /// The run as it is now.
    pub fn world(&self) -> &World<P> {
        &self.world
    }

    /// What was done so far, as a run that ends now.
    pub fn into_run(self) -> Run<P> {
        Run { until: self.world.time(), setup: self.setup, edits: self.edits }
    }

    /// Lets time pass until the next act; `false` when `stop` was so.
    fn wait(&mut self, stop: &impl Fn(&World<P>) -> bool) -> bool {
        if self.dice.percent(self.temper.patience) {
            let before = self.last_leader().map(|(step, _)| step);
            let deadline = self.world.time() + LEADER_WAIT;
            let is_new = |storm: &Self| storm.last_leader().map(|(step, _)| step) != before;
            if !self.pass(deadline, stop, is_new) {
                return false;
            }
            // How far a new leader gets decides what becomes of its term.
            let gap =
                if self.dice.percent(50) { self.dice.magnitude(100, 60 * MS) } else { self.dice.between(0, 120 * MS) };
            return self.pass(self.world.time() + gap, stop, |_| false);
        }
        let gap = self.dice.magnitude(100, self.temper.gap);
        self.pass(self.world.time() + gap, stop, |_| false)
    }

    /// Lets time pass up to a moment, or until `enough`; `false` when `stop` was so.
    fn pass(&mut self, to: Time, stop: &impl Fn(&World<P>) -> bool, enough: impl Fn(&Self) -> bool) -> bool {
        while self.world.next_time().is_some_and(|next| next <= to) && self.world.step(&mut self.journal) {
            if stop(&self.world) {
                return false;
            }
            if enough(self) {
                return true;
            }
        }
        self.world.run_to(Moment::after(to), &mut self.journal);
        true
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Invoke => self.invoke(),
            Act::Crash => self.crash(),
            Act::Restart => self.restart(),
            Act::Bounce => self.bounce(),
            Act::Blackout => self.blackout(),
            Act::Pause => self.pause(),
            Act::Resume => {
                let paused = self.nodes(ProcessStatus::Paused);
                let node = self.dice.pick_any(&paused);
                self.apply_any(node.map(Edit::Resume));
            }
            Act::TimeOut => {
                let node = self.any_node();
                self.apply(Edit::Rearm(node, 0));
            }
            Act::Rivals => self.rivals(),
            Act::Depose => self.depose(),
            Act::Cut => self.cut(),
            Act::Mend => {
                let cuts: Vec<_> = self.world.network().cuts().collect();
                let link = self.dice.pick_any(&cuts);
                self.apply_any(link.map(|(from, to)| Edit::Mend(from, to)));
            }
            Act::Partition => self.divide(),
            Act::Heal => {
                self.apply(Edit::Heal);
            }
            Act::Skew => {
                let (node, ppm) = (self.any_node(), self.dice.pick(&[-400_000, -50_000, 0, 50_000, 500_000]));
                self.apply(Edit::Skew(node, ppm));
            }
            Act::Loss => {
                let loss = self.dice.pick(&[0, 20_000, 200_000, 500_000]);
                self.apply(Edit::Loss(loss));
            }
            Act::Duplication => {
                let duplicate = self.dice.pick(&[0, 20_000, 300_000]);
                self.apply(Edit::Duplication(duplicate));
            }
            Act::Latency => {
                let latency = temper::latency(&mut self.dice);
                self.apply(Edit::Latency(latency));
            }
            Act::SlowLink => {
                let (from, to) = (self.victim(), self.any_node());
                let latency = temper::latency(&mut self.dice);
                self.apply(Edit::LinkLatency(from, to, latency));
            }
            Act::Message => self.meddle(),
            Act::Slow => {
                let (node, time) = (self.victim(), self.dice.pick(&[0, MS, 10 * MS, 40 * MS]));
                self.apply(Edit::Slow(node, time));
            }
            Act::SlowDisk => {
                let (node, time) = (self.victim(), self.dice.pick(&[0, MS, 20 * MS, 100 * MS]));
                self.apply(Edit::SlowDisk(node, time));
            }
            Act::Jump => {
                let (node, by) = (self.any_node(), self.dice.pick(&[-300_000, -20_000, 20_000, 300_000]));
                self.apply(Edit::Jump(node, by));
            }
            Act::Flap => {
                let (from, to) = (self.victim(), self.any_node());
                let (up, down) = (self.dice.magnitude(MS, 300 * MS), self.dice.magnitude(MS, 300 * MS));
                self.apply(Edit::Flap { from, to, up, down });
            }
            Act::Reordering => {
                let reorder = self.dice.pick(&[0, 20_000, 300_000]);
                self.apply(Edit::Reordering(reorder));
            }
        }
    }

    /// A client that does not wait for an answer invokes something at some node.
    fn invoke(&mut self) {
        let clients = (self.setup.nodes..self.setup.nodes + self.setup.clients).map(ProcessId);
        let idle = |id: &ProcessId| self.world.client(*id).is_some_and(|client| client.pending.is_none());
        let idle: Vec<_> = clients.filter(idle).collect();
        let Some(client) = self.dice.pick_any(&idle) else { return };
        self.value += 1;
        let (kind, key) = (self.dice.between(0, 3), self.dice.between(0, 3));
        let Some(op) = some_operation::<P>(kind, key, self.value) else { return };
        // The leader, or anybody.
        let target =
            if self.dice.percent(60) { self.last_leader().map(|(_, node)| node) } else { Some(self.any_node()) };
        self.apply(Edit::Invoke { client, op, target });
    }

    fn crash(&mut self) {
        let node = self.victim();
        if self.may_stop(node) {
            let disk = self.disk();
            self.apply(Edit::Crash(node, disk));
        }
    }

    fn pause(&mut self) {
        let node = self.victim();
        if self.may_stop(node) {
            self.apply(Edit::Pause(node));
        }
    }

    /// Cuts a link, one way or both.
    fn cut(&mut self) {
        let (from, to) = (self.victim(), self.any_node());
        self.apply(Edit::Cut(from, to));
        if self.dice.percent(60) {
            self.apply(Edit::Cut(to, from));
        }
    }

    /// One node comes back, or all.
    fn restart(&mut self) {
        let crashed = self.nodes(ProcessStatus::Crashed);
        if self.dice.percent(25) {
            for node in crashed {
                self.apply(Edit::Restart(node));
            }
        } else if let Some(node) = self.dice.pick_any(&crashed) {
            self.apply(Edit::Restart(node));
        }
    }

    /// Rather a voter than a candidate.
    fn bounce(&mut self) {
        let voters: Vec<_> = self.all_nodes().into_iter().filter(|node| !self.rivals.contains(node)).collect();
        let voter = self.dice.pick_any(&voters).filter(|_| self.temper.style == Style::Rivalry);
        let node = voter.unwrap_or_else(|| self.victim());
        let disk = self.disk();
        if self.apply(Edit::Crash(node, disk)) {
            self.apply(Edit::Restart(node));
        }
    }

    fn blackout(&mut self) {
        if self.temper.spares_majority {
            return self.bounce();
        }
        let spared = self.any_node();
        for node in self.all_nodes() {
            self.apply(Edit::Crash(node, DiskFate::Kept));
        }
        let left_down = self.dice.percent(50);
        for node in self.all_nodes().into_iter().filter(|node| !left_down || *node != spared) {
            self.apply(Edit::Restart(node));
        }
    }

    fn rivals(&mut self) {
        let (one, other) = (self.any_node(), self.any_node());
        self.rivals = [one, other];
        self.apply(Edit::Rearm(one, 0));
        self.apply(Edit::Rearm(other, 0));
    }

    /// The leader crashes or is cut off, and those before it come back: a succession of short reigns leaves the logs as
    /// different as in the Raft paper's Figure 8.
    fn depose(&mut self) {
        let Some((_, leader)) = self.last_leader() else { return };
        for node in self.nodes(ProcessStatus::Crashed) {
            self.apply(Edit::Restart(node));
        }
        if self.dice.percent(50) {
            self.apply(Edit::Heal);
            self.apply(Edit::Crash(leader, DiskFate::Kept));
        } else {
            // What it has just sent is lost too, other than after a crash.
            let others = self.all_nodes().into_iter().filter(|node| *node != leader).collect();
            self.apply(Edit::Partition(vec![vec![leader], others]));
        }
        let others: Vec<_> = self.nodes(ProcessStatus::Up).into_iter().filter(|node| *node != leader).collect();
        let next = self.dice.pick_any(&others);
        let soon = self.dice.magnitude(100, 30 * MS);
        self.apply_any(next.map(|node| Edit::Rearm(node, soon)));
    }

    /// Divides nodes and some clients: one against the rest, or at random; at times with a bridge.
    fn divide(&mut self) {
        let mut groups = [Vec::new(), Vec::new()];
        let alone = self.victim();
        let at_random = self.dice.percent(50);
        for node in self.all_nodes() {
            let side = if at_random { self.dice.percent(50) } else { node == alone };
            groups[usize::from(side)].push(node);
        }
        for client in (self.setup.nodes..self.setup.nodes + self.setup.clients).map(ProcessId) {
            if self.dice.percent(50) {
                groups[usize::from(self.dice.percent(50))].push(client);
            }
        }
        if self.dice.percent(15) {
            let bridge = self.any_node();
            for group in groups.iter_mut().filter(|group| !group.contains(&bridge)) {
                group.push(bridge);
            }
        }
        let groups: Vec<_> = groups.into_iter().filter(|group| !group.is_empty()).collect();
        self.apply(Edit::Partition(groups));
    }

    /// Does something to a message in flight.
    fn meddle(&mut self) {
        let flights: Vec<_> = self.world.flights().map(|flight| flight.id).collect();
        let Some(message) = self.dice.pick_any(&flights) else { return };
        let delay = self.dice.magnitude(MS, 500 * MS);
        let act = self.dice.pick(&[
            MessageAct::Drop,
            MessageAct::Delay(delay),
            MessageAct::Delay(delay),
            MessageAct::Deliver,
            MessageAct::Duplicate,
            MessageAct::Hold,
            MessageAct::Release,
        ]);
        self.apply(Edit::Message(message, act));
    }

    /// Applies an edit and records it; one that is not possible now is left out.
    fn apply(&mut self, edit: Edit<P>) -> bool {
        let moment = self.world.moment();
        let applied = self.world.apply(&edit, &mut self.journal).is_ok();
        if applied {
            self.edits.push((moment, edit));
        }
        applied
    }

    fn apply_any(&mut self, edit: Option<Edit<P>>) {
        if let Some(edit) = edit {
            self.apply(edit);
        }
    }

    fn disk(&mut self) -> DiskFate {
        match self.disks {
            Disks::SometimesLost if self.dice.percent(20) => DiskFate::Lost,
            Disks::SometimesLost | Disks::Kept => DiskFate::Kept,
        }
    }

    /// Whether one more node may stop.
    fn may_stop(&self, node: ProcessId) -> bool {
        let down = self.all_nodes().len() - self.nodes(ProcessStatus::Up).len();
        let is_up = self.world.process(node).is_some_and(|process| process.status == ProcessStatus::Up);
        is_up && (!self.temper.spares_majority || 2 * (down + 1) < self.all_nodes().len())
    }

    /// The node that came to lead last, if the storm aims; else any.
    fn victim(&mut self) -> ProcessId {
        let aimed = self.dice.percent(self.temper.aim);
        let leader = self.last_leader().map(|(_, node)| node).filter(|_| aimed);
        leader.unwrap_or_else(|| self.any_node())
    }

    fn any_node(&mut self) -> ProcessId {
        let nodes = self.all_nodes();
        self.dice.pick(&nodes)
    }

    fn all_nodes(&self) -> Vec<ProcessId> {
        (0..self.setup.nodes).map(ProcessId).collect()
    }

    fn nodes(&self, status: ProcessStatus) -> Vec<ProcessId> {
        let is = |id: &ProcessId| self.world.process(*id).is_some_and(|process| process.status == status);
        self.all_nodes().into_iter().filter(is).collect()
    }

    /// The node that was marked as a leader last, and in which step.
    fn last_leader(&self) -> Option<(StepId, ProcessId)> {
        let mut marked = self.journal.marked().rev();
        marked.find(|note| note.mark == Some(MarkKind::Leader)).map(|note| (note.step, note.actor))
    }
}

/// The act, or what comes nearest to it among those that the protocol bears.
fn borne<P: Spec>(act: Act) -> Act {
    match (P::BEARS, act) {
        (Bears::Everything, _)
        | (_, Act::Invoke)
        | (Bears::Crashes, Act::Crash | Act::Restart | Act::Bounce | Act::Blackout) => act,
        (Bears::Crashes, Act::Pause | Act::Depose | Act::Cut | Act::Partition) => Act::Crash,
        (Bears::Crashes, Act::Resume | Act::Mend | Act::Heal) => Act::Restart,
        (Bears::Crashes | Bears::Nothing, _) => Act::Invoke,
    }
}

/// An operation of one of four kinds on one of two objects; where the protocol has no such kind, a read or a write.
fn some_operation<P: Spec>(kind: u64, key: u64, value: i64) -> Option<P::Op> {
    let wanted = match kind {
        0 => OpKind::Write,
        1 if key < 2 => OpKind::Read,
        1 => OpKind::ReadList,
        2 => OpKind::CompareAndSet,
        _ => OpKind::Append,
    };
    let plain = if kind.is_multiple_of(2) { OpKind::Write } else { OpKind::Read };
    let number = u32::try_from(key % 2).unwrap_or(0);
    P::operation(wanted, number, value).or_else(|| P::operation(plain, number, value))
}
