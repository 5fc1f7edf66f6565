//! Master leases (Paxos Made Live, §5.2; Gray and Cheriton, "Leases", 1989): reads that the leader answers by itself.
//!
//! Whoever hears the leader promises nobody else anything for as long as the lease, on a timer that starts when it
//! hears. No other node can then have a majority for phase 1, and so nobody else can choose anything. Against clock
//! drift, the leader's time-out is shorter than the others': it counts from when it sent the heartbeat, and on nine
//! tenths only. Clocks may run up to 5 % fast or slow. Beyond that, or where a clock is set back while the lease
//! runs, a read may be stale.
//!
//! The end of the lease is a timer and a reading of the clock. The timer does not notice that the clock is set; after
//! a pause it is late, and the clock tells.

use super::ballot::Ballot;
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Leading, Node};
use super::{MultiPaxos, Timer};
use consistory_kernel::{Cx, Fact, ProcessId, Time};
use core::cmp::Reverse;

/// What of a lease the leader counts on: all but the margin ε, a tenth.
fn counted_on(lease: Time) -> Time {
    lease - lease / 10
}

impl Leading {
    /// Until when so many nodes, the leader included, have granted the lease, on the leader's clock; without end
    /// where no other node is needed.
    pub fn lease_until(&self, quorum: usize) -> Time {
        let mut granted = self.granted.clone();
        granted.sort_unstable_by_key(|until| Reverse(*until));
        // The leader's own entry is the least.
        quorum.checked_sub(2).map_or(Time::MAX, |place| granted.get(place).copied().unwrap_or(0))
    }
}

impl Node {
    /// A node that has restarted may have granted a lease before. One that has never promised anything has not.
    pub(super) fn bind_after_boot(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        let lease = cx.config().lease;
        if lease > 0 && self.promised > Ballot::NONE {
            self.bound = true;
            cx.set_timer(Timer::Grant, lease..=lease);
        }
    }

    /// A follower that hears its leader grants the lease afresh.
    pub(super) fn grant(&mut self, cx: &mut Cx<'_, MultiPaxos>, leader: ProcessId, ballot: Ballot, stamp: Time) {
        let lease = cx.config().lease;
        if lease == 0 {
            return;
        }
        self.bound = true;
        cx.set_timer(Timer::Grant, lease..=lease);
        cx.send(leader, Message::HeartbeatReply { ballot, stamp });
    }

    /// What it has granted is over. If it would have stood in the meantime, it stands now.
    pub(super) fn on_grant_end(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        self.bound = false;
        if self.eager && !self.is_leader() {
            self.stand(cx);
        }
    }

    /// A follower grants the lease: the leader holds it as long as so many do that no other majority is left.
    pub(super) fn on_heartbeat_reply(
        &mut self,
        cx: &mut Cx<'_, MultiPaxos>,
        from: ProcessId,
        ballot: Ballot,
        stamp: Time,
    ) {
        let (clock, current, quorum) = (self.clock, self.promised, Self::quorum(cx));
        let granted = stamp.saturating_add(counted_on(cx.config().lease));
        let Some(leading) = self.leading_mut().filter(|_| ballot == current) else { return };
        let known = &mut leading.granted[from.index()];
        *known = granted.max(*known);
        let until = leading.lease_until(quorum);
        if until <= clock || until == Time::MAX {
            return;
        }
        if !core::mem::replace(&mut leading.leased, true) {
            cx.note("multi-paxos.lease.held", &[("until", Fact::Time(until))]);
        }
        let left = until - clock;
        cx.set_timer(Timer::Lease, left..=left);
    }

    /// Nobody has renewed the lease in time.
    pub(super) fn on_lease_end(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        if let Some(leading) = self.leading_mut() {
            leading.leased = false;
            cx.note("multi-paxos.lease.over", &[]);
        }
    }

    /// Whether it must promise nobody anything: it holds the lease, or has granted one.
    pub(super) fn is_bound(&self, cx: &Cx<'_, MultiPaxos>) -> bool {
        self.bound || self.has_lease(cx)
    }

    /// Whether it leads, and nobody else can.
    pub(super) fn has_lease(&self, cx: &Cx<'_, MultiPaxos>) -> bool {
        let ignores_expiry = self.is_leader() && cx.is_off(Mutant::IgnoreLeaseExpiry);
        cx.config().lease > 0 && (ignores_expiry || self.holds_lease(Self::quorum(cx), self.clock))
    }

    /// Whether it holds the lease when its clock shows that.
    pub fn holds_lease(&self, quorum: usize, clock: Time) -> bool {
        self.leading().is_some_and(|leading| leading.leased && clock < leading.lease_until(quorum))
    }
}
