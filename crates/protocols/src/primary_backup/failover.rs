//! Failover: a backup suspects the primary, fences enough nodes against it, takes over the most advanced log, and serves.

use super::log::{Command, Entry, Epoch, Position};
use super::message::{FenceAnswer, Message};
use super::mutants::Mutant;
use super::node::{Node, Progress, Role, number, primary_fact};
use super::shipping::BATCH;
use super::{PrimaryBackup, Timer};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};

impl Node {
    /// It has heard from no primary for too long, or somebody orders a failover: stand for the office.
    pub(super) fn on_suspect(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        if !self.is_backup() {
            return;
        }
        let me = cx.me();
        let owner = if cx.is_off(Mutant::ReuseEpoch) { ProcessId(0) } else { me };
        let epoch = Epoch { round: self.durable.epoch.round.saturating_add(1), node: owner };
        let suspected = primary_fact(self.primary);
        self.set_epoch(cx, epoch, false);
        cx.mark(MarkKind::Milestone, "primary-backup.candidate", &[("epoch", number(epoch.round)), suspected]);
        self.stand(cx);
    }

    /// A candidacy that a crash interrupted goes on: where only people order failovers, one order is enough.
    pub(super) fn resume_candidacy(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        let epoch = number(self.durable.epoch.round);
        cx.mark(MarkKind::Milestone, "primary-backup.candidate.resumed", &[("epoch", epoch)]);
        self.stand(cx);
    }

    fn stand(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        self.primary = None;
        self.role = Role::Candidate { answers: vec![None; usize::from(cx.nodes())] };
        cx.cancel_timer(Timer::Suspect);
        self.fence(cx);
    }

    /// A candidate asks everybody to refuse lower epochs, again and again. Those who have answered are asked too: a node
    /// that hears a candidate does not stand itself.
    pub(super) fn fence(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        if !matches!(self.role, Role::Candidate { .. }) {
            return;
        }
        if !cx.config().fencing {
            let epoch = number(self.durable.epoch.round);
            cx.mark(MarkKind::Leader, "primary-backup.office.unfenced", &[("epoch", epoch)]);
            self.take_office(cx);
            return;
        }
        if self.is_bound() {
            let wait = self.promised_until - self.clock;
            cx.note("primary-backup.fence.waits", &[("until", Fact::Time(self.promised_until))]);
            cx.set_timer(Timer::FenceRetry, wait..=wait);
            return;
        }
        self.maybe_take_office(cx);
        if self.is_primary() {
            return;
        }
        let (epoch, last) = (self.durable.epoch, self.durable.log.last());
        for peer in cx.peers() {
            cx.send(peer, Message::Fence { epoch, last, next: last.index + 1 });
        }
        let retry = cx.config().heartbeat;
        cx.set_timer(Timer::FenceRetry, retry..=retry);
    }

    /// A candidate asks: refuse lower epochs from now on, and hand over what it lacks; unless that has been promised to a
    /// higher epoch, or a lease forbids it.
    pub(super) fn on_fence(
        &mut self,
        cx: &mut Cx<'_, PrimaryBackup>,
        from: ProcessId,
        epoch: Epoch,
        last: Position,
        next: u32,
    ) {
        let mine = self.durable.epoch;
        let (name, asked) = (("candidate", Fact::Process(from)), ("epoch", number(epoch.round)));
        if epoch < mine {
            let facts = [name, asked, ("current", number(mine.round)), ("owner", Fact::Process(mine.node))];
            cx.note("primary-backup.fence.refused", &facts);
            cx.send(from, Message::Fenced { epoch: mine, answer: FenceAnswer::Refused });
            return;
        }
        if !cx.config().fencing {
            return;
        }
        // A primary has promised nothing; it is the one whom the promises protect, and it knows now.
        if !self.is_primary() && self.is_bound() {
            cx.note("primary-backup.fence.deferred", &[name, asked, ("until", Fact::Time(self.promised_until))]);
            return;
        }
        if epoch > mine {
            self.set_epoch(cx, epoch, false);
            self.primary = None;
            let own = self.durable.log.last();
            let facts = [name, asked, ("index", number(own.index)), ("last_epoch", number(own.epoch.round))];
            cx.note("primary-backup.fenced", &facts);
            self.become_backup(cx, from);
        } else if self.is_backup() {
            Self::wait_for_primary(cx);
        }
        let answer = self.hand_over(last, next);
        cx.send(from, Message::Fenced { epoch, answer });
    }

    /// The promise, with part of this log from index `next` on if it is more advanced than one that ends at `last`.
    fn hand_over(&self, last: Position, next: u32) -> FenceAnswer {
        let log = &self.durable.log;
        let own = log.last();
        if own <= last {
            return FenceAnswer::Promised { last: own, previous: Position::default(), entries: Vec::new() };
        }
        // Its index may be smaller all the same.
        let next = next.clamp(1, own.index.max(1));
        FenceAnswer::Promised { last: own, previous: log.position(next - 1), entries: log.entries_from(next, BATCH) }
    }

    /// A node answers the candidate: count it, or take what it has and the candidate lacks.
    pub(super) fn on_fenced(
        &mut self,
        cx: &mut Cx<'_, PrimaryBackup>,
        from: ProcessId,
        epoch: Epoch,
        answer: &FenceAnswer,
    ) {
        let (last, previous, entries) = match answer {
            FenceAnswer::Refused => {
                self.on_refused(cx, from, epoch);
                return;
            }
            FenceAnswer::Promised { last, previous, entries } => (*last, *previous, entries),
        };
        let Role::Candidate { answers } = &mut self.role else { return };
        if epoch != self.durable.epoch {
            return;
        }
        let last = if cx.is_off(Mutant::IgnoreLongerLog) { Position::default() } else { last };
        answers[from.index()] = Some(last);
        if last > self.durable.log.last() {
            let next = self.take_over(cx, from, previous, entries);
            let own = self.durable.log.last();
            if last > own {
                cx.send(from, Message::Fence { epoch, last: own, next });
            }
        }
        self.maybe_take_office(cx);
    }

    /// Takes entries of a more advanced log, and returns from which index on it would have more. What is acknowledged is
    /// in both logs and stays.
    fn take_over(
        &mut self,
        cx: &mut Cx<'_, PrimaryBackup>,
        from: ProcessId,
        previous: Position,
        entries: &[Entry],
    ) -> u32 {
        let log = &self.durable.log;
        if log.epoch(previous.index) != Some(previous.epoch) {
            // The logs part earlier: a whole epoch of this log, or what it lacks, is skipped at once.
            let end = log.last_index() + 1;
            return if previous.index < end { log.first_of_epoch_at(previous.index) } else { end };
        }
        self.take_entries(cx, from, previous.index, entries);
        self.apply_received();
        let last = previous.index + u32::try_from(entries.len()).unwrap_or(0);
        cx.note("primary-backup.took_over", &[("source", Fact::Process(from)), ("index", number(last))]);
        last + 1
    }

    /// Takes office once enough nodes are fenced whose logs are not more advanced than its own. So many share a node with
    /// whoever has stored an acknowledged write, and so its log has every acknowledged write.
    fn maybe_take_office(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        let needed = if cx.is_off(Mutant::SkipFenceQuorum) { 1 } else { cx.config().fence_quorum(cx.nodes()) };
        let fenced = self.fence_count(cx.me());
        if fenced < needed {
            return;
        }
        let facts = [("epoch", number(self.durable.epoch.round)), ("fenced", Fact::Number(i64::from(fenced)))];
        cx.mark(MarkKind::Leader, "primary-backup.office", &facts);
        self.take_office(cx);
    }

    /// How many nodes a candidate has fenced whose logs are not more advanced than its own, itself included; 0 for who is
    /// no candidate.
    pub(super) fn fence_count(&self, me: ProcessId) -> u16 {
        let Role::Candidate { answers } = &self.role else { return 0 };
        let own = self.durable.log.last();
        let counts = |last: Option<Position>| last.is_some_and(|last| last <= own);
        let others = answers.iter().enumerate().filter(|(place, last)| *place != me.index() && counts(**last));
        u16::try_from(others.count() + 1).unwrap_or(u16::MAX)
    }

    /// Its epoch is over: somebody has promised a higher one.
    pub(super) fn on_refused(&mut self, cx: &mut Cx<'_, PrimaryBackup>, from: ProcessId, epoch: Epoch) {
        if self.is_backup() || epoch <= self.durable.epoch || !cx.config().fencing {
            return;
        }
        self.set_epoch(cx, epoch, false);
        self.primary = None;
        self.become_backup(cx, from);
    }

    /// A node that was in office when it crashed goes on; so begins the first node of a fresh run.
    pub(super) fn resume_office(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        let key = if self.is_fresh() { "primary-backup.office.boot" } else { "primary-backup.office.resumed" };
        cx.mark(MarkKind::Leader, key, &[("epoch", number(self.durable.epoch.round))]);
        self.take_office(cx);
    }

    /// Whether nothing has happened since the boot configuration.
    fn is_fresh(&self) -> bool {
        self.durable.epoch == Epoch::BOOT && self.durable.log.last_index() == 0
    }

    /// Becomes primary. What the log holds already may have been acknowledged, and counts as acknowledged again with the
    /// mark that begins this office.
    fn take_office(&mut self, cx: &mut Cx<'_, PrimaryBackup>) {
        cx.cancel_timer(Timer::Suspect);
        cx.cancel_timer(Timer::FenceRetry);
        if !self.durable.in_office {
            self.set_epoch(cx, self.durable.epoch, true);
        }
        let is_fresh = self.is_fresh();
        let next = self.durable.log.last_index() + 1;
        let peers = vec![Progress { next, stored: 0, granted: 0 }; usize::from(cx.nodes())];
        self.role = Role::Primary { since: if is_fresh { 0 } else { next }, peers };
        self.primary = Some(cx.me());
        if is_fresh {
            self.ship(cx);
        } else {
            self.append(cx, Command::NoOp);
        }
        let heartbeat = cx.config().heartbeat;
        cx.set_timer(Timer::Heartbeat, heartbeat..=heartbeat);
    }
}
