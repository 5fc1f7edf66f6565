//! Phase 1: a candidate has one ballot promised for every slot at once, and goes on with what the others have
//! accepted.

use super::ballot::Ballot;
use super::log::{Command, Entry, Proposal};
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Happening, Leading, Node, Role, ballot_facts, bit, leader_fact, number};
use super::{MultiPaxos, Timer};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};
use std::collections::{BTreeMap, VecDeque};

impl Node {
    /// It has heard from no leader for too long, or somebody orders it to stand. As long as it has granted a lease,
    /// it does not: its own promise would be one of the majority.
    pub(super) fn on_election_timeout(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        if self.bound {
            self.eager = true;
            cx.note("multi-paxos.election.waits", &[leader_fact(self.leader)]);
            Self::reset_election_timer(cx);
            return;
        }
        self.stand(cx);
    }

    /// Begins a ballot above every one that it knows of, and promises it itself.
    pub(super) fn stand(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        let me = cx.me();
        let ballot = Ballot { round: self.highest.round.saturating_add(1), node: me };
        self.leader = None;
        self.eager = false;
        self.promise(cx, ballot);
        let from = self.log.prefix() + 1;
        let reported = self.log.entries_from(from).iter().map(|entry| (entry.slot, entry.proposal())).collect();
        self.role = Role::Candidate { from, promises: bit(me), reported };
        Self::reset_election_timer(cx);
        let facts = [("round", number(ballot.round)), ("slot", number(from))];
        cx.mark(MarkKind::Milestone, "multi-paxos.election", &facts);
        if Self::quorum(cx) == 1 {
            self.become_leader(cx);
            return;
        }
        self.send_prepares(cx);
    }

    /// Asks whoever has not promised yet, now and again after a heartbeat's time.
    pub(super) fn send_prepares(&self, cx: &mut Cx<'_, MultiPaxos>) {
        let Role::Candidate { from, promises, .. } = &self.role else { return };
        for peer in cx.peers().filter(|peer| promises & bit(*peer) == 0) {
            cx.send(peer, Message::Prepare { ballot: self.promised, from: *from });
        }
        let retry = cx.config().heartbeat;
        cx.set_timer(Timer::PrepareRetry, retry..=retry);
    }

    /// Phase 1b: promise the ballot unless a higher one is promised, or a lease that somebody else holds still runs.
    pub(super) fn on_prepare(&mut self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, ballot: Ballot, first: u32) {
        if ballot < self.promised {
            self.refuse(cx, from, ballot);
            return;
        }
        let [round, _] = ballot_facts(ballot);
        let candidate = ("candidate", Fact::Process(from));
        if ballot > self.promised {
            if self.is_bound(cx) {
                cx.note("multi-paxos.prepare.bound", &[candidate, round, leader_fact(self.leader)]);
                return;
            }
            self.promise(cx, ballot);
            self.give_way(cx, from, ballot);
            self.leader = None;
        }
        self.eager = false;
        Self::reset_election_timer(cx);
        let accepted = self.log.entries_from(first);
        let reported = u32::try_from(accepted.len()).unwrap_or(u32::MAX);
        let facts = [candidate, round, ("slot", number(first)), ("count", number(reported))];
        cx.note("multi-paxos.promises", &facts);
        cx.send(from, Message::Promise { ballot, chosen: self.log.prefix(), accepted });
    }

    /// Counts a promise, and keeps of what was accepted in each slot the proposal with the highest ballot.
    pub(super) fn on_promise(
        &mut self,
        cx: &mut Cx<'_, MultiPaxos>,
        from: ProcessId,
        ballot: Ballot,
        chosen: u32,
        accepted: &[Entry],
    ) {
        let current = self.promised;
        let Role::Candidate { promises, reported, .. } = &mut self.role else { return };
        if ballot != current || *promises & bit(from) != 0 {
            return;
        }
        *promises |= bit(from);
        let enough = promises.count_ones() as usize >= Self::quorum(cx);
        for entry in accepted {
            let known = reported.entry(entry.slot).or_insert_with(|| entry.proposal());
            if entry.ballot > known.ballot {
                *known = entry.proposal();
            }
        }
        // What the acceptor knows to be chosen needs no other ballot.
        for entry in accepted.iter().filter(|entry| entry.slot <= chosen) {
            self.learn(*entry);
        }
        self.apply_chosen(cx);
        if enough {
            self.become_leader(cx);
        }
    }

    /// A higher ballot is promised somewhere: this one cannot be sure of its majority any more.
    pub(super) fn on_nack(&mut self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, refused: Ballot, promised: Ballot) {
        self.highest = self.highest.max(promised);
        if refused == self.promised && refused.node == cx.me() && promised > refused {
            self.give_way(cx, from, promised);
            if self.leader == Some(cx.me()) {
                self.leader = None;
            }
        }
    }

    /// Tells the sender of a ballot that is too low of the one that was promised.
    pub(super) fn refuse(&self, cx: &mut Cx<'_, MultiPaxos>, sender: ProcessId, refused: Ballot) {
        let [_, owner] = ballot_facts(self.promised);
        let current = ("current", number(self.promised.round));
        let facts = [("sender", Fact::Process(sender)), ("round", number(refused.round)), current, owner];
        cx.note("multi-paxos.refuses", &facts);
        cx.send(sender, Message::Nack { refused, promised: self.promised });
    }

    /// A majority has promised: phase 1 is over, for every slot.
    fn become_leader(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        let Role::Candidate { reported, .. } = core::mem::replace(&mut self.role, Role::Follower) else { return };
        cx.cancel_timer(Timer::Election);
        cx.cancel_timer(Timer::PrepareRetry);
        let reported_last = reported.last_key_value().map_or(0, |(slot, _)| *slot);
        let last = reported_last.max(self.log.last());
        self.role = Role::Leader(Leading {
            next: last + 1,
            recovered: last,
            flight: BTreeMap::new(),
            queue: VecDeque::new(),
            granted: vec![0; usize::from(cx.nodes())],
            leased: Self::quorum(cx) == 1,
            settled: 0,
            holes: Vec::new(),
        });
        self.leader = Some(cx.me());
        let facts = [("round", number(self.promised.round)), ("slot", number(last + 1))];
        cx.mark(MarkKind::Leader, "multi-paxos.leader", &facts);
        self.recover(cx, last, &reported);
        self.beat(cx);
    }

    /// In each slot that may have been decided: propose again what was accepted in the highest ballot; then fill the
    /// holes.
    fn recover(&mut self, cx: &mut Cx<'_, MultiPaxos>, last: u32, reported: &BTreeMap<u32, Proposal>) {
        let open = (self.log.prefix() + 1..=last).filter(|slot| !self.log.is_chosen(*slot));
        let open: Vec<u32> = open.collect();
        let mut holes = Vec::new();
        for slot in open {
            let own = self.log.proposal(slot);
            let found = if cx.is_off(Mutant::IgnoreAccepted) { own } else { reported.get(&slot).copied() };
            let Some(Proposal { ballot, command }) = found else {
                holes.push(slot);
                continue;
            };
            if ballot.node != cx.me() {
                self.happened.push(Happening::Adopted);
            }
            let [round, owner] = ballot_facts(ballot);
            cx.note("multi-paxos.adopts", &[("slot", number(slot)), round, owner]);
            let is_renumbered = cx.is_off(Mutant::RenumberAdopted);
            self.propose_at(cx, slot, if is_renumbered { renumbered(command) } else { command });
        }
        for slot in holes {
            self.fill(cx, slot);
        }
        self.apply_chosen(cx);
    }

    /// "We let it fill the gap immediately by proposing, as commands 136 and 137, a special no-op command that leaves
    /// the state unchanged" (Paxos Made Simple, §3).
    fn fill(&mut self, cx: &mut Cx<'_, MultiPaxos>, slot: u32) {
        if cx.is_off(Mutant::SkipGap) {
            if let Role::Leader(leading) = &mut self.role {
                leading.holes.push(slot);
            }
            return;
        }
        cx.note("multi-paxos.fills", &[("slot", number(slot)), ("round", number(self.promised.round))]);
        self.propose_at(cx, slot, Command::NoOp);
    }
}

/// What the mutant makes of a command: one that its client has not asked for.
fn renumbered(command: Command) -> Command {
    match command {
        Command::Client { client, serial, op } => Command::Client { client, serial: serial.saturating_add(1), op },
        Command::NoOp | Command::Given(_) => command,
    }
}
