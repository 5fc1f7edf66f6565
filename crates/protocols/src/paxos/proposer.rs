//! The proposer: the two phases of a ballot, and what follows one that got nowhere ("Paxos Made Simple", §2.2, §2.4).

use super::message::{Ballot, Message, Vote};
use super::mutants::Mutant;
use super::node::{Did, Node, Write, ballot_facts, other_ballot_facts, vote_facts};
use super::roles::{bit, count_of};
use super::{Backoff, Paxos, Timer};
use crate::consensus::{Decided, Proposal, Propose};
use consistory_kernel::{Answer, Cx, Fact, MarkKind, ProcessId, Request};

/// What a node knows as a proposer.
#[derive(Clone, Debug, Default, Hash)]
pub struct Proposer {
    /// What it proposes where it is free to: the first value that a client brought.
    pub own: Option<Proposal>,
    /// The highest round that it has heard of.
    pub highest: u32,
    /// Its ballot.
    pub attempt: Option<Attempt>,
}

/// A ballot at its proposer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Its number.
    pub ballot: Ballot,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a ballot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Waits for the promises of a quorum.
    Prepare {
        /// Who has promised, one bit a node.
        promises: u16,
        /// The highest-numbered proposal that the promises report.
        highest: Option<Vote>,
    },
    /// Waits for a quorum to accept.
    Accept {
        /// The value.
        value: Proposal,
        /// The ballot that it was adopted from; none if the proposer was free to choose.
        adopted: Option<Ballot>,
        /// Who is known to have accepted, one bit a node.
        accepted: u16,
    },
    /// Given up: some acceptor has promised a higher ballot.
    Preempted {
        /// That ballot.
        by: Ballot,
    },
}

impl Node {
    /// A client proposes: it is told what is chosen, once that is known here.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, Paxos>, request: &Request<Paxos>) {
        let Request { client, serial, op: Propose(value) } = *request;
        if !self.roles.is_proposer(cx.me()) {
            let to = self.roles.proposer_of(client);
            cx.note("paxos.redirected", &[("client", Fact::Process(client)), ("to", Fact::Process(to))]);
            cx.reply(client, serial, Answer::Redirect(Some(to)));
            return;
        }
        let asked = Proposal { value, client, serial };
        self.did.push(Did::Heard(asked));
        if let Some(decided) = self.learner.decided {
            answer(cx, asked, decided);
            return;
        }
        if self.waiting.get(&client).is_some_and(|later| later.serial > serial) {
            return;
        }
        self.waiting.insert(client, asked);
        self.proposer.own.get_or_insert(asked);
        if self.proposer.attempt.is_none() {
            self.pursue(cx);
        }
    }

    /// Begins a ballot; where another proposer is the distinguished one, hands it the value instead.
    fn pursue(&mut self, cx: &mut Cx<'_, Paxos>) {
        let leader = self.distinguished_proposer(cx);
        if leader == cx.me() {
            self.begin_ballot(cx);
            return;
        }
        self.proposer.attempt = None;
        let Some(value) = self.proposer.own else { return };
        let facts = [("leader", Fact::Process(leader)), ("value", Fact::Number(value.value))];
        cx.note("paxos.forwarded", &facts);
        cx.send(leader, Message::Forward { value });
        Self::arm_retry(cx);
    }

    /// Another proposer hands on its client's value.
    pub(super) fn on_forward(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, value: Proposal) {
        if let Some(decided) = self.learner.decided {
            self.tell(cx, from, Message::Chosen { value: decided, known: self.learner.known });
            return;
        }
        self.proposer.own.get_or_insert(value);
        if self.proposer.attempt.is_none() {
            self.pursue(cx);
        }
    }

    /// Somebody cannot tell what is chosen, and will learn it from a proposal of this node (§2.3).
    pub(super) fn on_urge(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId) {
        if let Some(decided) = self.learner.decided {
            self.tell(cx, from, Message::Chosen { value: decided, known: self.learner.known });
        } else if self.proposer.attempt.is_none() && self.distinguished_proposer(cx) == cx.me() {
            self.begin_ballot(cx);
        }
    }

    /// Phase 1, with a round that is higher than any that this node has used or heard of. It is on disk before anybody
    /// hears of it, so that no ballot is used twice (§2.5).
    pub(super) fn begin_ballot(&mut self, cx: &mut Cx<'_, Paxos>) {
        let round = self.durable.round.max(self.proposer.highest).saturating_add(1);
        self.save(cx, Write::Round(round));
        self.proposer.highest = round;
        let proposer = if cx.is_off(Mutant::SharedBallots) { ProcessId(0) } else { cx.me() };
        let ballot = Ballot { round, proposer };
        self.proposer.attempt = Some(Attempt { ballot, phase: Phase::Prepare { promises: 0, highest: None } });
        self.did.push(Did::Began);
        self.learner.is_quiet = false;
        cx.epoch(u64::from(round));
        cx.mark(MarkKind::Milestone, "paxos.prepares", &ballot_facts(ballot));
        Self::arm_retry(cx);
        self.tell_acceptors(cx, Message::Prepare { ballot });
    }

    /// Other acceptors first: what this node does as one may go on to the next phase at once.
    fn tell_acceptors(&mut self, cx: &mut Cx<'_, Paxos>, message: Message) {
        let me = cx.me();
        for acceptor in self.roles.acceptors().filter(|acceptor| *acceptor != me) {
            cx.send(acceptor, message);
        }
        if self.roles.is_acceptor(me) {
            self.tell(cx, me, message);
        }
    }

    fn arm_retry(cx: &mut Cx<'_, Paxos>) {
        let (low, high) = cx.config().retry;
        match cx.config().backoff {
            Backoff::Fixed => cx.set_timer(Timer::Retry, low..=low),
            Backoff::Random => cx.set_timer(Timer::Retry, low..=high),
        }
    }

    /// The ballot has got nowhere in its time: begins a higher one.
    pub(super) fn on_retry(&mut self, cx: &mut Cx<'_, Paxos>) {
        let wants = self.proposer.own.is_some() || self.proposer.attempt.is_some();
        if wants && self.learner.decided.is_none() {
            self.pursue(cx);
        }
    }

    /// Counts a promise. A quorum of them has told of every proposal that may be chosen below this ballot.
    pub(super) fn on_promise(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, ballot: Ballot, told: Option<Vote>) {
        let quorum = self.quorums.phase1;
        let Some(attempt) = self.proposer.attempt.as_mut().filter(|attempt| attempt.ballot == ballot) else { return };
        let Phase::Prepare { promises, highest } = &mut attempt.phase else { return };
        *promises |= bit(from);
        *highest = (*highest).max(told);
        let (promises, highest) = (*promises, *highest);
        if count_of(promises) >= quorum {
            self.begin_accept(cx, ballot, highest);
        }
    }

    /// Phase 2: proposes the value of the highest-numbered proposal that the promises report, or the proposer's own if
    /// they report none (P2c).
    fn begin_accept(&mut self, cx: &mut Cx<'_, Paxos>, ballot: Ballot, highest: Option<Vote>) {
        let Some((value, adopted)) = self.value_of(cx, ballot, highest) else {
            cx.note("paxos.has_no_value", &ballot_facts(ballot));
            self.proposer.attempt = None;
            cx.cancel_timer(Timer::Retry);
            return;
        };
        let vote = Vote { ballot, value };
        match highest {
            Some(reported) => {
                let [round, proposer, of_value] = vote_facts(vote);
                let [other_round, other_proposer] = other_ballot_facts(reported.ballot);
                let note = if adopted.is_some() { "paxos.adopts" } else { "paxos.ignores" };
                cx.mark(MarkKind::Leader, note, &[round, proposer, of_value, other_round, other_proposer]);
            }
            None => cx.mark(MarkKind::Leader, "paxos.is_free", &vote_facts(vote)),
        }
        if adopted.is_some() && self.proposer.own != Some(value) {
            self.did.push(Did::Adopted);
        }
        self.proposer.attempt = Some(Attempt { ballot, phase: Phase::Accept { value, adopted, accepted: 0 } });
        self.wonder(cx);
        self.tell_acceptors(cx, Message::Accept(vote));
    }

    /// What to propose, and the ballot that it is adopted from; nothing if there is nothing to propose.
    fn value_of(
        &self,
        cx: &Cx<'_, Paxos>,
        ballot: Ballot,
        highest: Option<Vote>,
    ) -> Option<(Proposal, Option<Ballot>)> {
        let own = self.proposer.own;
        match highest {
            Some(_) if own.is_some() && cx.is_off(Mutant::IgnoreAccepted) => Some((own?, None)),
            Some(Vote { ballot: from, value }) => Some((value, Some(from))),
            None if own.is_some() && cx.is_off(Mutant::InventValue) => {
                // Different in each ballot, or else nobody could tell one invention from another.
                let invented = Proposal { serial: ballot.round, ..Proposal::of_nobody(0) };
                Some((invented, None))
            }
            None => Some((own?, None)),
        }
    }

    /// An acceptor has promised a higher ballot: this one is given up, and the next will be higher still.
    pub(super) fn on_nack(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, ballot: Ballot, promised: Ballot) {
        self.proposer.highest = self.proposer.highest.max(promised.round);
        let Some(attempt) = self.proposer.attempt.as_mut().filter(|attempt| attempt.ballot == ballot) else { return };
        self.did.push(Did::Nacked);
        if matches!(attempt.phase, Phase::Preempted { .. }) {
            return;
        }
        attempt.phase = Phase::Preempted { by: promised };
        let [round, proposer] = ballot_facts(ballot);
        let [other_round, other_proposer] = other_ballot_facts(promised);
        cx.note("paxos.gives_up", &[("from", Fact::Process(from)), round, proposer, other_round, other_proposer]);
    }

    /// Counts an acceptor that has accepted the present ballot; for the picture, as learners do the counting that
    /// matters.
    pub(super) fn count_accepted(&mut self, from: ProcessId, vote: Vote) {
        let attempt = self.proposer.attempt.as_mut().filter(|attempt| attempt.ballot == vote.ballot);
        if let Some(Phase::Accept { accepted, .. }) = attempt.map(|attempt| &mut attempt.phase) {
            *accepted |= bit(from);
        }
    }

    /// The value is known: nothing is left to propose, and clients have their answers.
    pub(super) fn end_proposals(&mut self, cx: &mut Cx<'_, Paxos>, decided: Proposal) {
        self.proposer.attempt = None;
        self.proposer.own = None;
        cx.cancel_timer(Timer::Retry);
        for asked in core::mem::take(&mut self.waiting).into_values() {
            let delays = cx.delays();
            let (client, value) = (("client", Fact::Process(asked.client)), ("value", Fact::Number(decided.value)));
            cx.note("paxos.answers", &[client, value, ("delays", Fact::Number(i64::from(delays)))]);
            self.did.push(Did::Answered(delays));
            answer(cx, asked, decided);
        }
    }
}

/// Tells a client what is chosen, and whether that is its own proposal.
fn answer(cx: &mut Cx<'_, Paxos>, asked: Proposal, decided: Proposal) {
    let reply = Decided { value: decided.value, own: Some(decided == asked) };
    cx.reply(asked.client, asked.serial, Answer::Done(reply));
}
