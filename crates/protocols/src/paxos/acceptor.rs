//! The acceptor: promises not to accept lower ballots, and accepts what it has not promised to refuse ("Paxos Made
//! Simple", §2.2, P1a).

use super::message::{Ballot, Message, Vote};
use super::mutants::Mutant;
use super::node::{Did, Node, Write, ballot_facts, other_ballot_facts, vote_facts};
use super::{Learning, Paxos};
use consistory_kernel::{Cx, Fact, ProcessId};

impl Node {
    /// Phase 1: promises to accept no lower ballot, and reports the highest-numbered proposal that it has accepted. The
    /// promise is on disk before anybody hears of it.
    pub(super) fn on_prepare(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, ballot: Ballot) {
        self.on_ballot(ballot);
        let promised = self.durable.promised;
        if ballot < promised && !cx.is_off(Mutant::PromiseBelow) {
            self.refuse(cx, from, ballot, "paxos.refused.prepare");
            return;
        }
        if ballot > promised {
            self.save(cx, Write::Promise(ballot));
            cx.epoch(u64::from(ballot.round));
        }
        let accepted = self.durable.accepted;
        match accepted {
            Some(vote) => {
                let [other_round, other_proposer] = other_ballot_facts(vote.ballot);
                let [round, proposer] = ballot_facts(ballot);
                let value = ("value", Fact::Number(vote.value.value));
                cx.note("paxos.promised.accepted", &[round, proposer, other_round, other_proposer, value]);
            }
            None => cx.note("paxos.promised", &ballot_facts(ballot)),
        }
        self.tell(cx, from, Message::Promise { ballot, accepted });
    }

    /// Phase 2: accepts, unless it has promised a higher ballot, and tells those who are to learn. What it has accepted
    /// is on disk before anybody hears of it.
    pub(super) fn on_accept(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, vote: Vote) {
        self.on_ballot(vote.ballot);
        if vote.ballot < self.durable.promised && !cx.is_off(Mutant::PromiseBelow) {
            self.did.push(Did::Preempted);
            self.refuse(cx, from, vote.ballot, "paxos.refused.accept");
            return;
        }
        if self.durable.accepted != Some(vote) {
            self.save(cx, Write::Accept(vote));
            cx.note("paxos.accepted", &vote_facts(vote));
        }
        self.wonder(cx);
        match cx.config().learning {
            Learning::All => {
                for learner in self.roles.learners().filter(|learner| *learner != from) {
                    self.tell(cx, learner, Message::Accepted(vote));
                }
                self.tell(cx, from, Message::Accepted(vote));
            }
            Learning::Distinguished => {
                self.tell(cx, self.roles.distinguished_learner(), Message::Accepted(vote));
            }
        }
    }

    /// A ballot of somebody is under way.
    fn on_ballot(&mut self, ballot: Ballot) {
        self.proposer.highest = self.proposer.highest.max(ballot.round);
        self.learner.is_quiet = false;
    }

    /// Tells the proposer that a higher ballot was promised, so that it gives its own up: "This is a performance
    /// optimization that does not affect correctness" (§2.2).
    fn refuse(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, ballot: Ballot, note: &'static str) {
        let promised = self.durable.promised;
        let [round, proposer] = ballot_facts(ballot);
        let [other_round, other_proposer] = other_ballot_facts(promised);
        cx.note(note, &[round, proposer, other_round, other_proposer]);
        if cx.config().nacks {
            self.tell(cx, from, Message::Nack { ballot, promised });
        }
    }

    /// A learner asks what was accepted; whoever knows what is chosen says that.
    pub(super) fn on_ask(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId) {
        let answer = match (self.learner.decided, self.durable.accepted) {
            (Some(value), _) => Message::Chosen { value, known: self.learner.known },
            (None, Some(vote)) => Message::Accepted(vote),
            (None, None) => Message::Nothing,
        };
        self.tell(cx, from, answer);
    }
}
