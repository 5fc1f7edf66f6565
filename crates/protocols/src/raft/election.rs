//! Leader election (§5.2) with the election restriction (§5.4.1).

use super::log::{Command, Position};
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Node, Progress, Role, Write, bit};
use super::{Raft, Timer};
use consistory_kernel::{Cx, Fact, MarkKind, ProcessId};

impl Node {
    /// The election timer fired: "increment currentTerm, vote for self, reset election timer, send `RequestVote` RPCs".
    pub(super) fn start_election(&mut self, cx: &mut Cx<'_, Raft>) {
        let me = cx.me();
        self.set_term(cx, self.durable.term + 1, Some(me));
        self.leader = None;
        self.role = Role::Candidate { votes: bit(me), answered: bit(me) };
        Self::reset_election_timer(cx);
        cx.mark(MarkKind::Milestone, "raft.election", &[("term", number(self.durable.term))]);
        if Self::quorum(cx) == 1 {
            self.become_leader(cx);
            return;
        }
        self.request_votes(cx);
    }

    /// Some have not answered: "servers retry RPCs if they do not receive a response in a timely manner" (§5.1).
    pub(super) fn on_vote_retry(&mut self, cx: &mut Cx<'_, Raft>) {
        self.request_votes(cx);
    }

    fn request_votes(&self, cx: &mut Cx<'_, Raft>) {
        let Role::Candidate { answered, .. } = self.role else { return };
        let request = Message::RequestVote { term: self.durable.term, last: self.durable.log.last() };
        for peer in cx.peers() {
            if answered & bit(peer) == 0 {
                cx.send(peer, request.clone());
            }
        }
        let retry = cx.config().heartbeat;
        cx.set_timer(Timer::VoteRetry, retry..=retry);
    }

    /// `RequestVote`, receiver: grant if the term is current, the vote free, and the candidate's log up to date.
    pub(super) fn on_request_vote(&mut self, cx: &mut Cx<'_, Raft>, from: ProcessId, term: u32, last: Position) {
        let granted = self.considers(cx, from, term, last);
        if granted {
            if self.durable.vote != Some(from) {
                self.durable.vote = Some(from);
                cx.persist(Write::Term { term, vote: Some(from) });
            }
            Self::reset_election_timer(cx);
            let mine = self.durable.log.last();
            cx.note("raft.vote.granted", &comparison(from, term, last, mine));
        }
        cx.send(from, Message::Vote { term: self.durable.term, granted });
    }

    /// Whether to vote for a candidate, with the reason noted if not.
    fn considers(&self, cx: &mut Cx<'_, Raft>, from: ProcessId, term: u32, last: Position) -> bool {
        let mine = self.durable.log.last();
        if term < self.durable.term {
            let facts =
                [("candidate", Fact::Process(from)), ("term", number(term)), ("current", number(self.durable.term))];
            cx.note("raft.vote.denied.term", &facts);
            return false;
        }
        if let Some(other) = self.durable.vote.filter(|vote| *vote != from)
            && !cx.is_off(Mutant::VoteTwice)
        {
            let facts = [("candidate", Fact::Process(from)), ("term", number(term)), ("vote", Fact::Process(other))];
            cx.note("raft.vote.denied.voted", &facts);
            return false;
        }
        let up_to_date = (last.term, last.index) >= (mine.term, mine.index);
        if !up_to_date && !cx.is_off(Mutant::SkipLogCheck) {
            cx.note("raft.vote.denied.log", &comparison(from, term, last, mine));
            return false;
        }
        true
    }

    /// `RequestVote`, candidate: count the votes of the current term.
    pub(super) fn on_vote(&mut self, cx: &mut Cx<'_, Raft>, from: ProcessId, term: u32, granted: bool) {
        let current = self.durable.term;
        let Role::Candidate { votes, answered } = &mut self.role else { return };
        if term != current {
            return;
        }
        *answered |= bit(from);
        if !granted {
            return;
        }
        *votes |= bit(from);
        if votes.count_ones() as usize >= Self::quorum(cx) {
            self.become_leader(cx);
        }
    }

    /// Votes of a quorum: start the term with a no-op, which also announces the leader.
    fn become_leader(&mut self, cx: &mut Cx<'_, Raft>) {
        let me = cx.me();
        cx.cancel_timer(Timer::Election);
        cx.cancel_timer(Timer::VoteRetry);
        if cx.is_off(Mutant::LeaderDropsUncommitted) && self.durable.log.last_index() > self.commit {
            self.write_log(cx, Write::Truncate { from: self.commit + 1 });
        }
        let next = self.durable.log.last_index() + 1;
        let left = self.commit + 1..next;
        let progress = Progress { next, matched: 0, awaiting: false };
        self.role = Role::Leader { progress: vec![progress; usize::from(cx.nodes())] };
        self.leader = Some(me);
        cx.mark(MarkKind::Leader, "raft.leader", &[("term", number(self.durable.term))]);
        self.append_as_leader(cx, Command::NoOp);
        if cx.is_off(Mutant::RenumberAdopted) {
            for index in left {
                let command = self.durable.log.entry(index).map(|entry| entry.command);
                if let Some(Command::Client { client, serial, op }) = command {
                    self.append_as_leader(cx, Command::Client { client, serial: serial + 1, op });
                }
            }
        }
        let heartbeat = cx.config().heartbeat;
        cx.set_timer(Timer::Heartbeat, heartbeat..=heartbeat);
    }
}

pub(super) fn number(value: u32) -> Fact {
    Fact::Number(i64::from(value))
}

/// The two logs that a voter compares.
fn comparison(candidate: ProcessId, term: u32, last: Position, mine: Position) -> [(&'static str, Fact); 6] {
    [
        ("candidate", Fact::Process(candidate)),
        ("term", number(term)),
        ("index", number(last.index)),
        ("log_term", number(last.term)),
        ("my_index", number(mine.index)),
        ("my_term", number(mine.term)),
    ]
}
