//! Faults that come by themselves: storms, and links that come and go.

use super::World;
use crate::journal::{Journal, MarkKind, StepKind};
use crate::network::OVER;
use crate::queue::What;
use crate::storm::{Raging, Trouble};
use crate::{DiskFate, Fact, MS, ProcessId, ProcessStatus, Protocol, Purpose, StepId, Storm, Time};
use std::rc::Rc;

/// How many kinds of faults a storm has.
const KINDS: u64 = 7;

/// How long a slow node of a storm takes over whatever reaches it.
const SLOWNESS: (Time, Time) = (5 * MS, 40 * MS);

/// How much too fast a clock of a storm runs, in parts per million; or, as often, too slow.
const SKEW: (u64, u64) = (20_000, 200_000);

/// The probability of loss while a storm's rain lasts, in parts per million.
const RAIN: (u64, u64) = (100_000, 500_000);

impl<P: Protocol> World<P> {
    /// Makes a link come and go, beginning with its being gone.
    pub(super) fn flap(&mut self, from: ProcessId, to: ProcessId, up: Time, down: Time, journal: &mut Journal<P>) {
        let network = Rc::make_mut(&mut self.core.network);
        let place = network.flap(from, to, up, down);
        let sequence = self.core.queue.push(self.core.time + down, What::Flap(place));
        network.set_flap(place, sequence);
        self.tell_link(journal, "kernel.cut", from, to);
    }

    /// A flapping link comes or goes.
    pub(super) fn turn_flap(&mut self, place: u32, journal: &mut Journal<P>) {
        let Some(flap) = self.core.network.flap_at(place).copied() else { return };
        let cause = StepId::NONE;
        self.begin(journal, StepKind::Fault, cause, flap.from, flap.to, place, 0);
        let network = Rc::make_mut(&mut self.core.network);
        let cut = network.toggle(flap.from, flap.to);
        let next = self.core.time + if cut { flap.down } else { flap.up };
        let sequence = self.core.queue.push(next, What::Flap(place));
        network.set_flap(place, sequence);
        // Not marked: a link that comes and goes would fill the timeline.
        let key = if cut { "kernel.cut" } else { "kernel.mended" };
        let facts = [("from", Fact::Process(flap.from)), ("to", Fact::Process(flap.to))];
        journal.note(self.core.current(), flap.from, None, key, &facts);
    }

    fn tell_link(&mut self, journal: &mut Journal<P>, key: &'static str, from: ProcessId, to: ProcessId) {
        let facts = [("from", Fact::Process(from)), ("to", Fact::Process(to))];
        journal.note(self.core.current(), from, Some(MarkKind::Network), key, &facts);
    }

    /// Begins a storm, or ends it at once: what it had broken is then mended, too.
    pub(super) fn set_storm(&mut self, storm: Option<Storm>, journal: &mut Journal<P>) {
        for (_, trouble) in core::mem::take(&mut self.core.storm.troubles) {
            self.end_trouble(trouble, journal);
        }
        let raged = self.core.storm.left > 0;
        self.core.storm = Raging::default();
        match storm {
            Some(storm) => {
                let since = Some(self.core.current());
                let next = self.schedule_fault(storm);
                self.core.storm = Raging { storm, since, left: storm.faults, next, troubles: Vec::new() };
                let facts = [("faults", Fact::Number(i64::from(storm.faults)))];
                journal.note(self.core.current(), ProcessId(0), Some(MarkKind::Fault), "kernel.storm", &facts);
            }
            None if raged => self.tell(journal, MarkKind::Fault, "kernel.storm.ended", ProcessId(0)),
            None => {}
        }
    }

    fn schedule_fault(&mut self, storm: Storm) -> u32 {
        let gap = self.core.chooser.range(Purpose::Faults, storm.every.0, storm.every.1);
        self.core.queue.push(self.core.time + gap, What::Fault)
    }

    /// The next fault of a storm begins. Each takes the same draws, whether it is possible or not.
    pub(super) fn next_fault(&mut self, journal: &mut Journal<P>) {
        let Raging { storm, since, left, .. } = self.core.storm;
        let nodes = u64::from(self.core.nodes);
        let mut draw = |low, high| self.core.chooser.range(Purpose::Faults, low, high);
        let (kind, one, other, much) = (draw(0, KINDS - 1), draw(0, nodes - 1), draw(0, nodes - 1), draw(0, 1_000));
        let lasts = draw(storm.lasting.0, storm.lasting.1);
        let id = |number: u64| ProcessId(u16::try_from(number).unwrap_or(0));
        let (one, other) = (id(one), id(other));
        self.begin(journal, StepKind::Fault, since.unwrap_or(StepId::NONE), one, other, storm.faults - left, 0);
        // What is impossible or too much now gives way to the next kind.
        let trouble =
            (kind..kind + KINDS).find_map(|kind| self.begin_trouble(kind % KINDS, (one, other), much, journal));
        if let Some(trouble) = trouble {
            let sequence = self.core.queue.push(self.core.time + lasts, What::Relief);
            self.core.storm.troubles.push((sequence, trouble));
        }
        self.core.storm.left = left - 1;
        self.core.storm.next = if left > 1 { self.schedule_fault(storm) } else { OVER };
    }

    /// Begins a fault of that kind; none if it is not possible now.
    fn begin_trouble(
        &mut self,
        kind: u64,
        (one, other): (ProcessId, ProcessId),
        much: u64,
        journal: &mut Journal<P>,
    ) -> Option<Trouble> {
        let scale = |(low, high): (u64, u64)| low + (high - low) * much / 1_000;
        let process = &self.core.processes[one.index()];
        let is_up = process.status == ProcessStatus::Up;
        match kind {
            0 if is_up && self.can_spare(one) => {
                self.crash(one, DiskFate::Kept, journal);
                Some(Trouble::Crash(one))
            }
            1 if is_up && self.can_spare(one) => {
                self.pause(one, journal);
                Some(Trouble::Pause(one))
            }
            2 if self.core.network.groups().is_empty() => self.divide_at_random(one, much, journal),
            3 if one != other && self.core.network.passes(one, other) && self.can_spare(one) => {
                Rc::make_mut(&mut self.core.network).cut(one, other);
                self.tell_link(journal, "kernel.cut", one, other);
                Some(Trouble::Cut(one, other))
            }
            4 if process.slow == 0 => {
                self.slow(one, scale(SLOWNESS), journal);
                Some(Trouble::Slow(one))
            }
            5 if process.skew_ppm == 0 => {
                let ppm = i32::try_from(scale(SKEW)).unwrap_or(0);
                self.skew(one, if much.is_multiple_of(2) { ppm } else { -ppm }, journal);
                Some(Trouble::Skew(one))
            }
            6 if !self.core.storm.troubles.iter().any(|(_, trouble)| matches!(trouble, Trouble::Loss(_))) => {
                let before = self.core.network.loss;
                let ratio = u32::try_from(scale(RAIN)).unwrap_or(0);
                self.rain(ratio, journal);
                Some(Trouble::Loss(before))
            }
            _ => None,
        }
    }

    fn rain(&mut self, ratio: u32, journal: &mut Journal<P>) {
        Rc::make_mut(&mut self.core.network).loss = ratio;
        let facts = [("ppm", Fact::Number(i64::from(ratio)))];
        journal.note(self.core.current(), ProcessId(0), Some(MarkKind::Network), "kernel.rain", &facts);
    }

    /// Sets one node apart, or with it as many others as leave a majority together.
    fn divide_at_random(&mut self, one: ProcessId, much: u64, journal: &mut Journal<P>) -> Option<Trouble> {
        let nodes = u64::from(self.core.nodes);
        let most = (nodes - 1) / 2;
        if nodes < 2 || self.core.storm.storm.spares_majority && !self.can_spare(one) {
            return None;
        }
        let apart = if self.core.storm.storm.spares_majority { 1 } else { 1 + much * most / 1_001 };
        let is_apart = |node: ProcessId| {
            let distance = (u64::from(node.0) + nodes - u64::from(one.0)) % nodes;
            distance < apart
        };
        let (cut_off, rest): (Vec<_>, Vec<_>) = (0..self.core.nodes).map(ProcessId).partition(|node| is_apart(*node));
        let processes = self.core.processes.len();
        let nodes = self.core.nodes;
        Rc::make_mut(&mut self.core.network).divide(&[cut_off, rest], nodes, processes);
        let facts = [("from", Fact::Process(one)), ("to", Fact::Process(one))];
        journal.note(self.core.current(), one, Some(MarkKind::Network), "kernel.partitioned", &facts);
        Some(Trouble::Divide)
    }

    /// Whether a majority stays sound without that node: of those that run and that no fault of the network sets apart.
    fn can_spare(&self, node: ProcessId) -> bool {
        if !self.core.storm.storm.spares_majority {
            return true;
        }
        let nodes = usize::from(self.core.nodes);
        let network = &self.core.network;
        let largest = network.groups().iter().max_by_key(|group| group.len());
        let is_sound = |id: ProcessId| {
            let up = self.core.processes[id.index()].status == ProcessStatus::Up;
            let whole = !network.cuts().any(|(from, _)| from == id);
            up && whole && id != node && largest.is_none_or(|group| group.contains(&id))
        };
        2 * (0..self.core.nodes).map(ProcessId).filter(|id| is_sound(*id)).count() > nodes
    }

    /// A fault of a storm ends.
    pub(super) fn relieve(&mut self, sequence: u32, journal: &mut Journal<P>) {
        let troubles = &mut self.core.storm.troubles;
        let Some(place) = troubles.iter().position(|(entry, _)| *entry == sequence) else { return };
        let (_, trouble) = troubles.swap_remove(place);
        let actor = match trouble {
            Trouble::Crash(node) | Trouble::Pause(node) | Trouble::Slow(node) | Trouble::Skew(node) => node,
            Trouble::Cut(from, _) => from,
            Trouble::Divide | Trouble::Loss(_) => ProcessId(0),
        };
        let since = self.core.storm.since.unwrap_or(StepId::NONE);
        self.begin(journal, StepKind::Fault, since, actor, actor, 0, 1);
        self.end_trouble(trouble, journal);
    }

    /// Ends a fault of a storm, unless somebody has ended it already.
    fn end_trouble(&mut self, trouble: Trouble, journal: &mut Journal<P>) {
        let status = |world: &Self, node: ProcessId| world.core.processes[node.index()].status;
        match trouble {
            Trouble::Crash(node) if status(self, node) == ProcessStatus::Crashed => self.restart(node, journal),
            Trouble::Pause(node) if status(self, node) == ProcessStatus::Paused => self.resume(node, journal),
            Trouble::Crash(_) | Trouble::Pause(_) => {}
            Trouble::Slow(node) => self.slow(node, 0, journal),
            Trouble::Skew(node) => self.skew(node, 0, journal),
            Trouble::Cut(from, to) => {
                Rc::make_mut(&mut self.core.network).mend(from, to);
                self.tell_link(journal, "kernel.mended", from, to);
            }
            Trouble::Divide => {
                Rc::make_mut(&mut self.core.network).unite();
                self.tell(journal, MarkKind::Network, "kernel.united", ProcessId(0));
            }
            Trouble::Loss(before) => self.rain(before, journal),
        }
    }
}
