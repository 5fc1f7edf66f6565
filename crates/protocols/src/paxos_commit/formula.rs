//! What committing a transaction should cost where nothing fails, by the paper's formulas (Gray and Lamport, §4.3, §5,
//! Fig. 4), and what two-phase commit would cost in the same place.
//!
//! N RMs, F faults. Where the roles are apart: `BeginCommit` and N − 1 orders to prepare (or N, where the manager
//! begins), N(F + 1) proposals, F + 1 bundles, N decisions: (N + 1)(F + 3) − 2 messages in all. Where the leader is an
//! acceptor, its own bundle is no message, and the `BeginCommit` of an RM is its proposal there, too: (N + 1)(F + 3) −
//! 4, as in the figure. Where acceptors are on RMs' nodes and the first RM is on the leader's: N(F + 3) − 3. In Faster
//! Paxos Commit, bundles go to each RM and replace the decisions. N RMs and F + 1 acceptors write, once each.

use super::roles::Layout;
use super::{Begin, Config};
use crate::transaction::Outcome;
use crate::transaction::costs::{Costs, Formula, Term, bit};

/// The formula for a committed transaction that has cost that much, in a run with so many nodes. None for one that is
/// aborted; and none, where acceptors are on RMs' nodes, for one that not all of these take part in: the paper does not
/// count it.
pub fn formula(config: &Config, nodes: u16, costs: &Costs) -> Option<Formula> {
    let roles = config.roles(nodes);
    let hosts = roles.used().fold(0, |bits, id| bits | bit(id));
    let is_together = roles.layout() == Layout::Together;
    if costs.outcome == Some(Outcome::Abort) || is_together && costs.members & hosts != hosts {
        return None;
    }
    let (count, faults) = (i64::from(costs.count()), i64::from(roles.faults()));
    Some(Formula {
        messages: messages(config, roles.layout(), count, faults),
        forced: term("N + F + 1", count + faults + 1),
        delays: Term::constant(delays(config, roles.layout(), count, faults)),
    })
}

fn messages(config: &Config, layout: Layout, count: i64, faults: i64) -> Term {
    let (usual, together) = ((count + 1) * (faults + 3), count * (faults + 3));
    let (faster, faster_together) = (count * (2 * faults + 3), (count - 1) * (2 * faults + 3));
    match (config.fast, layout, config.begin) {
        (false, Layout::Apart, _) => term("(N + 1)(F + 3) − 2", usual - 2),
        (false, Layout::Leader, Begin::Participant) => term("(N + 1)(F + 3) − 4", usual - 4),
        (false, Layout::Leader, Begin::Coordinator) => term("(N + 1)(F + 3) − 3", usual - 3),
        (false, Layout::Together, _) => term("N(F + 3) − 3", together - 3),
        (true, Layout::Apart, Begin::Participant) => term("N(2F + 3)", faster),
        (true, Layout::Apart, Begin::Coordinator) => term("N(2F + 3) + F + 1", faster + faults + 1),
        (true, Layout::Leader, Begin::Participant) => term("N(2F + 3) − 1", faster - 1),
        (true, Layout::Leader, Begin::Coordinator) => term("N(2F + 3) + F", faster + faults),
        (true, Layout::Together, _) => term("(N − 1)(2F + 3)", faster_together),
    }
}

/// Prepare, the proposals, the bundles, the decisions; before them `BeginCommit` where an RM begins on another node
/// than the leader's. A single RM that begins need not wait for an order.
fn delays(config: &Config, layout: Layout, count: i64, faults: i64) -> u32 {
    let begins = match (layout, config.begin) {
        (Layout::Together, _) if count == 1 => return 0,
        (Layout::Apart | Layout::Leader, Begin::Participant) if count == 1 => 0,
        (Layout::Apart | Layout::Leader, Begin::Participant) => 2,
        (Layout::Apart | Layout::Leader, Begin::Coordinator) | (Layout::Together, _) => 1,
    };
    // The only acceptor is on the leader's node; or the RMs hear from the acceptors.
    let has_local_bundles = layout != Layout::Apart && faults == 0;
    begins + if config.fast || has_local_bundles { 2 } else { 3 }
}

/// What two-phase commit costs with as many RMs, its coordinator in the same place (§3.2): the acceptor of F = 0.
pub fn two_phase(config: &Config, nodes: u16, count: u16) -> Formula {
    let layout = config.roles(nodes).layout();
    let (saved, delays) = match (layout, config.begin) {
        (Layout::Together, _) => (-3, 3),
        (Layout::Apart | Layout::Leader, Begin::Participant) => (-1, 4),
        (Layout::Apart | Layout::Leader, Begin::Coordinator) => (0, 3),
    };
    Formula {
        messages: Term::linear(3, saved, count),
        forced: Term::linear(1, 1, count),
        delays: Term::constant(delays),
    }
}

fn term(text: &str, value: i64) -> Term {
    Term { text: text.to_owned(), value: u32::try_from(value).unwrap_or(0) }
}
