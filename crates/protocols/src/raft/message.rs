//! The two RPCs of the paper's Figure 2, each as a request and a reply.

use super::log::{Entry, Position};

/// What servers send each other. The sender is `candidateId`, `leaderId` or the replying server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// `RequestVote` RPC.
    RequestVote {
        /// The candidate's term.
        term: u32,
        /// `lastLogIndex` and `lastLogTerm`.
        last: Position,
    },
    /// Results of `RequestVote`.
    Vote {
        /// The voter's `currentTerm`.
        term: u32,
        /// `voteGranted`.
        granted: bool,
    },
    /// `AppendEntries` RPC; without entries it is a heartbeat.
    AppendEntries {
        /// The leader's term.
        term: u32,
        /// `prevLogIndex` and `prevLogTerm`.
        previous: Position,
        /// `entries[]`.
        entries: Vec<Entry>,
        /// `leaderCommit`.
        commit: u32,
    },
    /// Results of `AppendEntries`.
    Appended {
        /// The follower's `currentTerm`.
        term: u32,
        /// `success`, with what the leader needs to know beyond it.
        outcome: Outcome,
    },
}

/// `success` of `AppendEntries`. Messages here are not paired with their requests, so the reply says what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The log matches the leader's up to that index.
    Accepted {
        /// `prevLogIndex` plus the number of entries.
        matched: u32,
    },
    /// The log has no entry at `prevLogIndex` with `prevLogTerm`; with the hint of §5.3 for backing up fast.
    Rejected {
        /// The `prevLogIndex` that was rejected.
        previous: u32,
        /// The term of the conflicting entry; `None` when the log is too short.
        conflict: Option<u32>,
        /// The first index of that term, or the first index past the log.
        first: u32,
    },
    /// The leader's term is over.
    Stale,
}

impl Message {
    /// The sender's term.
    pub fn term(&self) -> u32 {
        match self {
            Self::RequestVote { term, .. }
            | Self::Vote { term, .. }
            | Self::AppendEntries { term, .. }
            | Self::Appended { term, .. } => *term,
        }
    }

    /// Bytes on the wire: a 20-byte frame, 4 bytes a number, 24 bytes an entry.
    pub fn size(&self) -> u32 {
        match self {
            Self::RequestVote { .. } => 32,
            Self::Vote { .. } => 25,
            Self::AppendEntries { entries, .. } => 36 + 24 * u32::try_from(entries.len()).unwrap_or(u32::MAX / 24),
            Self::Appended { .. } => 33,
        }
    }
}
