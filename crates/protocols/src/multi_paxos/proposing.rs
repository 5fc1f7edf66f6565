//! Phase 2: a leader proposes a command in each slot within the window; what a majority has accepted is chosen.

use super::ballot::Ballot;
use super::log::{Command, Entry};
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Node, Role, ballot_facts, bit, number};
use super::{MultiPaxos, Timer};
use crate::kv::Op;
use consistory_kernel::{Cx, Fact, ProcessId, Time};

impl Node {
    /// A new command: it gets the next slot now, or waits until the window has room.
    pub(super) fn propose(&mut self, cx: &mut Cx<'_, MultiPaxos>, command: Command) {
        let Role::Leader(leading) = &mut self.role else { return };
        leading.queue.push_back(command);
        self.propose_queued(cx);
        let prefix = self.log.prefix();
        if let Role::Leader(leading) = &self.role
            && !leading.queue.is_empty()
        {
            let waiting = ("waiting", number(u32::try_from(leading.queue.len()).unwrap_or(u32::MAX)));
            let facts = [waiting, ("window", number(cx.config().window)), ("slot", number(prefix))];
            cx.note("multi-paxos.window_full", &facts);
        }
    }

    /// "It can propose commands i + 1 through i + α after commands 1 through i are chosen" (Paxos Made Simple, §3).
    fn propose_queued(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        loop {
            let open = self.log.prefix().saturating_add(cx.config().window);
            let Role::Leader(leading) = &mut self.role else { return };
            let slot = leading.holes.first().copied().unwrap_or(leading.next);
            if slot > open {
                return;
            }
            let Some(command) = leading.queue.pop_front() else { return };
            if slot == leading.next {
                leading.next += 1;
            } else {
                leading.holes.remove(0);
            }
            note_proposal(cx, command, slot, self.promised);
            self.propose_at(cx, slot, command);
        }
    }

    /// Proposes a command in a slot, in the leader's ballot; the leader is the first to accept it.
    pub(super) fn propose_at(&mut self, cx: &mut Cx<'_, MultiPaxos>, slot: u32, command: Command) {
        let entry = Entry { slot, ballot: self.promised, command };
        self.accept(cx, entry);
        let Role::Leader(leading) = &mut self.role else { return };
        leading.flight.insert(slot, bit(cx.me()));
        let chosen = self.log.prefix();
        for peer in cx.peers() {
            cx.send(peer, Message::Accept { entry, chosen });
        }
        self.maybe_choose(cx, slot);
    }

    /// Phase 2b: accept the proposal, unless a higher ballot is promised.
    pub(super) fn on_accept(&mut self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, entry: Entry, chosen: u32) {
        let Entry { slot, ballot, .. } = entry;
        if ballot < self.promised {
            if !cx.is_off(Mutant::AcceptLowerBallot) {
                self.refuse(cx, from, ballot);
                return;
            }
            self.accept(cx, entry);
            cx.send(from, Message::Accepted { ballot, slot });
            return;
        }
        self.follow(cx, from, ballot);
        if self.log.proposal(slot).is_none_or(|held| held.ballot < ballot) {
            self.accept(cx, entry);
            let facts = [("slot", number(slot)), ("round", number(ballot.round)), ("leader", Fact::Process(from))];
            cx.note("multi-paxos.accepts", &facts);
        }
        cx.send(from, Message::Accepted { ballot, slot });
        self.hear_chosen(cx, ballot, chosen);
    }

    /// Follows the leader of a ballot, which it promises if it has not done so.
    fn follow(&mut self, cx: &mut Cx<'_, MultiPaxos>, leader: ProcessId, ballot: Ballot) {
        if ballot > self.promised {
            self.promise(cx, ballot);
        }
        self.give_way(cx, leader, ballot);
        self.leader = Some(leader);
        self.eager = false;
        Self::reset_election_timer(cx);
    }

    /// An acceptor has accepted a proposal of this ballot.
    pub(super) fn on_accepted(&mut self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, ballot: Ballot, slot: u32) {
        let current = self.promised;
        let Role::Leader(leading) = &mut self.role else { return };
        let Some(nodes) = leading.flight.get_mut(&slot).filter(|_| ballot == current) else { return };
        *nodes |= bit(from);
        self.maybe_choose(cx, slot);
    }

    /// "The value is chosen when a large enough set of acceptors have accepted it" (Paxos Made Simple, §2.2): a
    /// majority, in one ballot.
    fn maybe_choose(&mut self, cx: &mut Cx<'_, MultiPaxos>, slot: u32) {
        let quorum = Self::quorum(cx);
        let Role::Leader(leading) = &mut self.role else { return };
        let accepted = leading.flight.get(&slot).map_or(0, |nodes| nodes.count_ones() as usize);
        if accepted < quorum {
            return;
        }
        leading.flight.remove(&slot);
        let Some(entry) = self.log.entry(slot) else { return };
        self.learn(entry);
        cx.note("multi-paxos.chosen", &[("slot", number(slot)), ("round", number(entry.ballot.round))]);
        if slot <= self.applied {
            // Only a replica that skips slots has already applied what follows.
            self.perform(cx, entry.command);
        }
        self.apply_chosen(cx);
        self.propose_queued(cx);
    }

    /// The leader leads on: it says so, up to which slot everything is chosen, and sends again what was in flight at
    /// the last heartbeat to those who have not accepted it.
    pub(super) fn beat(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        let (ballot, chosen, stamp) = (self.promised, self.log.prefix(), self.clock);
        let Role::Leader(leading) = &mut self.role else { return };
        let settled = core::mem::replace(&mut leading.settled, leading.next);
        let old = leading.flight.range(..settled);
        let unanswered = old.filter_map(|(slot, nodes)| Some((self.log.entry(*slot)?, *nodes)));
        let unanswered: Vec<(Entry, u16)> = unanswered.collect();
        for peer in cx.peers() {
            cx.send(peer, Message::Heartbeat { ballot, chosen, stamp });
            for (entry, _) in unanswered.iter().filter(|(_, nodes)| nodes & bit(peer) == 0) {
                cx.send(peer, Message::Accept { entry: *entry, chosen });
            }
        }
        let heartbeat = cx.config().heartbeat;
        cx.set_timer(Timer::Heartbeat, heartbeat..=heartbeat);
    }

    /// A leader leads on: follow it, grant it the lease, and learn what is chosen.
    pub(super) fn on_heartbeat(
        &mut self,
        cx: &mut Cx<'_, MultiPaxos>,
        from: ProcessId,
        ballot: Ballot,
        chosen: u32,
        stamp: Time,
    ) {
        if ballot < self.promised {
            self.refuse(cx, from, ballot);
            return;
        }
        self.follow(cx, from, ballot);
        self.grant(cx, from, ballot, stamp);
        self.hear_chosen(cx, ballot, chosen);
    }
}

fn note_proposal(cx: &mut Cx<'_, MultiPaxos>, command: Command, slot: u32, ballot: Ballot) {
    let [round, _] = ballot_facts(ballot);
    let slot = ("slot", number(slot));
    let Command::Client { op, .. } = command else { return };
    match op {
        Op::Read(key) => cx.note("multi-paxos.proposes.read", &[slot, round, ("key", key.fact())]),
        Op::Write(key, value) => {
            let value = ("value", Fact::Number(value));
            cx.note("multi-paxos.proposes.write", &[slot, round, ("key", key.fact()), value]);
        }
        Op::CompareAndSet(key, old, new) => {
            let (old, new) = (("old", Fact::Number(old)), ("new", Fact::Number(new)));
            cx.note("multi-paxos.proposes.cas", &[slot, round, ("key", key.fact()), old, new]);
        }
        Op::Append(key, value) => {
            let value = ("value", Fact::Number(value));
            cx.note("multi-paxos.proposes.append", &[slot, round, ("key", key.fact()), value]);
        }
    }
}
