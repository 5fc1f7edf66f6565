//! A process: its vote, the votes that it has heard, and its decision.

use super::mutants::Mutant;
use super::{MajorityVote, Message, Timer};
use crate::consensus::{Decided, Proposal, Propose};
use consistory_kernel::{Answer, Cx, Event, Fact, MarkKind, ProcessId, Request};
use core::cmp::Reverse;
use std::collections::BTreeMap;

/// What survives a crash.
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// What the process has voted for.
    pub vote: Option<Proposal>,
}

/// A running process.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// Its own vote, whether it is on disk or not.
    pub vote: Option<Proposal>,
    /// The votes that it knows, its own included.
    pub votes: BTreeMap<ProcessId, Proposal>,
    /// Its decision.
    pub decision: Option<Decision>,
    /// What clients that wait have proposed here.
    pub waiting: BTreeMap<ProcessId, Proposal>,
    /// What a client proposed in its last step.
    pub asked: Option<Proposal>,
    /// Whether its last step wrote to the disk.
    pub has_written: bool,
    /// Message delays from the request of a client to the answer, if its last step decided and answered one.
    pub answered_after: Option<u16>,
    /// Whether it has voted a second time, which a rule forbids.
    has_voted_again: bool,
}

/// What a process has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The number.
    pub value: i64,
    /// Whose proposal it is; none where those who voted for the number had it from different clients, or nobody
    /// proposed it.
    pub proposal: Option<Proposal>,
}

impl Node {
    /// Boots. A process that has voted before says so again, and asks for the others' votes.
    pub(super) fn start(cx: &mut Cx<'_, MajorityVote>, durable: &Durable) -> Self {
        let mut node = Self {
            vote: durable.vote,
            votes: BTreeMap::new(),
            decision: None,
            waiting: BTreeMap::new(),
            asked: None,
            has_written: false,
            answered_after: None,
            has_voted_again: false,
        };
        if let Some(vote) = durable.vote {
            cx.note("majority-vote.remembers", &[("value", Fact::Number(vote.value))]);
            node.votes.insert(cx.me(), vote);
            node.remind(cx);
            node.count(cx);
        }
        node
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, MajorityVote>, event: Event<MajorityVote>) {
        self.asked = None;
        self.has_written = false;
        self.answered_after = None;
        match event {
            Event::Message { from, message } => self.on_vote(cx, from, message),
            Event::Timer(Timer::Remind) => self.remind(cx),
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    /// A client proposes: it is told the decision, once there is one. If this is the first that the process hears of
    /// any value, it votes for it.
    fn on_request(&mut self, cx: &mut Cx<'_, MajorityVote>, request: &Request<MajorityVote>) {
        let Request { client, serial, op: Propose(value) } = *request;
        let asked = Proposal { value, client, serial };
        self.asked = Some(asked);
        if let Some(decision) = self.decision {
            answer(cx, asked, decision);
            return;
        }
        if self.waiting.get(&client).is_some_and(|later| later.serial > serial) {
            return;
        }
        self.waiting.insert(client, asked);
        if self.vote.is_none() {
            let facts = [("client", Fact::Process(client)), ("value", Fact::Number(value))];
            cx.note("majority-vote.votes.client", &facts);
            self.cast(cx, asked);
        }
    }

    /// Another process's vote.
    fn on_vote(&mut self, cx: &mut Cx<'_, MajorityVote>, from: ProcessId, message: Message) {
        let theirs = message.vote();
        self.votes.insert(from, theirs);
        let (sender, value) = (("from", Fact::Process(from)), ("value", Fact::Number(theirs.value)));
        match (self.vote, message) {
            (None, _) => {
                cx.note("majority-vote.votes.other", &[sender, value]);
                self.cast(cx, theirs);
                return;
            }
            (Some(own), _) if own.value != theirs.value && self.may_vote_again(cx) => {
                self.has_voted_again = true;
                cx.note("majority-vote.votes.again", &[sender, value, ("own", Fact::Number(own.value))]);
                self.cast(cx, theirs);
                return;
            }
            (Some(own), Message::Reminder(_)) => cx.send(from, Message::Vote(own)),
            (Some(_), Message::Vote(_)) => {}
        }
        self.count(cx);
    }

    fn may_vote_again(&self, cx: &Cx<'_, MajorityVote>) -> bool {
        cx.is_off(Mutant::VoteTwice) && !self.has_voted_again
    }

    /// Votes. The vote is on disk before anybody hears of it, so that a crash does not make the process vote twice.
    fn cast(&mut self, cx: &mut Cx<'_, MajorityVote>, vote: Proposal) {
        self.vote = Some(vote);
        self.votes.insert(cx.me(), vote);
        if cx.config().durable {
            cx.persist(vote);
            self.has_written = true;
        }
        for peer in cx.peers() {
            cx.send(peer, Message::Vote(vote));
        }
        Self::arm(cx);
        self.count(cx);
    }

    /// Some votes are missing: they, or this process's own vote, may be lost, so it says its own again and asks for
    /// theirs.
    fn remind(&self, cx: &mut Cx<'_, MajorityVote>) {
        let Some(vote) = self.vote else { return };
        let missing: Vec<ProcessId> = cx.peers().filter(|peer| !self.votes.contains_key(peer)).collect();
        if missing.is_empty() {
            return;
        }
        cx.note("majority-vote.reminds", &[("missing", fact(missing.len()))]);
        for peer in missing {
            cx.send(peer, Message::Reminder(vote));
        }
        Self::arm(cx);
    }

    fn arm(cx: &mut Cx<'_, MajorityVote>) {
        let repeat = cx.config().repeat;
        cx.set_timer(Timer::Remind, repeat..=repeat.saturating_mul(2));
    }

    /// How many have voted for each number.
    pub fn tally(&self) -> BTreeMap<i64, usize> {
        let mut tally = BTreeMap::new();
        for vote in self.votes.values() {
            *tally.entry(vote.value).or_insert(0) += 1;
        }
        tally
    }

    /// Decides, if a majority has voted for the same number.
    fn count(&mut self, cx: &mut Cx<'_, MajorityVote>) {
        let majority = usize::from(majority(cx.nodes()));
        let tally = self.tally();
        // On a tie, the least number.
        let leading = tally.iter().max_by_key(|(value, count)| (**count, Reverse(**value)));
        let Some((value, count)) = leading.map(|(value, count)| (*value, *count)) else { return };
        let has_quorum = self.votes.len() >= majority;
        let decided = if count >= majority || has_quorum && cx.is_off(Mutant::DecideOnPlurality) {
            Some(Decision { value, proposal: self.source(value) })
        } else if has_quorum && cx.is_off(Mutant::AddUp) {
            let sum = self.votes.values().fold(0_i64, |sum, vote| sum.saturating_add(vote.value));
            Some(Decision { value: sum, proposal: None })
        } else if cx.is_off(Mutant::DecideEarly) && self.decision.is_none() {
            self.vote.map(|vote| Decision { value: vote.value, proposal: Some(vote) })
        } else {
            None
        };
        let Some(decision) = decided else { return };
        let changes = self.decision.is_some_and(|before| before.value != decision.value);
        if self.decision.is_none() || changes && cx.is_off(Mutant::DecideEarly) {
            self.decide(cx, decision, count);
        }
    }

    /// The one proposal that all votes for a number are for; none if they are for several.
    fn source(&self, value: i64) -> Option<Proposal> {
        let mut votes = self.votes.values().filter(|vote| vote.value == value);
        let first = votes.next()?;
        votes.all(|vote| vote == first).then_some(*first)
    }

    fn decide(&mut self, cx: &mut Cx<'_, MajorityVote>, decision: Decision, count: usize) {
        let (count, votes) = (("count", fact(count)), ("votes", fact(self.votes.len())));
        let facts = [("value", Fact::Number(decision.value)), count, votes];
        cx.mark(MarkKind::Milestone, "majority-vote.decides", &facts);
        self.decision = Some(decision);
        for asked in core::mem::take(&mut self.waiting).into_values() {
            self.answered_after = Some(cx.delays());
            answer(cx, asked, decision);
        }
    }
}

/// Tells a client what is decided, and whether that is its own proposal.
fn answer(cx: &mut Cx<'_, MajorityVote>, asked: Proposal, decision: Decision) {
    let own = match decision.proposal {
        Some(proposal) => Some(proposal == asked),
        None if decision.value == asked.value => None,
        None => Some(false),
    };
    cx.reply(asked.client, asked.serial, Answer::Done(Decided { value: decision.value, own }));
}

/// How many processes make a majority.
pub(super) fn majority(nodes: u16) -> u16 {
    nodes / 2 + 1
}

fn fact(count: usize) -> Fact {
    Fact::Number(i64::try_from(count).unwrap_or(i64::MAX))
}
