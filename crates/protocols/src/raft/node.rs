//! A server's state (Figure 2, "State"), and the dispatch of events ("Rules for Servers").

use super::log::{Command, Entry, Log};
use super::message::Message;
use super::mutants::Mutant;
use super::{Config, Raft, Timer};
use crate::applied::{Aside, Heard};
use crate::kv::{Op, Store};
use consistory_kernel::{Answer, Cx, Event, Fact, ProcessId, Request};

/// Persistent state on all servers.
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// `currentTerm`.
    pub term: u32,
    /// `votedFor` in the current term.
    pub vote: Option<ProcessId>,
    /// `log[]`.
    pub log: Log,
}

/// A forced write of persistent state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new `currentTerm` with its `votedFor`.
    Term {
        /// The term.
        term: u32,
        /// The vote in it.
        vote: Option<ProcessId>,
    },
    /// One more log entry.
    Append(Entry),
    /// The entry at that index and all that follow it are gone.
    Truncate {
        /// The first index that is gone.
        from: u32,
    },
}

impl Durable {
    /// Performs a write.
    pub fn write(&mut self, write: &Write) {
        match *write {
            Write::Term { term, vote } => {
                self.term = term;
                self.vote = vote;
            }
            Write::Append(entry) => self.log.append(entry),
            Write::Truncate { from } => self.log.truncate_from(from),
        }
    }
}

/// A running server: its copy of the persistent state, and the volatile state that a restart resets.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// Persistent state, as this server works with it.
    pub durable: Durable,
    /// `commitIndex`.
    pub commit: u32,
    /// `lastApplied`.
    pub applied: u32,
    /// Follower, candidate or leader.
    pub role: Role,
    /// The leader of the current term, as far as this server knows; where clients are redirected.
    pub leader: Option<ProcessId>,
    /// The state machine.
    pub store: Store,
    /// Log writes that are acknowledged but not yet forced; empty unless that rule is switched off.
    pub(super) unforced: Vec<Write>,
    /// What a client asked in the last step, for the properties.
    pub(super) heard: Aside<Option<Heard<Op>>>,
}

/// What a server is in its term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers candidates and leaders.
    Follower,
    /// Asks for votes.
    Candidate {
        /// Who granted its vote, one bit a server; the candidate itself included.
        votes: u16,
        /// Who has answered, one bit a server.
        answered: u16,
    },
    /// Handles all client requests.
    Leader {
        /// What it knows of each server, itself included.
        progress: Vec<Progress>,
    },
}

/// What a leader knows of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// `nextIndex`: the next entry to send.
    pub next: u32,
    /// `matchIndex`: the highest entry known to be replicated there.
    pub matched: u32,
    /// Whether entries are on their way and unanswered; the next ones wait for the answer or the heartbeat.
    pub awaiting: bool,
}

impl Node {
    /// Boots from stable storage: volatile state starts afresh, as a follower.
    pub(super) fn start(cx: &mut Cx<'_, Raft>, durable: &Durable) -> Self {
        let mut durable = durable.clone();
        if cx.is_off(Mutant::ForgetVote) {
            durable.vote = None;
        }
        cx.epoch(u64::from(durable.term));
        let mut node = Self {
            durable,
            commit: 0,
            applied: 0,
            role: Role::Follower,
            leader: None,
            store: Store::default(),
            unforced: Vec::new(),
            heard: Aside::default(),
        };
        if cx.is_off(Mutant::TrustLogOnRestart) {
            node.commit = node.durable.log.last_index();
            node.apply_committed(cx);
        }
        Self::reset_election_timer(cx);
        node
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, Raft>, event: Event<Raft>) {
        self.heard = Aside(None);
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(timer) => {
                for write in core::mem::take(&mut self.unforced) {
                    cx.persist(write);
                }
                match timer {
                    Timer::Election => self.start_election(cx),
                    Timer::Heartbeat => self.on_heartbeat(cx),
                    Timer::VoteRetry => self.on_vote_retry(cx),
                }
            }
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, Raft>, from: ProcessId, message: Message) {
        // "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (§5.1).
        if message.term() > self.durable.term {
            self.step_down(cx, message.term(), from);
        }
        match message {
            Message::RequestVote { term, last } => self.on_request_vote(cx, from, term, last),
            Message::Vote { term, granted } => self.on_vote(cx, from, term, granted),
            Message::AppendEntries { term, previous, entries, commit } => {
                self.on_append_entries(cx, from, term, previous, &entries, commit);
            }
            Message::Appended { term, outcome } => self.on_appended(cx, from, term, outcome),
        }
    }

    /// A client asks: the leader appends the command; others say who leads.
    fn on_request(&mut self, cx: &mut Cx<'_, Raft>, request: &Request<Raft>) {
        let Request { client, serial, op } = *request;
        self.heard = Aside(Some(Heard { client, serial, op }));
        if !matches!(self.role, Role::Leader { .. }) {
            cx.note("raft.redirected", &[("client", Fact::Process(client)), leader_fact(self.leader)]);
            cx.reply(client, serial, Answer::Redirect(self.leader));
            return;
        }
        // A retry of what is done or under way must not be appended again; what is done is answered from the session.
        if let Some((last, reply)) = self.store.session(client)
            && serial <= *last
        {
            if serial == *last {
                cx.reply(client, serial, Answer::Done(reply.clone()));
            }
            return;
        }
        let log = &self.durable.log;
        if (self.applied + 1..=log.last_index()).any(|index| log.holds_request(index, client, serial)) {
            return;
        }
        self.append_as_leader(cx, Command::Client { client, serial, op });
    }

    /// Arms the election timer afresh.
    pub(super) fn reset_election_timer(cx: &mut Cx<'_, Raft>) {
        let (low, high) = cx.config().election_timeout;
        cx.set_timer(Timer::Election, low..=high);
    }

    /// Converts to follower in a higher term. The election timer is not re-armed; a leader has none running and arms one.
    fn step_down(&mut self, cx: &mut Cx<'_, Raft>, term: u32, because: ProcessId) {
        let was = core::mem::replace(&mut self.role, Role::Follower);
        self.leader = None;
        self.set_term(cx, term, None);
        match was {
            Role::Follower => {}
            Role::Candidate { .. } => cx.cancel_timer(Timer::VoteRetry),
            Role::Leader { .. } => {
                cx.cancel_timer(Timer::Heartbeat);
                Self::reset_election_timer(cx);
                let facts = [("term", Fact::Number(i64::from(term))), ("because", Fact::Process(because))];
                cx.mark(consistory_kernel::MarkKind::Milestone, "raft.stepped_down", &facts);
            }
        }
    }

    /// Persists a term with its vote.
    pub(super) fn set_term(&mut self, cx: &mut Cx<'_, Raft>, term: u32, vote: Option<ProcessId>) {
        self.durable.term = term;
        self.durable.vote = vote;
        cx.persist(Write::Term { term, vote });
        cx.epoch(u64::from(term));
    }

    /// Performs a log write, and persists it before this step answers anybody.
    pub(super) fn write_log(&mut self, cx: &mut Cx<'_, Raft>, write: Write) {
        self.durable.write(&write);
        if cx.is_off(Mutant::AcknowledgeBeforePersisting) {
            self.unforced.push(write);
        } else {
            cx.persist(write);
        }
    }

    /// Servers that make a quorum: a majority.
    pub(super) fn quorum(cx: &Cx<'_, Raft>) -> usize {
        let majority = usize::from(cx.nodes() / 2 + 1);
        if cx.is_off(Mutant::SmallQuorum) { (majority - 1).max(1) } else { majority }
    }

    /// This server's current term.
    pub fn term(&self) -> u32 {
        self.durable.term
    }

    /// Whether it leads.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }
}

fn leader_fact(leader: Option<ProcessId>) -> (&'static str, Fact) {
    ("leader", leader.map_or(Fact::Word("raft.nobody"), Fact::Process))
}

/// One bit of a set of servers.
pub(super) fn bit(server: ProcessId) -> u16 {
    1 << (server.0 % 16)
}

impl Config {
    /// The parameters of the paper's examples.
    pub fn paper() -> Self {
        use consistory_kernel::MS;
        Self { election_timeout: (150 * MS, 300 * MS), heartbeat: 50 * MS, batch: 16 }
    }
}
