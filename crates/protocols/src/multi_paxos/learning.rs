//! Learning what is chosen, catching up, and the state machine.
//!
//! Acceptors tell the leader alone what they have accepted; it is the distinguished learner (Paxos Made Simple,
//! §2.3), and tells the others up to which slot everything is chosen, with what it sends anyway. Whoever has accepted
//! the leader's own proposal in such a slot has the chosen value there. Whoever has none, or one of an older ballot,
//! asks.

use super::ballot::Ballot;
use super::log::{Command, Entry};
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Happening, Node, number};
use super::{MultiPaxos, Timer};
use consistory_kernel::{Answer, Cx, Digest, Fact, ProcessId};
use core::hash::Hash;

impl Node {
    /// Remembers that a value is chosen.
    pub(super) fn learn(&mut self, entry: Entry) {
        if self.log.is_chosen(entry.slot) {
            return;
        }
        self.log.choose(entry);
        self.happened.push(Happening::Learned(entry));
        self.record.chosen.push(entry);
    }

    /// The leader of a ballot says up to which slot everything is chosen.
    pub(super) fn hear_chosen(&mut self, cx: &mut Cx<'_, MultiPaxos>, ballot: Ballot, chosen: u32) {
        self.heard = self.heard.max(chosen);
        let any_ballot = cx.is_off(Mutant::LearnAnyBallot);
        for slot in self.log.prefix() + 1..=chosen.min(self.log.last()) {
            // In its ballot the leader has proposed one value in this slot, and only because of that is the slot
            // chosen.
            let held = self.log.entry(slot).filter(|held| held.ballot == ballot || any_ballot);
            if let Some(held) = held {
                self.learn(held);
            }
        }
        self.apply_chosen(cx);
        self.maybe_catch_up(cx);
    }

    /// Asks the leader for what this node lacks, one chunk at a time.
    fn maybe_catch_up(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        let first = self.log.prefix() + 1;
        let Some(leader) = self.leader.filter(|leader| *leader != cx.me()) else { return };
        if self.fetching || first > self.heard {
            return;
        }
        self.fetching = true;
        let facts = [("slot", number(first)), ("last", number(self.heard)), ("leader", Fact::Process(leader))];
        cx.note("multi-paxos.catches_up", &facts);
        cx.send(leader, Message::CatchUp { from: first, to: self.heard });
        let retry = cx.config().heartbeat;
        cx.set_timer(Timer::CatchUp, retry..=retry);
    }

    /// No answer has come: ask again, whoever leads now.
    pub(super) fn on_catch_up_timer(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        self.fetching = false;
        self.maybe_catch_up(cx);
    }

    /// Somebody lacks chosen entries: send what is known of them, at most a batch.
    pub(super) fn on_catch_up(&self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, first: u32, last: u32) {
        let entries = self.log.chosen_between(first, last, cx.config().batch);
        if !entries.is_empty() {
            cx.send(from, Message::Chosen { entries });
        }
    }

    /// The answer: what is chosen is so for ever, whoever says it. A leader and a candidate find out for themselves.
    pub(super) fn on_chosen(&mut self, cx: &mut Cx<'_, MultiPaxos>, from: ProcessId, entries: &[Entry]) {
        if self.is_leader() || self.stands().is_some() {
            return;
        }
        let before = self.log.prefix();
        for entry in entries {
            self.learn(*entry);
        }
        let prefix = self.log.prefix();
        if prefix == before {
            return;
        }
        self.apply_chosen(cx);
        let facts = [("slot", number(before + 1)), ("last", number(prefix)), ("source", Fact::Process(from))];
        cx.note("multi-paxos.learns", &facts);
        self.fetching = false;
        cx.cancel_timer(Timer::CatchUp);
        if prefix >= self.heard {
            self.happened.push(Happening::CaughtUp);
        }
        self.maybe_catch_up(cx);
    }

    /// Applies what is chosen, in the order of slots, up to the first that is not.
    pub(super) fn apply_chosen(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        loop {
            let slot = self.applied + 1;
            let before = self.chain(self.applied);
            let is_ready = self.log.is_chosen(slot) || cx.is_off(Mutant::ApplyAccepted);
            match self.log.entry(slot).filter(|_| is_ready) {
                Some(entry) => {
                    let mut digest = Digest::default();
                    digest.word(before);
                    entry.command.hash(&mut digest);
                    self.chain.push(digest.value());
                    self.applied = slot;
                    self.perform(cx, entry.command);
                }
                None if cx.is_off(Mutant::SkipGap) && self.is_chosen_after(slot) => {
                    self.chain.push(before);
                    self.applied = slot;
                }
                None => return,
            }
        }
    }

    /// Whether something is known to be chosen after a slot.
    fn is_chosen_after(&self, slot: u32) -> bool {
        (slot + 1..=self.log.last()).any(|later| self.log.is_chosen(later))
    }

    /// Performs a command on the store; a leader answers its client.
    pub(super) fn perform(&mut self, cx: &mut Cx<'_, MultiPaxos>, command: Command) {
        match command {
            Command::NoOp => {}
            Command::Client { client, serial, op } => {
                let reply = self.store.apply(client, serial, op);
                if let (Some(reply), true) = (reply, self.is_leader()) {
                    cx.reply(client, serial, Answer::Done(reply));
                }
            }
            // Of somebody whom no run has; each slot is a new operation of his.
            Command::Given(op) => {
                self.store.apply(NOBODY, self.applied, op);
            }
        }
    }
}

/// Whose the operations are that a run starts with.
const NOBODY: ProcessId = ProcessId(u16::MAX);
