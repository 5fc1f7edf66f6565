//! The learner: how the chosen value comes to be known ("Paxos Made Simple", §2.3), until everybody knows it.
//!
//! Who has reason to think that something may be chosen asks the acceptors, again and again, until it knows or nothing
//! was accepted. If the answers leave it open, a proposer is to issue a proposal. Who knows tells those who are not
//! known to know. What a learner knows is not on its disk: after a restart it asks.

use super::message::{Ballot, Message, Vote};
use super::mutants::Mutant;
use super::node::{Node, ballot_facts};
use super::roles::{bit, count_of, members, set_of};
use super::{Learning, Paxos, Timer};
use crate::consensus::Proposal;
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};
use std::collections::BTreeMap;

/// A learner remembers acceptances of so many ballots, the highest; lower ones were superseded long ago, and what they
/// may have chosen is what the higher ones carry.
const BALLOTS_MAX: usize = 16;

/// What a node knows as a learner.
#[derive(Clone, Debug, Default, Hash)]
pub struct Learner {
    /// By ballot: what was accepted in it, and by whom as far as it has heard, one bit a node.
    pub heard: BTreeMap<Ballot, (Proposal, u16)>,
    /// What is chosen.
    pub decided: Option<Proposal>,
    /// Once it knows what is chosen: who is known to know it too, one bit a node.
    pub known: u16,
    /// Who has answered its last question; none if it has not asked.
    pub asked: Option<u16>,
    /// Whether its timer for the next question runs.
    pub wonders: bool,
    /// Whether no ballot has come by since its last question.
    pub is_quiet: bool,
    /// How often it has turned to a proposer.
    turn: u32,
}

impl Learner {
    /// An acceptor has accepted.
    pub(super) fn hear(&mut self, from: ProcessId, vote: Vote) {
        let (_, acceptors) = self.heard.entry(vote.ballot).or_insert((vote.value, 0));
        *acceptors |= bit(from);
        if self.heard.len() > BALLOTS_MAX {
            self.heard.pop_first();
        }
    }

    /// An acceptor that was asked has accepted nothing.
    pub(super) fn on_nothing(&mut self, from: ProcessId) {
        self.asked = self.asked.map(|asked| asked | bit(from));
    }

    /// The ballot that most acceptors are known to have accepted, with their number.
    pub fn leading(&self) -> Option<(Vote, u16)> {
        let votes = self.heard.iter().map(|(ballot, (value, acceptors))| {
            let vote = Vote { ballot: *ballot, value: *value };
            (vote, count_of(*acceptors))
        });
        votes.max_by_key(|(vote, count)| (*count, vote.ballot))
    }
}

impl Node {
    /// An acceptor has accepted: a quorum of them in the same ballot chooses its value.
    pub(super) fn on_accepted(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, vote: Vote) {
        self.count_accepted(from, vote);
        self.learner.asked = self.learner.asked.map(|asked| asked | bit(from));
        self.learner.hear(from, vote);
        let acceptors = if cx.is_off(Mutant::CountAcrossBallots) {
            self.learner.heard.values().fold(0, |all, (_, acceptors)| all | acceptors)
        } else {
            self.learner.heard.get(&vote.ballot).map_or(0, |(_, acceptors)| *acceptors)
        };
        if cx.is_off(Mutant::FollowTheLast) && self.learner.decided != Some(vote.value) {
            self.decide(cx, vote.value);
        }
        if self.learner.decided.is_some() {
            return;
        }
        if count_of(acceptors) < self.quorums.phase2 {
            self.wonder(cx);
            return;
        }
        let [round, proposer] = ballot_facts(vote.ballot);
        let count = ("count", Fact::Number(i64::from(count_of(acceptors))));
        let value = ("value", Fact::Number(vote.value.value));
        cx.mark(MarkKind::Milestone, "paxos.learns", &[value, round, proposer, count]);
        self.decide(cx, vote.value);
        if cx.config().learning == Learning::Distinguished {
            self.tell_the_others(cx);
        }
    }

    /// Knows what is chosen.
    fn decide(&mut self, cx: &mut Cx<'_, Paxos>, value: Proposal) {
        self.learner.decided = Some(value);
        self.learner.known |= bit(cx.me());
        (self.learner.asked, self.learner.wonders) = (None, false);
        cx.cancel_timer(Timer::Ask);
        self.end_proposals(cx, value);
        self.arm_tell(cx);
    }

    /// Somebody knows what is chosen.
    pub(super) fn on_chosen(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, value: Proposal, known: u16) {
        if self.learner.decided.is_none() {
            let facts = [("value", Fact::Number(value.value)), ("from", Fact::Process(from))];
            cx.mark(MarkKind::Milestone, "paxos.is_told", &facts);
            self.decide(cx, value);
        }
        let before = self.learner.known;
        self.learner.known |= known | bit(from);
        let am_known = known & bit(cx.me()) != 0;
        let is_new_end = self.unknown() == 0 && self.learner.known != before;
        if self.unknown() == 0 {
            cx.cancel_timer(Timer::Tell);
        }
        if !am_known {
            // The sender does not know yet that this node knows.
            self.send_chosen(cx, bit(from));
        } else if is_new_end && known != self.learner.known {
            // The last acknowledgement: now everybody is told that all know, and nobody need ask or tell any more.
            self.send_chosen(cx, set_of(self.roles.informed()) & !bit(cx.me()));
        }
    }

    /// Who is not known to know.
    fn unknown(&self) -> u16 {
        set_of(self.roles.informed()) & !self.learner.known
    }

    fn arm_tell(&self, cx: &mut Cx<'_, Paxos>) {
        if self.unknown() != 0 {
            let repeat = cx.config().repeat;
            cx.set_timer(Timer::Tell, repeat..=repeat.saturating_mul(2));
        }
    }

    /// Some are not known to know: tells them, until they acknowledge it.
    pub(super) fn on_tell_timer(&mut self, cx: &mut Cx<'_, Paxos>) {
        if self.learner.decided.is_some() {
            self.tell_the_others(cx);
        }
    }

    fn tell_the_others(&self, cx: &mut Cx<'_, Paxos>) {
        self.send_chosen(cx, self.unknown());
        self.arm_tell(cx);
    }

    fn send_chosen(&self, cx: &mut Cx<'_, Paxos>, to: u16) {
        let Some(value) = self.learner.decided else { return };
        for other in members(to) {
            cx.send(other, Message::Chosen { value, known: self.learner.known });
        }
    }

    /// Has reason to think that something may be chosen: will ask, unless it learns it before.
    pub(super) fn wonder(&mut self, cx: &mut Cx<'_, Paxos>) {
        let is_concerned = self.roles.is_informed(cx.me()) && self.learner.decided.is_none();
        if is_concerned && !self.learner.wonders {
            self.learner.wonders = true;
            Self::arm_ask(cx);
        }
    }

    fn arm_ask(cx: &mut Cx<'_, Paxos>) {
        let repeat = cx.config().repeat;
        cx.set_timer(Timer::Ask, repeat..=repeat.saturating_mul(2));
    }

    /// Asks the acceptors, after a look at what the last question brought.
    pub(super) fn on_ask_timer(&mut self, cx: &mut Cx<'_, Paxos>) {
        let me = cx.me();
        if let Some(vote) = self.durable.accepted {
            // Its own acceptor may have told another learner only.
            self.on_accepted(cx, me, vote);
        }
        if self.learner.decided.is_some() {
            return;
        }
        let have_answered = self.learner.asked.is_some_and(|asked| count_of(asked) >= self.quorums.phase1);
        if have_answered && self.learner.heard.is_empty() {
            // Whatever was chosen, one of these would have accepted it.
            (self.learner.asked, self.learner.wonders) = (None, false);
            return;
        }
        if have_answered && self.learner.is_quiet {
            self.have_proposed(cx);
        }
        self.learner.asked = Some(if self.roles.is_acceptor(me) { bit(me) } else { 0 });
        self.learner.is_quiet = true;
        cx.note("paxos.asks", &[]);
        for acceptor in self.roles.acceptors().filter(|acceptor| *acceptor != me) {
            cx.send(acceptor, Message::Ask);
        }
        Self::arm_ask(cx);
    }

    /// Something was accepted, but the answers do not tell whether it is chosen: "it can have a proposer issue a
    /// proposal" (§2.3).
    fn have_proposed(&mut self, cx: &mut Cx<'_, Paxos>) {
        let me = cx.me();
        let to = if self.roles.is_proposer(me) {
            self.distinguished_proposer(cx)
        } else {
            self.learner.turn = self.learner.turn.wrapping_add(1);
            self.roles.proposer_by_turn(self.learner.turn)
        };
        cx.note("paxos.cannot_tell", &[("to", Fact::Process(to))]);
        if to != me {
            cx.send(to, Message::Urge);
        } else if self.proposer.attempt.is_none() {
            self.begin_ballot(cx);
        }
    }
}
