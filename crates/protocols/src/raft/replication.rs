//! Log replication (§5.3) and commitment (§5.4.2).

use super::Raft;
use super::Timer;
use super::election::number;
use super::log::{Command, Entry, Position};
use super::message::{Message, Outcome};
use super::mutants::Mutant;
use super::node::{Node, Progress, Role, Write};
use crate::kv::Op;
use consistory_kernel::{Answer, Cx, Fact, ProcessId};

impl Node {
    /// "If command received from client: append entry to local log, respond after entry applied to state machine."
    pub(super) fn append_as_leader(&mut self, cx: &mut Cx<'_, Raft>, command: Command) {
        let entry = Entry { term: self.durable.term, command };
        self.write_log(cx, Write::Append(entry));
        note_append(cx, entry, self.durable.log.last_index());
        self.maybe_advance_commit(cx);
        for peer in cx.peers() {
            self.send_entries(cx, peer, Sending::UnlessAwaiting);
        }
    }

    /// "Send heartbeats during idle periods": every server gets `AppendEntries`, with whatever it lacks.
    pub(super) fn on_heartbeat(&mut self, cx: &mut Cx<'_, Raft>) {
        for peer in cx.peers() {
            self.send_entries(cx, peer, Sending::Always);
        }
        let heartbeat = cx.config().heartbeat;
        cx.set_timer(Timer::Heartbeat, heartbeat..=heartbeat);
    }

    /// Sends `AppendEntries` "with log entries starting at nextIndex".
    fn send_entries(&mut self, cx: &mut Cx<'_, Raft>, peer: ProcessId, sending: Sending) {
        let Role::Leader { progress } = &mut self.role else { return };
        let Progress { next, awaiting, .. } = &mut progress[peer.index()];
        if *awaiting && sending == Sending::UnlessAwaiting {
            return;
        }
        let log = &self.durable.log;
        let previous = Position { index: *next - 1, term: log.term(*next - 1).unwrap_or(0) };
        let entries = log.entries_from(*next, cx.config().batch);
        *awaiting = !entries.is_empty();
        cx.send(peer, Message::AppendEntries { term: self.durable.term, previous, entries, commit: self.commit });
    }

    /// `AppendEntries`, receiver.
    pub(super) fn on_append_entries(
        &mut self,
        cx: &mut Cx<'_, Raft>,
        from: ProcessId,
        term: u32,
        previous: Position,
        entries: &[Entry],
        commit: u32,
    ) {
        if term < self.durable.term {
            cx.note("raft.append.stale", &[("leader", Fact::Process(from)), ("term", number(term))]);
            cx.send(from, Message::Appended { term: self.durable.term, outcome: Outcome::Stale });
            return;
        }
        if let Role::Candidate { .. } = self.role {
            cx.cancel_timer(Timer::VoteRetry);
            cx.note("raft.recognised", &[("leader", Fact::Process(from)), ("term", number(term))]);
        }
        self.role = Role::Follower;
        self.leader = Some(from);
        Self::reset_election_timer(cx);
        let outcome = self.accept(cx, from, previous, entries, commit);
        cx.send(from, Message::Appended { term, outcome });
    }

    /// Steps 2 to 5 of the receiver's implementation.
    fn accept(
        &mut self,
        cx: &mut Cx<'_, Raft>,
        from: ProcessId,
        previous: Position,
        entries: &[Entry],
        commit: u32,
    ) -> Outcome {
        let found = self.durable.log.term(previous.index);
        if found != Some(previous.term) && !cx.is_off(Mutant::SkipConsistencyCheck) {
            return self.reject(cx, from, previous, found);
        }
        if cx.is_off(Mutant::TruncateAlways) && self.durable.log.last_index() > previous.index {
            self.write_log(cx, Write::Truncate { from: previous.index + 1 });
        }
        for (index, entry) in (previous.index + 1..).zip(entries) {
            match self.durable.log.term(index) {
                Some(term) if term == entry.term => continue,
                Some(term) => {
                    let facts = [("index", number(index)), ("old", number(term)), ("new", number(entry.term))];
                    cx.note("raft.append.conflict", &facts);
                    self.write_log(cx, Write::Truncate { from: index });
                    if cx.is_off(Mutant::TrustLogOnRestart) {
                        self.commit = self.commit.min(index - 1);
                        self.applied = self.applied.min(index - 1);
                    }
                }
                None => {}
            }
            self.write_log(cx, Write::Append(*entry));
        }
        let matched = previous.index + u32::try_from(entries.len()).unwrap_or(u32::MAX);
        if let Some(last) = entries.last() {
            let facts = [("index", number(matched)), ("term", number(last.term)), ("leader", Fact::Process(from))];
            cx.note("raft.append.accepted", &facts);
        }
        let safe = if cx.is_off(Mutant::ApplyUncommitted) { matched } else { commit.min(matched) };
        self.commit = self.commit.max(safe).min(self.durable.log.last_index());
        self.apply_committed(cx);
        Outcome::Accepted { matched }
    }

    /// No entry at `prevLogIndex` with `prevLogTerm`: tell the leader how far to back up.
    fn reject(&self, cx: &mut Cx<'_, Raft>, from: ProcessId, previous: Position, found: Option<u32>) -> Outcome {
        let mut facts = [
            ("leader", Fact::Process(from)),
            ("index", number(previous.index)),
            ("term", number(previous.term)),
            ("found", number(found.unwrap_or(0))),
        ];
        let first = if found.is_some() {
            cx.note("raft.append.rejected.conflict", &facts);
            self.durable.log.first_of_term_at(previous.index)
        } else {
            facts[3] = ("last", number(self.durable.log.last_index()));
            cx.note("raft.append.rejected.short", &facts);
            self.durable.log.last_index() + 1
        };
        Outcome::Rejected { previous: previous.index, conflict: found, first }
    }

    /// `AppendEntries`, leader: update nextIndex and matchIndex, or back up and retry.
    pub(super) fn on_appended(&mut self, cx: &mut Cx<'_, Raft>, from: ProcessId, term: u32, outcome: Outcome) {
        let log = &self.durable.log;
        let Role::Leader { progress } = &mut self.role else { return };
        if term != self.durable.term {
            return;
        }
        let about = &mut progress[from.index()];
        match outcome {
            Outcome::Accepted { matched } => {
                let grows = matched > about.matched;
                about.matched = about.matched.max(matched);
                about.next = about.next.max(about.matched + 1);
                about.awaiting = false;
                let more = log.last_index() >= about.next;
                if grows {
                    self.maybe_advance_commit(cx);
                }
                if more {
                    self.send_entries(cx, from, Sending::Always);
                }
            }
            Outcome::Rejected { previous, conflict, first } => {
                // An answer to an older request says nothing about the present nextIndex.
                if previous + 1 != about.next {
                    return;
                }
                let known = conflict.and_then(|term| log.last_of_term(term, previous));
                about.next = known.map_or(first, |last| last + 1).clamp(1, previous.max(1));
                let facts = [("follower", Fact::Process(from)), ("next", number(about.next))];
                cx.note("raft.backed_up", &facts);
                self.send_entries(cx, from, Sending::Always);
            }
            Outcome::Stale => {}
        }
    }

    /// "If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, and log[N].term == currentTerm:
    /// set commitIndex = N."
    pub(super) fn maybe_advance_commit(&mut self, cx: &mut Cx<'_, Raft>) {
        let Role::Leader { progress } = &mut self.role else { return };
        let log = &self.durable.log;
        progress[cx.me().index()].matched = log.last_index();
        let quorum = Self::quorum(cx);
        let replicated = |index: u32| progress.iter().filter(|about| about.matched >= index).count() >= quorum;
        let highest = (self.commit + 1..=log.last_index()).take_while(|index| replicated(*index)).last();
        let Some(highest) = highest else { return };
        let term = log.term(highest).unwrap_or(0);
        if term != self.durable.term && !cx.is_off(Mutant::CountOldTerms) {
            let facts = [("index", number(highest)), ("term", number(term)), ("current", number(self.durable.term))];
            cx.note("raft.commit.old_term", &facts);
            return;
        }
        self.commit = highest;
        cx.note("raft.committed", &[("index", number(highest)), ("term", number(term))]);
        self.apply_committed(cx);
    }

    /// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine." The leader answers.
    pub(super) fn apply_committed(&mut self, cx: &mut Cx<'_, Raft>) {
        while self.applied < self.commit {
            self.applied += 1;
            let Some(entry) = self.durable.log.entry(self.applied) else { return };
            let Command::Client { client, serial, op } = entry.command else { continue };
            let reply = self.store.apply(client, serial, op);
            if let (Some(reply), true) = (reply, self.is_leader()) {
                cx.reply(client, serial, Answer::Done(reply));
            }
        }
    }
}

/// Whether a message goes out although entries are unanswered.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Sending {
    Always,
    UnlessAwaiting,
}

fn note_append(cx: &mut Cx<'_, Raft>, entry: Entry, index: u32) {
    let place = [("index", number(index)), ("term", number(entry.term))];
    let [index, term] = place;
    match entry.command {
        Command::NoOp => cx.note("raft.appends.no_op", &place),
        Command::Client { op, .. } => match op {
            Op::Read(key) => cx.note("raft.appends.read", &[index, term, ("key", key.fact())]),
            Op::Write(key, value) => {
                cx.note("raft.appends.write", &[index, term, ("key", key.fact()), ("value", Fact::Number(value))]);
            }
            Op::CompareAndSet(key, old, new) => {
                let (old, new) = (("old", Fact::Number(old)), ("new", Fact::Number(new)));
                cx.note("raft.appends.cas", &[index, term, ("key", key.fact()), old, new]);
            }
            Op::Append(key, value) => {
                cx.note("raft.appends.append", &[index, term, ("key", key.fact()), ("value", Fact::Number(value))]);
            }
        },
    }
}
