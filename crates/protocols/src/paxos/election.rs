//! The distinguished proposer: the one with the lowest id of those that seem to be up ("Paxos Made Simple", §2.4).
//!
//! A reliable choice needs real time, as Fischer, Lynch and Paterson imply: proposers send each other heartbeats, and
//! take one that is silent to be down. Two may take themselves to be distinguished; that costs time, never safety.

use super::message::Message;
use super::node::Node;
use super::{Paxos, Timer};
use consistory_kernel::{Cx, ProcessId, Time};
use std::collections::BTreeMap;

/// Which proposers a node takes to be up.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Leadership {
    /// For each other proposer, when it was heard last, on this node's own clock.
    heard_at: BTreeMap<ProcessId, Time>,
}

impl Node {
    /// Nothing is known of the others yet: they are taken to be up.
    pub(super) fn start_leadership(&mut self, cx: &mut Cx<'_, Paxos>) {
        let me = cx.me();
        if !cx.config().distinguished || !self.roles.is_proposer(me) {
            return;
        }
        let now = cx.now();
        let others = self.roles.proposers().filter(|proposer| *proposer != me);
        self.leadership.heard_at = others.map(|proposer| (proposer, now)).collect();
        Self::arm_alive(cx);
    }

    fn arm_alive(cx: &mut Cx<'_, Paxos>) {
        let heartbeat = cx.config().heartbeat;
        cx.set_timer(Timer::Alive, heartbeat..=heartbeat);
    }

    pub(super) fn on_alive_timer(&self, cx: &mut Cx<'_, Paxos>) {
        for proposer in self.leadership.heard_at.keys() {
            cx.send(*proposer, Message::Alive);
        }
        Self::arm_alive(cx);
    }

    pub(super) fn on_alive(&mut self, cx: &Cx<'_, Paxos>, from: ProcessId) {
        self.leadership.heard_at.insert(from, cx.now());
    }

    /// Who is to issue proposals: this node itself, unless somebody is distinguished.
    pub(super) fn distinguished_proposer(&self, cx: &Cx<'_, Paxos>) -> ProcessId {
        let (me, now) = (cx.me(), cx.now());
        let seems_up = |heard_at: Time| now.saturating_sub(heard_at) < cx.config().suspect_after;
        let up = self.leadership.heard_at.iter().filter(|(_, heard_at)| seems_up(**heard_at)).map(|(id, _)| *id);
        up.chain([me]).min().unwrap_or(me)
    }
}
