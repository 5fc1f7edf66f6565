//! Who is where: the transaction manager, the RMs and the acceptors, on nodes of their own or together.

use super::MANAGER;
use crate::spec::{Group, Names};
use crate::transaction::placement::Placement;
use consistory_kernel::ProcessId;

/// Which roles share a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// None: tm, then the RMs, then the acceptors.
    Apart,
    /// The manager is the first acceptor: tm, then the RMs, then the other acceptors. What an acceptor on the leader's
    /// node tells it is no message, and an RM's `BeginCommit` is also what it proposes there.
    Leader,
    /// Every node is an RM; the first of them is the manager, too, and the first 2F + 1 are acceptors, too.
    Together,
}

/// The roles of all nodes.
///
/// F is made smaller where the nodes do not suffice: there is at least one RM. Below three nodes no role has a node of
/// its own but the RM; a single node is everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Roles {
    nodes: u16,
    layout: Layout,
    faults: u16,
}

impl Roles {
    /// The roles of so many nodes, of which F are wanted to be allowed to fail.
    pub fn new(nodes: u16, layout: Layout, faults: u32) -> Self {
        let layout = match (nodes, layout) {
            (0 | 1, _) => Layout::Together,
            (2, Layout::Apart) => Layout::Leader,
            (_, layout) => layout,
        };
        let most = match layout {
            Layout::Apart => nodes.saturating_sub(3) / 2,
            Layout::Leader => nodes.saturating_sub(2) / 2,
            Layout::Together => nodes.saturating_sub(1) / 2,
        };
        let faults = u16::try_from(faults).unwrap_or(u16::MAX).min(most);
        Self { nodes, layout, faults }
    }

    /// Which roles share a node, in fact.
    pub fn layout(self) -> Layout {
        self.layout
    }

    /// F: how many acceptors may fail.
    pub fn faults(self) -> u16 {
        self.faults
    }

    /// How many acceptors there are: 2F + 1.
    pub fn acceptor_count(self) -> u16 {
        2 * self.faults + 1
    }

    /// How many acceptors are a majority, and how many are asked where nothing fails: F + 1.
    pub fn quorum(self) -> u16 {
        self.faults + 1
    }

    /// How many RMs there are.
    pub fn rm_count(self) -> u16 {
        match self.layout {
            Layout::Apart => self.nodes - 1 - self.acceptor_count(),
            Layout::Leader => self.nodes - self.acceptor_count(),
            Layout::Together => self.nodes,
        }
    }

    /// The RMs, and who of them holds which key.
    pub fn placement(self) -> Placement {
        match self.layout {
            Layout::Apart | Layout::Leader => Placement::new(ProcessId(1), self.rm_count()),
            Layout::Together => Placement::new(MANAGER, self.rm_count()),
        }
    }

    /// The acceptors, in order.
    pub fn acceptors(self) -> impl Iterator<Item = ProcessId> + Clone {
        (0..self.acceptor_count()).map(move |place| self.acceptor(place))
    }

    /// The acceptors to which RMs propose in ballot 0: the first F + 1. The others are asked when one of these fails.
    pub fn used(self) -> impl Iterator<Item = ProcessId> + Clone {
        (0..self.quorum()).map(move |place| self.acceptor(place))
    }

    /// Whether a node is an acceptor.
    pub fn is_acceptor(self, id: ProcessId) -> bool {
        self.acceptors().any(|acceptor| acceptor == id)
    }

    /// Those who can lead, in the order in which they are asked to: the manager, then the acceptors.
    pub fn candidates(self) -> Vec<ProcessId> {
        let others = self.acceptors().filter(|acceptor| *acceptor != MANAGER);
        core::iter::once(MANAGER).chain(others).collect()
    }

    /// How many can lead.
    pub fn candidate_count(self) -> usize {
        let own = u16::from(self.layout == Layout::Apart);
        usize::from(self.acceptor_count() + own)
    }

    /// Whether a node can lead.
    pub fn is_candidate(self, id: ProcessId) -> bool {
        id == MANAGER || self.is_acceptor(id)
    }

    /// The nodes' names: `tm`, `rm1`, …, `a1`, …, in three rows; or `rm1`, … in one ring. Where the manager is an
    /// acceptor, it has no second name.
    pub fn names(self) -> Names {
        let rms = Group::numbered("rm", self.rm_count());
        match self.layout {
            Layout::Apart => Names::of(&[Group::single("tm"), rms, Group::numbered("a", self.acceptor_count())]),
            Layout::Leader => Names::of(&[Group::single("tm"), rms, Group::numbered("a", self.acceptor_count() - 1)]),
            Layout::Together => Names::of(&[rms]),
        }
    }

    fn acceptor(self, place: u16) -> ProcessId {
        match self.layout {
            Layout::Apart => ProcessId(1 + self.rm_count() + place),
            Layout::Leader if place == 0 => MANAGER,
            Layout::Leader => ProcessId(self.rm_count() + place),
            Layout::Together => ProcessId(place),
        }
    }
}
