//! Clients: each asks one operation at a time, retries, follows redirects, and gives up.

use crate::{MS, ProcessId, Protocol, StepId, Time, Workload};
use std::collections::VecDeque;
use std::rc::Rc;

/// How patient clients are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientPolicy {
    /// Without an answer for so long, the client asks the next node with the same serial number. Microseconds.
    pub retry_after: Time,
    /// Without an answer for so long since the invocation, the outcome is unknown and the client goes on. Microseconds.
    pub give_up_after: Time,
}

impl Default for ClientPolicy {
    fn default() -> Self {
        Self { retry_after: 250 * MS, give_up_after: 2_000 * MS }
    }
}

/// A client.
#[derive(Clone, Debug)]
pub struct ClientState<P: Protocol> {
    /// The node that it asks next.
    pub target: ProcessId,
    /// The serial number of its last operation; 0 before the first.
    pub serial: u32,
    /// The operation it waits for.
    pub pending: Option<Pending<P>>,
    /// Operations that it will invoke afterwards, with the node to ask first.
    pub queue: VecDeque<(P::Op, Option<ProcessId>)>,
    /// How patient it is.
    pub policy: ClientPolicy,
    /// What it does by itself.
    pub workload: Option<Rc<Workload>>,
    /// Operations that its workload has still to invoke; none for no end.
    pub left: Option<u32>,
    /// The queue entry of its workload's next operation.
    pub(crate) arrival: u32,
}

/// An operation that waits for its answer.
#[derive(Clone, Debug)]
pub struct Pending<P: Protocol> {
    /// The operation.
    pub op: P::Op,
    /// When it was invoked.
    pub invoked_at: Time,
    /// How often it was sent.
    pub attempts: u32,
    /// Redirects since the last retry timer.
    pub(crate) redirects: u32,
    /// The step that sent it last.
    pub(crate) cause: StepId,
    pub(crate) retry: u32,
    pub(crate) give_up: u32,
}

/// How an operation ended, as its client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<R> {
    /// It took effect.
    Ok(R),
    /// It never took effect.
    Failed,
    /// It may have taken effect, or may yet.
    Unknown,
}
