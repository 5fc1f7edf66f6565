//! A node: what is on its disk, the parts that its roles are made of, and who handles which event.

use super::election::Leadership;
use super::learner::Learner;
use super::message::{Ballot, Message, Vote};
use super::mutants::Mutant;
use super::proposer::Proposer;
use super::roles::{Quorums, Roles};
use super::{Paxos, Timer};
use crate::consensus::Proposal;
use consistory_kernel::{Cx, Event, Fact, ProcessId};
use std::collections::BTreeMap;

/// What survives a crash ("Paxos Made Simple", §2.5).
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// The highest round that this node has used as a proposer.
    pub round: u32,
    /// The highest ballot that it has promised as an acceptor.
    pub promised: Ballot,
    /// The proposal with the highest ballot that it has accepted.
    pub accepted: Option<Vote>,
    /// How often it has booted: a learner that is back asks what it has missed.
    pub life: u32,
}

/// A forced write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// Another life begins.
    Boot,
    /// The proposer uses that round.
    Round(u32),
    /// The acceptor promises to accept nothing below that ballot.
    Promise(Ballot),
    /// The acceptor accepts, which is a promise too.
    Accept(Vote),
}

impl Durable {
    /// Performs a write.
    pub fn write(&mut self, write: &Write) {
        match *write {
            Write::Boot => self.life += 1,
            Write::Round(round) => self.round = round,
            Write::Promise(ballot) => self.promised = ballot,
            Write::Accept(vote) => {
                self.promised = self.promised.max(vote.ballot);
                self.accepted = Some(vote);
            }
        }
    }
}

/// A running node: its copy of what is on disk, and what a crash ends.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What is on disk, as this node works with it.
    pub durable: Durable,
    /// Who does what.
    pub roles: Roles,
    /// How many acceptors make a quorum.
    pub quorums: Quorums,
    /// Its ballots.
    pub proposer: Proposer,
    /// What it knows of what is accepted and chosen.
    pub learner: Learner,
    /// Which proposers it takes to be up.
    pub(super) leadership: Leadership,
    /// What clients that wait for an answer have proposed here.
    pub waiting: BTreeMap<ProcessId, Proposal>,
    /// What its last step did, for those who judge it.
    pub did: Vec<Did>,
}

/// Something that a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Did {
    /// Wrote to the disk.
    Wrote,
    /// Heard of a value from a client.
    Heard(Proposal),
    /// Began a ballot.
    Began,
    /// Proposed a value that another ballot had brought.
    Adopted,
    /// Refused to accept, because of a promise to a higher ballot.
    Preempted,
    /// Was told that its ballot is refused.
    Nacked,
    /// Learned what is chosen and answered a client that waited, so many message delays after its request.
    Answered(u16),
}

impl Node {
    /// Boots from stable storage.
    pub(super) fn start(cx: &mut Cx<'_, Paxos>, durable: &Durable) -> Self {
        let roles = Roles::new(cx.nodes(), cx.config());
        let quorums = if cx.is_off(Mutant::NonIntersectingQuorums) {
            Quorums::too_small(roles)
        } else {
            Quorums::new(roles, cx.config())
        };
        let mut node = Self {
            durable: durable.clone(),
            roles,
            quorums,
            proposer: Proposer::default(),
            learner: Learner::default(),
            leadership: Leadership::default(),
            waiting: BTreeMap::new(),
            did: Vec::new(),
        };
        node.proposer.highest = node.durable.promised.round;
        node.save(cx, Write::Boot);
        cx.epoch(u64::from(node.durable.promised.round));
        node.start_leadership(cx);
        if let Some(vote) = node.durable.accepted {
            node.learner.hear(cx.me(), vote);
        }
        if node.durable.life > 1 {
            if node.durable.promised > Ballot::NONE {
                let nothing = Fact::Word("paxos.nothing");
                let accepted = node.durable.accepted.map_or(nothing, |vote| Fact::Number(vote.value.value));
                let [round, proposer] = ballot_facts(node.durable.promised);
                cx.note("paxos.remembers", &[round, proposer, ("value", accepted)]);
            }
            node.wonder(cx);
        }
        node
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, Paxos>, event: Event<Paxos>) {
        self.did.clear();
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(Timer::Retry) => self.on_retry(cx),
            Event::Timer(Timer::Ask) => self.on_ask_timer(cx),
            Event::Timer(Timer::Tell) => self.on_tell_timer(cx),
            Event::Timer(Timer::Alive) => self.on_alive_timer(cx),
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, Paxos>, from: ProcessId, message: Message) {
        match message {
            Message::Prepare { ballot } => self.on_prepare(cx, from, ballot),
            Message::Promise { ballot, accepted } => self.on_promise(cx, from, ballot, accepted),
            Message::Accept(vote) => self.on_accept(cx, from, vote),
            Message::Accepted(vote) => self.on_accepted(cx, from, vote),
            Message::Nack { ballot, promised } => self.on_nack(cx, from, ballot, promised),
            Message::Ask => self.on_ask(cx, from),
            Message::Nothing => self.learner.on_nothing(from),
            Message::Urge => self.on_urge(cx, from),
            Message::Chosen { value, known } => self.on_chosen(cx, from, value, known),
            Message::Forward { value } => self.on_forward(cx, from, value),
            Message::Alive => self.on_alive(cx, from),
        }
    }

    /// Sends a message; one to the node itself is no message between nodes, and is handled at once.
    pub(super) fn tell(&mut self, cx: &mut Cx<'_, Paxos>, to: ProcessId, message: Message) {
        if to == cx.me() {
            self.on_message(cx, to, message);
        } else {
            cx.send(to, message);
        }
    }

    /// Writes to stable storage, before this step tells anybody.
    pub(super) fn save(&mut self, cx: &mut Cx<'_, Paxos>, write: Write) {
        self.durable.write(&write);
        let is_forgotten = matches!(write, Write::Promise(_)) && cx.is_off(Mutant::ForgetPromise);
        if !is_forgotten {
            cx.persist(write);
            self.did.push(Did::Wrote);
        }
    }
}

/// A ballot as facts of a note.
pub(super) fn ballot_facts(ballot: Ballot) -> [(&'static str, Fact); 2] {
    [("round", Fact::Number(i64::from(ballot.round))), ("proposer", Fact::Process(ballot.proposer))]
}

/// Another ballot beside the first.
pub(super) fn other_ballot_facts(ballot: Ballot) -> [(&'static str, Fact); 2] {
    [("other_round", Fact::Number(i64::from(ballot.round))), ("other_proposer", Fact::Process(ballot.proposer))]
}

/// A proposal as facts of a note.
pub(super) fn vote_facts(vote: Vote) -> [(&'static str, Fact); 3] {
    let [round, proposer] = ballot_facts(vote.ballot);
    [round, proposer, ("value", Fact::Number(vote.value.value))]
}
