//! What befalls nodes: crashes, pauses, slowness, wrong clocks, and the end of all that.

use super::World;
use crate::journal::{Journal, MarkKind};
use crate::queue::What;
use crate::{DiskFate, Fact, Fate, ProcessId, ProcessStatus, Protocol, Time};
use std::rc::Rc;

impl<P: Protocol> World<P> {
    /// Drops the node, its timers, and what waited for it; the disk as ordered.
    pub(super) fn crash(&mut self, node: ProcessId, disk: DiskFate, journal: &mut Journal<P>) {
        let now = self.core.time;
        let process = &mut self.core.processes[node.index()];
        process.status = ProcessStatus::Crashed;
        for entry in core::mem::take(&mut process.backlog) {
            let What::Flight(slot) = entry.what else { continue };
            if self.is_stale(entry) {
                continue;
            }
            if entry.time > now {
                self.core.queue.put_back(entry);
            } else if self.flights.take(slot).is_some() {
                self.core.counters.dropped += 1;
            }
        }
        self.drop_unfinished(node);
        let process = &mut self.core.processes[node.index()];
        (process.serves_until, process.writes_until) = (now, now);
        self.nodes[node.index()] = None;
        self.timers[node.index()].clear();
        self.disks[node.index()].crash(disk, now);
        let key = match disk {
            DiskFate::Kept => "kernel.crashed",
            DiskFate::Lost => "kernel.crashed.disk_lost",
            DiskFate::Torn(_) => "kernel.crashed.disk_torn",
        };
        self.tell(journal, MarkKind::Fault, key, node);
        self.judge(node, journal);
    }

    /// Ends a pause: what waited happens now, in the order in which it came; what is not due yet happens in its time.
    pub(super) fn resume(&mut self, node: ProcessId, journal: &mut Journal<P>) {
        let process = &mut self.core.processes[node.index()];
        process.status = ProcessStatus::Up;
        for entry in core::mem::take(&mut process.backlog) {
            self.core.queue.put_back(entry);
        }
        self.tell(journal, MarkKind::Fault, "kernel.resumed", node);
    }

    /// Sets a clock's rate. Timers that are armed fire when the clock has advanced by what is left of them.
    pub(super) fn skew(&mut self, node: ProcessId, ppm: i32, journal: &mut Journal<P>) {
        let now = self.core.time;
        let process = &mut self.core.processes[node.index()];
        let before = process.clone();
        process.set_skew(now, ppm);
        for armed in self.timers[node.index()].iter_mut().filter(|armed| armed.fires_at > now) {
            let left = before.local_duration(armed.fires_at - now);
            armed.fires_at = now.saturating_add(process.real_duration(left));
            armed.sequence = self.core.queue.push(armed.fires_at, What::Timer(node));
        }
        let facts = [("node", Fact::Process(node)), ("ppm", Fact::Number(i64::from(ppm)))];
        journal.note(self.core.current(), node, Some(MarkKind::Fault), "kernel.skewed", &facts);
    }

    /// The armed timer that "time out" means: the first to fire of those that count, or the first of all.
    pub(super) fn leading_timer(&self, node: ProcessId) -> Option<usize> {
        let armed = self.timers(node);
        (0..armed.len()).min_by_key(|position| {
            let armed = &armed[*position];
            (!P::times_out(armed.timer), armed.fires_at, armed.sequence)
        })
    }

    pub(super) fn rearm(&mut self, node: ProcessId, after: Time, journal: &mut Journal<P>) {
        let Some(position) = self.leading_timer(node) else { return };
        let fires_at = self.core.time + after;
        let sequence = self.core.queue.push(fires_at, What::Timer(node));
        let cause = self.core.current();
        let armed = &mut self.timers[node.index()][position];
        armed.fires_at = fires_at;
        armed.sequence = sequence;
        armed.cause = cause;
        self.tell(journal, MarkKind::Fault, "kernel.rearmed", node);
    }

    /// What a crash takes from the network: messages that wait at the node, and those that wait for its disk.
    fn drop_unfinished(&mut self, node: ProcessId) {
        let now = self.core.time;
        while let Some(slot) = self.flights.find(|flight| {
            let waits = flight.to == node && flight.arrives_at < now && matches!(flight.fate, Fate::Travelling);
            waits || flight.from == node && flight.departed_at > now
        }) {
            self.flights.take(slot);
            self.core.counters.dropped += 1;
        }
    }

    pub(super) fn restart(&mut self, node: ProcessId, journal: &mut Journal<P>) {
        self.core.processes[node.index()].status = ProcessStatus::Up;
        self.tell(journal, MarkKind::Fault, "kernel.restarted", node);
        self.start(node, journal);
    }

    pub(super) fn pause(&mut self, node: ProcessId, journal: &mut Journal<P>) {
        self.core.processes[node.index()].status = ProcessStatus::Paused;
        self.tell(journal, MarkKind::Fault, "kernel.paused", node);
    }

    pub(super) fn slow(&mut self, node: ProcessId, time: Time, journal: &mut Journal<P>) {
        self.core.processes[node.index()].slow = time;
        self.tell_time(journal, if time == 0 { "kernel.slow.ended" } else { "kernel.slow" }, node, time);
    }

    pub(super) fn slow_disk(&mut self, node: ProcessId, time: Time, journal: &mut Journal<P>) {
        self.core.processes[node.index()].disk_delay = time;
        self.tell_time(journal, if time == 0 { "kernel.slow_disk.ended" } else { "kernel.slow_disk" }, node, time);
    }

    pub(super) fn jump(&mut self, node: ProcessId, by: i64, journal: &mut Journal<P>) {
        let now = self.core.time;
        self.core.processes[node.index()].jump(now, by);
        let key = if by < 0 { "kernel.jumped.back" } else { "kernel.jumped" };
        self.tell_time(journal, key, node, by.unsigned_abs());
    }

    fn tell_time(&mut self, journal: &mut Journal<P>, key: &'static str, node: ProcessId, time: Time) {
        let facts = [("node", Fact::Process(node)), ("time", Fact::Time(time))];
        journal.note(self.core.current(), node, Some(MarkKind::Fault), key, &facts);
    }

    /// Ends every fault. What the dials set, such as loss, stays.
    pub(super) fn calm(&mut self, journal: &mut Journal<P>) {
        self.set_storm(None, journal);
        self.core.adversary = false;
        Rc::make_mut(&mut self.core.network).heal();
        journal.note(self.core.current(), ProcessId(0), Some(MarkKind::Network), "kernel.healed", &[]);
        for node in (0..self.core.nodes).map(ProcessId) {
            let process = self.core.processes[node.index()].clone();
            if process.slow > 0 {
                self.slow(node, 0, journal);
            }
            if process.disk_delay > 0 {
                self.slow_disk(node, 0, journal);
            }
            if process.skew_ppm != 0 {
                self.skew(node, 0, journal);
            }
            match process.status {
                ProcessStatus::Up => {}
                ProcessStatus::Paused => self.resume(node, journal),
                ProcessStatus::Crashed => self.restart(node, journal),
            }
        }
    }
}
