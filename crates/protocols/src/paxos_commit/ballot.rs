//! Ballots, what is proposed in them, and what a majority of acceptors has chosen.

use crate::transaction::{Member, Outcome};
use consistory_kernel::ProcessId;
use consistory_scene::Tone;
use std::collections::BTreeMap;

/// The number of a ballot: ordered by round, then by leader. Ballot 0 belongs to the RMs, each in its own instance; a
/// leader uses its lives to tell its ballots apart, so that it need not write down which ones it has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// The round, from 1; 0 for the RMs.
    pub round: u32,
    /// Whose ballot it is.
    pub leader: ProcessId,
    /// How often that node had booted.
    pub life: u32,
}

impl Ballot {
    /// The ballot of the RMs.
    pub const ZERO: Self = Self { round: 0, leader: ProcessId(0), life: 0 };

    /// The tone of what belongs to it.
    pub fn tone(self) -> Tone {
        Tone::epoch(u64::from(self.round))
    }
}

impl Default for Ballot {
    fn default() -> Self {
        Self::ZERO
    }
}

/// What an instance can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The RM is prepared.
    Prepared,
    /// It has aborted, or counts as if it had.
    Aborted,
}

impl Value {
    /// The word key of its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prepared => "paxos-commit.value.prepared",
            Self::Aborted => "paxos-commit.value.aborted",
        }
    }
}

/// By instance, that is, by RM, what is proposed or accepted there in one ballot.
pub type Votes = BTreeMap<ProcessId, Value>;

/// By instance what an acceptor has accepted last, and in which ballot.
pub type Accepted = BTreeMap<ProcessId, (Ballot, Value)>;

/// How many instances of some have a value.
pub fn count_of(votes: &Votes, wanted: Value) -> usize {
    votes.values().filter(|value| **value == wanted).count()
}

/// What the acceptors have chosen for a transaction, by what each of them has told of one ballot: commit if each
/// instance has a quorum for prepared, abort if one has a quorum for aborted.
pub fn chosen(members: &[Member], told: &BTreeMap<ProcessId, Votes>, quorum: u16) -> Option<Outcome> {
    let has_quorum = |member: &Member, wanted: Value| {
        let agreeing = told.values().filter(|votes| votes.get(&member.id) == Some(&wanted)).count();
        agreeing >= usize::from(quorum)
    };
    if members.iter().any(|member| has_quorum(member, Value::Aborted)) {
        Some(Outcome::Abort)
    } else if members.iter().all(|member| has_quorum(member, Value::Prepared)) {
        Some(Outcome::Commit)
    } else {
        None
    }
}

/// What a leader proposes once a majority has promised: in each instance what was accepted there in the highest ballot
/// that the promises report; where they report nothing, it is free to choose, and takes `free`.
pub fn proposal<'a>(members: &[Member], reports: &(impl Iterator<Item = &'a Accepted> + Clone), free: Value) -> Votes {
    let value_of = |member: &Member| {
        let reported = reports.clone().filter_map(|accepted| accepted.get(&member.id));
        let highest = reported.max_by_key(|(ballot, _)| *ballot);
        (member.id, highest.map_or(free, |(_, value)| *value))
    };
    members.iter().map(value_of).collect()
}
