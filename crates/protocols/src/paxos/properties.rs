//! What the protocol promises, judged after every step by what acceptors have promised and accepted.
//!
//! A value is chosen when a quorum of acceptors has accepted it in the same ballot, whether anybody knows it or not
//! ("Paxos Made Simple", §2.2); the monitor sees that at once, and the picture reads it here. What a step has written
//! is sure only once its node makes another step, or others have heard of it: a crash while the disk is busy undoes
//! the write, and what the step would have sent. Until then a value may count as chosen, but nobody is judged by it.

use super::Paxos;
use super::message::{Ballot, Vote};
use super::node::{Did, Node};
use super::proposer::Phase;
use super::roles::{bit, count_of, members};
use crate::consensus::{Consensus, Proposal, Rules, Standing};
use consistory_kernel::{Chunks, Observation, ProcessId, Time, Verdict};
use std::collections::BTreeMap;

/// At most one value is chosen, and no two nodes learn different ones; see [`crate::consensus::agreement`].
pub const AGREEMENT: u8 = 0;
/// See [`crate::consensus::validity`].
pub const VALIDITY: u8 = 1;
/// See [`crate::consensus::integrity`].
pub const INTEGRITY: u8 = 2;
/// No acceptor accepts a ballot below one that it has promised (P1a).
pub const PROMISE_KEPT: u8 = 3;
/// No proposal with a higher ballot than the chosen one is accepted with another value (P2b).
pub const CHOSEN_IS_KEPT: u8 = 4;
/// No ballot has two values: different proposals have different numbers (§2.2).
pub const UNIQUE_BALLOTS: u8 = 5;
/// What a node takes for chosen is chosen (§2.3).
pub const LEARNED_WAS_CHOSEN: u8 = 6;
/// A value is chosen.
pub const CHOSEN: u8 = 7;
/// An acceptor refuses to accept, because a higher ballot was promised meanwhile (§2.4).
pub const DUEL: u8 = 8;
/// A proposer proposes a value that another ballot had brought (P2c).
pub const VALUE_ADOPTED: u8 = 9;
/// A proposer is told that its ballot is refused.
pub const NACK: u8 = 10;
/// See [`crate::consensus::termination`].
pub const TERMINATION: u8 = 11;

const RULES: Rules = Rules { agreement: AGREEMENT, validity: VALIDITY, integrity: INTEGRITY };

/// As many ballots are remembered, the highest: an acceptor that has gone on to higher ones accepts no lower one.
const BALLOTS_MAX: usize = 64;

/// What judges the properties along a run.
#[derive(Clone, Debug, Default, Hash)]
pub struct Monitor {
    /// Who has learned what.
    pub consensus: Consensus,
    /// The value that was chosen first.
    pub chosen: Option<Chosen>,
    /// How many ballots were begun.
    pub ballots: u64,
    /// Message delays from a client's request to the step in which its proposer learned, for each request that waited.
    pub delays: Chunks<u64>,
    seen: Vec<Seen>,
    tallies: BTreeMap<Ballot, Tally>,
}

/// A chosen value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chosen {
    /// In which ballot.
    pub ballot: Ballot,
    /// The value.
    pub value: Proposal,
    /// When, in microseconds.
    pub at: Time,
    /// Whether no crash can undo it any more.
    is_sure: bool,
}

/// A node as it was after its last step.
#[derive(Clone, Copy, Debug, Default, Hash)]
struct Seen {
    is_up: bool,
    /// The highest promise that is sure, over all lives.
    promised: Ballot,
    /// A promise that its last step may still be writing.
    promising: Option<Ballot>,
    /// What it has accepted last.
    accepted: Option<Vote>,
    /// Its ballot as a proposer.
    attempt: Option<Ballot>,
}

/// What is known of a ballot.
#[derive(Clone, Copy, Debug, Hash)]
struct Tally {
    value: Proposal,
    /// Whether its proposer has surely issued it.
    is_issued: bool,
    /// Who has surely accepted it, one bit a node.
    sure: u16,
    /// Whose last step has accepted it.
    fresh: u16,
}

impl Tally {
    fn count(&self) -> u16 {
        count_of(self.sure | self.fresh)
    }
}

impl Monitor {
    /// Judges the node that has just made a step.
    pub fn observe(&mut self, world: &Observation<'_, Paxos>, verdict: &mut Verdict) {
        if self.seen.len() < world.nodes.len() {
            self.seen.resize(world.nodes.len(), Seen::default());
        }
        let (me, now) = (world.changed, world.time);
        let Some(node) = world.node() else {
            // What its last step was writing may be gone, or not: its disk will tell.
            let seen = &mut self.seen[me.index()];
            (seen.is_up, seen.promising, seen.attempt) = (false, None, None);
            self.consensus.observe(me, None, now, RULES, verdict);
            return;
        };
        self.on_deeds(node, now, verdict);
        let has_written = node.did.contains(&Did::Wrote);
        self.on_last_step(me, node, now, verdict);
        self.on_attempt(me, node, verdict);
        self.on_accepted(me, node, has_written, now, verdict);
        self.on_hearsay(me, node, now, verdict);
        let decided = node.learner.decided;
        let standing = Standing { decided: decided.map(|value| value.value), has_written };
        self.consensus.observe(me, Some(standing), now, RULES, verdict);
        if decided.is_some_and(|value| !self.was_chosen(value, node)) {
            verdict.violate(LEARNED_WAS_CHOSEN, &[me]);
        }
    }

    /// What the step did, as far as it is only counted.
    fn on_deeds(&mut self, node: &Node, now: Time, verdict: &mut Verdict) {
        for did in &node.did {
            match did {
                Did::Wrote => {}
                Did::Heard(asked) => self.consensus.propose(asked.value, now),
                Did::Began => self.ballots += 1,
                Did::Adopted => verdict.reach(VALUE_ADOPTED),
                Did::Preempted => verdict.reach(DUEL),
                Did::Nacked => verdict.reach(NACK),
                Did::Answered(delays) => self.delays.push(u64::from(*delays)),
            }
        }
    }

    /// What the node's step before this one has written is sure now; of a node that was down, what its disk has kept.
    fn on_last_step(&mut self, me: ProcessId, node: &Node, now: Time, verdict: &mut Verdict) {
        let is_back = !self.seen[me.index()].is_up;
        let kept = node.durable.accepted.map(|vote| vote.ballot);
        let seen = &mut self.seen[me.index()];
        let promising = seen.promising.take().unwrap_or(Ballot::NONE);
        seen.promised = seen.promised.max(promising);
        let mut made_sure = Vec::new();
        for (ballot, tally) in self.tallies.iter_mut().filter(|(_, tally)| tally.fresh & bit(me) != 0) {
            tally.fresh &= !bit(me);
            if !is_back || kept == Some(*ballot) {
                tally.sure |= bit(me);
                made_sure.push(*ballot);
            }
        }
        if is_back {
            self.tallies.retain(|_, tally| tally.is_issued || tally.sure | tally.fresh != 0);
            let quorum = node.quorums.phase2;
            let is_undone = |chosen: &Chosen| {
                let count = self.tallies.get(&chosen.ballot).map_or(0, Tally::count);
                !chosen.is_sure && count < quorum
            };
            self.chosen = self.chosen.filter(|chosen| !is_undone(chosen));
        }
        for ballot in made_sure {
            self.on_sure(ballot, node, now, verdict);
        }
    }

    /// Unique Ballots, of a proposer that asks to accept. A ballot that its last step had already begun is on its disk.
    fn on_attempt(&mut self, me: ProcessId, node: &Node, verdict: &mut Verdict) {
        let attempt = node.proposer.attempt;
        let seen = &mut self.seen[me.index()];
        let before = core::mem::replace(&mut seen.attempt, attempt.map(|attempt| attempt.ballot));
        let Some(attempt) = attempt.filter(|attempt| before == Some(attempt.ballot)) else { return };
        let Phase::Accept { value, .. } = attempt.phase else { return };
        let tally = self.tally(attempt.ballot, value);
        tally.is_issued = true;
        if tally.value != value {
            verdict.violate(UNIQUE_BALLOTS, &[me]);
        }
    }

    /// Promise Kept, and what else is wrong with a proposal that the node has just accepted.
    fn on_accepted(&mut self, me: ProcessId, node: &Node, has_written: bool, now: Time, verdict: &mut Verdict) {
        let seen = &mut self.seen[me.index()];
        let was_up = core::mem::replace(&mut seen.is_up, true);
        let before = core::mem::replace(&mut seen.accepted, node.durable.accepted);
        let floor = seen.promised;
        if has_written && was_up {
            seen.promising = Some(node.durable.promised);
        } else {
            seen.promised = floor.max(node.durable.promised);
        }
        let Some(vote) = node.durable.accepted.filter(|vote| before != Some(*vote) && was_up) else { return };
        if vote.ballot < floor {
            verdict.violate(PROMISE_KEPT, &[me]);
        }
        let is_kept = |chosen: &Chosen| vote.ballot <= chosen.ballot || vote.value == chosen.value || !chosen.is_sure;
        if !self.chosen.as_ref().is_none_or(is_kept) {
            verdict.violate(CHOSEN_IS_KEPT, &[me]);
        }
        let tally = self.tally(vote.ballot, vote.value);
        tally.fresh |= bit(me);
        if tally.value != vote.value {
            verdict.violate(UNIQUE_BALLOTS, &[vote.ballot.proposer]);
        }
        if tally.count() >= node.quorums.phase2 && self.chosen.is_none() {
            self.chosen = Some(Chosen { ballot: vote.ballot, value: vote.value, at: now, is_sure: false });
            verdict.reach(CHOSEN);
        }
    }

    /// What the node has heard from acceptors has left them, and so is on their disks.
    fn on_hearsay(&mut self, me: ProcessId, node: &Node, now: Time, verdict: &mut Verdict) {
        for (ballot, (_, acceptors)) in &node.learner.heard {
            let told = acceptors & !bit(me);
            let Some(tally) = self.tallies.get_mut(ballot).filter(|tally| tally.fresh & told != 0) else { continue };
            tally.sure |= tally.fresh & told;
            tally.fresh &= !told;
            self.on_sure(*ballot, node, now, verdict);
        }
    }

    /// Agreement, Validity and P2b, of a ballot that some acceptor more has surely accepted.
    fn on_sure(&mut self, ballot: Ballot, node: &Node, now: Time, verdict: &mut Verdict) {
        let Some(tally) = self.tallies.get(&ballot).copied() else { return };
        if count_of(tally.sure) < node.quorums.phase2 {
            return;
        }
        let acceptors: Vec<ProcessId> = members(tally.sure).collect();
        let other = self.chosen.filter(|chosen| chosen.ballot != ballot);
        if let Some(other) = other.filter(|other| other.is_sure) {
            if other.value != tally.value {
                verdict.violate(AGREEMENT, &acceptors);
            }
            return;
        }
        let first = self.chosen.filter(|chosen| chosen.ballot == ballot);
        if first.is_some_and(|chosen| chosen.is_sure) {
            return;
        }
        if !self.consensus.has_proposed(tally.value.value) {
            verdict.violate(VALIDITY, &[ballot.proposer]);
        }
        let at = first.or(other).map_or(now, |chosen| chosen.at);
        self.chosen = Some(Chosen { ballot, value: tally.value, at, is_sure: true });
        let later = self.tallies.iter().filter(|(later, _)| **later > ballot);
        for (later, changed) in later.filter(|(_, later)| later.value != tally.value && later.count() > 0) {
            verdict.violate(CHOSEN_IS_KEPT, &[later.proposer]);
            if changed.count() >= node.quorums.phase2 {
                verdict.violate(AGREEMENT, &acceptors);
            }
        }
    }

    /// What is known of a ballot, from now on at least that.
    fn tally(&mut self, ballot: Ballot, value: Proposal) -> &mut Tally {
        let chosen = self.chosen.map(|chosen| chosen.ballot);
        if self.tallies.len() >= BALLOTS_MAX && !self.tallies.contains_key(&ballot) {
            let oldest = self.tallies.keys().copied().find(|oldest| Some(*oldest) != chosen);
            oldest.and_then(|oldest| self.tallies.remove(&oldest));
        }
        self.tallies.entry(ballot).or_insert(Tally { value, is_issued: false, sure: 0, fresh: 0 })
    }

    /// Whether a value is chosen: that which was chosen first, or, where things have gone wrong, any.
    fn was_chosen(&self, value: Proposal, node: &Node) -> bool {
        let is_first = self.chosen.is_some_and(|chosen| chosen.value == value);
        let has_quorum = |tally: &Tally| tally.value == value && tally.count() >= node.quorums.phase2;
        is_first || self.tallies.values().any(has_quorum)
    }

    /// The acceptors that are known to have accepted a ballot, one bit a node, as it stands.
    pub(super) fn acceptors_of(&self, ballot: Ballot) -> u16 {
        self.tallies.get(&ballot).map_or(0, |tally| tally.sure | tally.fresh)
    }

    /// The ballot that most acceptors have accepted, with its value.
    pub(super) fn leading(&self) -> Option<Vote> {
        let leading = self.tallies.iter().filter(|(_, tally)| tally.count() > 0);
        let leading = leading.max_by_key(|(ballot, tally)| (tally.count(), **ballot));
        leading.map(|(ballot, tally)| Vote { ballot: *ballot, value: tally.value })
    }
}
