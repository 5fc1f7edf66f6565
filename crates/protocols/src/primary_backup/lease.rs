//! Leases (Gray and Cheriton 1989): for how long a primary may be sure that nobody has taken its place.
//!
//! A backup that hears the primary promises to take part in no fence for a while, on its own clock, from when it hears.
//! The primary counts from when it sent, which was earlier. It holds a lease while so many backups are bound that every
//! fence would need one of them. This relies on clocks that run at the same rate: a primary whose clock is slow, or a
//! backup whose clock is fast, by more than a message travels may break it.

use super::message::Replicate;
use super::mutants::Mutant;
use super::node::{Node, Role};
use super::shipping::nth_largest;
use super::{Config, PrimaryBackup};
use consistory_kernel::{Cx, Time};

impl Node {
    /// A backup promises the primary what it asks for; returns the end of the promise as the primary's clock will show it.
    pub(super) fn promise(&mut self, cx: &Cx<'_, PrimaryBackup>, shipped: &Replicate) -> Time {
        if shipped.lease == 0 || !cx.config().fencing {
            return 0;
        }
        self.promised_until = self.promised_until.max(self.clock.saturating_add(shipped.lease));
        shipped.stamp.saturating_add(shipped.lease)
    }

    /// Whether it may still not take part in a fence.
    pub(super) fn is_bound(&self) -> bool {
        self.clock < self.promised_until
    }

    /// Until when the lease of a primary runs, on its own clock; without end where no other node is needed for it, and
    /// `None` for a node that is no primary.
    pub fn lease_until(&self, config: &Config) -> Option<Time> {
        let Role::Primary { peers, .. } = &self.role else { return None };
        let nodes = u16::try_from(peers.len()).unwrap_or(u16::MAX);
        let grantors = nodes.saturating_sub(config.fence_quorum(nodes));
        let granted = |place| nth_largest(peers.iter().map(|about| about.granted), place);
        Some(grantors.checked_sub(1).map_or(Time::MAX, granted))
    }

    /// Whether a primary may answer from its own state, because no other can have been made in the meantime.
    pub(super) fn has_lease(&self, cx: &Cx<'_, PrimaryBackup>) -> bool {
        let is_needed = cx.config().lease_length() > 0 && !cx.is_off(Mutant::IgnoreLease);
        !is_needed || self.lease_until(cx.config()).is_some_and(|until| self.clock < until)
    }
}
