//! Who is a proposer, an acceptor or a learner, and how many acceptors make a quorum.

use super::{Config, Placement};
use crate::spec::{Group, Names};
use consistory_kernel::ProcessId;

/// The roles of all nodes. Proposers have the lowest ids, then come acceptors, then learners; or every node is all
/// three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Roles {
    nodes: u16,
    /// How many nodes only propose; 0 where every node has all roles.
    proposers: u16,
    /// How many nodes only learn; 0 where every node has all roles.
    learners: u16,
}

impl Roles {
    /// The roles under these parameters. Roles stand apart only if there are three nodes at least; then at least one
    /// node has each role: too many proposers leave room for an acceptor and a learner, and too many learners for an
    /// acceptor.
    pub fn new(nodes: u16, config: &Config) -> Self {
        if config.placement == Placement::Together || nodes < 3 {
            return Self { nodes, proposers: 0, learners: 0 };
        }
        let wanted = |count: u32| u16::try_from(count).unwrap_or(u16::MAX);
        let proposers = wanted(config.proposers).clamp(1, nodes - 2);
        let learners = wanted(config.learners).clamp(1, nodes - 1 - proposers);
        Self { nodes, proposers, learners }
    }

    /// Whether every node has all roles.
    pub fn are_together(self) -> bool {
        self.proposers == 0
    }

    /// The nodes' names: `n1`, …, or `p1`, …, `a1`, …, `l1`, ….
    pub fn names(self) -> Names {
        if self.are_together() {
            return Names::plain(self.nodes);
        }
        let acceptors = self.nodes - self.proposers - self.learners;
        Names::of(&[
            Group::numbered("p", self.proposers),
            Group::numbered("a", acceptors),
            Group::numbered("l", self.learners),
        ])
    }

    /// The proposers.
    pub fn proposers(self) -> impl Iterator<Item = ProcessId> + Clone {
        let end = if self.are_together() { self.nodes } else { self.proposers };
        (0..end).map(ProcessId)
    }

    /// The acceptors.
    pub fn acceptors(self) -> impl Iterator<Item = ProcessId> + Clone {
        (self.proposers..self.nodes - self.learners).map(ProcessId)
    }

    /// The learners.
    pub fn learners(self) -> impl Iterator<Item = ProcessId> + Clone {
        let start = if self.are_together() { 0 } else { self.nodes - self.learners };
        (start..self.nodes).map(ProcessId)
    }

    /// Those who are to know what is chosen: learners for its own sake, and proposers, who have clients to answer.
    pub fn informed(self) -> impl Iterator<Item = ProcessId> + Clone {
        (0..self.nodes).map(ProcessId).filter(move |id| self.is_informed(*id))
    }

    /// Whether a node proposes.
    pub fn is_proposer(self, id: ProcessId) -> bool {
        self.are_together() || id.0 < self.proposers
    }

    /// Whether a node accepts.
    pub fn is_acceptor(self, id: ProcessId) -> bool {
        (self.proposers..self.nodes - self.learners).contains(&id.0)
    }

    /// Whether a node is to know what is chosen.
    pub fn is_informed(self, id: ProcessId) -> bool {
        self.are_together() || !self.is_acceptor(id)
    }

    /// The learner that tells the others ("Paxos Made Simple", §2.3).
    pub fn distinguished_learner(self) -> ProcessId {
        ProcessId(if self.are_together() { 0 } else { self.nodes - self.learners })
    }

    /// Where a client that has asked somebody else is sent: clients spread over the proposers.
    pub fn proposer_of(self, client: ProcessId) -> ProcessId {
        let proposers = if self.are_together() { self.nodes } else { self.proposers };
        ProcessId(client.0.saturating_sub(self.nodes) % proposers.max(1))
    }

    /// A proposer by a number that may be larger than there are proposers.
    pub fn proposer_by_turn(self, turn: u32) -> ProcessId {
        let proposers = u32::from(if self.are_together() { self.nodes } else { self.proposers }).max(1);
        ProcessId(u16::try_from(turn % proposers).unwrap_or(0))
    }

    /// How many acceptors there are.
    pub fn acceptor_count(self) -> u16 {
        self.nodes - self.proposers - self.learners
    }
}

/// How many acceptors make a quorum of each phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quorums {
    /// Promises that a proposer needs.
    pub phase1: u16,
    /// Acceptors that choose a value by accepting it in the same ballot.
    pub phase2: u16,
}

impl Quorums {
    /// The quorums under these parameters: majorities, unless told otherwise. Any sizes are safe of which the sum
    /// exceeds the number of acceptors (Howard, Malkhi, Spiegelman, "Flexible Paxos", 2016, §4).
    pub fn new(roles: Roles, config: &Config) -> Self {
        let acceptors = roles.acceptor_count();
        let size = |wanted: u32| match u16::try_from(wanted).unwrap_or(u16::MAX) {
            0 => majority(acceptors),
            wanted => wanted.min(acceptors),
        };
        Self { phase1: size(config.phase1_quorum), phase2: size(config.phase2_quorum) }
    }

    /// Quorums one acceptor short of a majority, which need not share one.
    pub fn too_small(roles: Roles) -> Self {
        let size = (majority(roles.acceptor_count()) - 1).max(1);
        Self { phase1: size, phase2: size }
    }

    /// Whether every quorum of phase 1 shares an acceptor with every quorum of phase 2.
    pub fn intersect(self, roles: Roles) -> bool {
        self.phase1 + self.phase2 > roles.acceptor_count()
    }
}

fn majority(acceptors: u16) -> u16 {
    acceptors / 2 + 1
}

/// One bit of a set of nodes.
pub(super) fn bit(node: ProcessId) -> u16 {
    1 << (node.0 % 16)
}

/// How many nodes a set has.
pub(super) fn count_of(set: u16) -> u16 {
    u16::try_from(set.count_ones()).unwrap_or(0)
}

/// The nodes of a set.
pub(super) fn members(set: u16) -> impl Iterator<Item = ProcessId> {
    (0..16).map(ProcessId).filter(move |node| set & bit(*node) != 0)
}

/// A set of nodes.
pub(super) fn set_of(nodes: impl Iterator<Item = ProcessId>) -> u16 {
    nodes.fold(0, |set, node| set | bit(node))
}
