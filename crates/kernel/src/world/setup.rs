//! [`Setup`]: what a run starts from, and what is wrong with one that cannot start.

use super::apply::{duration, latency_range, probability};
use crate::{ClientPolicy, EditError, Limits, Network, ProcessId, Protocol};

/// What a run starts from. Together with the edits it determines everything.
#[derive(Clone, Debug)]
pub struct Setup<P: Protocol> {
    /// Nodes, at least one; with the clients at most 65,535.
    pub nodes: u16,
    /// Clients.
    pub clients: u16,
    /// Parameters of the protocol.
    pub config: P::Config,
    /// The network at the start.
    pub network: Network,
    /// Rules that are switched off, one bit per mutant.
    pub mutants: u32,
    /// The seed of every random stream.
    pub seed: u64,
    /// How nodes are prepared before their first boot.
    pub directives: Vec<(ProcessId, P::Directive)>,
    /// How patient clients are.
    pub policy: ClientPolicy,
    /// What the run may grow to.
    pub limits: Limits,
}

/// Why a run cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// There is no node.
    NoNodes,
    /// There are more nodes and clients than ids for them.
    TooManyProcesses,
    /// A node is to be prepared that does not exist.
    NoSuchNode(ProcessId),
    /// A value of the network or of the clients' patience is out of its range.
    OutOfRange,
}

impl<P: Protocol> Setup<P> {
    /// Whether a run can start from it.
    pub fn check(&self) -> Result<(), SetupError> {
        if self.nodes == 0 {
            return Err(SetupError::NoNodes);
        }
        self.nodes.checked_add(self.clients).ok_or(SetupError::TooManyProcesses)?;
        if let Some((node, _)) = self.directives.iter().find(|(node, _)| node.0 >= self.nodes) {
            return Err(SetupError::NoSuchNode(*node));
        }
        self.check_values().map_err(|_| SetupError::OutOfRange)
    }

    /// The limits are those of the edits that change the same values.
    fn check_values(&self) -> Result<(), EditError> {
        latency_range(&self.network.latency)?;
        self.network.link_latency.values().try_for_each(latency_range)?;
        probability(self.network.loss)?;
        probability(self.network.duplicate)?;
        probability(self.network.reorder)?;
        duration(self.policy.retry_after)?;
        duration(self.policy.give_up_after)
    }
}
